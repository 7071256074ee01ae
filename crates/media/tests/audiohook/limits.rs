//! Messages that are too long, of a wrong length, or come at the wrong time.

use calmline_media::{
    CloseReason, SessionEvent,
    audiohook::{ClientEvent, Config, Session},
};
use serde_json::json;

use crate::{Pair, assert_refused, drain, message, open_parameters, open_session, start};

#[test]
fn a_text_message_of_more_than_64_kib_is_refused() {
    let mut session = open_session();
    let mut ping = message("ping", 2, json!({}));
    ping["parameters"]["filler"] = "x".repeat(65_536).into();
    session.text(&ping.to_string(), start());
    assert_refused(&mut session, "text message is too long");
}

#[test]
fn a_sound_message_over_the_limit_is_refused_and_one_at_the_limit_is_not() {
    let mut session = open_session();
    session.binary(&[0xff; 65_536], start());
    assert_eq!(session.frames(), 32_768);
    session.binary(&[0xff; 65_538], start());
    assert_refused(&mut session, "audio message is too long");
}

#[test]
fn half_a_frame_is_refused() {
    let mut session = open_session();
    session.binary(&[0xff; 161], start());
    assert_refused(&mut session, "audio message does not hold whole frames");
}

#[test]
fn sound_before_open_is_refused() {
    let mut session = Session::new(Config::default(), start());
    session.binary(&[0xff; 160], start());
    assert_refused(&mut session, "audio before the session was opened");
}

#[test]
fn no_sound_is_no_sound() {
    let mut session = open_session();
    session.binary(&[], start());
    assert!(session.poll().is_none());
}

#[test]
fn the_phone_number_of_the_caller_is_kept_nowhere() {
    let mut session = Session::new(Config::default(), start());
    session.text(&message("open", 1, open_parameters()).to_string(), start());
    assert!(!format!("{session:?}").contains("555"));
}

#[test]
fn a_client_that_is_told_to_slow_down_the_server_gets_silence() {
    let mut pair = Pair::open();
    let entity = [json!({"type": "transcript", "data": {}})];
    assert!(pair.session.event(&entity, pair.now));
    pair.client.error(429, "too many events", Some(8_000));
    pair.settle();
    assert_eq!(pair.events.last(), Some(&SessionEvent::PeerError { code: 429, retry_after_s: Some(1.0) }));
    assert!(!pair.session.event(&entity, pair.now));
    pair.pass(std::time::Duration::from_secs(1));
    assert!(pair.session.event(&entity, pair.now));
    pair.settle();
    assert_eq!(pair.told.iter().filter(|told| matches!(told, ClientEvent::Entities(_))).count(), 2);
}

#[test]
fn a_client_that_never_closes_is_closed() {
    let mut session = open_session();
    session.binary(&[0; 65_538], start());
    let wake = session.next_wake().expect("it waits");
    assert_eq!(wake.duration_since(start()).as_secs(), 10);
    drain(&mut session);
    session.tick(wake);
    let said = drain(&mut session);
    assert_eq!(said.closed, Some(1009));
    assert_eq!(said.events, [SessionEvent::Closed { reason: CloseReason::Protocol }]);
    assert_eq!(session.next_wake(), None);
}
