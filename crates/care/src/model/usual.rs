//! How long calls usually are: a running, robust centre of their logarithm, by queue and kind of request.

use calmline_core::QueueId;
use jiff::SignedDuration;

/// Calls after which the centre says something. Choice.
const ENOUGH: u32 = 8;
/// The same for a site's norm, which stands in for agents who have too few calls of their own. Choice.
const ENOUGH_OF_ALL: u32 = 30;
/// A call moves the centre as if it were at most this far away, in logarithms: e^0.7 is about twice as long. It makes the
/// centre robust (Huber 1964: bounded influence) against the odd call of an hour.
const FAR: f64 = 0.7;
/// The centre follows slow changes with about the last 100 calls. Choice.
const SLOWEST: f64 = 0.01;
/// Kinds of calls told apart per agent, and per site; calls of further kinds are not compared.
const KINDS: usize = 24;
const KINDS_OF_ALL: usize = 500;

#[derive(Debug, Clone, Copy)]
struct Centre {
    count: u32,
    log_seconds: f64,
}

/// What a call is like: its queue, and what its caller wants where that was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Kind<'a> {
    pub(crate) queue: Option<&'a QueueId>,
    pub(crate) request: Option<&'a str>,
}

impl<'a> Kind<'a> {
    fn of_queue(self) -> Self {
        Self { request: None, ..self }
    }

    /// Itself, then its queue at large.
    fn narrow_to_wide(self) -> impl Iterator<Item = Kind<'a>> {
        [Some(self), self.request.map(|_| self.of_queue())].into_iter().flatten()
    }
}

/// The usual length of calls by kind.
#[derive(Debug, Clone, Default)]
pub(crate) struct Usual {
    kinds: Vec<(Option<QueueId>, Option<String>, Centre)>,
}

fn log_seconds(length: SignedDuration) -> f64 {
    length.as_secs_f64().max(1.0).ln()
}

impl Usual {
    fn centre(&self, kind: Kind<'_>, enough: u32) -> Option<f64> {
        let (.., centre) = self
            .kinds
            .iter()
            .find(|(queue, request, _)| queue.as_ref() == kind.queue && request.as_deref() == kind.request)?;
        (centre.count >= enough).then_some(centre.log_seconds)
    }

    fn learn_as(&mut self, kind: Kind<'_>, log: f64, most: usize) {
        let known = self
            .kinds
            .iter_mut()
            .find(|(queue, request, _)| queue.as_ref() == kind.queue && request.as_deref() == kind.request);
        let Some((.., centre)) = known else {
            if self.kinds.len() < most {
                let first = Centre { count: 1, log_seconds: log };
                self.kinds.push((kind.queue.cloned(), kind.request.map(str::to_owned), first));
            }
            return;
        };
        centre.count = centre.count.saturating_add(1);
        let step = f64::from(centre.count).recip().max(SLOWEST);
        centre.log_seconds += step * (log - centre.log_seconds).clamp(-FAR, FAR);
    }

    /// Learns from a call that is over.
    pub(crate) fn learn(&mut self, kind: Kind<'_>, length: SignedDuration) {
        for kind in kind.narrow_to_wide() {
            self.learn_as(kind, log_seconds(length), KINDS);
        }
    }
}

/// The norms of a site: what calls of each kind take all agents together.
#[derive(Debug, Clone, Default)]
pub(crate) struct Norms(Usual);

impl Norms {
    /// The logarithm of a length against the usual one of this kind: the agent's own usual first, then that of all agents;
    /// for the request, then for its queue at large. None as long as there are too few calls of all.
    pub(crate) fn compare(&self, own: &Usual, kind: Kind<'_>, length: SignedDuration) -> Option<f64> {
        let of = |kind| own.centre(kind, ENOUGH).or_else(|| self.0.centre(kind, ENOUGH_OF_ALL));
        Some(log_seconds(length) - kind.narrow_to_wide().find_map(of)?)
    }

    /// How much longer such requests usually are than their queue's calls, as a logarithm; none where nobody told what they
    /// are, or there were too few.
    pub(crate) fn request(&self, kind: Kind<'_>) -> Option<f64> {
        kind.request?;
        Some(self.0.centre(kind, ENOUGH_OF_ALL)? - self.0.centre(kind.of_queue(), ENOUGH_OF_ALL)?)
    }

    /// Learns from a call that is over.
    pub(crate) fn learn(&mut self, kind: Kind<'_>, length: SignedDuration) {
        for kind in kind.narrow_to_wide() {
            self.0.learn_as(kind, log_seconds(length), KINDS_OF_ALL);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANY: Kind<'_> = Kind { queue: None, request: None };

    fn seconds(count: i64) -> SignedDuration {
        SignedDuration::from_secs(count)
    }

    #[test]
    fn one_call_of_an_hour_hardly_moves_what_is_usual() {
        let mut usual = Usual::default();
        for _ in 0..20 {
            usual.learn(ANY, seconds(240));
        }
        usual.learn(ANY, seconds(3600));
        let twice = Norms::default().compare(&usual, ANY, seconds(480)).expect("enough calls");
        assert!((0.62..0.72).contains(&twice), "{twice}");
    }

    #[test]
    fn a_few_calls_say_nothing_and_queues_are_told_apart() -> Result<(), calmline_core::IdError> {
        let queue = QueueId::new("claims")?;
        let claims = Kind { queue: Some(&queue), request: None };
        let (mut usual, norms) = (Usual::default(), Norms::default());
        for n in 0..ENOUGH {
            assert_eq!(norms.compare(&usual, claims, seconds(60)), None, "after {n}");
            usual.learn(claims, seconds(600));
        }
        let short = norms.compare(&usual, claims, seconds(60));
        assert!(short.is_some_and(|log| log < -2.0));
        assert_eq!(norms.compare(&usual, ANY, seconds(60)), None);
        Ok(())
    }

    #[test]
    fn a_new_agent_is_compared_with_the_norm_of_the_request_then_of_its_queue() {
        let (mut norms, new) = (Norms::default(), Usual::default());
        let [death, address] =
            ["death", "address"].map(|request| Kind { queue: None, request: Some(request) });
        for _ in 0..ENOUGH_OF_ALL {
            norms.learn(death, seconds(1200));
            norms.learn(address, seconds(120));
        }
        let near = |found: Option<f64>, wanted: f64| {
            assert!((found.unwrap_or(9.0) - wanted).abs() < 0.05, "{found:?}");
        };
        near(norms.compare(&new, death, seconds(1200)), 0.0);
        near(norms.compare(&new, address, seconds(240)), std::f64::consts::LN_2);
        let other = Kind { queue: None, request: Some("other") };
        assert!(
            norms.compare(&new, other, seconds(1200)).is_some_and(|log| log > 0.5),
            "the queue's calls are shorter"
        );
        assert!(norms.request(death).is_some_and(|log| log > 0.5));
        assert_eq!(norms.request(other), None);
        // Once the agent has an own usual it goes before the norm.
        let mut own = Usual::default();
        (0..ENOUGH).for_each(|_| own.learn(address, seconds(240)));
        near(norms.compare(&own, address, seconds(240)), 0.0);
    }
}
