//! The reservoir that fills with demand and recovers with rest, in closed form.

use jiff::SignedDuration;

use super::{Activity, Exposure};
use crate::settings::{Settings, StrainSettings};

/// Strain after a stretch of one activity, given strain and exposure at its beginning.
///
/// Solves `dS/dt = (d + Σ bₖ·Eₖ·e^(−t/τₖ) − S) / τ`:
/// `S(t) = d + (S₀ − d)·q + Σ bₖ·Eₖ·τₖ/(τₖ − τ)·(e^(−t/τₖ) − q)` with `q = e^(−t/τ)`, and `bₖ·Eₖ·(t/τ)·q` where the time
/// constants are the same.
pub(super) fn after(
    strain: f64,
    activity: Activity,
    exposure: &Exposure,
    span: SignedDuration,
    set: &Terms<'_>,
) -> f64 {
    let t = span.as_secs_f64();
    let minute = 60.0;
    if activity.is_rest() {
        return strain * (-t / (minute * f64::from(set.strain.recovers_minutes.max(1)))).exp();
    }
    let demand = match activity {
        Activity::InCall => set.strain.in_call,
        Activity::WrapUp => set.strain.wrap_up,
        Activity::Waiting => set.strain.waiting,
        Activity::Aside => set.strain.aside,
        Activity::Rest | Activity::Off => 0.0,
    };
    let tau = minute * f64::from(set.strain.fills_minutes.max(1));
    let left = (-t / tau).exp();
    let forced = |size: f64, half_life_minutes: u32| {
        let own = minute * f64::from(half_life_minutes.max(1)) / std::f64::consts::LN_2;
        if (own - tau).abs() < 1e-6 * tau {
            return size * (t / tau) * left;
        }
        size * own / (own - tau) * ((-t / own).exp() - left)
    };
    let abuse = forced(set.strain.from_abuse * exposure.abuse(), set.abuse_half_life_minutes);
    let agitation = forced(set.strain.from_agitation * exposure.agitation(), set.agitation_half_life_minutes);
    (demand + (strain - demand) * left + abuse + agitation).clamp(0.0, 1.0)
}

/// What the equation needs of the settings.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terms<'a> {
    pub(super) strain: &'a StrainSettings,
    pub(super) abuse_half_life_minutes: u32,
    pub(super) agitation_half_life_minutes: u32,
}

impl<'a> Terms<'a> {
    pub(super) fn of(settings: &'a Settings) -> Self {
        Self {
            strain: &settings.strain,
            abuse_half_life_minutes: settings.exposure.abuse_half_life_minutes,
            agitation_half_life_minutes: settings.exposure.agitation_half_life_minutes,
        }
    }
}
