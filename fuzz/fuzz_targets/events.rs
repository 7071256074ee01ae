//! Work events: the first byte chooses the content type, the rest is the body.
#![no_main]

use calmline_core::{AgentId, SiteId, Timestamp};
use calmline_server::intake::{IntakeError, MOST_EVENTS, TYPES, check_times, parse};
use libfuzzer_sys::fuzz_target;

const BATCH: &str = "application/cloudevents-batch+json";

fuzz_target!(|data: &[u8]| {
    let Some((&first, body)) = data.split_first() else { return };
    let content_type = match first {
        b'1' => "application/cloudevents+json",
        b'+' => "Application/CloudEvents-Batch+JSON; charset=utf-8",
        _ => "application/json",
    };
    let events = match parse(content_type, body) {
        Ok(events) => events,
        Err(error) => return explained(&error),
    };
    assert!(first == b'1' || first == b'+');
    assert!(events.len() <= MOST_EVENTS);
    assert_eq!(parse(content_type, body).as_deref(), Ok(events.as_slice()), "the same bytes, the same events");
    if first == b'1' {
        assert_eq!(events.len(), 1);
        let batch = [b"[", body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body), b"]"].concat();
        assert_eq!(parse(BATCH, &batch).as_deref(), Ok(events.as_slice()), "a batch of one is the same");
    }
    let now = Timestamp::UNIX_EPOCH;
    if let Err(error) = check_times(events.clone(), now) {
        explained(&error);
    }
    let (Ok(site), Ok(agent)) = (SiteId::new("site"), AgentId::new("a-pseudonym")) else { return };
    for event in events {
        let (at, named) = (event.at, event.agent().map(str::to_owned));
        let nameless = event.clone().draft(site.clone(), now, |_| None);
        assert_eq!(nameless.is_none(), named.is_some(), "an agent without a pseudonym never reaches the log");
        let draft = event.draft(site.clone(), now, |name| {
            assert_eq!(Some(name), named.as_deref());
            Some(agent.clone())
        });
        let draft = draft.expect("all names have a pseudonym");
        assert!(TYPES.contains(&draft.body.kind()));
        assert_eq!(draft.at, at.unwrap_or(now));
        assert!(draft.clear.is_empty() && !draft.body.is_decision());
    }
});

/// A refusal says where and what to do, in bounds.
fn explained(error: &IntakeError) {
    assert!(error.to_string().len() < 1_000);
    let IntakeError::Events { faults, .. } = error else { return };
    assert!((1..=20).contains(&faults.len()));
    for fault in faults {
        assert!(!fault.problem.is_empty() && !fault.remedy.is_empty(), "{fault:?}");
        assert!(fault.to_string().len() < 5_000);
    }
}
