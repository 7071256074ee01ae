//! Hears what goes on in a call: who speaks when, how fast, how activated, and whether both talk at once.
//!
//! Nothing here does input or output or reads a clock: 8 kHz samples and the time go in, what was heard comes out, the
//! same for the same audio however it was cut into pieces. Every sensor is constructed with a permit
//! ([`calmline_core::policy::Permit`]) and asks it with every push, so a withdrawal ends it with the next one.
//!
//! * [`Leg`]: one leg in one pass: voice activity and utterances, sounds of the line ([`LineSound`]) and sudden loudness; with
//!   further permits speech rate, pauses, hesitation and arousal.
//! * [`Dialogue`]: talk-over, interruptions, response latency and silence between two legs.
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
mod heard;
mod leg;
mod line;
mod loudness;
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
pub use heard::{Effort, Heard, Measured, Pace, Pauses};
pub use leg::Leg;
pub use line::LineSound;
pub use recogniser::{Expected, Hearing, Listener, Recogniser, RecogniserError, Transcript};
