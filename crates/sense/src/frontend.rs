//! From samples to spectra: 10 ms steps, a 40 ms Hann window, one power spectrum and one autocorrelation per step.
//!
//! The autocorrelation of the windowed signal is divided by that of the window (Boersma 1993, "Accurate short-term
//! analysis of the fundamental frequency and the harmonics-to-noise ratio of a sampled sound"), so that a periodic
//! signal peaks near 1 at its period whatever the window did to its edges.

use std::sync::{Arc, OnceLock};

use realfft::{ComplexToReal, RealFftPlanner, RealToComplex, num_complex::Complex};

use crate::RATE;

/// Samples per step: 10 ms.
pub(crate) const HOP: usize = 80;
/// Samples per window: 40 ms, three periods of the lowest voice that is looked for.
pub(crate) const WINDOW: usize = 320;
/// Points of the transform; long enough that the autocorrelation does not wrap for any lag that is looked at.
const POINTS: usize = 512;
/// Bins of the power spectrum.
pub(crate) const BINS: usize = POINTS / 2 + 1;
/// Hertz per bin.
pub(crate) const BIN_HZ: f32 = RATE as f32 / POINTS as f32;
/// Longest lag: 8000 / 107 = 75 Hz.
pub(crate) const LAG_MAX: usize = 107;
/// Seconds per step.
pub(crate) const STEP_S: f64 = HOP as f64 / RATE as f64;

/// What is the same for every leg: the window, its autocorrelation and the transforms' plans.
struct Tables {
    window: [f32; WINDOW],
    inverse_window_lags: [f32; LAG_MAX + 2],
    forward: Arc<dyn RealToComplex<f32>>,
    inverse: Arc<dyn ComplexToReal<f32>>,
}

fn tables() -> &'static Tables {
    static TABLES: OnceLock<Tables> = OnceLock::new();
    TABLES.get_or_init(|| {
        let mut window = [0.0; WINDOW];
        for (i, w) in window.iter_mut().enumerate() {
            let phase = std::f64::consts::TAU * (i as f64 + 0.5) / WINDOW as f64;
            *w = (0.5 - 0.5 * phase.cos()) as f32;
        }
        let lag = |lag: usize| window.iter().zip(&window[lag..]).map(|(a, b)| a * b).sum::<f32>();
        let mut inverse_window_lags = [0.0; LAG_MAX + 2];
        for (i, out) in inverse_window_lags.iter_mut().enumerate() {
            *out = lag(0) / lag(i);
        }
        let mut planner = RealFftPlanner::new();
        Tables {
            window,
            inverse_window_lags,
            forward: planner.plan_fft_forward(POINTS),
            inverse: planner.plan_fft_inverse(POINTS),
        }
    })
}

/// Cuts a stream into steps and transforms the steps that are worth it.
pub(crate) struct Frontend {
    /// The newest samples, DC removed, oldest first; full scale is 1.
    samples: [f32; WINDOW],
    /// Mean square of the four hops in `samples`, oldest first.
    hops: [f32; WINDOW / HOP],
    pending: [f32; HOP],
    filled: usize,
    last_in: f32,
    last_out: f32,
    buffer: Vec<f32>,
    bins: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
    power: [f32; BINS],
    periodicity: [f32; LAG_MAX + 2],
}

impl Frontend {
    pub(crate) fn new() -> Self {
        let tables = tables();
        let scratch = tables.forward.get_scratch_len().max(tables.inverse.get_scratch_len());
        Self {
            samples: [0.0; WINDOW],
            hops: [0.0; WINDOW / HOP],
            pending: [0.0; HOP],
            filled: 0,
            last_in: 0.0,
            last_out: 0.0,
            buffer: vec![0.0; POINTS],
            bins: vec![Complex::default(); BINS],
            scratch: vec![Complex::default(); scratch],
            power: [0.0; BINS],
            periodicity: [0.0; LAG_MAX + 2],
        }
    }

    /// Forgets the samples, after a gap.
    pub(crate) fn reset(&mut self) {
        self.samples = [0.0; WINDOW];
        self.hops = [0.0; WINDOW / HOP];
        self.filled = 0;
        self.last_in = 0.0;
        self.last_out = 0.0;
    }

    /// Takes one sample; true when it completed a step.
    pub(crate) fn push(&mut self, sample: i16) -> bool {
        // A first-order DC blocker, 3 dB down near 50 Hz: 8-bit recordings carry an offset, lines carry hum.
        let x = f32::from(sample) / 32_768.0;
        let y = x - self.last_in + 0.96 * self.last_out;
        self.last_in = x;
        self.last_out = if y.abs() < 1e-15 { 0.0 } else { y };
        self.pending[self.filled] = y;
        self.filled += 1;
        if self.filled < HOP {
            return false;
        }
        self.filled = 0;
        self.samples.copy_within(HOP.., 0);
        self.samples[WINDOW - HOP..].copy_from_slice(&self.pending);
        self.hops.copy_within(1.., 0);
        self.hops[WINDOW / HOP - 1] = self.pending.iter().map(|s| s * s).sum::<f32>() / HOP as f32;
        true
    }

    /// Mean square of the newest hop.
    pub(crate) fn newest_power(&self) -> f32 {
        self.hops[WINDOW / HOP - 1]
    }

    /// The newest hop's samples.
    pub(crate) fn newest(&self) -> &[f32; HOP] {
        &self.pending
    }

    /// Mean square of the two hops at the window's centre.
    pub(crate) fn centre_power(&self) -> f32 {
        f32::midpoint(self.hops[1], self.hops[2])
    }

    /// The largest mean square of a hop in the window.
    pub(crate) fn peak_power(&self) -> f32 {
        self.hops.iter().copied().fold(0.0, f32::max)
    }

    /// The window's samples.
    pub(crate) fn samples(&self) -> &[f32; WINDOW] {
        &self.samples
    }

    /// Transforms the window: power spectrum, and autocorrelation freed from the window's.
    pub(crate) fn transform(&mut self) -> Spectrum<'_> {
        let tables = tables();
        for ((out, sample), w) in self.buffer.iter_mut().zip(&self.samples).zip(&tables.window) {
            *out = sample * w;
        }
        self.buffer[WINDOW..].fill(0.0);
        // The lengths are fixed above, and the spectrum of a real autocorrelation is real, so neither transform can
        // fail; if one did, the step would look like silence.
        let done = tables.forward.process_with_scratch(&mut self.buffer, &mut self.bins, &mut self.scratch);
        if done.is_err() {
            self.bins.fill(Complex::default());
        }
        for (bin, power) in self.bins.iter_mut().zip(&mut self.power) {
            *power = bin.norm_sqr();
            *bin = Complex::new(*power, 0.0);
        }
        let done = tables.inverse.process_with_scratch(&mut self.bins, &mut self.buffer, &mut self.scratch);
        let zero = self.buffer[0];
        if done.is_err() || zero <= 0.0 {
            self.periodicity.fill(0.0);
        } else {
            let lags = self.buffer.iter().zip(&tables.inverse_window_lags);
            for (out, (value, window)) in self.periodicity.iter_mut().zip(lags) {
                *out = value / zero * window;
            }
        }
        self.spectrum()
    }

    /// What the last [`Self::transform`] made.
    pub(crate) fn spectrum(&self) -> Spectrum<'_> {
        Spectrum { power: &self.power, periodicity: &self.periodicity }
    }
}

/// One step's spectrum.
#[derive(Clone, Copy)]
pub(crate) struct Spectrum<'a> {
    /// Power per bin.
    pub(crate) power: &'a [f32; BINS],
    /// Normalised autocorrelation by lag; 1 is perfectly periodic.
    pub(crate) periodicity: &'a [f32; LAG_MAX + 2],
}

/// Decibels of a power; a floor keeps silence finite.
pub(crate) fn decibels(power: f32) -> f32 {
    10.0 * power.max(1e-12).log10()
}
