//! The floor itself: callers, queues and agents as one discrete-event simulation in virtual time.
//!
//! The world is what lies *outside* the product. It tells what a phone platform tells ([`WorkEvent`]) and who says what
//! in a call ([`Call`]); it takes the agents' answers to break offers ([`World::answer`]) and does what they say. It
//! knows nothing of prompts, strain or alerts.
//!
//! Calls arrive as a Poisson process whose rate follows the shift's profile and bursts (thinning: Lewis and Shedler
//! 1979), wait in the queue of their topic and language, go to the longest idle agent who knows it, last as long as
//! their script, and are followed by wrap-up. Callers who wait too long hang up.

mod agent;
mod breaks;
mod calls;
mod config;
mod lent;
mod repertoire;
mod roster;

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap, VecDeque},
    sync::Arc,
};

use calmline_core::{
    AgentId, Body, CallId, IdError, QueueId, Timestamp,
    catalog::Lang,
    event::{OfferAnswer, WorkState},
};
use jiff::SignedDuration;

use self::{
    agent::{Agent, Leave},
    calls::{Line, Waiting},
};
pub use self::{
    config::{Burst, Config, PlannedBreaks, Profile},
    roster::{AgentCard, language_code, queue_name},
};
use crate::{
    mix,
    rng::Rng,
    script::{CallScript, Topic, scenes},
    work::WorkEvent,
};

/// Mean seconds of wrap-up after a heard call, and the deviation of its logarithm.
const WRAP_UP: (f64, f64) = (22.0, 0.5);
/// Mean patience of a waiting caller in seconds; nobody hangs up within the first fifteen. A choice near the mean
/// patience that Brown et al. (JASA 2005) found for a bank's callers.
const PATIENCE_S: f64 = 300.0;
/// How much longer an unheard call lasts than its script: brings the mean near five minutes.
const UNHEARD: f64 = 3.2;

/// What happens in the world, as far as anybody outside can tell.
#[derive(Debug, Clone, PartialEq)]
#[expect(
    clippy::large_enum_variant,
    reason = "each is made once, moved once and dropped; most are the large one"
)]
pub enum WorldEvent {
    /// The phone platform says something.
    Work(WorkEvent),
    /// A call begins to ring at an agent and is about to be heard.
    Call(Call),
}

/// A call that is about to be heard. Its audio starts at the `call.answered` that follows within seconds and stops at
/// `call.ended`.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// Which call: a UUID, as phone platforms name conversations.
    pub call: CallId,
    /// Who will answer it.
    pub agent: AgentId,
    /// What is going to be said.
    pub script: Arc<CallScript>,
    /// The seed of its line noise.
    pub seed: u64,
}

/// How a simulated agent takes an offer of a break.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reaction {
    /// Seconds until they answer.
    pub after_s: f64,
    /// What they answer.
    pub answer: OfferAnswer,
}

/// A step that is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    SignIn(usize),
    SignOff(usize),
    Arrive,
    Planted(usize),
    Answer(u64),
    Hold(u64),
    Resume(u64),
    Transfer(u64),
    End(u64),
    HangUp(u64),
    WrappedUp(usize),
    BreakBegins(usize),
    BreakOver(usize),
    BreakFallsDue(usize),
    WantsBreak(usize, u32),
    Snapshot,
}

/// A call that the plot puts in, whatever chance brings.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Planted {
    pub(crate) at: Timestamp,
    pub(crate) scene: &'static str,
    pub(crate) lang: Lang,
    /// The caller's voice, where the plot has cast it; else the one that chance gave.
    pub(crate) caller: Option<u32>,
}

/// A simulated contact centre.
#[derive(Debug)]
pub struct World {
    config: Config,
    source: String,
    told: u64,
    now: Timestamp,
    rng: Rng,
    agents: Vec<Agent>,
    /// Scripts that callers draw from, with their weights.
    repertoire: Vec<(Arc<CallScript>, f64)>,
    /// Calls per second at a factor of 1.
    rate: f64,
    /// Scripts of the calls that the plot puts in.
    planted: Vec<Arc<CallScript>>,
    /// The next break that is offered is taken, whatever chance brings.
    pub(crate) next_offer_is_taken: bool,
    /// Agents whose planned breaks are fixed by the plot, by index: when the last one ends.
    rested_at: BTreeMap<usize, Timestamp>,
    queues: BTreeMap<(Topic, &'static str), (QueueId, VecDeque<Waiting>)>,
    lines: BTreeMap<u64, Line>,
    next_call: u64,
    due: BinaryHeap<Reverse<(Timestamp, u64, Step)>>,
    steps: u64,
    out: VecDeque<(Timestamp, WorldEvent)>,
}

/// A time some seconds later; the same if that cannot be told.
pub(crate) fn later(at: Timestamp, seconds: f64) -> Timestamp {
    // Whole milliseconds, as phone platforms tell them.
    let millis = (seconds * 1000.0).round().clamp(-1e15, 1e15) as i64;
    at.checked_add(SignedDuration::from_millis(millis)).unwrap_or(at)
}

fn seconds_between(from: Timestamp, to: Timestamp) -> f64 {
    to.duration_since(from).as_secs_f64()
}

impl World {
    /// A floor before it opens.
    ///
    /// # Errors
    /// When an id cannot be formed, which no configuration is known to cause.
    pub fn new(config: Config) -> Result<Self, IdError> {
        Self::with_plot(config, BTreeMap::new())
    }

    /// A floor on which some agents' last planned break ends at given times.
    pub(crate) fn with_plot(config: Config, rested_at: BTreeMap<usize, Timestamp>) -> Result<Self, IdError> {
        let cards = roster::roster(config.agents, config.chinese)?;
        let mut queues = BTreeMap::new();
        for lang in [Lang::En, Lang::Zh] {
            if cards.iter().any(|card| card.lang == lang) {
                for topic in Topic::ALL {
                    queues.insert((topic, language_code(lang)), (queue_name(topic, lang)?, VecDeque::new()));
                }
            }
        }
        let repertoire = repertoire::repertoire(&config, &cards);
        // Offered load = rate × handling time = occupancy × agents.
        let weight: f64 = repertoire.iter().map(|(_, w)| w).sum();
        let talk: f64 =
            repertoire.iter().map(|(s, w)| w * mix::estimate(s).total_s).sum::<f64>() / weight.max(1e-9);
        let rate = config.occupancy.max(0.0) * config.agents as f64 / (talk + WRAP_UP.0 + 3.5);
        let run = format!("{}:{}:{}", config.site, config.opens.as_second(), config.seed);
        let mut world = Self {
            source: format!("urn:calmline:sim:{run}"),
            told: 0,
            now: config.opens,
            rng: Rng::named(config.seed, &run),
            agents: cards.into_iter().map(|card| Agent::new(card, config.opens)).collect(),
            repertoire,
            rate,
            planted: Vec::new(),
            next_offer_is_taken: false,
            rested_at,
            queues,
            lines: BTreeMap::new(),
            next_call: 0,
            due: BinaryHeap::new(),
            steps: 0,
            out: VecDeque::new(),
            config,
        };
        world.open();
        Ok(world)
    }

    fn open(&mut self) {
        let (opens, closes) = (self.config.opens, self.config.closes);
        for agent in 0..self.agents.len() {
            let late = self.rng.between(0.0, 240.0);
            self.at(later(opens, late), Step::SignIn(agent));
            let early = self.rng.between(0.0, 120.0);
            self.at(later(closes, early), Step::SignOff(agent));
        }
        self.next_arrival(opens);
        self.at(later(opens, self.config.snapshot_s.max(1.0)), Step::Snapshot);
    }

    /// Puts a call in, whatever chance brings. On a floor that does not serve its language nobody calls.
    pub(crate) fn plant(&mut self, planted: Planted) {
        // The repertoire of a language begins with its scenes in their order.
        let place = scenes(planted.lang).iter().position(|scene| scene.name == planted.scene);
        let first = self.repertoire.iter().position(|(script, _)| script.lang == planted.lang);
        let (Some(place), Some(first)) = (place, first) else { return };
        let mut script = Arc::clone(&self.repertoire[first + place].0);
        if let Some(caller) = planted.caller {
            let number = self.repertoire.len() + self.planted.len();
            let same = CallScript { number, ..CallScript::clone(&script) };
            script = Arc::new(same.cast(caller, 1_001, 1_002));
        }
        self.at(planted.at, Step::Planted(self.planted.len()));
        self.planted.push(script);
    }

    /// The people of the floor.
    pub fn agents(&self) -> impl Iterator<Item = &AgentCard> {
        self.agents.iter().map(|agent| &agent.card)
    }

    /// The scripts that calls draw from; agents' voices in them are placeholders, callers' are final.
    pub fn repertoire(&self) -> impl Iterator<Item = &Arc<CallScript>> {
        self.repertoire.iter().map(|(script, _)| script)
    }

    /// The name under which the phone platform tells its events.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// When something may next happen, if nothing is answered before; none when the floor has closed for good.
    #[must_use]
    pub fn next_wake(&self) -> Option<Timestamp> {
        self.out.front().map(|(at, _)| *at).or_else(|| self.due.peek().map(|Reverse((at, _, _))| *at))
    }

    /// The next event, however far ahead; none when everybody has gone home.
    #[expect(
        clippy::should_implement_trait,
        reason = "a world also takes answers, so it is no iterator to be consumed"
    )]
    pub fn next(&mut self) -> Option<(Timestamp, WorldEvent)> {
        self.next_until(Timestamp::MAX)
    }

    /// The next event up to and including `until`; later ones stay open to answers.
    pub fn next_until(&mut self, until: Timestamp) -> Option<(Timestamp, WorldEvent)> {
        loop {
            if let Some((at, _)) = self.out.front() {
                return if *at <= until { self.out.pop_front() } else { None };
            }
            let Reverse((at, _, _)) = self.due.peek()?;
            if *at > until {
                return None;
            }
            let Reverse((at, _, step)) = self.due.pop()?;
            self.now = self.now.max(at);
            self.take(step);
        }
    }

    fn at(&mut self, at: Timestamp, step: Step) {
        // Steps of the same instant keep the order in which they were planned.
        self.steps += 1;
        self.due.push(Reverse((at, self.steps, step)));
    }

    fn within(&mut self, seconds: f64, step: Step) {
        self.at(later(self.now, seconds), step);
    }

    fn tell(&mut self, body: Body) {
        let event = self.said(self.now, body);
        self.out.push_back((self.now, WorldEvent::Work(event)));
    }

    /// What the phone platform says, with its next number.
    fn said(&mut self, at: Timestamp, body: Body) -> WorkEvent {
        self.told += 1;
        WorkEvent {
            site: self.config.site.clone(),
            source: self.source.clone(),
            id: self.told.to_string(),
            at,
            body,
        }
    }

    /// Everybody's state at a time, as a phone platform tells it when it is connected anew.
    pub(crate) fn states(&mut self, at: Timestamp) -> Vec<WorkEvent> {
        let states: Vec<_> = self.agents.iter().map(|agent| (agent.card.id.clone(), agent.state)).collect();
        let bodies = states.into_iter().map(|(agent, state)| Body::AgentState { agent, state, reason: None });
        bodies.map(|body| self.said(at, body)).collect()
    }

    fn enter(&mut self, agent: usize, state: WorkState, reason: Option<&str>) {
        let now = self.now;
        let person = &mut self.agents[agent];
        person.enter(state, now);
        let body = Body::AgentState { agent: person.card.id.clone(), state, reason: reason.map(Into::into) };
        self.tell(body);
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::SignIn(agent) => self.sign_in(agent),
            Step::SignOff(agent) => {
                self.agents[agent].leaving = true;
                self.go_on(agent);
            }
            Step::Arrive => self.arrive(),
            Step::Planted(index) => self.arrive_planted(index),
            Step::Answer(call) => self.answered(call),
            Step::Hold(call) => self.hold(call),
            Step::Resume(call) => self.resume(call),
            Step::Transfer(call) => self.transfer(call),
            Step::End(call) => self.end(call),
            Step::HangUp(call) => self.hang_up(call),
            Step::WrappedUp(agent) => self.wrapped_up(agent),
            Step::BreakBegins(agent) => self.begin_break(agent),
            Step::BreakOver(agent) => self.back_to_work(agent),
            Step::BreakFallsDue(agent) => self.go_on(agent),
            Step::WantsBreak(agent, minutes) => {
                if self.agents[agent].state != WorkState::OnBreak {
                    self.agents[agent].leave = Some(Leave { minutes: f64::from(minutes), reason: "relief" });
                    self.go_on(agent);
                }
            }
            Step::Snapshot => self.snapshot(),
        }
    }

    fn sign_in(&mut self, agent: usize) {
        // A shift so short that it is over before the agent came.
        if self.agents[agent].leaving {
            return;
        }
        self.enter(agent, WorkState::Available, Some("signed_in"));
        self.plan_break(agent, true);
        self.serve(agent);
    }

    fn back_to_work(&mut self, agent: usize) {
        self.enter(agent, WorkState::Available, None);
        self.plan_break(agent, false);
        self.go_on(agent);
        self.serve(agent);
    }

    fn snapshot(&mut self) {
        let now = self.now;
        let mut bodies = Vec::with_capacity(self.queues.len());
        for ((topic, lang), (queue, waiting)) in &self.queues {
            let serves = |a: &&Agent| {
                a.is_free() && language_code(a.card.lang) == *lang && a.card.topics.contains(topic)
            };
            bodies.push(Body::QueueSnapshot {
                queue: queue.clone(),
                waiting: waiting.len() as u32,
                available: self.agents.iter().filter(serves).count() as u32,
                longest_wait_s: waiting.front().map_or(0.0, |first| seconds_between(first.since, now)),
            });
        }
        bodies.into_iter().for_each(|body| self.tell(body));
        let next = later(now, self.config.snapshot_s.max(1.0));
        if next < self.config.closes {
            self.at(next, Step::Snapshot);
        }
    }
}

#[cfg(test)]
mod tests;
