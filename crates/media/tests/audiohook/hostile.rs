//! Whatever a peer sends: no panic, no more output than input can explain, one end.

use std::time::Duration;

use calmline_media::{
    Output, SessionEvent,
    audiohook::{Config, Session},
};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{message, open_parameters, start};

/// A field's value, sometimes right, often not.
fn odd_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "PT[0-9]{0,20}(\\.[0-9]{1,20})?S".prop_map(Value::from),
        ".{0,40}".prop_map(Value::from),
        prop::collection::vec(any::<u8>(), 0..4).prop_map(Value::from),
        Just(json!({"start": "PT1S", "discarded": "PT86399S"})),
    ]
}

#[derive(Debug, Clone)]
enum Step {
    Message {
        kind: &'static str,
        field: Option<(&'static str, Value)>,
        parameter: Option<(&'static str, Value)>,
    },
    Noise(String),
    Binary(usize),
    Wait(u64),
    Pause,
    Resume,
    Reconnect,
}

const KINDS: [&str; 10] =
    ["open", "ping", "paused", "resumed", "discarded", "update", "error", "close", "pong", "dtmf"];
const FIELDS: [&str; 7] = ["seq", "serverseq", "id", "version", "position", "parameters", "type"];
const PARAMETERS: [&str; 9] = [
    "start",
    "discarded",
    "language",
    "code",
    "reason",
    "media",
    "conversationId",
    "retryAfter",
    "continuedSessions",
];

fn maybe(names: &'static [&'static str]) -> impl Strategy<Value = Option<(&'static str, Value)>> {
    prop::option::weighted(0.2, (prop::sample::select(names), odd_value()))
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (prop::sample::select(&KINDS[..]), maybe(&FIELDS), maybe(&PARAMETERS))
            .prop_map(|(kind, field, parameter)| Step::Message { kind, field, parameter }),
        1 => ".{0,60}".prop_map(Step::Noise),
        6 => (0usize..2_000).prop_map(Step::Binary),
        1 => (0u64..60).prop_map(Step::Wait),
        1 => Just(Step::Pause),
        1 => Just(Step::Resume),
        1 => Just(Step::Reconnect),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn nothing_a_peer_sends_breaks_a_session(steps in prop::collection::vec(step(), 0..60)) {
        let mut now = start();
        let mut session = Session::new(Config::default(), now);
        let (mut seq, mut opened, mut closed, mut over) = (0, 0, 0, false);
        for step in steps {
            match step {
                Step::Message { kind, field, parameter } => {
                    seq += 1;
                    let mut parameters = open_parameters();
                    parameters["start"] = "PT0S".into();
                    parameters["discarded"] = "PT0.5S".into();
                    parameters["code"] = 400.into();
                    if let Some((name, value)) = parameter {
                        parameters[name] = value;
                    }
                    let mut message = message(kind, seq, parameters);
                    if let Some((name, value)) = field {
                        message[name] = value;
                    }
                    session.text(&message.to_string(), now);
                }
                Step::Noise(text) => session.text(&text, now),
                Step::Binary(length) => session.binary(&vec![0x55; length], now),
                Step::Wait(seconds) => {
                    now += Duration::from_secs(seconds);
                    session.tick(now);
                }
                Step::Pause => session.pause(),
                Step::Resume => session.resume(),
                Step::Reconnect => session.reconnect("moving"),
            }
            let mut outputs = 0;
            while let Some(output) = session.poll() {
                outputs += 1;
                prop_assert!(!over, "{:?} after the close", output);
                match output {
                    Output::Event(SessionEvent::Opened { .. }) => opened += 1,
                    Output::Event(SessionEvent::Closed { .. }) => closed += 1,
                    Output::Close { .. } => over = true,
                    Output::Send(text) => prop_assert!(text.len() < 1_000),
                    Output::Audio(audio) => prop_assert!(audio.frames() <= 1_000),
                    Output::Event(_) => {}
                }
            }
            prop_assert!(outputs <= 4, "{} outputs for one input", outputs);
        }
        session.lost();
        while let Some(output) = session.poll() {
            closed += usize::from(matches!(output, Output::Event(SessionEvent::Closed { .. })));
        }
        prop_assert_eq!(opened, closed);
        prop_assert!(opened <= 1);
    }
}
