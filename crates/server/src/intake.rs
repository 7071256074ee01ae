//! Reading work events: CloudEvents 1.0 JSON from the phone platform, single or in batches, into facts.
//!
//! No I/O and no clock: bytes in, [`WorkEvent`]s or an exact complaint out. A batch is taken whole or not at all. The
//! format is the [CloudEvents JSON format 1.0.2](https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md),
//! structured mode; extension attributes and unknown members of `data` are passed over, so that a platform may send more
//! than is read here.

use calmline_core::{AgentId, Body, CallId, Draft, QueueId, SiteId, Timestamp, event::WorkState};
use jiff::SignedDuration;
use serde_json::{Map, Value};

/// The most events that one request may carry.
pub const MOST_EVENTS: usize = 1_000;
/// The most bytes that one request may carry: 1 MiB.
pub const MOST_BYTES: usize = 1024 * 1024;
/// The most complaints that one answer lists; the rest are only counted.
const MOST_FAULTS: usize = 20;
/// How far a sender's clock may be ahead.
const CLOCK_AHEAD: SignedDuration = SignedDuration::from_mins(5);

const SINGLE: &str = "application/cloudevents+json";
const BATCH: &str = "application/cloudevents-batch+json";
/// The event types that are read, as the log names them.
pub const TYPES: [&str; 8] = [
    "agent.state",
    "call.offered",
    "call.answered",
    "call.held",
    "call.resumed",
    "call.transferred",
    "call.ended",
    "queue.snapshot",
];
const STATES: &str = "offline, available, busy, wrap_up, on_break, away, training";

/// An event as the phone platform told it. Agents still go by the platform's own ids; see [`WorkEvent::draft`].
#[derive(Debug, Clone, PartialEq)]
pub struct WorkEvent {
    /// Who told it; unique together with `id`, for ever.
    pub source: String,
    /// The teller's own id.
    pub id: String,
    /// At which site, if it says so; otherwise the key's.
    pub site: Option<SiteId>,
    /// When it happened: `data.occurred_at`, else the `time` attribute; otherwise when it arrived.
    pub at: Option<Timestamp>,
    /// What happened.
    pub work: Work,
}

/// What happened, with the platform's own agent ids.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "each is the event of the same name in `calmline_core::event::Body`")]
pub enum Work {
    AgentState { agent: String, state: WorkState, reason: Option<String> },
    CallOffered { call: CallId, agent: Option<String>, queue: Option<QueueId> },
    CallAnswered { call: CallId, agent: String, queue: Option<QueueId> },
    CallHeld { call: CallId },
    CallResumed { call: CallId },
    CallTransferred { call: CallId, to: Option<String>, queue: Option<QueueId> },
    CallEnded { call: CallId, reason: Option<String> },
    QueueSnapshot { queue: QueueId, waiting: u32, available: u32, longest_wait_s: f64 },
}

impl WorkEvent {
    /// The platform's id of the agent that it names.
    #[must_use]
    pub fn agent(&self) -> Option<&str> {
        match &self.work {
            Work::AgentState { agent, .. } | Work::CallAnswered { agent, .. } => Some(agent),
            Work::CallOffered { agent, .. } | Work::CallTransferred { to: agent, .. } => agent.as_deref(),
            _ => None,
        }
    }

    /// The fact for the log; none if an agent that it names has no pseudonym. `arrived` is the time where the event says
    /// none.
    pub fn draft(
        self,
        site: SiteId,
        arrived: Timestamp,
        mut pseudonym: impl FnMut(&str) -> Option<AgentId>,
    ) -> Option<Draft> {
        let body = match self.work {
            Work::AgentState { agent, state, reason } => {
                Body::AgentState { agent: pseudonym(&agent)?, state, reason }
            }
            Work::CallOffered { call, agent, queue } => {
                let agent = agent.map(|agent| pseudonym(&agent).ok_or(())).transpose().ok()?;
                Body::CallOffered { call, agent, queue }
            }
            Work::CallAnswered { call, agent, queue } => {
                Body::CallAnswered { call, agent: pseudonym(&agent)?, queue }
            }
            Work::CallHeld { call } => Body::CallHeld { call },
            Work::CallResumed { call } => Body::CallResumed { call },
            Work::CallTransferred { call, to, queue } => {
                let to = to.map(|agent| pseudonym(&agent).ok_or(())).transpose().ok()?;
                Body::CallTransferred { call, to, queue }
            }
            Work::CallEnded { call, reason } => Body::CallEnded { call, reason },
            Work::QueueSnapshot { queue, waiting, available, longest_wait_s } => {
                Body::QueueSnapshot { queue, waiting, available, longest_wait_s }
            }
        };
        Some(Draft::told(site, &self.source, &self.id, self.at.unwrap_or(arrived), body))
    }
}

/// What is wrong with one event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("event {index}: {field}: {problem}")]
pub struct Fault {
    /// Which event of the batch, from 0.
    pub index: usize,
    /// Which member, as a path.
    pub field: String,
    /// What is wrong with it.
    pub problem: String,
    /// What to do about it.
    pub remedy: String,
}

/// Why nothing was taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IntakeError {
    /// The content type is neither of the two.
    #[error("content type {found:?} is not one of {SINGLE}, {BATCH}")]
    ContentType {
        /// What was sent.
        found: String,
    },
    /// Too many bytes.
    #[error("the body has {bytes} bytes; at most {MOST_BYTES} are taken at once")]
    Large {
        /// How many.
        bytes: usize,
    },
    /// Not JSON.
    #[error("the body is not JSON: {problem} at line {line}, column {column}")]
    Json {
        /// What the parser says.
        problem: String,
        /// Where.
        line: usize,
        /// Where in the line.
        column: usize,
    },
    /// JSON, but neither an object nor a list as the content type says.
    #[error("the body is not {wanted}, as its content type says")]
    Shape {
        /// What it should be.
        wanted: &'static str,
    },
    /// Too many events.
    #[error("the batch has {events} events; at most {MOST_EVENTS} are taken at once")]
    Many {
        /// How many.
        events: usize,
    },
    /// Events are wrong; none was taken.
    #[error("{} of the events cannot be taken, so none was", faults.len() + unlisted)]
    Events {
        /// What is wrong, up to twenty.
        faults: Vec<Fault>,
        /// Complaints that are not listed.
        unlisted: usize,
    },
}

/// Reads one request's body.
///
/// # Errors
/// Says what is wrong: for events by index, field and remedy. Nothing of a batch is taken then.
pub fn parse(content_type: &str, bytes: &[u8]) -> Result<Vec<WorkEvent>, IntakeError> {
    if bytes.len() > MOST_BYTES {
        return Err(IntakeError::Large { bytes: bytes.len() });
    }
    let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let values = match kind.as_str() {
        SINGLE => match json(bytes)? {
            value @ Value::Object(_) => vec![value],
            _ => return Err(IntakeError::Shape { wanted: "one JSON object" }),
        },
        BATCH => match json(bytes)? {
            Value::Array(values) => values,
            _ => return Err(IntakeError::Shape { wanted: "a JSON array" }),
        },
        _ => return Err(IntakeError::ContentType { found: content_type.chars().take(100).collect() }),
    };
    if values.len() > MOST_EVENTS {
        return Err(IntakeError::Many { events: values.len() });
    }
    let mut events = Vec::with_capacity(values.len());
    let mut faults = Vec::new();
    for (index, value) in values.iter().enumerate() {
        let read = Reading { index }.event(value);
        match read {
            Ok(event) => events.push(event),
            Err(fault) => faults.push(*fault),
        }
    }
    all_or_nothing(events, faults)
}

/// Refuses events from the future: a sender's clock that runs ahead would make agents look busy before they are.
///
/// # Errors
/// Names the events that are more than five minutes ahead of `now`.
pub fn check_times(events: Vec<WorkEvent>, now: Timestamp) -> Result<Vec<WorkEvent>, IntakeError> {
    let limit = now.saturating_add(CLOCK_AHEAD).unwrap_or(Timestamp::MAX);
    let ahead = |(index, event): (usize, &WorkEvent)| {
        let at = event.at.filter(|&at| at > limit)?;
        let reading = Reading { index };
        Some(*reading.fault("data.occurred_at", format!("{at} lies in the future"), "set the sender's clock"))
    };
    let faults = events.iter().enumerate().filter_map(ahead).collect();
    all_or_nothing(events, faults)
}

fn all_or_nothing(events: Vec<WorkEvent>, mut faults: Vec<Fault>) -> Result<Vec<WorkEvent>, IntakeError> {
    if faults.is_empty() {
        return Ok(events);
    }
    let unlisted = faults.len().saturating_sub(MOST_FAULTS);
    faults.truncate(MOST_FAULTS);
    Err(IntakeError::Events { faults, unlisted })
}

fn json(bytes: &[u8]) -> Result<Value, IntakeError> {
    // A byte-order mark is not JSON, but common; RFC 8259 section 8.1 lets a parser pass over it.
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    serde_json::from_slice(bytes).map_err(|error| IntakeError::Json {
        problem: complaint(&error),
        line: error.line(),
        column: error.column(),
    })
}

/// The parser's words without the position, which is told apart, and without a piece of the input.
fn complaint(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ").next().unwrap_or_default().to_owned()
}

/// Reading the event at one place of the batch.
#[derive(Clone, Copy)]
struct Reading {
    index: usize,
}

type Read<T> = Result<T, Box<Fault>>;

impl Reading {
    fn fault(self, field: &str, problem: impl Into<String>, remedy: impl Into<String>) -> Box<Fault> {
        let (problem, remedy) = (problem.into(), remedy.into());
        Box::new(Fault { index: self.index, field: field.into(), problem, remedy })
    }

    fn event(self, value: &Value) -> Read<WorkEvent> {
        let Value::Object(event) = value else {
            return Err(self.fault("", "the event is not an object", "send a CloudEvents 1.0 object"));
        };
        let version = self.text(event, "specversion", "specversion", 8)?;
        if version != "1.0" {
            let problem = format!("version {version:?} of CloudEvents is not known");
            return Err(self.fault("specversion", problem, "send specversion \"1.0\""));
        }
        let id = self.text(event, "id", "id", 256)?;
        let source = self.text(event, "source", "source", 256)?;
        let kind = self.text(event, "type", "type", 64)?;
        if !TYPES.contains(&kind.as_str()) {
            let problem = format!("type {kind:?} is not known");
            return Err(self.fault("type", problem, format!("send one of {}", TYPES.join(", "))));
        }
        let data = self.data(event)?;
        let at = match self.time(data, "occurred_at", "data.occurred_at")? {
            Some(at) => Some(at),
            None => self.time(event, "time", "time")?,
        };
        let site = self.optional_id(data, "site", SiteId::new)?;
        let work = self.work(&kind, data)?;
        Ok(WorkEvent { source, id, site, at, work })
    }

    fn data(self, event: &Map<String, Value>) -> Read<&Map<String, Value>> {
        if event.contains_key("data_base64") {
            return Err(self.fault(
                "data_base64",
                "data is not read from base64",
                "send data as a JSON object",
            ));
        }
        if let Some(kind) = event.get("datacontenttype").and_then(Value::as_str) {
            let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
            if kind != "application/json" && !kind.ends_with("+json") {
                let problem = format!("data of type {kind:.60?} is not read");
                return Err(self.fault("datacontenttype", problem, "send application/json or leave it out"));
            }
        }
        match event.get("data") {
            Some(Value::Object(data)) => Ok(data),
            Some(_) => Err(self.fault("data", "data is not an object", "send data as a JSON object")),
            None => Err(self.fault("data", "data is missing", "send data as a JSON object")),
        }
    }

    fn work(self, kind: &str, data: &Map<String, Value>) -> Read<Work> {
        let call = || self.id(data, "call_id", CallId::new);
        let queue = || self.optional_id(data, "queue", QueueId::new);
        let agent = || self.optional_text(data, "agent_id", "data.agent_id", 256);
        Ok(match kind {
            "agent.state" => Work::AgentState {
                agent: self.text(data, "agent_id", "data.agent_id", 256)?,
                state: self.state(data)?,
                reason: self.reason(data)?,
            },
            "call.offered" => Work::CallOffered { call: call()?, agent: agent()?, queue: queue()? },
            "call.answered" => Work::CallAnswered {
                call: call()?,
                agent: self.text(data, "agent_id", "data.agent_id", 256)?,
                queue: queue()?,
            },
            "call.held" => Work::CallHeld { call: call()? },
            "call.resumed" => Work::CallResumed { call: call()? },
            "call.transferred" => Work::CallTransferred { call: call()?, to: agent()?, queue: queue()? },
            "call.ended" => Work::CallEnded { call: call()?, reason: self.reason(data)? },
            _ => Work::QueueSnapshot {
                queue: self.id(data, "queue", QueueId::new)?,
                waiting: self.count(data, "waiting")?,
                available: self.count(data, "available")?,
                longest_wait_s: self.seconds(data, "longest_wait_s")?,
            },
        })
    }

    fn state(self, data: &Map<String, Value>) -> Read<WorkState> {
        let text = self.text(data, "state", "data.state", 32)?;
        serde_json::from_value(Value::String(text.clone())).map_err(|_| {
            let problem = format!("state {text:?} is not known");
            self.fault("data.state", problem, format!("send one of {STATES}"))
        })
    }

    fn reason(self, data: &Map<String, Value>) -> Read<Option<String>> {
        self.optional_text(data, "reason", "data.reason", 64)
    }

    fn text(self, object: &Map<String, Value>, key: &str, field: &str, most: usize) -> Read<String> {
        self.optional_text(object, key, field, most)?
            .ok_or_else(|| self.fault(field, format!("{key} is missing"), format!("send {field} as text")))
    }

    fn optional_text(
        self,
        object: &Map<String, Value>,
        key: &str,
        field: &str,
        most: usize,
    ) -> Read<Option<String>> {
        let text = match object.get(key) {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::String(text)) => text,
            Some(_) => {
                return Err(self.fault(field, format!("{key} is not text"), format!("send {field} as text")));
            }
        };
        if text.trim().is_empty() {
            return Err(self.fault(
                field,
                format!("{key} is empty"),
                format!("send {field} or leave it out"),
            ));
        }
        if text.chars().count() > most {
            let problem = format!("{key} is longer than {most} characters");
            return Err(self.fault(field, problem, format!("send at most {most} characters")));
        }
        if text.chars().any(char::is_control) {
            let remedy = "send it without control characters";
            return Err(self.fault(field, format!("{key} holds a control character"), remedy));
        }
        Ok(Some(text.clone()))
    }

    fn id<T>(
        self,
        data: &Map<String, Value>,
        key: &str,
        new: impl Fn(String) -> Result<T, calmline_core::IdError>,
    ) -> Read<T> {
        let field = format!("data.{key}");
        self.optional_id(data, key, new)?
            .ok_or_else(|| self.fault(&field, format!("{key} is missing"), format!("send {field} as text")))
    }

    fn optional_id<T>(
        self,
        data: &Map<String, Value>,
        key: &str,
        new: impl Fn(String) -> Result<T, calmline_core::IdError>,
    ) -> Read<Option<T>> {
        let field = format!("data.{key}");
        let Some(text) = self.optional_text(data, key, &field, 128)? else { return Ok(None) };
        let remedy = "send letters, digits and punctuation without spaces";
        new(text).map(Some).map_err(|error| self.fault(&field, error.to_string(), remedy))
    }

    fn time(self, object: &Map<String, Value>, key: &str, field: &str) -> Read<Option<Timestamp>> {
        let Some(text) = self.optional_text(object, key, field, 64)? else { return Ok(None) };
        let remedy = "send RFC 3339 with an offset, such as 2026-03-02T09:00:00Z";
        let at = text
            .parse::<Timestamp>()
            .map_err(|_| self.fault(field, format!("{key} is not a time with an offset"), remedy))?;
        // Jiff reads years before 1970 and after 9999 too; no phone platform means those.
        if at < Timestamp::UNIX_EPOCH {
            return Err(self.fault(field, format!("{key} lies before 1970"), remedy));
        }
        Ok(Some(at))
    }

    fn count(self, data: &Map<String, Value>, key: &str) -> Read<u32> {
        let field = format!("data.{key}");
        let value = data.get(key).ok_or_else(|| {
            self.fault(&field, format!("{key} is missing"), format!("send {field} as a whole number"))
        })?;
        value.as_u64().and_then(|count| u32::try_from(count).ok()).ok_or_else(|| {
            let problem = format!("{key} is not a whole number from 0 to {}", u32::MAX);
            self.fault(&field, problem, format!("send {field} as a whole number"))
        })
    }

    fn seconds(self, data: &Map<String, Value>, key: &str) -> Read<f64> {
        let field = format!("data.{key}");
        match data.get(key) {
            None | Some(Value::Null) => Ok(0.0),
            Some(value) => value.as_f64().filter(|s| (0.0..=1e7).contains(s)).ok_or_else(|| {
                let problem = format!("{key} is not a number of seconds from 0 to 10000000");
                self.fault(&field, problem, format!("send {field} in seconds"))
            }),
        }
    }
}

#[cfg(test)]
mod tests {
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
        let again =
            Draft::told(SiteId::new("hz").unwrap(), "acd", "e-1", Timestamp::MIN, Body::TimerFired {});
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
}
