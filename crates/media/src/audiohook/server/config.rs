//! What an AudioHook session accepts and how long it waits.

use std::time::Duration;

use super::super::message::{Channel, Format};
use crate::pcm::ByteOrder;

/// What a session accepts and how long it waits.
#[derive(Debug, Clone)]
pub struct Config {
    /// What the request's `Audiohook-Session-Id` header says; messages must say the same.
    pub session_id: Option<String>,
    /// What the request's `Audiohook-Organization-Id` header says; `open` must say the same.
    pub organization_id: Option<String>,
    /// Formats that are taken, the dearest first.
    pub formats: Vec<Format>,
    /// Sides of the call that are taken, the dearest first; the order within one does not matter. What is not wanted
    /// need not be sent: a site that senses nothing of agents asks for `[External]` alone.
    pub sides: Vec<Vec<Channel>>,
    /// The order of an `L16` sample's bytes.
    pub byte_order: ByteOrder,
    /// Ask the client to start paused.
    pub start_paused: bool,
    /// Ask the client to leave out what lies before this frame, after a reconnect for instance.
    pub discard_to: Option<u64>,
    /// Languages that we name when the client asks, as BCP 47 tags.
    pub languages: Vec<String>,
    /// How long we wait for `open`.
    pub open_within: Duration,
    /// How long we hear nothing before we give up. The client pings every five seconds.
    pub idle_after: Duration,
    /// How long we wait for `close` after we sent `disconnect`.
    pub close_within: Duration,
    /// The longest text message, in bytes. The protocol says 64 KiB.
    pub max_text: usize,
    /// The longest sound message, in bytes. The client sends a fifth of a second at a time, after a stall more.
    pub max_audio: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            session_id: None,
            organization_id: None,
            formats: vec![Format::Pcmu, Format::L16],
            sides: vec![
                vec![Channel::External, Channel::Internal],
                vec![Channel::External],
                vec![Channel::Internal],
            ],
            byte_order: ByteOrder::Little,
            start_paused: false,
            discard_to: None,
            languages: Vec::new(),
            open_within: Duration::from_secs(10),
            idle_after: Duration::from_secs(30),
            close_within: Duration::from_secs(10),
            max_text: 65_535,
            max_audio: 65_536,
        }
    }
}
