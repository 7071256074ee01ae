//! The simulation itself: what happens next, happens.

mod calls;
mod duty;
mod heed;

use std::collections::VecDeque;

use super::{
    heap::{Heap, What},
    law::Exponential,
    people::People,
    plan::{Coming, Plan},
    scenario::Routing,
    site::Site,
    tally::{Tallies, Tally},
};
use crate::rng::Rng;

/// No agent, or no call.
const NOBODY: u32 = u32::MAX;

/// Where a call is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Where {
    /// Its place may be used again.
    Free,
    Waiting,
    /// Hung up, but its place is still in a queue.
    Gone,
    Served,
    /// Hung up, and about to try again.
    Away,
}

#[derive(Debug, Clone, Copy)]
struct Call {
    arrived: f64,
    /// When its caller hangs up.
    deadline: f64,
    /// Which of its queue's calls: all chance about it depends on this.
    number: u64,
    /// Unlike its place, this is never used again.
    serial: u64,
    /// When its caller next shows what they are like, or its router asks again.
    acts: f64,
    queue: u32,
    kind: u8,
    attempt: u8,
    place: Where,
    called_back: bool,
    mood: Mood,
}

/// What a caller is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mood {
    Calm,
    Agitated,
    Abusive,
}

/// What an agent does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Off,
    Idle,
    Busy,
    WrapUp,
    Pause,
}

/// What an agent does once their call is over.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Then {
    Work,
    Pause(f64),
    Off,
}

#[derive(Debug, Clone, Copy)]
struct Agent {
    state: State,
    then: Then,
    group: u32,
    call: u32,
    /// Neighbours among the idle agents of the group.
    next: u32,
    before: u32,
    /// Since when they handle a call.
    since: f64,
    /// Since when they are signed in without a pause.
    on_duty: f64,
    /// Until when they pause; endless where the care of agents ends it.
    pause_until: f64,
    /// The entry of their duty that comes next.
    entry: u32,
}

struct Queue {
    waiting: VecDeque<u32>,
    number: u64,
    /// The stream of each purpose.
    keys: Keys,
    /// Where calls are announced beforehand to hang up: where something follows from it at that time.
    hang_ups: bool,
}

struct Keys {
    arrival: u64,
    service: u64,
    wrap_up: u64,
    patience: u64,
    retry: u64,
    call_back: u64,
    kind: u64,
    mood: u64,
}

impl Keys {
    fn new(seed: u64, queue: &str) -> Self {
        let key = |purpose: &str| Rng::named(seed, &format!("{queue}/{purpose}")).bits();
        Self {
            arrival: key("arrival"),
            service: key("service"),
            wrap_up: key("wrap-up"),
            patience: key("patience"),
            retry: key("retry"),
            call_back: key("call-back"),
            kind: key("kind"),
            mood: key("mood"),
        }
    }
}

/// The idle agents of a group, the longest idle first.
#[derive(Clone, Copy)]
struct Idle {
    first: u32,
    last: u32,
}

/// One replication.
pub(super) struct Engine<'a> {
    plan: &'a Plan,
    exponential: Exponential,
    heap: Heap,
    /// The first of the heap has happened, and its place may be taken.
    spent: bool,
    now: f64,
    calls: Vec<Call>,
    free: Vec<u32>,
    serial: u64,
    /// All calls so far.
    came: u64,
    agents: Vec<Agent>,
    idle: Vec<Idle>,
    queues: Vec<Queue>,
    tallies: Tallies,
    /// Counted calls of which the end is not known yet.
    open: u64,
    people: Option<People>,
    site: Option<Site>,
    routed: bool,
    /// Agents who became idle, until somebody has looked for a call for them.
    freed: Vec<u32>,
}

/// What one replication comes to.
pub(super) struct Ran {
    pub(super) batches: Vec<Tally>,
    /// All calls, those that are not counted included.
    pub(super) calls: u64,
}

impl<'a> Engine<'a> {
    pub(super) fn new(plan: &'a Plan, replication: u32) -> Self {
        let seed = Rng::nth(plan.seed, u64::from(replication)).bits();
        let people = plan.care.map(|_| People::new(plan));
        let site = plan.care.and_then(|care| Site::new(plan, care, seed));
        let routed = plan.care.is_some_and(|care| care.routing == Routing::Exposure);
        let queue = |n: usize| Queue {
            waiting: VecDeque::new(),
            number: 0,
            keys: Keys::new(seed, &plan.queues[n].name),
            hang_ups: site.is_some() || plan.queues[n].retry.is_some(),
        };
        let agent = |n: usize| Agent {
            state: State::Off,
            then: Then::Work,
            group: plan.agents[n].group as u32,
            call: NOBODY,
            next: NOBODY,
            before: NOBODY,
            since: 0.0,
            on_duty: 0.0,
            pause_until: 0.0,
            entry: 0,
        };
        Self {
            queues: (0..plan.queues.len()).map(queue).collect(),
            agents: (0..plan.agents.len()).map(agent).collect(),
            idle: vec![Idle { first: NOBODY, last: NOBODY }; plan.groups.len()],
            tallies: Tallies::new(plan),
            exponential: Exponential::default(),
            heap: Heap::default(),
            spent: false,
            now: 0.0,
            calls: Vec::new(),
            free: Vec::new(),
            serial: 0,
            came: 0,
            open: 0,
            freed: Vec::new(),
            plan,
            people,
            site,
            routed,
        }
    }

    pub(super) fn run(mut self) -> Ran {
        for agent in 0..self.agents.len() {
            self.first_duty(agent);
        }
        for queue in 0..self.queues.len() {
            self.next_arrival(queue);
        }
        self.heed();
        let at_most = self.plan.end + self.plan.duration;
        while let Some((at, what, whom)) = self.heap.first() {
            if at >= self.plan.end && (self.open == 0 || at >= at_most) {
                break;
            }
            (self.now, self.spent) = (at, true);
            self.happens(what, whom);
            if std::mem::take(&mut self.spent) {
                self.heap.pop();
            }
            if self.site.is_some() {
                self.heed();
            }
        }
        self.close(at_most);
        Ran { batches: self.tallies.batches, calls: self.came }
    }

    #[inline]
    fn happens(&mut self, what: What, whom: u32) {
        match what {
            What::CallEnd => self.call_ended(whom),
            What::WrapEnd => self.handled(whom),
            What::Arrival => self.arrives(whom),
            What::HangUp => self.hangs_up(whom),
            What::Again => self.tries_again(whom),
            What::Duty => self.duty(whom),
            What::PauseEnd => self.pause_over(whom),
            What::Shows => self.shows(whom),
            What::Asks => self.asks_again(whom),
            What::Wake => self.wake(),
        }
    }

    #[inline]
    fn at(&mut self, at: f64, what: What, whom: u32) {
        if std::mem::take(&mut self.spent) {
            self.heap.replace(at, what, whom);
        } else {
            self.heap.push(at, what, whom);
        }
    }

    fn next_arrival(&mut self, queue: usize) {
        let (plan, state) = (&self.plan.queues[queue], &self.queues[queue]);
        let mut rng = Rng::nth(state.keys.arrival, state.number);
        let at = match &plan.coming {
            Coming::Between(law) => Some(self.now + law.draw(&mut rng, &self.exponential)),
            Coming::Daily { from, day } => {
                let left = self.exponential.draw(&mut rng);
                at_rates((self.now, self.plan.end + self.plan.duration), left, from, *day)
            }
        };
        if let Some(at) = at {
            self.at(at, What::Arrival, queue as u32);
        }
    }

    /// Ends the count: what still goes on is counted as far as it went.
    fn close(&mut self, at_most: f64) {
        let now = self.now.max(self.plan.end).min(at_most);
        for agent in &self.agents {
            if matches!(agent.state, State::Busy | State::WrapUp) {
                self.tallies.add(agent.since, now, |tally| &mut tally.busy);
            }
            if !matches!(agent.state, State::Off | State::Pause) {
                self.tallies.add(agent.on_duty, now, |tally| &mut tally.staffed);
            }
        }
        for call in self.calls.iter().filter(|call| call.place == Where::Waiting) {
            if let Some(tally) = self.tallies.at(call.arrived) {
                tally.waited += 1.0;
                tally.wait += call.deadline.min(now) - call.arrived;
                tally.abandoned += f64::from(u8::from(call.deadline <= now));
            }
        }
    }
}

/// When so much of a Poisson process with rates by the time of the day has come (the inverse of its integral); none if that
/// is not before the end.
fn at_rates((now, end): (f64, f64), mut left: f64, from: &[(f64, f64)], day: f64) -> Option<f64> {
    let mut midnight = (now / day).floor() * day;
    let mut at = now;
    while midnight <= end {
        for (n, (begin, rate)) in from.iter().enumerate() {
            let end = midnight + from.get(n + 1).map_or(day, |(next, _)| *next);
            if at >= end || midnight + begin >= end {
                continue;
            }
            at = at.max(midnight + begin);
            if rate * (end - at) >= left {
                return Some(at + left / rate);
            }
            left -= rate * (end - at);
            at = end;
        }
        midnight += day;
    }
    None
}
