//! Loudness and cepstrum from 26 mel bands of 20 ms.
//!
//! Loudness is Hermansky's auditory spectrum (1990, "Perceptual linear predictive (PLP) analysis of speech") summed: band
//! power, equal-loudness weight, compression by the power 0.33. Cepstral coefficients are the liftered cosine transform of
//! the bands' logarithms (Davis & Mermelstein 1980; lifter 22).

use super::{Descriptors, spectrum::COARSE_HZ};

const BANDS: usize = 26;
const LOW_HZ: f64 = 20.0;
const HIGH_HZ: f64 = 8_000.0;
const COMPRESSION: f32 = 0.33;
const LIFTER: f64 = 22.0;
/// Puts loudness on the reference's scale; the paper names no unit.
const SCALE: f32 = 14.5;
/// Keeps the logarithm of an empty band finite; far below the power of the smallest step of 16 bits. Choice.
const FLOOR: f32 = 1e-14;

/// The filter bank for one rate.
pub(super) struct Bands {
    /// For each bin the band whose rising side it lies on, counted from 1, and its weight there; the rest of the bin
    /// belongs to the band before.
    places: Vec<(usize, f32)>,
    /// Logarithm of the bands' weight in loudness.
    weights: [f32; BANDS],
    cosines: [[f32; BANDS]; 4],
}

fn mel(hz: f64) -> f64 {
    1_127.0 * (hz / 700.0).ln_1p()
}

impl Bands {
    pub(super) fn new(rate: usize) -> Self {
        let high = mel(HIGH_HZ.min(rate as f64 / 2.0));
        let width = (high - mel(LOW_HZ)) / (BANDS + 1) as f64;
        let bins = rate / 2 / COARSE_HZ as usize + 1;
        let place = |bin: usize| {
            let at = (mel(bin as f64 * f64::from(COARSE_HZ)) - mel(LOW_HZ)) / width;
            if at < 0.0 { (BANDS + 2, 0.0) } else { (at as usize, at.fract() as f32) }
        };
        let centre = |band: usize| {
            let mel = mel(LOW_HZ) + width * (band + 1) as f64;
            700.0 * (mel / 1_127.0).exp_m1()
        };
        Self {
            places: (0..bins).map(place).collect(),
            weights: std::array::from_fn(|band| equal_loudness(centre(band)).ln() as f32),
            cosines: std::array::from_fn(|k| cosine_row(k + 1)),
        }
    }

    pub(super) fn describe(&self, power: &[f32], it: &mut Descriptors) {
        // One place before the first band and one after the last take what belongs to no band.
        let mut sums = [0.0_f32; BANDS + 2];
        for (&power, &(band, weight)) in power.iter().zip(&self.places) {
            if band <= BANDS {
                sums[band + 1] += power * weight;
                sums[band] += power * (1.0 - weight);
            }
        }
        let mut logs = [0.0_f32; BANDS];
        for (log, sum) in logs.iter_mut().zip(&sums[1..]) {
            *log = (sum + FLOOR).ln();
        }
        let compressed = logs.iter().zip(&self.weights).map(|(log, w)| (COMPRESSION * (log + w)).exp());
        it.loudness = compressed.sum::<f32>() / SCALE;
        for (coefficient, row) in it.cepstrum.iter_mut().zip(&self.cosines) {
            *coefficient = logs.iter().zip(row).map(|(log, cosine)| log * cosine).sum();
        }
    }
}

/// Hermansky 1990, equation 7, with the term for rates above 10 kHz.
fn equal_loudness(hz: f64) -> f64 {
    let w = (std::f64::consts::TAU * hz).powi(2);
    let low = (w + 56.8e6) * w * w / ((w + 6.3e6).powi(2) * (w + 0.38e9));
    low * 9.58e26 / (w.powi(3) + 9.58e26)
}

fn cosine_row(k: usize) -> [f32; BANDS] {
    let turn = std::f64::consts::PI * k as f64;
    let lift = 1.0 + LIFTER / 2.0 * (turn / LIFTER).sin();
    let norm = lift * (2.0 / BANDS as f64).sqrt();
    std::array::from_fn(|band| (norm * (turn * (band as f64 + 0.5) / BANDS as f64).cos()) as f32)
}
