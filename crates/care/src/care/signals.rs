//! What is inferred of a caller, told as a signal whenever a person is told of it.

use calmline_core::{
    Body, Event, EventId, Party, Share,
    event::{CallerSign, Evidence, Reason, SignalKind},
};

use super::Care;
use crate::{
    call::{Alarm, Bound, Call},
    caller::{Kind, Stretch},
    decisions::Decisions,
    escalation::{self, Happened},
    fusion,
};

/// How probable what a kind of evidence shows is.
pub(super) fn certainty(call: &Call, kind: Kind) -> f64 {
    match kind {
        Kind::Agitation => call.caller.agitation(),
        Kind::Abuse => call.caller.abuse(),
        Kind::Help => call.caller.help(),
        Kind::Crisis => call.caller.crisis(),
        Kind::Escalation => call.risk.probability(call.caller.belief().log_odds(), call.caller.help()),
    }
}

/// How probable it is where nothing is known. Words that were not read infer nothing.
fn baseline(kind: Kind) -> f64 {
    match kind {
        Kind::Agitation => fusion::RATE,
        Kind::Escalation => escalation::RATE,
        Kind::Abuse | Kind::Help | Kind::Crisis => 0.0,
    }
}

/// How much of what could be known is known: n pieces of n + 1.
fn known(call: &Call, kind: Kind, pieces: usize) -> Share {
    #[expect(clippy::cast_precision_loss, reason = "a few moments")]
    let pieces = pieces as f64;
    match kind {
        Kind::Agitation => call.caller.belief().known(),
        _ => Share::new(pieces / (pieces + 1.0)),
    }
}

fn sign(kind: Kind) -> CallerSign {
    match kind {
        Kind::Agitation => CallerSign::Agitation,
        Kind::Abuse => CallerSign::Abuse,
        Kind::Help => CallerSign::HelpWanted,
        Kind::Crisis => CallerSign::Crisis,
        Kind::Escalation => CallerSign::EscalationRisk,
    }
}

impl Care {
    /// Says what is inferred of the caller; returns what a decision that rests on it names as its causes: the
    /// signal, then its evidence.
    pub(super) fn infer(
        &mut self,
        slot: usize,
        bound: &Bound,
        kind: Kind,
        out: &mut Decisions,
    ) -> Vec<EventId> {
        let Some(call) = self.calls.get(slot) else { return Vec::new() };
        let evidence = call.caller.evidence(kind);
        let (from_s, to_s) = call.caller.heard_within(kind).unzip();
        let causes: Vec<EventId> = evidence.iter().map(|piece| piece.event).collect();
        let body = Body::CallerSignal {
            agent: bound.agent.clone(),
            call: call.id.clone(),
            kind: sign(kind),
            value: Share::new(certainty(call, kind)).rounded(),
            confidence: known(call, kind, evidence.len()).rounded(),
            baseline: Share::new(baseline(kind)),
            from_s,
            to_s,
            evidence,
        };
        let signal = out.decide(causes.clone(), body);
        if let Some(agent) = self.agents.get_mut(bound.slot) {
            agent.rests_on(signal, causes.clone());
        }
        [signal].into_iter().chain(causes).collect()
    }

    /// Talk-over and silence: what passes between the two, told of the caller.
    pub(super) fn exchanged(&mut self, event: &Event, out: &mut Decisions) {
        let Body::Signal { call, party: Party::Customer, kind, start_s, end_s, value, .. } = &event.body
        else {
            return;
        };
        let happened = match kind {
            SignalKind::Silence if value.is_finite() && *value > 0.0 => Happened::Silent(*value),
            SignalKind::TalkOver => Happened::TalkedOver,
            _ => return,
        };
        let Some(stretch) = Stretch::new(*start_s, *end_s) else { return };
        let slot = self.call(call);
        self.happened(slot, happened, event.id, Some(stretch), out);
    }

    /// Takes in what happened in a call, as evidence of its being handed on.
    pub(super) fn happened(
        &mut self,
        slot: usize,
        happened: Happened,
        event: EventId,
        stretch: Option<Stretch>,
        out: &mut Decisions,
    ) {
        let Some(call) = self.calls.get_mut(slot) else { return };
        call.risk.meet(happened);
        let mut reason = Reason::new(happened.code());
        if let Happened::Silent(seconds) = happened {
            reason = reason.with("seconds", seconds.round());
        }
        call.caller.keep(Kind::Escalation, Evidence { reason, event, quote: None }, stretch);
        self.review_risk(slot, out);
    }

    /// Tells that a call may have to be handed on, once to each agent who has it.
    pub(super) fn review_risk(&mut self, slot: usize, out: &mut Decisions) {
        let Some(call) = self.calls.get_mut(slot) else { return };
        let Some(bound) = call.bound.clone().filter(|_| call.ended.is_none()) else { return };
        let probability = certainty(call, Kind::Escalation);
        if !call.risk.due(probability) {
            return;
        }
        // What the caller showed is evidence as well as what happened.
        for (kind, code) in [(Kind::Agitation, "evidence.agitation"), (Kind::Help, "evidence.help")] {
            if let Some(last) = call.caller.evidence(kind).pop() {
                let reason = Reason::new(code);
                call.caller.keep(Kind::Escalation, Evidence { reason, ..last }, None);
            }
        }
        self.alarm(slot, &bound, Alarm::EscalationRisk, Kind::Escalation, out);
    }
}
