//! Levels of harmonics in the 60 ms spectrum: H1 over H2, H1 over A3, and the formants' levels over H1.

use super::{
    Voice,
    spectrum::{FINE_HZ, decibels},
};

/// How far from a multiple of the pitch its harmonic is looked for, as a share of the pitch.
const NEAR: f32 = 0.25;
/// How far from a formant its strongest harmonic is looked for, as a share of the formant's frequency.
const AROUND: f32 = 0.2;

/// Fills what the harmonics say; the voice's formants are known already.
pub(super) fn measure(power: &[f32], hz: f32, voice: &mut Voice) {
    let first = level(power, hz, hz);
    voice.h1_h2 = first - level(power, 2.0 * hz, hz);
    for formant in voice.formants.iter_mut().flatten() {
        formant.level = strongest(power, hz, formant.hz) - first;
    }
    voice.h1_a3 = voice.formants[2].map(|third| -third.level);
}

/// The level of the strongest harmonic near a formant; of the nearest one if none is near.
fn strongest(power: &[f32], hz: f32, formant: f32) -> f32 {
    let nearest = (formant / hz).round().max(1.0);
    let (from, to) = (((1.0 - AROUND) * formant / hz).ceil(), ((1.0 + AROUND) * formant / hz).floor());
    let harmonics = from.clamp(1.0, nearest) as usize..=to.max(nearest) as usize;
    harmonics.map(|k| level(power, k as f32 * hz, hz)).fold(f32::MIN, f32::max)
}

/// The level of the harmonic near a frequency.
fn level(power: &[f32], at_hz: f32, pitch_hz: f32) -> f32 {
    let from = ((at_hz - NEAR * pitch_hz) / FINE_HZ).round().max(0.0) as usize;
    let to = (((at_hz + NEAR * pitch_hz) / FINE_HZ).round() as usize).min(power.len() - 1);
    decibels(power.get(from..=to).unwrap_or(&[]).iter().copied().fold(0.0, f32::max))
}
