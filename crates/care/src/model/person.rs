//! One person of a simulation: the same model, told directly instead of by the events of a site.

use calmline_core::Timestamp;

use super::{Activity, Model, Over};
use crate::settings::Settings;

/// An agent whose load, exposure and strain are followed without a site around them. Whether a break is due, and what
/// anybody is told, is not decided here.
#[derive(Debug, Clone)]
pub struct Person(Model);

impl Person {
    /// Somebody rested, who is not signed in.
    #[must_use]
    pub fn new(at: Timestamp) -> Self {
        Self(Model::new(at))
    }

    /// Lets time pass. An earlier time changes nothing.
    pub fn advance(&mut self, at: Timestamp, settings: &Settings) {
        self.0.advance(at, settings);
    }

    /// From `at` on they do something else.
    pub fn enter(&mut self, at: Timestamp, activity: Activity, settings: &Settings) {
        self.0.advance(at, settings);
        let before = self.0.activity();
        if before == activity {
            return;
        }
        if before == Activity::InCall {
            self.0.call_over(Over::default());
        }
        self.0.enter(activity, settings);
        if activity == Activity::InCall {
            self.0.call_began(settings);
        }
    }

    /// They met one abusive call.
    pub fn meet_abuse(&mut self, settings: &Settings) {
        self.0.exposure.meet_abuse(1.0, &settings.exposure);
    }

    /// They met an agitated caller for so many minutes of speech; `level` is how agitated, 0 to 1.
    pub fn meet_agitation(&mut self, minutes: f64, level: f64, settings: &Settings) {
        self.0.exposure.meet_agitation(minutes, level, &settings.exposure);
    }

    /// What they do.
    #[must_use]
    pub fn activity(&self) -> Activity {
        self.0.activity()
    }

    /// Strain, 0 to 1, at the last time told.
    #[must_use]
    pub fn strain(&self, settings: &Settings) -> f64 {
        self.0.strain_parts(settings).0.iter().sum::<f64>().clamp(0.0, 1.0)
    }
}
