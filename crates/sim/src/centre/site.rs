//! The care of the agents, and the routing of calls, as a real site has them: `calmline_care` fed with work events in
//! virtual time.

use std::collections::VecDeque;

use calmline_care::{Care, Settings, model::Activity, routing::Dispatch};
use calmline_core::{
    AgentId, Body, CallId, Draft, IntentId, OfferId, Party, Position, QueueId, Share, SiteId, SkillId,
    Timestamp,
    event::{OfferAnswer, Presence, SignalKind, Skill, Waiting, WordSigns, WorkState},
};

use super::{
    people::Clock,
    plan::{CarePlan, Plan},
    scenario::{Breaks, Routing},
};
use crate::rng::Rng;

/// A call by its place and its serial number.
pub(super) type Named = (u32, u64);

/// What was decided and is to be done.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Deed {
    Offered { agent: u32, offer: OfferId },
    Pause { agent: u32 },
    Resume { agent: u32 },
    Route { call: Named, agent: u32 },
}

/// How sure the recogniser and the ear are, and what they hear of agitated and abusive callers. Choice.
const SURE: f64 = 0.85;
const AROUSED: f64 = 0.9;
const NEGATIVE: f64 = -0.8;
const ABUSE: f64 = 0.95;
/// How long a caller speaks each time that they are heard, in seconds.
const SPEAKS_S: f64 = 8.0;

pub(super) struct Site {
    id: SiteId,
    clock: Clock,
    care: Care,
    dispatch: Option<Dispatch>,
    /// The latest time told: a timer is later than what came before it.
    now: Timestamp,
    told: u64,
    wake: Option<Timestamp>,
    agents: Vec<AgentId>,
    queues: Vec<QueueId>,
    kinds: Vec<Vec<IntentId>>,
    accepts: f64,
    offers: u64,
    key: u64,
    deeds: VecDeque<Deed>,
}

impl Site {
    /// The care of a scenario that asks Calmline for breaks or for routing; else there is nobody to tell.
    pub(super) fn new(plan: &Plan, care: CarePlan, seed: u64) -> Option<Self> {
        if care.breaks != Breaks::Calmline && care.routing != Routing::Exposure {
            return None;
        }
        let id = SiteId::new("simulated").ok()?;
        let settings = Settings::default();
        let queues: Option<Vec<QueueId>> =
            plan.queues.iter().map(|queue| QueueId::new(queue.name.as_str()).ok()).collect();
        let kinds: Option<Vec<Vec<IntentId>>> = plan
            .queues
            .iter()
            .map(|queue| queue.kinds.iter().map(|kind| IntentId::new(kind.name.as_str()).ok()).collect())
            .collect();
        let agents: Option<Vec<AgentId>> =
            (0..plan.agents.len()).map(|n| AgentId::new(format!("a-{n}")).ok()).collect();
        let routes = care.routing == Routing::Exposure;
        let mut site = Self {
            dispatch: routes.then(|| Dispatch::new(id.clone(), settings.routing.clone())),
            care: Care::new(id.clone(), settings),
            id,
            clock: Clock::new(plan),
            now: Timestamp::MIN,
            told: 0,
            wake: None,
            agents: agents?,
            queues: queues?,
            kinds: kinds?,
            accepts: care.accepts,
            offers: 0,
            key: Rng::named(seed, "offers").bits(),
            deeds: VecDeque::new(),
        };
        if routes && plan.queues.len() > 1 {
            site.skills(plan);
        }
        Some(site)
    }

    /// Each queue is a skill of those who serve it.
    fn skills(&mut self, plan: &Plan) {
        for n in 0..self.agents.len() {
            let serves = plan.groups[plan.agents[n].group].queues.iter();
            let skills = serves.filter_map(|queue| skill(&self.queues[*queue])).collect();
            let agent = self.agents[n].clone();
            self.tell(0.0, Body::AgentSkills { agent, skills, languages: Vec::new() });
        }
    }

    fn tell(&mut self, now: f64, body: Body) {
        self.tell_at(self.clock.stamp(now), body);
    }

    fn tell_at(&mut self, at: Timestamp, body: Body) {
        self.now = self.now.max(at);
        self.told += 1;
        let draft = Draft::told(self.id.clone(), "floor", &self.told.to_string(), at, body);
        let event = draft.at_position(Position(self.told));
        let mut decided = self.care.apply(&event);
        if let Some(dispatch) = &mut self.dispatch {
            let routed = dispatch.apply(&event, &decided);
            decided.extend(routed);
        }
        for draft in decided {
            self.deeds.extend(deed(draft.body));
        }
    }

    /// What is to be done next.
    pub(super) fn next(&mut self) -> Option<Deed> {
        self.deeds.pop_front()
    }

    pub(super) fn state(&mut self, agent: u32, activity: Activity, now: f64) {
        let state = match activity {
            Activity::Waiting => WorkState::Available,
            Activity::WrapUp => WorkState::WrapUp,
            Activity::Rest => WorkState::OnBreak,
            Activity::Off => WorkState::Offline,
            Activity::InCall => WorkState::Busy,
            // Nobody here is set aside.
            Activity::Aside => return,
        };
        let agent = self.agents[agent as usize].clone();
        self.tell(now, Body::AgentState { agent, state, reason: None });
    }

    pub(super) fn offered(&mut self, call: Named, queue: usize, now: f64) {
        let Some(call) = call_id(call) else { return };
        self.tell(now, Body::CallOffered { call, agent: None, queue: Some(self.queues[queue].clone()) });
    }

    /// The router in front of a queue asks who should take a call that waits since then.
    pub(super) fn asks(
        &mut self,
        call: Named,
        (queue, kind, priority): (usize, usize, u8),
        since: f64,
        now: f64,
    ) {
        let Some(id) = call_id(call) else { return };
        let name = self.queues[queue].clone();
        let waiting = Waiting {
            needs: if self.queues.len() > 1 { skill(&name).into_iter().collect() } else { Vec::new() },
            queue: Some(name),
            intent: self.kinds[queue].get(kind).cloned(),
            language: None,
            priority,
            since: self.clock.stamp(since),
            last_agent: None,
            repeat: false,
            flagged_until: None,
            candidates: Vec::new(),
        };
        self.tell(now, Body::RouteAsked { call: id, waiting: Box::new(waiting) });
    }

    pub(super) fn answered(&mut self, call: Named, agent: u32, queue: usize, now: f64) {
        let Some(call) = call_id(call) else { return };
        let (agent, queue) = (self.agents[agent as usize].clone(), self.queues[queue].clone());
        self.tell(now, Body::CallAnswered { call, agent, queue: Some(queue) });
    }

    pub(super) fn ended(&mut self, call: Named, now: f64) {
        if let Some(call) = call_id(call) {
            self.tell(now, Body::CallEnded { call, reason: None });
        }
    }

    /// A caller is heard to be agitated, or abusive.
    pub(super) fn shows(&mut self, call: Named, abusive: bool, now: f64) {
        let Some(call) = call_id(call) else { return };
        let end_s = self.clock.stamp(now).as_second() as f64;
        let (start_s, party) = (end_s - SPEAKS_S, Party::Customer);
        let confidence = Share::new(SURE);
        let voice = Body::Signal {
            call: call.clone(),
            party,
            kind: SignalKind::Arousal,
            start_s,
            end_s,
            value: AROUSED,
            confidence,
            drivers: Vec::new(),
        };
        self.tell(now, voice);
        let abuse = Share::new(if abusive { ABUSE } else { 0.0 });
        let signs = WordSigns { sentiment: NEGATIVE, abuse, ..WordSigns::default() };
        let words = Body::Utterance {
            call,
            party,
            start_s,
            end_s,
            language: None,
            confidence: Some(confidence),
            text: None,
            signs: Some(signs),
            intent: None,
        };
        self.tell(now, words);
    }

    /// An agent answers the offer of a break.
    pub(super) fn answers(&mut self, agent: u32, offer: OfferId, now: f64) {
        self.offers += 1;
        let takes = Rng::nth(self.key, self.offers).unit() < self.accepts;
        let answer = if takes { OfferAnswer::Accepted } else { OfferAnswer::Refused };
        let agent = self.agents[agent as usize].clone();
        self.tell(now, Body::BreakAnswered { offer, agent, answer });
    }

    /// When the time must be told; none where it is known already.
    pub(super) fn wants_waking(&mut self, now: f64) -> Option<f64> {
        let dispatch = self.dispatch.as_ref().and_then(Dispatch::next_wake);
        let wanted = self.care.next_wake().into_iter().chain(dispatch).min();
        if wanted == self.wake {
            return None;
        }
        self.wake = wanted;
        wanted.map(|at| self.clock.time(at).max(now))
    }

    /// The time that was asked for has come; another may have been asked for meanwhile.
    pub(super) fn wake(&mut self, now: f64) {
        let Some(at) = self.wake.filter(|at| self.clock.time(*at) <= now) else { return };
        self.wake = None;
        self.tell_at(at.max(self.now), Body::TimerFired {});
    }
}

fn skill(queue: &QueueId) -> Option<Skill> {
    SkillId::new(queue.as_str()).ok().map(|skill| Skill { skill, level: 50 })
}

fn call_id((slot, serial): Named) -> Option<CallId> {
    CallId::new(format!("c-{slot}-{serial}")).ok()
}

fn named(call: &CallId) -> Option<Named> {
    let (slot, serial) = call.as_str().strip_prefix("c-")?.split_once('-')?;
    Some((slot.parse().ok()?, serial.parse().ok()?))
}

fn number(agent: &AgentId) -> Option<u32> {
    agent.as_str().strip_prefix("a-")?.parse().ok()
}

/// What a decision asks of the floor.
fn deed(body: Body) -> Option<Deed> {
    match body {
        Body::BreakOffered { offer, agent, .. } => Some(Deed::Offered { agent: number(&agent)?, offer }),
        Body::PresenceWanted { agent, presence: Presence::OnBreak, .. } => {
            Some(Deed::Pause { agent: number(&agent)? })
        }
        Body::PresenceWanted { agent, presence: Presence::Available, .. } => {
            Some(Deed::Resume { agent: number(&agent)? })
        }
        Body::CallRouted { call, agent, .. } => {
            Some(Deed::Route { call: named(&call)?, agent: number(&agent?)? })
        }
        _ => None,
    }
}
