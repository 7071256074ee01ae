//! What is kept, and what leaves the house.

use serde::{Deserialize, Serialize};

/// What was done to an endpoint of others that is told of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WebhookChange {
    /// It is told from now on.
    Added,
    /// It is another address, or told of other types.
    Changed,
    /// It is told nothing for a while.
    Paused,
    /// It is told again.
    Resumed,
    /// What it is told is signed with a new secret.
    SecretRenewed,
    /// It is told nothing any more.
    Removed,
}

impl WebhookChange {
    /// The word used in JSON and in the catalogue.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Changed => "changed",
            Self::Paused => "paused",
            Self::Resumed => "resumed",
            Self::SecretRenewed => "secret_renewed",
            Self::Removed => "removed",
        }
    }
}
