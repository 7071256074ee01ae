//! Rosters: shifts and breaks placed for people.
//!
//! * [`centre`] places starts and breaks of given working days against demand in slots;
//! * [`nrp`] gives people their shifts of given kinds, day by day, under the rules of work (nurse rostering).
//!
//! Both search alike: everybody else's roster fixed, one person's best roster is found exactly (dynamic programming); noise on
//! the costs, which is cooled, keeps the search from ending early. [`Effort`] fixes the result; whoever asks for it may
//! stop the search between two rounds and gets the best so far.

pub mod centre;
mod draw;
pub mod nrp;
mod rounds;

pub use rounds::{Effort, Progress};

/// What a roster costs and how often it breaks a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// What it costs.
    pub objective: i64,
    /// How often a rule is broken.
    pub violations: usize,
}
