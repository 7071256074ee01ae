//! `calmline evaluate signals`: how far the signal *agitation* can be believed, and which constants the data
//! give it.
//!
//! No public recordings of calls say who was agitated in both voice and words. So recordings and texts of the
//! same class are paired by chance, which makes the two witnesses independent as they are in no call: the
//! figures say how good the sum of log-odds is at its best, and each witness alone is told beside it. The
//! constants ([`calmline_care::fusion`]) are fitted to what may be shipped, EMO-DB and GoEmotions'
//! development part, as heard by models that had not seen them; all other rows check them.

mod figures;
mod fitting;
mod pairs;
mod witnesses;

use std::path::PathBuf;

use anyhow::{Result, ensure};
use calmline_care::fusion::{ALIKE, UTTERANCE_S, VOICE, WORDS, logit, voice_term, words_term};
use calmline_core::Share;
use serde_json::{Value, json};

use self::{
    fitting::{Row, alike, fit},
    pairs::Pairs,
    witnesses::{TEXTS, Voice, Words, voices, words},
};
use crate::measured::rounded;

/// One in ten. Choice: callers who are not angry are mostly neutral; the recordings of actors are not.
const LIVELY: f64 = 0.1;

/// Options of `calmline evaluate signals`.
#[derive(Debug, Clone, clap::Args)]
pub struct EvaluateSignals {
    /// The data folder, with `speech/labels.csv`, `text/emotion` and `text/abuse`.
    #[arg(long)]
    pub data: PathBuf,
    /// How many in one of the callers who are not agitated sound lively: happy or surprised. The rest are
    /// neutral, calm, bored or sad.
    #[arg(long, default_value_t = LIVELY)]
    pub lively: f64,
    /// Draws the pairs, the orders of recordings and the bootstrap.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Print one JSON document (the result is always JSON).
    #[arg(long)]
    pub json: bool,
}

/// What the recordings are paired with: the corpus, whether its speakers are held out of training, and the
/// texts.
const PAIRED: [(&str, bool, &str); 5] = [
    ("emodb", true, "goemotions_test"),
    ("ravdess", false, "goemotions_test"),
    ("casia", false, "ewect"),
    ("casia", false, "cped"),
    ("casia", false, "cold_dev"),
];

/// Fits the constants, and judges those that the program carries.
///
/// # Errors
/// When a file cannot be read, or a share is none.
pub fn evaluate(options: &EvaluateSignals) -> Result<Value> {
    ensure!(
        (0.0..=1.0).contains(&options.lively),
        "--lively is {}; give a share from 0 to 1",
        options.lively
    );
    let labels = options.data.join("speech/labels.csv");
    let mut heard: Vec<(&str, Vec<Voice>)> = Vec::new();
    let mut read: Vec<(&str, Vec<Words>)> = Vec::new();
    for (corpus, held_out, texts) in PAIRED {
        if heard.iter().all(|(known, _)| *known != corpus) {
            heard.push((corpus, voices(&labels, corpus, held_out, options.seed)?));
        }
        if read.iter().all(|(known, _)| *known != texts) {
            read.push((texts, words(&options.data, texts)?));
        }
    }
    let mut results = Vec::new();
    for (corpus, held_out, texts) in PAIRED {
        let (Some((_, voices)), Some((_, words))) = (
            heard.iter().find(|(known, _)| *known == corpus),
            read.iter().find(|(known, _)| *known == texts),
        ) else {
            continue;
        };
        for utterances in [1, 4] {
            let pairs = Pairs { voices, words, utterances, lively: options.lively, seed: options.seed };
            for mut row in pairs.judge() {
                row["audio"] = corpus.into();
                row["audio_model"] = if held_out { "held out by speaker" } else { "shipped" }.into();
                row["texts"] = texts.into();
                results.push(row);
            }
        }
    }
    let development = words(&options.data, "goemotions_dev")?;
    let fitted = heard.first().map(|(_, voices)| fitted(voices, &development, options.lively));
    Ok(json!({
        "pairing": "artificial: recordings and texts of the same class, drawn by chance; classes weigh the same",
        "constants": fitted,
        "results": results,
    }))
}

/// The constants as the data give them, beside those that the program carries.
fn fitted(voices: &[Voice], words: &[Words], lively: f64) -> Value {
    let count = |lively| {
        voices.iter().filter(|voice| !voice.agitated && voice.lively == lively).count().max(1) as f64
    };
    let (lively, others) = (lively / count(true), (1.0 - lively) / count(false));
    let of_voice = |voice: &Voice| {
        let weight = match (voice.agitated, voice.lively) {
            (true, _) => 1.0,
            (false, true) => lively,
            (false, false) => others,
        };
        Row { x: voice_term(voice.arousal, voice.confidence()), truth: voice.agitated, weight }
    };
    let rows: Vec<Row> = voices.iter().map(of_voice).collect();
    let of_words = |words: &Words| Row {
        x: words_term(words.sentiment, Share::new(1.0)),
        truth: words.agitated,
        weight: 1.0,
    };
    let said: Vec<Row> = words.iter().map(of_words).collect();
    let alike = alike(voices.iter().map(|voice| {
        let evidence = logit(voice.arousal.clamp(0.02, 0.98));
        ((voice.speaker.as_str(), voice.agitated), evidence)
    }));
    json!({
        "voice": { "fitted": rounded(fit(&rows)), "carried": VOICE, "n": rows.len() },
        "words": { "fitted": rounded(fit(&said)), "carried": WORDS, "n": said.len(), "of": TEXTS[0].0 },
        "alike": { "fitted": rounded(alike), "carried": ALIKE },
        "utterance_s": UTTERANCE_S,
    })
}
