//! Low-level descriptors of the voice, one set per 10 ms step.
//!
//! The choice follows eGeMAPS (Eyben et al. 2016), fitted to a telephone line: what lies above 3.8 kHz or below 100 Hz is
//! not used, and nothing depends on the absolute level, so that a loud line never makes an excited caller.

use std::sync::OnceLock;

use crate::{
    activity::Activity,
    frontend::{BIN_HZ, BINS, Spectrum, WINDOW, decibels},
    pulse,
};

/// Mel bands from 100 to 3800 Hz, and the cepstral coefficients that are kept of them (without the level, number 0).
pub(crate) const BANDS: usize = 20;
pub(crate) const CEPSTRA: usize = 8;
/// Stevens' exponent of loudness over power.
const LOUDNESS: f32 = 0.3;
/// A band never counts for less than this share of the step's power, so that codec silence has a shape.
const BAND_FLOOR: f32 = 1e-5;

/// One step of the voice.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Descriptors {
    /// Speech, voiced or not.
    pub(crate) speech: bool,
    /// The descriptors below `loudness` that need a voice are measured.
    pub(crate) voiced: bool,
    /// Perceived loudness, in an arbitrary unit that scales with the line's gain.
    pub(crate) loudness: f32,
    /// Level over the line's noise floor, dB.
    pub(crate) snr_db: f32,
    /// Change of the spectrum's shape since the step before.
    pub(crate) flux: f32,
    /// Power below 1 kHz over power above, dB.
    pub(crate) alpha_db: f32,
    /// Strongest bin below 2 kHz over strongest above, dB (Hammarberg et al. 1980, band-limited).
    pub(crate) hammarberg_db: f32,
    /// Slope of the band spectrum between 0.3 and 1.5 kHz, and between 1.5 and 3.5 kHz, dB per kHz.
    pub(crate) slope_low: f32,
    pub(crate) slope_high: f32,
    /// Mel-frequency cepstral coefficients 1 to 8.
    pub(crate) cepstrum: [f32; CEPSTRA],
    /// Pitch in semitones over 27.5 Hz.
    pub(crate) semitones: f32,
    /// Harmonics-to-noise ratio, dB.
    pub(crate) harmonicity_db: f32,
    /// Local jitter and shimmer, where two periods could be compared.
    pub(crate) perturbation: Option<(f32, f32)>,
    /// Natural logarithm of the power in each mel band.
    pub(crate) bands: [f32; BANDS],
    /// Each mel band's share of the loudness.
    pub(crate) shares: [f32; BANDS],
}

/// The triangular mel filters and the cosine transform.
struct Tables {
    /// Per bin: the band whose falling edge it is on, and its weight there; the next band has the rest.
    edges: [(usize, f32); BINS],
    centres_khz: [f32; BANDS],
    cosines: [[f32; BANDS]; CEPSTRA],
}

fn tables() -> &'static Tables {
    static TABLES: OnceLock<Tables> = OnceLock::new();
    TABLES.get_or_init(|| {
        let mel = |hz: f32| 1127.0 * (1.0 + hz / 700.0).ln();
        let hz_of = |mel: f32| 700.0 * ((mel / 1127.0).exp() - 1.0);
        let (low, high) = (mel(100.0), mel(3_800.0));
        let step = (high - low) / (BANDS + 1) as f32;
        let mut edges = [(usize::MAX, 0.0); BINS];
        for (bin, edge) in edges.iter_mut().enumerate() {
            let place = (mel(bin as f32 * BIN_HZ) - low) / step;
            if place > 0.0 && place < (BANDS + 1) as f32 {
                *edge = (place as usize, 1.0 - place.fract());
            }
        }
        let mut centres_khz = [0.0; BANDS];
        for (band, centre) in centres_khz.iter_mut().enumerate() {
            *centre = hz_of(low + (band + 1) as f32 * step) / 1_000.0;
        }
        let mut cosines = [[0.0; BANDS]; CEPSTRA];
        for (k, row) in cosines.iter_mut().enumerate() {
            for (band, cosine) in row.iter_mut().enumerate() {
                let phase = std::f32::consts::PI * (k + 1) as f32 * (band as f32 + 0.5) / BANDS as f32;
                *cosine = phase.cos() * (2.0 / BANDS as f32).sqrt();
            }
        }
        Tables { edges, centres_khz, cosines }
    })
}

/// Turns spectra into descriptors; remembers the spectrum before for the flux.
#[derive(Default)]
pub(crate) struct Prosody {
    before: Option<[f32; BANDS]>,
}

impl Prosody {
    /// After silence there is no step before.
    pub(crate) fn reset(&mut self) {
        self.before = None;
    }

    pub(crate) fn describe(
        &mut self,
        spectrum: Spectrum<'_>,
        samples: &[f32; WINDOW],
        activity: &Activity,
    ) -> Descriptors {
        let bands = bands(spectrum);
        let mut logs = bands;
        let mut compressed = bands;
        for (log, loud) in logs.iter_mut().zip(&mut compressed) {
            *log = log.ln();
            *loud = (LOUDNESS * *log).exp();
        }
        let loudness: f32 = compressed.iter().sum();
        for loud in &mut compressed {
            *loud /= loudness;
        }
        let flux = self.before.map_or(0.0, |before| {
            compressed.iter().zip(&before).map(|(a, b)| (a - b) * (a - b)).sum::<f32>().sqrt()
        });
        self.before = Some(compressed);
        let mut it = Descriptors {
            speech: activity.speech,
            voiced: activity.pitch.is_some(),
            loudness,
            snr_db: activity.level_db - activity.floor_db,
            flux,
            slope_low: slope(&logs, 0.3, 1.5),
            slope_high: slope(&logs, 1.5, 3.5),
            bands: logs,
            shares: compressed,
            ..Descriptors::default()
        };
        (it.alpha_db, it.hammarberg_db) = balance(spectrum.power);
        for (coefficient, row) in it.cepstrum.iter_mut().zip(&tables().cosines) {
            *coefficient = logs.iter().zip(row).map(|(log, cosine)| log * cosine).sum();
        }
        if let Some(pitch) = activity.pitch {
            it.semitones = 12.0 * (pitch.hz / 27.5).log2();
            it.harmonicity_db = pitch.harmonicity_db();
            it.perturbation = pulse::measure(samples, pitch.hz).map(|p| (p.jitter, p.shimmer));
        }
        it
    }
}

fn bands(spectrum: Spectrum<'_>) -> [f32; BANDS] {
    let mut bands = [0.0; BANDS + 2];
    let mut total = 1e-20;
    for (&power, &(edge, weight)) in spectrum.power.iter().zip(&tables().edges) {
        if edge <= BANDS {
            bands[edge] += power * weight;
            bands[edge + 1] += power * (1.0 - weight);
            total += power;
        }
    }
    let mut out = [0.0; BANDS];
    for (out, band) in out.iter_mut().zip(&bands[1..]) {
        *out = band + BAND_FLOOR * total;
    }
    out
}

/// Least-squares slope of the bands' levels between two frequencies in kHz.
fn slope(logs: &[f32; BANDS], from: f32, to: f32) -> f32 {
    let (mut n, mut sx, mut sy, mut sxx, mut sxy) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for (&x, &log) in tables().centres_khz.iter().zip(logs) {
        if x >= from && x <= to {
            let y = log * 10.0 / std::f32::consts::LN_10;
            n += 1.0;
            sx += x;
            sy += y;
            sxx += x * x;
            sxy += x * y;
        }
    }
    (n * sxy - sx * sy) / (n * sxx - sx * sx)
}

/// Alpha ratio and Hammarberg index within 100 to 3800 Hz.
fn balance(power: &[f32; BINS]) -> (f32, f32) {
    let bin = |hz: f32| (hz / BIN_HZ) as usize;
    let sum = |from: f32, to: f32| power[bin(from)..bin(to)].iter().sum::<f32>();
    let peak = |from: f32, to: f32| power[bin(from)..bin(to)].iter().copied().fold(1e-12, f32::max);
    let ratio = |a: f32, b: f32| decibels((a + 1e-12) / (b + 1e-12));
    (ratio(sum(100.0, 1_000.0), sum(1_000.0, 3_800.0)), ratio(peak(100.0, 2_000.0), peak(2_000.0, 3_800.0)))
}
