//! Scorecards: what they ask, what can be answered from a transcript with quoted evidence, and how people have the last word.
//!
//! A [`Scorecard`] is data. [`score`] answers what its rules can from the words of a call and asks a person where it is not sure
//! enough. A [`Review`] leads the result: the agent sees it first, a person confirms it, an appeal brings a second reader, and only
//! then does a coach see it. No state of a review is visible to pay or ranking ([`Viewer`]). [`Sampling`] picks which
//! calls are scored at all, by a share that was agreed. [`kappa`] says how far software and people agree.
//!
//! An agent's words are read as moves and wordings, never as feelings. Callers' feelings are the readings that the call has already
//! ([`WordSigns`](calmline_core::event::WordSigns), made under their own permit); nothing of wellbeing comes in.

mod agreement;
mod answer;
mod engine;
mod review;
mod rules;
mod sampling;
mod scorecard;
mod sight;

pub use agreement::{Kappa, kappa};
pub use answer::{Answer, Answered, Asks, Evidence, Score};
pub use engine::{Utterance, score};
pub use review::{Refused, Review, Stage};
pub use sampling::{Agreement, Sampling};
pub use scorecard::{Kind, Question, Rule, Scorecard, Topic, Words, shipped};
pub use sight::{Sight, Viewer};
