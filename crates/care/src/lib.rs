//! Follows each agent's load, exposure and strain from the events of a site, and decides on prompts in calls, offers of
//! breaks, and alerts to supervisors.
//!
//! [`Care`] is one state machine per site. It does no input or output and reads no clock: events go in through
//! [`Care::apply`], decisions come out as drafts, and [`Care::next_wake`] says when it needs to be told the time. The
//! same events give the same decisions, ids included, so a log can be replayed and every decision derived again.
//!
//! ```
//! use calmline_care::{Care, Settings};
//! use calmline_core::{AgentId, Body, Draft, Position, SiteId, event::WorkState};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let site = SiteId::new("shanghai")?;
//! let mut care = Care::new(site.clone(), Settings::default());
//! let agent = AgentId::new("a-17")?;
//! let state = Body::AgentState { agent: agent.clone(), state: WorkState::Available, reason: None };
//! let signed_in = Draft::told(site.clone(), "acd", "1", "2026-11-23T08:00:00Z".parse()?, state);
//! assert!(care.apply(&signed_in.at_position(Position(1))).is_empty());
//!
//! // Fifty minutes later: told the time whenever it asks, it offers a break.
//! let mut decided = Vec::new();
//! for position in 2.. {
//!     let Some(at) = care.next_wake().filter(|at| at.as_second() <= signed_in_at() + 50 * 60) else { break };
//!     let timer = Draft::told(site.clone(), "timer", &position.to_string(), at, Body::TimerFired {});
//!     decided.extend(care.apply(&timer.at_position(Position(position))));
//! }
//! assert!(decided.iter().any(|draft| matches!(draft.body, Body::BreakOffered { minutes: 5, .. })));
//! # Ok(()) }
//! # fn signed_in_at() -> i64 { 1_795_420_800 }
//! ```
//!
//! ## What decides what
//! * [`model`]: load, exposure and strain, kept apart; the formulas and where they come from.
//! * [`fusion`]: how probable it is that a caller is agitated, from voice and words together.
//! * Prompts and alerts rest on what callers show and on key presses; breaks on time worked and on the model. Alerts
//!   never rest on strain, check-ins or refusals; of load only the share of the hour in calls may raise one.
//! * [`Settings`]: every threshold, with its source or the word *choice*.
//!
//! ## What is deliberately absent
//! Nothing acoustic of the agent, and nothing of a speaker who is not known, has any effect. Refusals and key presses are
//! not counted per person anywhere: a refusal sets the time of the next offer, a key press marks its call.

mod agent;
mod alerts;
mod breaks;
mod call;
mod caller;
mod care;
pub mod customer;
mod decisions;
pub mod entrance;
mod escalation;
pub mod fusion;
mod hard_calls;
pub mod incident;
pub mod model;
mod price;
mod prompts;
mod reasons;
pub mod rhythm;
pub mod routing;
mod seconds;
pub mod settings;
mod settings_check;
mod standing;
mod table;
mod time;
mod wakes;

pub use care::Care;
pub use settings::{SETTINGS_VERSION, Settings};
pub use settings_check::SettingsError;
pub use standing::{Contribution, Scale, Standing};
