//! Sequence numbers, ids and forms: a wrong one ends the session with `disconnect`, reason `error`.

use calmline_media::{CloseReason, SessionEvent};
use serde_json::{Value, json};

use crate::{Pair, assert_refused, drain, message, open_session, start};

fn refused(change: impl Fn(&mut Value), info: &str) {
    let mut session = open_session();
    let mut ping = message("ping", 2, json!({}));
    change(&mut ping);
    session.text(&ping.to_string(), start());
    assert_refused(&mut session, info);
}

#[test]
fn a_number_left_out_repeated_or_gone_back_is_refused() {
    for seq in [0, 1, 3, u64::MAX] {
        refused(|ping| ping["seq"] = json!(seq), "seq is not the one after the last");
    }
}

#[test]
fn a_server_number_that_was_never_sent_is_refused() {
    refused(|ping| ping["serverseq"] = json!(2), "serverseq is higher than any that was sent");
    refused(|ping| ping["serverseq"] = Value::Null, "serverseq is missing");
}

#[test]
fn a_wrong_id_version_position_or_type_is_refused() {
    refused(|ping| ping["id"] = json!("30b0e395-84d3-4570-ac13-000000000000"), "id is not this session's");
    refused(|ping| ping["id"] = json!("thirty"), "id is not a UUID");
    refused(|ping| ping["version"] = json!("3"), "version is not 2");
    refused(|ping| ping["position"] = json!("1 s"), "position is not a duration");
    refused(|ping| ping["position"] = json!("PT99999999S"), "position is more than a day ahead");
    refused(|ping| ping["type"] = json!("pong"), "type is not one that a client sends");
}

#[test]
fn what_is_no_message_is_refused() {
    let malformed = "text message is not a well-formed client message";
    refused(|ping| *ping = json!([]), malformed);
    refused(|ping| ping["seq"] = json!(-1), malformed);
    refused(|ping| ping["seq"] = json!(2.5), malformed);
    refused(|ping| ping["parameters"] = json!("none"), malformed);
    let mut session = open_session();
    session.text("{", start());
    assert_refused(&mut session, malformed);
}

#[test]
fn after_a_refusal_only_close_counts() {
    let mut session = open_session();
    session.text("{", start());
    drain(&mut session);
    session.text("{", start());
    session.text(&message("ping", 9, json!({})).to_string(), start());
    session.binary(&[0; 3], start());
    let said = drain(&mut session);
    assert!(said.sent.is_empty() && said.events.is_empty());
    session.text(&message("close", 10, json!({"reason": "disconnect"})).to_string(), start());
    let said = drain(&mut session);
    assert_eq!(said.sent[0]["type"], "closed");
    assert_eq!(said.sent[0]["clientseq"], 10);
    assert_eq!(said.events, [SessionEvent::Closed { reason: CloseReason::Protocol }]);
    assert_eq!(said.closed, Some(1000));
}

#[test]
fn both_sides_count_what_they_sent_and_got() {
    let mut pair = Pair::open();
    pair.pass(std::time::Duration::from_secs(20));
    pair.client.update("de-DE");
    pair.settle();
    let seqs: Vec<_> = pair.sent.iter().filter_map(|m| m["seq"].as_u64()).collect();
    assert_eq!(seqs, (1..=seqs.len() as u64).collect::<Vec<_>>());
    for message in &pair.sent {
        // Each message of the server here answers one of the client.
        assert_eq!(message["seq"], message["clientseq"], "{message}");
    }
}
