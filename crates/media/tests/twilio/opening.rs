//! A stream starts, says whose it is, and ends.

use std::time::Duration;

use calmline_core::{CallId, Party};
use calmline_media::{
    Audio, CloseReason, DisconnectReason, SessionEvent,
    twilio::{Config, Session},
};
use serde_json::json;

use crate::{STREAM, drain, known_parties, media, start, start_message, started};

#[test]
fn a_start_is_told_with_the_call_of_the_custom_parameter() {
    let mut session = Session::new(known_parties(), start());
    session.text(&start_message().to_string(), start());
    assert_eq!(
        drain(&mut session).1,
        [SessionEvent::Opened {
            conversation_id: CallId::new("call-7").expect("an id"),
            session_id: STREAM.into(),
            channels: vec![Party::Customer, Party::Agent],
            rate: 8_000,
            probe: false,
            paused: false,
            language: None,
            continues: vec![],
        }]
    );
}

#[test]
fn without_the_parameter_the_call_is_twilios_and_without_a_setting_the_parties_are_unknown() {
    let mut message = start_message();
    message["start"]["customParameters"] = json!({});
    let mut session = Session::new(Config::default(), start());
    session.text(&message.to_string(), start());
    let events = drain(&mut session).1;
    let [SessionEvent::Opened { conversation_id, channels, .. }] = &events[..] else { panic!("{events:?}") };
    assert_eq!(conversation_id.as_str(), "CA123");
    assert_eq!(*channels, [Party::Unknown, Party::Unknown]);
}

#[test]
fn sound_comes_out_decoded_on_its_channel() {
    let mut session = started(known_parties());
    session.text(&media("outbound", 1, 0, &[0x80, 0x00, 0xff]), start());
    session.text(&media("inbound", 1, 0, &[0xfe]), start());
    assert_eq!(
        drain(&mut session).0,
        [
            Audio { at_frame: 0, channel: 1, channels: vec![(Party::Agent, vec![32_124, -32_124, 0])] },
            Audio { at_frame: 0, channel: 0, channels: vec![(Party::Customer, vec![8])] },
        ]
    );
}

#[test]
fn a_stop_a_lost_socket_silence_and_our_own_wish_end_a_stream_once() {
    type End = fn(&mut Session);
    let ends: [(End, CloseReason, Option<u16>); 4] = [
        (
            |s| s.text(r#"{"event":"stop","streamSid":"MZ1","stop":{}}"#, start()),
            CloseReason::Ended,
            Some(1000),
        ),
        (Session::lost, CloseReason::Lost, None),
        (|s| s.tick(start() + Duration::from_secs(30)), CloseReason::Idle, Some(1002)),
        (|s| s.disconnect(DisconnectReason::Unauthorized, start()), CloseReason::Disconnected, Some(1008)),
    ];
    for (end, reason, code) in ends {
        let mut session = started(known_parties());
        end(&mut session);
        end(&mut session);
        session.text(&media("inbound", 1, 0, &[0xff]), start());
        let (audio, events, closed) = drain(&mut session);
        assert!(audio.is_empty());
        assert_eq!((events, closed), (vec![SessionEvent::Closed { reason }], code));
        assert_eq!(session.next_wake(), None);
    }
}

#[test]
fn a_stream_that_never_starts_is_closed() {
    let mut session = Session::new(Config::default(), start());
    session.text(r#"{"event":"connected"}"#, start());
    session.tick(start() + Duration::from_secs(10));
    assert_eq!(drain(&mut session), (vec![], vec![], Some(1002)));
}

#[test]
fn a_start_with_something_wrong_is_refused() {
    for (field, value) in [
        ("mediaFormat", json!({"encoding": "audio/x-l16", "sampleRate": 8000, "channels": 1})),
        ("mediaFormat", json!({"encoding": "audio/x-mulaw", "sampleRate": 16000, "channels": 1})),
        ("tracks", json!(["sideways"])),
        ("customParameters", json!({"call_id": "has spaces"})),
        ("streamSid", json!("")),
        ("accountSid", json!("AC999")),
        ("callSid", json!(7)),
    ] {
        let mut message = start_message();
        message["start"][field] = value;
        let config = Config { account_sid: Some("AC123".into()), ..Config::default() };
        let mut session = Session::new(config, start());
        session.text(&message.to_string(), start());
        assert_eq!(drain(&mut session), (vec![], vec![], Some(1002)), "{message}");
    }
}

#[test]
fn keys_are_noticed_but_not_which() {
    let mut session = started(known_parties());
    let dtmf =
        json!({"event": "dtmf", "streamSid": STREAM, "dtmf": {"track": "inbound_track", "digit": "4"}});
    session.text(&dtmf.to_string(), start());
    session.text(r#"{"event":"mark","mark":{"name":"x"}}"#, start());
    assert_eq!(drain(&mut session).1, [SessionEvent::KeyPressed]);
}
