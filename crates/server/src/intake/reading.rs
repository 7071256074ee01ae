//! Reading the members of one CloudEvent.

use calmline_core::{CallId, QueueId, SiteId, Timestamp, event::WorkState};
use serde_json::{Map, Value};

use super::{Fault, STATES, TYPES, Work, WorkEvent};

/// Reading the event at one place of the batch.
#[derive(Clone, Copy)]
pub(super) struct Reading {
    pub(super) index: usize,
}

type Read<T> = Result<T, Box<Fault>>;

impl Reading {
    pub(super) fn fault(
        self,
        field: &str,
        problem: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Box<Fault> {
        let (problem, remedy) = (problem.into(), remedy.into());
        Box::new(Fault { index: self.index, field: field.into(), problem, remedy })
    }

    pub(super) fn event(self, value: &Value) -> Read<WorkEvent> {
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
        let customer = if kind.starts_with("call.") {
            self.optional_text(data, "customer", "data.customer", 256)?
        } else {
            None
        };
        Ok(WorkEvent { source, id, site, at, work, customer })
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
            "call.described" => Work::CallDescribed {
                call: call()?,
                intent: self.optional_text(data, "intent", "data.intent", 64)?,
                systems: data.contains_key("systems").then(|| self.count(data, "systems")).transpose()?,
                distressing: self.flag(data, "distressing")?,
            },
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
        let remedy = "send letters, digits and punctuation; a queue may have single spaces inside";
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

    fn flag(self, data: &Map<String, Value>, key: &str) -> Read<bool> {
        match data.get(key) {
            None | Some(Value::Null) => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(_) => {
                let field = format!("data.{key}");
                let remedy = format!("send {field} as true or false, or leave it out");
                Err(self.fault(&field, format!("{key} is neither true nor false"), remedy))
            }
        }
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
