//! The models that sense.

use serde::{Deserialize, Serialize};

/// What a model is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ModelTask {
    /// How activated a voice sounds.
    VoiceAffect,
    /// Words from speech.
    Speech,
    /// Sentiment, abuse, and calls for help, from words.
    WordSigns,
    /// What callers want, from words.
    Intents,
    /// Meaning of sentences, on which intents rest.
    Encoder,
}

impl ModelTask {
    /// The word used in JSON and in the catalogue.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::VoiceAffect => "voice_affect",
            Self::Speech => "speech",
            Self::WordSigns => "word_signs",
            Self::Intents => "intents",
            Self::Encoder => "encoder",
        }
    }
}

/// A model in use: [`Body::ModelsUsed`](super::Body::ModelsUsed).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelUsed {
    /// What for.
    pub task: ModelTask,
    /// Its name: of a file without its folder, of a server without anything secret in its address.
    pub name: String,
    /// SHA-256 of its weights in hexadecimal; none where they lie on another's server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}
