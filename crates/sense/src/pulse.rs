//! Jitter and shimmer: how much successive periods of the voice differ in length and in strength.
//!
//! Periods are matched by waveform, each with the next one (the cross-correlation method; Titze & Liang 1993 found it the
//! most exact for voices). Values are "local" as in Praat: the mean difference of neighbours over the mean.

use crate::{
    RATE,
    frontend::{HOP, WINDOW},
};

/// How far a period may differ from the tracked one and still be its successor.
const REACH: f32 = 0.2;
/// The most periods that a window of 40 ms can hold at 533 Hz.
const PERIODS: usize = WINDOW / 15;

/// Differences between neighbouring periods, as shares of their mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Perturbation {
    pub(crate) jitter: f32,
    pub(crate) shimmer: f32,
}

/// Measures the window; nothing if it holds fewer than two whole periods.
pub(crate) fn measure(samples: &[f32; WINDOW], hz: f32) -> Option<Perturbation> {
    let expected = RATE as f32 / hz;
    let length = expected.round() as usize;
    let (short, long) = ((expected * (1.0 - REACH)) as usize, (expected * (1.0 + REACH)).ceil() as usize);
    let mut periods = [(0.0_f32, 0.0_f32); PERIODS];
    let mut count = 0;
    // High voices have many periods: a stretch at the window's centre is enough.
    let from = if expected < 40.0 { HOP } else { 0 };
    let mut at = before_pulse(samples, from, length);
    while count < 6 && at + long + 1 + length <= WINDOW {
        let period = successor(samples, at, length, short.max(2), long)?;
        let strength = samples[at..at + length].iter().map(|s| s * s).sum::<f32>().sqrt();
        periods[count] = (period, strength);
        count += 1;
        at += period.round() as usize;
    }
    if count < 2 {
        return None;
    }
    let periods = &periods[..count];
    Some(Perturbation {
        jitter: relative_difference(periods.iter().map(|p| p.0), count)?,
        shimmer: relative_difference(periods.iter().map(|p| p.1), count)?,
    })
}

/// A place a quarter of a period before the strongest moment of the first period, so that each stretch that is matched
/// holds one pulse of the glottis and not halves of two.
fn before_pulse(samples: &[f32; WINDOW], from: usize, length: usize) -> usize {
    let strongest = |a: &usize, b: &usize| samples[*a].abs().total_cmp(&samples[*b].abs());
    let pulse = (from..from + length).max_by(strongest).unwrap_or(from);
    let quarter = length / 4;
    if pulse >= quarter { pulse - quarter } else { pulse + length - quarter }
}

/// The distance to the stretch that looks most like the one at `at`, between samples.
fn successor(samples: &[f32; WINDOW], at: usize, length: usize, short: usize, long: usize) -> Option<f32> {
    let template = &samples[at..at + length];
    let likeness = |lag: usize| {
        let other = &samples[at + lag..at + lag + length];
        let (mut cross, mut own) = (0.0, 1e-12);
        for (a, b) in template.iter().zip(other) {
            cross += a * b;
            own += b * b;
        }
        cross / own.sqrt()
    };
    let mut best = (short, f32::NEG_INFINITY);
    for lag in short..=long {
        let value = likeness(lag);
        if value > best.1 {
            best = (lag, value);
        }
    }
    let (lag, middle) = best;
    if middle <= 0.0 {
        return None;
    }
    let (left, right) = (likeness(lag - 1), likeness(lag + 1));
    let bend = left - 2.0 * middle + right;
    let shift = if bend < 0.0 { (0.5 * (left - right) / bend).clamp(-0.5, 0.5) } else { 0.0 };
    Some(lag as f32 + shift)
}

fn relative_difference(values: impl Iterator<Item = f32> + Clone, count: usize) -> Option<f32> {
    let mean = values.clone().sum::<f32>() / count as f32;
    let differences = values.clone().zip(values.skip(1)).map(|(a, b)| (a - b).abs()).sum::<f32>();
    (mean > 0.0).then(|| differences / (count - 1) as f32 / mean)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A pulse train of damped 700 Hz ringing whose periods alternate by ±`jitter`/2 and whose strengths do by `shimmer`.
    fn voice(hz: f32, jitter: f32, shimmer: f32) -> [f32; WINDOW] {
        let mut samples = [0.0; WINDOW];
        let (mut at, mut sign) = (-60.0_f32, 1.0);
        while at < WINDOW as f32 {
            for (i, sample) in samples.iter_mut().enumerate() {
                let t = (i as f32 - at) / RATE as f32;
                if t >= 0.0 {
                    let ring = (-400.0 * t).exp() * (std::f32::consts::TAU * 700.0 * t).sin();
                    *sample += ring * (1.0 + sign * shimmer / 2.0);
                }
            }
            at += RATE as f32 / hz * (1.0 + sign * jitter / 2.0);
            sign = -sign;
        }
        samples
    }

    #[test]
    fn a_steady_voice_has_next_to_none() {
        for hz in [110.0, 160.0, 250.0] {
            let found = measure(&voice(hz, 0.0, 0.0), hz);
            assert!(found.is_some_and(|p| p.jitter < 0.004 && p.shimmer < 0.02), "{hz}: {found:?}");
        }
    }

    #[test]
    fn known_jitter_and_shimmer_are_found_within_a_quarter() {
        for (jitter, shimmer) in [(0.03, 0.0), (0.05, 0.2), (0.0, 0.3)] {
            let found = measure(&voice(160.0, jitter, shimmer), 160.0);
            let near = |is: f32, should: f32, slack: f32| (is - should).abs() < 0.25 * should + slack;
            assert!(
                found.is_some_and(|p| near(p.jitter, jitter, 0.005) && near(p.shimmer, shimmer, 0.06)),
                "{jitter} {shimmer}: {found:?}"
            );
        }
    }

    #[test]
    fn too_low_a_voice_is_not_measured() {
        assert_eq!(measure(&voice(76.0, 0.0, 0.0), 76.0), None);
    }
}
