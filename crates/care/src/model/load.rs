//! The parts of load, each from 0 to its weight.

use jiff::SignedDuration;

use crate::settings::LoadSettings;

/// A sum whose terms fade, and how many there are.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Faded {
    sum: f64,
    count: f64,
}

impl Faded {
    pub(crate) fn add(&mut self, value: f64) {
        self.sum += value;
        self.count += 1.0;
    }

    pub(crate) fn fade(&mut self, by: f64) {
        self.sum *= by;
        self.count *= by;
    }
}

fn share(value: f64) -> f64 {
    if value.is_nan() { 0.0 } else { value.clamp(0.0, 1.0) }
}

/// Half full at the ceiling, full when there is no pause at all.
pub(super) fn occupancy(busy: f64, set: &LoadSettings) -> f64 {
    let ceiling = set.occupancy_ceiling;
    let part =
        if busy <= ceiling { 0.5 * busy / ceiling } else { 0.5 + 0.5 * (busy - ceiling) / (1.0 - ceiling) };
    set.weight_occupancy * share(part)
}

/// Empty at one call, full at the set number.
pub(super) fn back_to_back(calls: u32, set: &LoadSettings) -> f64 {
    let more = f64::from(calls.saturating_sub(1));
    set.weight_back_to_back * share(more / f64::from(set.calls_in_a_row.saturating_sub(1).max(1)))
}

/// Full when recent calls took twice as long as usual. One usual call is always counted in, so that a single long call
/// does not fill it.
pub(super) fn handling(past: &Faded, now: Option<f64>, set: &LoadSettings) -> f64 {
    // The present call counts only once it is longer than usual: before that nobody knows.
    let now = now.filter(|length| *length > 0.0);
    let sum = past.sum + now.unwrap_or(0.0);
    let count = past.count + 1.0 + f64::from(u8::from(now.is_some()));
    set.weight_handling * share(sum / count / std::f64::consts::LN_2)
}

/// Holds and transfers share one weight.
pub(super) fn complications(holds: &Faded, transfers: &Faded, set: &LoadSettings) -> [f64; 2] {
    let all = holds.count + transfers.count;
    if all <= 0.0 {
        return [0.0; 2];
    }
    let part = set.weight_complications * share(all / f64::from(set.complications.max(1)));
    [part * holds.count / all, part * transfers.count / all]
}

/// Full when a break is due at the latest.
pub(super) fn since_break(work: SignedDuration, latest: SignedDuration, set: &LoadSettings) -> f64 {
    set.weight_since_break * share(work.as_secs_f64() / latest.as_secs_f64().max(1.0))
}

pub(super) fn shift(since: SignedDuration, set: &LoadSettings) -> f64 {
    let (from, full) = (f64::from(set.shift_from_hours), f64::from(set.shift_full_hours));
    set.weight_shift * share((since.as_secs_f64() / 3600.0 - from) / (full - from))
}
