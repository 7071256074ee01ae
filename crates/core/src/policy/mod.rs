//! What may be sensed, about whom, for what, and who says so.
//!
//! *Permit before sensing*: every sensor's constructor takes a [`Permit`] by value, and only [`SitePolicy::ask`] makes
//! one. A permit can be neither copied nor read from a file, is bound to one site, call, leg, subject and purpose, and
//! dies when it expires or when a consent or a notice that it rests on is withdrawn: sensors ask [`Permit::check`]
//! with every chunk of audio, so a withdrawal takes effect with the next chunk, mid-call.

mod permit;
mod site;
mod table;

use serde::{Deserialize, Serialize};

pub use permit::{
    Envelope, Lapse, Permit, Segmentation, Sense, TalkDynamics, Transcription, VoiceAffect, WordReading,
};
pub use site::{Ask, Refusal, SitePolicy, consents_wanted};
pub use table::{Rule, TABLE_VERSION, Verdict, rule, strict_sources, table_fingerprint};

/// A site's policy profile. Fixed when the site is set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Profile {
    /// What every profile allows under all their conditions together: the default.
    #[default]
    Strict,
    /// European Union.
    Eu,
    /// 中国.
    Cn,
    /// United States.
    Us,
    /// 대한민국.
    Kr,
    /// 日本.
    Jp,
}

impl Profile {
    /// All profiles.
    pub const ALL: [Self; 6] = [Self::Strict, Self::Eu, Self::Cn, Self::Us, Self::Kr, Self::Jp];

    /// The word used in JSON and on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Strict => "strict",
            Self::Eu => "eu",
            Self::Cn => "cn",
            Self::Us => "us",
            Self::Kr => "kr",
            Self::Jp => "jp",
        }
    }
}

impl std::str::FromStr for Profile {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|profile| profile.as_str() == text).ok_or_else(|| {
            let known = Self::ALL.map(Self::as_str).join(", ");
            format!("profile {text:?} is not one of {known}")
        })
    }
}

/// What something is sensed for. Each purpose is permitted, refused and consented to by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Cutting a leg into utterances by voice activity; nothing else is kept of it.
    Segmentation,
    /// How loud a leg was from moment to moment, for the eye alone: nothing is inferred from it.
    Envelope,
    /// Turning speech into words.
    Transcription,
    /// Reading sentiment, anger, distress, abuse, calls for help and words of danger from words, and of the caller's what
    /// they want.
    WordReading,
    /// Pace, pauses, talk-over and silence.
    TalkDynamics,
    /// Arousal and other affect from the voice.
    VoiceAffect,
}

impl Purpose {
    /// All purposes.
    pub const ALL: [Self; 6] = [
        Self::Segmentation,
        Self::Envelope,
        Self::Transcription,
        Self::WordReading,
        Self::TalkDynamics,
        Self::VoiceAffect,
    ];

    /// The word used in JSON and in catalogue keys.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Segmentation => "segmentation",
            Self::Envelope => "envelope",
            Self::Transcription => "transcription",
            Self::WordReading => "word_reading",
            Self::TalkDynamics => "talk_dynamics",
            Self::VoiceAffect => "voice_affect",
        }
    }
}

impl std::str::FromStr for Purpose {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|purpose| purpose.as_str() == text).ok_or_else(|| {
            let known = Self::ALL.map(Self::as_str).join(", ");
            format!("purpose {text:?} is not one of {known}")
        })
    }
}

/// A notice that people are given. The site confirms each with its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Notice {
    /// Everybody in the call is told that it is listened to and transcribed by software.
    Recording,
    /// Callers are told that software infers agitation from their voice.
    CallerEmotion,
    /// Agents and their representatives are told what the system does.
    Workers,
}

impl Notice {
    /// All notices.
    pub const ALL: [Self; 3] = [Self::Recording, Self::CallerEmotion, Self::Workers];

    /// The word used in JSON and in catalogue keys.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Recording => "recording",
            Self::CallerEmotion => "caller_emotion",
            Self::Workers => "workers",
        }
    }
}

impl std::str::FromStr for Notice {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|notice| notice.as_str() == text).ok_or_else(|| {
            let known = Self::ALL.map(Self::as_str).join(", ");
            format!("notice {text:?} is not one of {known}")
        })
    }
}

/// What must hold before an allowed purpose is permitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "notice")]
pub enum Condition {
    /// The site has confirmed a notice.
    Notice(Notice),
    /// The agent has given separate consent to this purpose and has not withdrawn it.
    AgentConsent,
}

impl Condition {
    /// The catalogue code of this condition.
    #[must_use]
    pub fn code(self) -> String {
        match self {
            Self::Notice(notice) => format!("condition.notice.{}", notice.as_str()),
            Self::AgentConsent => "condition.agent_consent".into(),
        }
    }
}
