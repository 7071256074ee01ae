//! An utterance that is being spoken, on its way to guesses at its words.
//!
//! Guesses are for the eye of the moment: they may turn out otherwise with the next word, so that none is an event and
//! nothing is decided on one. They rest on the permit that the words rest on, and are masked like them.

use std::sync::Arc;

use calmline_core::{CallId, Party, SiteId, Timestamp, policy::Lapse};
use calmline_sense::{Hearing, RATE, Recogniser, RecogniserError};

use crate::{leg::LEAD_S, millis, turns::LegWords, words::expected};

/// Audio is told in pieces of at least so many samples: a fifth of a second, the pace at which a reader sees words come.
const PIECE: u64 = RATE as u64 / 5;

/// The next audio of an utterance that is being spoken, with all that is needed to guess at its words elsewhere.
pub struct Speaking {
    pub(crate) site: SiteId,
    pub(crate) call: CallId,
    pub(crate) hint: Option<String>,
    pub(crate) part: Part,
}

/// What a leg tells of an utterance that is being spoken.
pub(crate) struct Part {
    pub(crate) party: Party,
    pub(crate) channel: usize,
    pub(crate) start_s: f64,
    pub(crate) words: Arc<LegWords>,
    pub(crate) audio: Audio,
}

/// The audio of such a part.
pub(crate) enum Audio {
    /// The first.
    First(Vec<i16>),
    /// The next.
    Next(Vec<i16>),
    /// There will be none: it was no utterance, or may no longer be heard.
    None,
}

impl Speaking {
    /// At which site.
    #[must_use]
    pub fn site(&self) -> &SiteId {
        &self.site
    }

    /// In which call.
    #[must_use]
    pub fn call(&self) -> &CallId {
        &self.call
    }

    /// On which of the call's channels; nobody says two things at once on one.
    #[must_use]
    pub fn channel(&self) -> usize {
        self.part.channel
    }

    /// Who speaks.
    #[must_use]
    pub fn party(&self) -> Party {
        self.part.party
    }

    /// Since when, in seconds from the first frame of the call's audio: as its utterance will say.
    #[must_use]
    pub fn start_s(&self) -> f64 {
        millis(self.part.start_s)
    }

    /// Whether it begins with this.
    #[must_use]
    pub fn begins(&self) -> bool {
        matches!(self.part.audio, Audio::First(_))
    }

    /// Takes the audio; none where it was no utterance after all, or may no longer be heard.
    pub fn take_audio(&mut self) -> Option<Vec<i16>> {
        match std::mem::replace(&mut self.part.audio, Audio::None) {
            Audio::First(audio) | Audio::Next(audio) => Some(audio),
            Audio::None => None,
        }
    }

    /// Whether it may still be heard.
    ///
    /// # Errors
    /// When the permit has lapsed.
    pub fn check(&self, now: Timestamp) -> Result<(), Lapse> {
        self.part.words.check(now)
    }

    /// Hears it with an engine while it is spoken: `hear` is given what hears, if that is permitted.
    ///
    /// # Errors
    /// When the permit has lapsed, or the engine's own error.
    pub fn hear<T>(
        &self,
        engine: &mut dyn Recogniser,
        now: Timestamp,
        hear: impl FnOnce(Box<dyn Hearing + '_>) -> T,
    ) -> Result<T, RecogniserError> {
        self.check(now).map_err(RecogniserError::Lapsed)?;
        let likely = self.part.words.likely(self.hint.as_deref());
        let hearing = engine.begin(expected(likely.as_ref()))?;
        Ok(hear(hearing))
    }

    /// A guess as it may be shown, its personal data replaced as far as it can be told before the utterance is over; none
    /// where it may no longer be heard. `heard` samples of it were heard.
    #[must_use]
    pub fn shown(&self, guess: &str, heard: usize, now: Timestamp) -> Option<String> {
        self.check(now).ok()?;
        let end_s = self.part.start_s - LEAD_S + heard as f64 / f64::from(RATE);
        Some(self.part.words.mask(guess, (self.part.start_s, end_s.max(self.part.start_s))))
    }
}

/// The utterance in progress of a leg.
pub(crate) struct Open {
    pub(crate) start_s: f64,
    /// The first sample of the leg that is not told yet; none before the first piece.
    next: Option<u64>,
}

impl Open {
    pub(crate) fn new(start_s: f64) -> Self {
        Self { start_s, next: None }
    }

    /// What of the audio that is kept, from the sample `kept_from` of the leg on, is not told yet, once it is enough.
    pub(crate) fn audio(&mut self, kept: &[i16], kept_from: u64) -> Option<Audio> {
        let begins = ((self.start_s - LEAD_S).max(0.0) * f64::from(RATE)) as u64;
        let from = self.next.unwrap_or(begins).max(kept_from);
        let end = kept_from + kept.len() as u64;
        if end < from + PIECE {
            return None;
        }
        let audio = kept.get((from - kept_from) as usize..)?.to_vec();
        let first = self.next.replace(end).is_none();
        Some(if first { Audio::First(audio) } else { Audio::Next(audio) })
    }

    /// Whether anything of it was told.
    pub(crate) fn is_told(&self) -> bool {
        self.next.is_some()
    }
}
