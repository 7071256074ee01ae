//! Windows and transforms. Both rates give bins of the same width, so that a bin's number means the same at both.

use std::sync::Arc;

use realfft::{RealFftPlanner, RealToComplex, num_complex::Complex};

/// Hertz per bin of the 60 ms spectrum: 16,000 / 1,024 and 8,000 / 512.
pub(super) const FINE_HZ: f32 = 15.625;
/// Hertz per bin of the 20 ms spectrum: 16,000 / 512 and 8,000 / 256.
pub(super) const COARSE_HZ: f32 = 31.25;

/// A windowed power spectrum of a fixed length.
pub(super) struct Spectrum {
    window: Vec<f32>,
    plan: Arc<dyn RealToComplex<f32>>,
    buffer: Vec<f32>,
    bins: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
}

impl Spectrum {
    /// Twenty milliseconds through a Hamming window.
    pub(super) fn coarse(rate: usize) -> Self {
        let length = rate / 50;
        let turn = std::f64::consts::TAU / (length - 1) as f64;
        let window = (0..length).map(|i| (0.54 - 0.46 * (turn * i as f64).cos()) as f32).collect();
        Self::new(window)
    }

    /// Sixty milliseconds through a Gaussian window whose deviation is 0.4 of half its length.
    pub(super) fn fine(rate: usize) -> Self {
        let length = rate * 6 / 100;
        let deviation = 0.4 * length as f64 / 2.0;
        let gauss = |i: usize| {
            let x = (i as f64 - (length - 1) as f64 / 2.0) / deviation;
            (-0.5 * x * x).exp() as f32
        };
        Self::new((0..length).map(gauss).collect())
    }

    fn new(window: Vec<f32>) -> Self {
        let points = window.len().next_power_of_two();
        let plan = RealFftPlanner::new().plan_fft_forward(points);
        Self {
            window,
            buffer: vec![0.0; points],
            bins: plan.make_output_vec(),
            scratch: plan.make_scratch_vec(),
            plan,
        }
    }

    pub(super) fn window(&self) -> &[f32] {
        &self.window
    }

    pub(super) fn bins(&self) -> usize {
        self.bins.len()
    }

    /// Power per bin of as many samples as the window is long.
    pub(super) fn power(&mut self, samples: &[f32], power: &mut [f32]) {
        for ((out, sample), w) in self.buffer.iter_mut().zip(samples).zip(&self.window) {
            *out = sample * w;
        }
        self.buffer[self.window.len()..].fill(0.0);
        // The lengths are the plan's own, so this cannot fail; if it did, the frame would look like silence.
        if self.plan.process_with_scratch(&mut self.buffer, &mut self.bins, &mut self.scratch).is_err() {
            self.bins.fill(Complex::default());
        }
        for (power, bin) in power.iter_mut().zip(&self.bins) {
            *power = bin.norm_sqr();
        }
    }
}

/// The level of a power, dB; a floor keeps silence finite.
pub(super) fn decibels(power: f32) -> f32 {
    10.0 * (power + 1e-14).log10()
}
