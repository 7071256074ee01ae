//! The state machine of one site: events in, decisions out.

use calmline_core::{
    AgentId, Body, CallId, Draft, Event, EventId, Share, SiteId, SubjectId, Timestamp,
    event::{Reason, SignalKind, WorkState},
};
use jiff::SignedDuration;

use crate::{
    agent::Agent,
    alerts::{Desk, Still, Wish},
    breaks::Room,
    call::{Alarm, Bound, Call},
    caller::{Kind, Noticed, Stretch},
    decisions::Decisions,
    model::{Activity, Part},
    prompts::Prompt,
    settings::Settings,
    table::Table,
    time::{after, before, between, hours, minutes, next_minute, seconds},
    wakes::{Waiter, Wakes},
};

/// Follows one site. See the crate's documentation.
#[derive(Debug, Clone)]
pub struct Care {
    pub(crate) site: SiteId,
    pub(crate) settings: Settings,
    now: Timestamp,
    pub(crate) agents: Table<AgentId, Agent>,
    calls: Table<CallId, Call>,
    wakes: Wakes,
    room: Room,
    desk: Desk,
}

impl Care {
    /// A site of which nothing is known yet. [`Settings::check`] says whether the settings make sense.
    #[must_use]
    pub fn new(site: SiteId, settings: Settings) -> Self {
        Self {
            site,
            settings,
            now: Timestamp::MIN,
            agents: Table::new(),
            calls: Table::new(),
            wakes: Wakes::default(),
            room: Room::default(),
            desk: Desk::default(),
        }
    }

    /// Decides by other settings from now on. What was decided before, and when it falls due, stays.
    pub fn adopt(&mut self, settings: Settings) {
        self.settings = settings;
    }

    /// Takes an event in; returns what is decided, in order.
    ///
    /// Time is the latest `at` seen: a late event counts, at the time that the agent's model has come to. Events of other
    /// sites and decisions that come back from the log change nothing. A timer moves time; when [`Self::next_wake`] is kept,
    /// further timers change nothing.
    pub fn apply(&mut self, event: &Event) -> Vec<Draft> {
        if event.site != self.site || event.body.is_decision() {
            return Vec::new();
        }
        self.now = self.now.max(event.at);
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
        self.serve_waiting(&mut out);
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
                Waiter::Budget => {
                    self.desk.wake = None;
                    self.review_desk(out);
                }
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
                }
            }
            Body::CallAnswered { call, agent, queue } => {
                let slot = self.call(call);
                if let Some(call) = self.calls.get_mut(slot).filter(|_| queue.is_some()) {
                    call.queue.clone_from(queue);
                }
                self.answered(slot, agent, at, id, out);
            }
            Body::CallHeld { call } => self.complicated(call, Part::Holds, at, id, out),
            Body::CallTransferred { call, .. } => {
                self.complicated(call, Part::Transfers, at, id, out);
                let slot = self.call(call);
                self.unbind(slot, at, id, out);
            }
            Body::CallEnded { call, .. } => self.ended(call, at, id, out),
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
            Body::InferenceDisputed { agent, event: disputed } => {
                let Some(slot) = self.agents.slot(agent) else { return };
                self.advance(slot, at);
                if let Some(agent) = self.agents.get_mut(slot) {
                    agent.dispute(*disputed, &self.settings);
                }
                self.touch(slot, at, id, out);
            }
            Body::Erased { subject, .. } => self.erased(subject),
            _ => {}
        }
    }

    // ── agents ──

    fn agent(&mut self, id: &AgentId, at: Timestamp) -> usize {
        self.agents.slot(id).unwrap_or_else(|| self.agents.put(id.clone(), Agent::new(id.clone(), at)))
    }

    fn advance(&mut self, slot: usize, to: Timestamp) {
        if let Some(agent) = self.agents.get_mut(slot) {
            agent.model.advance(to, &self.settings);
        }
    }

    fn agent_state(
        &mut self,
        id: &AgentId,
        state: WorkState,
        at: Timestamp,
        event: EventId,
        out: &mut Decisions,
    ) {
        let slot = self.agent(id, at);
        self.enter_state(slot, state, at);
        self.touch(slot, at, event, out);
    }

    fn enter_state(&mut self, slot: usize, state: WorkState, at: Timestamp) {
        self.advance(slot, at);
        let over = self.agents.get_mut(slot).map(|agent| agent.told(state, at)).unwrap_or_default();
        for has in over {
            // The end of these calls was lost, or comes late. How long they were is not known.
            if let Some(call) = self.calls.get_mut(has.call) {
                call.bound = None;
            }
            if let Some(agent) = self.agents.get_mut(slot) {
                agent.model.call_over(None);
            }
        }
    }

    /// Takes an agent as signed off whose platform has forgotten to say so.
    fn sign_off(&mut self, slot: usize, at: Timestamp, last: EventId) {
        self.enter_state(slot, WorkState::Offline, at);
        if let Some(agent) = self.agents.get_mut(slot) {
            agent.settle(last, &self.settings);
            agent.model.gone(&self.settings);
        }
    }

    /// Brings an agent up to date after an event about them.
    fn touch(&mut self, slot: usize, at: Timestamp, event: EventId, out: &mut Decisions) {
        if let Some(agent) = self.agents.get_mut(slot) {
            agent.is_heard(at, event);
        }
        self.update(slot, at, event, out);
    }

    /// Brings an agent up to date; `event` is what their state rests on now.
    fn update(&mut self, slot: usize, at: Timestamp, event: EventId, out: &mut Decisions) {
        self.advance(slot, at);
        if let Some(agent) = self.agents.get_mut(slot) {
            agent.settle(event, &self.settings);
        }
        self.review(slot, out);
    }

    fn wake_agent(&mut self, slot: usize, out: &mut Decisions) {
        let Some(agent) = self.agents.get_mut(slot) else { return };
        agent.wake = None;
        if let Some((off, last)) = agent.silent(self.now, &self.settings) {
            self.sign_off(slot, off, last);
        }
        self.advance(slot, self.now);
        let Some(agent) = self.agents.get_mut(slot) else { return };
        let idle = before(self.now, hours(self.settings.memory.idle_agent_days.saturating_mul(24)));
        if agent.model.activity() == Activity::Off && agent.model.since() <= idle {
            let id = agent.id.clone();
            let mut mark = agent.mark;
            self.room.mark(slot, &mut mark, crate::breaks::Mark::default());
            self.agents.remove(&id);
            return;
        }
        self.review(slot, out);
    }

    fn review(&mut self, slot: usize, out: &mut Decisions) {
        let settings = &self.settings;
        let Some(agent) = self.agents.get_mut(slot) else { return };
        let length_now = agent.call_now().and_then(|(call, length)| {
            let queue = self.calls.get(call)?.queue.as_ref();
            agent.usual.compare(queue, length)
        });
        // The place that the agent holds already is theirs.
        let overdue = agent.review(length_now, self.room.has_place(&settings.breaks), settings, out);
        let (activity, now) = (agent.model.activity(), self.now);
        let mark = agent.breaks.mark(activity, now);
        self.room.mark(slot, &mut agent.mark, mark);
        let look = match activity {
            Activity::Off => {
                let days = hours(settings.memory.idle_agent_days.saturating_mul(24));
                after(agent.model.since(), days).max(next_minute(now))
            }
            _ => next_minute(now),
        };
        let wake = agent.breaks.next(&agent.model, now, &settings.breaks).map_or(look, |at| at.min(look));
        self.wakes.set(Waiter::Agent(slot), &mut agent.wake, Some(wake));
        if let Some(worked) = overdue {
            let agent = agent.id.clone();
            self.break_overdue(slot, agent, worked, out);
        }
    }

    fn break_overdue(&mut self, slot: usize, agent: AgentId, worked: f64, out: &mut Decisions) {
        let cause = self.agents.get(slot).and_then(|agent| agent.causes[Part::SinceBreak as usize]);
        let reason = Reason::new("evidence.work").with("minutes", worked.floor());
        let evidence = cause.map(|event| calmline_core::event::Evidence { reason, event, quote: None });
        let wish = Wish {
            alarm: Alarm::BreakOverdue,
            agent,
            call: None,
            minutes: Some(worked),
            confidence: 1.0,
            evidence: evidence.into_iter().collect(),
            because: cause.into_iter().collect(),
        };
        self.wish(wish, out);
    }

    /// Offers a break to those who wait for one, the longest first, as places become free.
    fn serve_waiting(&mut self, out: &mut Decisions) {
        while self.room.has_place(&self.settings.breaks)
            && let Some(slot) = self.room.first_waiting()
        {
            self.review(slot, out);
            if self.room.first_waiting() == Some(slot) {
                return;
            }
        }
    }

    // ── calls ──

    fn call(&mut self, id: &CallId) -> usize {
        let slot = self
            .calls
            .slot(id)
            .unwrap_or_else(|| self.calls.put(id.clone(), Call::new(id.clone(), self.now)));
        self.keep_call(slot);
        slot
    }

    /// Sets when a call will be forgotten.
    fn keep_call(&mut self, slot: usize) {
        let set = &self.settings.memory;
        let Some(call) = self.calls.get_mut(slot) else { return };
        call.heard = self.now;
        let until = match call.ended {
            // Whole minutes: not every utterance moves it, and one timer serves all.
            Some(ended) => next_minute(after(ended, minutes(set.ended_call_minutes)).max(self.now)),
            None => next_minute(after(self.now, hours(set.silent_call_hours))),
        };
        self.wakes.set(Waiter::Call(slot), &mut call.wake, Some(until));
    }

    fn forget_call(&mut self, slot: usize, out: &mut Decisions) {
        let Some(call) = self.calls.get_mut(slot) else { return };
        call.wake = None;
        let (id, answered, bound) = (call.id.clone(), call.answered, call.bound.take());
        self.calls.remove(&id);
        // Its end was lost. The agent does not stay in a call for ever; how long it was is not known.
        let (Some(bound), Some(answered)) = (bound, answered) else { return };
        self.advance(bound.slot, self.now);
        if let Some(agent) = self.agents.get_mut(bound.slot) {
            agent.leaves(slot);
        }
        // This is no sign of the agent.
        self.update(bound.slot, self.now, answered, out);
    }

    fn answered(&mut self, slot: usize, id: &AgentId, at: Timestamp, event: EventId, out: &mut Decisions) {
        let Some(call) = self.calls.get(slot) else { return };
        let had = call.bound.as_ref().is_some_and(|bound| bound.agent == *id);
        if had || call.ended.is_some_and(|ended| at <= ended) {
            return;
        }
        self.unbind(slot, at, event, out);
        let agent_slot = self.agent(id, at);
        self.advance(agent_slot, at);
        if let Some(call) = self.calls.get_mut(slot) {
            call.bound = Some(Bound { slot: agent_slot, agent: id.clone() });
            call.ended = None;
            call.answered = Some(event);
        }
        self.keep_call(slot);
        if let Some(agent) = self.agents.get_mut(agent_slot) {
            agent.takes(slot, at, &self.settings);
            agent.cause(Part::BackToBack, event);
            agent.cause(Part::Occupancy, event);
        }
        self.touch(agent_slot, at, event, out);
    }

    /// The agent who has a call has it no longer.
    fn unbind(&mut self, slot: usize, at: Timestamp, event: EventId, out: &mut Decisions) {
        let Some(call) = self.calls.get_mut(slot) else { return };
        let Some(bound) = call.bound.take() else { return };
        let queue = call.queue.clone();
        self.advance(bound.slot, at);
        if let Some(agent) = self.agents.get_mut(bound.slot)
            && let Some(since) = agent.leaves(slot)
        {
            let length: SignedDuration = between(since, at);
            let compared = agent.usual.compare(queue.as_ref(), length);
            agent.usual.learn(queue.as_ref(), length);
            agent.model.call_over(compared);
            if compared.is_some() {
                agent.cause(Part::Handling, event);
            }
        }
        self.touch(bound.slot, at, event, out);
    }

    fn ended(&mut self, id: &CallId, at: Timestamp, event: EventId, out: &mut Decisions) {
        let slot = self.call(id);
        self.unbind(slot, at, event, out);
        if let Some(call) = self.calls.get_mut(slot) {
            call.ended = Some(call.ended.map_or(at, |ended| ended.max(at)));
        }
        self.keep_call(slot);
    }

    fn complicated(&mut self, id: &CallId, part: Part, at: Timestamp, event: EventId, out: &mut Decisions) {
        let slot = self.call(id);
        let Some(bound) = self.calls.get(slot).and_then(|call| call.bound.as_ref()) else { return };
        let agent_slot = bound.slot;
        self.advance(agent_slot, at);
        let Some(agent) = self.agents.get_mut(agent_slot) else { return };
        if part == Part::Holds {
            agent.model.held();
        } else {
            agent.model.transferred();
        }
        agent.cause(part, event);
        self.touch(agent_slot, at, event, out);
    }

    // ── what the caller shows ──

    fn heard(&mut self, event: &Event, out: &mut Decisions) {
        let set = &self.settings.prompts;
        let Some(id) = event.body.call() else { return };
        // Only the caller's voice and words; an unknown speaker may be the agent.
        let (start_s, end_s) = match &event.body {
            Body::Utterance {
                party: calmline_core::Party::Customer, start_s, end_s, signs: Some(_), ..
            }
            | Body::Signal {
                party: calmline_core::Party::Customer,
                kind: SignalKind::Arousal,
                start_s,
                end_s,
                ..
            } => (*start_s, *end_s),
            _ => return,
        };
        let Some(stretch) = Stretch::new(start_s, end_s) else { return };
        let set = set.clone();
        let slot = self.call(id);
        let Some(call) = self.calls.get_mut(slot) else { return };
        let noticed = match &event.body {
            Body::Signal { value, confidence, .. } => {
                call.caller.voice(event.id, stretch, *value, *confidence, &set)
            }
            Body::Utterance { signs: Some(signs), confidence, text, .. } => {
                call.caller.words(event.id, stretch, signs, *confidence, text.as_ref(), &set)
            }
            _ => return,
        };
        if !call.caller.is_agitated() {
            call.prompted.calm();
        }
        self.notice(slot, noticed, event, out);
    }

    fn notice(&mut self, slot: usize, noticed: Noticed, event: &Event, out: &mut Decisions) {
        let Some(call) = self.calls.get(slot) else { return };
        let Some(bound) = call.bound.clone() else { return };
        let agitation = call.caller.agitation();
        if call.caller.is_agitated() && noticed.fresh_minutes > 0.0 {
            self.advance(bound.slot, event.at);
            if let Some(agent) = self.agents.get_mut(bound.slot) {
                let set = &self.settings.exposure;
                let added = agent.model.exposure.meet_agitation(noticed.fresh_minutes, agitation, set);
                agent.met(event.id, Part::Agitation, added);
            }
        }
        if noticed.abuse {
            self.met_abuse(slot, &bound, event.at, event.id);
        }
        if noticed.agitated || noticed.abuse {
            self.touch(bound.slot, event.at, event.id, out);
        }
        let fresh = between(event.at, self.now) <= seconds(self.settings.prompts.stale_seconds);
        let shown = [
            (noticed.abuse, Prompt::Abuse, Kind::Abuse),
            (noticed.help, Prompt::HelpCalled, Kind::Help),
            (noticed.agitated, Prompt::AgitatedCaller, Kind::Agitation),
        ];
        for (_, prompt, kind) in shown.into_iter().filter(|(noticed, ..)| *noticed && fresh) {
            self.prompt(slot, &bound, prompt, kind, out);
        }
        if noticed.abuse {
            self.alarm(slot, &bound, Alarm::Abuse, Kind::Abuse, out);
        }
        if noticed.help {
            self.alarm(slot, &bound, Alarm::HelpCalled, Kind::Help, out);
        }
        if noticed.agitated {
            self.alarm(slot, &bound, Alarm::AgitatedCaller, Kind::Agitation, out);
        }
    }

    fn met_abuse(&mut self, slot: usize, bound: &Bound, at: Timestamp, event: EventId) {
        let Some(call) = self.calls.get_mut(slot) else { return };
        let more = call.caller.abuse() - call.abuse_met;
        if more <= 0.0 {
            return;
        }
        call.abuse_met += more;
        self.advance(bound.slot, at);
        if let Some(agent) = self.agents.get_mut(bound.slot) {
            let added = agent.model.exposure.meet_abuse(more, &self.settings.exposure);
            agent.met(event, Part::Abuse, added);
        }
    }

    fn prompt(&mut self, slot: usize, bound: &Bound, prompt: Prompt, kind: Kind, out: &mut Decisions) {
        let (now, set) = (self.now, &self.settings.prompts);
        let Some(call) = self.calls.get_mut(slot) else { return };
        if call.ended.is_some() || !call.prompted.may(prompt, now, set) {
            return;
        }
        let confidence = certainty(call, kind);
        let because = call.caller.evidence(kind).iter().map(|moment| moment.event).collect();
        let body = Body::PromptShown {
            agent: bound.agent.clone(),
            call: call.id.clone(),
            reason: Reason::new(prompt.code()),
            confidence: Share::new(confidence).rounded(),
            expires: after(now, seconds(set.shown_seconds)),
        };
        out.decide(because, body);
    }

    fn alarm(&mut self, slot: usize, bound: &Bound, alarm: Alarm, kind: Kind, out: &mut Decisions) {
        let Some(call) = self.calls.get_mut(slot) else { return };
        let mut lasted = None;
        if alarm == Alarm::AgitatedCaller {
            let agitated_s = call.caller.agitated_s();
            // Whoever was told of something worse in this call is with it already.
            let told = call.alarms.iter().any(|told| *told > alarm);
            if told || agitated_s < f64::from(self.settings.alerts.agitated_seconds) {
                return;
            }
            lasted = Some((agitated_s / 6.0).round() / 10.0);
        }
        if call.ended.is_some() || call.alarms.contains(&alarm) {
            return;
        }
        call.alarms.push(alarm);
        let evidence = call.caller.evidence(kind);
        let wish = Wish {
            alarm,
            agent: bound.agent.clone(),
            call: Some(call.id.clone()),
            minutes: lasted,
            confidence: certainty(call, kind),
            because: evidence.iter().map(|moment| moment.event).collect(),
            evidence,
        };
        self.wish(wish, out);
    }

    fn abuse_reported(
        &mut self,
        id: &AgentId,
        call: &CallId,
        at: Timestamp,
        event: EventId,
        out: &mut Decisions,
    ) {
        let slot = self.call(call);
        let agent_slot = self.agent(id, at);
        self.advance(agent_slot, at);
        let Some(call) = self.calls.get_mut(slot) else { return };
        let more = (1.0 - call.abuse_met).max(0.0);
        call.abuse_met = 1.0;
        let first = !call.alarms.contains(&Alarm::AbuseReported);
        let call_id = call.id.clone();
        if first {
            call.alarms.push(Alarm::AbuseReported);
        }
        if let Some(agent) = self.agents.get_mut(agent_slot).filter(|_| more > 0.0) {
            let added = agent.model.exposure.meet_abuse(more, &self.settings.exposure);
            agent.met(event, Part::Abuse, added);
        }
        self.touch(agent_slot, at, event, out);
        if !first {
            return;
        }
        let reason = Reason::new("evidence.key");
        let mut evidence = vec![calmline_core::event::Evidence { reason, event, quote: None }];
        if let Some(call) = self.calls.get(slot) {
            evidence.extend(call.caller.evidence(Kind::Abuse));
        }
        let wish = Wish {
            alarm: Alarm::AbuseReported,
            agent: id.clone(),
            call: Some(call_id),
            minutes: None,
            confidence: 1.0,
            because: evidence.iter().map(|moment| moment.event).collect(),
            evidence,
        };
        self.wish(wish, out);
    }

    // ── supervisors ──

    fn wish(&mut self, wish: Wish, out: &mut Decisions) {
        let still = self.still(&wish);
        self.desk.wish(wish, still, &self.settings.alerts, out);
        self.set_desk_wake();
    }

    fn review_desk(&mut self, out: &mut Decisions) {
        let mut desk = std::mem::take(&mut self.desk);
        desk.review(|wish| self.still(wish), &self.settings.alerts, out);
        self.desk = desk;
        self.set_desk_wake();
    }

    fn set_desk_wake(&mut self) {
        let next = self.desk.next(self.now);
        self.wakes.set(Waiter::Budget, &mut self.desk.wake, next);
    }

    fn still(&self, wish: &Wish) -> Still {
        let Some(call) = &wish.call else {
            let latest = minutes(self.settings.breaks.never_later_minutes);
            let agent = self.agents.slot(&wish.agent).and_then(|slot| self.agents.get(slot));
            let works_on =
                agent.is_some_and(|agent| agent.model.work() >= latest && agent.breaks.open().is_none());
            return if works_on { Still::Now } else { Still::Over };
        };
        let call = self.calls.slot(call).and_then(|slot| self.calls.get(slot));
        let goes_on = call.is_some_and(|call| call.ended.is_none());
        match wish.alarm {
            Alarm::Abuse | Alarm::AbuseReported if goes_on => Still::Now,
            Alarm::Abuse | Alarm::AbuseReported => Still::Afterwards,
            Alarm::AgitatedCaller if !call.is_some_and(|call| call.caller.is_agitated()) => Still::Over,
            _ if goes_on => Still::Now,
            _ => Still::Over,
        }
    }

    // ── rights ──

    fn erased(&mut self, subject: &SubjectId) {
        let Ok(id) = AgentId::new(subject.as_str()) else { return };
        if let Some(agent) = self.agents.slot(&id).and_then(|slot| self.agents.get_mut(slot)) {
            agent.erase();
        }
    }

    /// The agent as they stand at a time; for [`crate::Standing`].
    pub(crate) fn at(&self, id: &AgentId, now: Timestamp) -> Option<(Agent, Option<f64>)> {
        let mut agent = self.agents.get(self.agents.slot(id)?)?.clone();
        agent.model.advance(now, &self.settings);
        let length = agent
            .call_now()
            .and_then(|(call, length)| agent.usual.compare(self.calls.get(call)?.queue.as_ref(), length));
        Some((agent, length))
    }
}

/// How sure the call's evidence of a kind is.
fn certainty(call: &Call, kind: Kind) -> f64 {
    match kind {
        Kind::Agitation => call.caller.agitation(),
        Kind::Abuse => call.caller.abuse(),
        Kind::Help => call.caller.help(),
    }
}
