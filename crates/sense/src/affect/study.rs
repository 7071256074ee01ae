//! The same hearing for labelled recordings from files: what training and evaluation use.
//!
//! No permit is asked for here, because nobody's call is sensed: recordings of actors who agreed to be studied go in,
//! statistics of a corpus come out. Nothing in this module takes a stream, and nothing in it gives an [`Arousal`]: that
//! is only to be had from a [`Leg`](crate::Leg) and its permit.
//!
//! [`Arousal`]: super::Arousal

use super::{Functionals, Scratch, of};
use crate::{
    activity::Detector,
    frontend::{Frontend, HOP},
    prosody::{Descriptors, Prosody},
    rate::{self, Beat},
};

/// Silence put before and after a clip, as a call would have it.
const MARGIN: usize = 30 * HOP;

/// The functionals of a whole recording, 8 kHz, taken as one utterance; nothing if it holds too little voice.
#[must_use]
pub fn functionals(recording: &[i16]) -> Option<Functionals> {
    let (mut front, mut detector, mut prosody) = (Frontend::new(), Detector::new(), Prosody::default());
    let (mut steps, mut beats) = (Vec::new(), Vec::new());
    let silence = std::iter::repeat_n(0, MARGIN);
    for sample in silence.clone().chain(recording.iter().copied()).chain(silence) {
        if !front.push(sample) {
            continue;
        }
        let activity = detector.step(&mut front);
        beats.push(Beat { db: activity.level_db, voiced: activity.pitch.is_some(), speech: activity.speech });
        steps.push(if activity.heard {
            prosody.describe(front.spectrum(), front.samples(), &activity)
        } else {
            prosody.reset();
            Descriptors::default()
        });
    }
    let first = steps.iter().position(|step| step.voiced)?;
    let last = steps.iter().rposition(|step| step.speech)?;
    let rhythm = rate::measure(&beats[first..=last], &mut Vec::new());
    of(&steps[first..=last], rhythm, &mut Scratch::default())
}
