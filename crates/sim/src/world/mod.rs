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
mod calls;
mod config;
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
#[derive(Debug, Clone)]
pub(crate) struct Planted {
    pub(crate) at: Timestamp,
    pub(crate) scene: &'static str,
    pub(crate) lang: Lang,
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
    planted: Vec<Planted>,
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
        let repertoire = repertoire(&config, &cards);
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

    /// Puts a call in, whatever chance brings.
    pub(crate) fn plant(&mut self, planted: Planted) {
        self.at(planted.at, Step::Planted(self.planted.len()));
        self.planted.push(planted);
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

    /// What an agent answers when a break is offered: mostly yes. What counts is what is then told to the product and,
    /// by [`World::answer`], to the world.
    pub fn reaction(&mut self, now: Timestamp) -> Reaction {
        let after_s = self.rng.between(3.0, 9.0);
        let mood = self.rng.unit();
        let answer = match mood {
            _ if mood < 0.75 => OfferAnswer::Accepted,
            _ if mood < 0.9 => OfferAnswer::Moved { to: later(now, 60.0 * self.rng.between(5.0, 15.0)) },
            _ => OfferAnswer::Refused,
        };
        Reaction { after_s, answer }
    }

    /// An agent answered the offer of a break of so many minutes. An accepted break begins at the end of the present
    /// call, once the phone platform has confirmed it a second or three later; a moved one at its time. Agents who are
    /// not at work or whom nobody knows are passed over.
    pub fn answer(&mut self, now: Timestamp, agent: &AgentId, answer: OfferAnswer, minutes: u32) {
        let Some(index) = self.agents.iter().position(|known| known.card.id == *agent) else { return };
        let when = match answer {
            OfferAnswer::Refused => return,
            OfferAnswer::Accepted => now,
            OfferAnswer::Moved { to } => to,
        };
        self.at(when.max(self.now), Step::WantsBreak(index, minutes));
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
        self.told += 1;
        let event = WorkEvent {
            site: self.config.site.clone(),
            source: self.source.clone(),
            id: self.told.to_string(),
            at: self.now,
            body,
        };
        self.out.push_back((self.now, WorldEvent::Work(event)));
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

    /// The contact centre's own plan for an agent's next break.
    fn plan_break(&mut self, agent: usize, first: bool) {
        let planned = match self.config.breaks {
            PlannedBreaks::Lunch if self.agents[agent].had_lunch => None,
            PlannedBreaks::Lunch => {
                let shift = seconds_between(self.config.opens, self.config.closes);
                // People go for lunch in turns around the middle of the shift.
                let part = 0.42 + 0.16 * agent as f64 / self.agents.len() as f64;
                Some(later(self.config.opens, part * shift))
            }
            PlannedBreaks::Short { after_minutes } => {
                let early = if first { self.rng.between(0.3, 1.0) } else { self.rng.between(0.8, 1.0) };
                let seconds = 60.0 * after_minutes * early;
                let due = later(self.now, seconds);
                self.rested_at.get(&agent).map_or(Some(due), |rested| self.before_the_plot(seconds, *rested))
            }
        };
        self.agents[agent].planned = planned.filter(|at| *at < self.config.closes);
        if let Some(at) = self.agents[agent].planned {
            self.at(at, Step::BreakFallsDue(agent));
        }
    }

    /// A planned break that leads up to the last one before the story, which must end at `rested`; `seconds` is how long
    /// the agent would usually work until the next.
    fn before_the_plot(&self, seconds: f64, rested: Timestamp) -> Option<Timestamp> {
        let last = later(rested, -LAST_BREAK_S);
        let left = seconds_between(self.now, last);
        if left <= 0.0 {
            return None;
        }
        // Equal stretches, none longer than usual.
        let stretches = (left / seconds).ceil().max(1.0);
        Some(later(self.now, left / stretches))
    }

    /// The break that an agent should take now, if any.
    fn leave_due(&mut self, agent: usize) -> Option<Leave> {
        if let Some(leave) = self.agents[agent].leave.take() {
            return Some(leave);
        }
        let planned = self.agents[agent].planned?;
        if planned > self.now {
            return None;
        }
        self.agents[agent].planned = None;
        match self.config.breaks {
            PlannedBreaks::Lunch => {
                self.agents[agent].had_lunch = true;
                Some(Leave { minutes: 30.0, reason: "lunch" })
            }
            // Once calls are heard, breaks come by offers alone.
            PlannedBreaks::Short { .. } if self.now >= self.config.heard_from => None,
            PlannedBreaks::Short { .. } => {
                let until_rested =
                    self.rested_at.get(&agent).map(|rested| seconds_between(self.now, *rested));
                let minutes = match until_rested {
                    Some(left) if left > 60.0 && left <= LAST_BREAK_S => left / 60.0,
                    _ => self.rng.between(5.0, 8.0),
                };
                Some(Leave { minutes, reason: "planned" })
            }
        }
    }

    /// An agent without a call goes home, on a break, or waits for the next call.
    fn go_on(&mut self, agent: usize) {
        if self.agents[agent].state != WorkState::Available || self.agents[agent].reserved {
            return;
        }
        if self.agents[agent].leaving {
            self.enter(agent, WorkState::Offline, Some("shift_over"));
            return;
        }
        if let Some(leave) = self.leave_due(agent) {
            self.ask_for_break(agent, leave);
        }
    }

    /// The platform takes a moment to confirm a break; no call rings meanwhile.
    fn ask_for_break(&mut self, agent: usize, leave: Leave) {
        self.agents[agent].leave = Some(leave);
        self.agents[agent].reserved = true;
        let confirmed = self.rng.between(1.0, 3.0);
        self.within(confirmed, Step::BreakBegins(agent));
    }

    fn begin_break(&mut self, agent: usize) {
        let Some(leave) = self.agents[agent].leave.take() else { return };
        self.enter(agent, WorkState::OnBreak, Some(leave.reason));
        self.within(60.0 * leave.minutes, Step::BreakOver(agent));
    }

    fn wrapped_up(&mut self, agent: usize) {
        if self.agents[agent].leaving {
            self.enter(agent, WorkState::Offline, Some("shift_over"));
            return;
        }
        if let Some(leave) = self.leave_due(agent) {
            self.ask_for_break(agent, leave);
            return;
        }
        self.enter(agent, WorkState::Available, None);
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

/// Length of the last planned break before the story, in seconds, if it begins in time.
const LAST_BREAK_S: f64 = 14.0 * 60.0;

/// Every scene of the languages served, then scenes by weight until the repertoire is full; callers' voices are cast.
fn repertoire(config: &Config, cards: &[AgentCard]) -> Vec<(Arc<CallScript>, f64)> {
    let mut rng = Rng::named(config.seed, "repertoire");
    let mut scripts = Vec::new();
    for lang in [Lang::En, Lang::Zh] {
        let share = cards.iter().filter(|card| card.lang == lang).count() as f64;
        if share == 0.0 {
            continue;
        }
        let scenes = scenes(lang);
        let count = config.repertoire.max(scenes.len());
        for index in 0..count {
            let scene = &scenes[index % scenes.len()];
            // Scenes that come round more often share their mood's weight.
            let rounds = (count - 1 - index % scenes.len()) / scenes.len() + 1;
            let number = scripts.len();
            let caller = 2 * rng.below(400) as u32 + u32::from(rng.chance(0.5));
            let script = CallScript::of(scene, number, &mut rng).cast(caller, 1_001, 1_002);
            scripts.push((Arc::new(script), share * scene.mood.weight() / rounds as f64));
        }
    }
    scripts
}

#[cfg(test)]
mod tests;
