//! Counts of calls as they come: read, put on a grid of intervals, and judged.
//!
//! [`Columns`] says which column of a table holds what, [`Tally`] takes the rows one by one and makes a [`Grid`] of them: open
//! days, each cut into the same intervals of the site's own clock.

pub mod calendar;
mod columns;
mod grid;
pub mod outages;
pub mod queue_log;
mod tally;
pub mod time;

pub use columns::{Columns, ColumnsError, Named};
pub use grid::{Day, Grid};
pub use tally::{BadRow, BadRowReason, HistoryError, Tally};
