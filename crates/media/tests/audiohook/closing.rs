//! Ends of every kind, each told once.

use std::time::Duration;

use calmline_media::{
    CloseReason, DisconnectReason, SessionEvent,
    audiohook::{ClientConfig, ClientEvent, Config, Session},
};

use crate::{CONVERSATION, Pair, SESSION, drain, open_session, start};

fn ends(pair: &Pair) -> Vec<CloseReason> {
    let reason = |event: &SessionEvent| match event {
        SessionEvent::Closed { reason } => Some(*reason),
        _ => None,
    };
    pair.events.iter().filter_map(reason).collect()
}

#[test]
fn the_client_ends_the_session() {
    for (said, heard) in [
        ("end", CloseReason::Ended),
        ("error", CloseReason::PeerError),
        ("disconnect", CloseReason::Disconnected),
        ("reconnect", CloseReason::Reconnecting),
    ] {
        let mut pair = Pair::open();
        pair.client.close(said, pair.now);
        pair.settle();
        assert_eq!(ends(&pair), [heard]);
        assert_eq!(pair.closed, Some((1000, String::new())));
        assert_eq!(pair.told.last(), Some(&ClientEvent::Closed));
    }
}

#[test]
fn we_end_the_session() {
    for reason in [DisconnectReason::Completed, DisconnectReason::Unauthorized, DisconnectReason::Error] {
        let mut pair = Pair::open();
        pair.session.disconnect(reason, pair.now);
        pair.session.disconnect(reason, pair.now);
        pair.settle();
        let told = pair.told.iter().filter(|told| matches!(told, ClientEvent::Disconnect { .. }));
        assert_eq!(told.count(), 1);
        assert_eq!(pair.sent[1]["parameters"]["reason"], reason.as_str());
        assert_eq!(ends(&pair), [CloseReason::Disconnected]);
    }
}

#[test]
fn who_is_not_let_in_is_told_before_open() {
    let mut pair = Pair::new(ClientConfig::new(SESSION, CONVERSATION), Config::default());
    pair.session.disconnect(DisconnectReason::Unauthorized, pair.now);
    let said = drain(&mut pair.session);
    assert_eq!(said.sent[0]["type"], "disconnect");
    assert_eq!(said.sent[0]["parameters"]["reason"], "unauthorized");
    pair.pass(Duration::from_secs(10));
    assert_eq!(pair.closed.as_ref().map(|closed| closed.0), Some(1008));
    assert!(pair.events.is_empty(), "nothing was opened, so nothing is closed");
}

#[test]
fn a_socket_that_closes_without_a_word_is_lost() {
    let mut session = open_session();
    session.lost();
    session.lost();
    session.text("late", start());
    session.tick(start() + Duration::from_secs(3_600));
    let said = drain(&mut session);
    assert_eq!(said.events, [SessionEvent::Closed { reason: CloseReason::Lost }]);
    assert_eq!((said.sent.len(), said.closed), (0, None));
}

#[test]
fn silence_is_asked_about_and_then_ended() {
    let mut session = open_session();
    session.tick(start() + Duration::from_secs(29));
    assert!(session.poll().is_none());
    session.tick(start() + Duration::from_secs(30));
    assert_eq!(drain(&mut session).sent[0]["parameters"]["info"], "nothing heard for too long");
    session.tick(start() + Duration::from_secs(40));
    let said = drain(&mut session);
    assert_eq!(said.events, [SessionEvent::Closed { reason: CloseReason::Idle }]);
    assert_eq!(said.closed, Some(1002));
}

#[test]
fn a_client_that_opens_nothing_is_closed() {
    let mut session = Session::new(Config::default(), start());
    session.tick(start() + Duration::from_secs(10));
    assert_eq!(drain(&mut session).closed, Some(1002));
}

#[test]
fn pings_keep_a_silent_session_alive() {
    let mut pair = Pair::open();
    pair.pass(Duration::from_secs(600));
    assert!(pair.client.is_open() && pair.closed.is_none());
    let trips = pair.told.iter().filter(|told| matches!(told, ClientEvent::RoundTrip { .. })).count();
    assert_eq!(trips, 120);
}

#[test]
fn a_client_gives_up_on_a_server_that_does_not_answer() {
    let mut pair = Pair::new(ClientConfig::new(SESSION, CONVERSATION), Config::default());
    pair.client.open(pair.now);
    while pair.client.poll().is_some() {}
    pair.client.tick(pair.now + Duration::from_secs(5));
    let told: Vec<_> = std::iter::from_fn(|| pair.client.poll()).collect();
    let failed =
        calmline_media::audiohook::ClientOutput::Event(ClientEvent::Failed { what: "no answer to open" });
    assert!(told.contains(&failed), "{told:?}");
}
