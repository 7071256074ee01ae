//! Twilio Media Streams: Twilio streams a call's sound to us over a WebSocket.
//!
//! Source: twilio.com/docs/voice/media-streams/websocket-messages, and for the signature
//! twilio.com/docs/usage/security. Messages are JSON: `connected`, `start`, then `media` with base64 µ-law at 8 kHz for
//! each track, `dtmf`, `mark` and `stop`.
//!
//! * [`Session`] is our side of one connection.
//! * [`signature`] checks who opened it.
//!
//! # Choices
//! - Which party a track carries is a setting, because it depends on who called whom; without it, it is unknown.
//! - The call is the custom parameter `call_id` if the stream has it, else Twilio's call SID.
//! - Time is Twilio's `timestamp`: the first sound of any track is frame 0. What a track lacks by 20 ms or more is a
//!   gap; less is jitter. A chunk that came before is left out.

mod session;
pub mod signature;

pub use session::{Config, Session};
