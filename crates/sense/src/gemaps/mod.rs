//! The extended Geneva minimalistic acoustic parameter set (eGeMAPSv02): 25 descriptors each 10 ms, and 88 functionals of
//! them over any window.
//!
//! Source: Eyben et al. 2016, "The Geneva Minimalistic Acoustic Parameter Set (GeMAPS) for Voice Research and Affective
//! Computing", IEEE Transactions on Affective Computing 7(2). What the paper leaves open was chosen so that the values
//! agree with an independent implementation's; `docs/acoustics.md` lists agreement and deviations.
//!
//! [`Extractor`] takes samples and gives [`Descriptors`]; [`Functionals`] takes descriptors and gives statistics. Both are
//! streaming, allocate nothing in the steady state, and give the same however the audio was cut. Nothing here asks a
//! permit: who describes a call's audio is a sensor, and holds one.

mod balance;
mod extractor;
mod formant;
mod functionals;
mod harmonics;
mod lanes;
mod loudness;
mod pitch;
mod smooth;
mod spectrum;
mod summary;
mod track;
mod voice;

pub use extractor::{Extractor, Rate};
pub use functionals::{Functionals, NAMES};

/// How many descriptors a frame has.
pub const DESCRIPTORS: usize = 25;

/// Names of the descriptors in the order of [`Descriptors::values`], as eGeMAPSv02 has them.
pub const DESCRIPTOR_NAMES: [&str; DESCRIPTORS] = [
    "Loudness",
    "alphaRatio",
    "hammarbergIndex",
    "slope0-500",
    "slope500-1500",
    "spectralFlux",
    "mfcc1",
    "mfcc2",
    "mfcc3",
    "mfcc4",
    "F0semitoneFrom27.5Hz",
    "jitterLocal",
    "shimmerLocaldB",
    "HNRdBACF",
    "logRelF0-H1-H2",
    "logRelF0-H1-A3",
    "F1frequency",
    "F1bandwidth",
    "F1amplitudeLogRelF0",
    "F2frequency",
    "F2bandwidth",
    "F2amplitudeLogRelF0",
    "F3frequency",
    "F3bandwidth",
    "F3amplitudeLogRelF0",
];

/// What one frame of 10 ms sounds like, smoothed over three frames.
///
/// Energy and spectrum come from 20 ms, the voice from 60 ms around the same centre.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Descriptors {
    /// Mean square of the 20 ms at the centre, full scale is 1; not smoothed.
    pub power: f32,
    /// Sum of the auditory spectrum: 26 mel bands, equal-loudness weighted, to the power 0.33.
    pub loudness: f32,
    /// Energy of 1 to 5 kHz over that of 0 to 1 kHz, dB.
    pub alpha_ratio: f32,
    /// Strongest peak of 0 to 2 kHz over that of 2 to 5 kHz, dB.
    pub hammarberg: f32,
    /// Slope of the level from 0 to 500 Hz, dB per Hz.
    pub slope_low: f32,
    /// Slope of the level from 500 to 1500 Hz, dB per Hz.
    pub slope_mid: f32,
    /// Root mean square change of the magnitude spectrum up to 5 kHz since the frame before.
    pub flux: f32,
    /// Mel-frequency cepstral coefficients 1 to 4, liftered.
    pub cepstrum: [f32; 4],
    /// What only a voice has; nothing in frames without one.
    pub voice: Option<Voice>,
}

/// What a voiced frame has beside its spectrum.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Voice {
    /// Semitones over 27.5 Hz.
    pub semitones: f32,
    /// Mean difference of successive periods' lengths over their mean.
    pub jitter: f32,
    /// Mean difference of successive periods' peak-to-peak amplitudes, dB.
    pub shimmer_db: f32,
    /// Harmonics to noise by the autocorrelation at the period, dB.
    pub harmonicity_db: f32,
    /// First harmonic over the second, dB.
    pub h1_h2: f32,
    /// First harmonic over the strongest one near the third formant, dB; nothing where that was not found.
    pub h1_a3: Option<f32>,
    /// The first three formants, as many as were found.
    pub formants: [Option<Formant>; 3],
}

/// A resonance of the vocal tract.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Formant {
    /// Its centre, Hz.
    pub hz: f32,
    /// Its bandwidth, Hz.
    pub bandwidth: f32,
    /// The strongest harmonic near it over the first harmonic, dB.
    pub level: f32,
}

impl Descriptors {
    /// All descriptors in the order of [`DESCRIPTOR_NAMES`]; zeros where there is no voice.
    #[must_use]
    pub fn values(&self) -> [f32; DESCRIPTORS] {
        let [c1, c2, c3, c4] = self.cepstrum;
        let voice = self.voice.unwrap_or_default();
        let [f1, f2, f3] = voice.formants.map(Option::unwrap_or_default);
        [
            self.loudness,
            self.alpha_ratio,
            self.hammarberg,
            self.slope_low,
            self.slope_mid,
            self.flux,
            c1,
            c2,
            c3,
            c4,
            voice.semitones,
            voice.jitter,
            voice.shimmer_db,
            voice.harmonicity_db,
            voice.h1_h2,
            voice.h1_a3.unwrap_or_default(),
            f1.hz,
            f1.bandwidth,
            f1.level,
            f2.hz,
            f2.bandwidth,
            f2.level,
            f3.hz,
            f3.bandwidth,
            f3.level,
        ]
    }
}
