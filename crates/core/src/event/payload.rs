//! Personal payloads: sealed apart from the events that refer to them.

use serde::{Deserialize, Serialize};

use crate::id::{PayloadId, SubjectId};

/// A personal payload before it is sealed. Deliberately not serialisable.
#[derive(Clone, PartialEq, Eq)]
pub struct Clear {
    /// The name by which the event refers to it.
    pub id: PayloadId,
    /// Whom it is about: erasing them makes it unreadable.
    pub subject: SubjectId,
    /// What it is kept for.
    pub kind: PayloadKind,
    /// The payload, UTF-8 text for all kinds so far.
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for Clear {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Clear({}, {:?}, {} bytes)", self.id, self.kind, self.bytes.len())
    }
}

/// What a sealed payload is kept for. Each has its own key per subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PayloadKind {
    /// What was said, personal data replaced by placeholders ([`Spoken`](super::Spoken)).
    Transcript,
    /// What the placeholders stand for.
    Original,
    /// An outside name (of an agent on the phone platform, say) behind a pseudonym.
    Identity,
    /// What an agent wrote or answered about themselves.
    SelfReport,
    /// How loud a leg was from moment to moment ([`Levels`](super::Levels)).
    Envelope,
    /// What an agent's voice showed in a call against their own usual ([`CallCue`](super::CallCue)), and that usual: a dozen
    /// means and variances.
    VoiceCue,
    /// What is known of an incident of abuse that is over, for its agent to keep or delete.
    Incident,
    /// What a customer says against a flag.
    Appeal,
    /// A planner's history of a queue, or a roster of pseudonyms.
    Plan,
}

impl PayloadKind {
    /// All kinds.
    pub const ALL: [Self; 9] = [
        Self::Transcript,
        Self::Original,
        Self::Identity,
        Self::SelfReport,
        Self::Envelope,
        Self::VoiceCue,
        Self::Incident,
        Self::Appeal,
        Self::Plan,
    ];

    /// The word used in JSON and in the store.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Transcript => "transcript",
            Self::Original => "original",
            Self::Identity => "identity",
            Self::SelfReport => "self_report",
            Self::Envelope => "envelope",
            Self::VoiceCue => "voice_cue",
            Self::Incident => "incident",
            Self::Appeal => "appeal",
            Self::Plan => "plan",
        }
    }
}
