//! `calmline evaluate intents`: learns intents from labelled texts and counts how many others are read rightly.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use anyhow::{Context, Result, bail, ensure};
use calmline_language::{
    embed::Encoder,
    intent::{Answer, Intents, Labelled, Training},
};
use serde_json::{Value, json};

use crate::{
    measured::{cpu_seconds, random, rounded, timed},
    text::labelled,
};

/// Options of `calmline evaluate intents`.
#[derive(Debug, Clone, clap::Args)]
pub struct EvaluateIntents {
    /// Labelled texts to learn from: CSV, TSV, JSON lines or a JSON array; several files count as one
    #[arg(long, value_name = "FILE", required = true, num_args = 1..)]
    pub train: Vec<PathBuf>,
    /// Labelled texts to judge [default: every fifth text of each label is kept from learning and judged]
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub test: Vec<PathBuf>,
    /// The column of the texts [default: text, utterance, query or sentence]
    #[arg(long)]
    pub text: Option<String>,
    /// The column of the labels [default: intent, category or label]
    #[arg(long)]
    pub label: Option<String>,
    /// Learn from so many texts of each label, drawn by the seed [default: all]
    #[arg(long)]
    pub shots: Option<usize>,
    /// Seed of what is drawn and of the order of learning
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// The label of texts that no intent covers; texts are turned away then
    #[arg(long)]
    pub oos_label: Option<String>,
    /// The sentence encoder's file, or none for words alone [default: fetched by name]
    #[arg(long, value_name = "PATH|none")]
    pub encoder: Option<String>,
    /// Print one JSON document (the result is always JSON)
    #[arg(long)]
    pub json: bool,
}

/// Learns and judges.
///
/// # Errors
/// When a file cannot be read or lacks a column, or there are fewer than two intents.
pub fn evaluate(options: &EvaluateIntents, mut encoder: Option<Encoder>) -> Result<Value> {
    let mut train = examples(&options.train, options.text.as_deref(), options.label.as_deref())?;
    let test = if options.test.is_empty() {
        let (test, rest) = draw(train, options.seed, |members| members / 5);
        train = rest;
        test
    } else {
        examples(&options.test, options.text.as_deref(), options.label.as_deref())?
    };
    ensure!(!test.is_empty(), "there is no text to judge; give --test, or five texts of a label in --train");
    if let Some(shots) = options.shots {
        ensure!(shots > 0, "--shots is 0; give at least 1");
        let outside = |one: &Labelled| Some(&one.intent) == options.oos_label.as_ref();
        let (kept, within) = train.into_iter().partition(outside);
        train = draw(within, options.seed, |_| shots).0;
        train.extend::<Vec<_>>(kept);
    }
    let how = Training { out_of_scope: options.oos_label.clone(), seed: options.seed };
    let before = cpu_seconds();
    let intents = Intents::train(&train, encoder.as_mut(), &how)?;
    let train_cpu_s = cpu_seconds() - before;

    let texts: Vec<&str> = test.iter().map(|one| one.text.as_str()).collect();
    let (answers, texts_per_cpu_s) = timed(texts.len(), || Ok(intents.read(&texts, encoder.as_mut())?))?;
    let mut told = judged(&test, &answers, options.oos_label.as_deref());
    told["texts_per_cpu_s"] = texts_per_cpu_s.into();
    told["train_n"] = train.len().into();
    told["train_cpu_s"] = rounded(train_cpu_s).into();
    told["intents"] = intents.names().count().into();
    told["encoder"] = intents.wants_encoder().into();
    told["model_bytes"] = intents.to_bytes().len().into();
    Ok(told)
}

/// Intents learned from files for live calls, by words alone: a live turn is read as soon as it is spoken, many at once.
///
/// # Errors
/// As [`evaluate`].
pub fn taught(files: &[PathBuf], out_of_scope: Option<String>) -> Result<Intents> {
    let how = Training { out_of_scope, seed: 1 };
    Ok(Intents::train(&examples(files, None, None)?, None, &how)?)
}

/// The texts of several files.
pub fn examples(files: &[PathBuf], text: Option<&str>, label: Option<&str>) -> Result<Vec<Labelled>> {
    let texts = names(text, &["text", "utterance", "query", "sentence"]);
    let labels = names(label, &["intent", "category", "label"]);
    let mut all = Vec::new();
    for file in files {
        let mut first_error = None;
        let read = texts.iter().flat_map(|text| labels.iter().map(move |label| (text, label))).find_map(
            |(text, label)| {
                labelled(file, text, label).map_err(|error| first_error.get_or_insert(error).to_string()).ok()
            },
        );
        let rows = match (read, first_error) {
            (Some(rows), _) => rows,
            (None, Some(error)) => {
                let (texts, labels) = (texts.join(", "), labels.join(", "));
                return Err(error).with_context(|| {
                    format!("--text and --label name the columns; looked for {texts} beside {labels}")
                });
            }
            (None, None) => bail!("{} cannot be read", file.display()),
        };
        all.extend(rows.into_iter().map(|(text, intent)| Labelled { text, intent }));
    }
    Ok(all)
}

fn names<'a>(given: Option<&'a str>, usual: &[&'a str]) -> Vec<&'a str> {
    given.map_or_else(|| usual.to_vec(), |given| vec![given])
}

/// Draws some texts of each label by a seed, how many depending on how many there are: those drawn, and the rest, both in
/// their old order.
fn draw(rows: Vec<Labelled>, seed: u64, how_many: impl Fn(usize) -> usize) -> (Vec<Labelled>, Vec<Labelled>) {
    let mut members: BTreeMap<&str, Vec<(u64, usize)>> = BTreeMap::new();
    let mut state = seed;
    for (at, one) in rows.iter().enumerate() {
        members.entry(&one.intent).or_default().push((random(&mut state), at));
    }
    let mut drawn = BTreeSet::new();
    for members in members.values_mut() {
        members.sort_unstable();
        drawn.extend(members.iter().take(how_many(members.len())).map(|(_, at)| *at));
    }
    let (mut taken, mut rest) = (Vec::new(), Vec::new());
    for (at, one) in rows.into_iter().enumerate() {
        if drawn.contains(&at) { taken.push(one) } else { rest.push(one) }
    }
    (taken, rest)
}

/// The counts. A text out of scope is read rightly when it is turned away.
fn judged(test: &[Labelled], answers: &[Answer<'_>], outside: Option<&str>) -> Value {
    let mut counts: BTreeMap<Option<&str>, [f64; 3]> = BTreeMap::new();
    for (one, answer) in test.iter().zip(answers) {
        let truth = Some(one.intent.as_str()).filter(|intent| Some(*intent) != outside);
        let right = f64::from(truth == answer.intent);
        let truly = counts.entry(truth).or_default();
        truly[0] += right;
        truly[1] += 1.0;
        counts.entry(answer.intent).or_default()[2] += 1.0;
    }
    let share = |within: bool, outside: bool| {
        let counted = counts.iter().filter(|(intent, _)| if intent.is_some() { within } else { outside });
        let (right, all) = counted.fold((0.0, 0.0), |(right, all), (_, one)| (right + one[0], all + one[1]));
        (all > 0.0).then(|| rounded(right / all))
    };
    let truths: Vec<_> = counts.values().filter(|[_, truly, _]| *truly > 0.0).collect();
    let f1: f64 = truths.iter().map(|[right, truly, given]| 2.0 * right / (truly + given)).sum();
    json!({
        "accuracy": share(true, true),
        "in_scope_accuracy": share(true, false),
        "oos_recall": share(false, true),
        "macro_f1": rounded(f1 / truths.len().max(1) as f64),
        "n": test.len(),
        "oos_n": test.iter().filter(|one| Some(one.intent.as_str()) == outside).count(),
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use calmline_engines::{cache::Cache, fetch};
    use calmline_testing::{data, skipped};

    use super::*;

    fn options(train: Vec<PathBuf>, test: Vec<PathBuf>) -> EvaluateIntents {
        EvaluateIntents {
            train,
            test,
            text: None,
            label: None,
            shots: None,
            seed: 1,
            oos_label: None,
            encoder: None,
            json: true,
        }
    }

    /// The encoder, where it was fetched or can be.
    fn encoder() -> Option<Encoder> {
        let path = Cache::of_user().map_err(Into::into).and_then(|cache| fetch::encoder(&cache, &mut |_| {}));
        match path {
            Ok(path) => Some(Encoder::from_bytes(&fs::read(path).unwrap()).unwrap()),
            Err(error) => {
                skipped(error);
                None
            }
        }
    }

    #[test]
    fn counts_agree_with_a_count_by_hand() {
        let row = |intent: &str| Labelled { text: String::new(), intent: intent.into() };
        let answer = |intent| Answer { intent, confidence: 0.5, runner_up: None };
        let test = [row("a"), row("a"), row("b"), row("oos"), row("oos")];
        let answers =
            [answer(Some("a")), answer(Some("b")), answer(Some("b")), answer(None), answer(Some("c"))];
        let told = judged(&test, &answers, Some("oos"));
        // F1: a 2/3, b 2/3, out of scope 2/3; c is nobody's truth.
        let wanted = json!({
            "accuracy": 0.6, "in_scope_accuracy": 0.6667, "oos_recall": 0.5, "macro_f1": 0.6667, "n": 5, "oos_n": 2
        });
        assert_eq!(told, wanted);
        assert_eq!(judged(&test[..3], &answers[..3], None)["oos_recall"], Value::Null);
    }

    #[test]
    fn few_texts_of_each_label_are_drawn_by_the_seed() {
        let rows: Vec<Labelled> =
            (0..40).map(|at| Labelled { text: at.to_string(), intent: (at % 2).to_string() }).collect();
        let (drawn, rest) = draw(rows.clone(), 1, |_| 3);
        assert_eq!((drawn.len(), rest.len()), (6, 34));
        assert_eq!(drawn.iter().filter(|one| one.intent == "1").count(), 3);
        assert_eq!(draw(rows.clone(), 1, |_| 3).0, drawn);
        assert_ne!(draw(rows, 2, |_| 3).0, drawn);
    }

    #[test]
    fn words_alone_learn_requests_and_a_wrong_column_is_named() {
        let Some(file) = data("text/intents/natcs_insurance.jsonl") else { return };
        let mut options = options(vec![file], vec![]);
        let told = evaluate(&options, None).unwrap();
        assert!(told["accuracy"].as_f64().unwrap() > 0.7, "{told}");
        assert_eq!(told["encoder"], false);
        options.label = Some("nothing".into());
        let error = format!("{:#}", evaluate(&options, None).unwrap_err());
        assert!(error.contains("nothing") && error.contains("--label"), "{error}");
    }

    #[test]
    fn the_encoder_agrees_with_its_makers_program() {
        let Some(mut encoder) = encoder() else { return };
        let texts = ["where is my card?", "我的卡在哪里？"];
        let embedded = encoder.embed(&texts);
        // The package's own program, version 0.2.1, gave these first numbers.
        let wanted = [
            [0.044_471, 0.023_36, -0.089_915, -0.011_758, -0.090_331, -0.030_476],
            [0.039_807, 0.025_697, -0.082_811, 0.024_016, -0.104_745, -0.086_811],
        ];
        for ((text, numbers), wanted) in texts.iter().zip(&embedded).zip(wanted) {
            for (number, wanted) in numbers.iter().zip(wanted) {
                assert!((number - wanted).abs() < 1e-5, "{text}: {number}, not {wanted}");
            }
        }
        let near: f32 = embedded[0][..512].iter().zip(&embedded[1]).map(|(a, b)| a * b).sum();
        assert!(near > 0.7, "the same question in two languages: {near}");
        assert_eq!(encoder.embed(&texts[1..])[0], embedded[1]);
    }

    #[test]
    fn the_encoder_learns_from_few_examples_what_words_do_not() {
        let (Some(train), Some(test)) =
            (data("text/intents/banking77_train.csv"), data("text/intents/banking77_test.csv"))
        else {
            return;
        };
        let Some(encoder) = encoder() else { return };
        let mut options = options(vec![train], vec![test]);
        options.shots = Some(3);
        let right = |told: Value| told["accuracy"].as_f64().unwrap();
        let (with, without) =
            (right(evaluate(&options, Some(encoder)).unwrap()), right(evaluate(&options, None).unwrap()));
        assert!(with > 0.6 && with > without + 0.05, "{with} with the encoder, {without} without");
    }
}
