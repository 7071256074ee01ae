//! How an agent's voice was in a call, against that agent's own usual.

use serde::{Deserialize, Serialize};

use super::Reason;
use crate::units::Share;

/// Which way a voice was unlike the agent's usual. It says how somebody sounded, never how they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CueKind {
    /// 压力: pitch up, a harder and rougher voice.
    Tenser,
    /// 低落: pitch and its movement down, slower, more pauses.
    Lower,
    /// 焦虑: pitch up and unsteady, tremor, faster, uneven pauses.
    Uneasier,
}

impl CueKind {
    /// All kinds.
    pub const ALL: [Self; 3] = [Self::Tenser, Self::Lower, Self::Uneasier];

    /// The word used in JSON and in catalogue keys.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tenser => "tenser",
            Self::Lower => "lower",
            Self::Uneasier => "uneasier",
        }
    }
}

/// A voice that was unlike its usual.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cue {
    /// Which way.
    pub kind: CueKind,
    /// How far, in deviations of the agent's usual calls.
    pub deviations: f64,
    /// How sure it is that the call lies outside of the agent's usual calls, by how many of them are known and how much was
    /// said in this one.
    pub confidence: Share,
    /// The cue's own error: how often calm speech passed for this in the study that it rests on.
    pub false_alarms: Share,
    /// What moved it, strongest first: catalogue codes.
    pub drivers: Vec<String>,
}

/// What is said of one call. The payload of [`Body::AgentCue`](super::Body::AgentCue), as JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallCue {
    /// The voice was unlike its usual.
    Moved(Cue),
    /// Nothing is said, and why.
    Withheld(Reason),
}
