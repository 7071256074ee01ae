//! Minutes of hard calls and minutes at work over a rolling window, by agent, and how evenly they are shared.

/// The window moves on by so many parts.
const PARTS: usize = 16;
/// Somebody who has just come counts as if they had been here for an hour: else one hard call would be all of their day.
const LEAST_PRESENT_S: i64 = 3_600;

/// What one agent met in the window. In whole seconds, so that sums stay exact.
#[derive(Debug, Clone, Default)]
pub(super) struct Share {
    hard_s: [i64; PARTS],
    present_s: [i64; PARTS],
    hard: i64,
    present: i64,
}

impl Share {
    pub(super) fn add_hard(&mut self, part: usize, seconds: i64) {
        self.hard_s[part % PARTS] += seconds;
        self.hard += seconds;
    }

    pub(super) fn add_present(&mut self, part: usize, seconds: i64) {
        self.present_s[part % PARTS] += seconds;
        self.present += seconds;
    }

    /// The oldest part of the window ends; its place is that of the newest.
    pub(super) fn forget(&mut self, part: usize) {
        self.hard -= std::mem::take(&mut self.hard_s[part % PARTS]);
        self.present -= std::mem::take(&mut self.present_s[part % PARTS]);
    }

    pub(super) fn hard(&self) -> i64 {
        self.hard
    }

    /// Whether there is nothing in the window.
    pub(super) fn is_empty(&self) -> bool {
        self.hard == 0 && self.present == 0
    }

    /// What the agent's part of the fair share goes by.
    pub(super) fn weight(&self) -> i64 {
        self.present.max(LEAST_PRESENT_S)
    }

    /// Hard time for the time at work, in millionths.
    pub(super) fn ratio(&self) -> i64 {
        self.hard.saturating_mul(1_000_000) / self.weight()
    }
}

/// The length of a part of the window, in seconds.
pub(super) fn part_seconds(window_hours: u32) -> i64 {
    (i64::from(window_hours.max(1)) * 3_600 / PARTS as i64).max(1)
}

pub(super) const WINDOW_PARTS: i64 = PARTS as i64;

/// How evenly hard calls are shared; nothing of it is about one person.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fairness {
    /// Agents who were at work in the window.
    pub agents: usize,
    /// Minutes of hard calls that they met together.
    pub hard_minutes: f64,
    /// The Gini coefficient of hard minutes for the time at work: 0 where all have met as many, near 1 where one met all.
    pub gini: f64,
    /// The largest share in multiples of the fair one; 0 where there were no hard calls.
    pub highest: f64,
}

/// The Gini coefficient: half the mean absolute difference of two of the values over their mean (Gini 1912). 0 where there
/// are none, or all are nothing. Sorts the values.
#[must_use]
pub fn gini(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    let count = values.len() as f64;
    let sum: f64 = values.iter().sum();
    if sum <= 0.0 {
        return 0.0;
    }
    let ranked: f64 = (1..).zip(values.iter()).map(|(rank, value)| f64::from(rank) * value).sum();
    (2.0 * ranked / (count * sum) - (count + 1.0) / count).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gini_knows_its_ends_and_a_textbook_middle() {
        assert_eq!(gini(&mut [3.0, 3.0, 3.0]), 0.0);
        assert!((gini(&mut [0.0, 0.0, 0.0, 8.0]) - 0.75).abs() < 1e-12);
        assert!((gini(&mut [1.0, 2.0, 3.0, 4.0]) - 0.25).abs() < 1e-12);
        assert_eq!(gini(&mut []), 0.0);
        assert_eq!(gini(&mut [0.0, 0.0]), 0.0);
    }

    #[test]
    fn what_leaves_the_window_is_forgotten() {
        let mut share = Share::default();
        share.add_hard(3, 120);
        share.add_present(3, 7_200);
        share.add_hard(4, 60);
        assert_eq!((share.hard(), share.weight()), (180, 7_200));
        share.forget(3 + PARTS);
        assert_eq!((share.hard(), share.weight()), (60, LEAST_PRESENT_S));
    }
}
