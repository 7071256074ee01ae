//! The client's side of one AudioHook connection: what Genesys Cloud does. For load generators and tests.

use std::{collections::VecDeque, time::Duration};

use calmline_core::Timestamp;
use serde_json::{Value, json};

use super::message::{Channel, Format, Media, Message, duration};
use crate::{g711::Law, pcm::ByteOrder, session::after};

/// An earlier session that a new one goes on from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Continued {
    /// Its id.
    pub id: String,
    /// The server's last sequence number there.
    pub serverseq: u64,
    /// The client's last.
    pub clientseq: u64,
}

/// What a client says when it opens a session.
#[derive(Debug, Clone)]
pub struct ClientConfig {
    /// A UUID.
    pub session_id: String,
    /// A UUID.
    pub organization_id: String,
    /// A UUID; [`super::PROBE`] to try the connection only.
    pub conversation_id: String,
    /// A UUID.
    pub participant_id: String,
    /// What is offered, the dearest first.
    pub offers: Vec<Media>,
    /// A BCP 47 tag.
    pub language: Option<String>,
    /// Ask which languages the server knows.
    pub ask_languages: bool,
    /// Where it goes on from, after a reconnect.
    pub continues: Vec<Continued>,
    /// The stream's position at its start, in frames; not 0 after a reconnect.
    pub position: u64,
    /// The order of an `L16` sample's bytes.
    pub byte_order: ByteOrder,
    /// How often the server is asked whether it is there.
    pub ping_every: Duration,
    /// How long an answer to `open`, `ping` or `close` may take.
    pub answer_within: Duration,
}

impl ClientConfig {
    /// A client that offers both sides in µ-law, then single sides, as Genesys Cloud does.
    #[must_use]
    pub fn new(session_id: &str, conversation_id: &str) -> Self {
        let offer = |channels: &[Channel]| Media { format: Format::Pcmu, channels: channels.to_vec() };
        Self {
            session_id: session_id.into(),
            organization_id: "c0ffee00-0000-4000-8000-000000000000".into(),
            conversation_id: conversation_id.into(),
            participant_id: "c0ffee00-0000-4000-8000-000000000001".into(),
            offers: vec![
                offer(&[Channel::External, Channel::Internal]),
                offer(&[Channel::External]),
                offer(&[Channel::Internal]),
            ],
            language: None,
            ask_languages: false,
            continues: Vec::new(),
            position: 0,
            byte_order: ByteOrder::Little,
            ping_every: Duration::from_secs(5),
            answer_within: Duration::from_secs(5),
        }
    }
}

/// What a client wants done.
#[derive(Debug, Clone, PartialEq)]
pub enum ClientOutput {
    /// Send this text message.
    Text(String),
    /// Send this binary message: sound.
    Binary(Vec<u8>),
    /// Something happened.
    Event(ClientEvent),
    /// Close the socket.
    Close,
}

/// What happened to a client.
#[derive(Debug, Clone, PartialEq)]
pub enum ClientEvent {
    /// The server agreed.
    Opened {
        /// What it took; none if it wants no sound.
        media: Option<Media>,
        /// It wants to start paused.
        paused: bool,
        /// The languages that it knows, if it was asked.
        languages: Vec<String>,
    },
    /// The server wants no sound for now.
    Pause,
    /// The server wants sound again.
    Resume,
    /// The server knows of the new language.
    Updated,
    /// The server wants a new connection: open one with [`Client::continuation`], then close this one.
    Reconnect,
    /// The server wants to end the session.
    Disconnect {
        /// `completed`, `unauthorized` or `error`.
        reason: String,
        /// What it says about it.
        info: String,
    },
    /// The server sent event entities.
    Entities(Vec<Value>),
    /// A ping came back.
    RoundTrip {
        /// After how long.
        seconds: f64,
    },
    /// The server broke the protocol or did not answer; the session is being closed.
    Failed {
        /// What was wrong.
        what: &'static str,
    },
    /// The session is over.
    Closed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Preparing,
    Opening,
    Open,
    Closing,
    Closed,
}

/// One connection, as the client sees it.
#[derive(Debug)]
pub struct Client {
    config: ClientConfig,
    state: State,
    seq: u64,
    serverseq: u64,
    media: Option<Media>,
    /// The position: frames sent and frames announced as left out.
    frames: u64,
    /// Frames that came by while paused and are not announced yet.
    skipped: u64,
    held: bool,
    held_by_server: bool,
    pinged: Option<(u64, Timestamp)>,
    round_trip: Option<u64>,
    deadline: Timestamp,
    outputs: VecDeque<ClientOutput>,
}

impl Client {
    /// A client that has not said anything yet.
    #[must_use]
    pub fn new(config: ClientConfig) -> Self {
        Self {
            frames: config.position,
            config,
            state: State::Preparing,
            seq: 0,
            serverseq: 0,
            media: None,
            skipped: 0,
            held: false,
            held_by_server: false,
            pinged: None,
            round_trip: None,
            deadline: Timestamp::MAX,
            outputs: VecDeque::new(),
        }
    }

    /// The WebSocket is open: begin.
    pub fn open(&mut self, now: Timestamp) {
        if self.state != State::Preparing {
            return;
        }
        let continued = |session: &Continued| json!({"id": session.id, "serverseq": session.serverseq, "clientseq": session.clientseq});
        let mut parameters = json!({
            "organizationId": self.config.organization_id,
            "conversationId": self.config.conversation_id,
            "participant": {"id": self.config.participant_id, "ani": "", "aniName": "", "dnis": ""},
            "media": self.config.offers.iter().map(Media::write).collect::<Vec<_>>(),
        });
        if let Some(language) = &self.config.language {
            parameters["language"] = json!(language);
        }
        if self.config.ask_languages {
            parameters["supportedLanguages"] = json!(true);
        }
        if !self.config.continues.is_empty() {
            parameters["continuedSessions"] = self.config.continues.iter().map(continued).collect();
        }
        self.send("open", &parameters);
        self.state = State::Opening;
        self.deadline = after(now, self.config.answer_within);
    }

    /// Sound of both sides, equally long. What the server did not take is not sent; nothing is sent while paused.
    pub fn audio(&mut self, external: &[i16], internal: &[i16]) {
        let frames = external.len().min(internal.len());
        let Some(media) = &self.media else { return };
        if self.state != State::Open || frames == 0 {
            return;
        }
        if self.is_paused() {
            self.skipped += frames as u64;
            return;
        }
        let side = |channel: &Channel| match channel {
            Channel::External => &external[..frames],
            Channel::Internal => &internal[..frames],
        };
        let mut bytes = Vec::with_capacity(frames * media.frame_bytes());
        let (first, second) = (side(&media.channels[0]), media.channels.get(1).map(side));
        let channels: &[&[i16]] = match second {
            Some(second) => &[first, second],
            None => &[first],
        };
        match media.format {
            Format::Pcmu => Law::Mu.encode_channels(channels, &mut bytes),
            Format::L16 => self.config.byte_order.encode_channels(channels, &mut bytes),
        }
        self.frames += frames as u64;
        self.outputs.push_back(ClientOutput::Binary(bytes));
    }

    /// Sound is missing on the client's side: says so, and goes on after it.
    pub fn discard(&mut self, frames: u64) {
        if self.state != State::Open || self.is_paused() {
            return;
        }
        let start = self.frames;
        self.frames += frames;
        self.send("discarded", &json!({"start": duration(start), "discarded": duration(frames)}));
    }

    /// Sound is missing on the client's side, and nobody says so: the position alone tells.
    pub fn lose(&mut self, frames: u64) {
        self.frames += frames;
    }

    /// Sends no more sound and says so.
    pub fn pause(&mut self) {
        self.held = true;
        if self.state == State::Open {
            self.send("paused", &json!({}));
        }
    }

    /// Sends sound again, unless the server holds the session paused.
    pub fn resume(&mut self) {
        self.held = false;
        self.go_on();
    }

    /// Tells the server of another language.
    pub fn update(&mut self, language: &str) {
        if self.state == State::Open {
            self.send("update", &json!({ "language": language }));
        }
    }

    /// Reports an error.
    pub fn error(&mut self, code: u16, message: &str, retry_after: Option<u64>) {
        let mut parameters = json!({"code": code, "message": message});
        if let Some(frames) = retry_after {
            parameters["retryAfter"] = duration(frames).into();
        }
        self.send("error", &parameters);
    }

    /// Ends the session: `end`, `error`, `disconnect` or `reconnect`.
    pub fn close(&mut self, reason: &str, now: Timestamp) {
        if matches!(self.state, State::Closing | State::Closed) {
            return;
        }
        self.send("close", &json!({ "reason": reason }));
        self.state = State::Closing;
        self.deadline = after(now, self.config.answer_within);
    }

    /// A text message arrived.
    pub fn text(&mut self, text: &str, now: Timestamp) {
        if self.state == State::Closed {
            return;
        }
        let Ok(message) = serde_json::from_str::<Message>(text) else {
            return self.fail(400, "message is not a well-formed server message", now);
        };
        if message.version != "2" || message.id != self.config.session_id {
            return self.fail(400, "version or id is not this session's", now);
        }
        if message.seq != self.serverseq + 1 {
            return self.fail(400, "seq is not the one after the last", now);
        }
        self.serverseq = message.seq;
        if message.clientseq.is_none_or(|seq| seq > self.seq) {
            return self.fail(400, "clientseq is higher than any that was sent", now);
        }
        match message.kind.as_str() {
            "opened" => self.opened(&message, now),
            "pong" => self.pong(&message, now),
            "pause" => {
                self.held_by_server = true;
                self.event(ClientEvent::Pause);
                self.send("paused", &json!({}));
            }
            "resume" => {
                self.held_by_server = false;
                self.event(ClientEvent::Resume);
                self.go_on();
            }
            "updated" => self.event(ClientEvent::Updated),
            "reconnect" => self.event(ClientEvent::Reconnect),
            "event" => {
                let entities = message.parameters.get("entities").and_then(Value::as_array);
                self.event(ClientEvent::Entities(entities.cloned().unwrap_or_default()));
            }
            "disconnect" => {
                let said = |name| message.text(name).unwrap_or_default().to_owned();
                self.event(ClientEvent::Disconnect { reason: said("reason"), info: said("info") });
                self.close("disconnect", now);
            }
            "closed" if self.state == State::Closing => self.finish(),
            _ => self.fail(409, "message comes at the wrong time", now),
        }
    }

    /// Time passed. Call it when [`Client::next_wake`] comes.
    pub fn tick(&mut self, now: Timestamp) {
        if now < self.deadline {
            return;
        }
        match self.state {
            State::Preparing | State::Closed => {}
            State::Opening => self.fail(408, "no answer to open", now),
            State::Open if self.pinged.is_some() => self.fail(408, "no answer to ping", now),
            State::Open => self.ping(now),
            State::Closing => self.finish(),
        }
    }

    /// When [`Client::tick`] must be called at the latest.
    #[must_use]
    pub fn next_wake(&self) -> Option<Timestamp> {
        matches!(self.state, State::Opening | State::Open | State::Closing).then_some(self.deadline)
    }

    /// What to do next; none when all is done.
    pub fn poll(&mut self) -> Option<ClientOutput> {
        self.outputs.pop_front()
    }

    /// Whether no sound is sent for now.
    #[must_use]
    pub fn is_paused(&self) -> bool {
        self.held || self.held_by_server
    }

    /// Whether sound can be sent.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.state == State::Open
    }

    /// The stream's position in frames.
    #[must_use]
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// What a new session says of this one.
    #[must_use]
    pub fn continuation(&self) -> Continued {
        Continued { id: self.config.session_id.clone(), serverseq: self.serverseq, clientseq: self.seq }
    }

    fn opened(&mut self, message: &Message, now: Timestamp) {
        if self.state != State::Opening {
            return self.fail(409, "opened comes at the wrong time", now);
        }
        let Some(chosen) = message.parameters.get("media").and_then(Value::as_array) else {
            return self.fail(400, "media is not a list", now);
        };
        let media = chosen.first().and_then(Media::read);
        let offered = media.as_ref().is_none_or(|media| self.config.offers.contains(media));
        if chosen.len() > 1 || !offered || media.is_none() != chosen.is_empty() {
            return self.fail(400, "media is not one of those offered", now);
        }
        self.state = State::Open;
        self.deadline = after(now, self.config.ping_every);
        let paused = message.parameters.get("startPaused") == Some(&Value::Bool(true));
        let languages = message.parameters.get("supportedLanguages").and_then(Value::as_array);
        let languages =
            languages.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
        self.event(ClientEvent::Opened { media: media.clone(), paused, languages });
        self.media = media;
        if let Some(until) = message.frames("discardTo").filter(|&until| until > self.frames) {
            self.discard(until - self.frames);
        }
        self.held_by_server = paused;
        if self.is_paused() {
            self.send("paused", &json!({}));
        }
    }

    fn pong(&mut self, message: &Message, now: Timestamp) {
        match self.pinged.take() {
            Some((seq, at)) if message.clientseq == Some(seq) => {
                let seconds = now.duration_since(at).as_secs_f64().max(0.0);
                self.round_trip = Some((seconds * f64::from(crate::RATE)).round() as u64);
                if self.state == State::Open {
                    self.deadline = after(now, self.config.ping_every);
                }
                self.event(ClientEvent::RoundTrip { seconds });
            }
            _ => self.fail(409, "pong answers no ping", now),
        }
    }

    fn ping(&mut self, now: Timestamp) {
        let parameters = self.round_trip.map_or_else(|| json!({}), |rtt| json!({ "rtt": duration(rtt) }));
        self.send("ping", &parameters);
        self.pinged = Some((self.seq, now));
        self.deadline = after(now, self.config.answer_within);
    }

    /// Answers a wish to go on: with `paused` if somebody still holds the session.
    fn go_on(&mut self) {
        if self.state != State::Open {
            return;
        }
        if self.is_paused() {
            return self.send("paused", &json!({}));
        }
        let start = self.frames;
        let skipped = std::mem::take(&mut self.skipped);
        self.frames += skipped;
        self.send("resumed", &json!({"start": duration(start), "discarded": duration(skipped)}));
    }

    fn fail(&mut self, code: u16, what: &'static str, now: Timestamp) {
        if self.state == State::Closing {
            return self.finish();
        }
        self.event(ClientEvent::Failed { what });
        self.error(code, what, None);
        self.close("error", now);
    }

    fn finish(&mut self) {
        self.state = State::Closed;
        self.event(ClientEvent::Closed);
        self.outputs.push_back(ClientOutput::Close);
    }

    fn event(&mut self, event: ClientEvent) {
        self.outputs.push_back(ClientOutput::Event(event));
    }

    fn send(&mut self, kind: &str, parameters: &Value) {
        self.seq += 1;
        let message = json!({
            "version": "2",
            "id": self.config.session_id,
            "type": kind,
            "seq": self.seq,
            "serverseq": self.serverseq,
            "position": duration(self.frames),
            "parameters": parameters,
        });
        self.outputs.push_back(ClientOutput::Text(message.to_string()));
    }
}
