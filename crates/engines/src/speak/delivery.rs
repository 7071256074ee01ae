//! How something is said: what arousal does to a voice.
//!
//! Aroused speech is faster, higher and more varied in pitch, louder, and has more energy at high frequencies (Banse &
//! Scherer 1996, *Acoustic profiles in vocal emotion expression*, table 6; Juslin & Laukka 2003, *Communication of emotions
//! in vocal expression*, table 7, anger against sadness). How much of each is our choice, within what both report.

use calmline_core::Share;

use super::Voice;

/// Loudness of quiet and of aroused speech, in dB below full scale: 12 dB apart, as between casual and raised voices
/// (ANSI S3.5-1997, table 1: normal 62 dB, loud 75 dB).
const LEVEL_DB: (f64, f64) = (-32.0, -20.0);
/// Share of its ordinary pace.
const PACE: (f64, f64) = (0.88, 1.32);
/// What is added to the ordinary pitch, in espeak-ng's units of 0 to 99.
const PITCH: (f64, f64) = (-6.0, 30.0);
/// The range of pitch, in percent of its ordinary range.
const RANGE: (f64, f64) = (60.0, 180.0);
/// Share of the difference to the sample before that is added: lifts high frequencies as vocal effort does.
const SHARPNESS: (f64, f64) = (0.0, 0.8);
/// Quieter than this is silence: below any speech at these levels.
const SILENCE: i16 = 20;

/// Everything that makes the sound, besides the words.
#[derive(Debug)]
pub(super) struct Delivery {
    voice: String,
    words_per_minute: u32,
    pitch: u32,
    range: u32,
    /// In tenths of a decibel, and of a hundredth: whole numbers, as they are part of the cache's key.
    level_db_10: i32,
    sharpness_1000: i32,
}

impl Delivery {
    pub(super) fn of(voice: &Voice, arousal: Share) -> Self {
        let at = |(calm, aroused): (f64, f64)| calm + (aroused - calm) * arousal.get();
        Self {
            voice: voice.name(),
            words_per_minute: (voice.words_per_minute() * at(PACE)).round() as u32,
            pitch: (voice.pitch() + at(PITCH)).round().clamp(0.0, 99.0) as u32,
            range: at(RANGE).round() as u32,
            level_db_10: (at(LEVEL_DB) * 10.0).round() as i32,
            sharpness_1000: (at(SHARPNESS) * 1000.0).round() as i32,
        }
    }

    /// The program's options.
    pub(super) fn options(&self) -> Vec<String> {
        [
            ("-v", self.voice.clone()),
            ("-s", self.words_per_minute.to_string()),
            ("-p", self.pitch.to_string()),
        ]
        .into_iter()
        .flat_map(|(option, value)| [option.to_owned(), value])
        .collect()
    }

    /// The text as SSML (W3C, *Speech Synthesis Markup Language 1.1*, section 3.2.4), for the range of pitch has no option.
    pub(super) fn marked_up(&self, text: &str) -> String {
        let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        format!("<prosody range=\"{}%\">{text}</prosody>", self.range)
    }

    /// Trims silence, sharpens, and sets the loudness: root mean square over what is not silent.
    pub(super) fn finish(&self, samples: &[i16]) -> Vec<i16> {
        let loud = |sample: &i16| sample.saturating_abs() > SILENCE;
        let (Some(start), Some(end)) = (samples.iter().position(loud), samples.iter().rposition(loud)) else {
            return Vec::new();
        };
        let samples = &samples[start..=end];
        let sharpness = f64::from(self.sharpness_1000) / 1000.0;
        let mut before = 0.0;
        let sharpened: Vec<f64> = samples
            .iter()
            .map(|&sample| {
                let sample = f64::from(sample);
                let sharpened = sample + sharpness * (sample - before);
                before = sample;
                sharpened
            })
            .collect();
        let voiced: Vec<f64> =
            sharpened.iter().copied().filter(|sample| sample.abs() > f64::from(SILENCE)).collect();
        let power = voiced.iter().map(|sample| sample * sample).sum::<f64>() / voiced.len().max(1) as f64;
        let wanted = 32_768.0 * 10.0_f64.powf(f64::from(self.level_db_10) / 200.0);
        let gain = wanted / power.sqrt().max(1.0);
        // The cast saturates: a rare peak is clipped, as by any telephone.
        sharpened.into_iter().map(|sample| (sample * gain).round() as i16).collect()
    }
}

#[cfg(test)]
mod tests {
    use calmline_core::catalog::Lang;

    use super::*;

    fn delivery(arousal: f64) -> Delivery {
        Delivery::of(&Voice::numbered(Lang::En, 0), Share::new(arousal))
    }

    #[test]
    fn arousal_is_faster_higher_livelier_and_louder() {
        let (calm, aroused) = (delivery(0.0), delivery(1.0));
        assert!(calm.words_per_minute < aroused.words_per_minute);
        assert!(calm.pitch < aroused.pitch && calm.range < aroused.range);
        let tone: Vec<i16> = (0..8_000).map(|n| (3_000.0 * (f64::from(n) * 0.4).sin()) as i16).collect();
        let level = |samples: &[i16]| {
            let power = samples.iter().map(|&s| f64::from(s).powi(2)).sum::<f64>() / samples.len() as f64;
            10.0 * (power / 32_768.0_f64.powi(2)).log10()
        };
        assert!((level(&calm.finish(&tone)) - LEVEL_DB.0).abs() < 0.2);
        assert!((level(&aroused.finish(&tone)) - LEVEL_DB.1).abs() < 0.2);
    }

    #[test]
    fn no_text_is_taken_for_markup() {
        assert_eq!(
            delivery(0.5).marked_up("<break/> Q&A"),
            "<prosody range=\"120%\">&lt;break/&gt; Q&amp;A</prosody>"
        );
    }

    #[test]
    fn silence_around_the_words_is_cut_off() {
        let mut samples = vec![3; 500];
        samples.extend([5_000, -5_000, 0, 5_000]);
        samples.extend([0; 500]);
        assert_eq!(delivery(0.5).finish(&samples).len(), 4);
        assert!(delivery(0.5).finish(&[0; 100]).is_empty());
    }
}
