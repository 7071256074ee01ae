//! What the log holds.
//!
//! An [`Event`] is a fact that came in, something sensed under a permit, something a person did, or a decision of the
//! software. Decisions name the events that caused them and take their time from events alone, so the same facts give
//! the same decisions again. Events hold pseudonyms and numbers; words and other personal payloads are sealed apart
//! ([`Clear`]) and only referred to. Audio and acoustic features are in neither, but for the peaks of a leg ([`Levels`]),
//! sealed like words, of which no sound can be made.
//!
//! Times within a call (`start_s`, `end_s`, `at_s`) are seconds from the first frame of its audio.
mod about;
mod body;
mod cohort;
mod cue;
mod customer;
mod entrance;
mod incident;
mod keeping;
mod levels;
mod model;
mod payload;
mod people;
mod presence;
mod reason;
mod rhythm;
mod routing;
mod sensed;
mod spoken;
mod words;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use self::{
    body::Body,
    cohort::{BurnoutScale, Cohort, Energy, Extent, Standard},
    cue::{CallCue, Cue, CueKind},
    customer::{FlagEnd, FlagReason},
    entrance::{EntranceDecision, EntranceStep},
    incident::{CueSharing, IncidentOutcome, IncidentStep, Joining},
    keeping::WebhookChange,
    levels::{Level, Levels},
    model::{ModelTask, ModelUsed},
    payload::{Clear, PayloadKind},
    people::{AlertOutcome, Band, OfferAnswer, Report, WorkState},
    presence::{Presence, PresenceFault},
    reason::{Evidence, Param, Reason},
    rhythm::{Rhythm, RhythmMinutes},
    routing::{RouteFacts, Skill, Waiting},
    sensed::{CallerSign, Objection, SignalKind, WordSigns},
    spoken::{Spoken, Word},
    words::{Abuse, AbuseKind, Intent, Target},
};
use crate::id::{EventId, SiteId};

/// A place in the log. Positions follow commit order, start at 1 and are never used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Position(pub u64);

/// An event as the log holds it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Where it stands in the log.
    pub position: Position,
    /// Whose it is.
    pub site: SiteId,
    /// What it is; the same fact told twice has the same id.
    pub id: EventId,
    /// When it happened.
    pub at: Timestamp,
    /// The events that caused it; empty for facts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub because: Vec<EventId>,
    /// What happened.
    #[serde(flatten)]
    pub body: Body,
}

/// An event on its way to the log.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// Whose it is.
    pub site: SiteId,
    /// What it is.
    pub id: EventId,
    /// When it happened.
    pub at: Timestamp,
    /// The events that caused it.
    pub because: Vec<EventId>,
    /// What happened.
    pub body: Body,
    /// Personal payloads that the body refers to; the store seals them in the same commit.
    pub clear: Vec<Clear>,
}

impl Draft {
    /// A fact told by an outside source; `(source, id)` is unique for ever within a site.
    #[must_use]
    pub fn told(site: SiteId, source: &str, id: &str, at: Timestamp, body: Body) -> Self {
        let id = EventId::derive(&[site.as_str(), "told", source, id]);
        Self { site, id, at, because: Vec::new(), body, clear: Vec::new() }
    }

    /// Something that follows from other events, or that has no id of its own: its id comes from what it says, when,
    /// and why.
    #[must_use]
    pub fn derived(site: SiteId, at: Timestamp, because: Vec<EventId>, body: Body) -> Self {
        let what = serde_json::to_string(&body).unwrap_or_default();
        let when = at.to_string();
        let why = because.iter().map(EventId::to_string).collect::<Vec<_>>().join(",");
        let id = EventId::derive(&[site.as_str(), "derived", &when, &why, &what]);
        Self { site, id, at, because, body, clear: Vec::new() }
    }

    /// The same with a sealed payload.
    #[must_use]
    pub fn with(mut self, clear: Clear) -> Self {
        self.clear.push(clear);
        self
    }

    /// The event that this becomes at a position.
    #[must_use]
    pub fn at_position(self, position: Position) -> Event {
        let Self { site, id, at, because, body, clear: _ } = self;
        Event { position, site, id, at, because, body }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::IdError;

    #[test]
    fn told_twice_is_one_event_and_every_difference_of_a_derived_one_counts() -> Result<(), IdError> {
        let site = SiteId::new("s")?;
        let told = |id| Draft::told(site.clone(), "acd", id, Timestamp::UNIX_EPOCH, Body::TimerFired {}).id;
        assert_eq!(told("1"), told("1"));
        assert_ne!(told("1"), told("2"));
        let derived =
            |because| Draft::derived(site.clone(), Timestamp::UNIX_EPOCH, because, Body::TimerFired {}).id;
        assert_ne!(derived(vec![]), derived(vec![told("1")]));
        Ok(())
    }
}
