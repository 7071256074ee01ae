//! The alerts of the last day: which were answered, and by whom they may still be rated.

use std::collections::VecDeque;

use calmline_core::{AgentId, AlertId, Body, EventId, Timestamp};

use super::Wish;
use crate::{
    call::Alarm,
    decisions::Decisions,
    seconds::Seconds,
    settings::AlertSettings,
    time::{after, hours, minutes},
};

/// How many are kept at most; the budget keeps them fewer.
const KEPT: usize = 512;
/// How long an alert can be answered: it vanishes after that.
const DAY: u32 = 24;

#[derive(Debug, Clone)]
struct Stands {
    alert: AlertId,
    alarm: Alarm,
    agent: Option<AgentId>,
    event: EventId,
    at: Timestamp,
    /// Somebody looks after it, has closed it, or a second person was told.
    answered: bool,
    closed: bool,
    rated: bool,
}

/// The alerts of one site, oldest first.
#[derive(Debug, Clone, Default)]
pub(super) struct Standing {
    alerts: VecDeque<Stands>,
}

impl Standing {
    pub(super) fn raised(&mut self, alert: AlertId, wish: &Wish, event: EventId, now: Timestamp) {
        let old = |first: &Stands| after(first.at, hours(DAY)) <= now;
        while self.alerts.len() >= KEPT || self.alerts.front().is_some_and(old) {
            self.alerts.pop_front();
        }
        self.alerts.push_back(Stands {
            alert,
            alarm: wish.alarm,
            agent: wish.agent.clone(),
            event,
            at: now,
            answered: false,
            closed: false,
            rated: false,
        });
    }

    fn get(&mut self, alert: &AlertId) -> Option<&mut Stands> {
        self.alerts.iter_mut().rev().find(|stands| stands.alert == *alert)
    }

    pub(super) fn answered(&mut self, alert: &AlertId) {
        if let Some(stands) = self.get(alert) {
            stands.answered = true;
        }
    }

    /// The rule of an alert that is closed for the first time.
    pub(super) fn closed(&mut self, alert: &AlertId) -> Option<Alarm> {
        let stands = self.get(alert)?;
        (!std::mem::replace(&mut stands.closed, true)).then_some(stands.alarm)
    }

    /// The rule of an alert that its agent rates for the first time.
    pub(super) fn rated(&mut self, alert: &AlertId, agent: &AgentId) -> Option<Alarm> {
        let stands = self.get(alert).filter(|stands| stands.agent.as_ref() == Some(agent))?;
        (!std::mem::replace(&mut stands.rated, true)).then_some(stands.alarm)
    }

    /// Tells a second person of what nobody has answered in time, once: who is named for it, else everybody.
    pub(super) fn escalate(&mut self, seconds: &Seconds, set: &AlertSettings, out: &mut Decisions) {
        let late = minutes(set.escalate_minutes);
        for stands in self.alerts.iter_mut().filter(|stands| !stands.answered) {
            if after(stands.at, late) <= out.now {
                stands.answered = true;
                out.decide(
                    vec![stands.event],
                    Body::AlertEscalated {
                        alert: stands.alert.clone(),
                        to: seconds.of(stands.agent.as_ref()),
                    },
                );
            }
        }
    }

    /// When the first of them will have stood for too long.
    pub(super) fn next(&self, set: &AlertSettings) -> Option<Timestamp> {
        let open = self.alerts.iter().filter(|stands| !stands.answered);
        open.map(|stands| after(stands.at, minutes(set.escalate_minutes))).min()
    }
}
