//! The speech synthesiser as it is on this machine; the newer library is fetched by name.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use calmline_core::{Share, catalog::Lang};
use calmline_engines::{
    cache::Cache,
    speak::{RATE, SpeakError, Speaker, Voice},
};
use calmline_testing::skipped;

fn speaker() -> Option<Speaker> {
    Speaker::find(&Cache::of_user().unwrap(), &mut |_| {}).inspect_err(|error| skipped(error)).ok()
}

/// Whether it speaks a language; if not, the test is noted as skipped.
fn speaks(speaker: &Speaker, language: Lang) -> bool {
    let speaks = speaker.speaks(language);
    if !speaks {
        skipped(format_args!("{language:?} is not spoken: {:?}", speaker.mandarin_missing()));
    }
    speaks
}

fn seconds(samples: &[i16]) -> f64 {
    samples.len() as f64 / f64::from(RATE)
}

fn level(samples: &[i16]) -> f64 {
    (samples.iter().map(|&s| f64::from(s).powi(2)).sum::<f64>() / samples.len() as f64).sqrt()
}

#[test]
fn english_is_spoken_and_arousal_is_heard() {
    let Some(speaker) = speaker() else { return };
    let text = "I have called three times this week and nobody has helped me.";
    let voice = Voice::numbered(Lang::En, 0);
    let calm = speaker.say(&voice, text, Share::new(0.1)).unwrap();
    let aroused = speaker.say(&voice, text, Share::new(0.9)).unwrap();
    assert!((2.0..7.0).contains(&seconds(&calm)), "{} s", seconds(&calm));
    assert!(seconds(&aroused) < 0.9 * seconds(&calm));
    assert!(level(&aroused) > 2.0 * level(&calm));
    assert_eq!(speaker.say(&voice, text, Share::new(0.1)).unwrap(), calm, "from the cache");
    let other = speaker.say(&Voice::numbered(Lang::En, 1), text, Share::new(0.1)).unwrap();
    assert_ne!(other, calm);
}

#[test]
fn every_voice_speaks() {
    let Some(speaker) = speaker() else { return };
    for language in [Lang::En, Lang::Zh] {
        if !speaks(&speaker, language) {
            continue;
        }
        let text = if language == Lang::En { "Good morning." } else { "您好,请问" };
        for number in 0..20 {
            let voice = Voice::numbered(language, number);
            let said = speaker.say(&voice, text, Share::new(0.4)).unwrap();
            assert!((0.4..3.0).contains(&seconds(&said)), "{voice:?}: {} s", seconds(&said));
        }
    }
}

#[test]
fn mandarin_takes_as_long_as_its_syllables() {
    let Some(speaker) = speaker() else { return };
    if !speaks(&speaker, Lang::Zh) {
        return;
    }
    let said =
        speaker.say(&Voice::numbered(Lang::Zh, 3), "广州市房地产中介协会分析", Share::new(0.3)).unwrap();
    // Twelve syllables at three to seven a second; the broken Mandarin of 1.51 spells some of them out in English.
    assert!((1.7..4.2).contains(&seconds(&said)), "{} s", seconds(&said));
}

#[test]
fn nothing_and_too_much_are_refused() {
    let Some(speaker) = speaker() else { return };
    let voice = Voice::numbered(Lang::En, 0);
    for text in [" \n".to_owned(), "a".repeat(5_000)] {
        let answer = speaker.say(&voice, &text, Share::new(0.5));
        assert!(matches!(answer, Err(SpeakError::Length { .. })));
    }
}
