//! Practice with simulated callers, and growth by skill.
//!
//! * [`acts`] reads from an agent's words what they do to a caller: acknowledging, asking, blaming and eight more.
//! * [`practice`] is a call with a simulated caller: scenarios as data, a state machine of emotion that reacts to those acts, hints,
//!   and a debrief. The same scenario, seed and inputs always give the same call.
//! * [`growth`] follows how well each skill is mastered and says what to practise next.
//!
//! What people are told are codes of the catalogue (`calmline_core::catalog`); scenarios bring words of their own. Nothing
//! here does input or output, reads a clock or draws randomness from outside. What an agent's voice shows reaches a practice call only
//! under a permit of the house ([`practice::Tone`]), and then the learner alone.

pub mod acts;
mod file;
pub mod growth;
pub mod practice;

pub use file::FileError;
