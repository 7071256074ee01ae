//! Agents: what they do, how they stand, and when they are looked at again.

use calmline_core::{
    AgentId, EventId, OfferId, Timestamp,
    event::{Evidence, Presence, Reason, WorkState},
};

use super::{Care, now_of};
use crate::{
    agent::Agent,
    alerts::Wish,
    breaks::{Mark, Offered},
    call::Alarm,
    decisions::Decisions,
    model::{Activity, Over, Part},
    time::{after, before, hours, next_minute},
    wakes::Waiter,
};

impl Care {
    pub(super) fn agent(&mut self, id: &AgentId, at: Timestamp) -> usize {
        self.agents.slot(id).unwrap_or_else(|| self.agents.put(id.clone(), Agent::new(id.clone(), at)))
    }

    pub(super) fn advance(&mut self, slot: usize, to: Timestamp) {
        let to = self.held.map_or(to, |held| to.min(held));
        if let Some(agent) = self.agents.get_mut(slot) {
            agent.model.advance(to, &self.settings);
        }
    }

    pub(super) fn agent_state(
        &mut self,
        id: &AgentId,
        state: WorkState,
        at: Timestamp,
        event: EventId,
        out: &mut Decisions,
    ) {
        let slot = self.agent(id, at);
        self.enter_state(slot, state, at);
        self.touch(slot, at, event, out);
    }

    /// The phone platform was seen to show what was wanted for a break. That is as good as its own word, but for an agent who
    /// has taken a call meanwhile: a break never begins inside one.
    pub(super) fn presence_shown(
        &mut self,
        (id, offer): (&AgentId, &OfferId),
        presence: Presence,
        at: Timestamp,
        event: EventId,
        out: &mut Decisions,
    ) {
        let Some(agent) = self.agents.slot(id).and_then(|slot| self.agents.get(slot)) else { return };
        let activity = agent.model.activity();
        if agent.breaks.open() != Some(offer) || activity == Activity::InCall {
            return;
        }
        match presence {
            Presence::OnBreak => self.agent_state(id, WorkState::OnBreak, at, event, out),
            Presence::Available if activity == Activity::Rest => {
                self.agent_state(id, WorkState::Available, at, event, out);
            }
            Presence::Available => {}
        }
    }

    pub(super) fn enter_state(&mut self, slot: usize, state: WorkState, at: Timestamp) {
        self.advance(slot, at);
        let over = self.agents.get_mut(slot).map(|agent| agent.told(state, at)).unwrap_or_default();
        for has in over {
            // The end of these calls was lost, or comes late. How long they were is not known.
            if let Some(call) = self.calls.get_mut(has.call) {
                call.bound = None;
            }
            if let Some(agent) = self.agents.get_mut(slot) {
                agent.model.call_over(Over { hard: std::mem::take(&mut agent.hard), ..Over::default() });
            }
        }
    }

    /// Takes an agent as signed off whose platform has forgotten to say so.
    pub(super) fn sign_off(&mut self, slot: usize, at: Timestamp, last: EventId) {
        self.enter_state(slot, WorkState::Offline, at);
        if let Some(agent) = self.agents.get_mut(slot) {
            agent.settle(last, &self.settings);
            agent.model.gone(&self.settings);
        }
    }

    /// Brings an agent up to date after an event about them.
    pub(super) fn touch(&mut self, slot: usize, at: Timestamp, event: EventId, out: &mut Decisions) {
        if let Some(agent) = self.agents.get_mut(slot) {
            agent.is_heard(at, event);
        }
        self.update(slot, at, event, out);
    }

    /// Brings an agent up to date; `event` is what their state rests on now.
    pub(super) fn update(&mut self, slot: usize, at: Timestamp, event: EventId, out: &mut Decisions) {
        self.advance(slot, at);
        if let Some(agent) = self.agents.get_mut(slot) {
            agent.settle(event, &self.settings);
        }
        // Of one who is heard far ahead of the clock, the clock decides when it comes.
        if self.held.is_none() {
            self.review(slot, out);
        }
    }

    pub(super) fn wake_agent(&mut self, slot: usize, out: &mut Decisions) {
        let Some(agent) = self.agents.get_mut(slot) else { return };
        agent.wake = None;
        if let Some((off, last)) = agent.silent(self.now, &self.settings) {
            self.sign_off(slot, off, last);
        }
        self.advance(slot, self.now);
        let Some(agent) = self.agents.get_mut(slot) else { return };
        let idle = before(self.now, hours(self.settings.memory.idle_agent_days.saturating_mul(24)));
        if agent.model.activity() == Activity::Off && agent.model.since() <= idle {
            let id = agent.id.clone();
            let mut mark = agent.mark;
            self.room.mark(slot, &mut mark, Mark::default());
            self.queues.serves(&mut agent.serves, None);
            self.queues.put_off(&mut agent.put_off, None, slot);
            self.agents.remove(&id);
            return;
        }
        self.review(slot, out);
    }

    pub(super) fn review(&mut self, slot: usize, out: &mut Decisions) {
        let settings = &self.settings;
        let Some(agent) = self.agents.get_mut(slot) else { return };
        let known = now_of(agent, &self.calls, &self.norms, &self.hard_calls);
        // The place that the agent holds already is theirs.
        let queue = agent.queue;
        let since = before(agent.model.at(), agent.model.work());
        let room = Offered {
            has_place: self.room.has_place(&settings.breaks),
            is_turn: queue.is_none_or(|queue| self.queues.is_turn(queue, since, slot)),
            returns: !self.stay_away.contains(&agent.id),
            price: &|| self.queues.price(queue?, self.now, &settings.breaks),
        };
        let overdue = agent.review(known, &room, settings, out);
        let (activity, now) = (agent.model.activity(), self.now);
        self.queues.serves(&mut agent.serves, queue.filter(|_| activity.is_work()));
        let put_off = queue.zip(agent.breaks.put_off_since(&agent.model));
        self.queues.put_off(&mut agent.put_off, put_off, slot);
        let mark = agent.breaks.mark(activity, now);
        self.room.mark(slot, &mut agent.mark, mark);
        let look = match activity {
            Activity::Off => {
                let days = hours(settings.memory.idle_agent_days.saturating_mul(24));
                after(agent.model.since(), days).max(next_minute(now))
            }
            _ => next_minute(now),
        };
        let wake = agent.breaks.next(&agent.model, now, &settings.breaks).map_or(look, |at| at.min(look));
        self.wakes.set(Waiter::Agent(slot), &mut agent.wake, Some(wake));
        self.review_load(slot, out);
        if let Some(worked) = overdue {
            let Some(agent) = self.agents.get(slot).map(|agent| agent.id.clone()) else { return };
            self.break_overdue(slot, agent, worked, out);
        }
    }

    pub(super) fn break_overdue(&mut self, slot: usize, agent: AgentId, worked: f64, out: &mut Decisions) {
        let cause = self.agents.get(slot).and_then(|agent| agent.causes[Part::SinceBreak as usize]);
        let reason = Reason::new("evidence.work").with("minutes", worked.floor());
        let evidence = cause.map(|event| Evidence { reason, event, quote: None });
        let wish = Wish::new(Alarm::BreakOverdue, Some(agent), evidence.into_iter().collect());
        let reason = wish.reason.clone().with("minutes", worked);
        self.wish(Wish { reason, ..wish }, out);
    }

    /// Offers a break to those who wait for one, the longest first, as places become free.
    pub(super) fn serve_waiting(&mut self, out: &mut Decisions) {
        while self.room.has_place(&self.settings.breaks)
            && let Some(slot) = self.room.first_waiting()
        {
            self.review(slot, out);
            if self.room.first_waiting() == Some(slot) {
                return;
            }
        }
    }
}
