//! How well each skill is mastered, what to practise next, and when help may fade.
//!
//! [`Mastery`] is Bayesian knowledge tracing; [`Memory`] says how it fades between practices; [`Growth`] is one person's record of both,
//! which only that person and, by skill and in words, their coach see: there is no list of people here, and no order among them.

mod memory;
mod record;
mod tracing;

pub use memory::Memory;
pub use record::{Band, Growth, Help, Observation, Source, Standing, Suggestion};
pub use tracing::{Mastery, Misfit, Parameters, fit};
