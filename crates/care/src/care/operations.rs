//! What the phone platform's facts tell supervisors: agents with no room to breathe, queues that build up, loud lines.

use std::collections::BTreeSet;

use calmline_core::{
    Body, Event, Party, QueueId,
    event::{Band, Evidence, Reason, SignalKind},
};

use super::Care;
use crate::{alerts::Wish, call::Alarm, decisions::Decisions, model::Part};

/// The queues that build up: those seen so once, and those that were told.
#[derive(Debug, Clone, Default)]
pub(crate) struct Building {
    seen: BTreeSet<QueueId>,
    told: BTreeSet<QueueId>,
}

impl Building {
    pub(crate) fn is_told(&self, queue: &QueueId) -> bool {
        self.told.contains(queue)
    }
}

impl Care {
    /// A queue builds up where two pictures of it in a row say so; it is told again once it has eased by half.
    pub(super) fn queue_told(&mut self, event: &Event, out: &mut Decisions) {
        let Body::QueueSnapshot { queue, waiting, longest_wait_s, .. } = &event.body else { return };
        let set = &self.settings.alerts;
        let long = f64::from(set.queue_seconds);
        if *waiting < set.queue_waiting || *longest_wait_s < long {
            self.building.seen.remove(queue);
            if *longest_wait_s < long / 2.0 {
                self.building.told.remove(queue);
            }
            return;
        }
        if self.building.seen.insert(queue.clone()) || !self.building.told.insert(queue.clone()) {
            return;
        }
        let evidence = Evidence { reason: Reason::new("evidence.queue"), event: event.id, quote: None };
        let wish = Wish::new(Alarm::QueueBuilding, None, vec![evidence]);
        let reason = wish.reason.clone().with("waiting", f64::from(*waiting));
        let reason = reason.with("seconds", longest_wait_s.round());
        self.wish(Wish { queue: Some(queue.clone()), reason, ..wish }, out);
    }

    /// The caller's line became much louder at once while an agent had it on their ears.
    pub(super) fn loud(&mut self, event: &Event, out: &mut Decisions) {
        let Body::Signal { call, party, kind, value, confidence, .. } = &event.body else { return };
        let loud = value.is_finite() && *value >= self.settings.alerts.loudness_decibels;
        if *party != Party::Customer || *kind != SignalKind::SuddenLoudness || !loud {
            return;
        }
        let slot = self.call(call);
        let Some(known) = self.calls.get_mut(slot) else { return };
        let Some(bound) = known.bound.clone().filter(|_| known.ended.is_none()) else { return };
        if known.alarms.contains(&Alarm::Loudness) {
            return;
        }
        known.alarms.push(Alarm::Loudness);
        let by = |reason: Reason| reason.with("decibels", value.round());
        let evidence =
            Evidence { reason: by(Reason::new("evidence.loudness")), event: event.id, quote: None };
        let wish = Wish::new(Alarm::Loudness, Some(bound.agent), vec![evidence]);
        let (call, reason) = (Some(call.clone()), by(wish.reason.clone()));
        self.wish(Wish { call, reason, confidence: confidence.get(), ..wish }, out);
    }

    /// An agent has had no moment to breathe for an hour, or has met much abuse: what callers did and how busy the floor
    /// was, nothing of how the agent takes it. Told once until it has eased.
    pub(super) fn review_load(&mut self, slot: usize, out: &mut Decisions) {
        let set = &self.settings;
        let Some(agent) = self.agents.get_mut(slot) else { return };
        let occupancy = agent.model.occupancy(set).filter(|_| agent.model.activity().is_work());
        let busy = occupancy.unwrap_or(0.0);
        // One long call is no overload, however full it makes the hour.
        let many = agent.model.calls_in_a_row() >= set.load.calls_in_a_row;
        let overload = busy >= set.alerts.overload_from && many && !agent.told_of.overload;
        agent.told_of.overload = overload || agent.told_of.overload && busy >= set.load.occupancy_ceiling;
        let band = agent.held.bands[1];
        let exposure = band == Band::Heavy && !agent.told_of.exposure;
        agent.told_of.exposure = exposure || agent.told_of.exposure && band >= Band::High;
        let (agent_id, causes) = (agent.id.clone(), agent.causes);
        let wish = |alarm, part: Part, reason: Reason| {
            let evidence = causes[part as usize].map(|event| Evidence { reason, event, quote: None });
            Wish::new(alarm, Some(agent_id.clone()), evidence.into_iter().collect())
        };
        if overload {
            let percent = (busy * 100.0).round();
            let evidence = Reason::new("evidence.busy").with("percent", percent);
            let overload = wish(Alarm::Overload, Part::Occupancy, evidence);
            let reason = overload.reason.clone().with("percent", percent);
            self.wish(Wish { reason, ..overload }, out);
        }
        if exposure && causes[Part::Abuse as usize].is_some() {
            let exposure = wish(Alarm::Exposure, Part::Abuse, Reason::new("evidence.exposure"));
            self.wish(exposure, out);
        }
    }
}
