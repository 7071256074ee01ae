//! One agent: what the phone platform says they do, their calls, and what follows from it.

use std::collections::VecDeque;

use calmline_core::{
    AgentId, Body, EventId, Timestamp,
    event::{Objection, WorkState},
};
use jiff::SignedDuration;

use crate::{
    breaks::{Breaks, Mark, Offered, Who},
    decisions::Decisions,
    model::{Activity, Model, Now, Part, Usual},
    reasons::Held,
    settings::Settings,
    time::{after, between, hours},
};

/// Moments kept in case the agent says that one of them was none.
const MET: usize = 32;

/// Abuse or agitation that the agent's exposure was given.
#[derive(Debug, Clone, Copy)]
struct Met {
    event: EventId,
    part: Part,
    added: f64,
    at: Timestamp,
}

/// What supervisors were told of, as long as it holds.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ToldOf {
    pub(crate) overload: bool,
    pub(crate) exposure: bool,
}

/// A call that the agent has.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Has {
    /// Where the call is kept.
    pub(crate) call: usize,
    pub(crate) since: Timestamp,
}

/// What is known of an agent.
#[derive(Debug, Clone)]
pub(crate) struct Agent {
    pub(crate) id: AgentId,
    pub(crate) model: Model,
    pub(crate) usual: Usual,
    pub(crate) held: Held,
    pub(crate) breaks: Breaks,
    pub(crate) calls: Vec<Has>,
    pub(crate) causes: [Option<EventId>; Part::ALL.len()],
    /// Whether what the agent has met since their last call ended makes the present one hard.
    pub(crate) hard: bool,
    pub(crate) mark: Mark,
    /// What supervisors were told of this agent's load, and need not be told again until it has eased.
    pub(crate) told_of: ToldOf,
    /// The queue whose call the agent took last, and the one that they count for now.
    pub(crate) queue: Option<usize>,
    pub(crate) serves: Option<usize>,
    /// The queue, and since when they have worked, if the price has put their offer off.
    pub(crate) put_off: Option<(usize, Timestamp)>,
    pub(crate) wake: Option<Timestamp>,
    /// The last event about the agent, and when it came.
    heard: Option<(Timestamp, EventId)>,
    state: WorkState,
    state_at: Timestamp,
    /// The platform said *busy*, and that call is over.
    busy_over: bool,
    met: Vec<Met>,
    /// What the agent was told lately, and which events it rests on.
    told: VecDeque<(EventId, Vec<EventId>)>,
}

impl Agent {
    pub(crate) fn new(id: AgentId, at: Timestamp) -> Self {
        Self {
            id,
            model: Model::new(at),
            usual: Usual::default(),
            held: Held::new(),
            breaks: Breaks::new(),
            calls: Vec::new(),
            causes: [None; Part::ALL.len()],
            hard: false,
            mark: Mark::default(),
            told_of: ToldOf::default(),
            queue: None,
            serves: None,
            put_off: None,
            wake: None,
            heard: None,
            state: WorkState::Offline,
            state_at: Timestamp::MIN,
            busy_over: false,
            met: Vec::new(),
            told: VecDeque::new(),
        }
    }

    fn activity(&self) -> Activity {
        if !self.calls.is_empty() {
            return Activity::InCall;
        }
        match self.state {
            WorkState::Busy if self.busy_over => Activity::WrapUp,
            WorkState::Busy => Activity::InCall,
            WorkState::WrapUp => Activity::WrapUp,
            WorkState::Available => Activity::Waiting,
            WorkState::OnBreak => Activity::Rest,
            WorkState::Away | WorkState::Training => Activity::Aside,
            WorkState::Offline => Activity::Off,
        }
    }

    /// The platform says what the agent does. Returns the calls that are thereby over; none and no change if something
    /// newer is known.
    pub(crate) fn told(&mut self, state: WorkState, at: Timestamp) -> Vec<Has> {
        if at < self.state_at {
            return Vec::new();
        }
        (self.state, self.state_at, self.busy_over) = (state, at, false);
        let no_call = matches!(state, WorkState::Available | WorkState::OnBreak | WorkState::Offline);
        let (over, kept) =
            std::mem::take(&mut self.calls).into_iter().partition(|has| no_call && has.since < at);
        self.calls = kept;
        over
    }

    /// Something was heard of the agent.
    pub(crate) fn is_heard(&mut self, at: Timestamp, event: EventId) {
        let later = self.heard.map_or(at, |(before, _)| before.max(at));
        self.heard = Some((later, event));
    }

    /// Whether nothing has been heard of a signed-in agent for longer than anybody works: the end of their shift was not told.
    /// Returns when that was, and the event.
    pub(crate) fn silent(&self, now: Timestamp, settings: &Settings) -> Option<(Timestamp, EventId)> {
        let (at, event) = self.heard.filter(|_| self.model.activity() != Activity::Off)?;
        let off = after(at, hours(settings.memory.silent_agent_hours));
        (off <= now).then_some((off, event))
    }

    /// The agent takes a call. One who was not known or not signed in is, from now on.
    pub(crate) fn takes(&mut self, call: usize, at: Timestamp, settings: &Settings) {
        if self.state == WorkState::Offline {
            (self.state, self.state_at) = (WorkState::Available, at);
        }
        self.calls.push(Has { call, since: at });
        self.model.call_began(settings);
    }

    /// The agent no longer has a call. Returns since when they had it.
    pub(crate) fn leaves(&mut self, call: usize) -> Option<Timestamp> {
        let place = self.calls.iter().position(|has| has.call == call)?;
        let has = self.calls.remove(place);
        self.busy_over = self.busy_over || (self.calls.is_empty() && self.state == WorkState::Busy);
        Some(has.since)
    }

    /// Brings the model to what the agent does now. `event` told it.
    pub(crate) fn settle(&mut self, event: EventId, settings: &Settings) {
        let (before, now) = (self.model.activity(), self.activity());
        if before == now {
            return;
        }
        self.model.enter(now, settings);
        self.cause(Part::Occupancy, event);
        if before.is_rest() != now.is_rest() {
            self.cause(Part::SinceBreak, event);
            self.cause(Part::Strain, event);
        }
        if before == Activity::Off {
            self.cause(Part::Shift, event);
        }
    }

    pub(crate) fn cause(&mut self, part: Part, event: EventId) {
        self.causes[part as usize] = Some(event);
    }

    /// Remembers what was added to exposure.
    pub(crate) fn met(&mut self, event: EventId, part: Part, added: f64) {
        self.cause(part, event);
        self.hard = true;
        if self.met.len() == MET {
            self.met.remove(0);
        }
        self.met.push(Met { event, part, added, at: self.model.at() });
    }

    /// Remembers what something that the agent is told rests on, in case they say that it is wrong.
    pub(crate) fn rests_on(&mut self, told: EventId, causes: Vec<EventId>) {
        if self.told.len() == MET {
            self.told.pop_front();
        }
        self.told.push_back((told, causes));
    }

    /// The agent says that an event, or what they were told because of it, shows nothing of the kind: what it added is taken
    /// back. Strain that it has led to so far stays; it recovers with rest. What was right, but unwelcome, was met all the
    /// same.
    pub(crate) fn dispute(&mut self, event: EventId, objection: Objection, settings: &Settings) {
        if objection == Objection::Unwelcome {
            return;
        }
        let causes = self.told.iter().find(|(told, _)| *told == event).map(|(_, causes)| causes.clone());
        let wrong = causes.unwrap_or_else(|| vec![event]);
        let now = self.model.at();
        for met in self.met.iter().filter(|met| wrong.contains(&met.event)) {
            let set = &settings.exposure;
            let half_life = match met.part {
                Part::Abuse => set.abuse_half_life_minutes,
                Part::Distress => set.distress_half_life_minutes,
                _ => set.agitation_half_life_minutes,
            };
            let left = met.added * crate::time::fade(between(met.at, now), crate::time::minutes(half_life));
            match met.part {
                Part::Abuse => self.model.exposure.take_back_abuse(left),
                Part::Distress => self.model.exposure.take_back_distress(left),
                _ => self.model.exposure.take_back_agitation(left),
            }
        }
        self.met.retain(|met| !wrong.contains(&met.event));
    }

    /// Forgets what is personal; what the agent is doing now remains.
    pub(crate) fn erase(&mut self) {
        self.model.erase();
        self.usual = Usual::default();
        self.held = Held::new();
        self.met.clear();
        self.told.clear();
    }

    /// Says what follows from the model as it stands. Returns the minutes of work if a break is overdue.
    pub(crate) fn review(
        &mut self,
        now: Now,
        room: &Offered<'_>,
        settings: &Settings,
        out: &mut Decisions,
    ) -> Option<f64> {
        if self.model.activity() != Activity::Off {
            let reading = self.model.read(now, settings);
            if let Some(change) = self.held.take(&reading, settings) {
                let because = change.parts.iter().filter_map(|part| self.causes[*part as usize]).collect();
                let [load, exposure, strain] = self.held.bands;
                let body = Body::LoadChanged {
                    agent: self.id.clone(),
                    load,
                    exposure,
                    strain,
                    reasons: change.reasons,
                };
                out.decide(because, body);
            }
        }
        let who = Who { agent: &self.id, model: &self.model, bands: self.held.bands, causes: &self.causes };
        self.breaks.review(&who, room, settings, out)
    }

    /// The present call's time so far.
    pub(crate) fn call_now(&self) -> Option<(usize, SignedDuration)> {
        let has = self.calls.first()?;
        Some((has.call, between(has.since, self.model.at())))
    }
}
