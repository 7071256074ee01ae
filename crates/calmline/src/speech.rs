//! `calmline evaluate speech`: how well a speech recogniser understands recordings whose words are known, and how surely the
//! language of a leg is found.

mod legs;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

use anyhow::{Context, Result, ensure};
use calmline_media::wav;
use calmline_sense::{RATE, Recogniser};
use serde_json::{Value, json};

use crate::{affect::read_recording, measured::rounded, text::labelled};

/// Options of `calmline evaluate speech`.
#[derive(Debug, Clone, clap::Args)]
pub struct EvaluateSpeech {
    /// Manifest: columns file (beside the manifest, or absolute), text, language (en or zh); with --legs leg instead of text
    #[arg(long, value_name = "CSV")]
    pub manifest: PathBuf,
    /// Speech model (whisper.cpp format), a name to fetch, or a server's address [default: a model fetched earlier]
    #[arg(long, value_name = "PATH|NAME|URL")]
    pub asr_model: Option<String>,
    /// Tell the recogniser the language instead of letting it find out
    #[arg(long)]
    pub hint: bool,
    /// Hear all recordings with the same leg one after the other, as a caller's leg is heard, and count how often its language
    /// is found
    #[arg(long, conflicts_with = "hint")]
    pub legs: bool,
    /// Print one JSON document (the result is always JSON)
    #[arg(long)]
    pub json: bool,
}

/// What was counted in one language.
#[derive(Default)]
struct Counts {
    files: usize,
    right_language: usize,
    words: Wrong,
    letters: Wrong,
    heard_s: f64,
    took_s: f64,
}

/// Units that should have been there, and edits that are needed to get them.
#[derive(Default)]
struct Wrong {
    wanted: usize,
    edits: usize,
}

impl Wrong {
    fn add<T: PartialEq>(&mut self, wanted: &[T], got: &[T]) {
        self.wanted += wanted.len();
        self.edits += edits(wanted, got);
    }

    fn rate(&self) -> f64 {
        rounded(self.edits as f64 / self.wanted.max(1) as f64)
    }
}

/// Transcribes every recording at telephone rate and compares.
///
/// # Errors
/// Names the manifest's column or the recording that cannot be used.
pub fn evaluate(options: &EvaluateSpeech, recogniser: &mut dyn Recogniser) -> Result<Value> {
    if options.legs {
        return legs::evaluate(&options.manifest, recogniser);
    }
    let texts = labelled(&options.manifest, "file", "text")?;
    let languages = labelled(&options.manifest, "file", "language")?;
    ensure!(!texts.is_empty(), "{} names no recording", options.manifest.display());
    let folder = options.manifest.parent().unwrap_or_else(|| ".".as_ref());
    let mut by_language: BTreeMap<String, Counts> = BTreeMap::new();
    for ((file, text), (_, language)) in texts.iter().zip(&languages) {
        let audio = recording(&folder.join(file))?;
        let counts = by_language.entry(language.clone()).or_default();
        let began = Instant::now();
        let heard = recogniser
            .transcribe(&audio, options.hint.then_some(language.as_str()).into())
            .with_context(|| format!("transcribing {file}"))?;
        counts.took_s += began.elapsed().as_secs_f64();
        counts.heard_s += audio.len() as f64 / f64::from(RATE);
        counts.files += 1;
        counts.right_language += usize::from(heard.language.as_deref() == Some(language));
        counts.words.add(&words(text), &words(&heard.text));
        counts.letters.add(&letters(text), &letters(&heard.text));
    }
    let results: Vec<Value> = by_language.iter().map(|(language, counts)| counts.told(language)).collect();
    Ok(json!({ "recogniser": recogniser.name(), "results": results }))
}

/// A recording's first channel at telephone rate: WAVE or FLAC.
fn recording(path: &Path) -> Result<Vec<i16>> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    if !bytes.starts_with(b"RIFF") {
        return read_recording(path);
    }
    let recording = wav::read(&bytes)
        .map_err(anyhow::Error::from)
        .and_then(|recording| Ok(recording.at_rate(RATE)?))
        .with_context(|| format!("cannot use {}", path.display()))?;
    Ok(recording.channels.into_iter().next().unwrap_or_default())
}

impl Counts {
    fn told(&self, language: &str) -> Value {
        json!({
            "language": language,
            "wer": self.words.rate(),
            "cer": self.letters.rate(),
            "files": self.files,
            "language_right": rounded(self.right_language as f64 / self.files.max(1) as f64),
            "audio_s": rounded(self.heard_s),
            "rtf": rounded(self.took_s / self.heard_s.max(f64::MIN_POSITIVE)),
        })
    }
}

/// The words of a text in lower case without punctuation; each Chinese character is a word of its own.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    for letter in text.chars().flat_map(char::to_lowercase) {
        let joins = letter.is_alphanumeric() || (letter == '\'' && !word.is_empty());
        if joins && !is_ideograph(letter) {
            word.push(letter);
            continue;
        }
        if !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if is_ideograph(letter) {
            words.push(letter.to_string());
        }
    }
    words.extend((!word.is_empty()).then_some(word));
    words
}

/// Letters and digits alone.
fn letters(text: &str) -> Vec<char> {
    text.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn is_ideograph(letter: char) -> bool {
    ('\u{3400}'..='\u{9fff}').contains(&letter)
}

/// The fewest insertions, deletions and replacements that turn one into the other (Levenshtein 1966).
fn edits<T: PartialEq>(wanted: &[T], got: &[T]) -> usize {
    let mut row: Vec<usize> = (0..=got.len()).collect();
    for (down, one) in wanted.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], down + 1);
        for (across, other) in got.iter().enumerate() {
            let replaced = diagonal + usize::from(one != other);
            diagonal = row[across + 1];
            row[across + 1] = replaced.min(diagonal + 1).min(row[across] + 1);
        }
    }
    row[got.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_compared_as_people_read_them() {
        assert_eq!(words("Don't stop, it's 5 o'clock!"), ["don't", "stop", "it's", "5", "o'clock"]);
        assert_eq!(words("我的iPhone，坏了"), ["我", "的", "iphone", "坏", "了"]);
        assert_eq!(letters("A-1 你好！"), ['a', '1', '你', '好']);
    }

    #[test]
    fn edits_are_the_fewest() {
        let count = |a: &str, b: &str| edits(&letters(a), &letters(b));
        assert_eq!(count("kitten", "sitting"), 3);
        assert_eq!(count("", "abc"), 3);
        assert_eq!(count("abc", ""), 3);
        assert_eq!(count("广州市房地产", "广州房地产业"), 2);
        let mut wrong = Wrong::default();
        wrong.add(&words("one two three four"), &words("one too three"));
        assert!((wrong.rate() - 0.5).abs() < 1e-9);
    }
}
