//! A streaming sample-rate converter for speech.
//!
//! A rational converter: a windowed-sinc low-pass in polyphase form (Crochiere and Rabiner, *Multirate Digital Signal
//! Processing*, 1983, section 4.3) with a Kaiser window (Kaiser 1974; Oppenheim and Schafer, *Discrete-Time Signal
//! Processing*, section 7.5.3). What lies above half the lower rate is 80 dB down, so nothing folds back; the pass band
//! reaches to seven eighths of that: 3.5 kHz at 8 kHz, wider than the telephone's 300 to 3,400 Hz (ITU-T G.712).
//!
//! The delay is made up for: output sample *n* is the sound at *n* divided by the output rate, and however the input
//! is cut into pieces, the output is the same.

/// Rates that speech is recorded at, and that can be converted from.
pub const RATES: [u32; 8] = [8_000, 11_025, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000];

/// How far the stop band is down, in dB.
const ATTENUATION: f64 = 80.0;
/// Where the pass band ends, as a part of half the lower rate.
const PASS: f64 = 0.875;

/// Why a rate cannot be converted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "cannot convert {from} Hz to {to} Hz; convert the file to 8000, 11025, 16000, 22050, 24000, 32000, 44100 or 48000 Hz first"
)]
pub struct ResampleError {
    /// The rate of the input.
    pub from: u32,
    /// The rate wanted.
    pub to: u32,
}

/// A converter with its state, for one channel.
#[derive(Debug, Clone)]
pub struct Resampler {
    /// Output samples per `down` input samples.
    up: usize,
    /// Input samples per `up` output samples.
    down: usize,
    /// Filter taps of each phase, all of the same length, oldest input first.
    phases: Vec<f32>,
    /// Taps per phase; 0 where nothing is to be done.
    taps: usize,
    /// Input not yet done with; `taps / 2` samples of silence come before the first.
    input: Vec<f32>,
    /// Where in `input` the next output's filter begins.
    at: usize,
    /// The phase of the next output.
    phase: usize,
    /// Samples that came in and went out.
    taken: u64,
    given: u64,
}

impl Resampler {
    /// A converter from one rate to another.
    ///
    /// # Errors
    /// When `from` is none of [`RATES`], or `to` is neither 8,000 nor 16,000.
    pub fn new(from: u32, to: u32) -> Result<Self, ResampleError> {
        if !RATES.contains(&from) || ![8_000, 16_000].contains(&to) {
            return Err(ResampleError { from, to });
        }
        let common = common_divisor(from, to);
        let (up, down) = ((to / common) as usize, (from / common) as usize);
        let (phases, taps) = if from == to { (Vec::new(), 0) } else { filter(from, to, up) };
        let input = vec![0.0; taps / 2];
        Ok(Self { up, down, phases, taps, input, at: 0, phase: 0, taken: 0, given: 0 })
    }

    /// Takes samples in and appends what comes out.
    pub fn push(&mut self, samples: &[i16], out: &mut Vec<i16>) {
        self.taken += samples.len() as u64;
        if self.taps == 0 {
            self.given += samples.len() as u64;
            out.extend_from_slice(samples);
            return;
        }
        self.input.extend(samples.iter().map(|&sample| f32::from(sample)));
        self.run(u64::MAX, out);
        // Moving what is left to the front costs as much as the filter is long, once per call.
        let done = self.at.min(self.input.len());
        self.input.drain(..done);
        self.at -= done;
    }

    /// Appends what is still inside. The output is then as long as the input, to the next whole sample.
    pub fn finish(&mut self, out: &mut Vec<i16>) {
        if self.taps == 0 {
            return;
        }
        let total = (self.taken * self.up as u64).div_ceil(self.down as u64);
        self.input.resize(self.input.len() + self.taps, 0.0);
        self.run(total, out);
        *self = Self {
            input: vec![0.0; self.taps / 2],
            phases: std::mem::take(&mut self.phases),
            at: 0,
            phase: 0,
            taken: 0,
            given: 0,
            ..*self
        };
    }

    fn run(&mut self, total: u64, out: &mut Vec<i16>) {
        while self.given < total && self.at + self.taps <= self.input.len() {
            let window = &self.input[self.at..self.at + self.taps];
            let taps = &self.phases[self.phase * self.taps..][..self.taps];
            out.push(round(dot(window, taps)));
            self.given += 1;
            self.phase += self.down;
            self.at += self.phase / self.up;
            self.phase %= self.up;
        }
    }
}

/// Converts a whole channel.
///
/// # Errors
/// As [`Resampler::new`].
pub fn resample(samples: &[i16], from: u32, to: u32) -> Result<Vec<i16>, ResampleError> {
    let mut resampler = Resampler::new(from, to)?;
    let mut out = Vec::with_capacity(samples.len() * to as usize / from as usize + 1);
    resampler.push(samples, &mut out);
    resampler.finish(&mut out);
    Ok(out)
}

/// Eight sums side by side, so that the compiler can use vector registers.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0f32; 8];
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    for (a, b) in a.iter().zip(b) {
        for lane in 0..8 {
            sums[lane] += a[lane] * b[lane];
        }
    }
    sums.iter().sum::<f32>() + a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum::<f32>()
}

fn round(value: f32) -> i16 {
    // `as` saturates, so a filter's overshoot clips instead of wrapping round.
    value.round() as i16
}

fn common_divisor(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { common_divisor(b, a % b) }
}

/// The taps of each phase, and how many there are in one.
fn filter(from: u32, to: u32, up: usize) -> (Vec<f32>, usize) {
    let (from, nyquist) = (f64::from(from), f64::from(from.min(to)) / 2.0);
    let cutoff = nyquist * (1.0 + PASS) / 2.0 / from;
    let transition = nyquist * (1.0 - PASS) / from;
    // Kaiser's rule for the length, then up to whole vectors of eight.
    let length = (ATTENUATION - 7.95) / (2.285 * std::f64::consts::TAU * transition);
    let taps = (length.ceil() as usize + 1).next_multiple_of(8);
    let (beta, half) = (0.1102 * (ATTENUATION - 8.7), taps as f64 / 2.0);
    let mut phases = Vec::with_capacity(up * taps);
    for phase in 0..up {
        let offset = phase as f64 / up as f64;
        let start = phases.len();
        // The output lies `offset` after the input sample in the middle.
        phases.extend((0..taps).map(|tap| {
            let distance = tap as f64 - half - offset;
            let edge = distance / half;
            let window = bessel_i0(beta * (1.0 - edge * edge).max(0.0).sqrt()) / bessel_i0(beta);
            (2.0 * cutoff * sinc(2.0 * cutoff * distance) * window) as f32
        }));
        // Each phase passes a constant unchanged; otherwise the phases would hum at the lower rate.
        let sum: f32 = phases[start..].iter().sum();
        phases[start..].iter_mut().for_each(|tap| *tap /= sum);
    }
    (phases, taps)
}

fn sinc(x: f64) -> f64 {
    let x = x * std::f64::consts::PI;
    if x.abs() < 1e-9 { 1.0 } else { x.sin() / x }
}

/// The modified Bessel function of the first kind and order zero, by its power series.
fn bessel_i0(x: f64) -> f64 {
    let square = x * x / 4.0;
    let mut term = 1.0;
    let mut sum = 1.0;
    for k in 1..64 {
        term *= square / f64::from(k * k);
        sum += term;
    }
    sum
}
