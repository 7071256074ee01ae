//! How a skill fades between practices: half-life regression (Settles & Meeder 2016, ACL, 1848).
//!
//! Recall after a gap of Δ days is 2^(−Δ/h), and the half-life is h = 2^(θ·x) of what was practised. The weights of the paper were learnt
//! from words of a language course; for a service skill there are no data, so the ones here are choices: a first half-life of four
//! days that doubles with a success and halves with a failure.

use calmline_core::Timestamp;

/// The half-life in days before any practice, its least and its most. Choices.
const FIRST_DAYS: f64 = 4.0;
const LEAST_DAYS: f64 = 1.0;
const MOST_DAYS: f64 = 120.0;
/// Below so much recall a practice is due. Choice: the recall at which a review is neither too early nor lost.
const DUE_BELOW: f64 = 0.7;
const DAY_S: f64 = 86_400.0;

/// What is remembered of a skill.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Memory {
    half_life_days: f64,
    last: Option<Timestamp>,
}

impl Default for Memory {
    fn default() -> Self {
        Self { half_life_days: FIRST_DAYS, last: None }
    }
}

impl Memory {
    /// Takes a practice. Practices that come on the same day as the last one leave the half-life as it is: cramming does not last.
    pub fn practise(&mut self, success: bool, at: Timestamp) {
        if self.days_since(at).is_none_or(|days| days >= 1.0) {
            let factor = if success { 2.0 } else { 0.5 };
            self.half_life_days = (self.half_life_days * factor).clamp(LEAST_DAYS, MOST_DAYS);
        }
        self.last = self.last.max(Some(at));
    }

    /// Days since the last practice; none before the first.
    #[must_use]
    pub fn days_since(&self, now: Timestamp) -> Option<f64> {
        self.last.map(|last| (now.duration_since(last).as_secs_f64() / DAY_S).max(0.0))
    }

    /// The share that is still there; 1 before the first practice, since nothing could fade.
    #[must_use]
    pub fn recall(&self, now: Timestamp) -> f64 {
        self.days_since(now).map_or(1.0, |days| (-days / self.half_life_days * std::f64::consts::LN_2).exp())
    }

    /// Whether a practice is due.
    #[must_use]
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.recall(now) < DUE_BELOW
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    #[test]
    fn half_is_there_after_a_half_life_and_successes_space_practices_out() {
        let day = |n: i64| Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * n);
        let mut memory = Memory::default();
        assert!(!memory.is_due(day(100)));
        memory.practise(true, day(0));
        assert!((memory.recall(day(8)) - 0.5).abs() < 1e-9);
        assert!(!memory.is_due(day(4)) && memory.is_due(day(5)));
        memory.practise(true, day(5));
        memory.practise(true, day(5));
        assert!((memory.recall(day(21)) - 0.5).abs() < 1e-9, "the same day does not count twice");
        memory.practise(false, day(21));
        assert!((memory.recall(day(29)) - 0.5).abs() < 1e-9);
    }
}
