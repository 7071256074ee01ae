//! Genesys AudioHook, version 2: Genesys Cloud streams a call's sound to us over a WebSocket.
//!
//! Source: the AudioHook protocol reference at developer.genesys.cloud/devapps/audiohook, and the behaviour of the
//! vendor's public reference implementation where the text leaves a choice. Genesys is the *client*, we are the
//! *server*.
//!
//! * [`Session`] is the server's side of one connection.
//! * [`Client`] is the other side, for load generators and tests.
//! * [`auth`] checks and makes the signature of the request that opens the WebSocket.
//!
//! # Choices where the protocol leaves one
//! - `external` is the customer's voice, `internal` the agent's.
//! - An unknown media format in an offer is passed over; only when none can be taken is the session ended.
//! - `L16` has the low byte first unless [`Config::byte_order`] says otherwise.
//! - A position less than 1 ms off is rounding. One further ahead is a gap, one behind is an oddity. While paused the
//!   position says nothing, because clients differ in whether it goes on.
//! - The participant's number and name in `open` are personal data that nobody needs here: they are not read.

pub mod auth;
mod client;
mod message;
mod server;

pub use client::{Client, ClientConfig, ClientEvent, ClientOutput, Continued};
pub use message::{Channel, Format, Media, duration, frames_of};
pub use server::{Config, Session};

/// The conversation id of a connection probe.
pub const PROBE: &str = "00000000-0000-0000-0000-000000000000";
