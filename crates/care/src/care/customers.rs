//! Who calls: the flags on customers, and what the next agent is told of them.

use calmline_core::{Body, CallId, CustomerId, EventId, Share, event::Reason};

use super::Care;
use crate::{
    customer::Customers,
    decisions::Decisions,
    prompts::Prompt,
    time::{after, seconds},
};

impl Care {
    /// The customers whose callers were abusive, and the flags on them.
    #[must_use]
    pub fn customers(&self) -> &Customers {
        &self.customers
    }

    /// The customer of a call that is known still.
    #[must_use]
    pub fn customer_of(&self, call: &CallId) -> Option<&CustomerId> {
        self.calls.get(self.calls.slot(call)?)?.customer.as_ref()
    }

    /// The CRM says which customer a call is with. The first word counts.
    pub(super) fn customer_told(
        &mut self,
        id: &CallId,
        customer: &CustomerId,
        event: EventId,
        out: &mut Decisions,
    ) {
        let slot = self.call(id);
        let Some(call) = self.calls.get_mut(slot).filter(|call| call.customer.is_none()) else { return };
        call.customer = Some(customer.clone());
        let met: Vec<_> =
            self.incidents().filter(|incident| incident.call == *id).map(|met| met.id.clone()).collect();
        met.iter().for_each(|incident| self.customers.meets(incident, customer));
        self.warn(slot, Some(event), out);
    }

    /// Tells the agent who has a call with a flagged customer that help is near. `told` is the event that named the customer.
    pub(super) fn warn(&mut self, slot: usize, told: Option<EventId>, out: &mut Decisions) {
        let (now, set) = (self.now, self.settings.prompts.clone());
        let Some(call) = self.calls.get_mut(slot).filter(|call| call.ended.is_none()) else { return };
        let (Some(bound), Some(customer)) = (&call.bound, &call.customer) else { return };
        let Some(flag) = self.customers.flag(customer, now) else { return };
        let (agent, because) = (bound.agent.clone(), [flag.event].into_iter().chain(told).collect());
        if !call.prompted.may(Prompt::WarnedBefore, now, &set) {
            return;
        }
        let body = Body::PromptShown {
            agent,
            call: call.id.clone(),
            reason: Reason::new(Prompt::WarnedBefore.code()),
            confidence: Share::new(1.0),
            expires: after(now, seconds(set.shown_seconds)),
        };
        out.decide(because, body);
    }
}
