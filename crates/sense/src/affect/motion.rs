//! How fast the spectrum moves and what shape it has: the functionals beyond those of pitch, loudness and tempo.
//!
//! An activated voice moves faster from sound to sound. The motion is measured between voiced steps some hundredths of a
//! second apart, on bands that are freed from the step's level, so that neither the line's gain nor a swell counts.

use super::functionals::{LOUD, Put, Scratch, moments};
use crate::prosody::{BANDS, CEPSTRA, Descriptors};

/// Steps between the two spectra that are compared: 10, 30 and 80 ms.
const LAGS: [usize; 3] = [1, 3, 8];
/// Steps between the cepstra that are compared.
const TURNS: [usize; 2] = [2, 5];
/// Groups of bands that are also told apart, from low to high.
const GROUPS: usize = 4;
const GROUP: usize = BANDS / GROUPS;
/// Steps between the levels whose rise is an onset: 30 ms.
const ONSET: usize = 3;

/// Voiced steps and those `lag` steps later, where both are voiced.
pub(super) fn pairs(
    steps: &[Descriptors],
    lag: usize,
) -> impl Iterator<Item = (&Descriptors, &Descriptors)> + Clone {
    let later = steps.get(lag..).unwrap_or_default();
    steps.iter().zip(later).filter(|(a, b)| a.voiced && b.voiced)
}

pub(super) fn describe(steps: &[Descriptors], scratch: &mut Scratch, put: Put<'_>) {
    motion(steps, put);
    turns(steps, put);
    bands(steps, put);
    shape(steps, scratch, put);
    course(steps, scratch, put);
}

fn motion(steps: &[Descriptors], put: Put<'_>) {
    for lag in LAGS {
        let mut shares = [0.0; GROUPS];
        let mut levels = [0.0; GROUPS];
        let (mut whole, mut count) = (0.0, 0.0_f32);
        for (a, b) in pairs(steps, lag) {
            let level = |step: &Descriptors| step.bands.iter().sum::<f32>() / BANDS as f32;
            let swell = level(b) - level(a);
            let mut moved = 0.0;
            for group in 0..GROUPS {
                let own = group * GROUP..(group + 1) * GROUP;
                let squares: f32 = own.clone().map(|k| (b.shares[k] - a.shares[k]).powi(2)).sum();
                shares[group] += squares.sqrt();
                moved += squares;
                levels[group] +=
                    own.map(|k| (b.bands[k] - a.bands[k] - swell).abs()).sum::<f32>() / GROUP as f32;
            }
            whole += moved.sqrt();
            count += 1.0;
        }
        let count = count.max(1.0);
        put(format_args!("motion.shares{lag}"), whole / count);
        put(format_args!("motion.levels{lag}"), levels.iter().sum::<f32>() / (GROUPS as f32 * count));
        for group in 0..GROUPS {
            put(format_args!("motion.shares{lag}_group{group}"), shares[group] / count);
            put(format_args!("motion.levels{lag}_group{group}"), levels[group] / count);
        }
    }
}

fn turns(steps: &[Descriptors], put: Put<'_>) {
    for lag in TURNS {
        for k in 0..CEPSTRA {
            let turns = pairs(steps, lag).map(|(a, b)| (b.cepstrum[k] - a.cepstrum[k]).abs());
            put(format_args!("turn.cepstrum{}_{lag}", k + 1), moments(turns).0);
        }
    }
}

/// The long-term average spectrum of the voice: each band's level below the whole, dB.
fn bands(steps: &[Descriptors], put: Put<'_>) {
    let mut powers = [1e-20; BANDS];
    for step in steps.iter().filter(|step| step.voiced) {
        for (power, band) in powers.iter_mut().zip(&step.bands) {
            *power += band.exp();
        }
    }
    let whole: f32 = powers.iter().sum();
    for (band, power) in powers.iter().enumerate() {
        put(format_args!("band.{band}"), 10.0 * (power / whole).log10());
    }
}

fn shape(steps: &[Descriptors], scratch: &mut Scratch, put: Put<'_>) {
    let voiced = || steps.iter().filter(|s| s.voiced);
    let loud = scratch.percentile(voiced().map(|s| s.loudness), LOUD);
    for (part, from) in [("all", f32::NEG_INFINITY), ("loud", loud)] {
        let chosen = || voiced().filter(|s| s.loudness >= from).map(|s| Shape::of(&s.bands));
        put(format_args!("shape.centre_{part}"), moments(chosen().map(|s| s.centre)).0);
        put(format_args!("shape.width_{part}"), moments(chosen().map(|s| s.width)).0);
        put(format_args!("shape.entropy_{part}"), moments(chosen().map(|s| s.entropy)).0);
        put(format_args!("shape.flatness_{part}"), moments(chosen().map(|s| s.flatness)).0);
    }
}

/// How one step's power lies over the bands.
struct Shape {
    /// Centre of gravity and standard deviation, in bands.
    centre: f32,
    width: f32,
    /// Entropy of the shares, nats.
    entropy: f32,
    /// Mean level below the strongest band, nepers of power.
    flatness: f32,
}

impl Shape {
    fn of(bands: &[f32; BANDS]) -> Self {
        let strongest = bands.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let shares = bands.map(|band| (band - strongest).exp());
        let whole: f32 = shares.iter().sum();
        let mean = |of: &dyn Fn(f32) -> f32| {
            shares.iter().enumerate().map(|(k, share)| share * of(k as f32)).sum::<f32>() / whole
        };
        let centre = mean(&|k| k);
        let logs: f32 = shares.iter().zip(bands).map(|(share, band)| share * (band - strongest)).sum();
        Self {
            centre,
            width: mean(&|k| (k - centre).powi(2)).sqrt(),
            entropy: whole.ln() - logs / whole,
            flatness: bands.iter().sum::<f32>() / BANDS as f32 - strongest,
        }
    }
}

/// How the groups of bands swell with the whole, and how sharply the voice sets in and breaks off.
fn course(steps: &[Descriptors], scratch: &mut Scratch, put: Put<'_>) {
    let level = |step: &Descriptors, own: std::ops::Range<usize>| {
        10.0 * step.bands[own].iter().map(|band| band.exp()).sum::<f32>().max(1e-20).log10()
    };
    let voiced = || steps.iter().filter(|s| s.voiced);
    let (mean, deviation) = moments(voiced().map(|s| level(s, 0..BANDS)));
    for group in 0..GROUPS {
        let own = group * GROUP..(group + 1) * GROUP;
        let (centre, spread) = moments(voiced().map(|s| level(s, own.clone())));
        let together = voiced().map(|s| (level(s, 0..BANDS) - mean) * (level(s, own.clone()) - centre));
        put(format_args!("course.slope{group}"), moments(together).0 / (deviation * deviation).max(1e-3));
        put(format_args!("course.deviation{group}"), spread);
    }
    let later = steps.get(ONSET..).unwrap_or_default();
    let both = || steps.iter().zip(later).filter(|(a, b)| a.speech && b.speech);
    let rises = || both().map(|(a, b)| b.snr_db - a.snr_db);
    put(format_args!("course.onset"), scratch.percentile(rises(), 0.9));
    put(format_args!("course.offset"), scratch.percentile(rises(), 0.1));
}
