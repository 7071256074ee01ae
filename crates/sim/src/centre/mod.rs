//! A contact centre as queues, groups of agents, shifts and callers: what would happen if.
//!
//! Discrete events in virtual time. Every purpose (arrivals, handling, patience, …) of every queue has a stream of chance of
//! its own, in which every call has its own place, so that the same callers come with the same wishes to scenarios that
//! differ in something else (common random numbers), and differences between scenarios show early.
//!
//! Where a scenario has a `[care]` table, load, exposure and strain of every agent are followed by the model of
//! `calmline_care`; with its breaks or its routing the whole of that crate decides, fed with the work events of a real
//! site. Simulated strain is what that model says, and no measurement of people.
//!
//! ```
//! use calmline_sim::centre::{Runs, Scenario};
//!
//! let scenario = Scenario::parse(r#"
//!     replications = 4
//!     warm_up = 20.0
//!     duration = 500.0
//!     [[queue]]
//!     name = "main"
//!     arrivals = { exponential = 8.0 }
//!     [[group]]
//!     name = "agents"
//!     count = 10
//!     serves = ["main"]
//!     service = { exponential = 1.0 }
//! "#)?;
//! let outcome = Runs::new(&scenario).run(|_| {});
//! let busy = outcome.get("occupancy").ok_or("nobody worked")?;
//! assert!((busy.mean - 0.8).abs() < 0.03);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod check;
mod engine;
mod heap;
mod law;
mod numbers;
mod outcome;
mod people;
mod plan;
mod scenario;
mod site;
mod tally;

pub use law::{Exponential, Law};
pub use outcome::{Estimate, MEASURES, Measure, Outcome, Runs};
pub use scenario::{Scenario, ScenarioError};
