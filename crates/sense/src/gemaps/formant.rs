//! The first three formants of a voiced frame, by linear prediction.
//!
//! The power spectrum is pre-emphasised and transformed into an autocorrelation as if the signal had 11,000 samples per
//! second, or 8,000 where it has no more; Levinson and Durbin's recursion gives a predictor of order 10, whose roots are
//! the resonances (Markel & Gray 1976, "Linear Prediction of Speech").

use std::f64::consts::{PI, TAU};

use realfft::num_complex::Complex;

use super::{Formant, spectrum::FINE_HZ};

/// The most samples per second that the predictor is made for: five formants lie below half of it.
const RATE_MAX: f64 = 11_000.0;
const ORDER: usize = 10;
const PRE_EMPHASIS: f64 = 0.9;
/// What is added to each bin, as a share of their mean: 50 dB below, so that an empty band is no deep valley.
const FLOOR: f32 = 1e-5;
/// Resonances below this are the predictor's way to draw the spectrum's tilt.
const LOWEST_HZ: f32 = 150.0;
/// Wider resonances are tilt or valleys, too. Choice: on vowels of known resonances those lay below, all others above.
const WIDEST_HZ: f32 = 700.0;
const ROUNDS: usize = 24;
const CLOSE: f64 = 1e-5;

/// Finds formants in spectra of a fixed number of bins.
pub(super) struct Resonances {
    rate: f64,
    emphasis: Vec<f32>,
    cosines: Vec<[f32; ORDER + 1]>,
    /// The roots that were found last: the next ones are near.
    roots: [Complex<f64>; ORDER],
}

impl Resonances {
    /// For spectra of signals of so many samples per second.
    pub(super) fn new(rate: usize) -> Self {
        let rate = RATE_MAX.min(rate as f64);
        let bins = (rate / 2.0 / f64::from(FINE_HZ)) as usize + 1;
        let turn = |bin: usize| TAU * bin as f64 * f64::from(FINE_HZ) / rate;
        let emphasis = |bin| 1.0 + PRE_EMPHASIS * PRE_EMPHASIS - 2.0 * PRE_EMPHASIS * turn(bin).cos();
        Self {
            rate,
            emphasis: (0..bins).map(|bin| emphasis(bin) as f32).collect(),
            cosines: (0..bins)
                .map(|bin| std::array::from_fn(|lag| (turn(bin) * lag as f64).cos() as f32))
                .collect(),
            roots: spread(),
        }
    }

    /// Forgets where the last roots were.
    pub(super) fn restart(&mut self) {
        self.roots = spread();
    }

    /// The formants of a frame; their levels are left open.
    pub(super) fn find(&mut self, power: &[f32]) -> [Option<Formant>; 3] {
        let mut lags = [0.0_f32; ORDER + 1];
        for ((power, emphasis), cosines) in power.iter().zip(&self.emphasis).zip(&self.cosines) {
            let weight = power * emphasis;
            for (lag, cosine) in lags.iter_mut().zip(cosines) {
                *lag += weight * cosine;
            }
        }
        lags[0] *= 1.0 + FLOOR;
        let predictor = predictor(&lags.map(f64::from));
        if !refine(&predictor, &mut self.roots) {
            self.roots = spread();
        }
        self.lowest()
    }

    fn lowest(&self) -> [Option<Formant>; 3] {
        let mut found = [None::<Formant>; 3];
        for root in self.roots.iter().filter(|root| root.im > 0.0) {
            let hz = (root.arg() * self.rate / TAU) as f32;
            let bandwidth = (-root.norm().ln() * self.rate / PI) as f32;
            if hz < LOWEST_HZ || bandwidth > WIDEST_HZ {
                continue;
            }
            if let Some(rank) = found.iter().position(|held| held.is_none_or(|held| held.hz > hz)) {
                found[rank..].rotate_right(1);
                found[rank] = Some(Formant { hz, bandwidth, level: 0.0 });
            }
        }
        found
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
