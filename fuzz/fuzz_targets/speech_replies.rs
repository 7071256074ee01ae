//! What speech servers answer: nothing in it may bring the reader down, and times stay within the audio.
#![no_main]

use calmline_engines::remote::{
    openai,
    said::{Said, funasr, vosk},
};
use libfuzzer_sys::fuzz_target;

/// Seconds of audio that the answers are about.
const SECONDS: f64 = 3.0;

fuzz_target!(|data: &[u8]| {
    if let Some(heard) = openai::read(data, SECONDS) {
        assert!((0.0..=1.0).contains(&heard.confidence.get()));
        let mut earliest = 0.0;
        for word in &heard.words {
            assert!(earliest <= word.start_s && word.start_s <= word.end_s && word.end_s <= SECONDS);
            earliest = word.start_s;
        }
    }
    let Ok(message) = std::str::from_utf8(data) else { return };
    vosk(message);
    if let Some(Said::Words(said)) = funasr(message) {
        assert!(said.words.iter().all(|word| said.text.contains(&word.word)));
    }
});
