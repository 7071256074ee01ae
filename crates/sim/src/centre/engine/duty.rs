//! Agents: they sign in, pause, are free for calls and leave.

use calmline_care::model::Activity;

use super::{Engine, NOBODY, State, Then};
use crate::centre::{heap::What, plan::Entry};

impl Engine<'_> {
    pub(super) fn first_duty(&mut self, agent: usize) {
        match self.plan.agents[agent].duty {
            None => self.signs_in(agent as u32),
            Some(_) => self.next_duty(agent as u32, 0, 0.0),
        }
    }

    /// Plans an agent's next entry: this one of the day that began at `midnight`, or the first of their next day of work.
    fn next_duty(&mut self, whom: u32, mut entry: usize, midnight: f64) {
        let Some((duty, offset)) = self.plan.agents[whom as usize].duty else { return };
        let plan = &self.plan.duties[duty];
        let mut day = (midnight / plan.day).round() as u64;
        if entry == plan.entries.len() {
            (entry, day) = (0, day + 1);
        }
        // Days off come after the days of work of a week that begins on a day of their own. At least one day is worked.
        while entry == 0 && (day + offset) % 7 >= plan.days {
            day += 1;
        }
        self.agents[whom as usize].entry = entry as u32;
        self.at(day as f64 * plan.day + plan.entries[entry].0, What::Duty, whom);
    }

    pub(super) fn duty(&mut self, whom: u32) {
        let Some((duty, _)) = self.plan.agents[whom as usize].duty else { return };
        let (plan, entry) = (&self.plan.duties[duty], self.agents[whom as usize].entry as usize);
        let (at, what) = plan.entries[entry];
        let midnight = ((self.now - at) / plan.day).round() * plan.day;
        self.next_duty(whom, entry + 1, midnight);
        let agent = &mut self.agents[whom as usize];
        match (what, agent.state) {
            (Entry::Start, State::Off) => self.signs_in(whom),
            // Overtime that lasted until the next shift.
            (Entry::Start, _) => agent.then = Then::Work,
            (Entry::Pause(time), State::Idle) => self.pauses(whom, self.now + time),
            (Entry::Pause(time), State::Pause) => self.pauses(whom, self.now + time),
            (Entry::Pause(time), State::Busy | State::WrapUp) => agent.then = Then::Pause(time),
            (Entry::End, State::Busy | State::WrapUp) => agent.then = Then::Off,
            (Entry::End, State::Idle | State::Pause) => self.signs_off(whom),
            (Entry::Pause(_) | Entry::End, State::Off) => {}
        }
    }

    fn signs_in(&mut self, whom: u32) {
        self.agents[whom as usize].on_duty = self.now;
        self.becomes_free(whom);
    }

    fn signs_off(&mut self, whom: u32) {
        self.leaves_work(whom, State::Off);
        self.enters(whom, Activity::Off);
    }

    /// Until when is not known where the care of agents ends it.
    pub(super) fn pauses(&mut self, whom: u32, until: f64) {
        let paused = self.agents[whom as usize].state == State::Pause;
        if !paused {
            self.leaves_work(whom, State::Pause);
        }
        self.agents[whom as usize].pause_until = until;
        if until.is_finite() {
            self.at(until, What::PauseEnd, whom);
        }
        if !paused {
            self.enters(whom, Activity::Rest);
        }
    }

    pub(super) fn pause_over(&mut self, whom: u32) {
        let agent = &mut self.agents[whom as usize];
        if agent.state == State::Pause && agent.pause_until <= self.now {
            agent.on_duty = self.now;
            self.becomes_free(whom);
        }
    }

    fn leaves_work(&mut self, whom: u32, state: State) {
        let agent = &mut self.agents[whom as usize];
        let was = std::mem::replace(&mut agent.state, state);
        let since = agent.on_duty;
        agent.then = Then::Work;
        if was == State::Idle {
            self.no_longer_idle(whom);
        }
        if was != State::Pause {
            self.tallies.add(since, self.now, |tally| &mut tally.staffed);
        }
    }

    /// A call and what comes after it are done.
    pub(super) fn handled(&mut self, whom: u32) {
        let agent = &self.agents[whom as usize];
        let then = agent.then;
        self.tallies.add(agent.since, self.now, |tally| &mut tally.busy);
        match then {
            Then::Work => self.becomes_free(whom),
            Then::Pause(time) => self.pauses(whom, self.now + time),
            Then::Off => self.signs_off(whom),
        }
    }

    fn becomes_free(&mut self, whom: u32) {
        if self.site.is_none()
            && let Some(call) = self.next_for(whom)
        {
            return self.answer(whom, call);
        }
        self.now_idle(whom);
        self.enters(whom, Activity::Waiting);
        if self.site.is_some() && !self.routed {
            self.freed.push(whom);
        }
    }

    fn now_idle(&mut self, whom: u32) {
        let agent = &mut self.agents[whom as usize];
        let idle = &mut self.idle[agent.group as usize];
        (agent.state, agent.next, agent.before) = (State::Idle, NOBODY, idle.last);
        let last = std::mem::replace(&mut idle.last, whom);
        match last {
            NOBODY => idle.first = whom,
            last => self.agents[last as usize].next = whom,
        }
    }

    pub(super) fn no_longer_idle(&mut self, whom: u32) {
        let agent = self.agents[whom as usize];
        let idle = &mut self.idle[agent.group as usize];
        match agent.before {
            NOBODY => idle.first = agent.next,
            before => self.agents[before as usize].next = agent.next,
        }
        match agent.next {
            NOBODY => idle.last = agent.before,
            next => self.agents[next as usize].before = agent.before,
        }
    }

    /// Tells the model of an agent, and the care of agents, what they do from now on.
    #[inline]
    pub(super) fn enters(&mut self, whom: u32, activity: Activity) {
        if let Some(people) = &mut self.people {
            people.enter(whom as usize, activity, self.now, &mut self.tallies);
        }
        if self.site.is_some() {
            self.tell_state(whom, activity);
        }
    }
}
