//! An agent's own voice in practice: for the learner, under a permit, and for nothing else.

use calmline_core::{
    Party, Share, Timestamp,
    policy::{Lapse, Permit, VoiceAffect},
};
use serde::Serialize;

/// From here on a voice counts as raised. Choice: well above the middle of the scale of arousal.
const RAISED: f64 = 0.75;

/// How activated the agent's voice was in a turn. There is no other way to make one than under a permit for the agent's leg, and
/// under `eu` and `strict` the policy gives none:
/// ```compile_fail
/// let _ = calmline_coach::practice::Tone { arousal: calmline_core::Share::new(0.9) };
/// ```
#[derive(Debug)]
pub struct Tone {
    arousal: Share,
}

/// Something that the learner may see of their voice in one turn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ToneNote {
    /// After which turn of the agent, from 0.
    pub turn: usize,
    /// The code of the catalogue.
    pub code: &'static str,
}

/// Why a tone is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ToneError {
    /// The permit is for another leg.
    #[error("the permit is for another leg than the agent's")]
    NotTheAgent,
    /// The permit no longer holds.
    #[error(transparent)]
    Lapsed(#[from] Lapse),
}

impl Tone {
    /// What was heard in a turn of the agent.
    ///
    /// # Errors
    /// When the permit is for another leg or has lapsed.
    pub fn heard(permit: &Permit<VoiceAffect>, arousal: Share, now: Timestamp) -> Result<Self, ToneError> {
        permit.check(now)?;
        if permit.party() == Party::Agent { Ok(Self { arousal }) } else { Err(ToneError::NotTheAgent) }
    }

    pub(super) fn note(&self, turn: usize) -> Option<ToneNote> {
        (self.arousal.get() >= RAISED).then_some(ToneNote { turn, code: "practice.tone.raised" })
    }
}
