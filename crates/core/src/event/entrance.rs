//! What is done with a caller who has not reached a queue yet.

use serde::{Deserialize, Serialize};

use super::Reason;
use crate::id::{IntentId, QueueId};

/// The next step of a caller in front of the queues.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum EntranceStep {
    /// The caller is asked which of two things it is about, or, without any, what it is about.
    Ask {
        /// The likelier first.
        choices: Vec<IntentId>,
    },
    /// The caller is passed on.
    Transfer {
        /// Where to.
        queue: QueueId,
        /// What it is about; none where nobody knows.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        intent: Option<IntentId>,
    },
}

/// A step and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EntranceDecision {
    /// What.
    #[serde(flatten)]
    pub step: EntranceStep,
    /// Why.
    pub reason: Reason,
}
