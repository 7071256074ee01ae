//! Reading work events, right and wrong.

use super::*;

const EVENT: &str = r#"{"specversion":"1.0","id":"e-1","source":"acd","type":"call.answered",
    "time":"2026-03-02T09:00:05+08:00","data":{"site":"hz","call_id":"c-1","agent_id":"li.wei@example.com",
    "queue":"billing","occurred_at":"2026-03-02T09:00:00+08:00","extra":[1]},"traceparent":"00-x"}"#;

fn a_transfer() -> WorkEvent {
    let event = EVENT.replace("call.answered", "call.transferred");
    parse(SINGLE, event.as_bytes()).unwrap().remove(0)
}

fn fault_of(change: impl Fn(&mut Value)) -> Fault {
    let mut value: Value = serde_json::from_str(EVENT).unwrap();
    change(&mut value);
    let batch = serde_json::to_vec(&vec![serde_json::from_str::<Value>(EVENT).unwrap(), value]).unwrap();
    match parse(BATCH, &batch) {
        Err(IntakeError::Events { mut faults, unlisted: 0 }) => faults.remove(0),
        other => panic!("not refused as a faulty event: {other:?}"),
    }
}

#[test]
fn an_event_becomes_a_fact_with_a_pseudonym_and_the_time_it_happened() {
    let events = parse("application/cloudevents+json; charset=utf-8", EVENT.as_bytes()).unwrap();
    let [event] = events.try_into().unwrap();
    assert_eq!(event.agent(), Some("li.wei@example.com"));
    let site = event.site.clone().unwrap();
    let agent = AgentId::new("a-7").unwrap();
    let draft = event.draft(site, Timestamp::MAX, |_| Some(agent.clone())).unwrap();
    assert_eq!(draft.at.to_string(), "2026-03-02T01:00:00Z");
    let unknown = a_transfer().draft(SiteId::new("hz").unwrap(), Timestamp::MAX, |_| None);
    assert_eq!(unknown, None, "an agent without a pseudonym is never passed over");
    let again = Draft::told(SiteId::new("hz").unwrap(), "acd", "e-1", Timestamp::MIN, Body::TimerFired {});
    assert_eq!(draft.id, again.id);
    let queue = Some(QueueId::new("billing").unwrap());
    assert_eq!(draft.body, Body::CallAnswered { call: CallId::new("c-1").unwrap(), agent, queue });
}

#[test]
fn a_faulty_event_is_named_by_index_field_and_remedy() {
    let fault = fault_of(|event| event["type"] = "call.paused".into());
    assert_eq!((fault.index, fault.field.as_str()), (1, "type"));
    assert!(fault.remedy.contains("call.held"));
    let cases: [(&str, &str, Value); 9] = [
        ("specversion", "specversion", "0.3".into()),
        ("id", "id", Value::Null),
        ("source", "source", 7.into()),
        ("time", "time", "yesterday".into()),
        ("data", "data", "x".into()),
        ("data_base64", "data_base64", "eA==".into()),
        ("datacontenttype", "datacontenttype", "text/xml".into()),
        ("id", "id", "x".repeat(257).into()),
        ("id", "id", "a\u{0}b".into()),
    ];
    for (member, field, value) in cases {
        let fault = fault_of(|event| {
            if member == "time" {
                event["data"].as_object_mut().unwrap().remove("occurred_at");
            }
            event[member] = value.clone();
        });
        assert_eq!(fault.field, field);
        assert!(!fault.remedy.is_empty());
    }
    let in_data: [(&str, Value); 5] = [
        ("call_id", "two words".into()),
        ("call_id", Value::Null),
        ("agent_id", Value::Null),
        ("occurred_at", "2026-03-02T09:00:00".into()),
        ("site", "a/b".into()),
    ];
    for (member, value) in in_data {
        let fault = fault_of(|event| event["data"][member] = value.clone());
        assert_eq!(fault.field, format!("data.{member}"));
    }
}

#[test]
fn what_a_call_is_about_is_read_in_part_or_whole_and_wrong_values_are_named() {
    let read = |data: Value| {
        let event = serde_json::json!({"specversion": "1.0", "id": "1", "source": "s", "type": "call.described",
            "data": data});
        parse(SINGLE, event.to_string().as_bytes())
    };
    let call = CallId::new("c").unwrap();
    let nothing = Work::CallDescribed { call: call.clone(), intent: None, systems: None, distressing: false };
    assert_eq!(read(serde_json::json!({"call_id": "c"})).unwrap()[0].work, nothing);
    let all = serde_json::json!({"call_id": "c", "intent": "理赔", "systems": 3, "distressing": true});
    let whole =
        Work::CallDescribed { call, intent: Some("理赔".into()), systems: Some(3), distressing: true };
    assert_eq!(read(all).unwrap()[0].work, whole);
    for (member, value) in
        [("intent", 7.into()), ("systems", (-1).into()), ("distressing", Value::from("no"))]
    {
        let mut data = serde_json::json!({"call_id": "c"});
        data[member] = value;
        let Err(IntakeError::Events { faults, .. }) = read(data) else { panic!("{member} was taken") };
        assert_eq!(faults[0].field, format!("data.{member}"));
    }
}

#[test]
fn every_type_is_read_and_every_state() {
    for kind in TYPES {
        for state in STATES.split(", ") {
            let event = serde_json::json!({"specversion": "1.0", "id": "1", "source": "s", "type": kind,
                "data": {"call_id": "c", "agent_id": "a", "queue": "q", "state": state, "waiting": 2,
                    "available": 0, "longest_wait_s": 3.5}});
            let events = parse(SINGLE, event.to_string().as_bytes()).unwrap();
            let body = events[0]
                .clone()
                .draft(SiteId::new("s").unwrap(), Timestamp::UNIX_EPOCH, |id| AgentId::new(id).ok())
                .unwrap()
                .body;
            assert_eq!(body.kind(), kind);
        }
    }
}

#[test]
fn wrong_bodies_are_refused_for_what_is_wrong_with_them() {
    assert!(matches!(parse("application/json", b"{}"), Err(IntakeError::ContentType { .. })));
    assert!(matches!(parse(SINGLE, b"[]"), Err(IntakeError::Shape { .. })));
    assert!(matches!(parse(BATCH, b"{}"), Err(IntakeError::Shape { .. })));
    assert!(matches!(parse(BATCH, b"[1,]"), Err(IntakeError::Json { line: 1, column: 4, .. })));
    assert!(matches!(parse(BATCH, &vec![b' '; MOST_BYTES + 1]), Err(IntakeError::Large { .. })));
    let many = format!("[{}]", vec!["1"; MOST_EVENTS + 1].join(","));
    assert!(matches!(parse(BATCH, many.as_bytes()), Err(IntakeError::Many { events: 1001 })));
    let wrong = format!("[{}]", vec!["1"; 30].join(","));
    let Err(IntakeError::Events { faults, unlisted }) = parse(BATCH, wrong.as_bytes()) else { panic!() };
    assert_eq!((faults.len(), unlisted), (20, 10));
    assert_eq!(parse(BATCH, b"[]"), Ok(Vec::new()));
}

#[test]
fn the_future_is_refused_but_a_clock_a_little_ahead_is_not() {
    let events = parse(SINGLE, EVENT.as_bytes()).unwrap();
    let at = events[0].at.unwrap();
    assert!(check_times(events.clone(), at - SignedDuration::from_mins(4)).is_ok());
    let refused = check_times(events, at - SignedDuration::from_mins(6));
    assert!(matches!(refused, Err(IntakeError::Events { faults, .. }) if faults[0].index == 0));
}

proptest::proptest! {
    #[test]
    fn nothing_sent_makes_it_panic(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..400)) {
        let _ = parse(SINGLE, &bytes);
        let _ = parse(BATCH, &bytes);
    }

    #[test]
    fn no_value_in_any_place_makes_it_panic(
        member in "specversion|id|source|type|time|data",
        inner in "site|call_id|agent_id|queue|state|occurred_at",
        text in ".{0,40}",
        number in proptest::prelude::any::<f64>(),
    ) {
        let mut event: Value = serde_json::from_str(EVENT).unwrap();
        event["data"][inner.as_str()] = text.clone().into();
        let _ = parse(SINGLE, event.to_string().as_bytes());
        event[member.as_str()] = if number > 0.0 { text.into() } else { number.into() };
        let _ = parse(SINGLE, event.to_string().as_bytes());
    }
}
