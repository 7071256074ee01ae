//! Counts of calls on a grid: open days by intervals of the day.

use jiff::civil::Date;

/// A day on which the queue was open.
#[derive(Debug, Clone, PartialEq)]
pub struct Day {
    /// The local date.
    pub date: Date,
    /// Calls of each interval of the day, in order; none where it is not known.
    pub counts: Vec<Option<f64>>,
}

impl Day {
    /// Calls of the day, without the intervals that are not known.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.counts.iter().flatten().sum()
    }
}

/// The open days of a queue, each cut into the same intervals of local time.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    /// Minutes from midnight to the first interval.
    pub opens: u32,
    /// Minutes of an interval.
    pub interval: u32,
    /// Intervals of a day.
    pub slots: usize,
    /// The open days, in order; each has `slots` counts.
    pub days: Vec<Day>,
}

impl Grid {
    /// The dates of the open days.
    #[must_use]
    pub fn dates(&self) -> Vec<Date> {
        self.days.iter().map(|day| day.date).collect()
    }

    /// The same grid with its first open days alone.
    #[must_use]
    pub fn first(&self, days: usize) -> Self {
        Self { days: self.days[..days.min(self.days.len())].to_vec(), ..*self }
    }

    /// The local time at which an interval begins, as minutes from midnight.
    #[must_use]
    pub fn minute(&self, slot: usize) -> u32 {
        self.opens + self.interval * u32::try_from(slot).unwrap_or(u32::MAX / self.interval.max(1))
    }
}
