//! What words show besides how they sound: abuse with its target, and what a caller wants.

use serde::{Deserialize, Serialize};

use crate::units::Share;

/// An abusive wording: a threat, harassment or an insult.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Abuse {
    /// What kind.
    pub kind: AbuseKind,
    /// How severe the wording is by itself.
    pub severity: Share,
    /// At whom it is aimed.
    pub target: Target,
}

/// What kind of abuse words are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AbuseKind {
    /// Harm is announced or wished.
    Threat,
    /// Sexual words.
    Harassment,
    /// Insults and obscene orders.
    Insult,
}

/// At whom an abusive wording is aimed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// At whoever listens: on the caller's leg, the agent.
    Listener,
    /// At something or somebody else, or at nobody that the words name.
    Other,
}

/// What a caller wants, among the intents that a site has taught.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Intent {
    /// The intent; none where the words fit none of them (out of scope).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The probability of the likeliest intent, also where it was too small to count.
    pub confidence: Share,
    /// The likeliest intent that was not given, and its probability.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runner_up: Option<(String, Share)>,
}
