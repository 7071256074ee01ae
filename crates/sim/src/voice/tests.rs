//! What a listener would measure: pitch by autocorrelation, pace by energy, spectrum by zero crossings and band energy.

use super::*;

const ENGLISH: &str = "I have been waiting for my parcel since Monday, and nobody could tell me where it is.";
const CHINESE: &str = "我从星期一开始就在等我的包裹，到现在也没有人告诉我它在哪里。";

/// Pitch in hertz of the frames that have one, by the highest peak of the normalised autocorrelation.
fn pitches(clip: &[i16]) -> Vec<f64> {
    clip.chunks_exact(400)
        .filter_map(|frame| {
            let frame: Vec<f64> = frame.iter().map(|&x| f64::from(x)).collect();
            let energy: f64 = frame.iter().map(|x| x * x).sum();
            if energy / 400.0 < 300.0 * 300.0 {
                return None;
            }
            let correlation = |lag: usize| {
                let n = frame.len() - lag;
                let (a, b) = (&frame[..n], &frame[lag..]);
                let dot: f64 = a.iter().zip(b).map(|(x, y)| x * y).sum();
                let norm: f64 = a.iter().map(|x| x * x).sum::<f64>() * b.iter().map(|x| x * x).sum::<f64>();
                dot / norm.sqrt().max(1.0)
            };
            let scores: Vec<(usize, f64)> = (16..115).map(|lag| (lag, correlation(lag))).collect();
            let best = scores.iter().map(|s| s.1).fold(0.0, f64::max);
            // The first lag close to the best one, so that two periods are not taken for one.
            let peak = scores
                .windows(3)
                .find(|w| w[1].1 > 0.9 * best && w[1].1 >= w[0].1 && w[1].1 >= w[2].1)
                .map(|w| w[1].0)?;
            (best > 0.6).then_some(8_000.0 / peak as f64)
        })
        .collect()
}

/// The mean on the scale of semitones; a median would sit now on the high, now on the low tones of Mandarin.
fn middle(values: &[f64]) -> f64 {
    (values.iter().map(|v| v.ln()).sum::<f64>() / values.len() as f64).exp()
}

fn spread(values: &[f64]) -> f64 {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    (values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / values.len() as f64).sqrt()
}

/// The deviation of pitch in semitones.
fn range(values: &[f64]) -> f64 {
    spread(&values.iter().map(|v| 12.0 * v.log2()).collect::<Vec<_>>())
}

fn rms(clip: &[i16]) -> f64 {
    (clip.iter().map(|&x| f64::from(x) * f64::from(x)).sum::<f64>() / clip.len() as f64).sqrt()
}

/// Energy of the first difference against energy: grows with the high part of the spectrum.
fn brightness(clip: &[i16]) -> f64 {
    let differences: f64 = clip.windows(2).map(|w| (f64::from(w[1]) - f64::from(w[0])).powi(2)).sum();
    differences / clip.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>()
}

#[test]
fn pitch_lies_where_the_voice_says_and_voices_differ() {
    for number in 0..8 {
        let voice = Voice::numbered(number);
        let heard = middle(&pitches(&speak(ENGLISH, Lang::En, number, 0.25)));
        let semitones = 12.0 * (heard / f64::from(voice.f0)).log2();
        assert!(semitones.abs() < 3.0, "voice {number}: {heard} Hz for {} Hz", voice.f0);
    }
    assert_ne!(speak("Hello", Lang::En, 2, 0.3), speak("Hello", Lang::En, 4, 0.3));
}

#[test]
fn arousal_raises_pitch_range_pace_level_and_brightness() {
    for (text, lang) in [(ENGLISH, Lang::En), (CHINESE, Lang::Zh)] {
        for voice in [0, 1, 6, 7] {
            let clips = [0.2, 0.6, 1.0].map(|arousal| speak(text, lang, voice, arousal));
            for pair in clips.windows(2) {
                let (calm, hot) = (&pair[0], &pair[1]);
                let (low, high) = (middle(&pitches(calm)), middle(&pitches(hot)));
                assert!(high > 1.15 * low, "{lang:?} {voice}: pitch {low} to {high}");
                let (narrow, wide) = (range(&pitches(calm)), range(&pitches(hot)));
                assert!(wide > narrow, "{lang:?} {voice}: range {narrow} to {wide}");
                assert!((hot.len() as f64) < 0.93 * calm.len() as f64, "{lang:?} {voice}: pace");
                assert!(rms(hot) > 1.2 * rms(calm), "{lang:?} {voice}: level");
                assert!(brightness(hot) > brightness(calm), "{lang:?} {voice}: brightness");
            }
        }
    }
}

#[test]
fn it_has_the_rhythm_of_speech() {
    for (text, lang) in [(ENGLISH, Lang::En), (CHINESE, Lang::Zh)] {
        let clip = speak(text, lang, 3, 0.3);
        let vowels = sound::sounds(text, lang).iter().filter(|s| matches!(s.phone, Phone::Vowel(_))).count();
        let per_second = vowels as f64 / (clip.len() as f64 / 8_000.0);
        assert!((3.0..6.0).contains(&per_second), "{lang:?}: {per_second} syllables a second");
        let voiced = pitches(&clip).len() as f64 / (clip.len() / 400) as f64;
        assert!((0.4..0.95).contains(&voiced), "{lang:?}: {voiced} of the frames are voiced");
        // Syllables make the envelope rise and fall: its deviation is a good part of its mean.
        let envelope: Vec<f64> = clip.chunks_exact(160).map(rms).collect();
        let mean = envelope.iter().sum::<f64>() / envelope.len() as f64;
        assert!(spread(&envelope) / mean > 0.35, "{lang:?}: a monotonous hum");
    }
}

#[test]
fn the_length_is_known_beforehand_and_the_same_words_are_the_same_samples() {
    let clip = speak(CHINESE, Lang::Zh, 5, 0.7);
    assert_eq!(clip.len() as f64 / 8_000.0, length_s(CHINESE, Lang::Zh, 5, 0.7));
    assert_eq!(clip, speak(CHINESE, Lang::Zh, 5, 0.7));
    assert!(speak("", Lang::En, 1, 0.5).is_empty());
    assert!(speak("…", Lang::En, 1, f64::NAN).is_empty());
}
