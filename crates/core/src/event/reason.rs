//! Reasons and evidence: codes and numbers, of which the catalogue makes sentences.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::id::{EventId, PayloadId};

/// A reason, as a code with parameters; the catalogue has the words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reason {
    /// A key of the catalogue.
    pub code: String,
    /// What stands in the sentence's gaps.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub params: BTreeMap<String, Param>,
}

impl Reason {
    /// A reason without parameters.
    #[must_use]
    pub fn new(code: &str) -> Self {
        Self { code: code.into(), params: BTreeMap::new() }
    }

    /// The same with one more parameter.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Param>) -> Self {
        self.params.insert(name.into(), value.into());
        self
    }
}

/// A parameter of a [`Reason`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Param {
    /// A number.
    Number(f64),
    /// A word; never something a person said.
    Word(String),
}

impl From<f64> for Param {
    fn from(value: f64) -> Self {
        Self::Number(value)
    }
}

impl From<&str> for Param {
    fn from(value: &str) -> Self {
        Self::Word(value.into())
    }
}

/// One piece of an alert's evidence: a moment of a call, by the event that recorded it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// What is seen there.
    pub reason: Reason,
    /// The event that recorded it.
    pub event: EventId,
    /// The words, where there are some; unreadable once the speaker is erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quote: Option<PayloadId>,
}
