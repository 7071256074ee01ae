//! The state machine of one site: events in, decisions out.

mod agents;
mod callers;
mod calls;
mod customers;
mod described;
mod incidents;
mod operations;
mod signals;
mod supervisors;

use std::collections::BTreeSet;

use calmline_core::{
    AgentId, Body, CallId, CustomerId, Draft, Event, EventId, Party, SiteId, SubjectId, Timestamp,
    event::{Presence, RhythmMinutes, SignalKind},
    policy::Profile,
};
use jiff::SignedDuration;

use self::{incidents::Incidents, operations::Building};
use crate::{
    agent::Agent,
    alerts::Desk,
    breaks::Room,
    call::Call,
    customer::Customers,
    decisions::Decisions,
    escalation::Happened,
    hard_calls::HardCalls,
    incident::incident_of,
    model::{Norms, Now, Part},
    price::Queues,
    seconds::Seconds,
    settings::Settings,
    table::Table,
    time::{between, minutes},
    wakes::{Waiter, Wakes},
};

/// How far the clock may be behind something heard. Choice: twice as long as any agent at work goes without being looked at.
const BEHIND_MINUTES: u32 = 2;

/// Follows one site. See the crate's documentation.
#[derive(Debug, Clone)]
pub struct Care {
    pub(crate) site: SiteId,
    pub(crate) settings: Settings,
    /// The rhythm of breaks that was chosen in the app; it goes before the configuration's.
    chosen: Option<RhythmMinutes>,
    /// Whose numbers of help are told; strict until the site is opened.
    profile: Profile,
    now: Timestamp,
    /// Where the clock stands while something is heard far ahead of it: agents stay there.
    held: Option<Timestamp>,
    pub(crate) agents: Table<AgentId, Agent>,
    calls: Table<CallId, Call>,
    norms: Norms,
    queues: Queues,
    hard_calls: HardCalls,
    wakes: Wakes,
    room: Room,
    desk: Desk,
    incidents: Incidents,
    customers: Customers,
    seconds: Seconds,
    /// Agents who want to say themselves when a break is over.
    stay_away: BTreeSet<AgentId>,
    building: Building,
}

impl Care {
    /// A site of which nothing is known yet. [`Settings::check`] says whether the settings make sense.
    #[must_use]
    pub fn new(site: SiteId, settings: Settings) -> Self {
        Self {
            site,
            settings: settings.resolved(),
            chosen: None,
            profile: Profile::default(),
            now: Timestamp::MIN,
            held: None,
            agents: Table::new(),
            calls: Table::new(),
            norms: Norms::default(),
            queues: Queues::default(),
            hard_calls: HardCalls::default(),
            wakes: Wakes::default(),
            room: Room::default(),
            desk: Desk::default(),
            incidents: Incidents::default(),
            customers: Customers::default(),
            seconds: Seconds::default(),
            stay_away: BTreeSet::new(),
            building: Building::default(),
        }
    }

    /// Decides by other settings from now on. What was decided before, and when it falls due, stays.
    pub fn adopt(&mut self, settings: Settings) {
        self.settings = settings.resolved();
        if let Some(chosen) = self.chosen {
            self.settings.breaks.follow(chosen);
        }
    }

    /// Takes an event in; returns what is decided, in order.
    ///
    /// Time is the latest `at` seen of what [moves it](Body::moves_time): a late event counts, at the time that the agent's model has come to. Events of other
    /// sites and decisions that come back from the log change nothing. A timer moves time; when [`Self::next_wake`] is kept,
    /// further timers change nothing.
    pub fn apply(&mut self, event: &Event) -> Vec<Draft> {
        if event.site != self.site || event.body.is_decision() {
            return Vec::new();
        }
        if event.body.is_heard() && self.is_behind(event.at) {
            return self.hear(event);
        }
        if event.body.moves_time() {
            self.now = self.now.max(event.at);
        }
        let timer = matches!(event.body, Body::TimerFired {}).then_some(event.id);
        let mut out = Decisions::new(&self.site, self.now, timer);
        if timer.is_none() {
            // What fell due before comes first; what falls due at this very time knows of the event: no break is offered
            // to an agent who takes a call just now.
            let before = self.now.saturating_sub(SignedDuration::from_nanos(1)).unwrap_or(self.now);
            self.wake_due(before, &mut out);
            out.triggered_by(event.id);
            self.take(event, &mut out);
        }
        self.wake_due(self.now, &mut out);
        self.relieve(&mut out);
        self.serve_waiting(&mut out);
        out.done()
    }

    /// Whether the clock is so far behind something heard that the phone platform must still be telling of the hours before: of
    /// agents at work the clock is looked at every minute.
    fn is_behind(&self, heard: Timestamp) -> bool {
        self.now > Timestamp::MIN && between(self.now, heard) > minutes(BEHIND_MINUTES)
    }

    /// What is heard while hours before are still told is decided on at its own time. The clock stays where it is, and so do the
    /// agents: nobody is judged by half of their morning.
    fn hear(&mut self, event: &Event) -> Vec<Draft> {
        let clock = std::mem::replace(&mut self.now, event.at);
        self.held = Some(clock);
        let mut out = Decisions::new(&self.site, self.now, Some(event.id));
        self.take(event, &mut out);
        (self.now, self.held) = (clock, None);
        out.done()
    }

    /// When a [`Body::TimerFired`] must be appended at the latest, if nothing else comes before.
    #[must_use]
    pub fn next_wake(&self) -> Option<Timestamp> {
        self.wakes.first()
    }

    /// How many agents and calls are kept in memory.
    #[must_use]
    pub fn kept(&self) -> (usize, usize) {
        (self.agents.len(), self.calls.len())
    }

    fn wake_due(&mut self, until: Timestamp, out: &mut Decisions) {
        while let Some(waiter) = self.wakes.take_due(until) {
            match waiter {
                Waiter::Agent(slot) => self.wake_agent(slot, out),
                Waiter::Call(slot) => self.forget_call(slot, out),
                Waiter::Desk => {
                    self.desk.wake = None;
                    self.review_desk(out);
                }
                Waiter::Incidents => self.review_incidents(out),
            }
        }
    }

    fn take(&mut self, event: &Event, out: &mut Decisions) {
        let (id, at) = (event.id, event.at);
        match &event.body {
            Body::AgentState { agent, state, .. } => self.agent_state(agent, *state, at, id, out),
            Body::CallOffered { call, queue, .. } => {
                let slot = self.call(call);
                if let Some(call) = self.calls.get_mut(slot) {
                    call.queue = call.queue.take().or_else(|| queue.clone());
                    call.offered.get_or_insert(at);
                }
                self.came(slot, at);
            }
            Body::QueueSnapshot { queue, waiting, .. } => {
                if let Some(place) = self.queues.place(queue, at) {
                    self.queues.snapshot(place, at, *waiting);
                }
                self.queue_told(event, out);
            }
            Body::CallAnswered { call, agent, queue } => {
                let slot = self.call(call);
                if let Some(call) = self.calls.get_mut(slot).filter(|_| queue.is_some()) {
                    call.queue.clone_from(queue);
                }
                self.answered(slot, agent, at, id, out);
            }
            Body::CallHeld { call } => {
                self.complicated(call, Part::Holds, at, id, out);
                let slot = self.call(call);
                self.happened(slot, Happened::Held, id, None, out);
            }
            Body::CallTransferred { call, .. } => {
                self.complicated(call, Part::Transfers, at, id, out);
                let slot = self.call(call);
                self.unbind(slot, at, id, out);
                self.happened(slot, Happened::Transferred, id, None, out);
                if let Some(call) = self.calls.get_mut(slot) {
                    call.risk.handed_over();
                }
            }
            Body::CallEnded { call, .. } => self.ended(call, at, id, out),
            Body::CallDescribed { call, intent, systems, distressing } => {
                self.described(call, intent.as_ref(), *systems, *distressing, event, out);
            }
            Body::SiteOpened { profile, .. } => self.profile = *profile,
            Body::RhythmChosen { minutes, .. } => {
                self.chosen = Some(*minutes);
                self.settings.breaks.follow(*minutes);
            }
            Body::Utterance { party: Party::Agent, .. } => self.agent_heard(event, out),
            Body::Signal { kind: SignalKind::Silence | SignalKind::TalkOver, .. } => {
                self.exchanged(event, out);
            }
            Body::Signal { kind: SignalKind::SuddenLoudness, .. } => self.loud(event, out),
            Body::Utterance { .. } | Body::Signal { .. } => self.heard(event, out),
            Body::AbuseReported { agent, call } => self.abuse_reported(agent, call, at, id, out),
            Body::BreakAnswered { offer, agent, answer } => {
                let Some(slot) = self.agents.slot(agent) else { return };
                let now = self.now;
                if let Some(agent) = self.agents.get_mut(slot) {
                    agent.breaks.answer(offer, *answer, id, at, now, &self.settings.breaks);
                }
                self.touch(slot, at, id, out);
            }
            Body::PresenceConfirmed { offer, agent, presence } => {
                self.presence_shown((agent, offer), *presence, at, id, out);
            }
            Body::PresenceRefused { offer, agent, presence: Presence::OnBreak, .. }
            | Body::PresenceUnconfirmed { offer, agent, presence: Presence::OnBreak, .. } => {
                let slot = self.agents.slot(agent);
                if let Some(known) = slot.and_then(|slot| self.agents.get_mut(slot)) {
                    known.breaks.not_shown(offer, agent, id, out);
                }
            }
            Body::InferenceDisputed { agent, event: disputed, objection } => {
                let Some(slot) = self.agents.slot(agent) else { return };
                self.advance(slot, at);
                if let Some(agent) = self.agents.get_mut(slot) {
                    agent.dispute(*disputed, *objection, &self.settings);
                }
                self.touch(slot, at, id, out);
            }
            Body::CallCustomer { call, customer } => self.customer_told(call, customer, id, out),
            Body::AgentTeam { agent, team, .. } => self.seconds.joined(agent, team.as_ref()),
            Body::SecondChosen { team, second, .. } => self.seconds.chosen(team.as_ref(), second.as_ref()),
            Body::ReturnChosen { agent, automatic: true } => {
                self.stay_away.remove(agent);
            }
            Body::ReturnChosen { agent, automatic: false } => {
                self.stay_away.insert(agent.clone());
            }
            Body::CustomerFlagged { .. }
            | Body::CustomerFlagRenewed { .. }
            | Body::CustomerAppealed { .. }
            | Body::CustomerUnflagged { .. } => self.customers.take(event),
            Body::Erased { subject, .. } => self.erased(subject),
            body => self.take_of_desk(body, at, id, out),
        }
    }

    /// What people do about alerts and incidents.
    fn take_of_desk(&mut self, body: &Body, at: Timestamp, event: EventId, out: &mut Decisions) {
        match body {
            Body::AlertAcknowledged { alert, .. } => self.desk.acknowledged(alert),
            Body::AlertClosed { alert, outcome, .. } => {
                self.desk.closed(alert, *outcome, &self.settings.alerts, out);
            }
            Body::AlertRated { alert, agent, right, welcome } => {
                self.desk.rated((alert, agent), *right && *welcome, &self.settings.alerts, out);
            }
            Body::HelpAsked { agent, call, action } => {
                self.help_asked(agent, call.as_ref(), action, event, out);
            }
            Body::IncidentStepped { incident, agent, step } => {
                self.stepped((incident, agent), *step, event, out);
            }
            body => {
                if let Some(incident) = incident_of(body) {
                    self.told_of_incident(incident, body, at);
                }
                return;
            }
        }
        self.set_desk_wake();
    }

    fn erased(&mut self, subject: &SubjectId) {
        if let Some(customer) = subject.as_str().strip_prefix("customer:") {
            if let Ok(customer) = CustomerId::new(customer) {
                self.customers.erase(&customer);
            }
            return;
        }
        let Ok(id) = AgentId::new(subject.as_str()) else { return };
        if let Some(agent) = self.agents.slot(&id).and_then(|slot| self.agents.get_mut(slot)) {
            agent.erase();
        }
        self.forget_incidents(&id);
        self.stay_away.remove(&id);
    }

    /// The agent as they stand at a time; for [`crate::Standing`].
    pub(crate) fn at(&self, id: &AgentId, now: Timestamp) -> Option<(Agent, Now)> {
        let mut agent = self.agents.get(self.agents.slot(id)?)?.clone();
        agent.model.advance(now, &self.settings);
        let known = now_of(&agent, &self.calls, &self.norms, &self.hard_calls);
        Some((agent, known))
    }
}

/// What is known of an agent's present call, and of the site's calls.
fn now_of(agent: &Agent, calls: &Table<CallId, Call>, norms: &Norms, hard_calls: &HardCalls) -> Now {
    let length = agent
        .call_now()
        .and_then(|(call, length)| norms.compare(&agent.usual, calls.get(call)?.kind(), length));
    Now { length, usual_hard: hard_calls.usual() }
}
