//! What the simulated phone platform tells the product: work events, as `CloudEvents` 1.0 JSON.

use calmline_core::{Body, Draft, SiteId, Timestamp};
use serde_json::{Map, Value, json};

/// One thing that the phone platform says. `(source, id)` names it for ever.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkEvent {
    /// Whose floor it happened on.
    pub site: SiteId,
    /// Which run of the simulated platform says it.
    pub source: String,
    /// Its number within the source.
    pub id: String,
    /// When it happened.
    pub at: Timestamp,
    /// What happened: one of the work events of [`Body`].
    pub body: Body,
}

impl WorkEvent {
    /// The event as the intake of work events takes it over the wire.
    ///
    /// The data names are the wire's own: `site`, `call_id`, `agent_id`, `queue`, `state`, `reason`, `occurred_at`; for
    /// `queue.snapshot` also `waiting`, `available` and `longest_wait_s`. The `agent_id` of `call.transferred` is the
    /// agent who takes over.
    #[must_use]
    pub fn cloud_event(&self) -> Value {
        let mut data = Map::new();
        data.insert("site".into(), json!(self.site));
        data.insert("occurred_at".into(), json!(self.at));
        // The log's names and the wire's differ in two places only.
        if let Ok(Value::Object(body)) = serde_json::to_value(&self.body)
            && let Some(Value::Object(fields)) = body.get("data")
        {
            for (name, value) in fields {
                let name = match name.as_str() {
                    "agent" | "to" => "agent_id",
                    "call" => "call_id",
                    other => other,
                };
                data.insert(name.into(), value.clone());
            }
        }
        json!({
            "specversion": "1.0",
            "id": self.id,
            "source": self.source,
            "type": self.body.kind(),
            "time": self.at,
            "datacontenttype": "application/json",
            "data": data,
        })
    }

    /// The event as the log takes it, where no wire lies between (virtual time).
    #[must_use]
    pub fn draft(&self) -> Draft {
        Draft::told(self.site.clone(), &self.source, &self.id, self.at, self.body.clone())
    }
}

#[cfg(test)]
mod tests {
    use calmline_core::{AgentId, CallId, event::WorkState};

    use super::*;

    fn event(body: Body) -> WorkEvent {
        WorkEvent {
            site: SiteId::new("s").unwrap(),
            source: "sim".into(),
            id: "7".into(),
            at: Timestamp::UNIX_EPOCH,
            body,
        }
    }

    #[test]
    fn the_wire_has_the_names_of_the_contract() {
        let agent = AgentId::new("a").unwrap();
        let state = event(Body::AgentState {
            agent: agent.clone(),
            state: WorkState::WrapUp,
            reason: Some("call".into()),
        });
        assert_eq!(
            state.cloud_event(),
            json!({
                "specversion": "1.0", "id": "7", "source": "sim", "type": "agent.state",
                "time": "1970-01-01T00:00:00Z", "datacontenttype": "application/json",
                "data": {"site": "s", "occurred_at": "1970-01-01T00:00:00Z", "agent_id": "a", "state": "wrap_up", "reason": "call"},
            })
        );
        let call = CallId::new("c").unwrap();
        let moved = event(Body::CallTransferred { call, to: Some(agent), queue: None }).cloud_event();
        assert_eq!(moved["data"]["agent_id"], "a");
        assert_eq!(moved["data"]["call_id"], "c");
    }

    #[test]
    fn the_same_fact_is_the_same_event_in_the_log() {
        let told = event(Body::TimerFired {});
        assert_eq!(told.draft().id, told.clone().draft().id);
        assert_ne!(told.draft().id, WorkEvent { id: "8".into(), ..told.clone() }.draft().id);
    }
}
