//! The planner's desk: history in, a forecast, and rosters that protect people.
//!
//! * [`history`] reads counts of calls and rows of calls, and puts them on a grid of intervals;
//! * [`forecast`] says how many calls each coming interval will bring, how surely, and why;
//! * [`schedule`] places shifts and breaks for people.
//!
//! No I/O, no clock, no randomness from outside: what is computed here is computed from its input alone.

pub mod forecast;
pub mod history;
pub mod schedule;
