//! The server's side of one AudioHook connection.

mod config;
mod incoming;

use std::collections::VecDeque;

use calmline_core::{Party, Timestamp};
use serde_json::{Value, json};

pub use config::Config;

use super::{
    PROBE,
    message::{Channel, Format, Media, Message},
};
use crate::{
    g711::Law,
    session::{Audio, CloseReason, DisconnectReason, Output, SessionEvent, after},
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Waits for `open`.
    Preparing,
    /// Sound comes.
    Active,
    /// The client said that no sound comes.
    Paused,
    /// We sent `disconnect` and wait for `close`.
    Disconnecting(CloseReason, u16),
    /// Over.
    Closed,
}

/// One connection, as the server sees it: give it what arrives and the time, poll what to do.
#[derive(Debug)]
pub struct Session {
    config: Config,
    state: State,
    /// The id that all messages carry.
    id: Option<String>,
    /// Our last sequence number, and the client's.
    seq: u64,
    clientseq: u64,
    media: Option<Media>,
    /// The stream's position: what came, and what is known to be missing.
    frames: u64,
    probe: bool,
    opened: bool,
    /// No events are sent before then: the client asked for it.
    quiet_until: Timestamp,
    deadline: Timestamp,
    outputs: VecDeque<Output>,
}

impl Session {
    /// A session whose WebSocket opened now.
    #[must_use]
    pub fn new(config: Config, now: Timestamp) -> Self {
        let deadline = after(now, config.open_within);
        Self {
            id: config.session_id.clone(),
            config,
            state: State::Preparing,
            seq: 0,
            clientseq: 0,
            media: None,
            frames: 0,
            probe: false,
            opened: false,
            quiet_until: Timestamp::MIN,
            deadline,
            outputs: VecDeque::new(),
        }
    }

    /// A text message arrived.
    pub fn text(&mut self, text: &str, now: Timestamp) {
        if self.state == State::Closed {
            return;
        }
        self.heard(now);
        if text.len() > self.config.max_text {
            return self.refuse("text message is too long", 1009, now);
        }
        let Ok(message) = serde_json::from_str::<Message>(text) else {
            return self.refuse("text message is not a well-formed client message", 1002, now);
        };
        if matches!(self.state, State::Disconnecting(..)) {
            // Whatever is wrong now has been answered already; only the farewell counts.
            self.clientseq = self.clientseq.max(message.seq);
            if message.kind == "close" {
                self.close(&message);
            }
            return;
        }
        if let Err(what) = self.accept(&message, now) {
            self.refuse(what, 1002, now);
        }
    }

    /// A binary message arrived: interleaved samples.
    pub fn binary(&mut self, bytes: &[u8], now: Timestamp) {
        match self.state {
            State::Active => {}
            State::Preparing => return self.refuse("audio before the session was opened", 1002, now),
            State::Paused => return self.refuse("audio while the session is paused", 1002, now),
            State::Disconnecting(..) | State::Closed => return,
        }
        self.heard(now);
        if bytes.len() > self.config.max_audio {
            return self.refuse("audio message is too long", 1009, now);
        }
        let Some(media) = &self.media else {
            return self.refuse("audio though no media was chosen", 1002, now);
        };
        let stride = media.channels.len();
        if !bytes.len().is_multiple_of(media.frame_bytes()) {
            return self.refuse("audio message does not hold whole frames", 1002, now);
        }
        let frames = bytes.len() / media.frame_bytes();
        let at_frame = self.frames;
        self.frames = self.frames.saturating_add(frames as u64);
        if self.probe || frames == 0 {
            return;
        }
        let channel = |(index, &channel): (usize, &Channel)| {
            let mut samples = Vec::with_capacity(frames);
            let bytes = bytes.get(index * media.format.width()..).unwrap_or_default();
            match media.format {
                Format::Pcmu => Law::Mu.decode_channel(bytes, stride, &mut samples),
                Format::L16 => self.config.byte_order.decode_channel(bytes, stride, &mut samples),
            }
            (Party::from(channel), samples)
        };
        let channels = media.channels.iter().enumerate().map(channel).collect();
        self.outputs.push_back(Output::Audio(Audio { at_frame, channel: 0, channels }));
    }

    /// Time passed. Call it when [`Session::next_wake`] comes.
    pub fn tick(&mut self, now: Timestamp) {
        if now < self.deadline {
            return;
        }
        match self.state {
            State::Preparing => self.end(CloseReason::Idle, 1002, "no open message came"),
            State::Active | State::Paused => {
                self.leave("error", "nothing heard for too long", CloseReason::Idle, 1002, now);
            }
            State::Disconnecting(reason, code) => self.end(reason, code, "no close message came"),
            State::Closed => {}
        }
    }

    /// When [`Session::tick`] must be called at the latest.
    #[must_use]
    pub fn next_wake(&self) -> Option<Timestamp> {
        (self.state != State::Closed).then_some(self.deadline)
    }

    /// The socket closed, in whatever way.
    pub fn lost(&mut self) {
        let reason = match self.state {
            State::Closed => return,
            State::Disconnecting(reason, _) => reason,
            State::Preparing | State::Active | State::Paused => CloseReason::Lost,
        };
        self.farewell(reason);
    }

    /// We want the session to end; the client is asked to close it.
    pub fn disconnect(&mut self, reason: DisconnectReason, now: Timestamp) {
        let (info, code) = match reason {
            DisconnectReason::Completed => ("", 1000),
            DisconnectReason::Unauthorized => ("not allowed", 1008),
            DisconnectReason::Error => ("server error", 1011),
        };
        self.leave(reason.as_str(), info, CloseReason::Disconnected, code, now);
    }

    /// We want the client to send no sound for a while; it answers, and [`SessionEvent::Paused`] follows.
    pub fn pause(&mut self) {
        match self.state {
            State::Preparing => self.config.start_paused = true,
            State::Active | State::Paused => self.send("pause", &json!({})),
            State::Disconnecting(..) | State::Closed => {}
        }
    }

    /// Ends a pause that we asked for. If the client pauses too, the session stays paused.
    pub fn resume(&mut self) {
        match self.state {
            State::Preparing => self.config.start_paused = false,
            State::Active | State::Paused => self.send("resume", &json!({})),
            State::Disconnecting(..) | State::Closed => {}
        }
    }

    /// We want the client to open a new connection and to go on there.
    pub fn reconnect(&mut self, info: &str) {
        if matches!(self.state, State::Active | State::Paused) {
            self.send("reconnect", &json!({ "info": info }));
        }
    }

    /// Sends event entities to the client, each `{"type", "data"}`. False if none can be sent now: the session is not
    /// open, or the client asked for silence.
    pub fn event(&mut self, entities: &[Value], now: Timestamp) -> bool {
        if !matches!(self.state, State::Active | State::Paused) || now < self.quiet_until {
            return false;
        }
        self.send("event", &json!({ "entities": entities }));
        true
    }

    /// What to do next; none when all is done.
    pub fn poll(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// The stream's position in frames.
    #[must_use]
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// The client broke the protocol.
    fn refuse(&mut self, what: &'static str, code: u16, now: Timestamp) {
        self.leave("error", what, CloseReason::Protocol, code, now);
    }

    /// Asks the client to close the session, once.
    fn leave(&mut self, reason: &str, info: &str, why: CloseReason, code: u16, now: Timestamp) {
        if matches!(self.state, State::Disconnecting(..) | State::Closed) {
            return;
        }
        self.send("disconnect", &json!({"reason": reason, "info": info}));
        self.state = State::Disconnecting(why, code);
        self.deadline = after(now, self.config.close_within);
    }

    fn end(&mut self, reason: CloseReason, code: u16, info: &str) {
        self.farewell(reason);
        self.outputs.push_back(Output::Close { code, reason: info.into() });
    }

    fn farewell(&mut self, reason: CloseReason) {
        self.state = State::Closed;
        if self.opened {
            self.outputs.push_back(Output::Event(SessionEvent::Closed { reason }));
        }
    }

    fn heard(&mut self, now: Timestamp) {
        if matches!(self.state, State::Active | State::Paused) {
            self.deadline = after(now, self.config.idle_after);
        }
    }

    fn oddity(&mut self, what: &'static str) {
        self.outputs.push_back(Output::Event(SessionEvent::Oddity { what }));
    }

    fn send(&mut self, kind: &str, parameters: &Value) {
        self.seq += 1;
        let message = json!({
            "version": "2",
            "id": self.id.as_deref().unwrap_or(PROBE),
            "type": kind,
            "seq": self.seq,
            "clientseq": self.clientseq,
            "parameters": parameters,
        });
        self.outputs.push_back(Output::Send(message.to_string()));
    }
}
