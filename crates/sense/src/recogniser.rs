//! Speech recognition behind one trait; engines implement it, a [`Listener`] with a permit uses it.

use calmline_core::{
    Share, Timestamp,
    policy::{Lapse, Permit, Transcription},
};

/// What was said, as an engine understood it. Personal data is still in it: redact before anything is kept.
#[derive(Clone, PartialEq)]
pub struct Transcript {
    /// The words.
    pub text: String,
    /// ISO 639-1 code of the language, if the engine told.
    pub language: Option<String>,
    /// How sure the engine is.
    pub confidence: Share,
}

impl std::fmt::Debug for Transcript {
    /// Never the words: debug output ends up in logs.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let count = self.text.chars().count();
        write!(f, "Transcript({count} characters, {:?}, {:.2})", self.language, self.confidence.get())
    }
}

/// Why there is no transcript.
#[derive(Debug, thiserror::Error)]
pub enum RecogniserError {
    /// The permit does not hold any more: the audio was not handed to the engine.
    #[error("transcription is no longer permitted")]
    Lapsed(#[source] Lapse),
    /// The engine cannot be used now; another utterance may fare better.
    #[error("the speech engine {name:?} failed: {reason}")]
    Engine {
        /// Which engine.
        name: String,
        /// What it said.
        reason: String,
    },
    /// The engine has no model for the language.
    #[error(
        "the speech engine {name:?} does not know the language {language:?}; choose a multilingual model"
    )]
    Language {
        /// Which engine.
        name: String,
        /// ISO 639-1 code.
        language: String,
    },
}

/// A speech engine.
pub trait Recogniser: Send {
    /// Its name and model, for the log and for people.
    fn name(&self) -> &str;

    /// Turns one utterance into words. `audio` is 8 kHz linear PCM; `hint` is an ISO 639-1 code.
    ///
    /// # Errors
    /// When the engine fails or does not know the language.
    fn transcribe(&mut self, audio: &[i16], hint: Option<&str>) -> Result<Transcript, RecogniserError>;
}

/// The right to have one leg transcribed.
pub struct Listener {
    permit: Permit<Transcription>,
}

impl Listener {
    /// A listener for the permit's leg.
    #[must_use]
    pub fn new(permit: Permit<Transcription>) -> Self {
        Self { permit }
    }

    /// Whether it may still listen.
    ///
    /// # Errors
    /// When the permit has lapsed.
    pub fn check(&self, now: Timestamp) -> Result<(), Lapse> {
        self.permit.check(now)
    }

    /// Hands an utterance to an engine, if that is still permitted.
    ///
    /// # Errors
    /// When the permit has lapsed, or the engine's own error.
    pub fn transcribe(
        &self,
        engine: &mut dyn Recogniser,
        audio: &[i16],
        hint: Option<&str>,
        now: Timestamp,
    ) -> Result<Transcript, RecogniserError> {
        self.check(now).map_err(RecogniserError::Lapsed)?;
        engine.transcribe(audio, hint)
    }
}
