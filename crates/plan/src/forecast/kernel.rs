//! How alike two days are: covariances of an additive Gaussian process over days, one for each thing that moves volume
//! (Rasmussen & Williams 2006, ch. 5.4; additive calendars as in Durrande et al. 2013).

use super::calendar::DayKind;

/// How strongly each thing moves the volume of days: variances beside that of a day's own noise, and how long they last,
/// in days. They are not fitted to a series: with a hundred days, fitted ones forecast worse than these, which were
/// chosen on the early parts of two series of banks (see `docs/forecast.md`).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Strengths {
    /// A level that wanders, and days until it has forgotten itself.
    pub level: f64,
    pub level_days: f64,
    /// A jump of the level: days on the same side of it.
    pub jump: f64,
    /// What a weekday has for ever.
    pub weekday: f64,
    /// What a weekday has for now.
    pub weekday_drift: f64,
    /// The course of the month.
    pub month: f64,
    /// First and last open days of a month: pay days, rents, statements.
    pub turn: f64,
    /// Days beside one on which the queue was closed.
    pub closed: f64,
    /// Days that have a name: as others of the name, and as other named days.
    pub named: f64,
    /// A day's own noise.
    pub noise: f64,
}

/// The parts of an explanation, in the order of [`Strengths::parts`].
pub(super) const PARTS: usize = 5;

impl Strengths {
    /// Level that follows within weeks.
    pub const STEADY: Self = Self {
        level: 0.2,
        level_days: 20.0,
        jump: 4.0,
        weekday: 4.0,
        weekday_drift: 0.05,
        month: 0.2,
        turn: 0.5,
        closed: 1.0,
        named: 2.0,
        noise: 0.5,
    };
    /// Level that follows within days.
    pub const QUICK: Self = Self { level: 1.0, level_days: 5.0, ..Self::STEADY };
    /// Level that follows within a season, more of it from the month.
    pub const SLOW: Self = Self { level: 0.1, level_days: 60.0, month: 0.4, ..Self::STEADY };
    /// For the shape of days, which is noisier than their level.
    pub const SHAPE: Self = Self { noise: 3.0, jump: 0.0, ..Self::STEADY };

    /// Covariance of two days by part: level, weekday, month, neighbours of closed days, named days.
    pub fn parts(&self, a: &DayKind, b: &DayKind) -> [f64; PARTS] {
        /// A share of the month within which days are alike. Choice, on early parts: four days.
        const NEAR: f64 = 0.13;
        /// The variance of what never changes: anything goes.
        const ALWAYS: f64 = 100.0;
        const WEEKDAY_DAYS: f64 = 120.0;
        let apart = (a.time - b.time).abs();
        let jump = if a.new_level == b.new_level { self.jump } else { 0.0 };
        let level = ALWAYS + self.level * (-apart / self.level_days).exp() + jump;
        let weekday = if a.weekday == b.weekday {
            self.weekday + self.weekday_drift * (-apart / WEEKDAY_DAYS).exp()
        } else {
            0.0
        };
        let phase = (a.phase - b.phase).abs();
        let phase = phase.min(1.0 - phase) / NEAR;
        let start = a.from_start == b.from_start && a.from_start <= 3;
        let end = a.from_end == b.from_end && a.from_end <= 2;
        let turn = self.turn * f64::from(u8::from(start) + u8::from(end));
        let month = self.month * (-0.5 * phase * phase).exp() + turn;
        let beside = (a.after_closed && b.after_closed, a.before_closed && b.before_closed);
        let closed = self.closed * f64::from(u8::from(beside.0) + u8::from(beside.1));
        let named = match (a.named, b.named) {
            (Some(one), Some(other)) if one == other => 2.0 * self.named,
            (Some(_), Some(_)) => self.named,
            _ => 0.0,
        };
        [level, weekday, month, closed, named]
    }

    /// Covariance of two days.
    pub fn covariance(&self, a: &DayKind, b: &DayKind) -> f64 {
        self.parts(a, b).iter().sum()
    }
}
