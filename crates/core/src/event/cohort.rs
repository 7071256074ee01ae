//! How groups of people were: in coarse words, and of five people at least.

use std::collections::BTreeMap;

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

/// The three scales of the Copenhagen Burnout Inventory (Kristensen et al. 2005).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BurnoutScale {
    /// Personal burnout.
    Personal,
    /// Work-related burnout.
    Work,
    /// Client-related burnout.
    Client,
}

impl BurnoutScale {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Personal, Self::Work, Self::Client];

    /// The word used in JSON and in the catalogue.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Personal => "personal",
            Self::Work => "work",
            Self::Client => "client",
        }
    }
}

/// The six management standards of the UK's Health and Safety Executive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standard {
    /// Workload, work patterns, surroundings.
    Demands,
    /// How much say people have in the way they do their work.
    Control,
    /// Encouragement and resources from the organisation and from colleagues.
    Support,
    /// How people treat each other.
    Relationships,
    /// Whether people understand their role.
    Role,
    /// How change is brought about and told.
    Change,
}

impl Standard {
    /// All six, in their usual order.
    pub const ALL: [Self; 6] =
        [Self::Demands, Self::Control, Self::Support, Self::Relationships, Self::Role, Self::Change];

    /// The word used in JSON and in the catalogue.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Demands => "demands",
            Self::Control => "control",
            Self::Support => "support",
            Self::Relationships => "relationships",
            Self::Role => "role",
            Self::Change => "change",
        }
    }
}

/// How one cohort of people was in a week. What would tell of fewer than five of them is left out.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
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
    /// Well-being by the WHO-5: *low* below 50 of 100, *good* from 70.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who5: Option<Energy>,
    /// Burnout by scale of the Copenhagen inventory: *some* from 35 of 100, *much* from 50.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub burnout: BTreeMap<BurnoutScale, Extent>,
    /// The pulse by management standard: *low* below 2 of 4, *good* from 3.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub pulse: BTreeMap<Standard, Energy>,
}
