//! The 88 functionals of a window.
//!
//! Means and variations of what only a voice has are over voiced frames; those with `V` in their name are of the spectrum
//! in voiced frames, those with `UV` in the others.

use super::{
    Descriptors,
    summary::{Moments, Stretches, percentile, slopes},
};

/// A contour turns where it goes back by this share of its range (fitted to the reference's peaks per second).
const TURN: f32 = 0.1;
/// How many descriptors only a voice has, pitch left out.
const VOICE: usize = 14;
/// How many of these each voiced frame has; the others rest on formants, which are zero where none was found.
const ALWAYS: usize = 4;
/// How many of the spectrum's descriptors are told apart by voice: balance, flux and cepstrum.
const SPECTRUM: usize = 9;

/// Gathers frames and gives their functionals.
#[derive(Debug, Clone, Default)]
pub struct Functionals {
    pitch: Vec<f32>,
    loudness: Vec<f32>,
    sorted: Vec<f32>,
    semitones: Moments,
    loud: Moments,
    all: [Moments; SPECTRUM],
    voiced: [Moments; SPECTRUM],
    unvoiced: [Moments; SPECTRUM],
    voice: [Moments; VOICE],
    power: Moments,
    voiced_stretches: Stretches,
    unvoiced_stretches: Stretches,
}

impl Functionals {
    /// Nothing gathered yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Forgets all frames, and keeps the space that they took.
    pub fn clear(&mut self) {
        let (mut pitch, mut loudness) = (std::mem::take(&mut self.pitch), std::mem::take(&mut self.loudness));
        let sorted = std::mem::take(&mut self.sorted);
        pitch.clear();
        loudness.clear();
        *self = Self { pitch, loudness, sorted, ..Self::default() };
    }

    /// How many frames there are.
    #[must_use]
    pub fn frames(&self) -> usize {
        self.loudness.len()
    }

    /// How many of them are voiced.
    #[must_use]
    pub fn voiced_frames(&self) -> usize {
        self.pitch.len()
    }

    /// Takes the next frame.
    pub fn push(&mut self, frame: &Descriptors) {
        let values = frame.values();
        let voiced = frame.voice.is_some();
        self.loudness.push(frame.loudness);
        self.loud.push(frame.loudness);
        self.power.push(frame.power);
        let parts = if voiced { &mut self.voiced } else { &mut self.unvoiced };
        for ((all, part), &value) in self.all.iter_mut().zip(parts).zip(&values[1..]) {
            all.push(value);
            part.push(value);
        }
        if let Some(voice) = &frame.voice {
            self.pitch.push(voice.semitones);
            self.semitones.push(voice.semitones);
            for (at, (moments, &value)) in self.voice.iter_mut().zip(&values[11..]).enumerate() {
                if at < ALWAYS || value != 0.0 {
                    moments.push(value);
                }
            }
        }
        self.voiced_stretches.push(voiced);
        self.unvoiced_stretches.push(!voiced);
    }

    /// The functionals in the order of [`NAMES`].
    #[must_use]
    pub fn values(&mut self) -> [f32; 88] {
        let mut out = [0.0; 88];
        let mut places = out.iter_mut();
        let mut put = |value: f32| {
            if let Some(place) = places.next() {
                *place = value;
            }
        };
        contour(&self.pitch, self.semitones, &mut self.sorted, &mut put);
        let peaks = contour(&self.loudness, self.loud, &mut self.sorted, &mut put);
        // The flux, then the cepstrum: the balance has no functionals over all frames.
        for moments in self.all[4..].iter().chain(&self.voice).chain(&self.voiced) {
            put(moments.mean());
            put(moments.variation());
        }
        self.unvoiced[..5].iter().for_each(|moments| put(moments.mean()));
        let seconds = (self.loudness.len() as f32 * 0.01).max(0.01);
        put(peaks as f32 / seconds);
        let (voiced, unvoiced) = (self.voiced_stretches.lengths(), self.unvoiced_stretches.lengths());
        put(voiced.count() / seconds);
        put(voiced.mean());
        put(voiced.deviation());
        put(unvoiced.mean());
        put(unvoiced.deviation());
        put(10.0 * self.power.mean().max(1e-12).log10());
        out
    }
}

/// The ten functionals of a contour; gives the number of its peaks.
fn contour(values: &[f32], moments: Moments, sorted: &mut Vec<f32>, put: &mut impl FnMut(f32)) -> usize {
    sorted.clear();
    sorted.extend_from_slice(values);
    sorted.sort_unstable_by(f32::total_cmp);
    let [low, middle, high] = [0.2, 0.5, 0.8].map(|share| percentile(sorted, share));
    let range = sorted.last().zip(sorted.first()).map_or(0.0, |(most, least)| most - least);
    let slopes = slopes(values, TURN * range);
    put(moments.mean());
    put(moments.variation());
    put(low);
    put(middle);
    put(high);
    put(high - low);
    put(slopes.rising.mean());
    put(slopes.rising.deviation());
    put(slopes.falling.mean());
    put(slopes.falling.deviation());
    slopes.peaks
}

/// Names of the functionals, as eGeMAPSv02 has them.
pub const NAMES: [&str; 88] = [
    "F0semitoneFrom27.5Hz_sma3nz_amean",
    "F0semitoneFrom27.5Hz_sma3nz_stddevNorm",
    "F0semitoneFrom27.5Hz_sma3nz_percentile20.0",
    "F0semitoneFrom27.5Hz_sma3nz_percentile50.0",
    "F0semitoneFrom27.5Hz_sma3nz_percentile80.0",
    "F0semitoneFrom27.5Hz_sma3nz_pctlrange0-2",
    "F0semitoneFrom27.5Hz_sma3nz_meanRisingSlope",
    "F0semitoneFrom27.5Hz_sma3nz_stddevRisingSlope",
    "F0semitoneFrom27.5Hz_sma3nz_meanFallingSlope",
    "F0semitoneFrom27.5Hz_sma3nz_stddevFallingSlope",
    "loudness_sma3_amean",
    "loudness_sma3_stddevNorm",
    "loudness_sma3_percentile20.0",
    "loudness_sma3_percentile50.0",
    "loudness_sma3_percentile80.0",
    "loudness_sma3_pctlrange0-2",
    "loudness_sma3_meanRisingSlope",
    "loudness_sma3_stddevRisingSlope",
    "loudness_sma3_meanFallingSlope",
    "loudness_sma3_stddevFallingSlope",
    "spectralFlux_sma3_amean",
    "spectralFlux_sma3_stddevNorm",
    "mfcc1_sma3_amean",
    "mfcc1_sma3_stddevNorm",
    "mfcc2_sma3_amean",
    "mfcc2_sma3_stddevNorm",
    "mfcc3_sma3_amean",
    "mfcc3_sma3_stddevNorm",
    "mfcc4_sma3_amean",
    "mfcc4_sma3_stddevNorm",
    "jitterLocal_sma3nz_amean",
    "jitterLocal_sma3nz_stddevNorm",
    "shimmerLocaldB_sma3nz_amean",
    "shimmerLocaldB_sma3nz_stddevNorm",
    "HNRdBACF_sma3nz_amean",
    "HNRdBACF_sma3nz_stddevNorm",
    "logRelF0-H1-H2_sma3nz_amean",
    "logRelF0-H1-H2_sma3nz_stddevNorm",
    "logRelF0-H1-A3_sma3nz_amean",
    "logRelF0-H1-A3_sma3nz_stddevNorm",
    "F1frequency_sma3nz_amean",
    "F1frequency_sma3nz_stddevNorm",
    "F1bandwidth_sma3nz_amean",
    "F1bandwidth_sma3nz_stddevNorm",
    "F1amplitudeLogRelF0_sma3nz_amean",
    "F1amplitudeLogRelF0_sma3nz_stddevNorm",
    "F2frequency_sma3nz_amean",
    "F2frequency_sma3nz_stddevNorm",
    "F2bandwidth_sma3nz_amean",
    "F2bandwidth_sma3nz_stddevNorm",
    "F2amplitudeLogRelF0_sma3nz_amean",
    "F2amplitudeLogRelF0_sma3nz_stddevNorm",
    "F3frequency_sma3nz_amean",
    "F3frequency_sma3nz_stddevNorm",
    "F3bandwidth_sma3nz_amean",
    "F3bandwidth_sma3nz_stddevNorm",
    "F3amplitudeLogRelF0_sma3nz_amean",
    "F3amplitudeLogRelF0_sma3nz_stddevNorm",
    "alphaRatioV_sma3nz_amean",
    "alphaRatioV_sma3nz_stddevNorm",
    "hammarbergIndexV_sma3nz_amean",
    "hammarbergIndexV_sma3nz_stddevNorm",
    "slopeV0-500_sma3nz_amean",
    "slopeV0-500_sma3nz_stddevNorm",
    "slopeV500-1500_sma3nz_amean",
    "slopeV500-1500_sma3nz_stddevNorm",
    "spectralFluxV_sma3nz_amean",
    "spectralFluxV_sma3nz_stddevNorm",
    "mfcc1V_sma3nz_amean",
    "mfcc1V_sma3nz_stddevNorm",
    "mfcc2V_sma3nz_amean",
    "mfcc2V_sma3nz_stddevNorm",
    "mfcc3V_sma3nz_amean",
    "mfcc3V_sma3nz_stddevNorm",
    "mfcc4V_sma3nz_amean",
    "mfcc4V_sma3nz_stddevNorm",
    "alphaRatioUV_sma3nz_amean",
    "hammarbergIndexUV_sma3nz_amean",
    "slopeUV0-500_sma3nz_amean",
    "slopeUV500-1500_sma3nz_amean",
    "spectralFluxUV_sma3nz_amean",
    "loudnessPeaksPerSec",
    "VoicedSegmentsPerSec",
    "MeanVoicedSegmentLengthSec",
    "StddevVoicedSegmentLengthSec",
    "MeanUnvoicedSegmentLength",
    "StddevUnvoicedSegmentLength",
    "equivalentSoundLevel_dBp",
];
