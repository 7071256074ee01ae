//! The strain of one person, followed from what they did.

use calmline_core::{
    Body, Event, Timestamp,
    event::{Band, WorkState},
};

use super::matrix::Vector;
use crate::{
    model::{
        Activity, Exposure,
        strain::{Reservoirs, Terms},
    },
    settings::Settings,
    time::between,
};

/// Strain around which the level is taken: a usual day's.
const MIDDLE: f64 = 0.35;
/// How far recovery is varied to see how strain answers: by this in the logarithm of its time constant.
const STEP: f64 = 0.25;

/// Follows one person's strain as the model has it, and how it would be if they recovered faster or more slowly.
#[derive(Debug, Clone)]
pub struct Course {
    settings: Settings,
    at: Timestamp,
    activity: Activity,
    exposure: Exposure,
    strain: Reservoirs,
    faster: Reservoirs,
    slower: Reservoirs,
    /// The band of exposure last told.
    told: Band,
}

impl Course {
    /// Somebody rested who has not begun to work.
    #[must_use]
    pub fn new(at: Timestamp, settings: Settings) -> Self {
        let rested = Reservoirs::default();
        Self {
            settings,
            at,
            activity: Activity::Off,
            exposure: Exposure::default(),
            strain: rested,
            faster: rested,
            slower: rested,
            told: Band::Light,
        }
    }

    fn advance(&mut self, to: Timestamp) {
        let span = between(self.at, to);
        if span.is_zero() {
            return;
        }
        self.at = to;
        let terms = Terms::of(&self.settings);
        let go = |from: Reservoirs, terms: Terms<'_>| from.after(self.activity, &self.exposure, span, &terms);
        self.strain = go(self.strain, terms);
        self.faster = go(self.faster, terms.recovering((-STEP).exp()));
        self.slower = go(self.slower, terms.recovering(STEP.exp()));
        self.exposure.fade(span, &self.settings.exposure);
    }

    /// The person does something else from now on. An earlier time counts as the latest known.
    pub fn enter(&mut self, activity: Activity, at: Timestamp) {
        self.advance(at);
        self.activity = activity;
    }

    /// The person met abuse: one whole call of it.
    pub fn meet_abuse(&mut self, at: Timestamp) {
        self.advance(at);
        self.exposure.meet_abuse(1.0, &self.settings.exposure);
    }

    /// The person met agitation for so many minutes of speech, `level` 0 to 1.
    pub fn meet_agitation(&mut self, at: Timestamp, minutes: f64, level: f64) {
        self.advance(at);
        self.exposure.meet_agitation(minutes, level, &self.settings.exposure);
    }

    /// Takes an event about the person: what the phone platform says that they do, a call that they took, abuse that they
    /// reported, and the bands of exposure that they were told of. Other events change nothing.
    pub fn take(&mut self, event: &Event) {
        match &event.body {
            Body::AgentState { state, .. } => self.enter(activity_of(*state), event.at),
            Body::CallAnswered { .. } => self.enter(Activity::InCall, event.at),
            Body::AbuseReported { .. } => self.meet_abuse(event.at),
            Body::LoadChanged { exposure, .. } => {
                // What led to the band is with the calls, and not the person's to keep; a band that rises is met at its edge.
                let edge = |band| match band {
                    Band::Light => 0.0,
                    Band::Usual => self.settings.exposure.bands.usual,
                    Band::High => self.settings.exposure.bands.high,
                    Band::Heavy => self.settings.exposure.bands.heavy,
                };
                let (total, edge) = (self.exposure.total(), edge(*exposure));
                self.advance(event.at);
                if *exposure > self.told && edge > total {
                    self.exposure.rise_to(edge);
                }
                self.told = *exposure;
            }
            _ => {}
        }
    }

    /// What a check-in at that time is regressed on: see [`super::Parameter`].
    #[must_use]
    pub fn features(&self, at: Timestamp) -> Vector {
        let mut then = self.clone();
        then.advance(at);
        [
            1.0,
            then.strain.now - MIDDLE,
            (then.slower.now - then.faster.now) / (2.0 * STEP),
            then.exposure.total(),
            then.strain.carried - self.settings.strain.carried_usual,
        ]
    }
}

fn activity_of(state: WorkState) -> Activity {
    match state {
        WorkState::Busy => Activity::InCall,
        WorkState::WrapUp => Activity::WrapUp,
        WorkState::Available => Activity::Waiting,
        WorkState::OnBreak => Activity::Rest,
        WorkState::Away | WorkState::Training => Activity::Aside,
        WorkState::Offline => Activity::Off,
    }
}
