//! Speech rate, articulation rate, pauses and filled pauses of an utterance.
//!
//! Syllables are counted by their nuclei: voiced peaks of the intensity with a dip of at least 2 dB on both sides, no more
//! than 25 dB below the loudest (de Jong & Wempe 2009, "Praat script to detect syllable nuclei and measure speech rate
//! automatically"). No words are needed, so it works in any language. The speech rate counts pauses in, the articulation
//! rate leaves them out (ibid.).
//!
//! A **filled pause** ("uh", "嗯") is a vowel that is held: pitch and spectrum hardly move (Goto, Itou & Hayamizu 1999, "A real-time
//! filled pause detection system for spontaneous speech recognition"). Here pitch and level stand for it.

use crate::{frontend::STEP_S, heard::Pauses};

/// What one 10 ms step contributes to rhythm.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Beat {
    /// Level in dB.
    pub(crate) db: f32,
    /// The voice sounds.
    pub(crate) voiced: bool,
    /// Speech, voiced or not.
    pub(crate) speech: bool,
}

/// A dip between two nuclei, and how far below the loudest moment a nucleus may lie (de Jong & Wempe).
const DIP_DB: f32 = 2.0;
const RANGE_DB: f32 = 25.0;
/// A stretch without speech this long is a pause: 200 ms, above the closure of a stop consonant (Goldman-Eisler 1968
/// uses 250 ms).
const PAUSE_STEPS: usize = 20;
/// A vowel this long is held: 300 ms. Choice: twice the usual length of a stressed one; how far its pitch may be from where
/// it began, in octaves (one semitone), and its level, dB.
const HELD_STEPS: usize = 30;
const HELD_OCTAVES: f32 = 1.0 / 12.0;
const HELD_DB: f32 = 4.0;

/// An utterance's rhythm.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Rhythm {
    /// Syllable nuclei.
    pub(crate) syllables: u32,
    /// Seconds of speech, pauses taken out.
    pub(crate) speech_s: f64,
    /// Pauses within the utterance.
    pub(crate) pauses: u32,
    /// Their seconds.
    pub(crate) pause_s: f64,
}

impl Rhythm {
    /// Articulation rate: syllables per second of speech; nothing for less than half a second.
    pub(crate) fn rate(&self) -> Option<f64> {
        (self.speech_s >= 0.5 && self.syllables > 0).then(|| f64::from(self.syllables) / self.speech_s)
    }

    /// Speech rate: syllables per second, pauses included.
    pub(crate) fn speech_rate(&self) -> Option<f64> {
        self.rate().map(|rate| rate * self.speech_s / (self.speech_s + self.pause_s))
    }
}

/// The filled pauses of an utterance, of whose steps the pitch in hertz is known, zero where no voice sounds.
pub(crate) fn filled_pauses(beats: &[Beat], pitches: &[f32]) -> Pauses {
    let mut filled = Pauses::default();
    let (mut from, mut steps) = ((0.0, 0.0), 0);
    // The end of the utterance ends a vowel.
    for (db, hz) in beats.iter().map(|beat| beat.db).zip(pitches.iter().copied()).chain([(0.0, 0.0)]) {
        let held = hz > 0.0
            && steps > 0
            && (hz / from.1).log2().abs() < HELD_OCTAVES
            && (db - from.0).abs() < HELD_DB;
        if held {
            steps += 1;
            continue;
        }
        if steps >= HELD_STEPS {
            filled.count += 1;
            filled.seconds += steps as f64 * STEP_S;
        }
        (from, steps) = ((db, hz), usize::from(hz > 0.0));
    }
    filled
}

/// Measures the beats of an utterance. `smooth` is scratch space that is kept between calls.
pub(crate) fn measure(beats: &[Beat], smooth: &mut Vec<f32>) -> Rhythm {
    let mut rhythm = Rhythm { syllables: nuclei(beats, smooth), ..Rhythm::default() };
    let mut quiet = 0;
    for beat in beats.iter().chain(&[Beat { db: 0.0, voiced: true, speech: true }]) {
        if !beat.speech {
            quiet += 1;
            continue;
        }
        if quiet >= PAUSE_STEPS {
            rhythm.pauses += 1;
            rhythm.pause_s += quiet as f64 * 0.01;
        }
        quiet = 0;
    }
    rhythm.speech_s = beats.len() as f64 * 0.01 - rhythm.pause_s;
    rhythm
}

fn nuclei(beats: &[Beat], smooth: &mut Vec<f32>) -> u32 {
    smooth.clear();
    let last = beats.len().saturating_sub(1);
    let db = |at: usize, by: isize| beats[at.saturating_add_signed(by).min(last)].db;
    // A binomial filter of 50 ms stands for the 64 ms window of Praat's intensity.
    smooth.extend(
        (0..beats.len())
            .map(|i| (db(i, -2) + 4.0 * db(i, -1) + 6.0 * db(i, 0) + 4.0 * db(i, 1) + db(i, 2)) / 16.0),
    );
    let loudest = smooth.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut count = 0;
    let (mut rising, mut low, mut peak) = (true, f32::INFINITY, (0, f32::NEG_INFINITY));
    // The end of the utterance is a dip.
    for (at, db) in smooth.iter().copied().chain([f32::NEG_INFINITY]).enumerate() {
        if rising && db > peak.1 {
            peak = (at, db);
        } else if rising && db < peak.1 - DIP_DB {
            let near = peak.0.saturating_sub(2)..(peak.0 + 3).min(beats.len());
            let voiced = beats[near].iter().any(|beat| beat.voiced);
            count += u32::from(voiced && peak.1 > loudest - RANGE_DB);
            (rising, low) = (false, db);
        } else if !rising && db > low + DIP_DB {
            (rising, peak) = (true, (at, db));
        } else if !rising {
            low = low.min(db);
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    fn syllables(per_second: f32, seconds: usize) -> Vec<Beat> {
        let beat = |i: usize| {
            let db = -30.0 + 6.0 * (std::f32::consts::TAU * per_second * i as f32 / 100.0).sin();
            Beat { db, voiced: db > -34.0, speech: true }
        };
        (0..seconds * 100).map(beat).collect()
    }

    #[test]
    fn a_known_number_of_syllables_is_counted() {
        for rate in [2.0, 3.5, 5.0, 7.0] {
            let rhythm = measure(&syllables(rate, 6), &mut Vec::new());
            let found = rhythm.rate().unwrap_or(0.0);
            assert!((found - f64::from(rate)).abs() < 0.2, "{rate} counted as {found}");
        }
    }

    #[test]
    fn pauses_are_found_and_do_not_slow_the_rate() {
        let mut beats = syllables(4.0, 2);
        beats.extend([Beat { db: -70.0, voiced: false, speech: false }; 40]);
        beats.extend(syllables(4.0, 2));
        let rhythm = measure(&beats, &mut Vec::new());
        assert_eq!(rhythm.pauses, 1);
        assert!((rhythm.pause_s - 0.4).abs() < 1e-9);
        assert!(rhythm.rate().is_some_and(|rate| (rate - 4.0).abs() < 0.3), "{rhythm:?}");
        assert!(rhythm.speech_rate().is_some_and(|rate| (rate - 4.0 * 4.0 / 4.4).abs() < 0.3), "{rhythm:?}");
    }

    #[test]
    fn a_held_vowel_is_a_filled_pause_and_a_gliding_one_is_none() {
        let beats = [Beat { db: -30.0, voiced: true, speech: true }; 120];
        let glide: Vec<f32> = (0..120).map(|i| 110.0 + i as f32).collect();
        assert_eq!(filled_pauses(&beats, &glide).count, 0);
        let mut held = vec![0.0; 40];
        held.extend([118.0; 50]);
        held.extend([0.0; 30]);
        let filled = filled_pauses(&beats, &held);
        assert_eq!(filled.count, 1);
        assert!((filled.seconds - 0.5).abs() < 1e-9, "{filled:?}");
    }

    #[test]
    fn nothing_is_measured_in_nothing() {
        assert_eq!(measure(&[], &mut Vec::new()).rate(), None);
    }
}
