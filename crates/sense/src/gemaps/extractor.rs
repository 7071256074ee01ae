//! From samples to descriptors.

use super::{
    Descriptors, Voice,
    balance::Balance,
    formant::Resonances,
    harmonics,
    lanes::energy,
    loudness::Bands,
    pitch::{Candidates, Summation},
    smooth::Smoother,
    spectrum::Spectrum,
    track::{DELAY, Track},
    voice,
};

/// Semitone 0 of the scale, Hz.
const SEMITONE_ZERO_HZ: f32 = 27.5;
/// Mean square of 60 ms below which no voice is looked for: 60 dB below full scale. Choice.
const QUIET: f32 = 1e-6;

/// Samples per second of what is described.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rate {
    /// 8 kHz: a telephone.
    Narrow,
    /// 16 kHz.
    Wide,
}

impl Rate {
    /// Samples per second.
    #[must_use]
    pub fn hz(self) -> usize {
        match self {
            Self::Narrow => 8_000,
            Self::Wide => 16_000,
        }
    }
}

/// A frame whose voice is not decided yet.
struct Pending {
    descriptors: Descriptors,
    power: Vec<f32>,
}

/// Describes a stream of samples, frame by frame.
///
/// Frame `n` is about the time `10 n + 30` ms, the centre of its 60 ms window. It is given 90 ms after the window's
/// centre: 30 ms until the window is full, 50 ms until pitch is decided, and 10 ms for smoothing.
pub struct Extractor {
    hop: usize,
    rate: f32,
    /// The samples of all pending frames, oldest first.
    samples: Vec<f32>,
    filled: usize,
    /// How many there are when the next frame is complete.
    next: usize,
    coarse: Spectrum,
    coarse_power: Vec<f32>,
    fine: Spectrum,
    balance: Balance,
    bands: Bands,
    summation: Summation,
    track: Track,
    resonances: Resonances,
    /// Frames that wait for their pitch, oldest first.
    pending: Vec<Pending>,
    /// How many of them are waiting.
    waiting: usize,
    smoother: Smoother,
}

impl Extractor {
    /// An extractor for a rate.
    #[must_use]
    pub fn new(rate: Rate) -> Self {
        let hz = rate.hz();
        let (coarse, fine) = (Spectrum::coarse(hz), Spectrum::fine(hz));
        let bins = fine.bins();
        let pending = || Pending { descriptors: Descriptors::default(), power: vec![0.0; bins] };
        Self {
            hop: hz / 100,
            rate: hz as f32,
            samples: vec![0.0; fine.window().len() + DELAY * hz / 100],
            filled: 0,
            next: fine.window().len(),
            coarse_power: vec![0.0; coarse.bins()],
            coarse,
            balance: Balance::new(),
            bands: Bands::new(hz),
            summation: Summation::new(bins),
            track: Track::new(),
            resonances: Resonances::new(hz),
            fine,
            pending: (0..=DELAY).map(|_| pending()).collect(),
            waiting: 0,
            smoother: Smoother::default(),
        }
    }

    /// Takes samples, full scale is 1, and gives each frame that they complete.
    pub fn push(&mut self, samples: &[f32], frame: impl FnMut(&Descriptors)) {
        self.take(samples, |sample| sample, frame);
    }

    /// Takes samples of 16 bits and gives each frame that they complete.
    pub fn push_pcm(&mut self, samples: &[i16], frame: impl FnMut(&Descriptors)) {
        self.take(samples, |sample| f32::from(sample) / 32_768.0, frame);
    }

    /// Gives the frames that are still held back. Then the extractor is as new.
    pub fn finish(&mut self, mut frame: impl FnMut(&Descriptors)) {
        for left in (1..=DELAY).rev() {
            let pitch = self.track.push(Candidates::default());
            if left <= self.waiting {
                self.settle(pitch, &mut frame);
            }
        }
        if let Some(last) = self.smoother.finish() {
            frame(&last);
        }
        self.filled = 0;
        self.next = self.fine.window().len();
        self.balance = Balance::new();
        self.track = Track::new();
        self.resonances.restart();
    }

    fn take<S: Copy>(
        &mut self,
        mut samples: &[S],
        of: impl Fn(S) -> f32,
        mut frame: impl FnMut(&Descriptors),
    ) {
        while !samples.is_empty() {
            let count = samples.len().min(self.next - self.filled);
            let (now, later) = samples.split_at(count);
            for (held, &sample) in self.samples[self.filled..].iter_mut().zip(now) {
                *held = of(sample);
            }
            self.filled += count;
            samples = later;
            if self.filled == self.next {
                self.step(&mut frame);
            }
        }
    }

    /// Describes the newest frame and settles the one whose pitch is known with it.
    fn step(&mut self, frame: &mut impl FnMut(&Descriptors)) {
        let window = &self.samples[self.filled - self.fine.window().len()..self.filled];
        let pending = &mut self.pending[self.waiting];
        self.waiting += 1;
        pending.descriptors = Descriptors::default();
        let middle = &window[2 * self.hop..4 * self.hop];
        pending.descriptors.power = energy(middle) / middle.len() as f32;
        self.coarse.power(middle, &mut self.coarse_power);
        self.balance.describe(&self.coarse_power, &mut pending.descriptors);
        self.bands.describe(&self.coarse_power, &mut pending.descriptors);
        let loud = energy(window) > QUIET * window.len() as f32;
        let candidates = if loud {
            self.fine.power(window, &mut pending.power);
            self.summation.candidates(&pending.power)
        } else {
            Candidates::default()
        };
        let pitch = self.track.push(candidates);
        if self.waiting > DELAY {
            self.settle(pitch, frame);
        }
        if self.filled == self.samples.len() {
            self.samples.copy_within(self.hop.., 0);
            self.filled -= self.hop;
        }
        self.next = self.filled + self.hop;
    }

    /// Completes the oldest pending frame.
    fn settle(&mut self, pitch: Option<f32>, frame: &mut impl FnMut(&Descriptors)) {
        let length = self.fine.window().len();
        let from = self.filled - length - (self.waiting - 1) * self.hop;
        let pending = &mut self.pending[0];
        if let Some(hz) = pitch {
            let mut it = Voice { semitones: 12.0 * (hz / SEMITONE_ZERO_HZ).log2(), ..Voice::default() };
            voice::measure(&self.samples[from..from + length], self.fine.window(), self.rate / hz, &mut it);
            it.formants = self.resonances.find(&pending.power);
            harmonics::measure(&pending.power, hz, &mut it);
            pending.descriptors.voice = Some(it);
        }
        if let Some(smooth) = self.smoother.push(pending.descriptors) {
            frame(&smooth);
        }
        self.pending.rotate_left(1);
        self.waiting -= 1;
    }
}
