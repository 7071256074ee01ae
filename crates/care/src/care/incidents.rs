//! Incidents of abuse: opened by a key, followed up to their end.

use std::collections::BTreeMap;

use calmline_core::{
    AgentId, Body, CallId, EventId, IncidentId, Timestamp,
    event::{Evidence, IncidentOutcome, IncidentStep, Reason},
};

use super::Care;
use crate::{
    alerts::Wish,
    call::Alarm,
    decisions::Decisions,
    incident::{Incident, next_step},
    time::{after, hours},
    wakes::Waiter,
};

/// The incidents of a site that are open.
#[derive(Debug, Clone, Default)]
pub(crate) struct Incidents {
    open: BTreeMap<IncidentId, Incident>,
    /// Those whose agent may still be in the call.
    in_call: Vec<IncidentId>,
    wake: Option<Timestamp>,
}

impl Care {
    /// The incidents that are open, in no order that tells anything. One that is over is forgotten here.
    pub fn incidents(&self) -> impl Iterator<Item = &Incident> {
        self.incidents.open.values()
    }

    pub(super) fn open_incident(
        &mut self,
        agent: &AgentId,
        call: &CallId,
        event: EventId,
        out: &mut Decisions,
    ) {
        if self.incidents.open.values().any(|known| known.agent == *agent && known.call == *call) {
            return;
        }
        let slot = self.call(call);
        let Some(known) = self.calls.get_mut(slot) else { return };
        let goes_on = known.bound.as_ref().is_some_and(|bound| bound.agent == *agent);
        if !std::mem::replace(&mut known.excluded, true) {
            out.decide(vec![event], Body::CallExcluded { call: call.clone() });
        }
        let Ok(incident) = IncidentId::new(out.name("incident.opened", agent.as_str(), &[event])) else {
            return;
        };
        let next = next_step(None, self.settings.incident.may_end).filter(|_| goes_on);
        let (agent, call) = (agent.clone(), call.clone());
        let body = Body::IncidentOpened { incident: incident.clone(), agent, call, next };
        let opened = out.decide(vec![event], body.clone());
        if let Some(known) = Incident::of(&body, out.now, opened) {
            self.incidents.open.insert(incident.clone(), known);
            if let Some(customer) = self.calls.get(slot).and_then(|call| call.customer.clone()) {
                self.customers.meets(&incident, &customer);
            }
            self.incidents.in_call.push(incident);
        }
        self.set_incident_wake();
    }

    /// A rung of the ladder was taken. One that is not the next changes nothing: no warning is ever skipped.
    pub(super) fn stepped(
        &mut self,
        (incident, agent): (&IncidentId, &AgentId),
        step: IncidentStep,
        event: EventId,
        out: &mut Decisions,
    ) {
        let may_end = self.settings.incident.may_end;
        let Some(known) = self.incidents.open.get_mut(incident) else { return };
        let permitted = step != IncidentStep::Ending || may_end;
        if known.agent != *agent || known.next != Some(step) || !permitted {
            return;
        }
        let next = next_step(Some(step), may_end);
        let (incident, agent) = (incident.clone(), agent.clone());
        let body = Body::IncidentAdvanced { incident, agent, step, next };
        out.decide(vec![known.event, event], body.clone());
        known.take(&body, out.now);
    }

    /// Something that people did about an incident; what ends it takes it away from here.
    pub(super) fn told_of_incident(&mut self, incident: &IncidentId, body: &Body, at: Timestamp) {
        if let Some(known) = self.incidents.open.get_mut(incident) {
            known.take(body, at);
            if let Some((_, outcome)) = known.over {
                let confirmed = outcome.is_some_and(|outcome| outcome != IncidentOutcome::Withdrawn);
                self.customers.over(incident, &known.call, confirmed, at);
                self.incidents.open.remove(incident);
                self.set_incident_wake();
            }
        }
    }

    /// An erased agent's incidents end without a trace here.
    pub(super) fn forget_incidents(&mut self, agent: &AgentId) {
        self.incidents.open.retain(|_, incident| incident.agent != *agent);
        self.set_incident_wake();
    }

    /// Gives relief to agents who are out of an abusive call.
    pub(super) fn relieve(&mut self, out: &mut Decisions) {
        if self.incidents.in_call.is_empty() {
            return;
        }
        for id in std::mem::take(&mut self.incidents.in_call) {
            let Some(incident) = self.incidents.open.get(&id) else { continue };
            let call = self.calls.slot(&incident.call).and_then(|slot| self.calls.get(slot));
            let bound = call.and_then(|call| call.bound.as_ref());
            if bound.is_some_and(|bound| bound.agent == incident.agent) {
                self.incidents.in_call.push(id);
                continue;
            }
            self.relieve_one(&id, out);
        }
    }

    fn relieve_one(&mut self, id: &IncidentId, out: &mut Decisions) {
        let set = &self.settings.incident;
        let (cool_off_minutes, easier_minutes) = (set.cool_off_minutes, set.easier_minutes);
        let Some(incident) = self.incidents.open.get_mut(id) else { return };
        let agent = incident.agent.clone();
        let body = Body::IncidentRelieved {
            incident: id.clone(),
            agent: agent.clone(),
            cool_off_minutes,
            easier_minutes,
        };
        let relieved = out.decide(vec![incident.event], body.clone());
        incident.take(&body, out.now);
        let Some(slot) = self.agents.slot(&agent) else { return };
        self.advance(slot, out.now);
        if let Some(agent) = self.agents.get_mut(slot).filter(|_| cool_off_minutes > 0) {
            agent.breaks.owe(cool_off_minutes, relieved);
        }
        self.review(slot, out);
    }

    /// What time alone brings about.
    pub(super) fn review_incidents(&mut self, out: &mut Decisions) {
        self.incidents.wake = None;
        let (due, lapse) = self.incident_times();
        let mut lapsed = Vec::new();
        for (id, incident) in &mut self.incidents.open {
            let (incident_id, agent) = (id.clone(), incident.agent.clone());
            if after(incident.opened, lapse) <= out.now {
                let body = Body::IncidentLapsed { incident: incident_id.clone(), agent };
                out.decide(vec![incident.event], body);
                lapsed.push(incident_id);
            } else if !incident.due && after(incident.opened, due) <= out.now {
                let body = Body::IncidentDue { incident: incident_id, agent };
                out.decide(vec![incident.event], body.clone());
                incident.take(&body, out.now);
            }
        }
        self.incidents.open.retain(|id, _| !lapsed.contains(id));
        self.set_incident_wake();
    }

    fn incident_times(&self) -> (jiff::SignedDuration, jiff::SignedDuration) {
        let set = &self.settings.incident;
        (hours(set.follow_up_hours), hours(set.lapse_days.saturating_mul(24)))
    }

    fn set_incident_wake(&mut self) {
        let (due, lapse) = self.incident_times();
        let times = |incident: &Incident| {
            let due = after(incident.opened, due);
            let lapse = after(incident.opened, lapse);
            if incident.due { lapse } else { due.min(lapse) }
        };
        let next = self.incidents.open.values().map(times).min();
        self.wakes.set(Waiter::Incidents, &mut self.incidents.wake, next);
    }

    /// An agent asks for a supervisor.
    pub(super) fn help_asked(
        &mut self,
        agent: &AgentId,
        call: Option<&CallId>,
        action: &str,
        event: EventId,
        out: &mut Decisions,
    ) {
        let evidence = Evidence { reason: Reason::new("evidence.asked"), event, quote: None };
        let wish = Wish {
            action: Some(action.to_owned()),
            call: call.cloned(),
            ..Wish::new(Alarm::HelpAsked, Some(agent.clone()), vec![evidence])
        };
        self.wish(wish, out);
    }
}
