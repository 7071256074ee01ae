//! Reading what a caller wants, under a permit.

use std::sync::Arc;

use calmline_core::{
    Party, Share, Timestamp,
    event::Intent,
    policy::{Lapse, Permit, WordReading},
};

use super::{IntentError, Intents};
use crate::embed::Encoder;

/// Why a turn was not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unread {
    /// The permit does not hold any more: nothing was read.
    #[error(transparent)]
    Lapsed(#[from] Lapse),
    /// The intents need what was not given.
    #[error(transparent)]
    Intents(#[from] IntentError),
}

/// Reads what the caller of one call wants, for as long as its permit holds.
#[derive(Debug)]
pub struct IntentReader {
    permit: Permit<WordReading>,
    intents: Arc<Intents>,
}

impl IntentReader {
    /// A reader for the leg that the permit names; none where that is not the caller's: what an agent says is no request.
    #[must_use]
    pub fn new(permit: Permit<WordReading>, intents: Arc<Intents>) -> Option<Self> {
        (permit.party() == Party::Customer).then_some(Self { permit, intents })
    }

    /// Reads one turn, its personal data replaced. Intents that were trained with an encoder need it.
    ///
    /// # Errors
    /// When the permit has lapsed, or the encoder is missing.
    pub fn read(&self, text: &str, encoder: Option<&mut Encoder>, now: Timestamp) -> Result<Intent, Unread> {
        self.permit.check(now)?;
        let answers = self.intents.read(&[text], encoder)?;
        let answer = answers.first();
        Ok(Intent {
            name: answer.and_then(|answer| answer.intent).map(str::to_owned),
            confidence: share(answer.map_or(0.0, |answer| answer.confidence)),
            runner_up: answer
                .and_then(|answer| answer.runner_up)
                .map(|(name, confidence)| (name.to_owned(), share(confidence))),
        })
    }
}

fn share(probability: f32) -> Share {
    Share::new(f64::from(probability)).rounded()
}
