//! Following one site's events and deciding.

use calmline_care::{
    Care, SETTINGS_VERSION, Settings, Standing,
    customer::Customers,
    entrance::Entrance,
    incident::Incident,
    routing::{Dispatch, Fairness},
};
use calmline_core::{AgentId, Body, CallId, Draft, Event, SiteId, Timestamp, event::Reason};
use serde_json::Value;

/// One site's decisions: care for its agents, who takes which call, and where callers are passed on to. Fed with every event of the site in log order, it
/// derives the same decisions each time. What may be sensed is no decision of it: `SitePolicy` follows the same events, and
/// waits for nobody.
#[derive(Debug)]
pub struct Decider {
    site: SiteId,
    care: Care,
    dispatch: Dispatch,
    entrance: Entrance,
    /// The last settings that the log holds.
    recorded: Option<Body>,
}

impl Decider {
    /// The decider of a site that has just been opened. It goes by the default settings of care until an event says others.
    #[must_use]
    pub fn new(site: SiteId) -> Self {
        let settings = Settings::default();
        Self {
            dispatch: Dispatch::new(site.clone(), settings.routing.clone()),
            entrance: Entrance::new(site.clone(), settings.entrance.clone()),
            care: Care::new(site.clone(), settings),
            site,
            recorded: None,
        }
    }

    /// Takes an event of the log and gives the decisions that follow from it.
    pub fn apply(&mut self, event: &Event) -> Vec<Draft> {
        let Body::CareSettings { settings, .. } = &event.body else {
            let mut decided = self.care.apply(event);
            let routed = self.dispatch.apply(event, &decided);
            decided.extend(routed);
            decided.extend(self.entrance.apply(event));
            return decided;
        };
        if event.site == self.site {
            let settings = known(settings);
            self.dispatch.adopt(settings.routing.clone());
            self.entrance.adopt(settings.entrance.clone());
            self.care.adopt(settings);
            self.recorded = Some(event.body.clone());
        }
        // They move no time: else the work events of the hours before a start, told after it, would all be late.
        Vec::new()
    }

    /// The draft that makes these the site's settings of care; none where the log's last ones are the same.
    #[must_use]
    pub fn record(&self, settings: &Settings, at: Timestamp) -> Option<Draft> {
        let settings = serde_json::to_value(settings.clone().resolved()).unwrap_or_default();
        let body = Body::CareSettings { version: SETTINGS_VERSION, settings };
        (self.recorded.as_ref() != Some(&body))
            .then(|| Draft::derived(self.site.clone(), at, Vec::new(), body))
    }

    /// When a [`Body::TimerFired`] must be appended at the latest.
    #[must_use]
    pub fn next_wake(&self) -> Option<Timestamp> {
        [self.care.next_wake(), self.dispatch.next_wake(), self.entrance.next_wake()]
            .into_iter()
            .flatten()
            .min()
    }

    /// The draft of the timer event that [`Self::next_wake`] asks for.
    #[must_use]
    pub fn timer(&self, at: Timestamp) -> Draft {
        Draft::derived(self.site.clone(), at, Vec::new(), Body::TimerFired {})
    }

    /// For how many minutes an agent would get easier calls if they asked now.
    ///
    /// # Errors
    /// Why not now.
    pub fn easier(&self, agent: &AgentId, now: Timestamp) -> Result<u32, Reason> {
        self.dispatch.easier(agent, now)
    }

    /// How evenly hard calls are shared.
    #[must_use]
    pub fn fairness(&self) -> Fairness {
        self.dispatch.fairness()
    }

    /// The incidents of abuse that are open.
    pub fn incidents(&self) -> impl Iterator<Item = &Incident> {
        self.care.incidents()
    }

    /// The customers whose callers were abusive, and the flags on them.
    #[must_use]
    pub fn customers(&self) -> &Customers {
        self.care.customers()
    }

    /// Until when the customer of a call is flagged, as far as the CRM has said who they are.
    #[must_use]
    pub fn flagged_until(&self, call: &CallId, now: Timestamp) -> Option<Timestamp> {
        let customer = self.care.customer_of(call)?;
        self.care.customers().flag(customer, now).map(|flag| flag.until)
    }

    /// How an agent stands, for that agent alone.
    #[must_use]
    pub fn standing(&self, agent: &AgentId, now: Timestamp) -> Option<Standing> {
        self.care.standing(agent, now)
    }
}

/// Recorded settings as this program knows them. A log is read for ever: what another version of the program recorded and
/// this one does not know is passed over, and what was not there yet has its default.
fn known(recorded: &Value) -> Settings {
    let mut known = serde_json::to_value(Settings::default()).unwrap_or_default();
    overlay(&mut known, recorded);
    serde_json::from_value(known).unwrap_or_default()
}

fn overlay(known: &mut Value, recorded: &Value) {
    match (known, recorded) {
        (Value::Object(known), Value::Object(recorded)) if known.is_empty() => known.clone_from(recorded),
        (Value::Object(known), Value::Object(recorded)) => {
            for (name, value) in recorded {
                if let Some(place) = known.get_mut(name) {
                    overlay(place, value);
                }
            }
        }
        (known @ Value::Number(_), recorded) if recorded.is_u64() || known.is_f64() && recorded.is_f64() => {
            known.clone_from(recorded);
        }
        (known @ Value::String(_), Value::String(_)) | (known @ Value::Bool(_), Value::Bool(_)) => {
            known.clone_from(recorded);
        }
        // What a site names itself has no default.
        (known @ Value::Null, recorded) => known.clone_from(recorded),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use calmline_core::{Position, event::WorkState};
    use jiff::SignedDuration;

    use super::*;

    fn decider() -> Result<Decider, calmline_core::id::IdError> {
        Ok(Decider::new(SiteId::new("s")?))
    }

    #[test]
    fn settings_are_recorded_when_they_differ_and_hold_from_then_on() -> Result<(), Box<dyn std::error::Error>>
    {
        let mut decider = decider()?;
        let mut settings = Settings::default();
        let first = decider.record(&settings, Timestamp::UNIX_EPOCH).ok_or("the log holds none yet")?;
        decider.apply(&first.at_position(Position(1)));
        assert_eq!(decider.record(&settings, Timestamp::UNIX_EPOCH), None);
        settings.prompts.agitated_from = 0.55;
        let other = decider.record(&settings, Timestamp::UNIX_EPOCH).ok_or("they differ")?;
        // As the log gives it back: through text.
        let text = serde_json::to_string(&other.at_position(Position(2)))?;
        decider.apply(&serde_json::from_str(&text)?);
        assert_eq!(decider.record(&settings, Timestamp::UNIX_EPOCH), None);
        assert!(decider.record(&Settings::default(), Timestamp::UNIX_EPOCH).is_some());
        Ok(())
    }

    #[test]
    fn settings_move_no_time() -> Result<(), Box<dyn std::error::Error>> {
        let mut decider = decider()?;
        let [eight, nine] = [Timestamp::from_second(8 * 3_600)?, Timestamp::from_second(9 * 3_600)?];
        let settings = decider.record(&Settings::default(), nine).ok_or("the log holds none yet")?;
        assert!(decider.apply(&settings.at_position(Position(1))).is_empty());
        let state = WorkState::Available;
        let state = Body::AgentState { agent: AgentId::new("a")?, state, reason: None };
        let told = Draft::told(SiteId::new("s")?, "acd", "1", eight, state);
        decider.apply(&told.at_position(Position(2)));
        assert!(decider.next_wake().is_some_and(|wake| wake < nine), "{:?}", decider.next_wake());
        Ok(())
    }

    #[test]
    fn upkeep_while_a_morning_is_told_moves_no_time() -> Result<(), Box<dyn std::error::Error>> {
        let mut decider = decider()?;
        let [eight, later, noon] = [8.0, 8.1, 12.0]
            .map(|hour: f64| Timestamp::UNIX_EPOCH + SignedDuration::from_secs_f64(hour * 3_600.0));
        let state = |position: u64, at, state| {
            let state = Body::AgentState { agent: AgentId::new("a")?, state, reason: None };
            Ok::<_, calmline_core::id::IdError>(
                Draft::told(SiteId::new("s")?, "acd", &position.to_string(), at, state)
                    .at_position(Position(position)),
            )
        };
        decider.apply(&state(1, eight, WorkState::Busy)?);
        let ran = Body::RetentionRan { erased: BTreeMap::new() };
        let ran = Draft::derived(SiteId::new("s")?, noon, Vec::new(), ran);
        assert!(decider.apply(&ran.at_position(Position(2))).is_empty(), "four hours of work were made up");
        decider.apply(&state(3, later, WorkState::OnBreak)?);
        assert!(decider.next_wake().is_none_or(|wake| wake < noon), "{:?}", decider.next_wake());
        Ok(())
    }

    #[test]
    fn settings_of_another_version_are_read_as_far_as_they_are_known() {
        let recorded = serde_json::json!({
            "breaks": { "offer_after_minutes": 45, "siesta_minutes": 30, "at_once": "half" },
            "weather": { "rain": 1 },
        });
        let mut wanted = Settings::default();
        wanted.breaks.offer_after_minutes = 45;
        assert_eq!(known(&recorded), wanted);
        assert_eq!(known(&Value::Null), Settings::default());
    }
}
