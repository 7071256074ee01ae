//! What callers show: exposure, prompts and the wish for an alert.

use calmline_core::{
    AgentId, Body, CallId, Event, EventId, Party, Share, Timestamp,
    event::{Evidence, Reason, SignalKind},
};

use super::{Care, signals::certainty};
use crate::{
    alerts::Wish,
    call::{Alarm, Bound},
    caller::{CRISIS_FROM, Kind, Noticed, Stretch},
    decisions::Decisions,
    model::Part,
    prompts::Prompt,
    time::{after, between, seconds},
};

impl Care {
    pub(super) fn heard(&mut self, event: &Event, out: &mut Decisions) {
        let set = &self.settings.prompts;
        let Some(id) = event.body.call() else { return };
        // Only the caller's voice and words; an unknown speaker may be the agent.
        let (start_s, end_s) = match &event.body {
            Body::Utterance { party: Party::Customer, start_s, end_s, signs: Some(_), .. }
            | Body::Signal { party: Party::Customer, kind: SignalKind::Arousal, start_s, end_s, .. } => {
                (*start_s, *end_s)
            }
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

    pub(super) fn notice(&mut self, slot: usize, noticed: Noticed, event: &Event, out: &mut Decisions) {
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
        if noticed.crisis {
            self.met_distress(slot, event, out);
        }
        if noticed.agitated || noticed.abuse {
            self.touch(bound.slot, event.at, event.id, out);
        }
        let fresh = between(event.at, self.now) <= seconds(self.settings.prompts.stale_seconds);
        let shown = [
            (noticed.crisis, Prompt::CallerInCrisis, Kind::Crisis),
            (noticed.abuse, Prompt::Abuse, Kind::Abuse),
            (noticed.help, Prompt::HelpCalled, Kind::Help),
            (noticed.agitated, Prompt::AgitatedCaller, Kind::Agitation),
        ];
        for (_, prompt, kind) in shown.into_iter().filter(|(noticed, ..)| *noticed && fresh) {
            self.prompt(slot, &bound, prompt, kind, out);
        }
        if noticed.crisis {
            self.alarm(slot, &bound, Alarm::CallerInCrisis, Kind::Crisis, out);
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
        if noticed.agitated || noticed.help {
            self.review_risk(slot, out);
        }
    }

    pub(super) fn met_abuse(&mut self, slot: usize, bound: &Bound, at: Timestamp, event: EventId) {
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

    pub(super) fn prompt(
        &mut self,
        slot: usize,
        bound: &Bound,
        prompt: Prompt,
        kind: Kind,
        out: &mut Decisions,
    ) {
        let (now, set) = (self.now, &self.settings.prompts);
        let Some(call) = self.calls.get_mut(slot) else { return };
        if call.ended.is_some() || !call.prompted.may(prompt, now, set) {
            return;
        }
        let (confidence, call) = (certainty(call, kind), call.id.clone());
        let until = after(now, seconds(set.shown_seconds));
        let because = self.infer(slot, bound, kind, out);
        let body = Body::PromptShown {
            agent: bound.agent.clone(),
            call,
            reason: self.reason_of(prompt),
            confidence: Share::new(confidence).rounded(),
            expires: until,
        };
        let prompt = out.decide(because.clone(), body);
        if let Some(agent) = self.agents.get_mut(bound.slot) {
            agent.rests_on(prompt, because);
        }
    }

    /// What a prompt says; of danger, with the numbers that help.
    fn reason_of(&self, prompt: Prompt) -> Reason {
        let reason = Reason::new(prompt.code());
        if !prompt.is_of_danger() {
            return reason;
        }
        let own = &self.settings.prompts.crisis_lines;
        if own.is_empty() {
            return reason.with("lines", format!("crisis_lines.{}", self.profile.as_str()).as_str());
        }
        reason.with("lines", own.as_str())
    }

    pub(super) fn alarm(
        &mut self,
        slot: usize,
        bound: &Bound,
        alarm: Alarm,
        kind: Kind,
        out: &mut Decisions,
    ) {
        let Some(call) = self.calls.get_mut(slot) else { return };
        let mut reason = Reason::new(alarm.code());
        if alarm == Alarm::AgitatedCaller {
            let agitated_s = call.caller.agitated_s();
            // Whoever was told of something worse in this call is with it already.
            let told = call.alarms.iter().any(|told| *told > alarm);
            if told || agitated_s < f64::from(self.settings.alerts.agitated_seconds) {
                return;
            }
            reason = reason.with("minutes", (agitated_s / 6.0).round() / 10.0);
        }
        if call.ended.is_some() || call.alarms.contains(&alarm) {
            return;
        }
        call.alarms.push(alarm);
        let (evidence, confidence) = (call.caller.evidence(kind), certainty(call, kind));
        let call = Some(call.id.clone());
        let because = self.infer(slot, bound, kind, out);
        let agent = Some(bound.agent.clone());
        self.wish(Wish { call, reason, confidence, because, ..Wish::new(alarm, agent, evidence) }, out);
    }

    /// An agent's own words of danger: they are shown where to find help, and nobody else is told. In a call whose caller
    /// spoke of danger the agent speaks of the caller's.
    pub(super) fn agent_heard(&mut self, event: &Event, out: &mut Decisions) {
        let Body::Utterance { call, signs: Some(signs), .. } = &event.body else { return };
        if signs.crisis.get() < CRISIS_FROM {
            return;
        }
        let (now, set) = (self.now, self.settings.prompts.clone());
        let Some(call) = self.calls.slot(call).and_then(|slot| self.calls.get_mut(slot)) else { return };
        let Some(bound) = call.bound.clone().filter(|_| call.caller.crisis() < CRISIS_FROM) else { return };
        let fresh = between(event.at, now) <= seconds(set.stale_seconds);
        if call.ended.is_some() || !fresh || !call.prompted.may(Prompt::OwnCrisis, now, &set) {
            return;
        }
        let body = Body::PromptShown {
            agent: bound.agent,
            call: call.id.clone(),
            reason: self.reason_of(Prompt::OwnCrisis),
            confidence: signs.crisis.rounded(),
            expires: after(now, seconds(set.shown_seconds)),
        };
        out.decide(vec![event.id], body);
    }

    pub(super) fn abuse_reported(
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
        self.open_incident(id, &call_id, event, out);
        if !first {
            return;
        }
        let reason = Reason::new("evidence.key");
        let mut evidence = vec![Evidence { reason, event, quote: None }];
        if let Some(call) = self.calls.get(slot) {
            evidence.extend(call.caller.evidence(Kind::Abuse));
        }
        let wish = Wish::new(Alarm::AbuseReported, Some(id.clone()), evidence);
        self.wish(Wish { call: Some(call_id), ..wish }, out);
    }
}
