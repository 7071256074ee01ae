//! The planner's desk: histories, forecasts, staffing and rosters of a site.
//!
//! [`documents`] keeps them, [`jobs`] computes in the background; all else here is computed from its input alone. Times of a
//! day are minutes from midnight on the site's own clock; a week begins on its Monday.

pub mod calendar;
pub mod days;
pub mod documents;
pub mod forecast;
pub mod history;
pub mod jobs;
pub mod roster;
pub mod rules;
pub mod simulate;
pub mod solve;
pub mod staffing;

/// Minutes of a day.
pub const DAY: u32 = 24 * 60;
/// Minutes of a slot of a roster.
pub const SLOT: u32 = 15;
/// Slots of a day.
pub const SLOTS: usize = 96;

/// A time of the day as people write it.
#[must_use]
pub fn clock_of(minute: u32) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

/// What the server remembers of the planner's desk while it runs.
#[derive(Default)]
pub struct Planning {
    /// What is computed in the background.
    pub jobs: jobs::Jobs,
    /// Held while a roster is saved: of two planners the second sees what the first did.
    pub saving: tokio::sync::Mutex<()>,
    /// The forecasts that were made last, by history and days.
    pub forecasts: forecast::Recent,
}
