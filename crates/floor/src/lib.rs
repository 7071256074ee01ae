//! The way of one call and one site, composed of the crates that sense, read and decide.
//!
//! * [`Ear`] hears one call: audio of its legs goes in; facts for the log and jobs for speech recognition come out. A
//!   sensor exists only while the site's policy permits it.
//! * [`WordsJob`] is one utterance on its way to words: recognised, read and redacted wherever a recogniser is free.
//! * [`Speaking`] is one that is not over yet, on its way to guesses at its words.
//! * [`VoiceJob`] is an agent's voice in a call that is over, on its way to what is kept of that agent's usual.
//! * [`Decider`] follows one site's events and decides: prompts, breaks, alerts.
//! * [`Rehearsal`] runs a site in virtual time, with a log in memory: replay, the fast demo and tests.
//!
//! No I/O, no clock: the server runs this very code live.

mod decider;
mod ear;
mod leg;
mod rehearsal;
mod spoken;
mod turns;
mod typed;
mod voice;
mod words;

pub use decider::Decider;
pub use ear::{Ear, Hears};
pub use rehearsal::Rehearsal;
pub use spoken::Speaking;
pub use typed::Typed;
pub use voice::{Compared, VoiceJob};
pub use words::WordsJob;

use calmline_core::{CallId, EventId, PayloadId, SiteId, Timestamp, event::PayloadKind};
use jiff::SignedDuration;

/// `start` plus seconds, to the microsecond, so that times are the same in every log.
pub(crate) fn later(start: Timestamp, seconds: f64) -> Timestamp {
    let micros = (seconds * 1e6).round() as i64;
    start.saturating_add(SignedDuration::from_micros(micros)).unwrap_or(start)
}

/// Seconds, to the millisecond: what events carry.
pub(crate) fn millis(seconds: f64) -> f64 {
    (seconds * 1000.0).round() / 1000.0
}

/// The name of a sealed payload of a channel. None only where no id could be made of a hash.
pub(crate) fn payload(
    site: &SiteId,
    call: &CallId,
    (channel, at): (usize, Timestamp),
    kind: PayloadKind,
) -> Option<PayloadId> {
    let parts = [site.as_str(), call.as_str(), &channel.to_string(), &at.to_string(), kind.as_str()];
    PayloadId::new(EventId::derive(&parts).to_string()).ok()
}
