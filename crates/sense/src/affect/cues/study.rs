//! The same measures and scores for labelled recordings from files: what the evaluation uses.
//!
//! No permit is asked for here, because nobody's call is sensed: recordings of actors who agreed to be studied go in, and
//! statistics of a corpus come out. A recording stands for an utterance, a few of them for a call.

use super::{
    card::CARDS,
    judge::{line_changed, score},
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

/// How far a call of these recordings lies towards each cue of [`CARDS`], in deviations of the speaker's other calls; and
/// whether nothing would be said of it because the line is another one. The least that a call must have to be judged live
/// does not hold here: acted recordings are too short for it.
#[must_use]
pub fn scores(call: &[Recording], others: &[Vec<Recording>]) -> ([f64; 3], bool) {
    let mut usual = Usual::default();
    others.iter().for_each(|other| usual.learn(&sum(other)));
    let call = sum(call);
    let deviations = usual.deviations(&call, &call.whole);
    (CARDS.each_ref().map(|card| score(card, &deviations)), line_changed(&deviations))
}

fn sum(recordings: &[Recording]) -> Summary {
    let measures: Vec<_> = recordings.iter().map(|recording| recording.0.clone()).collect();
    Summary::of(&measures, 0.0)
}
