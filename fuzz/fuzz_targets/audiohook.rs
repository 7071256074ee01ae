//! AudioHook: whatever the client sends, in whatever order. See the folder's README for the form of the input.
#![no_main]

use std::time::Duration;

use calmline_core::Timestamp;
use calmline_media::{
    DisconnectReason, Output, SessionEvent,
    audiohook::{
        Config, Session,
        auth::{Credentials, Nonces, Request, authenticate},
    },
};
use libfuzzer_sys::fuzz_target;

const SESSION: &str = "30b0e395-84d3-4570-ac13-9a62d8f514c0";

fuzz_target!(|data: &[u8]| {
    let mut now = Timestamp::UNIX_EPOCH;
    let mut session = Session::new(Config::default(), now);
    let mut nonces = Nonces::default();
    let mut seq = 0u64;
    let mut seen = Seen::default();
    for line in data.split(|&byte| byte == b'\n') {
        let Some((&kind, rest)) = line.split_first() else { continue };
        let text = String::from_utf8_lossy(rest);
        match kind {
            b'J' => {
                seq += 1;
                session.text(&envelope(text.trim(), seq), now);
            }
            b'T' => session.text(&text, now),
            b'B' => session.binary(rest, now),
            b'W' => {
                now += Duration::from_secs(rest.len() as u64);
                session.tick(now);
            }
            b'P' => session.pause(),
            b'R' => session.resume(),
            b'C' => session.reconnect(&text),
            b'D' => session.disconnect(DisconnectReason::Completed, now),
            b'A' => let_in(&text, now, &mut nonces),
            _ => continue,
        }
        seen.drain(&mut session);
        if kind != b'D' && kind != b'W' {
            assert!(seen.outputs <= 4, "{} outputs", seen.outputs);
        }
    }
    session.lost();
    seen.drain(&mut session);
    assert_eq!(seen.opened, seen.closed);
    assert!(seen.opened <= 1);
});

/// A message with everything right but what the input says.
fn envelope(text: &str, seq: u64) -> String {
    let (kind, parameters) = text.split_once(' ').unwrap_or((text, "{}"));
    let (position, parameters) = match parameters.split_once('@') {
        Some((position, parameters)) => (position, parameters),
        None => ("PT0S", parameters),
    };
    let (kind, position) = (serde_json::json!(kind), serde_json::json!(position));
    format!(
        r#"{{"version":"2","id":"{SESSION}","type":{kind},"seq":{seq},"serverseq":0,"position":{position},"parameters":{parameters}}}"#
    )
}

fn let_in(text: &str, now: Timestamp, nonces: &mut Nonces) {
    let (input, signature) = text.split_once('|').unwrap_or((text, ""));
    let headers = [
        ("audiohook-organization-id", "d7934305-0972-4844-938e-9060eef73d05"),
        ("audiohook-session-id", SESSION),
        ("audiohook-correlation-id", "e160e428-53e2-487c-977d-96989bf5c99d"),
        ("x-api-key", "key"),
        ("signature-input", input),
        ("signature", signature),
    ];
    let request = Request { target: "/v1/audiohook/ws", authority: "example.com", headers: &headers };
    let credentials = Credentials { api_key: "key", client_secret: Some(b"the secret") };
    let found = authenticate(&request, Some(&credentials), now, nonces);
    assert!(found.is_err(), "nobody can forge a signature: {text}");
}

#[derive(Default)]
struct Seen {
    outputs: usize,
    opened: usize,
    closed: usize,
    over: bool,
    /// The place up to which the stream is told.
    told: Option<u64>,
}

impl Seen {
    fn drain(&mut self, session: &mut Session) {
        self.outputs = 0;
        while let Some(output) = session.poll() {
            assert!(!self.over, "{output:?} after the close");
            self.outputs += 1;
            match output {
                Output::Send(text) => assert!(text.len() < 70_000),
                Output::Audio(audio) => self.goes_on(audio.at_frame, audio.frames() as u64),
                Output::Close { .. } => self.over = true,
                Output::Event(event) => match event {
                    SessionEvent::Opened { .. } => self.opened += 1,
                    SessionEvent::Closed { .. } => self.closed += 1,
                    SessionEvent::Gap { at_frame, frames, .. }
                    | SessionEvent::Discarded { at_frame, frames } => {
                        self.goes_on(at_frame, frames);
                    }
                    _ => {}
                },
            }
        }
    }

    /// What is told of the stream has no holes and goes over nothing twice.
    fn goes_on(&mut self, at: u64, frames: u64) {
        assert!(frames > 0);
        assert!(self.told.is_none_or(|told| told == at), "{at} after {:?}", self.told);
        self.told = Some(at + frames);
    }
}
