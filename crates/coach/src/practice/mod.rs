//! A call with a simulated caller, to practise in.
//!
//! A [`Scenario`] says who calls, what they want, what they do not tell unless asked, and how they speak. A [`Session`] plays it: what
//! the agent says is read as acts ([`crate::acts`]), the acts move the caller's [`Temper`]-dependent heat and trust
//! ([`state`]), and the caller answers with a line of their scenario. [`Session::debrief`] tells afterwards where the call turned.
//!
//! Words alone decide. Where a site's policy and the agent's consent allow it, the agent's own voice may be noted too ([`Tone`]); it
//! is told to the learner and to nobody else, and moves neither caller nor scores.

mod check;
mod debrief;
mod import;
mod library;
mod lines;
mod scenario;
mod scripted;
mod session;
pub mod state;
mod tone;
mod turn;

pub use debrief::{Better, Debrief, Skill, SkillScore, TurningPoint};
pub use import::{ImportError, Said, Speaker, import};
pub use library::library;
pub use scenario::{Caller, Ending, Fact, Goal, GoalKind, Loudness, Scenario, Topic};
pub use scripted::{Script, play};
pub use session::{Hint, Outcome, Reply, Session};
pub use state::{Cause, Mood, Temper};
pub use tone::{Tone, ToneError, ToneNote};
