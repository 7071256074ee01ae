//! How many calls each coming interval will bring, how surely, and why.
//!
//! [`Forecaster::learn`] takes the open days of a queue ([`Grid`]) and tries its members on the last weeks of them, each time
//! knowing only what came before (rolling origins); members that did well weigh more, by how far ahead a day lies, and what
//! was missed there makes the intervals. [`Forecaster::forecast`] then says for coming open days what is expected, within
//! which bounds, and by which parts; [`Forecaster::update`] takes a morning's truth and says the rest of the day anew.
//!
//! [`handling`] says how long calls will take, and [`patience`] how long callers are ready to wait.
//!
//! ```
//! use calmline_plan::{forecast::Forecaster, history::{Day, Grid}};
//! use jiff::{Span, civil::date};
//!
//! # fn main() -> Result<(), calmline_plan::forecast::ForecastError> {
//! // Eight weeks, Monday to Sunday, busier at the weekend.
//! let calls = |day: usize| if day % 7 >= 5 { 30.0 } else { 20.0 };
//! let dates = date(2026, 6, 1).series(Span::new().days(1)).take(56);
//! let days = dates.enumerate().map(|(at, date)| Day { date, counts: vec![Some(calls(at)); 24] });
//! let grid = Grid { opens: 0, interval: 60, slots: 24, days: days.collect() };
//! let forecaster = Forecaster::learn(&grid, &Default::default())?;
//! let ahead = forecaster.forecast(&[date(2026, 7, 27), date(2026, 8, 1)])?;
//! assert!((ahead[0].expected[12] - 20.0).abs() < 2.0 && (ahead[1].expected[12] - 30.0).abs() < 3.0);
//! # Ok(()) }
//! ```

mod bands;
mod calendar;
mod forecaster;
pub mod handling;
mod intraday;
mod kernel;
mod matrix;
pub mod measure;
mod model;
pub mod patience;
mod regression;

pub use forecaster::{DayForecast, FEWEST, ForecastError, Forecaster, Parts};

#[cfg(doc)]
use crate::history::Grid;
