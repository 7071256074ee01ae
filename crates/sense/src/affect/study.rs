//! The same hearing for labelled recordings from files: what training and evaluation use.
//!
//! No permit is asked for here, because nobody's call is sensed: recordings of actors who agreed to be studied go in,
//! statistics of a corpus come out. Nothing in this module takes a stream, and nothing in it gives an [`Arousal`]: that
//! is only to be had from a [`Leg`](crate::Leg) and its permit.
//!
//! [`Arousal`]: super::Arousal

use std::sync::OnceLock;

use super::{
    Functionals, Scratch,
    larger::{Tape, functionals_of, levelled},
    of,
};
use crate::{
    activity::Detector,
    frontend::{Frontend, HOP},
    gemaps,
    prosody::{Descriptors, Prosody},
    rate::{self, Beat, Rhythm},
};

/// Silence put before and after a clip, as a call would have it.
const MARGIN: usize = 30 * HOP;

/// The functionals of a whole recording, 8 kHz, taken as one utterance; nothing if it holds too little voice.
#[must_use]
pub fn functionals(recording: &[i16]) -> Option<Functionals> {
    let Utterance { steps, rhythm, .. } = utterance(recording)?;
    of(&steps, rhythm, &mut Scratch::default())
}

/// What study measures in a recording.
#[derive(Debug, Clone, PartialEq)]
pub struct Described {
    /// The functionals of a live leg, and the 88 of eGeMAPSv02 at a level that is the same for all, in the order of [`names`].
    pub values: Vec<f64>,
    /// The utterance itself, for a larger model: 8 kHz, full scale is 1.
    pub samples: Vec<f32>,
}

/// Names of what study measures: first all that a live leg measures, in its order.
#[must_use]
pub fn names() -> &'static [String] {
    static NAMES: OnceLock<Vec<String>> = OnceLock::new();
    NAMES.get_or_init(|| {
        let further = gemaps::NAMES.iter().map(|name| format!("egemaps.{name}"));
        super::names().iter().cloned().chain(further).collect()
    })
}

/// Describes a whole recording, 8 kHz, taken as one utterance; nothing if it holds too little voice.
#[must_use]
pub fn described(recording: &[i16]) -> Option<Described> {
    let Utterance { steps, rhythm, samples } = utterance(recording)?;
    let functionals = of(&steps, rhythm, &mut Scratch::default())?;
    let further = functionals_of(&levelled(&samples)?).map(f64::from);
    let further = further.map(|value| if value.is_finite() { value } else { 0.0 });
    let values = functionals.values().iter().copied().chain(further).collect();
    Some(Described { values, samples })
}

/// A recording taken as one utterance.
pub(super) struct Utterance {
    pub(super) steps: Vec<Descriptors>,
    pub(super) rhythm: Rhythm,
    samples: Vec<f32>,
}

/// Hears a recording; nothing without a voice.
pub(super) fn utterance(recording: &[i16]) -> Option<Utterance> {
    let (mut front, mut detector, mut prosody) = (Frontend::new(), Detector::new(), Prosody::default());
    let (mut steps, mut beats, mut tape) = (Vec::new(), Vec::new(), Tape::new(true));
    let silence = std::iter::repeat_n(0, MARGIN);
    for sample in silence.clone().chain(recording.iter().copied()).chain(silence) {
        if !front.push(sample) {
            continue;
        }
        let activity = detector.step(&mut front);
        tape.push(front.samples());
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
    steps.truncate(last + 1);
    steps.drain(..first);
    tape.drop_first(first);
    let samples = tape.first(steps.len()).to_vec();
    Some(Utterance { steps, rhythm, samples })
}
