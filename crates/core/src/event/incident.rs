//! An incident of abuse: what is said to the caller, what is asked of the phone platform, how it ends.

use serde::{Deserialize, Serialize};

/// A rung of the ladder. The order is the ladder's: nobody is hung up on without two warnings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IncidentStep {
    /// The first warning was said.
    FirstWarning,
    /// The second warning was said.
    SecondWarning,
    /// The call was ended politely.
    Ending,
}

impl IncidentStep {
    /// All of them, in order.
    pub const ALL: [Self; 3] = [Self::FirstWarning, Self::SecondWarning, Self::Ending];

    /// The word used in JSON and in the catalogue.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::FirstWarning => "first_warning",
            Self::SecondWarning => "second_warning",
            Self::Ending => "ending",
        }
    }
}

/// How a supervisor wants to come into a call. The agent always sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Joining {
    /// Hears both.
    Listen,
    /// Hears both and speaks to the agent alone.
    Whisper,
    /// Takes the call over.
    TakeOver,
}

impl Joining {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Listen, Self::Whisper, Self::TakeOver];

    /// The word used in JSON and in the catalogue.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Listen => "listen",
            Self::Whisper => "whisper",
            Self::TakeOver => "take_over",
        }
    }
}

/// How an incident ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IncidentOutcome {
    /// It was talked over, and that is enough.
    TalkedOver,
    /// It was passed on: to the employer's office for such cases, to a lawyer or the police.
    PassedOn,
    /// The agent wants nothing more done about it.
    Withdrawn,
}

impl IncidentOutcome {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::TalkedOver, Self::PassedOn, Self::Withdrawn];

    /// The word used in JSON and in the catalogue.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TalkedOver => "talked_over",
            Self::PassedOn => "passed_on",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// What becomes of a cue in an agent's voice, as the agent has chosen beforehand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CueSharing {
    /// The agent is asked each time whether a supervisor should be called.
    #[default]
    AskMe,
    /// A supervisor is asked to look in at once; they are not told why.
    TellAtOnce,
    /// Nobody is ever called because of it.
    Never,
}

impl CueSharing {
    /// The word used in JSON and in the catalogue.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AskMe => "ask_me",
            Self::TellAtOnce => "tell_at_once",
            Self::Never => "never",
        }
    }
}
