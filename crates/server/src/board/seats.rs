//! Agents and the calls that they have.

use std::collections::{BTreeMap, HashMap};

use calmline_core::{
    AgentId, Body, CallId, Event, Position, QueueId, SubjectId, Timestamp,
    event::{PayloadKind, WorkState},
};
use calmline_store::{AgentRow, CallRow};

/// A call that an agent has.
#[derive(Debug, Clone, PartialEq)]
pub struct Talk {
    /// Which.
    pub call: CallId,
    /// From which queue.
    pub queue: Option<QueueId>,
    /// Since when the agent has it.
    pub since: Timestamp,
    /// Whether the caller is on hold.
    pub held: bool,
    /// How often it went to somebody else.
    pub transfers: u32,
}

/// An agent on the floor.
#[derive(Debug, Clone, PartialEq)]
pub struct Seat {
    /// Who, by pseudonym.
    pub agent: AgentId,
    /// Their id on the phone platform; none once it is erased.
    pub name: Option<String>,
    /// Their team.
    pub team: Option<String>,
    /// What they do, as the phone platform last said.
    pub state: WorkState,
    /// Since when; none before the platform said anything.
    pub since: Option<Timestamp>,
    /// The platform's reason code.
    pub reason: Option<String>,
    /// The call in progress.
    pub talk: Option<Talk>,
}

/// The queue of a call, and who has it.
#[derive(Debug, Default)]
struct Line {
    queue: Option<QueueId>,
    holder: Option<AgentId>,
    transfers: u32,
}

/// The agents of a site and the calls in progress.
#[derive(Debug, Default)]
pub(super) struct Seats {
    seats: BTreeMap<AgentId, (Position, Seat)>,
    lines: HashMap<CallId, Line>,
}

impl Seats {
    pub(super) fn new(
        position: Position,
        agents: Vec<AgentRow>,
        calls: Vec<CallRow>,
        names: Vec<(AgentId, String)>,
        teams: BTreeMap<AgentId, String>,
    ) -> Self {
        let mut seats = Self::default();
        for row in agents {
            let AgentRow { agent, state, since, reason } = row;
            let seat = Seat { state, since: Some(since), reason, ..empty(agent.clone()) };
            seats.seats.insert(agent, (position, seat));
        }
        for row in calls {
            let answered = row.answered.zip(row.agent);
            let holder = answered.as_ref().map(|(_, agent)| agent.clone());
            seats.lines.insert(
                row.call.clone(),
                Line { queue: row.queue.clone(), holder, transfers: row.transfers },
            );
            let Some((since, agent)) = answered else { continue };
            let talk =
                Talk { call: row.call, queue: row.queue, since, held: row.held, transfers: row.transfers };
            let (_, seat) = seats.seats.entry(agent.clone()).or_insert_with(|| (position, empty(agent)));
            seat.talk = Some(talk);
        }
        for (agent, name) in names {
            if let Some((_, seat)) = seats.seats.get_mut(&agent) {
                seat.name = Some(name);
            }
        }
        for (agent, team) in teams {
            if let Some((_, seat)) = seats.seats.get_mut(&agent) {
                seat.team = Some(team);
            }
        }
        seats
    }

    /// Whether an agent is among them.
    pub(super) fn knows(&self, agent: &AgentId) -> bool {
        self.seats.contains_key(agent)
    }

    /// Takes an event in.
    pub(super) fn take(&mut self, event: &Event) {
        let (at, position) = (event.at, event.position);
        match &event.body {
            Body::AgentState { agent, state, reason } => {
                let seat = self.seat(agent, position);
                // A state that was told late does not undo a newer one.
                if seat.since.is_none_or(|since| since <= at) {
                    (seat.state, seat.since) = (*state, Some(at));
                    seat.reason.clone_from(reason);
                }
            }
            Body::AgentTeam { agent, team, .. } => self.seat(agent, position).team.clone_from(team),
            Body::CallOffered { call, queue, .. } => {
                let line = self.lines.entry(call.clone()).or_default();
                line.queue = queue.clone().or(line.queue.take());
            }
            Body::CallAnswered { call, agent, queue } => {
                let line = self.lines.entry(call.clone()).or_default();
                line.queue = queue.clone().or(line.queue.take());
                self.hand(call, Some(agent), at, position);
            }
            Body::CallTransferred { call, to, queue } => {
                let line = self.lines.entry(call.clone()).or_default();
                line.queue = queue.clone().or(line.queue.take());
                line.transfers += 1;
                self.hand(call, to.as_ref(), at, position);
            }
            Body::CallHeld { call } => self.hold(call, true, position),
            Body::CallResumed { call } => self.hold(call, false, position),
            Body::CallEnded { call, .. } => {
                self.hand(call, None, at, position);
                self.lines.remove(call);
            }
            Body::Erased { subject, kinds } if kinds.contains(&PayloadKind::Identity) => {
                let erased =
                    self.seats.values_mut().find(|(_, seat)| SubjectId::of_agent(&seat.agent) == *subject);
                if let Some((changed, seat)) = erased {
                    (*changed, seat.name) = (position, None);
                }
            }
            _ => {}
        }
    }

    /// Tells an agent's name.
    pub(super) fn name(&mut self, agent: &AgentId, name: Option<String>) {
        if let Some((_, seat)) = self.seats.get_mut(agent) {
            seat.name = name;
        }
    }

    /// The agents that changed after a position.
    pub(super) fn after(&self, after: Position) -> Vec<Seat> {
        self.seats.values().filter(|(changed, _)| *changed > after).map(|(_, seat)| seat.clone()).collect()
    }

    /// An agent's seat, which changes now.
    fn seat(&mut self, agent: &AgentId, position: Position) -> &mut Seat {
        let (changed, seat) =
            self.seats.entry(agent.clone()).or_insert_with(|| (position, empty(agent.clone())));
        *changed = position;
        seat
    }

    /// Gives a call to an agent, or to nobody.
    fn hand(&mut self, call: &CallId, to: Option<&AgentId>, at: Timestamp, position: Position) {
        let Some(line) = self.lines.get_mut(call) else { return };
        let before = std::mem::replace(&mut line.holder, to.cloned());
        let (queue, transfers) = (line.queue.clone(), line.transfers);
        if let Some(before) = before.filter(|before| Some(before) != to) {
            let seat = self.seat(&before, position);
            if seat.talk.as_ref().is_some_and(|talk| talk.call == *call) {
                seat.talk = None;
            }
        }
        if let Some(agent) = to {
            let talk = Talk { call: call.clone(), queue, since: at, held: false, transfers };
            self.seat(agent, position).talk = Some(talk);
        }
    }

    fn hold(&mut self, call: &CallId, held: bool, position: Position) {
        let Some(holder) = self.lines.get(call).and_then(|line| line.holder.as_ref()) else { return };
        let Some((changed, seat)) = self.seats.get_mut(holder) else { return };
        if let Some(talk) = seat.talk.as_mut().filter(|talk| talk.call == *call) {
            (*changed, talk.held) = (position, held);
        }
    }
}

fn empty(agent: AgentId) -> Seat {
    Seat { agent, name: None, team: None, state: WorkState::Offline, since: None, reason: None, talk: None }
}
