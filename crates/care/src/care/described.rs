//! What calls are about, as others tell it.

use calmline_core::{CallId, Event};

use super::Care;
use crate::{decisions::Decisions, model::Part};

impl Care {
    /// Takes note of what a call is about, of how many systems it took, and of content that is hard to hear.
    pub(super) fn described(
        &mut self,
        id: &CallId,
        request: Option<&String>,
        systems: Option<u32>,
        distressing: bool,
        event: &Event,
        out: &mut Decisions,
    ) {
        let slot = self.call(id);
        let Some(call) = self.calls.get_mut(slot) else { return };
        call.request = request.cloned().or(call.request.take());
        call.systems = systems.or(call.systems);
        if distressing {
            self.met_distress(slot, event, out);
        }
    }

    /// The agent who has a call, or had it last, has heard what is hard to hear. A call counts once.
    pub(super) fn met_distress(&mut self, slot: usize, event: &Event, out: &mut Decisions) {
        let Some(call) = self.calls.get_mut(slot).filter(|call| !call.distressing) else { return };
        call.distressing = true;
        let Some(agent_slot) = call.bound.as_ref().map(|bound| bound.slot).or(call.had) else { return };
        self.advance(agent_slot, event.at);
        if let Some(agent) = self.agents.get_mut(agent_slot) {
            let added = agent.model.exposure.meet_distress(&self.settings.exposure);
            agent.met(event.id, Part::Distress, added);
        }
        self.touch(agent_slot, event.at, event.id, out);
    }
}
