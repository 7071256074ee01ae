//! Abuse, agitation and distressing content that the agent met, fading.

use jiff::SignedDuration;

use crate::{
    settings::ExposureSettings,
    time::{fade, minutes},
};

/// Three pools, each 0 to 1.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Exposure {
    abuse: f64,
    agitation: f64,
    distress: f64,
}

impl Exposure {
    pub(crate) fn abuse(&self) -> f64 {
        self.abuse
    }

    pub(crate) fn agitation(&self) -> f64 {
        self.agitation
    }

    pub(crate) fn distress(&self) -> f64 {
        self.distress
    }

    pub(crate) fn total(&self) -> f64 {
        1.0 - (1.0 - self.abuse) * (1.0 - self.agitation) * (1.0 - self.distress)
    }

    pub(crate) fn fade(&mut self, span: SignedDuration, set: &ExposureSettings) {
        // Most agents have met nothing most of the time.
        for (pool, half_life) in [
            (&mut self.abuse, set.abuse_half_life_minutes),
            (&mut self.agitation, set.agitation_half_life_minutes),
            (&mut self.distress, set.distress_half_life_minutes),
        ] {
            if *pool > 0.0 {
                *pool *= fade(span, minutes(half_life));
            }
        }
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

    /// The agent had a call whose content is hard to hear. Returns what it added.
    pub(crate) fn meet_distress(&mut self, set: &ExposureSettings) -> f64 {
        meet(&mut self.distress, set.distress_per_call)
    }

    /// The agent was told of so much exposure in all, and what it came from is not known: it counts as agitation.
    pub(super) fn rise_to(&mut self, total: f64) {
        let others = (1.0 - self.abuse) * (1.0 - self.distress);
        self.agitation =
            self.agitation.max(1.0 - (1.0 - total.clamp(0.0, 1.0)) / others.max(1e-9)).clamp(0.0, 1.0);
    }

    /// Takes back what an experience added, as far as it has not faded: the agent says it was none.
    pub(crate) fn take_back_abuse(&mut self, left: f64) {
        self.abuse = (self.abuse - left).max(0.0);
    }

    /// The same for agitation.
    pub(crate) fn take_back_agitation(&mut self, left: f64) {
        self.agitation = (self.agitation - left).max(0.0);
    }

    /// The same for distressing content.
    pub(crate) fn take_back_distress(&mut self, left: f64) {
        self.distress = (self.distress - left).max(0.0);
    }
}

fn meet(pool: &mut f64, size: f64) -> f64 {
    let added = (1.0 - *pool) * if size.is_nan() { 0.0 } else { size.clamp(0.0, 1.0) };
    *pool += added;
    added
}
