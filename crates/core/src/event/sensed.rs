//! What is read from words and measured in audio.

use serde::{Deserialize, Serialize};

use super::Abuse;
use crate::{policy::Purpose, units::Share};

/// What can be read from the words of an utterance.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct WordSigns {
    /// −1 (very negative) to 1 (very positive).
    pub sentiment: f64,
    /// How surely the words abuse the listener.
    pub abuse: Share,
    /// How surely the speaker asks for help from a person, a supervisor, or in an emergency.
    pub help: Share,
    /// How surely the speaker is in danger from themselves, or tells of somebody who is.
    #[serde(default, skip_serializing_if = "Share::is_zero")]
    pub crisis: Share,
    /// How surely the words tell of anger.
    #[serde(default, skip_serializing_if = "Share::is_zero")]
    pub anger: Share,
    /// How surely the words tell of sadness or fear.
    #[serde(default, skip_serializing_if = "Share::is_zero")]
    pub distress: Share,
    /// The severest abusive wording that is known; what is aimed at the listener goes before what is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wording: Option<Abuse>,
}

/// What a [`Body::Signal`] measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignalKind {
    /// Activation heard in the voice over an utterance, 0 to 1; 0.5 is the speaker's usual.
    Arousal,
    /// Both legs spoke at once: the share of the utterance that overlapped.
    TalkOver,
    /// Nobody spoke: seconds.
    Silence,
    /// Syllable nuclei per second of an utterance.
    SpeechRate,
    /// Syllable nuclei per second of an utterance, its pauses left out.
    ArticulationRate,
    /// Pauses within an utterance: their share of it.
    Pauses,
    /// Filled pauses ("uh", "嗯") within an utterance: their seconds.
    Hesitation,
    /// Somebody spoke up while the other spoke: 1 if the other fell silent, 0 if the other went on.
    Interruption,
    /// From the end of one leg's turn to the beginning of the other's: seconds; negative where they overlapped.
    ResponseLatency,
    /// The line became much louder within a moment, speech or not: by how many decibels.
    SuddenLoudness,
    /// Music on the line: seconds, as with all sounds below. They tell of a line and of nobody's voice.
    Music,
    /// The tone that invites to dial.
    DialTone,
    /// The tone that says that it rings elsewhere.
    RingBack,
    /// The tone that says that a line or the network is engaged.
    BusyTone,
    /// Keys of a telephone were pressed. Which and how many is recorded nowhere.
    Keys,
    /// Another machine's tone.
    Tone,
    /// Steady noise, not far below the voice.
    SteadyNoise,
    /// Nothing at all: not even the noise of a line.
    DeadLine,
}

impl SignalKind {
    /// The word used in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Arousal => "arousal",
            Self::TalkOver => "talk_over",
            Self::Silence => "silence",
            Self::SpeechRate => "speech_rate",
            Self::ArticulationRate => "articulation_rate",
            Self::Pauses => "pauses",
            Self::Hesitation => "hesitation",
            Self::Interruption => "interruption",
            Self::ResponseLatency => "response_latency",
            Self::SuddenLoudness => "sudden_loudness",
            Self::Music => "music",
            Self::DialTone => "dial_tone",
            Self::RingBack => "ring_back",
            Self::BusyTone => "busy_tone",
            Self::Keys => "keys",
            Self::Tone => "tone",
            Self::SteadyNoise => "steady_noise",
            Self::DeadLine => "dead_line",
        }
    }

    /// The purpose whose permit its sensor needs. What tells of the line and of nobody's voice is known with the utterances.
    #[must_use]
    pub fn purpose(self) -> Purpose {
        match self {
            Self::Arousal => Purpose::VoiceAffect,
            Self::TalkOver
            | Self::Silence
            | Self::SpeechRate
            | Self::ArticulationRate
            | Self::Pauses
            | Self::Hesitation
            | Self::Interruption
            | Self::ResponseLatency => Purpose::TalkDynamics,
            Self::SuddenLoudness
            | Self::Music
            | Self::DialTone
            | Self::RingBack
            | Self::BusyTone
            | Self::Keys
            | Self::Tone
            | Self::SteadyNoise
            | Self::DeadLine => Purpose::Segmentation,
        }
    }
}

/// What is inferred of a caller from everything that was heard and told of their call: [`Body::CallerSignal`](super::Body::CallerSignal).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallerSign {
    /// The caller is agitated, by voice and words together.
    Agitation,
    /// The caller is abusive toward the agent.
    Abuse,
    /// The caller asks for somebody else's help, such as a supervisor's.
    HelpWanted,
    /// The caller may be in danger, by their words.
    Crisis,
    /// The call will be handed up or over.
    EscalationRisk,
}

impl CallerSign {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Agitation, Self::Abuse, Self::HelpWanted, Self::Crisis, Self::EscalationRisk];

    /// The word used in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Agitation => "agitation",
            Self::Abuse => "abuse",
            Self::HelpWanted => "help_wanted",
            Self::Crisis => "crisis",
            Self::EscalationRisk => "escalation_risk",
        }
    }
}

/// Why somebody objects to what was inferred.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Objection {
    /// It was somebody else: the other side of the line, a person in the room, a machine.
    WrongPerson,
    /// What was seen or heard was read wrongly.
    #[default]
    WrongReading,
    /// It was right, but saying it was no help.
    Unwelcome,
}

impl Objection {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::WrongPerson, Self::WrongReading, Self::Unwelcome];

    /// The word used in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::WrongPerson => "wrong_person",
            Self::WrongReading => "wrong_reading",
            Self::Unwelcome => "unwelcome",
        }
    }
}
