//! Abuse and agitation that the agent met, fading.

use jiff::SignedDuration;

use crate::{
    settings::ExposureSettings,
    time::{fade, minutes},
};

/// Two pools, each 0 to 1.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Exposure {
    abuse: f64,
    agitation: f64,
}

impl Exposure {
    pub(crate) fn abuse(&self) -> f64 {
        self.abuse
    }

    pub(crate) fn agitation(&self) -> f64 {
        self.agitation
    }

    pub(crate) fn total(&self) -> f64 {
        1.0 - (1.0 - self.abuse) * (1.0 - self.agitation)
    }

    pub(crate) fn fade(&mut self, span: SignedDuration, set: &ExposureSettings) {
        self.abuse *= fade(span, minutes(set.abuse_half_life_minutes));
        self.agitation *= fade(span, minutes(set.agitation_half_life_minutes));
    }

    /// The agent met abuse; `share` of one abusive call. Returns what it added.
    pub(crate) fn meet_abuse(&mut self, share: f64, set: &ExposureSettings) -> f64 {
        // As many abusive calls as the site sets as the most of a shift fill the pool to a tenth above *heavy*.
        let calls = f64::from(set.abusive_calls_a_shift.max(1));
        let one = 1.0 - (1.0 - (set.bands.heavy + 0.1).clamp(0.0, 0.99)).powf(calls.recip());
        meet(&mut self.abuse, one * share)
    }

    /// The agent met agitation for so many minutes of speech, `level` 0 to 1. Returns what it added.
    pub(crate) fn meet_agitation(&mut self, minutes: f64, level: f64, set: &ExposureSettings) -> f64 {
        let size = 1.0 - (1.0 - set.agitation_per_minute.clamp(0.0, 0.99)).powf(minutes.clamp(0.0, 60.0));
        meet(&mut self.agitation, size * level)
    }

    /// Takes back what an experience added, as far as it has not faded: the agent says it was none.
    pub(crate) fn take_back_abuse(&mut self, left: f64) {
        self.abuse = (self.abuse - left).max(0.0);
    }

    /// The same for agitation.
    pub(crate) fn take_back_agitation(&mut self, left: f64) {
        self.agitation = (self.agitation - left).max(0.0);
    }
}

fn meet(pool: &mut f64, size: f64) -> f64 {
    let added = (1.0 - *pool) * if size.is_nan() { 0.0 } else { size.clamp(0.0, 1.0) };
    *pool += added;
    added
}
