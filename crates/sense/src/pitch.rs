//! Fundamental frequency from the autocorrelation, with a guard against octave jumps.
//!
//! Candidates are the local maxima of the autocorrelation; the octave cost and the jump cost are those of Boersma
//! (1993), the latter against the previous step only, so that the tracker never waits for the future.

use crate::{
    RATE,
    frontend::{LAG_MAX, Spectrum},
};

/// Shortest lag: 8000 / 15 = 533 Hz.
const LAG_MIN: usize = 15;
/// Boersma's default costs; the jump cost is his 0.35 per octave.
const OCTAVE_COST: f32 = 0.01;
const JUMP_COST: f32 = 0.35;

/// A pitch candidate that won.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Pitch {
    /// Fundamental frequency in hertz.
    pub(crate) hz: f32,
    /// Height of the autocorrelation there, at most 1.
    pub(crate) strength: f32,
}

impl Pitch {
    /// Harmonics-to-noise ratio in decibels (Boersma 1993, equation 4).
    pub(crate) fn harmonicity_db(self) -> f32 {
        let r = self.strength.clamp(0.01, 0.999);
        10.0 * (r / (1.0 - r)).log10()
    }
}

/// The best candidate; `before` is the previous voiced step's frequency, if it was voiced.
pub(crate) fn track(spectrum: Spectrum<'_>, before: Option<f32>) -> Option<Pitch> {
    let r = spectrum.periodicity;
    let mut best: Option<(f32, Pitch)> = None;
    for lag in LAG_MIN..=LAG_MAX {
        if r[lag] < 0.2 || r[lag] <= r[lag - 1] || r[lag] < r[lag + 1] {
            continue;
        }
        let pitch = refine(r, lag);
        let jump = before.map_or(0.0, |hz| JUMP_COST * (pitch.hz / hz).log2().abs());
        let score = pitch.strength - OCTAVE_COST * (75.0 / pitch.hz).log2() - jump;
        if best.is_none_or(|(other, _)| score > other) {
            best = Some((score, pitch));
        }
    }
    best.map(|(_, pitch)| pitch)
}

/// A parabola through three points finds the maximum between samples.
fn refine(r: &[f32; LAG_MAX + 2], lag: usize) -> Pitch {
    let (left, middle, right) = (r[lag - 1], r[lag], r[lag + 1]);
    let bend = left - 2.0 * middle + right;
    let shift = if bend < 0.0 { (0.5 * (left - right) / bend).clamp(-0.5, 0.5) } else { 0.0 };
    let strength = (middle - 0.25 * (left - right) * shift).min(1.0);
    Pitch { hz: RATE as f32 / (lag as f32 + shift), strength }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frontend::Frontend;

    fn heard(hz: f64, harmonics: &[f64]) -> Option<Pitch> {
        let mut front = Frontend::new();
        for i in 0..800 {
            let t = f64::from(i) / 8_000.0;
            let sum: f64 = harmonics.iter().map(|h| (std::f64::consts::TAU * h * hz * t).sin()).sum();
            front.push((sum * 3_000.0) as i16);
        }
        track(front.transform(), None)
    }

    #[test]
    fn known_frequencies_are_found_within_one_percent_with_and_without_the_fundamental() {
        for hz in [80.0, 105.0, 150.0, 221.3, 330.0, 440.0, 500.0] {
            for harmonics in [&[1.0, 2.0, 3.0, 4.0][..], &[2.0, 3.0, 4.0, 5.0]] {
                let found = heard(hz, harmonics).map_or(0.0, |pitch| pitch.hz);
                assert!((f64::from(found) / hz - 1.0).abs() < 0.01, "{hz} heard as {found}");
            }
        }
    }

    #[test]
    fn a_periodic_sound_is_strong_and_noise_is_weak() {
        assert!(heard(200.0, &[1.0, 2.0, 3.0]).is_some_and(|pitch| pitch.strength > 0.95));
        let mut front = Frontend::new();
        let mut state = 1_u32;
        for _ in 0..800 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            front.push((state >> 18) as i16 - 8_192);
        }
        assert!(track(front.transform(), None).is_none_or(|pitch| pitch.strength < 0.5));
    }
}
