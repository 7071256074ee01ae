//! Erlang's loss formula, which everything else here rests on.

/// The share of calls that find all of `agents` busy when nobody can wait (Erlang B): `work` in erlangs.
#[must_use]
pub fn blocking(work: f64, agents: u32) -> f64 {
    if work <= 0.0 { f64::from(u8::from(agents == 0)) } else { inverse_blocking(work, agents).recip() }
}

/// One over Erlang B, by the recurrence `1/B(n) = 1 + n/a · 1/B(n−1)` (Jagerman 1974): all terms are positive, so nothing
/// cancels; beyond what a float holds it is infinite, and B is 0.
pub(crate) fn inverse_blocking(work: f64, agents: u32) -> f64 {
    let share = work.recip();
    (1..=agents).fold(1.0, |inverse, n| f64::from(n) * share * inverse + 1.0)
}

/// Erlang C from Erlang B: the share of calls that wait. `inverse` is one over Erlang B for these agents.
pub(crate) fn delay(inverse: f64, occupancy: f64) -> f64 {
    (inverse * (1.0 - occupancy) + occupancy).recip()
}
