//! Alerts to supervisors: few, and only about what they can do something about.
//!
//! They rest on the caller's words and voice, the agent's key press, and the site's own failure to offer a break. Strain,
//! load and refused breaks are not even reachable from here.

use std::collections::VecDeque;

use calmline_core::{
    AgentId, AlertId, Body, CallId, EventId, Share, Timestamp,
    event::{Evidence, Reason},
};

use crate::{
    call::Alarm,
    decisions::Decisions,
    settings::AlertSettings,
    time::{after, hours, minutes},
};

/// Alerts that may wait for the budget at once; the least urgent beyond that are not raised any more.
const WAITING: usize = 64;

/// An alert that should be raised.
#[derive(Debug, Clone)]
pub(crate) struct Wish {
    pub(crate) alarm: Alarm,
    pub(crate) agent: AgentId,
    pub(crate) call: Option<CallId>,
    /// How long it has lasted, for the sentence.
    pub(crate) minutes: Option<f64>,
    pub(crate) confidence: f64,
    pub(crate) evidence: Vec<Evidence>,
    pub(crate) because: Vec<EventId>,
}

impl Wish {
    fn reason(&self) -> Reason {
        let reason = Reason::new(self.alarm.code());
        match self.minutes {
            Some(minutes) => reason.with("minutes", minutes),
            None => reason,
        }
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
    pub(crate) wake: Option<Timestamp>,
}

impl Desk {
    /// Raises an alert, or holds it back until the budget allows it.
    pub(crate) fn wish(&mut self, mut wish: Wish, still: Still, set: &AlertSettings, out: &mut Decisions) {
        if self.may(wish.alarm, out.now, set) {
            self.raise(&wish, still, set, out);
            return;
        }
        let held =
            Body::AlertHeld { agent: wish.agent.clone(), call: wish.call.clone(), reason: wish.reason() };
        let event = out.decide(wish.because.clone(), held);
        wish.because.push(event);
        self.waiting.push(Waiting { wish, until: after(out.now, minutes(set.waits_minutes)) });
        // Most urgent first; among equals the one that has waited longest. The sort is stable.
        self.waiting.sort_by_key(|waiting| std::cmp::Reverse(waiting.wish.alarm));
        self.waiting.truncate(WAITING);
    }

    /// Raises what has waited, as far as the budget allows it and it still makes sense.
    pub(crate) fn review(
        &mut self,
        still: impl Fn(&Wish) -> Still,
        set: &AlertSettings,
        out: &mut Decisions,
    ) {
        let now = out.now;
        self.waiting.retain(|waiting| now < waiting.until && still(&waiting.wish) != Still::Over);
        // The most urgent comes first and has the most budget: if it may not be raised, none may.
        while let Some(first) = self.waiting.first()
            && self.may(first.wish.alarm, now, set)
        {
            let wish = self.waiting.remove(0).wish;
            self.raise(&wish, still(&wish), set, out);
        }
    }

    /// When the budget or the patience of what waits next changes.
    pub(crate) fn next(&self, now: Timestamp) -> Option<Timestamp> {
        let patience = self.waiting.iter().map(|waiting| waiting.until).min()?;
        let budget = self.raised.front().map_or(patience, |first| after(*first, hours(1)));
        [patience, budget].into_iter().filter(|at| *at > now).min()
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
        let whom = wish.call.as_ref().map_or(wish.agent.as_str(), CallId::as_str);
        let name = out.name(wish.alarm.code(), whom, &wish.because);
        // A name is 32 hexadecimal digits, which every id may be.
        let Ok(alert) = AlertId::new(name) else { return };
        let action = match (wish.alarm, still) {
            (Alarm::BreakOverdue, _) => "action.more_hands",
            (_, Still::Afterwards) => "action.check_in",
            _ => "action.join_call",
        };
        let raised = Body::AlertRaised {
            alert,
            agent: wish.agent.clone(),
            call: wish.call.clone(),
            reason: wish.reason(),
            confidence: Share::new(wish.confidence).rounded(),
            evidence: wish.evidence.clone(),
            action: action.into(),
            expires: after(out.now, minutes(set.stands_minutes)),
        };
        out.decide(wish.because.clone(), raised);
    }
}
