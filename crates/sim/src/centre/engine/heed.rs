//! Between the simulated floor and the care of its agents: what happens is told as a phone platform tells it, and what is
//! decided is done.

use calmline_care::model::Activity;

use super::{Engine, Mood, State, Where};
use crate::centre::{
    heap::What,
    scenario::Breaks,
    site::{Deed, Site},
};

/// A router whose call was not taken asks again after so many seconds.
const ASKS_S: f64 = 1.0;

impl Engine<'_> {
    pub(super) fn tell_state(&mut self, agent: u32, activity: Activity) {
        if let Some(site) = &mut self.site {
            site.state(agent, activity, self.now);
        }
    }

    pub(super) fn tell_offered(&mut self, slot: u32) {
        let call = self.calls[slot as usize];
        if let Some(site) = &mut self.site {
            site.offered((slot, call.serial), call.queue as usize, self.now);
        }
        if self.routed {
            self.ask(slot);
        }
    }

    fn ask(&mut self, slot: u32) {
        let call = self.calls[slot as usize];
        let queue = call.queue as usize;
        if let Some(site) = &mut self.site {
            let kind = (queue, usize::from(call.kind), self.plan.queues[queue].priority);
            site.asks((slot, call.serial), kind, call.arrived, self.now);
        }
    }

    /// Whoever was given the call could not take it: its router asks again.
    pub(super) fn asks_again(&mut self, slot: u32) {
        let call = self.calls[slot as usize];
        if call.place == Where::Waiting && call.acts.to_bits() == self.now.to_bits() {
            self.ask(slot);
        }
    }

    pub(super) fn tell_answered(&mut self, agent: u32, slot: u32) {
        let call = self.calls[slot as usize];
        if let Some(site) = &mut self.site {
            site.answered((slot, call.serial), agent, call.queue as usize, self.now);
        }
    }

    pub(super) fn tell_ended(&mut self, slot: u32, serial: u64) {
        if let Some(site) = &mut self.site {
            site.ended((slot, serial), self.now);
        }
    }

    /// A caller shows what they are like, and will again.
    pub(super) fn shows(&mut self, slot: u32) {
        let call = self.calls[slot as usize];
        if call.place != Where::Served || call.acts.to_bits() != self.now.to_bits() {
            return;
        }
        if let Some(site) = &mut self.site {
            site.shows((slot, call.serial), call.mood == Mood::Abusive, self.now);
        }
        self.shows_next(slot);
    }

    pub(super) fn wake(&mut self) {
        if let Some(site) = &mut self.site {
            site.wake(self.now);
        }
    }

    /// Does what was decided, until nothing more is.
    pub(super) fn heed(&mut self) {
        while let Some(deed) = self.site.as_mut().and_then(Site::next) {
            self.does(deed);
        }
        while let Some(agent) = self.freed.pop() {
            if self.agents[agent as usize].state == State::Idle
                && let Some(call) = self.next_for(agent)
            {
                self.answer(agent, call);
                self.heed();
            }
        }
        if let Some(at) = self.site.as_mut().and_then(|site| site.wants_waking(self.now)) {
            self.at(at, What::Wake, 0);
        }
    }

    fn does(&mut self, deed: Deed) {
        match deed {
            Deed::Offered { agent, offer } => {
                let ours = self.plan.care.is_some_and(|care| care.breaks == Breaks::Calmline);
                if ours && let Some(site) = &mut self.site {
                    site.answers(agent, offer, self.now);
                }
            }
            Deed::Pause { agent } => {
                if self.agents[agent as usize].state == State::Idle {
                    self.pauses(agent, f64::INFINITY);
                }
            }
            Deed::Resume { agent } => {
                let of = &mut self.agents[agent as usize];
                if of.state == State::Pause && of.pause_until.is_infinite() {
                    of.pause_until = self.now;
                    self.pause_over(agent);
                }
            }
            Deed::Route { call: (slot, serial), agent } => {
                let call = self.calls[slot as usize];
                let waits = call.serial == serial && call.place == Where::Waiting;
                if waits && self.agents[agent as usize].state == State::Idle {
                    self.answer(agent, slot);
                } else if waits {
                    let at = self.now + ASKS_S / self.plan.unit_s;
                    self.calls[slot as usize].acts = at;
                    self.at(at, What::Asks, slot);
                }
            }
        }
    }
}
