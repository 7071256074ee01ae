//! What a leg tells: utterances and what was measured in them, sounds of the line, sudden loudness.

use calmline_core::{
    Share,
    policy::{Lapse, Purpose},
};

use crate::{affect::Arousal, line::LineSound};

/// What a leg heard. Times are seconds from the leg's first frame.
#[derive(Debug, Clone, PartialEq)]
pub enum Heard {
    /// Somebody has begun to speak; told once it is certain, 150 to 300 ms later.
    Began {
        /// When.
        at_s: f64,
    },
    /// An utterance is over: a pause of 600 ms, 12 seconds, a gap or the end.
    Utterance {
        /// From when.
        start_s: f64,
        /// Until when.
        end_s: f64,
        /// How activated it sounds; nothing without a permit, with too little voice or on a noisy line.
        arousal: Option<Arousal>,
        /// How fast and how fluently it was said; nothing without a permit.
        pace: Option<Pace>,
    },
    /// What had begun was no utterance: a machine was taken for a voice.
    Dismissed,
    /// The line sounded of something that is nobody's voice; told when it is over.
    Line {
        /// Of what.
        sound: LineSound,
        /// From when.
        start_s: f64,
        /// Until when.
        end_s: f64,
    },
    /// The line became much louder within a moment; told at once. Heard on a customer's leg alone: it is an agent's ear that
    /// it may hurt.
    Loud {
        /// From when.
        start_s: f64,
        /// Until when it had risen.
        end_s: f64,
        /// How far over the line's usual level, dB.
        rise: Measured,
    },
    /// A permit lapsed and its sensor is gone, with all that it held. With [`Purpose::Segmentation`] everything ends, the
    /// open utterance included.
    Stopped {
        /// Which.
        purpose: Purpose,
        /// Why.
        lapse: Lapse,
    },
}

/// A measured number and how sure it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measured {
    /// The number, in the unit that its field says.
    pub value: f64,
    /// How sure.
    pub confidence: Share,
}

/// How fast and how fluently an utterance was said.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pace {
    /// Syllables per second, pauses included; nothing for very short utterances, as with the next.
    pub speech_rate: Option<Measured>,
    /// Syllables per second, pauses left out.
    pub articulation_rate: Option<Measured>,
    /// Its pauses.
    pub pauses: Pauses,
    /// Its filled pauses.
    pub filled: Pauses,
}

/// How much may be spent on a leg when the machine cannot keep up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Effort {
    /// Every utterance is judged.
    #[default]
    Full,
    /// Affect is judged of every second utterance, and of its first four seconds alone.
    Reduced,
}

/// Pauses within utterances.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Pauses {
    /// How many; a silent one has at least 200 ms, a filled one 300.
    pub count: u32,
    /// Their seconds together.
    pub seconds: f64,
}
