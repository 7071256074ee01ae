//! Arousal from the voice: how activated somebody sounds, not what they feel.
//!
//! [`functionals`] and [`motion`] describe an utterance, [`model`] judges it, [`baseline`] relates it to the speaker's usual
//! and [`divide`] finds where their calm ends, [`study`] does the same with labelled recordings, [`train`] makes the model.
//! [`larger`] is the slot of a model that does not fit into the binary.

pub(crate) mod baseline;
mod classes;
pub mod cues;
pub mod disguise;
mod divide;
pub mod emotion;
mod functionals;
pub(crate) mod larger;
mod linear;
mod model;
mod motion;
pub mod study;
pub mod train;

pub use baseline::Usual;
use calmline_core::Share;
pub use classes::{Classes, Discriminant, Emotions};
pub use divide::Heap;
pub use functionals::{Functionals, names};
pub(crate) use functionals::{Scratch, of};
pub use larger::{Identity, Larger, Wants};
pub use model::{AffectModel, Head, ModelError, probability};

/// How activated an utterance sounds.
#[derive(Debug, Clone, PartialEq)]
pub struct Arousal {
    /// From calm to highly activated; 0.5 is the speaker's usual.
    pub value: Share,
    /// How sure the model is that the value lies on the right side of 0.5; calibrated on speakers it was not trained on,
    /// and lowered by noise and by little voice.
    pub confidence: Share,
    /// What moved it up: catalogue codes `driver.*`. Empty until the leg's usual is known.
    pub drivers: Vec<&'static str>,
}
