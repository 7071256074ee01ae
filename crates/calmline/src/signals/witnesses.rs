//! The two witnesses of agitation: recordings as a call's ear hears them, and texts as its reader reads them.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use calmline_care::fusion::probability;
use calmline_core::Share;
use calmline_language::score;

use crate::{
    affect::{in_calls, read_labels},
    text::labelled,
};

/// A recording.
pub struct Voice {
    pub speaker: String,
    pub agitated: bool,
    /// Aroused, but pleasantly: happy or surprised.
    pub lively: bool,
    /// 0 to 1, 0.5 being the speaker's usual.
    pub arousal: f64,
}

impl Voice {
    /// As the ear tells it on a good line.
    pub fn confidence(&self) -> Share {
        Share::new((2.0 * self.arousal - 1.0).abs())
    }
}

/// A text.
pub struct Words {
    pub agitated: bool,
    /// −1 to 1.
    pub sentiment: f64,
}

/// Whether an acted emotion is what agitates callers: anger. Disgust and fear are acted both loudly and
/// subdued, and left out.
fn is_agitated(emotion: &str) -> Option<bool> {
    match emotion {
        "angry" => Some(true),
        "disgust" | "fear" => None,
        _ => Some(false),
    }
}

/// A corpus, heard within calls.
pub fn voices(labels: &Path, corpus: &str, held_out: bool, seed: u64) -> Result<Vec<Voice>> {
    let labels = read_labels(labels, Some(corpus))?;
    let heard = in_calls(&labels, corpus, held_out, seed)?;
    let voices = heard.into_iter().filter_map(|clip| {
        let agitated = is_agitated(&clip.emotion)?;
        let lively = matches!(clip.emotion.as_str(), "happy" | "surprise");
        Some(Voice { speaker: clip.speaker, agitated, lively, arousal: probability(clip.logit) })
    });
    Ok(voices.collect())
}

/// A file of texts: its name here, where it lies, the columns of text and label, and which labels are of
/// agitated writers and of others.
pub type Texts = (
    &'static str,
    &'static str,
    (&'static str, &'static str),
    (&'static [&'static str], &'static [&'static str]),
);

/// The texts. GoEmotions' groups know only *negative*.
pub const TEXTS: [Texts; 5] = [
    ("goemotions_dev", "text/emotion/goemotions_group_dev.tsv", ("1", "2"), (&["1"], &["2", "3"])),
    ("goemotions_test", "text/emotion/goemotions_group_test.tsv", ("1", "2"), (&["1"], &["2", "3"])),
    (
        "ewect",
        "text/emotion/ewect_virus_eval.json",
        ("content", "label"),
        (&["angry"], &["happy", "neutral", "surprise"]),
    ),
    (
        "cped",
        "text/emotion/cped_valid.csv",
        ("Utterance", "Emotion"),
        (&["anger"], &["neutral", "happy", "relaxed", "grateful", "positive-other"]),
    ),
    ("cold_dev", "text/abuse/cold_dev.csv", ("TEXT", "label"), (&["1"], &["0"])),
];

/// The texts of a name, read.
pub fn words(data: &Path, name: &str) -> Result<Vec<Words>> {
    let texts = TEXTS.iter().find(|texts| texts.0 == name).context("texts of no known name")?;
    let (_, file, (text, label), (agitated, others)) = *texts;
    let rows = labelled(&data.join(file), text, label)?;
    let of = |(text, label): &(String, String)| {
        let is = |labels: &[&str]| labels.contains(&label.as_str());
        let agitated = if is(agitated) {
            true
        } else if is(others) {
            false
        } else {
            return None;
        };
        Some(Words { agitated, sentiment: score::sentiment(text) })
    };
    let words: Vec<Words> = rows.iter().filter_map(of).collect();
    ensure!(words.iter().any(|words| words.agitated), "{file} holds no text of an agitated writer");
    Ok(words)
}
