//! `calmline evaluate text` and `calmline train text`: files in, one JSON document out.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, anyhow, bail, ensure};
use calmline_language::{
    Model, score,
    train::{Example, Fit, calm_and_angry_turns_zh, even_threshold, fit, logit, recalibrate, threshold_for},
};
use serde_json::{Value, json};

/// What is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Task {
    /// Positive or negative, and neutral where the labels know it.
    Sentiment,
    /// Abusive or not.
    Abuse,
    /// Emotions of any names; wants `--train`.
    Emotion,
    /// Degrees of politeness; wants `--train`.
    Politeness,
}

/// Options of `calmline evaluate text`.
#[derive(Debug, Clone, clap::Args)]
pub struct EvaluateText {
    /// What is judged.
    #[arg(long, value_enum)]
    pub task: Task,
    /// The labelled texts: CSV, TSV, JSON lines or a JSON array.
    #[arg(long)]
    pub test: PathBuf,
    /// The column of the texts, by name, or counted from 1 in a file without a head.
    #[arg(long)]
    pub text: String,
    /// The column of the labels, likewise; `is_abuse` also finds the majority of ConvAbuse's annotators.
    #[arg(long)]
    pub label: String,
    /// Fit a model of the same kind on this file and judge it instead of the program's own.
    #[arg(long)]
    pub train: Option<PathBuf>,
    /// What the labels mean, such as `happy=positive,angry=negative`; texts with other labels are left out.
    #[arg(long)]
    pub labels: Option<String>,
    /// The reading from which accuracy and F1 take a text for abusive. Precision and recall are told for the program's
    /// own, more careful threshold.
    #[arg(long, default_value_t = 0.5)]
    pub threshold: f64,
    /// Seed of training and of the bootstrap.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

/// Options of `calmline train text`.
#[derive(Debug, Clone, clap::Args)]
pub struct TrainText {
    /// The folder with `text/emotion`, `text/abuse` and `text/intents`.
    #[arg(long)]
    pub data: PathBuf,
    /// The folder for the models; made if it is not there.
    #[arg(long)]
    pub out: PathBuf,
    /// Seed of the order in which examples are seen.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

/// Judges a model, or the program's own readings, on labelled texts.
///
/// # Errors
/// When a file cannot be read, lacks a column, or holds fewer than two classes.
pub fn evaluate(options: &EvaluateText) -> Result<Value> {
    let rows = labelled(&options.test, &options.text, &options.label)?;
    let rows_read = rows.len();
    let (test, classes, judge) = match (&options.train, options.task) {
        (Some(train), _) => {
            let train = labelled(train, &options.text, &options.label)?;
            let meaning = Meaning::as_they_are(options.labels.as_deref(), &train)?;
            let examples: Vec<Example> = meaning
                .classed(train)
                .into_iter()
                .map(|(text, class)| Example { text, class, weight: 1.0 })
                .collect();
            let model = fit(&examples, &Fit { bits: 18, seed: options.seed, ..Fit::default() })?;
            (meaning.classed(rows), meaning.classes, Judge::Fitted(Box::new(model)))
        }
        (None, Task::Sentiment) => {
            let meaning = Meaning::of_sentiment(options.labels.as_deref(), &rows)?;
            let judge = Judge::Sentiment { neutral: meaning.classes.len() == 3 };
            (meaning.classed(rows), meaning.classes, judge)
        }
        (None, Task::Abuse) => {
            let meaning = Meaning::of_abuse(options.labels.as_deref(), &rows)?;
            (meaning.classed(rows), meaning.classes, Judge::Abuse { threshold: options.threshold })
        }
        (None, Task::Emotion | Task::Politeness) => {
            bail!("the program has no model of its own for this task; give --train with labelled texts")
        }
    };
    let present: BTreeSet<usize> = test.iter().map(|(_, class)| *class).collect();
    ensure!(
        present.len() > 1,
        "{}: all labels mean the same; give texts of two classes",
        options.test.display()
    );

    let before = cpu_seconds();
    let judged: Vec<Judged> = test.iter().map(|(text, class)| judge.judge(text, *class)).collect();
    let mut cpu_s = cpu_seconds() - before;
    let mut passes = 1;
    // The kernel counts in steps of milliseconds: small tests are timed over several passes.
    while cpu_s < 0.2 && passes < 1_000 {
        let again: usize = test.iter().map(|(text, class)| judge.judge(text, *class).given).sum();
        std::hint::black_box(again);
        passes += 1;
        cpu_s = cpu_seconds() - before;
    }

    let mut figures = Figures::of(&judged, classes.len(), options.seed);
    figures.insert("n".into(), judged.len().into());
    figures.insert("left_out".into(), (rows_read - judged.len()).into());
    figures.insert("classes".into(), json!(classes));
    figures
        .insert("texts_per_cpu_s".into(), ((judged.len() * passes) as f64 / cpu_s.max(1e-6)).round().into());
    if let Judge::Abuse { threshold } = judge {
        figures.insert("threshold".into(), threshold.into());
        let accused = |one: &&Judged| one.scores[1] >= score::ABUSIVE;
        let count =
            |rightly: bool| judged.iter().filter(accused).filter(|one| (one.truth == 1) == rightly).count();
        let (rightly, wrongly) = (count(true), count(false));
        let positives = judged.iter().filter(|one| one.truth == 1).count();
        figures.insert(
            "counts_as_abuse".into(),
            json!({
                "threshold": score::ABUSIVE,
                "precision": rounded(rightly as f64 / (rightly + wrongly).max(1) as f64),
                "recall": rounded(rightly as f64 / positives.max(1) as f64),
                "wrongly": wrongly,
            }),
        );
    }
    Ok(Value::Object(figures))
}

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

// ── labels and what they mean ──

/// Classes, and which label means which of them.
struct Meaning {
    classes: Vec<String>,
    of: BTreeMap<String, usize>,
}

impl Meaning {
    /// Labels mean themselves, or what the option says.
    fn as_they_are(option: Option<&str>, rows: &[(String, String)]) -> Result<Self> {
        let given = option.map(pairs).transpose()?;
        let words: BTreeMap<String, String> = match given {
            Some(given) => given,
            None => rows.iter().map(|(_, label)| (label.clone(), label.clone())).collect(),
        };
        let classes: Vec<String> = words.values().cloned().collect::<BTreeSet<_>>().into_iter().collect();
        let of =
            words.into_iter().filter_map(|(label, word)| Some((label, classes.binary_search(&word).ok()?)));
        Ok(Self { of: of.collect(), classes })
    }

    fn of_sentiment(option: Option<&str>, rows: &[(String, String)]) -> Result<Self> {
        let labels: BTreeSet<&str> = rows.iter().map(|(_, label)| label.as_str()).collect();
        let simple: BTreeSet<&str> = labels.iter().copied().filter(|label| !label.contains(',')).collect();
        let numbers: Vec<&str> = simple.iter().copied().collect();
        let word = |label: &str| -> Option<&'static str> {
            match (numbers.as_slice(), label) {
                (["0", "1"] | ["-1", "1"], "1") | (["-1", "0", "1"], "1") => Some("positive"),
                (["0", "1"], "0") | (["-1", ..], "-1") => Some("negative"),
                (["-1", "0", "1"], "0") => Some("neutral"),
                (["0", "1", "2"], digit) => {
                    ["negative", "neutral", "positive"].get(digit.parse::<usize>().ok()?).copied()
                }
                // GoEmotions' groups: ambiguous, negative, neutral, positive.
                (["0", "1", "2", "3"], digit) => [None, Some("negative"), Some("neutral"), Some("positive")]
                    .get(digit.parse::<usize>().ok()?)
                    .copied()?,
                _ => match label.to_lowercase().as_str() {
                    "positive" | "pos" | "happy" | "joy" | "like" | "love" | "正面" | "积极" => {
                        Some("positive")
                    }
                    "negative" | "neg" | "angry" | "anger" | "sad" | "sadness" | "fear" | "disgust"
                    | "负面" | "消极" => Some("negative"),
                    "neutral" | "中性" => Some("neutral"),
                    _ => None,
                },
            }
        };
        Self::named(option, &labels, &["negative", "neutral", "positive"], word)
    }

    fn of_abuse(option: Option<&str>, rows: &[(String, String)]) -> Result<Self> {
        let labels: BTreeSet<&str> = rows.iter().map(|(_, label)| label.as_str()).collect();
        let degrees = labels.iter().any(|label| label.parse::<i32>().is_ok_and(|degree| degree < 0));
        let word = |label: &str| match label.to_lowercase().as_str() {
            // ConvAbuse: 1 is not abusive, 0 ambivalent, below 0 abusive.
            degree if degrees => {
                degree.parse::<i32>().ok().map(|degree| if degree < 0 { "abusive" } else { "not abusive" })
            }
            "1" | "true" | "yes" | "abuse" | "abusive" | "offensive" | "toxic" => Some("abusive"),
            "0" | "false" | "no" | "none" | "normal" | "clean" | "non-abusive" | "not abusive"
            | "non-offensive" => Some("not abusive"),
            _ => None,
        };
        Self::named(option, &labels, &["not abusive", "abusive"], word)
    }

    fn named(
        option: Option<&str>,
        labels: &BTreeSet<&str>,
        names: &[&str],
        word: impl Fn(&str) -> Option<&'static str>,
    ) -> Result<Self> {
        let given = option.map(pairs).transpose()?;
        let mut words = BTreeMap::new();
        for label in labels {
            let meant = match &given {
                Some(given) => given.get(*label).map(String::as_str),
                None => word(label),
            };
            let Some(meant) = meant else { continue };
            ensure!(names.contains(&meant), "--labels: {meant:?} is not one of {}", names.join(", "));
            words.insert((*label).to_owned(), meant.to_owned());
        }
        let classes: Vec<String> = names
            .iter()
            .filter(|name| words.values().any(|word| word == *name))
            .map(|name| (*name).to_owned())
            .collect();
        ensure!(
            classes.len() > 1,
            "the labels {labels:?} do not name two of {}; give --labels",
            names.join(", ")
        );
        let of = words
            .into_iter()
            .filter_map(|(label, word)| Some((label, classes.iter().position(|class| *class == word)?)))
            .collect();
        Ok(Self { classes, of })
    }

    fn classed(&self, rows: Vec<(String, String)>) -> Vec<(String, usize)> {
        rows.into_iter().filter_map(|(text, label)| Some((text, *self.of.get(&label)?))).collect()
    }
}

fn pairs(option: &str) -> Result<BTreeMap<String, String>> {
    option
        .split(',')
        .map(|pair| {
            let (label, word) =
                pair.split_once('=').with_context(|| format!("--labels: {pair:?} is not LABEL=MEANING"))?;
            Ok((label.trim().to_owned(), word.trim().to_owned()))
        })
        .collect()
}

// ── judging ──

enum Judge {
    Sentiment { neutral: bool },
    Abuse { threshold: f64 },
    Fitted(Box<Model>),
}

/// A text's true class, the class it was given, and how well each class fits it.
struct Judged {
    truth: usize,
    given: usize,
    scores: Vec<f64>,
}

impl Judge {
    fn judge(&self, text: &str, truth: usize) -> Judged {
        let (given, scores) = match self {
            Self::Sentiment { neutral: false } => {
                let score = score::sentiment(text);
                (usize::from(score >= 0.0), vec![-score, score])
            }
            Self::Sentiment { neutral: true } => {
                let score = score::sentiment(text);
                let given = if score.abs() < score::NEUTRAL { 1 } else { usize::from(score > 0.0) * 2 };
                (given, vec![-score, -score.abs(), score])
            }
            Self::Abuse { threshold } => {
                let score = score::abuse(text);
                (usize::from(score >= *threshold), vec![-score, score])
            }
            Self::Fitted(model) => {
                let shares = model.classify(text);
                let best = (0..shares.len()).max_by(|a, b| shares[*a].total_cmp(&shares[*b])).unwrap_or(0);
                (best, shares)
            }
        };
        Judged { truth, given, scores }
    }
}

struct Figures;

impl Figures {
    /// Accuracy, macro F1 and average precision, each with a 95 % interval from 1,000 bootstrap resamples; for two
    /// classes also precision and recall of the second.
    fn of(judged: &[Judged], classes: usize, seed: u64) -> serde_json::Map<String, Value> {
        let orders: Vec<Vec<u32>> = (0..classes).map(|class| order_by(judged, class)).collect();
        let all = measure(judged, classes, &orders, &vec![1; judged.len()]);
        let mut draws: Vec<[f64; 3]> = Vec::with_capacity(1000);
        let mut state = seed;
        for _ in 0..1000 {
            let mut counts = vec![0_u32; judged.len()];
            for _ in 0..judged.len() {
                counts[(random(&mut state) % judged.len() as u64) as usize] += 1;
            }
            let resampled = measure(judged, classes, &orders, &counts);
            draws.push([resampled.accuracy, resampled.macro_f1, resampled.average_precision]);
        }
        let interval = |which: usize| {
            let mut values: Vec<f64> = draws.iter().map(|draw| draw[which]).collect();
            values.sort_by(f64::total_cmp);
            json!([rounded(values[25]), rounded(values[974])])
        };
        let mut figures = serde_json::Map::new();
        figures.insert("accuracy".into(), rounded(all.accuracy).into());
        figures.insert("macro_f1".into(), rounded(all.macro_f1).into());
        figures.insert("average_precision".into(), rounded(all.average_precision).into());
        figures.insert(
            "ci95".into(),
            json!({ "accuracy": interval(0), "macro_f1": interval(1), "average_precision": interval(2) }),
        );
        if classes == 2 {
            figures.insert("precision".into(), rounded(all.precision).into());
            figures.insert("recall".into(), rounded(all.recall).into());
        }
        figures
    }
}

struct Measured {
    accuracy: f64,
    macro_f1: f64,
    average_precision: f64,
    precision: f64,
    recall: f64,
}

fn measure(judged: &[Judged], classes: usize, orders: &[Vec<u32>], counts: &[u32]) -> Measured {
    let mut table = vec![0.0; classes * classes];
    for (one, count) in judged.iter().zip(counts) {
        table[one.truth * classes + one.given] += f64::from(*count);
    }
    let total: f64 = table.iter().sum();
    let right = |class: usize| table[class * classes + class];
    let truly = |class: usize| (0..classes).map(|given| table[class * classes + given]).sum::<f64>();
    let given = |class: usize| (0..classes).map(|truth| table[truth * classes + class]).sum::<f64>();
    let share = |part: f64, whole: f64| if whole > 0.0 { part / whole } else { 0.0 };
    let f1 = |class: usize| share(2.0 * right(class), truly(class) + given(class));
    // Of two classes the second is the one looked for; of more, each in turn.
    let wanted = if classes == 2 { 1..2 } else { 0..classes };
    let precisions: Vec<f64> =
        wanted.map(|class| average_precision(judged, class, &orders[class], counts)).collect();
    Measured {
        accuracy: share((0..classes).map(right).sum(), total),
        macro_f1: (0..classes).map(f1).sum::<f64>() / classes as f64,
        average_precision: precisions.iter().sum::<f64>() / precisions.len() as f64,
        precision: share(right(1), given(1)),
        recall: share(right(1), truly(1)),
    }
}

fn order_by(judged: &[Judged], class: usize) -> Vec<u32> {
    let score = |at: u32| judged[at as usize].scores.get(class).copied().unwrap_or(f64::MIN);
    let mut order: Vec<u32> = (0..u32::try_from(judged.len()).unwrap_or(u32::MAX)).collect();
    order.sort_by(|a, b| score(*b).total_cmp(&score(*a)));
    order
}

/// The sum over recall steps of the precision there (Manning, Raghavan and Schütze 2008, section 8.4); equal scores are one
/// step.
fn average_precision(judged: &[Judged], class: usize, order: &[u32], counts: &[u32]) -> f64 {
    let positives: f64 =
        judged.iter().zip(counts).filter(|(one, _)| one.truth == class).map(|(_, n)| f64::from(*n)).sum();
    let (mut seen, mut right, mut counted, mut sum) = (0.0, 0.0, 0.0, 0.0);
    for (at, row) in order.iter().enumerate() {
        let one = &judged[*row as usize];
        let count = f64::from(counts[*row as usize]);
        seen += count;
        right += if one.truth == class { count } else { 0.0 };
        let next = order.get(at + 1).map(|next| judged[*next as usize].scores[class]);
        if next != Some(one.scores[class]) && seen > 0.0 {
            sum += (right - counted) * right / seen;
            counted = right;
        }
    }
    if positives > 0.0 { sum / positives } else { 0.0 }
}

fn rounded(value: f64) -> f64 {
    (value * 10_000.0).round() / 10_000.0
}

/// SplitMix64: resampling needs no better randomness.
fn random(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// CPU seconds of this thread; wall-clock seconds where the kernel does not tell.
fn cpu_seconds() -> f64 {
    static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    fs::read_to_string("/proc/thread-self/schedstat")
        .ok()
        .and_then(|told| told.split(' ').next()?.parse::<f64>().ok())
        .map_or_else(
            || START.get_or_init(std::time::Instant::now).elapsed().as_secs_f64(),
            |nanos| nanos * 1e-9,
        )
}

// ── files ──

/// The texts and labels of a file.
fn labelled(path: &Path, text: &str, label: &str) -> Result<Vec<(String, String)>> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let content = String::from_utf8_lossy(&bytes);
    let content = content.trim_start_matches('\u{feff}');
    let rows = match content.trim_start().chars().next() {
        Some('[') => from_json(&serde_json::from_str::<Vec<Value>>(content)?, text, label),
        Some('{') => {
            let lines = content.lines().filter(|line| !line.trim().is_empty());
            let values: Vec<Value> = lines.map(serde_json::from_str).collect::<Result<_, _>>()?;
            from_json(&values, text, label)
        }
        Some(_) => from_table(content, text, label),
        None => bail!("the file is empty"),
    };
    rows.with_context(|| format!("cannot use {}", path.display()))
}

fn from_json(values: &[Value], text: &str, label: &str) -> Result<Vec<(String, String)>> {
    let field = |value: &Value, name: &str, at: usize| match value.get(name) {
        Some(Value::String(word)) => Ok(word.clone()),
        Some(other) if !other.is_null() => Ok(other.to_string()),
        _ => Err(anyhow!("record {} has no field {name:?}", at + 1)),
    };
    values
        .iter()
        .enumerate()
        .map(|(at, value)| Ok((field(value, text, at)?, field(value, label, at)?)))
        .collect()
}

fn from_table(content: &str, text: &str, label: &str) -> Result<Vec<(String, String)>> {
    let first = content.lines().next().unwrap_or_default();
    let tabs = first.contains('\t');
    let numbered = text.parse::<usize>().is_ok() && label.parse::<usize>().is_ok();
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(if tabs { b'\t' } else { b',' })
        .quoting(!tabs)
        .flexible(true)
        .has_headers(!numbered)
        .from_reader(content.as_bytes());
    let head = if numbered { csv::StringRecord::new() } else { reader.headers()?.clone() };
    let column = |name: &str| -> Option<usize> {
        if numbered {
            name.parse::<usize>().ok()?.checked_sub(1)
        } else {
            head.iter().position(|column| column.trim() == name)
        }
    };
    let known = head.iter().filter(|name| !name.is_empty()).take(12).collect::<Vec<_>>().join(", ");
    let text = column(text).with_context(|| format!("no column {text:?}; the file has {known}"))?;
    let votes = Votes::find(&head, label);
    let label = match column(label) {
        Some(column) => Some(column),
        None if votes.is_some() => None,
        None => bail!("no column {label:?}; the file has {known}"),
    };
    let mut rows = Vec::new();
    for (at, record) in reader.records().enumerate() {
        let record = record.with_context(|| format!("record {} cannot be read", at + 1))?;
        let said = match (label, &votes) {
            (Some(column), _) => record.get(column).map(str::to_owned),
            (None, Some(votes)) => votes.majority(&record),
            (None, None) => None,
        };
        if let (Some(text), Some(said)) = (record.get(text), said) {
            rows.push((text.to_owned(), said.trim().to_owned()));
        }
    }
    Ok(rows)
}

/// Columns such as `Annotator3_is_abuse.-1`: one per annotator and degree.
struct Votes(Vec<(usize, i32)>);

impl Votes {
    fn find(head: &csv::StringRecord, label: &str) -> Option<Self> {
        let mark = format!("_{label}.");
        let columns: Vec<(usize, i32)> = head
            .iter()
            .enumerate()
            .filter_map(|(at, name)| {
                let (who, degree) = name.split_once(&mark)?;
                who.starts_with("Annotator").then(|| degree.parse().ok()).flatten().map(|degree| (at, degree))
            })
            .collect();
        (!columns.is_empty()).then_some(Self(columns))
    }

    /// `1` where more annotators than not said a degree below 0; none where nobody voted.
    fn majority(&self, record: &csv::StringRecord) -> Option<String> {
        let (mut abusive, mut others) = (0, 0);
        for (column, degree) in &self.0 {
            if record.get(*column).is_some_and(|cell| cell.trim().parse::<f64>().is_ok_and(|vote| vote > 0.0))
            {
                if *degree < 0 { abusive += 1 } else { others += 1 }
            }
        }
        (abusive + others > 0).then(|| u8::from(abusive > others).to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(rows: &[(usize, f64)]) -> Vec<Judged> {
        rows.iter()
            .map(|(truth, score)| Judged {
                truth: *truth,
                given: usize::from(*score >= 0.5),
                scores: vec![-score, *score],
            })
            .collect()
    }

    #[test]
    fn figures_agree_with_a_count_by_hand() {
        let rows = judged(&[(1, 0.9), (0, 0.8), (1, 0.6), (0, 0.4), (1, 0.3), (0, 0.1)]);
        let orders = [order_by(&rows, 0), order_by(&rows, 1)];
        let all = measure(&rows, 2, &orders, &[1; 6]);
        // Positives at ranks 1, 3 and 5: (1/1 + 2/3 + 3/5) / 3.
        assert!((all.average_precision - (1.0 + 2.0 / 3.0 + 0.6) / 3.0).abs() < 1e-12);
        assert!((all.accuracy - 4.0 / 6.0).abs() < 1e-12);
        assert!((all.precision - 2.0 / 3.0).abs() < 1e-12 && (all.recall - 2.0 / 3.0).abs() < 1e-12);
    }

    #[test]
    fn a_text_counted_twice_weighs_twice() {
        let (rows, twice) =
            (judged(&[(1, 0.9), (0, 0.8), (1, 0.2)]), judged(&[(1, 0.9), (1, 0.9), (0, 0.8), (1, 0.2)]));
        let one = measure(&rows, 2, &[order_by(&rows, 0), order_by(&rows, 1)], &[2, 1, 1]);
        let two = measure(&twice, 2, &[order_by(&twice, 0), order_by(&twice, 1)], &[1; 4]);
        assert!((one.average_precision - two.average_precision).abs() < 1e-12);
        assert!((one.macro_f1 - two.macro_f1).abs() < 1e-12);
    }

    #[test]
    fn files_of_every_kind_are_read_and_their_faults_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, content: &str| {
            let path = folder.path().join(name);
            fs::write(&path, content).unwrap();
            path
        };
        let wanted = vec![("a, \"b\"".to_owned(), "1".to_owned()), ("c".to_owned(), "0".to_owned())];
        let csv = file("a.csv", "\u{feff}id,words,mark\n1,\"a, \"\"b\"\"\",1\n2,c,0\n");
        let tsv = file("a.tsv", "a, \"b\"\t1\tx\nc\t0\ty\n");
        let lines =
            file("a.jsonl", "{\"words\":\"a, \\\"b\\\"\",\"mark\":1}\n{\"words\":\"c\",\"mark\":\"0\"}\n");
        assert_eq!(labelled(&csv, "words", "mark").unwrap(), wanted);
        assert_eq!(labelled(&tsv, "1", "2").unwrap(), wanted);
        assert_eq!(labelled(&lines, "words", "mark").unwrap(), wanted);
        let fault = format!("{:#}", labelled(&csv, "words", "nothing").unwrap_err());
        assert!(fault.contains("a.csv") && fault.contains("nothing") && fault.contains("mark"), "{fault}");
    }

    #[test]
    fn annotators_vote() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("votes.csv");
        let head =
            "user,Annotator1_is_abuse.1,Annotator1_is_abuse.-2,Annotator2_is_abuse.1,Annotator2_is_abuse.-2";
        fs::write(&path, format!("{head}\nyou fool,0,1,0,1\nhello,1,0,,\nunseen,,,,\n")).unwrap();
        let rows = labelled(&path, "user", "is_abuse").unwrap();
        assert_eq!(rows, [("you fool".to_owned(), "1".to_owned()), ("hello".to_owned(), "0".to_owned())]);
    }

    #[test]
    fn the_programs_own_readings_are_judged_and_a_fitted_model_too() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("abuse.csv");
        let rows = "text,label\nyou are an idiot,1\nfuck you,1\ncan you help me,0\nthank you so much,0\n";
        fs::write(&path, rows).unwrap();
        let mut options = EvaluateText {
            task: Task::Abuse,
            test: path.clone(),
            text: "text".into(),
            label: "label".into(),
            train: None,
            labels: None,
            threshold: 0.5,
            seed: 1,
        };
        let told = evaluate(&options).unwrap();
        assert_eq!((&told["accuracy"], &told["n"]), (&json!(1.0), &json!(4)));
        options.train = Some(path);
        assert_eq!(evaluate(&options).unwrap()["accuracy"], json!(1.0));
        options.train = None;
        options.task = Task::Emotion;
        assert!(evaluate(&options).unwrap_err().to_string().contains("--train"));
    }
}
