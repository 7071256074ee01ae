//! AudioHook, one behaviour a file. Two peers talk under virtual time, or a peer is made up message by message.

#[path = "../common/mod.rs"]
mod common;

mod closing;
mod gaps;
mod hostile;
mod limits;
mod media_choice;
mod opening;
mod pausing;
mod peers;
mod real_call;
mod sequence;
mod signature;

use std::time::Duration;

use calmline_core::Timestamp;
use calmline_media::{
    Audio, Output, SessionEvent,
    audiohook::{Client, ClientConfig, ClientEvent, ClientOutput, Config, Session},
};
use serde_json::{Value, json};

pub(crate) const SESSION: &str = "30b0e395-84d3-4570-ac13-9a62d8f514c0";
pub(crate) const CONVERSATION: &str = "e160e428-53e2-487c-977d-96989bf5c99d";

pub(crate) fn start() -> Timestamp {
    Timestamp::constant(1_795_400_000, 0)
}

/// A client and a session on one line without delay.
pub(crate) struct Pair {
    pub(crate) client: Client,
    pub(crate) session: Session,
    pub(crate) now: Timestamp,
    pub(crate) audio: Vec<Audio>,
    pub(crate) events: Vec<SessionEvent>,
    pub(crate) told: Vec<ClientEvent>,
    /// What the session sent.
    pub(crate) sent: Vec<Value>,
    pub(crate) closed: Option<(u16, String)>,
}

impl Pair {
    pub(crate) fn new(client: ClientConfig, session: Config) -> Self {
        Self {
            client: Client::new(client),
            session: Session::new(session, start()),
            now: start(),
            audio: Vec::new(),
            events: Vec::new(),
            told: Vec::new(),
            sent: Vec::new(),
            closed: None,
        }
    }

    /// A pair that is open, with the usual settings.
    pub(crate) fn open() -> Self {
        let mut pair = Self::new(ClientConfig::new(SESSION, CONVERSATION), Config::default());
        pair.client.open(pair.now);
        pair.settle();
        assert!(pair.client.is_open(), "{:?}", pair.told);
        pair
    }

    /// Carries messages both ways until neither side has more to say.
    pub(crate) fn settle(&mut self) {
        loop {
            if let Some(output) = self.client.poll() {
                match output {
                    ClientOutput::Text(text) => self.session.text(&text, self.now),
                    ClientOutput::Binary(bytes) => self.session.binary(&bytes, self.now),
                    ClientOutput::Event(event) => self.told.push(event),
                    ClientOutput::Close => self.session.lost(),
                }
            } else if let Some(output) = self.session.poll() {
                assert!(self.closed.is_none(), "{output:?} after the close");
                match output {
                    Output::Send(text) => {
                        self.sent.push(serde_json::from_str(&text).expect("JSON"));
                        self.client.text(&text, self.now);
                    }
                    Output::Audio(audio) => self.audio.push(audio),
                    Output::Event(event) => self.events.push(event),
                    Output::Close { code, reason } => self.closed = Some((code, reason)),
                }
            } else {
                return;
            }
        }
    }

    /// Lets time pass, waking both sides when they ask for it.
    pub(crate) fn pass(&mut self, time: Duration) {
        let end = self.now + time;
        loop {
            let wake = [self.client.next_wake(), self.session.next_wake()].into_iter().flatten().min();
            self.now = wake.unwrap_or(end).clamp(self.now, end);
            self.client.tick(self.now);
            self.session.tick(self.now);
            self.settle();
            if self.now >= end {
                return;
            }
        }
    }
}

/// A client's message, made up.
#[expect(clippy::needless_pass_by_value, reason = "callers build the parameters on the spot")]
pub(crate) fn message(kind: &str, seq: u64, parameters: Value) -> Value {
    json!({
        "version": "2", "id": SESSION, "type": kind, "seq": seq, "serverseq": 0, "position": "PT0S",
        "parameters": parameters,
    })
}

pub(crate) fn open_parameters() -> Value {
    json!({
        "organizationId": "d7934305-0972-4844-938e-9060eef73d05",
        "conversationId": CONVERSATION,
        "participant": {"id": "883efee8-3d6c-4537-b500-6d7ca4b92fa0", "ani": "+1-555-555-1234", "aniName": "John Doe", "dnis": "+1-800-555-6789"},
        "media": [
            {"type": "audio", "format": "PCMU", "channels": ["external", "internal"], "rate": 8000},
            {"type": "audio", "format": "PCMU", "channels": ["external"], "rate": 8000},
            {"type": "audio", "format": "PCMU", "channels": ["internal"], "rate": 8000},
        ],
        "language": "en-US",
    })
}

/// Everything that a session has to say, without the sound.
pub(crate) struct Said {
    pub(crate) sent: Vec<Value>,
    pub(crate) events: Vec<SessionEvent>,
    pub(crate) closed: Option<u16>,
}

pub(crate) fn drain(session: &mut Session) -> Said {
    let mut said = Said { sent: Vec::new(), events: Vec::new(), closed: None };
    while let Some(output) = session.poll() {
        match output {
            Output::Send(text) => said.sent.push(serde_json::from_str(&text).expect("JSON")),
            Output::Event(event) => said.events.push(event),
            Output::Close { code, .. } => said.closed = Some(code),
            Output::Audio(_) => {}
        }
    }
    said
}

/// A session that is open, for made-up messages; the next sequence number is 2.
pub(crate) fn open_session() -> Session {
    let mut session = Session::new(Config::default(), start());
    session.text(&message("open", 1, open_parameters()).to_string(), start());
    assert_eq!(drain(&mut session).sent[0]["type"], "opened");
    session
}

/// The session must have answered with `disconnect`, reason `error`, and this explanation.
pub(crate) fn assert_refused(session: &mut Session, info: &str) {
    let said = drain(session);
    let last = said.sent.last().expect("a message");
    assert_eq!(last["type"], "disconnect", "{last}");
    assert_eq!(last["parameters"], json!({"reason": "error", "info": info}));
    assert_eq!(said.closed, None, "the client closes");
}
