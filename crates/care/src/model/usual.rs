//! How long calls usually are: a running, robust centre of their logarithm.

use calmline_core::QueueId;
use jiff::SignedDuration;

/// Calls after which the centre says something. Choice.
const ENOUGH: u32 = 8;
/// A call moves the centre as if it were at most this far away, in logarithms: e^0.7 is about twice as long. It makes the
/// centre robust (Huber 1964: bounded influence) against the odd call of an hour.
const FAR: f64 = 0.7;
/// The centre follows slow changes with about the last 100 calls. Choice.
const SLOWEST: f64 = 0.01;
/// Queues told apart per agent; calls of further queues are not compared.
const QUEUES: usize = 8;

#[derive(Debug, Clone, Copy)]
struct Centre {
    count: u32,
    log_seconds: f64,
}

/// The usual length of calls by queue.
#[derive(Debug, Clone, Default)]
pub(crate) struct Usual {
    queues: Vec<(Option<QueueId>, Centre)>,
}

fn log_seconds(length: SignedDuration) -> f64 {
    length.as_secs_f64().max(1.0).ln()
}

impl Usual {
    /// The logarithm of a length against the usual one of this queue; none as long as there are too few calls.
    pub(crate) fn compare(&self, queue: Option<&QueueId>, length: SignedDuration) -> Option<f64> {
        let (_, centre) = self.queues.iter().find(|(known, _)| known.as_ref() == queue)?;
        (centre.count >= ENOUGH).then(|| log_seconds(length) - centre.log_seconds)
    }

    /// Learns from a call that is over.
    pub(crate) fn learn(&mut self, queue: Option<&QueueId>, length: SignedDuration) {
        let log = log_seconds(length);
        let Some((_, centre)) = self.queues.iter_mut().find(|(known, _)| known.as_ref() == queue) else {
            if self.queues.len() < QUEUES {
                self.queues.push((queue.cloned(), Centre { count: 1, log_seconds: log }));
            }
            return;
        };
        centre.count = centre.count.saturating_add(1);
        let step = f64::from(centre.count).recip().max(SLOWEST);
        centre.log_seconds += step * (log - centre.log_seconds).clamp(-FAR, FAR);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_call_of_an_hour_hardly_moves_what_is_usual() {
        let mut usual = Usual::default();
        for _ in 0..20 {
            usual.learn(None, SignedDuration::from_secs(240));
        }
        usual.learn(None, SignedDuration::from_hours(1));
        let twice = usual.compare(None, SignedDuration::from_secs(480)).expect("enough calls");
        assert!((0.62..0.72).contains(&twice), "{twice}");
    }

    #[test]
    fn a_few_calls_say_nothing_and_queues_are_told_apart() -> Result<(), calmline_core::IdError> {
        let queue = QueueId::new("claims")?;
        let mut usual = Usual::default();
        for n in 0..ENOUGH {
            assert_eq!(usual.compare(Some(&queue), SignedDuration::from_secs(60)), None, "after {n}");
            usual.learn(Some(&queue), SignedDuration::from_secs(600));
        }
        let short = usual.compare(Some(&queue), SignedDuration::from_secs(60));
        assert!(short.is_some_and(|log| log < -2.0));
        assert_eq!(usual.compare(None, SignedDuration::from_secs(60)), None);
        Ok(())
    }
}
