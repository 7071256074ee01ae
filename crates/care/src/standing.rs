//! Where an agent stands: for the agent's own page, with reasons.

use calmline_core::{
    AgentId, EventId, OfferId, Share, Timestamp,
    event::{Band, Reason},
};
use serde::Serialize;

use crate::{
    care::Care,
    model::{Activity, Part},
    reasons::{of_part, strongest},
    time::in_minutes,
};

/// A value from 0 to 1 and its band.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Scale {
    /// 0 to 1, rounded to three places.
    pub value: Share,
    /// What people see.
    pub band: Band,
}

/// One part of a scale, and what it adds to it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Contribution {
    /// Which part.
    pub part: Part,
    /// What it adds to its scale, rounded to three places.
    pub share: Share,
    /// The same in words.
    pub reason: Reason,
    /// The event that last moved it.
    pub cause: Option<EventId>,
}

/// Where an agent stands at a time. Theirs alone to see.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Standing {
    /// When.
    pub at: Timestamp,
    /// What they do.
    pub activity: Activity,
    /// Demand acting on the person now.
    pub load: Scale,
    /// Abuse and agitation that the person met, fading.
    pub exposure: Scale,
    /// The effect on the person, as the model sees it.
    pub strain: Scale,
    /// What weighs most, strongest first.
    pub reasons: Vec<Reason>,
    /// Every part of the three scales.
    pub parts: Vec<Contribution>,
    /// Work since the last break.
    pub work_minutes: f64,
    /// Time since signing in.
    pub shift_minutes: f64,
    /// A break that is offered, accepted or under way.
    pub offer: Option<OfferId>,
}

impl Care {
    /// Where an agent stands at `now`, or at the latest time known of them if that is later. None for agents that no event
    /// has named.
    #[must_use]
    pub fn standing(&self, agent: &AgentId, now: Timestamp) -> Option<Standing> {
        let (agent, known) = self.at(agent, now)?;
        let reading = agent.model.read(known, &self.settings);
        let [load, exposure, strain] = agent.held.bands(&reading, &self.settings);
        let scale = |value, band| Scale { value: Share::new(value).rounded(), band };
        let parts = Part::ALL.into_iter().zip(reading.parts).map(|(part, share)| Contribution {
            part,
            share: Share::new(share).rounded(),
            reason: of_part(part, &reading),
            cause: agent.causes[part as usize],
        });
        let rounded = |minutes: f64| (minutes * 10.0).round() / 10.0;
        Some(Standing {
            at: agent.model.at(),
            activity: agent.model.activity(),
            load: scale(reading.load, load),
            exposure: scale(reading.exposure, exposure),
            strain: scale(reading.strain, strain),
            reasons: strongest(&reading),
            parts: parts.collect(),
            work_minutes: rounded(in_minutes(reading.work)),
            shift_minutes: rounded(in_minutes(reading.shift)),
            offer: agent.breaks.open().cloned(),
        })
    }
}
