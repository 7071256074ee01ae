//! Hears what goes on in a call: who speaks when, how fast, how activated, and whether both talk at once.
//!
//! Nothing here does input or output or reads a clock: 8 kHz samples and the time go in, what was heard comes out, the
//! same for the same audio however it was cut into pieces. Every sensor is constructed with a permit
//! ([`calmline_core::policy::Permit`]) and asks it with every push, so a withdrawal ends it with the next one.
//!
//! * [`Leg`]: one leg in one pass: voice activity and utterances; with further permits speech rate, pauses and arousal.
//! * [`Dialogue`]: talk-over and silence between two legs.
//! * [`Envelope`]: the peaks of a leg, to be drawn.
//! * [`Listener`] and [`Recogniser`]: speech recognition behind one trait.
//! * [`affect`]: the arousal model, its training and its study on labelled recordings.
//!
//! A step of 10 ms costs one level measurement; only steps that stand out of the line's noise are transformed, and only
//! with a permit for affect are they described further. No descriptor but those peaks leaves the crate: utterances carry an estimate with
//! its confidence and what moved it, and a leg forgets its descriptors as soon as the utterance is judged.

/// Samples per second of everything that is heard here.
pub const RATE: u32 = 8_000;

mod activity;
pub mod affect;
mod dialogue;
mod envelope;
mod frontend;
pub mod gemaps;
mod leg;
mod pitch;
mod prosody;
mod pulse;
mod rate;
mod recogniser;
mod segment;
pub mod telephone;

pub use affect::{AffectModel, Arousal};
pub use dialogue::{Dialogue, Exchange};
pub use envelope::{Envelope, STEP, Stretch};
pub use leg::{Heard, Leg, Measured, Pauses};
pub use recogniser::{Listener, Recogniser, RecogniserError, Transcript};
