//! A customer whose callers were abusive again and again: a flag that people put, review and lift.

use serde::{Deserialize, Serialize};

/// Why a customer is flagged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FlagReason {
    /// Insults, again and again.
    Insults,
    /// Threats against the agent or others.
    Threats,
    /// Words against what somebody is: origin, sex, faith, disability.
    Discrimination,
    /// Sexual words.
    Harassment,
}

impl FlagReason {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Insults, Self::Threats, Self::Discrimination, Self::Harassment];

    /// The word used in JSON and in the catalogue.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Insults => "insults",
            Self::Threats => "threats",
            Self::Discrimination => "discrimination",
            Self::Harassment => "harassment",
        }
    }
}

/// What a flag was lifted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FlagEnd {
    /// A review found that it is needed no longer.
    Review,
    /// The customer appealed, and was right.
    Appeal,
}

impl FlagEnd {
    /// The word used in JSON and in the catalogue.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Review => "review",
            Self::Appeal => "appeal",
        }
    }
}
