//! What every live protocol gives, so that the server treats them alike.

use calmline_core::{CallId, Party};

/// What a session wants done. Poll it empty after each input.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// Send this text message to the peer.
    Send(String),
    /// Sound came.
    Audio(Audio),
    /// Something happened.
    Event(SessionEvent),
    /// Close the socket with this WebSocket status (RFC 6455, section 7.4.1). Nothing comes after it.
    Close {
        /// 1000 done, 1002 the peer broke the protocol, 1008 not allowed in, 1009 too big.
        code: u16,
        /// For the peer's log; names nobody.
        reason: String,
    },
}

/// Sound of one or more legs over the same stretch of time, linear, at [`crate::RATE`].
#[derive(Debug, Clone, PartialEq)]
pub struct Audio {
    /// How many samples per channel of the stream lie before it, gaps counted.
    pub at_frame: u64,
    /// Which of the channels named in [`SessionEvent::Opened`] the first of these is. AudioHook sends all channels
    /// together, so it is 0; Twilio sends each track by itself.
    pub channel: usize,
    /// Whose voice, and the samples; all equally many.
    pub channels: Vec<(Party, Vec<i16>)>,
}

impl Audio {
    /// Samples per channel.
    #[must_use]
    pub fn frames(&self) -> usize {
        self.channels.first().map_or(0, |(_, samples)| samples.len())
    }
}

/// What happened in a session.
#[derive(Debug, Clone, PartialEq)]
pub enum SessionEvent {
    /// The peer and we agreed; sound may come.
    Opened {
        /// The call, as the phone platform names it.
        conversation_id: CallId,
        /// The session or stream, as the phone platform names it.
        session_id: String,
        /// Whose voice each channel carries.
        channels: Vec<Party>,
        /// Samples per second on the wire.
        rate: u32,
        /// The platform only tries whether we answer: there is no call, and there will be no sound.
        probe: bool,
        /// It starts paused.
        paused: bool,
        /// The language that the platform expects, as a BCP 47 tag.
        language: Option<String>,
        /// Earlier sessions that this one goes on from after a reconnect.
        continues: Vec<String>,
    },
    /// The platform sends no sound until it says so.
    Paused,
    /// Sound goes on.
    Resumed,
    /// Samples are missing that nobody announced.
    Gap {
        /// Where the gap begins.
        at_frame: u64,
        /// How long it is.
        frames: u64,
        /// Which channel; none where all channels miss them.
        channel: Option<usize>,
    },
    /// The platform left samples out and says so, for instance while it was paused.
    Discarded {
        /// Where they would have been.
        at_frame: u64,
        /// How many.
        frames: u64,
    },
    /// The language changed.
    Updated {
        /// A BCP 47 tag.
        language: String,
    },
    /// The caller or the agent pressed a key on the phone. Which one is not told: it may be a card number.
    KeyPressed,
    /// The platform reports an error of ours or its own.
    PeerError {
        /// AudioHook's code, like an HTTP status.
        code: u16,
        /// When it may be tried again, in seconds, if it said so.
        retry_after_s: Option<f64>,
    },
    /// The peer did something odd that harms nothing.
    Oddity {
        /// What.
        what: &'static str,
    },
    /// The session is over. Comes once, and only after [`SessionEvent::Opened`].
    Closed {
        /// Why.
        reason: CloseReason,
    },
}

/// Why a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CloseReason {
    /// The call, or the platform's interest in it, ended.
    Ended,
    /// The platform had an error.
    PeerError,
    /// We asked for it.
    Disconnected,
    /// We asked for a new connection, and it comes.
    Reconnecting,
    /// The socket closed without a word.
    Lost,
    /// Nothing was heard of the peer for too long.
    Idle,
    /// The peer broke the protocol.
    Protocol,
}

impl CloseReason {
    /// The word used in events.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ended => "ended",
            Self::PeerError => "peer_error",
            Self::Disconnected => "disconnected",
            Self::Reconnecting => "reconnecting",
            Self::Lost => "lost",
            Self::Idle => "idle",
            Self::Protocol => "protocol",
        }
    }
}

/// Why we end a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DisconnectReason {
    /// We have all that we wanted.
    Completed,
    /// The peer may not do this.
    Unauthorized,
    /// Something went wrong on our side.
    Error,
}

impl DisconnectReason {
    /// The word that AudioHook uses.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Unauthorized => "unauthorized",
            Self::Error => "error",
        }
    }
}

/// A moment later than another; the end of time if there is no such moment.
pub(crate) fn after(now: calmline_core::Timestamp, wait: std::time::Duration) -> calmline_core::Timestamp {
    now.checked_add(wait).unwrap_or(calmline_core::Timestamp::MAX)
}

/// Frames in a day. No position of a stream lies further ahead of what came than this.
pub(crate) const FARTHEST: u64 = 24 * 3600 * crate::RATE as u64;
