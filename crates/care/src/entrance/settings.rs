//! What a site may set about callers in front of the queues.

use std::collections::BTreeMap;

use calmline_core::{IntentId, QueueId};
use serde::{Deserialize, Serialize};

/// Where callers go by what they want.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EntranceSettings {
    /// Where callers go whose wish nobody knows, or which no department takes. Without it the entrance is closed.
    pub otherwise: Option<QueueId>,
    /// Which queue takes which intent.
    pub departments: BTreeMap<IntentId, QueueId>,
    /// What callers hear an intent called: one that has no name is not asked about.
    pub names: BTreeMap<IntentId, Name>,
    /// Probability from which an intent is taken for understood. Choice.
    pub sure_from: f64,
    /// Probability from which the second likeliest intent is worth a question. Choice.
    pub ask_from: f64,
    /// How long nothing may be understood before a person takes over, in seconds, from the beginning and again after a question.
    /// Choice.
    pub patience_seconds: u32,
}

/// A name in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Name {
    /// English.
    pub en: String,
    /// 简体中文.
    pub zh: String,
}

impl Default for EntranceSettings {
    fn default() -> Self {
        Self {
            otherwise: None,
            departments: BTreeMap::new(),
            names: BTreeMap::new(),
            sure_from: 0.7,
            ask_from: 0.15,
            patience_seconds: 20,
        }
    }
}
