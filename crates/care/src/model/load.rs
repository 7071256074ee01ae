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
    /// The mean of the terms; none if there are none.
    pub(super) fn mean(&self) -> Option<f64> {
        (self.count > 0.0).then(|| self.sum / self.count)
    }

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

/// Holds, transfers and what else makes calls complex share one weight.
pub(super) fn complications(counts: [&Faded; 3], set: &LoadSettings) -> [f64; 3] {
    let all: f64 = counts.iter().map(|count| count.sum).sum();
    if all <= 0.0 {
        return [0.0; 3];
    }
    let part = set.weight_complications * share(all / f64::from(set.complications.max(1)));
    counts.map(|count| part * count.sum / all)
}

/// What a call's systems and kind of request add to its complexity: half a complication for each system beyond the usual,
/// at most two, and one where such requests usually take twice as long as the queue's calls.
pub(crate) fn complexity(systems: Option<u32>, request: Option<f64>, set: &LoadSettings) -> f64 {
    let further = systems.map_or(0.0, |systems| f64::from(systems.saturating_sub(set.usual_systems)));
    (0.5 * further).min(2.0) + share(request.unwrap_or(0.0) / std::f64::consts::LN_2)
}

/// Empty at one contact, full at the set number; `contacts` is a faded mean.
pub(super) fn concurrency(contacts: f64, set: &LoadSettings) -> f64 {
    set.weight_concurrency
        * share((contacts - 1.0) / f64::from(set.contacts_at_once.saturating_sub(1).max(1)))
}

/// How far recent calls were hard ones beyond the site's usual share: full at [`HARDER`] above it. Silent as long as a few
/// calls would say too much.
pub(super) fn mix(hard: &Faded, usual: Option<f64>, set: &LoadSettings) -> f64 {
    let Some(usual) = usual.filter(|_| hard.count >= ENOUGH_MIXED) else { return 0.0 };
    set.weight_mix * share((hard.sum / hard.count - usual) / HARDER)
}

/// Empty at the first request of a kind, full at the set number in a row.
pub(super) fn monotony(in_a_row: u32, set: &LoadSettings) -> f64 {
    let more = f64::from(in_a_row.saturating_sub(1));
    set.weight_monotony * share(more / f64::from(set.same_in_a_row.saturating_sub(1).max(1)))
}

/// By how much the share of hard calls exceeds the usual one when that part is full. Choice.
const HARDER: f64 = 0.3;
/// Calls, faded, from which their mix says something. Choice.
const ENOUGH_MIXED: f64 = 4.0;

/// Full when a break is due at the latest.
pub(super) fn since_break(work: SignedDuration, latest: SignedDuration, set: &LoadSettings) -> f64 {
    set.weight_since_break * share(work.as_secs_f64() / latest.as_secs_f64().max(1.0))
}

pub(super) fn shift(since: SignedDuration, set: &LoadSettings) -> f64 {
    let (from, full) = (f64::from(set.shift_from_hours), f64::from(set.shift_full_hours));
    set.weight_shift * share((since.as_secs_f64() / 3600.0 - from) / (full - from))
}
