//! Reading work events: CloudEvents 1.0 JSON from the phone platform, single or in batches, into facts.
//!
//! No I/O and no clock: bytes in, [`WorkEvent`]s or an exact complaint out. A batch is taken whole or not at all. The
//! format is the [CloudEvents JSON format 1.0.2](https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md),
//! structured mode; extension attributes and unknown members of `data` are passed over, so that a platform may send more
//! than is read here.

mod reading;

use calmline_core::{AgentId, Body, CallId, CustomerId, Draft, QueueId, SiteId, Timestamp, event::WorkState};
use jiff::SignedDuration;
use serde_json::Value;

use reading::Reading;

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
pub const TYPES: [&str; 9] = [
    "agent.state",
    "call.offered",
    "call.answered",
    "call.held",
    "call.resumed",
    "call.transferred",
    "call.ended",
    "call.described",
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
    /// Which customer the call is with, by the CRM’s id. It is kept as a keyed hash alone.
    pub customer: Option<String>,
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
    CallDescribed { call: CallId, intent: Option<String>, systems: Option<u32>, distressing: bool },
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

    /// The call that it is about, if it is about one.
    #[must_use]
    pub fn call(&self) -> Option<&CallId> {
        match &self.work {
            Work::CallOffered { call, .. }
            | Work::CallAnswered { call, .. }
            | Work::CallHeld { call }
            | Work::CallResumed { call }
            | Work::CallTransferred { call, .. }
            | Work::CallEnded { call, .. }
            | Work::CallDescribed { call, .. } => Some(call),
            Work::AgentState { .. } | Work::QueueSnapshot { .. } => None,
        }
    }

    /// The fact that says which customer the call is with, by the keyed hash of the CRM’s id.
    #[must_use]
    pub fn customer_draft(&self, site: SiteId, arrived: Timestamp, customer: CustomerId) -> Option<Draft> {
        let body = Body::CallCustomer { call: self.call()?.clone(), customer };
        // No id that is told holds a control character.
        let id = format!("{}\u{1f}customer", self.id);
        Some(Draft::told(site, &self.source, &id, self.at.unwrap_or(arrived), body))
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
            Work::CallDescribed { call, intent, systems, distressing } => {
                Body::CallDescribed { call, intent, systems, distressing }
            }
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

#[cfg(test)]
mod tests;
