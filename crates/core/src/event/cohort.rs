//! How groups of people were: in coarse words, and of five people at least.

use serde::{Deserialize, Serialize};

/// How much of their working time the people of a cohort spent in the two upper bands, coarse on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Extent {
    /// Less than a tenth.
    Little,
    /// From a tenth to three tenths.
    Some,
    /// Three tenths or more.
    Much,
}

/// How much energy the people of a cohort said they had, on average.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Energy {
    /// Less than 4 of 10.
    Low,
    /// From 4 to less than 7.
    Middle,
    /// 7 or more.
    Good,
}

/// How one cohort of people was in a week. What would tell of fewer than five of them is left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cohort {
    /// Which team; none for the whole site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// How many people were at work at least, of 5, 10 and 20.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub people: Option<u32>,
    /// High or heavy load.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub load: Option<Extent>,
    /// High or heavy exposure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exposure: Option<Extent>,
    /// High or heavy strain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strain: Option<Extent>,
    /// Energy by their own word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub energy: Option<Energy>,
}
