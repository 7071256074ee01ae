//! Other speakers on other lines, simulated from a recording, so that training on few speakers does not learn those few.
//!
//! A disguise makes a speaker's vocal tract and pitch shorter or longer by up to a sixth, and their pace by an eighth, and puts
//! them on a line with its own colour, gain and noise. What it does is drawn from the seed alone, so that all recordings of one
//! speaker can wear the same one. The ranges are choices: about those between adults.

use crate::telephone::{self, Random};

/// Samples of a piece that is moved when the pace changes, and between pieces: 50 and 25 ms.
const PIECE: usize = 400;
const APART: usize = 200;
/// How far a piece is moved at most to fit the one before: 15 ms, a period of a deep voice.
const SEARCH: usize = 120;
/// Samples on each side that make one between two.
const REACH: isize = 16;

/// The recording, 8 kHz, in the disguise that the seed names.
#[must_use]
pub fn disguised(recording: &[i16], seed: u64) -> Vec<i16> {
    let mut random = Random::new(seed);
    let mut draw = |from: f64, to: f64| from + (to - from) * random.next();
    let (size, pace) = (draw(0.87, 1.16), draw(0.88, 1.14));
    let mut voice: Vec<f64> = recording.iter().copied().map(f64::from).collect();
    voice = at_pace(&resampled(&voice, size), pace / size);
    let tilt = (draw(600.0, 2_500.0), draw(-5.0, 5.0), 0.4);
    let colour = (draw(250.0, 3_200.0), draw(-7.0, 7.0), draw(0.7, 2.0));
    for (hz, db, width) in [tilt, colour] {
        voice = telephone::coloured(&voice, hz, db, width);
    }
    let (gain_db, noise_db) = (draw(-20.0, -6.0), draw(-66.0, -48.0));
    let voice: Vec<i16> = voice.into_iter().map(telephone::to_pcm).collect();
    telephone::line(&voice, gain_db, noise_db, seed)
}

/// Played faster by a ratio, so that pitch, formants and pace are multiplied by it: a windowed sinc between the samples.
fn resampled(voice: &[f64], ratio: f64) -> Vec<f64> {
    let edge = (1.0 / ratio).min(1.0);
    let at = |place: f64| {
        let centre = place as isize;
        let near = |k: isize| {
            let sample = *voice.get(usize::try_from(centre + k).ok()?)?;
            let distance = place - (centre + k) as f64;
            let window = 0.5 + 0.5 * (std::f64::consts::PI * distance / (REACH + 1) as f64).cos();
            let phase = std::f64::consts::PI * distance * edge;
            let sinc = if phase.abs() < 1e-9 { 1.0 } else { phase.sin() / phase };
            Some(sample * sinc * edge * window)
        };
        (-REACH..=REACH).filter_map(near).sum()
    };
    (0..(voice.len() as f64 / ratio) as usize).map(|i| at(i as f64 * ratio)).collect()
}

/// Spoken faster by a ratio, the pitch kept: pieces are laid over one another where they fit best (Verhelst & Roelands 1993,
/// "An overlap-add technique based on waveform similarity").
fn at_pace(voice: &[f64], ratio: f64) -> Vec<f64> {
    let mut out = vec![0.0; (voice.len() as f64 / ratio) as usize + PIECE];
    let mut weights = vec![1e-9; out.len()];
    let mut follows = None;
    for (number, to) in (0..out.len() - PIECE).step_by(APART).enumerate() {
        let planned = (number as f64 * APART as f64 * ratio) as usize;
        let from = follows.map_or(planned, |follows| best_fit(voice, planned, follows));
        let Some(piece) = voice.get(from..from + PIECE) else { break };
        for (i, sample) in piece.iter().enumerate() {
            let window = 0.5 - 0.5 * (std::f64::consts::TAU * (i as f64 + 0.5) / PIECE as f64).cos();
            out[to + i] += window * sample;
            weights[to + i] += window;
        }
        follows = Some(from + APART);
    }
    out.iter().zip(&weights).map(|(sum, weight)| if *weight > 0.05 { sum / weight } else { 0.0 }).collect()
}

/// Where near the plan the voice is most like what would have followed.
fn best_fit(voice: &[f64], planned: usize, follows: usize) -> usize {
    let Some(natural) = voice.get(follows..follows + PIECE) else { return planned };
    let likeness = |from: usize| {
        let piece = voice.get(from..from + PIECE)?;
        let (mut product, mut power) = (0.0, 1e-6);
        for (a, b) in piece.iter().zip(natural).step_by(2) {
            product += a * b;
            power += a * a;
        }
        Some((product / power.sqrt(), from))
    };
    let places = (planned.saturating_sub(SEARCH)..=planned + SEARCH).step_by(2);
    places.filter_map(likeness).max_by(|a, b| a.0.total_cmp(&b.0)).map_or(planned, |(_, from)| from)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A second of a tone that swells and sinks five times.
    fn tone(hz: f64) -> Vec<f64> {
        let turn = std::f64::consts::TAU / 8_000.0;
        let swell = |i: f64| 1.0 - (5.0 * turn * i).cos();
        (0..8_000).map(|i| 6_000.0 * swell(f64::from(i)) * (hz * turn * f64::from(i)).sin()).collect()
    }

    /// The frequency by upward crossings of zero in the loud middle.
    fn frequency(voice: &[f64]) -> f64 {
        let middle = &voice[voice.len() / 10..voice.len() * 9 / 10];
        let upward: Vec<usize> =
            (1..middle.len()).filter(|&i| middle[i - 1] < 0.0 && middle[i] >= 0.0).collect();
        let [first, .., last] = upward[..] else { return 0.0 };
        8_000.0 * (upward.len() - 1) as f64 / (last - first) as f64
    }

    #[test]
    fn a_shorter_vocal_tract_raises_every_frequency_and_the_pace() {
        let higher = resampled(&tone(300.0), 1.15);
        assert!((frequency(&higher) - 345.0).abs() < 3.0, "{}", frequency(&higher));
        assert_eq!(higher.len(), (8_000.0_f64 / 1.15) as usize);
    }

    #[test]
    fn another_pace_keeps_the_pitch() {
        for ratio in [0.85, 1.15] {
            let other = at_pace(&tone(300.0), ratio);
            assert!((frequency(&other) - 300.0).abs() < 3.0, "{ratio}: {}", frequency(&other));
            let length = (8_000.0 / ratio) as usize;
            assert!(other.len().abs_diff(length) <= PIECE);
        }
    }

    #[test]
    fn one_seed_is_one_disguise() {
        let voice: Vec<i16> = tone(200.0).into_iter().map(telephone::to_pcm).collect();
        assert_eq!(disguised(&voice, 3), disguised(&voice, 3));
        assert_ne!(disguised(&voice, 3), disguised(&voice, 4));
        assert!(disguised(&[], 3).len() <= PIECE);
    }
}
