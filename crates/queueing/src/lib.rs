//! Queue mathematics of contact centres: many agents, one queue, first come, first served, in the steady state.
//!
//! Calls arrive at random (Poisson), handling times are exponential, and callers wait for ever (Erlang C, M/M/n) or hang
//! up after an exponential patience (Erlang A, M/M/n+M: Palm 1957; Garnett, Mandelbaum & Reiman 2002). All times are in one
//! unit of the caller's choice, all rates are per that unit.
//!
//! ```
//! use calmline_queueing::{Load, Target};
//!
//! # fn main() -> Result<(), calmline_queueing::LoadError> {
//! // 100 calls in 30 minutes of 3 minutes each; 80 % answered within 20 seconds.
//! let load = Load::new(100.0 / 30.0, 1.0 / 3.0)?;
//! let target = Target { service_level: 0.8, within: 20.0 / 60.0, max_occupancy: 0.85 };
//! let agents = load.staff(&target)?;
//! assert_eq!(agents, 14);
//! assert!((load.steady(agents).service_level(target.within) - 0.888_350).abs() < 1e-6);
//! # Ok(()) }
//! ```
//!
//! No I/O, no clock, no allocation.

mod erlang;
mod load;
mod patience;
mod staff;
mod steady;

pub use erlang::blocking;
pub use load::{Load, LoadError};
pub use staff::{Target, scheduled};
pub use steady::Steady;
