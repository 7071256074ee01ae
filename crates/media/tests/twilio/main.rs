//! Twilio Media Streams, one behaviour a file.

mod gaps;
mod hostile;
mod opening;
mod signature;

use base64::{Engine, prelude::BASE64_STANDARD};
use calmline_core::{Party, Timestamp};
use calmline_media::{
    Audio, Output, SessionEvent,
    twilio::{Config, Session},
};
use serde_json::{Value, json};

pub(crate) const STREAM: &str = "MZ18ad3ab5a668481ce02b83e7395059f0";

pub(crate) fn start() -> Timestamp {
    Timestamp::constant(1_795_400_000, 0)
}

pub(crate) fn start_message() -> Value {
    json!({
        "event": "start", "sequenceNumber": "1", "streamSid": STREAM,
        "start": {
            "streamSid": STREAM, "accountSid": "AC123", "callSid": "CA123", "tracks": ["inbound", "outbound"],
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
            "customParameters": {"call_id": "call-7", "FirstName": "Jane"},
        },
    })
}

pub(crate) fn media(track: &str, chunk: u64, timestamp: u64, codes: &[u8]) -> String {
    json!({
        "event": "media", "sequenceNumber": (chunk + 1).to_string(), "streamSid": STREAM,
        "media": {
            "track": track, "chunk": chunk.to_string(), "timestamp": timestamp.to_string(),
            "payload": BASE64_STANDARD.encode(codes),
        },
    })
    .to_string()
}

pub(crate) fn known_parties() -> Config {
    Config { inbound: Party::Customer, outbound: Party::Agent, ..Config::default() }
}

/// A session that has started.
pub(crate) fn started(config: Config) -> Session {
    let mut session = Session::new(config, start());
    session.text(r#"{"event":"connected","protocol":"Call","version":"1.0.0"}"#, start());
    session.text(&start_message().to_string(), start());
    let (_, events, _) = drain(&mut session);
    assert!(matches!(events[..], [SessionEvent::Opened { .. }]), "{events:?}");
    session
}

pub(crate) fn drain(session: &mut Session) -> (Vec<Audio>, Vec<SessionEvent>, Option<u16>) {
    let (mut audio, mut events, mut closed) = (Vec::new(), Vec::new(), None);
    while let Some(output) = session.poll() {
        match output {
            Output::Audio(sound) => audio.push(sound),
            Output::Event(event) => events.push(event),
            Output::Close { code, .. } => closed = Some(code),
            Output::Send(text) => panic!("nothing is ever sent to Twilio: {text}"),
        }
    }
    (audio, events, closed)
}
