//! Alerts to supervisors: few, and only about what they can do something about.
//!
//! They rest on the caller's words and voice, on what agents ask for themselves, on the phone platform's facts, and on the
//! site's own failure to offer a break. Strain and refused breaks are not even reachable from here.

mod rules;
mod standing;

use std::collections::VecDeque;

use calmline_core::{
    AgentId, AlertId, Body, CallId, EventId, QueueId, Share, Timestamp,
    event::{AlertOutcome, Evidence, Reason},
};

use self::{rules::Rules, standing::Standing};
use crate::{
    call::Alarm,
    decisions::Decisions,
    seconds::Seconds,
    settings::AlertSettings,
    time::{after, hours, minutes},
};

/// Alerts that may wait for the budget at once; the least urgent beyond that are not raised any more.
const WAITING: usize = 64;

/// An alert that should be raised.
#[derive(Debug, Clone)]
pub(crate) struct Wish {
    pub(crate) alarm: Alarm,
    /// Whom it is about, or which queue.
    pub(crate) agent: Option<AgentId>,
    pub(crate) queue: Option<QueueId>,
    pub(crate) call: Option<CallId>,
    pub(crate) reason: Reason,
    pub(crate) confidence: f64,
    pub(crate) evidence: Vec<Evidence>,
    pub(crate) because: Vec<EventId>,
    /// What the agent asks for; otherwise what the alarm suggests.
    pub(crate) action: Option<String>,
}

impl Wish {
    /// A wish that rests on told facts alone.
    pub(crate) fn new(alarm: Alarm, agent: Option<AgentId>, evidence: Vec<Evidence>) -> Self {
        Self {
            alarm,
            agent,
            queue: None,
            call: None,
            reason: Reason::new(alarm.code()),
            confidence: 1.0,
            because: evidence.iter().map(|moment| moment.event).collect(),
            evidence,
            action: None,
        }
    }

    /// What its name is derived from.
    fn whom(&self) -> &str {
        let call = self.call.as_ref().map(CallId::as_str);
        let agent = self.agent.as_ref().map(AgentId::as_str);
        call.or(agent).or(self.queue.as_ref().map(QueueId::as_str)).unwrap_or_default()
    }
}

#[derive(Debug, Clone)]
struct Waiting {
    wish: Wish,
    until: Timestamp,
}

/// Whether a waiting alert still makes sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Still {
    /// Someone can still join the call, or free the agent.
    Now,
    /// The call is over; someone can still speak with the agent.
    Afterwards,
    /// It is over.
    Over,
}

/// The supervisors' desk of one site.
#[derive(Debug, Clone, Default)]
pub(crate) struct Desk {
    raised: VecDeque<Timestamp>,
    waiting: Vec<Waiting>,
    standing: Standing,
    rules: Rules,
    pub(crate) wake: Option<Timestamp>,
}

impl Desk {
    /// Raises an alert, or holds it back until the budget allows it. One of a rule that rests is not raised at all.
    pub(crate) fn wish(&mut self, mut wish: Wish, still: Still, set: &AlertSettings, out: &mut Decisions) {
        if self.rules.rests(wish.alarm, out.now) {
            return;
        }
        if self.may(wish.alarm, out.now, set) {
            self.raise(&wish, still, set, out);
            return;
        }
        let held = Body::AlertHeld {
            agent: wish.agent.clone(),
            call: wish.call.clone(),
            reason: wish.reason.clone(),
        };
        let event = out.decide(wish.because.clone(), held);
        wish.because.push(event);
        self.waiting.push(Waiting { wish, until: after(out.now, minutes(set.waits_minutes)) });
        // Most urgent first; among equals the one that has waited longest. The sort is stable.
        self.waiting.sort_by_key(|waiting| std::cmp::Reverse(waiting.wish.alarm));
        self.waiting.truncate(WAITING);
    }

    /// Raises what has waited, as far as the budget allows it and it still makes sense; and tells a second person of what
    /// nobody has answered.
    pub(crate) fn review(
        &mut self,
        still: impl Fn(&Wish) -> Still,
        seconds: &Seconds,
        set: &AlertSettings,
        out: &mut Decisions,
    ) {
        let now = out.now;
        self.standing.escalate(seconds, set, out);
        self.waiting.retain(|waiting| now < waiting.until && still(&waiting.wish) != Still::Over);
        // The most urgent comes first and has the most budget: if it may not be raised, none may.
        while let Some(first) = self.waiting.first()
            && self.may(first.wish.alarm, now, set)
        {
            let wish = self.waiting.remove(0).wish;
            self.raise(&wish, still(&wish), set, out);
        }
    }

    /// When the budget or the patience of what waits next changes, or an alert has stood unanswered for long enough.
    pub(crate) fn next(&self, now: Timestamp, set: &AlertSettings) -> Option<Timestamp> {
        let patience = self.waiting.iter().map(|waiting| waiting.until).min();
        let budget = patience.and_then(|_| self.raised.front().map(|first| after(*first, hours(1))));
        // One that is due at this very time is told before it passes.
        let unanswered = self.standing.next(set);
        [patience, budget].into_iter().flatten().filter(|at| *at > now).chain(unanswered).min()
    }

    /// Somebody looks after an alert.
    pub(crate) fn acknowledged(&mut self, alert: &AlertId) {
        self.standing.answered(alert);
    }

    /// A supervisor said what became of an alert. The first answer counts.
    pub(crate) fn closed(
        &mut self,
        alert: &AlertId,
        outcome: AlertOutcome,
        set: &AlertSettings,
        out: &mut Decisions,
    ) {
        self.standing.answered(alert);
        if let Some(alarm) = self.standing.closed(alert) {
            self.rules.answer(alarm, outcome != AlertOutcome::Wrong, set, out);
        }
    }

    /// The agent whom an alert was about said in private whether it was right and welcome. The first answer counts.
    pub(crate) fn rated(
        &mut self,
        (alert, agent): (&AlertId, &AgentId),
        earned: bool,
        set: &AlertSettings,
        out: &mut Decisions,
    ) {
        if let Some(alarm) = self.standing.rated(alert, agent) {
            self.rules.answer(alarm, earned, set, out);
        }
    }

    fn may(&mut self, alarm: Alarm, now: Timestamp, set: &AlertSettings) -> bool {
        while self.raised.front().is_some_and(|first| after(*first, hours(1)) <= now) {
            self.raised.pop_front();
        }
        let kept = if alarm.is_urgent() { 0 } else { set.kept_for_urgent };
        self.raised.len() < set.per_hour.saturating_sub(kept) as usize
    }

    fn raise(&mut self, wish: &Wish, still: Still, set: &AlertSettings, out: &mut Decisions) {
        self.raised.push_back(out.now);
        let name = out.name(wish.alarm.code(), wish.whom(), &wish.because);
        // A name is 32 hexadecimal digits, which every id may be.
        let Ok(alert) = AlertId::new(name) else { return };
        let suggested = match (wish.alarm, still) {
            (Alarm::BreakOverdue | Alarm::QueueBuilding, _) => "action.more_hands",
            (Alarm::Overload, _) => "action.lighter",
            (Alarm::Loudness, _) => "action.ears",
            (Alarm::Exposure, _) | (_, Still::Afterwards) => "action.check_in",
            _ => "action.join_call",
        };
        let raised = Body::AlertRaised {
            alert: alert.clone(),
            agent: wish.agent.clone(),
            queue: wish.queue.clone(),
            call: wish.call.clone(),
            reason: wish.reason.clone(),
            confidence: Share::new(wish.confidence).rounded(),
            evidence: wish.evidence.clone(),
            action: wish.action.clone().unwrap_or_else(|| suggested.into()),
            expires: after(out.now, minutes(set.stands_minutes)),
        };
        let event = out.decide(wish.because.clone(), raised);
        self.standing.raised(alert, wish, event, out.now);
    }
}
