//! What a telephone line does to a recording: the way that training and evaluation bring studio speech into its band.

/// Taps of the half-band filter that precedes decimation; 60 dB down from 4.4 kHz.
const TAPS: usize = 63;

/// 16 kHz to 8 kHz through a Blackman-windowed sinc with its edge at 3.7 kHz.
#[must_use]
pub fn halve(wide: &[i16]) -> Vec<i16> {
    let kernel = low_pass(3_700.0 / 16_000.0);
    let middle = (TAPS / 2) as isize;
    (0..wide.len().div_ceil(2))
        .map(|out| {
            let centre = 2 * out as isize;
            let sum: f64 = kernel
                .iter()
                .enumerate()
                .filter_map(|(k, tap)| {
                    let at = usize::try_from(centre + k as isize - middle).ok()?;
                    Some(tap * f64::from(*wide.get(at)?))
                })
                .sum();
            to_pcm(sum)
        })
        .collect()
}

/// Once through G.711 µ-law and back (ITU-T G.711, table 2a).
#[must_use]
pub fn mu_law(sample: i16) -> i16 {
    const BIAS: i32 = 132;
    const CLIP: i32 = 32_635;
    let magnitude = i32::from(sample).abs().min(CLIP) + BIAS;
    let exponent = 31 - magnitude.leading_zeros() as i32;
    // Four bits of mantissa are kept; decoding puts the value in the middle of its step.
    let step = 1 << (exponent - 4);
    let decoded = (magnitude & !(step - 1)) + step / 2 - BIAS;
    let decoded = decoded.clamp(0, CLIP);
    to_pcm(f64::from(if sample < 0 { -decoded } else { decoded }))
}

/// The line's band: a second-order high-pass and low-pass (RBJ cookbook, Butterworth), 8 kHz.
#[must_use]
pub fn band(recording: &[i16], low_hz: f64, high_hz: f64) -> Vec<i16> {
    let mut high_pass = Biquad::new(low_hz, true);
    let mut low_pass = Biquad::new(high_hz, false);
    recording.iter().map(|&x| to_pcm(low_pass.next(high_pass.next(f64::from(x))))).collect()
}

/// A recording, louder by `gain_db` and with white noise `noise_db` below full scale; `seed` makes the noise.
#[must_use]
pub fn line(recording: &[i16], gain_db: f64, noise_db: f64, seed: u64) -> Vec<i16> {
    let gain = 10_f64.powf(gain_db / 20.0);
    // Uniform noise has a third of the power of its peak's square.
    let noise = 32_768.0 * 10_f64.powf(noise_db / 20.0) * 3_f64.sqrt();
    let mut random = Random::new(seed);
    recording.iter().map(|&x| to_pcm(f64::from(x) * gain + noise * (2.0 * random.next() - 1.0))).collect()
}

/// Coloured by a line or a microphone: a peak or a dip of so many decibels (RBJ cookbook), `width` as its quality factor, 8 kHz.
pub(crate) fn coloured(recording: &[f64], hz: f64, db: f64, width: f64) -> Vec<f64> {
    let mut filter = Biquad::peak(hz, db, width);
    recording.iter().map(|&x| filter.next(x)).collect()
}

pub(crate) fn to_pcm(value: f64) -> i16 {
    value.round().clamp(f64::from(i16::MIN), f64::from(i16::MAX)) as i16
}

fn low_pass(edge: f64) -> [f64; TAPS] {
    let mut kernel = [0.0; TAPS];
    for (k, tap) in kernel.iter_mut().enumerate() {
        let x = k as f64 - (TAPS / 2) as f64;
        let phase = std::f64::consts::TAU * k as f64 / (TAPS - 1) as f64;
        let window = 0.42 - 0.5 * phase.cos() + 0.08 * (2.0 * phase).cos();
        let sinc = if x == 0.0 {
            2.0 * edge
        } else {
            (std::f64::consts::TAU * edge * x).sin() / (std::f64::consts::PI * x)
        };
        *tap = window * sinc;
    }
    let sum: f64 = kernel.iter().sum();
    kernel.map(|tap| tap / sum)
}

struct Biquad {
    b: [f64; 3],
    a: [f64; 2],
    x: [f64; 2],
    y: [f64; 2],
}

impl Biquad {
    fn new(hz: f64, high: bool) -> Self {
        let w = std::f64::consts::TAU * hz / f64::from(crate::RATE);
        let alpha = w.sin() / std::f64::consts::SQRT_2;
        let (a0, cos) = (1.0 + alpha, w.cos());
        let edge = if high { (1.0 + cos) / 2.0 } else { (1.0 - cos) / 2.0 };
        let middle = if high { -2.0 * edge } else { 2.0 * edge };
        Self {
            b: [edge / a0, middle / a0, edge / a0],
            a: [-2.0 * cos / a0, (1.0 - alpha) / a0],
            x: [0.0; 2],
            y: [0.0; 2],
        }
    }

    fn peak(hz: f64, db: f64, quality: f64) -> Self {
        let w = std::f64::consts::TAU * hz / f64::from(crate::RATE);
        let (alpha, cos) = (w.sin() / (2.0 * quality), w.cos());
        let amplitude = 10_f64.powf(db / 40.0);
        let a0 = 1.0 + alpha / amplitude;
        let middle = -2.0 * cos / a0;
        Self {
            b: [(1.0 + alpha * amplitude) / a0, middle, (1.0 - alpha * amplitude) / a0],
            a: [middle, (1.0 - alpha / amplitude) / a0],
            x: [0.0; 2],
            y: [0.0; 2],
        }
    }

    fn next(&mut self, x: f64) -> f64 {
        let y = self.b[0] * x + self.b[1] * self.x[0] + self.b[2] * self.x[1]
            - self.a[0] * self.y[0]
            - self.a[1] * self.y[1];
        self.x = [x, self.x[0]];
        self.y = [y, self.y[0]];
        y
    }
}

/// SplitMix64 (Steele et al. 2014): small, seeded, the same everywhere.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// A sequence that the seed fixes.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number, from 0 to below 1.
    #[expect(clippy::should_implement_trait, reason = "an endless source, not a collection")]
    pub fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(hz: f64, rate: f64, count: usize) -> Vec<i16> {
        (0..count).map(|i| to_pcm(10_000.0 * (std::f64::consts::TAU * hz * i as f64 / rate).sin())).collect()
    }

    fn level(pcm: &[i16]) -> f64 {
        let inner = &pcm[200..pcm.len() - 200];
        let power = inner.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>() / inner.len() as f64;
        10.0 * (power.max(1e-9) / (10_000.0_f64.powi(2) / 2.0)).log10()
    }

    #[test]
    fn halving_keeps_the_band_and_folds_nothing_into_it() {
        assert!(level(&halve(&tone(1_000.0, 16_000.0, 8_000))).abs() < 0.1);
        assert!(level(&halve(&tone(3_000.0, 16_000.0, 8_000))).abs() < 0.5);
        assert!(level(&halve(&tone(5_000.0, 16_000.0, 8_000))) < -55.0);
    }

    #[test]
    fn mu_law_knows_the_standards_decision_values() {
        // Decoder output values of G.711 scaled to 16 bits.
        for (sample, decoded) in [(0, 0), (8, 8), (100, 104), (1_000, 988), (-1_000, -988), (32_767, 32_124)]
        {
            assert_eq!(mu_law(sample), decoded, "{sample}");
        }
    }

    #[test]
    fn the_band_passes_the_middle_and_takes_the_edges() {
        let through = |hz| level(&band(&tone(hz, 8_000.0, 8_000), 300.0, 3_400.0));
        assert!(through(1_000.0).abs() < 0.5);
        assert!(through(100.0) < -15.0);
        assert!((through(300.0) + 3.0).abs() < 0.3);
    }

    #[test]
    fn a_colour_raises_its_own_frequency_and_leaves_the_others() {
        let through = |hz: f64| {
            let wide: Vec<f64> = tone(hz, 8_000.0, 8_000).into_iter().map(f64::from).collect();
            let pcm: Vec<i16> = coloured(&wide, 1_000.0, 6.0, 2.0).into_iter().map(to_pcm).collect();
            level(&pcm)
        };
        assert!((through(1_000.0) - 6.0).abs() < 0.1);
        assert!(through(150.0).abs() < 0.3 && through(3_500.0).abs() < 0.3);
    }

    #[test]
    fn noise_has_the_level_that_was_asked_for_and_comes_from_the_seed() {
        let silence = vec![0; 8_000];
        let noisy = line(&silence, 0.0, -40.0, 7);
        let power = noisy.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>() / 8_000.0;
        assert!((10.0 * (power / 32_768.0_f64.powi(2)).log10() + 40.0).abs() < 0.3);
        assert_eq!(noisy, line(&silence, 0.0, -40.0, 7));
        assert_ne!(noisy, line(&silence, 0.0, -40.0, 8));
    }
}
