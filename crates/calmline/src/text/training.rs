//! `calmline train text`: the models that the program carries.

use std::{fs, path::Path};

use anyhow::{Context, Result, anyhow};
use calmline_language::{
    Model, score,
    train::{Example, Fit, calm_and_angry_turns_zh, even_threshold, fit, logit, recalibrate, threshold_for},
};
use serde_json::{Value, json};

use super::{TrainText, files::labelled, meaning::Meaning};
use crate::measured::rounded;

/// Fits the three models that the program carries, from data marked *ship* alone.
///
/// # Errors
/// When a data file is missing or a model cannot be written.
pub fn train(options: &TrainText) -> Result<Value> {
    let data = options.data.join("text");
    fs::create_dir_all(&options.out).with_context(|| format!("cannot make {}", options.out.display()))?;
    let mut told = serde_json::Map::new();
    let mut write = |name: &str, model: &Model, examples: usize, note: Value| -> Result<()> {
        let path = options.out.join(format!("{name}.clm"));
        let bytes = model.to_bytes();
        fs::write(&path, &bytes).with_context(|| format!("cannot write {}", path.display()))?;
        told.insert(name.into(), json!({ "examples": examples, "bytes": bytes.len(), "calibration": note }));
        Ok(())
    };

    let calls = service_turns(&data)?;
    let mut examples = sentiment_examples(&data)?;
    // Questions to a service are neutral, "I'd like to" included; comments on the web do not show that.
    examples.extend(calls.iter().map(|text| Example { text: text.clone(), class: 0, weight: 0.5 }));
    let model = fit(&examples, &Fit { bits: 16, epochs: 6, rate: 0.15, penalty: 1e-5, seed: options.seed })?;
    write("sentiment_en", &model, examples.len(), Value::Null)?;

    let how = Fit { bits: 15, epochs: 8, rate: 0.15, penalty: 1e-5, seed: options.seed };
    let conv = data.join("abuse/convabuse_train.csv");
    let turns = labelled(&conv, "user", "is_abuse")?;
    let meaning = Meaning::of_abuse(None, &turns)?;
    let (model, note) = conservative(meaning.classed(turns), calls, &how, 0.9)?;
    write("abuse_en", &model, note.examples, note.told)?;

    let cold = labelled(&data.join("abuse/cold_train.csv"), "TEXT", "label")?;
    let meaning = Meaning::of_abuse(None, &cold)?;
    let how = Fit { bits: 16, ..how };
    let (model, note) = conservative(meaning.classed(cold), calm_and_angry_turns_zh(), &how, 0.95)?;
    write("abuse_zh", &model, note.examples, note.told)?;
    Ok(Value::Object(told))
}

/// GoEmotions' training part by its groups, and VADER's clearer words as one-word texts.
fn sentiment_examples(data: &Path) -> Result<Vec<Example>> {
    let comments = labelled(&data.join("emotion/goemotions_group_train.tsv"), "1", "2")?;
    let meaning = Meaning::of_sentiment(None, &comments)?;
    // Class 0 is the reference: neutral. `of_sentiment` gives negative, neutral, positive.
    let class = |class: usize| [1, 0, 2][class];
    let mut examples: Vec<Example> = meaning
        .classed(comments)
        .into_iter()
        .map(|(text, of)| Example { text, class: class(of), weight: 1.0 })
        .collect();
    let path = data.join("emotion/vader_lexicon.txt");
    let lexicon = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    for line in lexicon.lines() {
        let mut fields = line.split('\t');
        let (Some(word), Some(Ok(mean))) = (fields.next(), fields.next().map(str::parse::<f32>)) else {
            continue;
        };
        if mean.abs() >= 1.0 && word.chars().all(|c| c.is_ascii_alphabetic() || c == ' ') {
            let class = if mean < 0.0 { 1 } else { 2 };
            examples.push(Example { text: word.into(), class, weight: mean.abs() * 0.25 });
        }
    }
    Ok(examples)
}

/// What customers ask in the intent sets: turns that accuse nobody, every third one.
fn service_turns(data: &Path) -> Result<Vec<String>> {
    let mut turns = Vec::new();
    for (file, text, label) in [
        ("intents/banking77_train.csv", "text", "category"),
        ("intents/clinc150_train.csv", "text", "intent"),
        ("intents/natcs_insurance.jsonl", "utterance", "intent"),
    ] {
        let read = labelled(&data.join(file), text, label)?;
        turns.extend(read.into_iter().map(|(text, _)| text).step_by(3));
    }
    Ok(turns)
}

struct Note {
    examples: usize,
    told: Value,
}

/// Folds of the cross-validation that sets the readings.
const FOLDS: usize = 10;

/// Fits on all examples, and sets the reading 0.5 where ten-fold cross-validation decides best and 0.7 where it gives
/// `precision`: both are found on readings by models that have not seen the text. `innocent` texts count among the examples of class 0.
fn conservative(
    classed: Vec<(String, usize)>,
    innocent: Vec<String>,
    how: &Fit,
    precision: f64,
) -> Result<(Model, Note)> {
    let innocent = innocent.into_iter().map(|text| (text, 0));
    let examples: Vec<Example> = classed
        .into_iter()
        .chain(innocent)
        .map(|(text, class)| Example { text, class, weight: 1.0 })
        .collect();
    let mut scored = Vec::with_capacity(examples.len());
    for fold in 0..FOLDS {
        let part =
            |kept: bool| examples.iter().enumerate().filter(move |(at, _)| (at % FOLDS == fold) == kept);
        let model = fit(&part(false).map(|(_, example)| example.clone()).collect::<Vec<_>>(), how)?;
        scored.extend(part(true).map(|(_, example)| (logit(&model, &example.text), example.class == 1)));
    }
    let threshold = threshold_for(&scored, precision, 20)
        .ok_or_else(|| anyhow!("no threshold reaches the precision {precision}; the examples are too few"))?;
    let mut model = fit(&examples, how)?;
    recalibrate(&mut model, even_threshold(&scored), threshold, score::ABUSIVE);
    let found = scored.iter().filter(|(score, positive)| *positive && *score >= threshold).count();
    let positive = scored.iter().filter(|(_, positive)| *positive).count();
    let told = json!({
        "folds": FOLDS, "precision_wanted": precision, "recall": rounded(found as f64 / positive.max(1) as f64),
    });
    Ok((model, Note { examples: examples.len(), told }))
}
