//! Routing of one site as a state machine: events in, [`Body::CallRouted`] out.
//!
//! It follows agents' states and calls from the phone platform's events. What callers were like it takes from what
//! [`crate::Care`] decides about callers, and of an agent's exposure only whether the band is *heavy*; nothing else of a
//! decision is looked at. The same events give the same decisions, ids included.

mod waiting;

use std::collections::{BTreeMap, HashMap};

use calmline_core::{
    AgentId, Body, CallId, Draft, Event, EventId, IntentId, QueueId, SiteId, SubjectId, Timestamp,
    event::{Band, CallerSign, OfferAnswer, Reason, Waiting, WorkState},
};
use jiff::SignedDuration;

use super::{Fairness, Met, Norms, Predicted, Router, RoutingSettings, Spared, worker::Worker};
use crate::time::{after, before, between, hours, in_minutes, minutes, seconds};

/// A waiting call that its router has not asked about for so long is forgotten.
const FORGOTTEN: SignedDuration = SignedDuration::from_hours(1);
/// A call or a signed-in agent of whom nothing is heard for so long is taken as over or gone: longer than any legal shift.
const SILENT_HOURS: u32 = 16;
/// An agent who is off and of whom nothing is heard for so long is forgotten.
const AWAY_HOURS: u32 = 24 * 14;

/// A call that waits to be given to somebody.
#[derive(Debug, Clone)]
struct Asked {
    waiting: Waiting,
    withheld: Option<Timestamp>,
    event: EventId,
    /// When to look at it again, where time alone changes something.
    look: Option<Timestamp>,
    forget: Timestamp,
}

/// A call in progress, or about to be.
#[derive(Debug, Clone, Default)]
struct Known {
    queue: Option<QueueId>,
    intent: Option<IntentId>,
    agent: Option<AgentId>,
    abusive: bool,
    agitated: bool,
    heard: Timestamp,
}

/// Who takes which call at one site. See the crate's documentation for how it is fed.
#[derive(Debug, Clone)]
pub struct Dispatch {
    site: SiteId,
    set: RoutingSettings,
    router: Router,
    norms: Norms,
    now: Timestamp,
    swept: Timestamp,
    workers: BTreeMap<AgentId, Worker>,
    calls: HashMap<CallId, Known>,
    asked: BTreeMap<CallId, Asked>,
    kept: BTreeMap<CallId, (AgentId, Timestamp)>,
    changed: bool,
}

impl Dispatch {
    /// A site of which nothing is known yet.
    #[must_use]
    pub fn new(site: SiteId, set: RoutingSettings) -> Self {
        Self {
            site,
            router: Router::new(set.clone()),
            set,
            norms: Norms::default(),
            now: Timestamp::MIN,
            swept: Timestamp::MIN,
            workers: BTreeMap::new(),
            calls: HashMap::new(),
            asked: BTreeMap::new(),
            kept: BTreeMap::new(),
            changed: false,
        }
    }

    /// Decides by other settings from now on.
    pub fn adopt(&mut self, set: RoutingSettings) {
        self.router.adopt(set.clone());
        self.set = set;
    }

    /// Takes an event in, with what [`crate::Care`] decided on it; returns what is decided. Decisions that come back from
    /// the log and events of other sites change nothing.
    pub fn apply(&mut self, event: &Event, decided: &[Draft]) -> Vec<Draft> {
        if event.site != self.site || event.body.is_decision() {
            return Vec::new();
        }
        if event.body.moves_time() {
            self.now = self.now.max(event.at);
        }
        self.changed |= self.router.next_change().is_some_and(|at| at <= self.now);
        self.router.advance(self.now);
        self.lapse();
        let mut out = Vec::new();
        self.take(event, &mut out);
        for draft in decided {
            self.note(&draft.body);
        }
        self.look(event.id, &mut out);
        out
    }

    /// When the time must be told at the latest, if nothing else comes before.
    #[must_use]
    pub fn next_wake(&self) -> Option<Timestamp> {
        let asked = self.asked.values().flat_map(|asked| asked.look.into_iter().chain([asked.forget]));
        let spared = self.router.next_change().filter(|_| !self.asked.is_empty());
        asked.chain(self.kept.values().map(|(_, until)| *until)).chain(spared).min()
    }

    /// For how long an agent would get easier calls if they asked now.
    ///
    /// # Errors
    /// Why not now, and until when.
    pub fn easier(&self, agent: &AgentId, at: Timestamp) -> Result<u32, Reason> {
        let worker = self.workers.get(agent).filter(|worker| worker.is_present());
        let worker = worker.ok_or_else(|| Reason::new("route.easier.off"))?;
        if at < worker.easier_again {
            let left = in_minutes(between(at, worker.easier_again)).ceil();
            return Err(Reason::new("route.easier.paused").with("minutes", left));
        }
        let (easier, present) = self.router.easier();
        if easier >= 1 && (easier + 1) as f64 > self.set.easier_at_once * present as f64 {
            return Err(Reason::new("route.easier.full"));
        }
        Ok(self.set.easier_minutes)
    }

    /// How evenly hard calls are shared.
    #[must_use]
    pub fn fairness(&self) -> Fairness {
        self.router.fairness()
    }

    /// How many agents, calls and waiting calls are kept in memory.
    #[must_use]
    pub fn kept(&self) -> (usize, usize, usize) {
        (self.workers.len(), self.calls.len(), self.asked.len())
    }

    fn take(&mut self, event: &Event, out: &mut Vec<Draft>) {
        let at = event.at;
        match &event.body {
            Body::AgentState { agent, state, .. } => self.worker(agent, at, |worker| worker.told(*state, at)),
            Body::AgentSkills { agent, skills, languages } => {
                self.worker(agent, at, |_| {});
                self.router.skills(agent, skills, languages);
            }
            Body::CallOffered { call, queue, agent } => {
                let known = self.call(call);
                known.queue = known.queue.take().or_else(|| queue.clone());
                if let Some((kept, until)) = self.kept.get_mut(call)
                    && agent.as_ref() == Some(kept)
                {
                    *until = after(at, seconds(self.set.reserve_seconds)).max(*until);
                }
            }
            Body::CallDescribed { call, intent: Some(intent), .. } => {
                self.call(call).intent = IntentId::new(intent.clone()).ok();
            }
            Body::CallAnswered { call, agent, queue } => self.answered(call, agent, queue.as_ref(), at),
            Body::CallTransferred { call, .. } => self.over(call, at, false),
            Body::CallEnded { call, .. } => self.over(call, at, true),
            Body::AbuseReported { agent, call } => match self.calls.get_mut(call) {
                Some(known) if known.agent.as_ref() == Some(agent) => known.abusive = true,
                _ => self.cool_off(agent, at),
            },
            Body::BreakAnswered { agent, answer, .. } => self.worker(agent, at, |worker| {
                worker.rests_from = match answer {
                    OfferAnswer::Accepted => Some(at),
                    OfferAnswer::Moved { to } => Some(*to),
                    OfferAnswer::Refused => None,
                };
            }),
            Body::EasierAsked { agent, minutes: wanted } => self.easier_asked(agent, *wanted, at),
            Body::Erased { subject, .. } => self.erased(subject),
            Body::RouteAsked { call, waiting } => self.asked(call, waiting, event.id, out),
            _ => {}
        }
    }

    /// What Care decided: what callers show, the band of exposure, and breaks that are over.
    fn note(&mut self, body: &Body) {
        match body {
            Body::CallerSignal { call, kind, .. } => {
                if let Some(known) = self.calls.get_mut(call) {
                    known.abusive |= *kind == CallerSign::Abuse;
                    known.agitated |= *kind == CallerSign::Agitation;
                }
            }
            Body::LoadChanged { agent, exposure, .. } => {
                let until = if *exposure == Band::Heavy { Timestamp::MAX } else { Timestamp::MIN };
                self.router.spare(agent, Spared::Exposed, until);
                self.changed = true;
            }
            Body::IncidentRelieved { agent, cool_off_minutes, easier_minutes, .. } => {
                let until = after(self.now, minutes(cool_off_minutes.saturating_add(*easier_minutes)));
                self.router.spare(agent, Spared::EasierAsked, until);
                self.changed = true;
            }
            Body::BreakLapsed { agent, .. } | Body::BreakEnded { agent, .. } => {
                let at = self.now;
                self.worker(agent, at, |worker| worker.rests_from = None);
            }
            _ => {}
        }
    }

    /// Changes what is known of an agent, and tells the router what follows.
    fn worker(&mut self, agent: &AgentId, at: Timestamp, change: impl FnOnce(&mut Worker)) {
        let worker = self.workers.entry(agent.clone()).or_insert_with(|| Worker::new(at));
        worker.heard = worker.heard.max(at);
        change(worker);
        self.router.present(agent, worker.is_present());
        self.router.free(agent, worker.free(self.now));
        self.changed = true;
    }

    fn call(&mut self, call: &CallId) -> &mut Known {
        let known = self.calls.entry(call.clone()).or_default();
        known.heard = self.now;
        known
    }

    fn answered(&mut self, call: &CallId, agent: &AgentId, queue: Option<&QueueId>, at: Timestamp) {
        self.asked.remove(call);
        self.release(call);
        if self.call(call).agent.as_ref() == Some(agent) {
            return;
        }
        self.left(call, at);
        let known = self.call(call);
        known.agent = Some(agent.clone());
        known.queue = queue.cloned().or_else(|| known.queue.take());
        self.worker(agent, at, |worker| worker.takes(call, at));
    }

    fn over(&mut self, call: &CallId, at: Timestamp, ended: bool) {
        self.asked.remove(call);
        self.release(call);
        self.left(call, at);
        if ended {
            self.calls.remove(call);
        }
    }

    /// The agent who has a call has it no longer: what it was like is learnt.
    fn left(&mut self, call: &CallId, at: Timestamp) {
        let Some(known) = self.calls.get_mut(call) else { return };
        let Some(agent) = known.agent.take() else { return };
        let (abusive, agitated) = (std::mem::take(&mut known.abusive), std::mem::take(&mut known.agitated));
        let (queue, intent) = (known.queue.clone(), known.intent.clone());
        let mut since = None;
        self.worker(&agent, at, |worker| since = worker.leaves(call, at));
        if abusive {
            self.cool_off(&agent, at);
        }
        // Where the platform said first that the agent is free, how long it was is not known.
        let Some(since) = since else { return };
        let length = in_minutes(between(since, at));
        let usual = self.predict(queue.as_ref(), intent.as_ref(), (false, false)).minutes;
        let met = Met { abusive, agitated, long: length >= 2.0 * usual, minutes: length };
        self.norms.learn(queue.as_ref(), intent.as_ref(), &met);
        self.router.met(&agent, met.hard_minutes());
    }

    fn cool_off(&mut self, agent: &AgentId, at: Timestamp) {
        let until = after(at, minutes(self.set.cool_off_minutes));
        self.router.spare(agent, Spared::CoolOff, until);
    }

    fn easier_asked(&mut self, agent: &AgentId, wanted: u32, at: Timestamp) {
        let Ok(most) = self.easier(agent, at) else { return };
        let until = after(at, minutes(wanted.min(most)));
        self.router.spare(agent, Spared::EasierAsked, until);
        let again = after(until, minutes(self.set.easier_pause_minutes));
        self.worker(agent, at, |worker| worker.easier_again = again);
    }

    fn erased(&mut self, subject: &SubjectId) {
        let Ok(agent) = AgentId::new(subject.as_str()) else { return };
        if let Some(worker) = self.workers.get_mut(&agent) {
            worker.easier_again = Timestamp::MIN;
            self.router.erase(&agent);
        }
    }

    fn predict(&self, queue: Option<&QueueId>, intent: Option<&IntentId>, caller: (bool, bool)) -> Predicted {
        self.norms.predict(queue, intent, caller, self.set.norm_calls)
    }

    /// What a waiting call will probably be like.
    fn expect(&self, waiting: &Waiting) -> Predicted {
        let flagged = waiting.flagged_until.is_some_and(|until| until > self.now);
        self.predict(waiting.queue.as_ref(), waiting.intent.as_ref(), (waiting.repeat, flagged))
    }

    /// An agent is kept for a call no longer.
    fn release(&mut self, call: &CallId) {
        if let Some((agent, _)) = self.kept.remove(call) {
            self.router.keep(&agent, false);
            self.changed = true;
        }
    }

    /// What time alone ends.
    fn lapse(&mut self) {
        let now = self.now;
        let late: Vec<CallId> =
            self.kept.iter().filter(|(_, (_, until))| *until <= now).map(|(call, _)| call.clone()).collect();
        for call in late {
            self.release(&call);
        }
        self.asked.retain(|_, asked| asked.forget > now);
        if between(self.swept, now) < hours(1) {
            return;
        }
        self.swept = now;
        let silent = before(now, hours(SILENT_HOURS));
        self.calls.retain(|_, call| call.heard > silent);
        let gone: Vec<AgentId> = self
            .workers
            .iter()
            .filter(|(_, worker)| worker.heard <= silent && !worker.is_off())
            .map(|(agent, _)| agent.clone())
            .collect();
        for agent in gone {
            if let Some(worker) = self.workers.get_mut(&agent) {
                worker.told(WorkState::Offline, now);
            }
            self.router.free(&agent, None);
            self.router.present(&agent, false);
        }
        let away = before(now, hours(AWAY_HOURS));
        let router = &mut self.router;
        self.workers.retain(|agent, worker| {
            let stays = worker.heard > away;
            if !stays {
                router.remove(agent);
            }
            stays
        });
    }
}
