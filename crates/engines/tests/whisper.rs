//! Whisper against the contract of a recogniser, with models that are fetched by name and real recordings.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{fs, path::Path};

use calmline_core::Share;
use calmline_engines::{
    cache::Cache,
    contract::{self, Clip},
    fetch::{self, Model},
    whisper::{LoadError, Settings, Whisper},
};
use calmline_media::wav;
use calmline_sense::{Expected, RATE, Recogniser, RecogniserError};
use calmline_testing::{data, skipped};

fn whisper(model: Model) -> Option<Whisper> {
    let cache = Cache::of_user().unwrap();
    match fetch::model(&cache, model, &mut |_| {}) {
        Ok(path) => Some(Whisper::load(&path, &Settings::default()).unwrap()),
        Err(error) => {
            skipped(format_args!("{model}: {error}"));
            None
        }
    }
}

fn clip(
    file: &str,
    seconds: (f64, f64),
    language: &'static str,
    words: &[&str],
    at_least: usize,
) -> Option<Clip> {
    let path = data(&format!("calls/{file}"))?;
    let recording = wav::read(&fs::read(path).unwrap()).unwrap().at_rate(RATE).unwrap();
    let [from, to] = [seconds.0, seconds.1].map(|s| (s * f64::from(RATE)) as usize);
    let channel = &recording.channels[0];
    let audio = channel[from..to.min(channel.len())].to_vec();
    let words = words.iter().map(|&word| word.to_owned()).collect();
    let name = Path::new(file).file_stem().unwrap().to_str().unwrap().to_owned().leak();
    Some(Clip { name, language, audio, words, at_least })
}

fn libri() -> Option<Clip> {
    let words = ["first", "great", "sorrow", "life", "loss", "itself", "hope", "dreams", "built", "around"];
    clip("librispeech-1995-1837-0001.wav", (0.0, 60.0), "en", &words, 8)
}

fn caller() -> Option<Clip> {
    let words = ["two", "weeks", "ago", "got", "car", "dealership"];
    clip("Auto_Repairs_40_UTC_caller.wav", (13.5, 19.0), "en", &words, 5)
}

#[test]
fn the_small_english_model_keeps_the_contract() {
    let (Some(mut whisper), Some(libri), Some(caller)) = (whisper(Model::WhisperTinyEn), libri(), caller())
    else {
        return;
    };
    contract::check(&mut whisper, &[libri, caller]);
    let answer = whisper.transcribe(&[0; 8_000], Expected::Only("zh"));
    assert!(matches!(answer, Err(RecogniserError::Language { language, .. }) if language == "zh"));
}

#[test]
fn the_multilingual_model_keeps_the_contract_in_both_languages() {
    let characters: Vec<String> = "广州市房地产中介协会分析".chars().map(String::from).collect();
    let characters: Vec<&str> = characters.iter().map(String::as_str).collect();
    let chinese = clip("aishell-BAC009S0724W0121.wav", (0.0, 60.0), "zh", &characters, 7);
    let weather = clip("azure_zhcn_short.wav", (0.0, 60.0), "zh", &["今", "天", "气", "怎", "么", "样"], 5);
    let (Some(mut whisper), Some(libri), Some(chinese), Some(weather)) =
        (whisper(Model::WhisperBase), libri(), chinese, weather)
    else {
        return;
    };
    contract::check(&mut whisper, &[chinese, libri, weather]);
}

/// English and Chinese in turns, by one speaker: each is heard as what it is, however likely the other was before.
#[test]
fn a_switch_of_language_is_heard_against_what_was_likely() {
    let Some(mut whisper) = whisper(Model::WhisperBase) else { return };
    let turns = [
        ((0.0, 1.22), "en", "today"),
        ((2.87, 4.2), "zh", "今天天气"),
        ((6.22, 7.77), "en", "how do i"),
        ((9.66, 11.5), "zh", "请问"),
        ((13.46, 15.75), "en", "library"),
        ((16.91, 18.58), "zh", "图书馆"),
    ];
    for (seconds, language, words) in turns {
        let Some(clip) = clip("en-us_zh-cn.wav", seconds, language, &[], 0) else { return };
        for (likely, share) in [("en", 0.95), ("zh", 0.95), ("en", 0.5)] {
            let heard = whisper.transcribe(&clip.audio, Expected::Likely(likely, Share::new(share))).unwrap();
            assert_eq!(heard.language.as_deref(), Some(language), "{}, {likely} likely: {share}", heard.text);
            assert!(heard.text.to_lowercase().contains(words), "{}", heard.text);
        }
    }
}

#[test]
fn what_is_no_model_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let absent = folder.path().join("no.bin");
    assert!(matches!(Whisper::load(&absent, &Settings::default()), Err(LoadError::Absent { .. })));
    let mut head = 0x6767_6d6c_u32.to_le_bytes().to_vec();
    for size in [51_864_u32, 1_500, 384, 6, 4, 448, 384, 6, 4, 80, 1] {
        head.extend(size.to_le_bytes());
    }
    let mut absurd = head.clone();
    absurd[8..12].copy_from_slice(&u32::MAX.to_le_bytes());
    for (bytes, why) in [
        (&b""[..], "only 0 bytes"),
        (b"not a model at all, but long enough to be read as one", "does not begin"),
        (&head, "breaks off"),
        (&absurd, "its audio context is"),
    ] {
        fs::write(&absent, bytes).unwrap();
        match Whisper::load(&absent, &Settings::default()) {
            Err(LoadError::Unfit { reason, .. }) => assert!(reason.contains(why), "{reason}"),
            _ => panic!("it was not refused: {why}"),
        }
    }
}
