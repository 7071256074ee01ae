//! Codecs, recordings and phone-platform protocols: bytes in, sound and call events out.
//!
//! Nothing here does input or output, reads a clock or draws a random number: a session is told what arrived and what
//! time it is, and says what to send. So the same code runs behind a real socket, in a test under virtual time, and
//! under a fuzzer.
//!
//! * [`g711`], [`pcm`]: samples from and to bytes.
//! * [`resample`]: any usual rate to the 8 kHz that everything else listens at.
//! * [`wav`], [`recording`]: files, which channel is whose, and the table of call facts beside them.
//! * [`session`]: what every live protocol gives: [`Output`], [`Audio`], [`SessionEvent`].
//! * [`audiohook`]: Genesys AudioHook v2, both ends, and the signature of its requests.
//! * [`twilio`]: Twilio Media Streams and the signature of its requests.
//! * [`presence`]: what phone platforms show of agents, set and read back.
//!
//! A session never panics on what a peer sends, and holds no more than the limits in its configuration.

pub mod audiohook;
pub mod g711;
pub mod pcm;
pub mod presence;
pub mod recording;
pub mod resample;
pub mod session;
pub mod twilio;
pub mod wav;

pub use session::{Audio, CloseReason, DisconnectReason, Output, SessionEvent};

/// Samples per second of all sound that leaves this crate's sessions.
pub const RATE: u32 = 8_000;
