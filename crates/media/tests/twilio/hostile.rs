//! Whatever a peer sends: no panic, no more output than input can explain, one end.

use calmline_media::{
    Output, SessionEvent,
    twilio::{Config, Session},
};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{STREAM, drain, known_parties, media, start, start_message, started};

#[test]
fn what_is_wrong_ends_the_stream() {
    for (text, code) in [
        ("{".to_owned(), 1002),
        (r#"{"event":7}"#.into(), 1002),
        (media("sideways", 1, 0, &[0]), 1002),
        (media("inbound", 1, 0, &[0]).replace(STREAM, "MZ0"), 1002),
        (media("inbound", 1, 0, &[0]).replace("\"payload\":\"", "\"payload\":\"%"), 1002),
        (media("inbound", 1, 0, &[0]).replace("\"chunk\":\"1\"", "\"chunk\":\"one\""), 1002),
        (format!(r#"{{"event":"mark","x":"{}"}}"#, "x".repeat(65_536)), 1009),
    ] {
        let mut session = started(known_parties());
        session.text(&text, start());
        assert_eq!(drain(&mut session).2, Some(code), "{text:.80}");
    }
    let mut session = started(known_parties());
    session.text(&media("inbound", 1, 0, &[0]), start());
    session.text(&media("inbound", 2, u64::MAX, &[0]), start());
    assert_eq!(drain(&mut session).2, Some(1002), "a timestamp at the end of time");
    let mut session = started(known_parties());
    session.binary(&[0], start());
    assert_eq!(drain(&mut session).2, Some(1003));
    let mut session = Session::new(Config::default(), start());
    session.text(&media("inbound", 1, 0, &[0]), start());
    assert_eq!(drain(&mut session).2, Some(1002), "media before start");
}

fn text() -> impl Strategy<Value = String> {
    let number = || prop_oneof![0u64..5, any::<u64>()];
    let track = prop::sample::select(vec!["inbound", "outbound", "both"]);
    let odd =
        prop_oneof![Just(Value::Null), any::<u64>().prop_map(Value::from), ".{0,20}".prop_map(Value::from)];
    let field = prop::sample::select(vec!["event", "start", "media", "streamSid"]);
    prop_oneof![
        (track, number(), number(), prop::collection::vec(any::<u8>(), 0..400)).prop_map(
            |(track, chunk, timestamp, codes)| media(track, chunk.min(u64::MAX - 1), timestamp, &codes)
        ),
        (field, odd).prop_map(|(field, value)| {
            let mut message = start_message();
            message[field] = value;
            message.to_string()
        }),
        Just(start_message().to_string()),
        Just(json!({"event": "stop"}).to_string()),
        ".{0,60}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn nothing_a_peer_sends_breaks_a_stream(messages in prop::collection::vec(text(), 0..40)) {
        let mut session = Session::new(known_parties(), start());
        let (mut opened, mut closed) = (0, 0);
        let mut count = |session: &mut Session| {
            let outputs: Vec<_> = std::iter::from_fn(|| session.poll()).collect();
            for output in &outputs {
                opened += usize::from(matches!(output, Output::Event(SessionEvent::Opened { .. })));
                closed += usize::from(matches!(output, Output::Event(SessionEvent::Closed { .. })));
            }
            outputs.len()
        };
        for message in messages {
            session.text(&message, start());
            prop_assert!(count(&mut session) <= 3);
        }
        session.lost();
        count(&mut session);
        prop_assert_eq!(opened, closed);
        prop_assert!(opened <= 1);
    }
}
