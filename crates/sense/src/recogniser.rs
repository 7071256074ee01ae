//! Speech recognition behind one trait; engines implement it, a [`Listener`] with a permit uses it.

use calmline_core::{
    Share, Timestamp,
    event::Word,
    policy::{Lapse, Permit, Transcription},
};

/// What was said, as an engine understood it. Personal data is still in it: redact before anything is kept.
#[derive(Clone, PartialEq, Default)]
pub struct Transcript {
    /// The words.
    pub text: String,
    /// ISO 639-1 code of the language, if the engine told.
    pub language: Option<String>,
    /// How sure the engine is.
    pub confidence: Share,
    /// The words of the text in order, each with when it was said in seconds from the audio's beginning. Empty where the
    /// engine does not tell.
    pub words: Vec<Word>,
}

/// What is known of an utterance's language before it is heard.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Expected<'a> {
    /// Nothing.
    #[default]
    Any,
    /// It is so likely to be this language (ISO 639-1), as a share of all cases; clear speech of another language goes
    /// before it.
    Likely(&'a str, Share),
    /// It can be no other: what is said is taken for this language whatever it sounds like.
    Only(&'a str),
}

impl<'a> Expected<'a> {
    /// The language that it can be alone; none where there is a choice.
    #[must_use]
    pub fn only(self) -> Option<&'a str> {
        match self {
            Self::Only(language) => Some(language),
            Self::Any | Self::Likely(..) => None,
        }
    }
}

impl<'a> From<Option<&'a str>> for Expected<'a> {
    fn from(language: Option<&'a str>) -> Self {
        language.map_or(Self::Any, Self::Only)
    }
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

    /// SHA-256 of its model's file in hexadecimal; none where the model lies on another's server.
    fn sha256(&self) -> Option<&str> {
        None
    }

    /// Turns one utterance into words. `audio` is 8 kHz linear PCM.
    ///
    /// # Errors
    /// When the engine fails, or does not know the only language that it may be.
    fn transcribe(&mut self, audio: &[i16], expected: Expected<'_>) -> Result<Transcript, RecogniserError>;

    /// Whether it guesses at words while an utterance is still being spoken.
    fn streams(&self) -> bool {
        false
    }

    /// Begins an utterance whose audio comes piece by piece. An engine that does not stream hears it when it is over.
    ///
    /// # Errors
    /// When the engine fails, or does not know the only language that it may be.
    fn begin<'a>(&'a mut self, expected: Expected<'a>) -> Result<Box<dyn Hearing + 'a>, RecogniserError> {
        Ok(Box::new(Gathering { engine: self, expected, audio: Vec::new() }))
    }
}

/// An utterance that is being heard.
pub trait Hearing {
    /// The next audio, 8 kHz linear PCM. What is understood so far, if that has changed: it may change again until the
    /// utterance is over, so it is for the eye of the moment and for no log.
    ///
    /// # Errors
    /// When the engine fails.
    fn push(&mut self, audio: &[i16]) -> Result<Option<String>, RecogniserError>;

    /// The utterance is over.
    ///
    /// # Errors
    /// When the engine fails.
    fn finish(self: Box<Self>) -> Result<Transcript, RecogniserError>;
}

/// Gathers an utterance for an engine that hears whole ones.
struct Gathering<'a, R: Recogniser + ?Sized> {
    engine: &'a mut R,
    expected: Expected<'a>,
    audio: Vec<i16>,
}

impl<R: Recogniser + ?Sized> Hearing for Gathering<'_, R> {
    fn push(&mut self, audio: &[i16]) -> Result<Option<String>, RecogniserError> {
        self.audio.extend_from_slice(audio);
        Ok(None)
    }

    fn finish(self: Box<Self>) -> Result<Transcript, RecogniserError> {
        self.engine.transcribe(&self.audio, self.expected)
    }
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
        expected: Expected<'_>,
        now: Timestamp,
    ) -> Result<Transcript, RecogniserError> {
        self.check(now).map_err(RecogniserError::Lapsed)?;
        engine.transcribe(audio, expected)
    }
}
