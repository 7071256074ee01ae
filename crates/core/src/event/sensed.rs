//! What is read from words and measured in audio.

use serde::{Deserialize, Serialize};

use crate::units::Share;

/// What can be read from the words of an utterance.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct WordSigns {
    /// −1 (very negative) to 1 (very positive).
    pub sentiment: f64,
    /// How surely the words are abusive.
    pub abuse: Share,
    /// How surely the speaker asks for help from a person, a supervisor, or in an emergency.
    pub help: Share,
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
    /// Syllable nuclei per second of speech.
    SpeechRate,
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
        }
    }
}
