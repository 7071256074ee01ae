//! How far a connection is behind its audio, and what is left out while it is.
//!
//! Audio comes as fast as it was spoken. Where more time passes than audio comes, either the platform sends none, which
//! shows as a pause, or it waits to be read, because the machine cannot keep up.

use std::time::{Duration, Instant};

use calmline_sense::Effort;

/// Behind by so many seconds, words are left out; they are the expensive part. Choice: more than a network's jitter.
const WITHOUT_WORDS: f64 = 1.0;
/// Behind by so many, affect is judged less often, too. Choice.
const REDUCED: f64 = 2.0;
/// Behind by no more than this, nothing is left out any more. Choice.
const FULL: f64 = 0.3;
/// How much slower than ours the platform's clock may run: 0.1 %, ten times what a bad crystal does.
const DRIFT: f64 = 0.001;
/// Without audio for so long the platform sends none.
const PAUSE: Duration = Duration::from_millis(400);

/// What is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) enum LeftOut {
    /// Nothing.
    #[default]
    Nothing,
    /// Words.
    Words,
    /// Words, and affect of every second utterance.
    Affect,
}

impl LeftOut {
    pub(super) fn effort(self) -> Effort {
        if self == Self::Affect { Effort::Reduced } else { Effort::Full }
    }
}

/// Compares what came with the time that passed.
#[derive(Default)]
pub(super) struct Lag {
    /// Since when audio came without a pause, and the seconds of it.
    since: Option<(Instant, f64)>,
    last: Option<Instant>,
    /// The least by which time was ahead of the audio: how the platform cuts it.
    least: f64,
    left_out: LeftOut,
}

impl Lag {
    /// Takes note of seconds of audio that came; what is left out from now on comes back.
    pub(super) fn heard(&mut self, seconds: f64, now: Instant) -> LeftOut {
        let paused = self.last.is_none_or(|last| now.duration_since(last) > PAUSE);
        self.last = Some(now);
        let Some((since, heard)) = self.since.as_mut().filter(|_| !paused) else {
            self.since = Some((now, 0.0));
            self.least = 0.0;
            return self.left_out;
        };
        *heard += seconds;
        let ahead = now.duration_since(*since).as_secs_f64() - *heard;
        self.least = (self.least + DRIFT * seconds).min(ahead);
        self.left_out = match ahead - self.least {
            behind if behind >= REDUCED => LeftOut::Affect,
            behind if behind >= WITHOUT_WORDS => self.left_out.max(LeftOut::Words),
            behind if behind <= FULL => LeftOut::Nothing,
            _ => self.left_out,
        };
        self.left_out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Plays packets of 20 ms that come so many seconds apart, and tells what was left out at their end.
    fn play(lag: &mut Lag, now: &mut Instant, packets: u32, apart: f64) -> LeftOut {
        let mut left_out = LeftOut::Nothing;
        for _ in 0..packets {
            *now += Duration::from_secs_f64(apart);
            left_out = lag.heard(0.02, *now);
        }
        left_out
    }

    #[test]
    fn words_are_left_out_first_then_affect_and_all_is_back_once_the_backlog_is_read() {
        let (mut lag, mut now) = (Lag::default(), Instant::now());
        assert_eq!(play(&mut lag, &mut now, 100, 0.02), LeftOut::Nothing);
        assert_eq!(play(&mut lag, &mut now, 120, 0.03), LeftOut::Words);
        assert_eq!(play(&mut lag, &mut now, 100, 0.03), LeftOut::Affect);
        assert_eq!(lag.left_out.effort(), Effort::Reduced);
        assert_eq!(play(&mut lag, &mut now, 100, 0.0), LeftOut::Nothing);
    }

    #[test]
    fn a_platform_that_pauses_or_sends_a_second_at_once_is_no_lag() {
        let (mut lag, mut now) = (Lag::default(), Instant::now());
        for _ in 0..5 {
            assert_eq!(play(&mut lag, &mut now, 50, 0.02), LeftOut::Nothing);
            now += Duration::from_secs(30);
        }
        for _ in 0..10 {
            now += Duration::from_secs(1);
            assert_eq!(lag.heard(1.0, now), LeftOut::Nothing);
        }
    }
}
