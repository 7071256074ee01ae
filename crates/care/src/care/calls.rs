//! Calls: whose they are, how long they went, and when they are forgotten.

use calmline_core::{AgentId, CallId, EventId, Timestamp};
use jiff::SignedDuration;

use super::Care;
use crate::{
    call::{Bound, Call},
    decisions::Decisions,
    hard_calls::HardCalls,
    model::{Over, Part, complexity},
    time::{after, between, hours, minutes, next_minute},
    wakes::Waiter,
};

impl Care {
    pub(super) fn call(&mut self, id: &CallId) -> usize {
        let slot = self
            .calls
            .slot(id)
            .unwrap_or_else(|| self.calls.put(id.clone(), Call::new(id.clone(), self.now)));
        self.keep_call(slot);
        slot
    }

    /// Sets when a call will be forgotten.
    pub(super) fn keep_call(&mut self, slot: usize) {
        let set = &self.settings.memory;
        let Some(call) = self.calls.get_mut(slot) else { return };
        call.heard = self.now;
        let until = match call.ended {
            // Whole minutes: not every utterance moves it, and one timer serves all.
            Some(ended) => next_minute(after(ended, minutes(set.ended_call_minutes)).max(self.now)),
            None => next_minute(after(self.now, hours(set.silent_call_hours))),
        };
        self.wakes.set(Waiter::Call(slot), &mut call.wake, Some(until));
    }

    pub(super) fn forget_call(&mut self, slot: usize, out: &mut Decisions) {
        let Some(call) = self.calls.get_mut(slot) else { return };
        call.wake = None;
        let (id, answered, bound) = (call.id.clone(), call.answered, call.bound.take());
        self.calls.remove(&id);
        // Its end was lost. The agent does not stay in a call for ever; how long it was is not known.
        let (Some(bound), Some(answered)) = (bound, answered) else { return };
        self.advance(bound.slot, self.now);
        if let Some(agent) = self.agents.get_mut(bound.slot) {
            agent.leaves(slot);
        }
        // This is no sign of the agent.
        self.update(bound.slot, self.now, answered, out);
    }

    pub(super) fn answered(
        &mut self,
        slot: usize,
        id: &AgentId,
        at: Timestamp,
        event: EventId,
        out: &mut Decisions,
    ) {
        let Some(call) = self.calls.get(slot) else { return };
        let had = call.bound.as_ref().is_some_and(|bound| bound.agent == *id);
        if had || call.ended.is_some_and(|ended| at <= ended) {
            return;
        }
        self.unbind(slot, at, event, out);
        let agent_slot = self.agent(id, at);
        self.advance(agent_slot, at);
        if let Some(call) = self.calls.get_mut(slot) {
            call.bound = Some(Bound { slot: agent_slot, agent: id.clone() });
            call.ended = None;
            call.answered = Some(event);
        }
        self.keep_call(slot);
        self.came(slot, at);
        let queue = self.waited(slot, at, false);
        if let Some(agent) = self.agents.get_mut(agent_slot) {
            agent.queue = queue.or(agent.queue);
            agent.takes(slot, at, &self.settings);
            agent.cause(Part::BackToBack, event);
            agent.cause(Part::Concurrency, event);
            agent.cause(Part::Occupancy, event);
        }
        self.touch(agent_slot, at, event, out);
        self.warn(slot, None, out);
    }

    /// A call is counted once, by the first queue that is known of it.
    pub(super) fn came(&mut self, slot: usize, at: Timestamp) {
        let Some(call) = self.calls.get_mut(slot).filter(|call| call.counted.is_none()) else { return };
        let Some(queue) = &call.queue else { return };
        call.counted = self.queues.place(queue, at);
        if let Some(queue) = call.counted {
            self.queues.came(queue, at);
        }
    }

    /// Its caller waits no longer. Returns the queue.
    fn waited(&mut self, slot: usize, at: Timestamp, hung_up: bool) -> Option<usize> {
        let call = self.calls.get_mut(slot)?;
        let queue = call.counted?;
        if let Some(offered) = call.offered.take() {
            self.queues.waited(queue, at, between(offered, at), hung_up);
        }
        Some(queue)
    }

    /// The agent who has a call has it no longer.
    pub(super) fn unbind(&mut self, slot: usize, at: Timestamp, event: EventId, out: &mut Decisions) {
        let Some(call) = self.calls.get_mut(slot) else { return };
        let Some(bound) = call.bound.take() else { return };
        call.had = Some(bound.slot);
        self.advance(bound.slot, at);
        if let (Some(agent), Some(call)) = (self.agents.get_mut(bound.slot), self.calls.get(slot))
            && let Some(since) = agent.leaves(slot)
        {
            let length: SignedDuration = between(since, at);
            let (kind, load) = (call.kind(), &self.settings.load);
            let compared = self.norms.compare(&agent.usual, kind, length);
            let complexity = complexity(call.systems, self.norms.request(kind), load);
            let met = std::mem::take(&mut agent.hard);
            let hard = met || HardCalls::is_hard(compared, complexity);
            self.hard_calls.count(hard);
            if !call.excluded {
                self.norms.learn(kind, length);
                agent.usual.learn(kind, length);
            }
            if let Some(queue) = call.counted {
                self.queues.handled(queue, at, length);
            }
            agent.model.call_over(Over { length: compared, request: call.request.clone(), complexity, hard });
            for part in [Part::Handling, Part::Complexity, Part::Mix, Part::Monotony] {
                agent.cause(part, event);
            }
        }
        self.touch(bound.slot, at, event, out);
    }

    pub(super) fn ended(&mut self, id: &CallId, at: Timestamp, event: EventId, out: &mut Decisions) {
        let slot = self.call(id);
        if self.calls.get(slot).is_some_and(|call| call.answered.is_none() && call.ended.is_none()) {
            self.waited(slot, at, true);
        }
        self.unbind(slot, at, event, out);
        if let Some(call) = self.calls.get_mut(slot) {
            call.ended = Some(call.ended.map_or(at, |ended| ended.max(at)));
        }
        self.keep_call(slot);
    }

    pub(super) fn complicated(
        &mut self,
        id: &CallId,
        part: Part,
        at: Timestamp,
        event: EventId,
        out: &mut Decisions,
    ) {
        let slot = self.call(id);
        let Some(bound) = self.calls.get(slot).and_then(|call| call.bound.as_ref()) else { return };
        let agent_slot = bound.slot;
        self.advance(agent_slot, at);
        let Some(agent) = self.agents.get_mut(agent_slot) else { return };
        if part == Part::Holds {
            agent.model.held();
        } else {
            agent.model.transferred();
        }
        agent.cause(part, event);
        self.touch(agent_slot, at, event, out);
    }
}
