//! What an endpoint is told: a CloudEvent, signed. Pure.
//!
//! The form is CloudEvents 1.0 in JSON (structured mode); the signature follows the Standard Webhooks specification 1.0:
//! `webhook-id`, `webhook-timestamp`, and in `webhook-signature` for each secret that holds `v1,` with the base64 of
//! HMAC-SHA-256 over `id.timestamp.body`.

use std::fmt::Write as _;

use axum::body::Bytes;
use base64::{Engine, engine::general_purpose::STANDARD};
use calmline_core::{Body, Event, SiteId, Timestamp};
use calmline_media::presence::webhook::signature;
use serde::Serialize;
use serde_json::{Value, json};

use crate::sight::Viewer;

/// Before the base64 of a secret as it is shown (Standard Webhooks).
const SECRET: &str = "whsec_";
/// The type of an event that tells nothing but that the way is open.
pub const TEST: &str = "webhook.test";

/// The types of events that may leave the house: what the phone platform told, alerts to supervisors and what became of them,
/// and the site's notices and thresholds. Nothing that is an agent's own is here, and [`sight`](crate::sight) is asked besides.
pub const KINDS: [&str; 15] = [
    "agent.state",
    "call.offered",
    "call.answered",
    "call.held",
    "call.resumed",
    "call.transferred",
    "call.ended",
    "queue.snapshot",
    "alert.raised",
    "alert.escalated",
    "alert.closed",
    "incident.join_asked",
    "notice.confirmed",
    "notice.withdrawn",
    "care.settings",
];

/// What of an event may leave the house; none if nothing may.
#[must_use]
pub fn sent(event: &Event) -> Option<Event> {
    if !KINDS.contains(&event.body.kind()) {
        return None;
    }
    let mut event = Viewer::integrator().see(event, false)?;
    event.because.clear();
    if let Body::AlertRaised { evidence, .. } = &mut event.body {
        // What shows it stays within; the reason says what is the matter.
        evidence.clear();
    }
    Some(event)
}

#[derive(Serialize)]
struct CloudEvent<'a> {
    specversion: &'static str,
    id: &'a str,
    source: &'a str,
    r#type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<&'a str>,
    time: Timestamp,
    datacontenttype: &'static str,
    /// The extension *sequence*: the position in the log, to be compared as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    sequence: Option<String>,
    data: Value,
}

/// Something on its way to an endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// `webhook-id`: the same however often it is sent.
    pub id: String,
    /// The event's type.
    pub kind: String,
    /// The CloudEvent.
    pub body: Bytes,
}

impl Letter {
    /// What is told of an event to those who want these types; none if nothing is.
    #[must_use]
    pub fn of(event: &Event, kinds: &[String]) -> Option<Self> {
        let kind = event.body.kind();
        if !kinds.iter().any(|wanted| wanted == kind) {
            return None;
        }
        let event = sent(event)?;
        let id = event.id.to_string();
        let data = serde_json::to_value(&event.body).ok()?["data"].take();
        let cloud = CloudEvent {
            specversion: "1.0",
            id: &id,
            source: &source(&event.site),
            r#type: kind,
            subject: event.body.call().map(calmline_core::CallId::as_str),
            time: event.at,
            datacontenttype: "application/json",
            sequence: Some(format!("{:020}", event.position.0)),
            data,
        };
        let body = serde_json::to_vec(&cloud).ok()?.into();
        Some(Self { id, kind: kind.to_owned(), body })
    }

    /// A letter that tells nothing.
    #[must_use]
    pub fn test(site: &SiteId, id: String, now: Timestamp) -> Self {
        let cloud = CloudEvent {
            specversion: "1.0",
            id: &id,
            source: &source(site),
            r#type: TEST,
            subject: None,
            time: now,
            datacontenttype: "application/json",
            sequence: None,
            data: json!({}),
        };
        let body = serde_json::to_vec(&cloud).unwrap_or_default().into();
        Self { id, kind: TEST.to_owned(), body }
    }

    /// The `webhook-signature` for a time in seconds since 1970, with each secret.
    #[must_use]
    pub fn signature(&self, seconds: i64, secrets: &[Vec<u8>]) -> String {
        let sign = |secret: &Vec<u8>| signature(&self.id, seconds, &self.body, secret);
        secrets.iter().map(sign).collect::<Vec<_>>().join(" ")
    }
}

/// A secret as it is shown.
#[must_use]
pub fn shown(secret: &[u8]) -> String {
    format!("{SECRET}{}", STANDARD.encode(secret))
}

/// The CloudEvents source: a URI reference that names the site.
fn source(site: &SiteId) -> String {
    let mut source = String::from("/sites/");
    for byte in site.as_str().bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            source.push(char::from(byte));
        } else {
            // Writing to a text does not fail.
            let _ = write!(source, "%{byte:02X}");
        }
    }
    source
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use calmline_core::{
        AgentId, AlertId, CallId, EventId, PayloadId, Position, Share,
        event::{Evidence, Reason},
    };

    use super::*;

    fn event(body: Body) -> Event {
        let (site, id) = (SiteId::new("上海-1").unwrap(), EventId::derive(&["x"]));
        Event { position: Position(7), site, id, at: Timestamp::UNIX_EPOCH, because: vec![id], body }
    }

    #[test]
    fn the_types_that_may_leave_the_house() {
        insta::assert_snapshot!(KINDS.join("\n"));
    }

    #[test]
    fn of_every_event_that_there_is_only_these_leave_the_house_even_if_others_are_asked_for() {
        let mut left = BTreeSet::new();
        for form in include_str!("../../../core/tests/event_forms.jsonl").lines() {
            let event = event(serde_json::from_str(form).unwrap());
            let kind = event.body.kind().to_owned();
            if Letter::of(&event, std::slice::from_ref(&kind)).is_some() {
                left.insert(kind);
            }
        }
        assert_eq!(left, KINDS.map(str::to_owned).into());
        let own = [
            "load.",
            "self.",
            "consent.",
            "break.",
            "prompt.",
            "permit.",
            "signal",
            "utterance",
            "wellbeing.",
        ];
        assert!(!KINDS.iter().any(|kind| own.iter().any(|own| kind.starts_with(own))));
    }

    #[test]
    fn an_alert_is_told_without_what_shows_it() {
        let quote = PayloadId::new("secret-words").unwrap();
        let alert = event(Body::AlertRaised {
            alert: AlertId::new("al").unwrap(),
            agent: AgentId::new("a").ok(),
            queue: None,
            call: Some(CallId::new("c").unwrap()),
            reason: Reason::new("alert.agitation"),
            confidence: Share::new(0.9),
            evidence: vec![Evidence {
                reason: Reason::new("x"),
                event: EventId::derive(&["y"]),
                quote: Some(quote),
            }],
            action: "join".into(),
            expires: Timestamp::UNIX_EPOCH,
        });
        let letter = Letter::of(&alert, &["alert.raised".into()]).unwrap();
        let told: Value = serde_json::from_slice(&letter.body).unwrap();
        insta::assert_json_snapshot!(told);
        assert_eq!(Letter::of(&alert, &["call.ended".into()]), None, "it was not asked for");
    }

    #[test]
    fn a_signature_is_that_of_the_specification() {
        // The example of the specification's own libraries.
        let secret = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let letter = Letter {
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek".into(),
            kind: TEST.into(),
            body: Bytes::from_static(br#"{"test": 2432232314}"#),
        };
        let expected = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        assert_eq!(letter.signature(1_614_265_330, std::slice::from_ref(&secret)), expected);
        let two = letter.signature(1_614_265_330, &[vec![7; 24], secret]);
        assert!(two.starts_with("v1,") && two.ends_with(&format!(" {expected}")), "{two}");
    }
}
