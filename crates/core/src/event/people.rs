//! How people are, what they do and what they answer.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What an agent is doing, as the phone platform says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WorkState {
    /// 未登录: not signed in.
    Offline,
    /// 示闲: waiting for a call.
    Available,
    /// In a call.
    Busy,
    /// 话后处理: after-call work.
    WrapUp,
    /// 小休: on a break.
    OnBreak,
    /// 示忙: not available for another reason.
    Away,
    /// Meeting, coaching or training.
    Training,
}

/// A band of load, exposure or strain; people see words, not decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Band {
    /// Room to breathe.
    Light,
    /// A usual day.
    Usual,
    /// More than usual.
    High,
    /// Too much to keep up.
    Heavy,
}

impl Band {
    /// The word used in JSON and in the catalogue.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Usual => "usual",
            Self::High => "high",
            Self::Heavy => "heavy",
        }
    }
}

/// What an agent answers to the offer of a break.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "answer")]
pub enum OfferAnswer {
    /// Takes it at the next end of a call.
    Accepted,
    /// Wants it at another time.
    Moved {
        /// When.
        to: Timestamp,
    },
    /// Does not want it. Never counted per person.
    Refused,
}

/// What an agent says about themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Report {
    /// How much energy is left, 0 to 10; the number is the sealed text.
    CheckIn,
    /// Something that went well, in the agent's own words.
    GoodMoment,
    /// The answers to the WHO-5 well-being index, as JSON.
    Who5,
    /// The answers to the Copenhagen Burnout Inventory, as JSON.
    Burnout,
    /// The answers to the pulse by HSE's six management standards, as JSON.
    Pulse,
}

/// What a supervisor did with an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertOutcome {
    /// It was right and led to help.
    Helped,
    /// It was right, but no help was needed.
    NotNeeded,
    /// It was wrong.
    Wrong,
}
