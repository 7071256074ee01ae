//! Calls: they come, wait, are answered, end, are given up and come again.

use calmline_care::model::Activity;

use super::{Call, Engine, Mood, NOBODY, State, Where};
use crate::{centre::heap::What, rng::Rng};

/// Every so many seconds of an agitated call the caller is heard; it is what the care of agents has to go by. Choice.
pub(super) const SHOWS_S: f64 = 20.0;

impl Engine<'_> {
    pub(super) fn arrives(&mut self, whom: u32) {
        let queue = whom as usize;
        let number = self.queues[queue].number;
        self.queues[queue].number += 1;
        self.next_arrival(queue);
        let Some((kind, mood)) = self.of_kind(queue, number) else { return };
        self.comes(Call {
            arrived: self.now,
            deadline: f64::INFINITY,
            number,
            serial: 0,
            acts: 0.0,
            queue: whom,
            kind,
            attempt: 0,
            place: Where::Free,
            called_back: false,
            mood,
        });
    }

    /// Of which kind a call is, and what its caller is like; none where self-service answers it.
    #[inline]
    fn of_kind(&mut self, queue: usize, number: u64) -> Option<(u8, Mood)> {
        let kinds = &self.plan.queues[queue].kinds;
        if kinds.is_empty() {
            return Some((0, Mood::Calm));
        }
        let keys = &self.queues[queue].keys;
        let mut rng = Rng::nth(keys.kind, number);
        let u = rng.unit();
        let n = kinds.iter().position(|kind| u < kind.up_to).unwrap_or(kinds.len() - 1);
        if rng.unit() < kinds[n].self_service {
            if let Some(tally) = self.tallies.at(self.now) {
                tally.self_served += 1.0;
            }
            return None;
        }
        let u = Rng::nth(keys.mood, number).unit();
        let mood = match &kinds[n] {
            kind if u < kind.abusive => Mood::Abusive,
            kind if u < kind.abusive + kind.agitated => Mood::Agitated,
            _ => Mood::Calm,
        };
        Some((n as u8, mood))
    }

    fn put(&mut self, call: Call) -> u32 {
        self.serial += 1;
        let call = Call { serial: self.serial, ..call };
        match self.free.pop() {
            Some(slot) => {
                self.calls[slot as usize] = call;
                slot
            }
            None => {
                self.calls.push(call);
                (self.calls.len() - 1) as u32
            }
        }
    }

    fn give_back(&mut self, slot: u32) {
        self.calls[slot as usize].place = Where::Free;
        self.free.push(slot);
    }

    /// A call comes to its queue.
    fn comes(&mut self, call: Call) {
        self.came += 1;
        if let Some(tally) = self.tallies.at(self.now) {
            tally.calls += 1.0;
            self.open += 1;
        }
        let (queue, slot) = (call.queue as usize, self.put(call));
        if self.site.is_some() {
            self.tell_offered(slot);
        }
        if !self.routed
            && let Some(agent) = self.idle_for(queue)
        {
            return self.answer(agent, slot);
        }
        self.waits(queue, slot);
    }

    fn idle_for(&mut self, queue: usize) -> Option<u32> {
        let groups = &self.plan.queues[queue].groups;
        let group = groups.iter().find(|group| self.idle[**group].first != NOBODY)?;
        Some(self.idle[*group].first)
    }

    fn waits(&mut self, queue: usize, slot: u32) {
        let (plan, state) = (&self.plan.queues[queue], &mut self.queues[queue]);
        let call = &mut self.calls[slot as usize];
        call.place = Where::Waiting;
        let number = call.number.wrapping_add(u64::from(call.attempt) << 48);
        if let Some(law) = &plan.patience {
            let mut rng = Rng::nth(state.keys.patience, number);
            call.deadline = self.now + law.draw(&mut rng, &self.exponential);
        }
        if let Some((after, share)) = plan.call_back
            && call.deadline - self.now > after
            && Rng::nth(state.keys.call_back, number).unit() < share
        {
            (call.deadline, call.called_back) = (f64::INFINITY, true);
        }
        let deadline = call.deadline;
        let hangs_up = state.hang_ups && deadline.is_finite();
        if !self.routed {
            state.waiting.push_back(slot);
        }
        if hangs_up {
            self.at(deadline, What::HangUp, slot);
        }
    }

    /// An idle agent, or one who has just become free, takes a call.
    pub(super) fn answer(&mut self, agent: u32, slot: u32) {
        if self.agents[agent as usize].state == State::Idle {
            self.no_longer_idle(agent);
        }
        let call = &mut self.calls[slot as usize];
        call.place = Where::Served;
        let (queue, mood) = (call.queue as usize, call.mood);
        let plan = &self.plan.queues[queue];
        let on_hold = self.now - call.arrived;
        // Who is called back has waited on the line until then only.
        let wait = match plan.call_back {
            Some((after, _)) if call.called_back && on_hold > after => after,
            _ => on_hold,
        };
        let number = call.number.wrapping_add(u64::from(call.attempt) << 48);
        let handling = plan.kinds.get(usize::from(call.kind)).map_or(1.0, |kind| kind.handling);
        let (arrived, back) = (call.arrived, wait < on_hold);
        if let Some(tally) = self.tallies.at(arrived) {
            self.open -= 1;
            tally.waited += f64::from(u8::from(on_hold > 0.0));
            tally.wait += wait;
            tally.in_time += f64::from(u8::from(!back && wait <= plan.within));
            tally.called_back += f64::from(u8::from(back));
        }
        let state = &mut self.agents[agent as usize];
        (state.state, state.call, state.since) = (State::Busy, slot, self.now);
        let group = &self.plan.groups[state.group as usize];
        let mut rng = Rng::nth(self.queues[queue].keys.service, number);
        let time = group.service[queue].as_ref().map_or(0.0, |law| law.draw(&mut rng, &self.exponential));
        self.at(self.now + time * handling, What::CallEnd, agent);
        self.enters(agent, Activity::InCall);
        if self.site.is_some() {
            self.tell_answered(agent, slot);
            if mood != Mood::Calm {
                self.shows_next(slot);
            }
        }
    }

    pub(super) fn shows_next(&mut self, slot: u32) {
        let at = self.now + SHOWS_S / self.plan.unit_s;
        self.calls[slot as usize].acts = at;
        self.at(at, What::Shows, slot);
    }

    pub(super) fn call_ended(&mut self, whom: u32) {
        let agent = self.agents[whom as usize];
        let call = self.calls[agent.call as usize];
        if call.mood != Mood::Calm
            && let Some(people) = &mut self.people
        {
            people.met(whom as usize, call.mood == Mood::Abusive, agent.since, self.now);
        }
        let number = call.number.wrapping_add(u64::from(call.attempt) << 48);
        self.give_back(agent.call);
        self.agents[whom as usize].call = NOBODY;
        if self.site.is_some() {
            self.tell_ended(agent.call, call.serial);
        }
        let Some(law) = &self.plan.groups[agent.group as usize].wrap_up else { return self.handled(whom) };
        let mut rng = Rng::nth(self.queues[call.queue as usize].keys.wrap_up, number);
        let until = self.now + law.draw(&mut rng, &self.exponential);
        self.agents[whom as usize].state = State::WrapUp;
        self.at(until, What::WrapEnd, whom);
        self.enters(whom, Activity::WrapUp);
    }

    /// The longest-waiting call of the first priority among the queues that an agent serves.
    pub(super) fn next_for(&mut self, agent: u32) -> Option<u32> {
        let group = &self.plan.groups[self.agents[agent as usize].group as usize];
        let mut best: Option<(u8, f64, usize)> = None;
        for &queue in &group.queues {
            let Some(first) = self.first_waiting(queue) else { continue };
            let found = (self.plan.queues[queue].priority, self.calls[first as usize].arrived, queue);
            if best.is_none_or(|best| (found.0, found.1) < (best.0, best.1)) {
                best = Some(found);
            }
        }
        let (_, _, queue) = best?;
        self.queues[queue].waiting.pop_front()
    }

    /// The first of a queue who has not hung up.
    #[inline]
    fn first_waiting(&mut self, queue: usize) -> Option<u32> {
        loop {
            let state = &self.queues[queue];
            let first = *state.waiting.front()?;
            let call = &self.calls[first as usize];
            match call.place {
                // Where hanging up is an event of its own, it has not happened yet.
                Where::Waiting if state.hang_ups || call.deadline > self.now => return Some(first),
                Where::Waiting => self.gives_up(first),
                _ => {}
            }
            self.queues[queue].waiting.pop_front();
            self.give_back(first);
        }
    }

    /// Counts a call that was given up at its deadline.
    fn gives_up(&mut self, slot: u32) {
        let call = &self.calls[slot as usize];
        if let Some(tally) = self.tallies.at(call.arrived) {
            self.open -= 1;
            tally.waited += 1.0;
            tally.abandoned += 1.0;
            tally.wait += call.deadline - call.arrived;
        }
    }

    pub(super) fn hangs_up(&mut self, slot: u32) {
        let call = self.calls[slot as usize];
        // It was answered before, and perhaps another has its place.
        if call.place != Where::Waiting || call.deadline.to_bits() != self.now.to_bits() {
            return;
        }
        self.gives_up(slot);
        if self.site.is_some() {
            self.tell_ended(slot, call.serial);
        }
        if self.routed {
            self.give_back(slot);
        } else {
            self.calls[slot as usize].place = Where::Gone;
        }
        let queue = call.queue as usize;
        let Some((share, law, at_most)) = &self.plan.queues[queue].retry else { return };
        let number = call.number.wrapping_add(u64::from(call.attempt) << 48);
        let mut rng = Rng::nth(self.queues[queue].keys.retry, number);
        if call.attempt < *at_most && rng.unit() < *share {
            let at = self.now + law.draw(&mut rng, &self.exponential);
            let again = self.put(Call { place: Where::Away, ..call });
            self.at(at, What::Again, again);
        }
    }

    pub(super) fn tries_again(&mut self, slot: u32) {
        let call = self.calls[slot as usize];
        self.give_back(slot);
        if let Some(tally) = self.tallies.at(self.now) {
            tally.again += 1.0;
        }
        let attempt = call.attempt.saturating_add(1);
        self.comes(Call { arrived: self.now, deadline: f64::INFINITY, attempt, called_back: false, ..call });
    }
}
