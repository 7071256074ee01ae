//! Voice quality of a voiced frame: harmonics-to-noise ratio, jitter and shimmer, from 60 ms of samples.

use super::{Voice, lanes::product};

/// Longest window: 60 ms at 16 kHz.
const WINDOW_MAX: usize = 960;
/// How far the autocorrelation's peak may lie from the tracked period, as a share of it.
const NEAR: f32 = 0.03;
/// How far a period may differ from the tracked one and still be its successor.
const REACH: f32 = 0.1;
/// The most periods that are followed in a window.
const PERIODS: usize = 36;

/// Fills what the samples say about the voice; `period` is in samples.
pub(super) fn measure(samples: &[f32], window: &[f32], period: f32, voice: &mut Voice) {
    voice.harmonicity_db = harmonicity(samples, window, period);
    let (jitter, shimmer_db) = perturbation(samples, period);
    voice.jitter = jitter;
    voice.shimmer_db = shimmer_db;
}

/// The autocorrelation at the period over the rest, dB (the paper's definition; Boersma 1993 without his correction for
/// the window).
fn harmonicity(samples: &[f32], window: &[f32], period: f32) -> f32 {
    let mut windowed = [0.0; WINDOW_MAX];
    for ((out, sample), w) in windowed.iter_mut().zip(samples).zip(window) {
        *out = sample * w;
    }
    let windowed = &windowed[..samples.len()];
    let lag = period.round() as usize;
    let near = (period * NEAR) as usize + 1;
    let zero = product(windowed, windowed);
    let peak = (lag - near..=lag + near).map(|lag| product(windowed, &windowed[lag..])).fold(0.0, f32::max);
    let share = (peak / zero.max(1e-20)).clamp(1e-10, 0.999_99);
    10.0 * (share / (1.0 - share)).log10()
}

/// Jitter as a share and shimmer in dB. Periods are matched by waveform, each with the next one.
fn perturbation(samples: &[f32], period: f32) -> (f32, f32) {
    let length = period.round() as usize;
    let (short, long) = ((period * (1.0 - REACH)) as usize, (period * (1.0 + REACH)).ceil() as usize);
    let mut at = 0;
    let mut last: Option<(f32, f32)> = None;
    let (mut periods, mut total, mut lengths, mut levels) = (0, 0.0, 0.0, 0.0);
    while periods < PERIODS && at + long + 1 + length <= samples.len() {
        let found = successor(samples, at, length, short, long);
        let level = amplitude(&samples[at..at + length]);
        if let Some((length_before, level_before)) = last {
            lengths += (found - length_before).abs();
            levels += (20.0 * (level / level_before).log10()).abs();
        }
        last = Some((found, level));
        total += found;
        periods += 1;
        at += found.round() as usize;
    }
    if periods < 2 {
        return (0.0, 0.0);
    }
    let pairs = (periods - 1) as f32;
    (lengths / pairs / (total / periods as f32), levels / pairs)
}

/// From the lowest to the highest sample.
fn amplitude(samples: &[f32]) -> f32 {
    let (low, high) = samples.iter().fold((f32::MAX, f32::MIN), |(low, high), &x| (low.min(x), high.max(x)));
    (high - low).max(1e-9)
}

/// The distance to the stretch that looks most like the one at `at`, between samples.
fn successor(samples: &[f32], at: usize, length: usize, short: usize, long: usize) -> f32 {
    let template = &samples[at..at + length];
    let likeness = |lag: usize| {
        let other = &samples[at + lag..at + lag + length];
        product(template, other) / product(other, other).max(1e-12).sqrt()
    };
    let (mut best, mut middle) = (short, f32::MIN);
    for lag in short..=long {
        let value = likeness(lag);
        if value > middle {
            (best, middle) = (lag, value);
        }
    }
    let (left, right) = (likeness(best - 1), likeness(best + 1));
    let curve = left - 2.0 * middle + right;
    let shift = if curve < 0.0 { (0.5 * (left - right) / curve).clamp(-0.5, 0.5) } else { 0.0 };
    best as f32 + shift
}
