//! The server's side of one AudioHook connection.

use std::{collections::VecDeque, time::Duration};

use calmline_core::{CallId, Party, Timestamp};
use serde_json::{Value, json};

use super::{
    PROBE,
    message::{Channel, Format, Media, Message, duration, is_language, is_uuid},
};
use crate::{
    RATE,
    g711::Law,
    pcm::ByteOrder,
    session::{Audio, CloseReason, DisconnectReason, FARTHEST, Output, SessionEvent, after},
};

/// A position less than this many frames off is rounding: 1 ms.
const ROUNDING: u64 = RATE as u64 / 1000;
/// Earlier sessions that are remembered of `continuedSessions`.
const CONTINUED: usize = 64;

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

    /// Checks what all messages have in common, then acts on one.
    fn accept(&mut self, message: &Message, now: Timestamp) -> Result<(), &'static str> {
        if message.version != "2" {
            return Err("version is not 2");
        }
        if message.seq != self.clientseq + 1 {
            return Err("seq is not the one after the last");
        }
        self.clientseq = message.seq;
        if message.serverseq.ok_or("serverseq is missing")? > self.seq {
            return Err("serverseq is higher than any that was sent");
        }
        if !is_uuid(&message.id) {
            return Err("id is not a UUID");
        }
        let id = self.id.get_or_insert_with(|| message.id.clone());
        if !id.eq_ignore_ascii_case(&message.id) {
            return Err("id is not this session's");
        }
        let position = message.position.as_deref().and_then(super::frames_of);
        let position = position.ok_or("position is not a duration")?;
        if position > self.frames.saturating_add(FARTHEST) {
            return Err("position is more than a day ahead");
        }
        match message.kind.as_str() {
            "open" => self.open(message, position, now),
            "ping" => {
                self.account(position);
                self.send("pong", &json!({}));
                Ok(())
            }
            "close" => {
                self.account(position);
                self.close(message);
                Ok(())
            }
            "paused" => {
                self.account(position);
                self.paused();
                Ok(())
            }
            "resumed" => self.resumed(message),
            "discarded" => self.discarded(message),
            "update" => self.update(message),
            "error" => self.peer_error(message, now),
            "dtmf" => {
                self.outputs.push_back(Output::Event(SessionEvent::KeyPressed));
                Ok(())
            }
            "playback_started" | "playback_completed" => Ok(()),
            _ => Err("type is not one that a client sends"),
        }
    }

    fn open(&mut self, message: &Message, position: u64, now: Timestamp) -> Result<(), &'static str> {
        if self.state != State::Preparing {
            self.oddity("open came a second time");
            return Ok(());
        }
        let uuid = |name| message.text(name).filter(|text| is_uuid(text));
        let organization = uuid("organizationId").ok_or("organizationId is not a UUID")?;
        let conversation = uuid("conversationId").ok_or("conversationId is not a UUID")?;
        if self.config.organization_id.as_ref().is_some_and(|ours| !ours.eq_ignore_ascii_case(organization)) {
            return Err("organizationId is not the one in the request's header");
        }
        let conversation_id = CallId::new(conversation).map_err(|_| "conversationId is not a UUID")?;
        let offers =
            message.parameters.get("media").and_then(Value::as_array).ok_or("media is not a list")?;
        let media = self.choose(offers);
        if media.is_none() && !offers.is_empty() {
            return Err("none of the offered media can be taken");
        }
        let language = match message.parameters.get("language") {
            None | Some(Value::Null) => None,
            Some(value) => {
                Some(value.as_str().filter(|tag| is_language(tag)).ok_or("language is not a tag")?)
            }
        };
        let continues = message.parameters.get("continuedSessions").and_then(Value::as_array);
        let continues = continues.into_iter().flatten().filter_map(|session| session.get("id")?.as_str());
        let continues = continues.filter(|id| is_uuid(id)).take(CONTINUED).map(str::to_owned).collect();

        let paused = self.config.start_paused;
        let mut answer = json!({
            "media": media.iter().map(Media::write).collect::<Vec<_>>(),
            "startPaused": paused,
        });
        if let Some(frame) = self.config.discard_to.filter(|&frame| frame > position) {
            answer["discardTo"] = duration(frame).into();
        }
        if message.parameters.get("supportedLanguages") == Some(&Value::Bool(true)) {
            answer["supportedLanguages"] = json!(self.config.languages);
        }
        self.send("opened", &answer);

        self.opened = true;
        self.probe = conversation == PROBE;
        self.frames = position;
        self.state = if paused { State::Paused } else { State::Active };
        self.heard(now);
        self.outputs.push_back(Output::Event(SessionEvent::Opened {
            conversation_id,
            session_id: message.id.clone(),
            channels: media.iter().flat_map(|media| &media.channels).map(|&side| side.into()).collect(),
            rate: RATE,
            probe: self.probe,
            paused,
            language: language.map(str::to_owned),
            continues,
        }));
        self.media = media;
        Ok(())
    }

    /// The offer that we like best: first by its sides, then by its format.
    fn choose(&self, offers: &[Value]) -> Option<Media> {
        let rank = |media: &Media| {
            let same = |sides: &Vec<Channel>| {
                sides.len() == media.channels.len() && sides.iter().all(|side| media.channels.contains(side))
            };
            let sides = self.config.sides.iter().position(same)?;
            let format = self.config.formats.iter().position(|&format| format == media.format)?;
            Some((sides, format))
        };
        offers
            .iter()
            .filter_map(Media::read)
            .filter_map(|media| Some((rank(&media)?, media)))
            .min_by_key(|&(rank, _)| rank)
            .map(|(_, media)| media)
    }

    /// Compares the client's position with what came. Position and sound come in order over one connection, so what is
    /// missing now will not come.
    fn account(&mut self, position: u64) {
        if self.state != State::Active {
            return;
        }
        if position >= self.frames + ROUNDING {
            self.missing(position);
        } else if position + u64::from(RATE) < self.frames {
            self.oddity("position is behind the sound that came");
        }
    }

    fn missing(&mut self, until: u64) {
        let gap = SessionEvent::Gap { at_frame: self.frames, frames: until - self.frames, channel: None };
        self.outputs.push_back(Output::Event(gap));
        self.frames = until;
    }

    fn paused(&mut self) {
        if self.state == State::Active {
            self.state = State::Paused;
            self.outputs.push_back(Output::Event(SessionEvent::Paused));
        }
    }

    fn resumed(&mut self, message: &Message) -> Result<(), &'static str> {
        self.leave_out(message)?;
        if self.state == State::Paused {
            self.state = State::Active;
            self.outputs.push_back(Output::Event(SessionEvent::Resumed));
        }
        Ok(())
    }

    fn discarded(&mut self, message: &Message) -> Result<(), &'static str> {
        self.leave_out(message)
    }

    /// Notes sound that the client says it left out.
    fn leave_out(&mut self, message: &Message) -> Result<(), &'static str> {
        let start = message.frames("start").ok_or("start is not a duration")?;
        let discarded = message.frames("discarded").ok_or("discarded is not a duration")?;
        let end = start.saturating_add(discarded);
        if end > self.frames.saturating_add(FARTHEST) {
            return Err("discarded reaches more than a day ahead");
        }
        if !matches!(self.state, State::Active | State::Paused) {
            self.oddity("discarded before open");
            return Ok(());
        }
        if start >= self.frames + ROUNDING {
            self.missing(start);
        }
        if end > self.frames {
            let (at_frame, frames) = (self.frames, end - self.frames);
            self.outputs.push_back(Output::Event(SessionEvent::Discarded { at_frame, frames }));
            self.frames = end;
        }
        Ok(())
    }

    fn update(&mut self, message: &Message) -> Result<(), &'static str> {
        let language =
            message.text("language").filter(|tag| is_language(tag)).ok_or("language is not a tag")?;
        if !matches!(self.state, State::Active | State::Paused) {
            self.oddity("update before open");
            return Ok(());
        }
        self.outputs.push_back(Output::Event(SessionEvent::Updated { language: language.into() }));
        self.send("updated", &json!({}));
        Ok(())
    }

    fn peer_error(&mut self, message: &Message, now: Timestamp) -> Result<(), &'static str> {
        let code = message.parameters.get("code").and_then(Value::as_u64);
        let code = code.and_then(|code| u16::try_from(code).ok()).ok_or("code is not a number")?;
        let retry_after = message.frames("retryAfter").map(|frames| frames.min(FARTHEST));
        if let Some(frames) = retry_after {
            self.quiet_until = after(now, Duration::from_micros(frames * 125));
        }
        let retry_after_s = retry_after.map(|frames| frames as f64 / f64::from(RATE));
        self.outputs.push_back(Output::Event(SessionEvent::PeerError { code, retry_after_s }));
        Ok(())
    }

    fn close(&mut self, message: &Message) {
        let said = match message.text("reason") {
            Some("error") => CloseReason::PeerError,
            Some("disconnect") => CloseReason::Disconnected,
            Some("reconnect") => CloseReason::Reconnecting,
            _ => CloseReason::Ended,
        };
        let reason = match self.state {
            State::Disconnecting(ours, _) => ours,
            _ => said,
        };
        self.send("closed", &json!({}));
        self.end(reason, 1000, "");
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
