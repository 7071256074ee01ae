//! Two reservoirs that fill with demand and recover with rest, in closed form: one in minutes and hours, one in days.

use jiff::SignedDuration;

use super::{Activity, Exposure};
use crate::{
    settings::{Settings, StrainSettings},
    time::in_minutes,
};

/// Where the two reservoirs stand, each 0 to 1.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Reservoirs {
    /// Strain that fills and recovers within the day.
    pub(super) now: f64,
    /// What is left of it from day to day: it follows the first with a time constant of days.
    pub(super) carried: f64,
}

/// A sum of exponentials of time, `c + Σ cₖ·e^(−t/τₖ)`: the present strain over a stretch of one activity.
struct Course {
    constant: f64,
    terms: [(f64, f64); 4],
}

impl Reservoirs {
    /// Where they stand after a stretch of one activity.
    ///
    /// At work `dS/dt = (d + Σ bₖ·Eₖ·e^(−t/τₖ) − S) / τ`, at rest `dS/dt = −S / τ_rest`; always `dL/dt = (S − L) / T`. Each
    /// exponential `c·e^(−t/κ)` of what drives a reservoir of time constant `τ` comes out as
    /// `c·κ/(κ − τ)·(e^(−t/κ) − e^(−t/τ))`.
    pub(super) fn after(
        self,
        activity: Activity,
        exposure: &Exposure,
        span: SignedDuration,
        set: &Terms<'_>,
    ) -> Self {
        let t = in_minutes(span);
        let course = self.course(activity, exposure, set);
        let days = 24.0 * 60.0 * f64::from(set.strain.carried_days.max(1));
        let left = (-t / days).exp();
        let mut now = course.constant;
        let mut carried = self.carried * left + course.constant * (1.0 - left);
        for (size, own) in course.terms.into_iter().filter(|(size, _)| *size != 0.0) {
            let fades = (-t / own).exp();
            now += size * fades;
            carried += size * own / (own - days) * (fades - left);
        }
        Self { now: now.clamp(0.0, 1.0), carried: carried.clamp(0.0, 1.0) }
    }

    fn course(self, activity: Activity, exposure: &Exposure, set: &Terms<'_>) -> Course {
        let days = 24.0 * 60.0 * f64::from(set.strain.carried_days.max(1));
        if activity.is_rest() {
            let tau = set.recovers_minutes.max(1.0);
            return Course { constant: 0.0, terms: [(self.now, apart(tau, days)), NONE, NONE, NONE] };
        }
        let demand = match activity {
            Activity::InCall => set.strain.in_call,
            Activity::WrapUp => set.strain.wrap_up,
            Activity::Waiting => set.strain.waiting,
            Activity::Aside => set.strain.aside,
            Activity::Rest | Activity::Off => 0.0,
        };
        let tau = apart(f64::from(set.strain.fills_minutes.max(1)), days);
        let mut terms = [NONE; 4];
        let mut own_part = self.now - demand;
        let forces = [
            (set.strain.from_abuse * exposure.abuse(), set.half_lives[0]),
            (set.strain.from_agitation * exposure.agitation(), set.half_lives[1]),
            (set.strain.from_distress * exposure.distress(), set.half_lives[2]),
        ];
        for (place, (size, half_life)) in forces.into_iter().enumerate().filter(|(_, (size, _))| *size > 0.0)
        {
            let own = apart(apart(f64::from(half_life.max(1)) / std::f64::consts::LN_2, tau), days);
            let size = size * own / (own - tau);
            terms[place] = (size, own);
            own_part -= size;
        }
        terms[3] = (own_part, tau);
        Course { constant: demand, terms }
    }
}

const NONE: (f64, f64) = (0.0, 1.0);

/// A time constant that is not quite another: where two are the same the formula divides by nothing, and a millionth of a
/// difference changes no digit that is shown.
fn apart(own: f64, other: f64) -> f64 {
    if (own - other).abs() < 1e-6 * other { other * (1.0 + 1e-6) } else { own }
}

/// What the equation needs of the settings.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terms<'a> {
    strain: &'a StrainSettings,
    recovers_minutes: f64,
    /// Of abuse, agitation and distress, in minutes.
    half_lives: [u32; 3],
}

impl<'a> Terms<'a> {
    pub(super) fn of(settings: &'a Settings) -> Self {
        let exposure = &settings.exposure;
        Self {
            strain: &settings.strain,
            recovers_minutes: f64::from(settings.strain.recovers_minutes),
            half_lives: [
                exposure.abuse_half_life_minutes,
                exposure.agitation_half_life_minutes,
                exposure.distress_half_life_minutes,
            ],
        }
    }

    /// The same for somebody who recovers in `factor` times the time.
    pub(super) fn recovering(self, factor: f64) -> Self {
        Self { recovers_minutes: self.recovers_minutes * factor, ..self }
    }
}
