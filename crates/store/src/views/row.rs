//! The rows of the views, as the API shows them.

use calmline_core::{
    AccountId, AgentId, AlertId, CallId, OfferId, Party, QueueId, Share, Timestamp,
    event::{AlertOutcome, Evidence, Reason, WorkState},
};
use serde::{Deserialize, Serialize};

/// A call and its operational facts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CallRow {
    /// Which.
    pub call: CallId,
    /// When it was first heard of.
    pub began: Timestamp,
    /// The last queue that it was in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue: Option<QueueId>,
    /// The last agent that had it, or at whom it rings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<AgentId>,
    /// When it was first offered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offered: Option<Timestamp>,
    /// When it was first answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered: Option<Timestamp>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Timestamp>,
    /// Whether the caller is on hold.
    #[serde(default)]
    pub held: bool,
    /// How often it went to somebody else.
    #[serde(default)]
    pub transfers: u32,
    /// Its audio, in the order of opening.
    #[serde(default)]
    pub legs: Vec<LegRow>,
    /// Utterances heard.
    #[serde(default)]
    pub utterances: u32,
    /// Prompts shown to the agent.
    #[serde(default)]
    pub cues: u32,
    /// Alerts raised about it.
    #[serde(default)]
    pub alerts: u32,
    /// Whether its agent pressed the abuse key.
    #[serde(default)]
    pub abuse_reported: bool,
}

/// One leg's audio. A leg that reconnects is one more row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LegRow {
    /// Whose voice.
    pub party: Party,
    /// `audiohook`, `twilio` or `recording`.
    pub protocol: String,
    /// Samples per second.
    pub rate: u32,
    /// Whether it has ended; the numbers below come with its end.
    pub closed: bool,
    /// Samples that came.
    pub frames: u64,
    /// Samples that are missing.
    pub lost: u64,
    /// Seconds of speech; none where segmentation was not permitted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speech_s: Option<f64>,
}

/// An alert. It is open while it has no outcome and `expires` is to come.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AlertRow {
    /// Which.
    pub alert: AlertId,
    /// When it was raised.
    pub raised: Timestamp,
    /// Who needs help; nobody where a queue does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<AgentId>,
    /// Which queue needs help.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue: Option<QueueId>,
    /// In which call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<CallId>,
    /// What is the matter.
    pub reason: Reason,
    /// How sure.
    pub confidence: Share,
    /// What shows it.
    pub evidence: Vec<Evidence>,
    /// What would help: a catalogue code.
    pub action: String,
    /// When it goes away by itself.
    pub expires: Timestamp,
    /// When somebody said that they look after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged: Option<Timestamp>,
    /// When a second person was told, since nobody had.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalated: Option<Timestamp>,
    /// What became of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<AlertOutcome>,
    /// When somebody said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<Timestamp>,
    /// Who said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_by: Option<AccountId>,
    /// What they did about it: a catalogue code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done: Option<String>,
}

/// How an offer of a break stands.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum OfferState {
    /// Not answered yet.
    Offered,
    /// Accepted.
    Accepted,
    /// Wanted at another time.
    Moved {
        /// When.
        to: Timestamp,
    },
    /// Not wanted.
    Refused,
    /// Lapsed unanswered.
    Lapsed,
    /// The phone platform confirmed that the break began.
    Began,
    /// Accepted, but never confirmed.
    Unconfirmed,
    /// The break was had.
    Ended {
        /// How long it was, in minutes. A row holds the minutes that were offered beside it, so it has a name of its own.
        #[serde(rename = "lasted")]
        minutes: f64,
    },
}

/// An offer of a break. For its agent alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OfferRow {
    /// Which.
    pub offer: OfferId,
    /// To whom.
    pub agent: AgentId,
    /// When it was made.
    pub offered: Timestamp,
    /// How long, in minutes.
    pub minutes: u32,
    /// Why.
    pub reasons: Vec<Reason>,
    /// When it lapses.
    pub expires: Timestamp,
    /// How it stands.
    #[serde(flatten)]
    pub state: OfferState,
    /// Since when it stands so.
    pub changed: Timestamp,
}

/// An agent as the phone platform last told it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AgentRow {
    /// Who.
    pub agent: AgentId,
    /// What they are doing.
    pub state: WorkState,
    /// Since when.
    pub since: Timestamp,
    /// The platform's reason code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offer_whose_break_is_over_is_read_as_it_was_written() {
        let row = OfferRow {
            offer: OfferId::new("o").unwrap(),
            agent: AgentId::new("x").unwrap(),
            offered: Timestamp::UNIX_EPOCH,
            minutes: 6,
            reasons: Vec::new(),
            expires: Timestamp::UNIX_EPOCH,
            state: OfferState::Ended { minutes: 7.5 },
            changed: Timestamp::UNIX_EPOCH,
        };
        let text = serde_json::to_string(&row).unwrap();
        assert_eq!(serde_json::from_str::<OfferRow>(&text).unwrap(), row);
    }
}
