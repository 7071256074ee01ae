//! The first three formants of a voiced frame, by linear prediction.
//!
//! The spectrum up to 5.5 kHz is pre-emphasised, flattened and transformed into an autocorrelation as if the signal had
//! 11,000 samples per second; Levinson and Durbin's recursion gives a predictor of order 10, whose roots are the
//! resonances (Markel & Gray 1976, "Linear Prediction of Speech"). Flattening keeps single harmonics from being taken for
//! resonances, and makes bandwidths wider.

use std::f64::consts::{PI, TAU};

use realfft::num_complex::Complex;

use super::{Formant, spectrum::FINE_HZ};

/// Samples per second that the predictor is made for: five formants lie below half of it.
const RATE: f64 = 11_000.0;
const ORDER: usize = 10;
const PRE_EMPHASIS: f64 = 0.9;
/// Power of the flattened spectrum: 1 would be the spectrum itself.
const FLATTEN: f32 = 0.33;
/// What is added to a bin's power, so that a telephone's empty octave does not count as a deep valley.
const FLOOR: f32 = 1e-10;
/// Resonances below this are the predictor's way to draw the spectrum's tilt.
const LOWEST_HZ: f32 = 50.0;
const ROUNDS: usize = 24;
const CLOSE: f64 = 1e-6;

/// Finds formants in spectra of a fixed number of bins.
pub(super) struct Resonances {
    emphasis: Vec<f32>,
    cosines: Vec<[f32; ORDER + 1]>,
    /// The roots that were found last: the next ones are near.
    roots: [Complex<f64>; ORDER],
}

impl Resonances {
    pub(super) fn new(bins: usize) -> Self {
        let bins = bins.min((RATE / 2.0 / f64::from(FINE_HZ)) as usize + 1);
        let turn = |bin: usize| TAU * bin as f64 * f64::from(FINE_HZ) / RATE;
        let emphasis = |bin| 1.0 + PRE_EMPHASIS * PRE_EMPHASIS - 2.0 * PRE_EMPHASIS * turn(bin).cos();
        Self {
            emphasis: (0..bins).map(|bin| emphasis(bin) as f32).collect(),
            cosines: (0..bins)
                .map(|bin| std::array::from_fn(|lag| (turn(bin) * lag as f64).cos() as f32))
                .collect(),
            roots: spread(),
        }
    }

    /// The formants of a frame; their levels are left open.
    pub(super) fn find(&mut self, power: &[f32]) -> [Formant; 3] {
        let mut lags = [0.0_f32; ORDER + 1];
        for ((power, emphasis), cosines) in power.iter().zip(&self.emphasis).zip(&self.cosines) {
            let weight = ((power * emphasis + FLOOR).ln() * FLATTEN).exp();
            for (lag, cosine) in lags.iter_mut().zip(cosines) {
                *lag += weight * cosine;
            }
        }
        let predictor = predictor(&lags.map(f64::from));
        if !refine(&predictor, &mut self.roots) {
            self.roots = spread();
        }
        lowest(&self.roots)
    }
}

/// Where the search for roots begins: on a circle, none of them real.
fn spread() -> [Complex<f64>; ORDER] {
    std::array::from_fn(|k| Complex::from_polar(0.8, TAU * (k as f64 + 0.4) / ORDER as f64))
}

/// Levinson and Durbin's recursion: coefficients of `z^10 + a1 z^9 + … + a10`, the first left out.
fn predictor(lags: &[f64; ORDER + 1]) -> [f64; ORDER] {
    let mut a = [0.0; ORDER];
    let mut error = lags[0].max(1e-30);
    for i in 0..ORDER {
        let sum: f64 = lags[i + 1] + (0..i).map(|j| a[j] * lags[i - j]).sum::<f64>();
        let reflection = -sum / error;
        let before = a;
        for j in 0..i {
            a[j] = before[j] + reflection * before[i - 1 - j];
        }
        a[i] = reflection;
        error *= 1.0 - reflection * reflection;
    }
    a
}

/// All roots at once (Ehrlich 1967, Aberth 1973), from where the last frame's were; false if they did not settle.
fn refine(predictor: &[f64; ORDER], roots: &mut [Complex<f64>; ORDER]) -> bool {
    for _ in 0..ROUNDS {
        let mut moved = 0.0_f64;
        for k in 0..ORDER {
            let at = roots[k];
            let (value, slope) = evaluate(predictor, at);
            let newton = value / slope;
            let others: Complex<f64> = (0..ORDER).filter(|&j| j != k).map(|j| (at - roots[j]).inv()).sum();
            let step = newton / (Complex::new(1.0, 0.0) - newton * others);
            if !step.is_finite() {
                return false;
            }
            roots[k] -= step;
            moved = moved.max(step.norm_sqr());
        }
        if moved < CLOSE * CLOSE {
            return true;
        }
    }
    false
}

fn evaluate(predictor: &[f64; ORDER], at: Complex<f64>) -> (Complex<f64>, Complex<f64>) {
    let (mut value, mut slope) = (Complex::new(1.0, 0.0), Complex::new(0.0, 0.0));
    for &coefficient in predictor {
        slope = slope * at + value;
        value = value * at + coefficient;
    }
    (value, slope)
}

fn lowest(roots: &[Complex<f64>; ORDER]) -> [Formant; 3] {
    let mut found = [Formant::default(); 3];
    for root in roots.iter().filter(|root| root.im > 1e-6) {
        let hz = (root.arg() * RATE / TAU) as f32;
        if hz < LOWEST_HZ {
            continue;
        }
        if let Some(rank) = found.iter().position(|held| held.hz == 0.0 || held.hz > hz) {
            let bandwidth = (-root.norm().ln() * RATE / PI) as f32;
            found[rank..].rotate_right(1);
            found[rank] = Formant { hz, bandwidth, level: 0.0 };
        }
    }
    found
}
