//! Pauses of either side, and of both at once.

use std::time::Duration;

use calmline_media::{
    SessionEvent,
    audiohook::{ClientConfig, ClientEvent, Config},
};

use crate::{CONVERSATION, Pair, SESSION, assert_refused, drain, message, open_session, start};

const RESUMED: SessionEvent = SessionEvent::Resumed;

fn since_open(pair: &Pair) -> &[SessionEvent] {
    &pair.events[1..]
}

#[test]
fn the_client_pauses_and_what_it_left_out_is_told() {
    let mut pair = Pair::open();
    pair.client.audio(&[1; 160], &[1; 160]);
    pair.client.pause();
    pair.client.audio(&[2; 800], &[2; 800]);
    pair.settle();
    assert_eq!(since_open(&pair), [SessionEvent::Paused]);
    pair.client.resume();
    pair.client.audio(&[3; 160], &[3; 160]);
    pair.settle();
    let discarded = SessionEvent::Discarded { at_frame: 160, frames: 800 };
    assert_eq!(since_open(&pair), [SessionEvent::Paused, discarded, RESUMED]);
    assert_eq!(pair.audio.iter().map(|a| a.at_frame).collect::<Vec<_>>(), [0, 960]);
}

#[test]
fn the_server_pauses_and_resumes() {
    let mut pair = Pair::open();
    pair.session.pause();
    pair.settle();
    assert!(pair.client.is_paused());
    pair.client.audio(&[2; 160], &[2; 160]);
    pair.session.resume();
    pair.settle();
    let discarded = SessionEvent::Discarded { at_frame: 0, frames: 160 };
    assert_eq!(since_open(&pair), [SessionEvent::Paused, discarded, RESUMED]);
    assert!(pair.told.contains(&ClientEvent::Pause) && pair.told.contains(&ClientEvent::Resume));
}

#[test]
fn a_pause_of_both_ends_when_the_later_one_ends() {
    let mut pair = Pair::open();
    pair.client.pause();
    pair.session.pause();
    pair.session.resume();
    pair.settle();
    // The client still pauses, says so again, and the session stays paused.
    assert!(pair.client.is_paused());
    assert_eq!(since_open(&pair), [SessionEvent::Paused]);
    pair.client.resume();
    pair.settle();
    assert_eq!(since_open(&pair), [SessionEvent::Paused, RESUMED]);
}

#[test]
fn a_session_starts_paused_where_we_ask_for_it() {
    let client = ClientConfig::new(SESSION, CONVERSATION);
    let mut pair = Pair::new(client, Config { start_paused: true, ..Config::default() });
    pair.client.open(pair.now);
    pair.settle();
    assert!(matches!(pair.events[..], [SessionEvent::Opened { paused: true, .. }]));
    pair.client.audio(&[1; 160], &[1; 160]);
    pair.pass(Duration::from_secs(60));
    assert!(pair.audio.is_empty() && pair.closed.is_none());
    pair.session.resume();
    pair.settle();
    pair.client.audio(&[1; 160], &[1; 160]);
    pair.settle();
    assert_eq!(pair.audio[0].at_frame, 160);
}

#[test]
fn sound_during_a_pause_is_refused() {
    let mut session = open_session();
    session.text(&message("paused", 2, serde_json::json!({})).to_string(), start());
    drain(&mut session);
    session.binary(&[0xff; 160], start());
    assert_refused(&mut session, "audio while the session is paused");
}

#[test]
fn the_position_says_nothing_during_a_pause() {
    let mut session = open_session();
    session.text(&message("paused", 2, serde_json::json!({})).to_string(), start());
    let mut ping = message("ping", 3, serde_json::json!({}));
    ping["position"] = "PT5S".into();
    session.text(&ping.to_string(), start());
    assert_eq!(drain(&mut session).events, [SessionEvent::Paused]);
}
