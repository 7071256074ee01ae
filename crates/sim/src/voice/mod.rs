//! A built-in speech-like voice, for machines without a speech synthesiser.
//!
//! It says no words that a person or a speech recogniser understands, but it is speech to a voice activity detector, a
//! pitch tracker and an arousal model: glottal pulses through moving formants in syllables and phrases. Arousal does
//! what it does to people (Scherer, "Vocal communication of emotion", Speech Communication 2003; Juslin and Laukka,
//! Psychological Bulletin 2003): a higher and wider pitch, a quicker pace, more energy, and more of it in the high part
//! of the spectrum.

mod render;
mod sound;

use calmline_core::catalog::Lang;
use sound::{Phone, Sound};

use crate::{mix, rng::Rng};

/// Samples per second of everything heard here.
pub const RATE: u32 = 8_000;

/// Who speaks: what stays the same whatever is said.
#[derive(Debug, Clone, PartialEq)]
pub struct Voice {
    /// Its number: the same number is always the same voice.
    pub number: u32,
    /// The middle of its calm pitch in hertz.
    pub f0: f32,
    /// The vocal tract against a man's of average length: shorter tracts raise all formants.
    pub tract: f32,
    /// Its pace against the average.
    pub pace: f32,
    /// Breath noise against the pulses.
    pub breath: f32,
    /// How bright the voice is against the average.
    pub clarity: f32,
}

impl Voice {
    /// The voice with a number; even numbers are women's, odd ones men's.
    ///
    /// Means of speaking pitch, about 120 Hz and 210 Hz, and the ratio of tract lengths, about 1.17: Hillenbrand et al.,
    /// JASA 1995.
    #[must_use]
    pub fn numbered(number: u32) -> Self {
        let mut rng = Rng::named(u64::from(number), "voice");
        let mut between = |low: f64, high: f64| rng.between(low, high) as f32;
        let (f0, tract) = if number.is_multiple_of(2) {
            (between(175.0, 225.0), between(1.11, 1.22))
        } else {
            (between(92.0, 138.0), between(0.95, 1.06))
        };
        Self {
            number,
            f0,
            tract,
            pace: between(0.92, 1.1),
            breath: between(0.01, 0.04),
            clarity: between(0.9, 1.1),
        }
    }
}

/// Says a text: 8 kHz samples at telephone level.
///
/// `voice` is any number (see [`Voice::numbered`]); `arousal` is from 0 to 1. The same arguments give the same samples.
#[must_use]
pub fn speak(text: &str, lang: Lang, voice: u32, arousal: f64) -> Vec<i16> {
    let speaker = Voice::numbered(voice);
    let sounds = phrase(text, lang, &speaker, arousal);
    let rng = Rng::named(u64::from(voice), text);
    let said = render::Throat::new(&speaker, arousal.clamp(0.0, 1.0) as f32, rng).speak(&sounds);
    let peak = said.iter().fold(1e-9_f32, |peak, x| peak.max(x.abs()));
    let mut clip: Vec<i16> = said.iter().map(|x| (x / peak * 20_000.0) as i16).collect();
    mix::level(&mut clip, arousal);
    clip
}

/// How long [`speak`] takes to say a text, in seconds, without saying it.
#[must_use]
pub fn length_s(text: &str, lang: Lang, voice: u32, arousal: f64) -> f64 {
    let sounds = phrase(text, lang, &Voice::numbered(voice), arousal);
    let samples: usize = sounds.iter().map(|s| render::samples(s.seconds)).sum();
    samples as f64 / f64::from(RATE)
}

/// The sounds of a text at the speaker's pace and pitch.
fn phrase(text: &str, lang: Lang, voice: &Voice, arousal: f64) -> Vec<Sound> {
    let arousal = arousal.clamp(0.0, 1.0) as f32;
    let pace = voice.pace * (0.8 + 0.4 * arousal);
    // Eleven semitones between rest and rage, and a range that doubles on the way: hot anger against neutral speech in
    // Banse and Scherer, "Acoustic profiles in vocal emotion expression", JPSP 1996.
    let (raise, range) = (11.0 * (arousal - 0.25), 0.8 + 0.9 * arousal);
    let mut sounds = sound::sounds(text, lang);
    let mut carried = 0.0;
    for phrase in sounds.chunk_by_mut(|a, _| a.phone != Phone::Pause) {
        let length: f32 = phrase.iter().map(|s| s.seconds).sum();
        let mut at = 0.0;
        for sound in phrase {
            // Pitch falls by three semitones over a phrase and is reset after it (declination).
            let fall = -3.0 * at / length.max(0.01);
            at += sound.seconds;
            if matches!(sound.phone, Phone::Vowel(_)) {
                let [from, to] = sound.pitch;
                sound.pitch = [raise + fall + range * from, raise + fall + range * to];
                carried = sound.pitch[1];
            } else {
                sound.pitch = [carried; 2];
            }
            sound.seconds /= pace;
        }
    }
    sounds
}

#[cfg(test)]
mod tests;
