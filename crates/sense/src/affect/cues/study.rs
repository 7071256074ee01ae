//! The same measures and scores for labelled recordings from files: what the evaluation uses.
//!
//! No permit is asked for here, because nobody's call is sensed: recordings of actors who agreed to be studied go in, and
//! statistics of a corpus come out. A recording stands for an utterance, a few of them for a call.

use super::{
    card::CARDS,
    judge::{line_changed, noisy, score, stands_out},
    measures::Measures,
    summary::Summary,
    usual::Usual,
};
use crate::affect::{
    Scratch, of,
    study::{Utterance, utterance},
};

/// A recording in numbers.
#[derive(Debug, Clone)]
pub struct Recording(Measures);

impl Recording {
    /// Hears a whole recording, 8 kHz, as one utterance; nothing if it holds too little voice.
    #[must_use]
    pub fn of(pcm: &[i16]) -> Option<Self> {
        let Utterance { steps, rhythm, .. } = utterance(pcm)?;
        let scratch = &mut Scratch::default();
        let functionals = of(&steps, rhythm, scratch)?;
        Some(Self(Measures::of(&functionals, &steps, rhythm.speech_s, scratch)))
    }
}

/// What a call of recordings comes to, each in the order of [`CARDS`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scored {
    /// How far it lies towards each cue, in deviations of the speaker's other calls.
    pub scores: [f64; 3],
    /// Whether the cue stands out so far that it would be told, if it were shown.
    pub told: [bool; 3],
    /// Whether nothing would be said of it because the line is another one, or a noisy one.
    pub withheld: bool,
}

/// Compares a call with the speaker's other calls. The least that a call must have to be judged live does not hold here:
/// acted recordings are too short for it.
#[must_use]
pub fn compare(call: &[Recording], others: &[Vec<Recording>]) -> Scored {
    let mut usual = Usual::default();
    others.iter().for_each(|other| usual.learn(&sum(other)));
    let call = sum(call);
    let deviations = usual.deviations(&call, &call.whole);
    Scored {
        scores: CARDS.each_ref().map(|card| score(card, &deviations)),
        told: CARDS.each_ref().map(|card| stands_out(card, &deviations)),
        withheld: line_changed(&deviations) || noisy(&call),
    }
}

fn sum(recordings: &[Recording]) -> Summary {
    let measures: Vec<_> = recordings.iter().map(|recording| recording.0.clone()).collect();
    Summary::of(&measures, measures.iter().map(|one| one.speech_s).sum())
}
