//! `open` is answered as the protocol says, in every variant.

use calmline_core::{CallId, Party};
use calmline_media::{
    SessionEvent,
    audiohook::{ClientConfig, ClientEvent, Config, Continued, PROBE, Session},
};
use serde_json::json;

use crate::{CONVERSATION, Pair, SESSION, assert_refused, drain, message, open_parameters, start};

#[test]
fn an_open_is_answered_with_opened_and_told() {
    let mut session = Session::new(Config::default(), start());
    session.text(&message("open", 1, open_parameters()).to_string(), start());
    let said = drain(&mut session);
    assert_eq!(
        said.sent,
        [json!({
            "version": "2", "id": SESSION, "type": "opened", "seq": 1, "clientseq": 1,
            "parameters": {
                "media": [{"type": "audio", "format": "PCMU", "channels": ["external", "internal"], "rate": 8000}],
                "startPaused": false,
            },
        })]
    );
    assert_eq!(
        said.events,
        [SessionEvent::Opened {
            conversation_id: CallId::new(CONVERSATION).expect("an id"),
            session_id: SESSION.into(),
            channels: vec![Party::Customer, Party::Agent],
            rate: 8_000,
            probe: false,
            paused: false,
            language: Some("en-US".into()),
            continues: vec![],
        }]
    );
}

#[test]
fn a_probe_is_answered_and_gives_no_sound() {
    let mut pair = Pair::new(ClientConfig::new(SESSION, PROBE), Config::default());
    pair.client.open(pair.now);
    pair.settle();
    assert!(matches!(pair.events[..], [SessionEvent::Opened { probe: true, .. }]));
    pair.client.audio(&[1; 160], &[2; 160]);
    pair.settle();
    assert!(pair.audio.is_empty());
    pair.client.close("end", pair.now);
    pair.settle();
    assert_eq!(pair.closed, Some((1000, String::new())));
}

#[test]
fn languages_are_named_when_asked_and_only_then() {
    let languages = vec!["en-US".to_owned(), "zh-CN".to_owned()];
    for ask in [false, true] {
        let client = ClientConfig { ask_languages: ask, ..ClientConfig::new(SESSION, CONVERSATION) };
        let mut pair = Pair::new(client, Config { languages: languages.clone(), ..Config::default() });
        pair.client.open(pair.now);
        pair.settle();
        let Some(ClientEvent::Opened { languages: named, .. }) = pair.told.first() else {
            panic!("{:?}", pair.told)
        };
        assert_eq!(*named, if ask { languages.clone() } else { vec![] });
        assert_eq!(pair.sent[0]["parameters"].get("supportedLanguages").is_some(), ask);
    }
}

#[test]
fn a_new_language_is_confirmed_and_told() {
    let mut pair = Pair::open();
    pair.client.update("zh-CN");
    pair.settle();
    assert_eq!(pair.told.last(), Some(&ClientEvent::Updated));
    assert_eq!(pair.events.last(), Some(&SessionEvent::Updated { language: "zh-CN".into() }));
}

#[test]
fn a_reconnected_session_names_the_one_before_and_goes_on_at_its_position() {
    let mut first = Pair::open();
    first.client.audio(&[5; 1_600], &[6; 1_600]);
    first.session.reconnect("maintenance");
    first.settle();
    assert_eq!(first.told.last(), Some(&ClientEvent::Reconnect));
    let before = first.client.continuation();
    assert_eq!(before, Continued { id: SESSION.into(), serverseq: 2, clientseq: 1 });

    let client = ClientConfig {
        continues: vec![before],
        position: first.client.frames(),
        ..ClientConfig::new("11111111-84d3-4570-ac13-9a62d8f514c0", CONVERSATION)
    };
    let mut second = Pair::new(client, Config { discard_to: Some(2_000), ..Config::default() });
    second.client.open(second.now);
    second.settle();
    let Some(SessionEvent::Opened { continues, .. }) = second.events.first() else {
        panic!("{:?}", second.events)
    };
    assert_eq!(*continues, [SESSION]);
    // The server asked for nothing before frame 2,000, and the client said that it leaves it out.
    assert_eq!(second.sent[0]["parameters"]["discardTo"], "PT0.25S");
    assert_eq!(second.events[1], SessionEvent::Discarded { at_frame: 1_600, frames: 400 });
    second.client.audio(&[7; 160], &[8; 160]);
    second.settle();
    assert_eq!(second.audio[0].at_frame, 2_000);

    first.client.close("reconnect", first.now);
    first.settle();
    let reason = calmline_media::CloseReason::Reconnecting;
    assert_eq!(first.events.last(), Some(&SessionEvent::Closed { reason }));
}

#[test]
fn an_open_with_something_wrong_is_refused() {
    for (field, value, info) in [
        ("organizationId", json!("acme"), "organizationId is not a UUID"),
        ("conversationId", json!(7), "conversationId is not a UUID"),
        ("media", json!({}), "media is not a list"),
        ("language", json!("en us"), "language is not a tag"),
    ] {
        let mut parameters = open_parameters();
        parameters[field] = value;
        let mut session = Session::new(Config::default(), start());
        session.text(&message("open", 1, parameters).to_string(), start());
        assert_refused(&mut session, info);
    }
}

#[test]
fn the_organization_and_the_session_must_be_those_of_the_request() {
    let other = Some("00000000-1111-4000-8000-000000000000".to_owned());
    let config = Config { organization_id: other.clone(), ..Config::default() };
    let mut session = Session::new(config, start());
    session.text(&message("open", 1, open_parameters()).to_string(), start());
    assert_refused(&mut session, "organizationId is not the one in the request's header");

    let mut session = Session::new(Config { session_id: other, ..Config::default() }, start());
    session.text(&message("open", 1, open_parameters()).to_string(), start());
    assert_refused(&mut session, "id is not this session's");
}

#[test]
fn a_second_open_is_an_oddity() {
    let mut session = crate::open_session();
    session.text(&message("open", 2, open_parameters()).to_string(), start());
    let said = drain(&mut session);
    assert_eq!(said.events, [SessionEvent::Oddity { what: "open came a second time" }]);
    assert!(said.sent.is_empty());
}
