//! What the phone platform shows of an agent because Calmline asked for it.

use serde::{Deserialize, Serialize};

/// What the phone platform should show of an agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// 小休: on a break.
    OnBreak,
    /// 示闲: back from it.
    Available,
}

impl Presence {
    /// The word used in JSON and in the catalogue.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OnBreak => "on_break",
            Self::Available => "available",
        }
    }
}

/// Why the phone platform does not show what was wanted of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PresenceFault {
    /// It knows no such agent.
    NotFound,
    /// It declined the change.
    Refused,
    /// It does not accept our credentials, or they may not do this.
    Unauthorised,
    /// It cannot be reached, or says what cannot be read.
    Unreachable,
    /// It gave no answer in time.
    TimedOut,
    /// It took the change, and shows something else.
    NotShown,
}

impl PresenceFault {
    /// The word used in JSON and in the catalogue.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::Refused => "refused",
            Self::Unauthorised => "unauthorised",
            Self::Unreachable => "unreachable",
            Self::TimedOut => "timed_out",
            Self::NotShown => "not_shown",
        }
    }
}
