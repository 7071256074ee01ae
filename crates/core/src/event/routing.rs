//! What a router asks about a call, and what its answer rested on.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    id::{AgentId, IntentId, QueueId, SkillId},
    units::Share,
};

/// A skill and how well: of an agent, what they can; of a call, what it needs at least.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Skill {
    /// Which.
    pub skill: SkillId,
    /// 1 to 100.
    pub level: u8,
}

/// A call that waits for an agent, as the router in front of the queue tells it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Waiting {
    /// The queue that it waits in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue: Option<QueueId>,
    /// What it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intent: Option<IntentId>,
    /// The language that the caller wants: a language tag in lower case, such as `zh`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// 1 (first) to 5.
    pub priority: u8,
    /// What an agent must be able to do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<Skill>,
    /// Since when the caller waits.
    pub since: Timestamp,
    /// Who spoke with this caller last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_agent: Option<AgentId>,
    /// Whether the caller has called about the same before.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub repeat: bool,
    /// Until when the caller is flagged for abuse; the flag is reviewed then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flagged_until: Option<Timestamp>,
    /// The agents that another router would choose from, who are to be ranked; none where Calmline is to choose.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub candidates: Vec<AgentId>,
}

/// What was known when a call was routed; nothing of it is about one person.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RouteFacts {
    /// How long the caller had waited, in seconds.
    pub waited_s: f64,
    /// How likely the call is a hard one, from what calls of its kind were like.
    pub hard: Share,
    /// Agents who were free and able to take it.
    pub free: u32,
    /// Of these, those who were spared hard calls or all calls just then.
    pub spared: u32,
}
