//! Practice with simulated callers, growth by skill, and scorecards with evidence and appeal.
//!
//! * [`acts`] reads from an agent's words what they do to a caller: acknowledging, asking, blaming and eight more.
//! * [`practice`] is a call with a simulated caller: scenarios as data, a state machine of emotion that reacts to those acts, hints,
//!   and a debrief. The same scenario, seed and inputs always give the same call.
//! * [`growth`] follows how well each skill is mastered and says what to practise next.
//! * [`quality`] fills in scorecards from a transcript with quoted evidence, asks a person where it is not sure, and leads a score
//!   through confirmation, appeal and a second reader.
//!
//! What people are told are codes of the catalogue (`calmline_core::catalog`); scenarios and scorecards bring words of their own. Nothing
//! here does input or output, reads a clock or draws randomness from outside. What an agent's voice shows reaches a practice call only
//! under a permit of the house ([`practice::Tone`]), and then the learner alone.

pub mod acts;
mod file;
pub mod growth;
pub mod practice;
pub mod quality;

pub use file::FileError;
