//! `calmline evaluate text` and `calmline train text`: files in, one JSON document out.

mod files;
mod judging;
mod meaning;
mod training;

use std::{collections::BTreeSet, path::PathBuf};

use anyhow::{Result, ensure};
use calmline_language::{
    score,
    train::{Example, Fit, fit},
};
use serde_json::{Value, json};

pub use self::{files::labelled, training::train};
use self::{
    judging::{Figures, Judge, Judged},
    meaning::Meaning,
};
use crate::measured::{rounded, timed};

/// What is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Task {
    /// Positive or negative, and neutral where the labels know it.
    Sentiment,
    /// Abusive or not.
    Abuse,
    /// Joy, anger, sadness, fear, surprise, and neutral where the labels know it; any names with `--train`.
    Emotion,
    /// Impolite or polite, and neutral where the labels know it.
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
        (None, Task::Emotion) => {
            let meaning = Meaning::of_emotion(options.labels.as_deref(), &rows)?;
            let judge = Judge::Emotion { classes: meaning.classes.clone() };
            (meaning.classed(rows), meaning.classes, judge)
        }
        (None, Task::Politeness) => {
            let meaning = Meaning::of_politeness(options.labels.as_deref(), &rows)?;
            let judge = Judge::Politeness { neutral: meaning.classes.len() == 3 };
            (meaning.classed(rows), meaning.classes, judge)
        }
    };
    let present: BTreeSet<usize> = test.iter().map(|(_, class)| *class).collect();
    ensure!(
        present.len() > 1,
        "{}: all labels mean the same; give texts of two classes",
        options.test.display()
    );

    let judge_all = || Ok(test.iter().map(|(text, class)| judge.judge(text, *class)).collect());
    let (judged, texts_per_cpu_s): (Vec<Judged>, f64) = timed(test.len(), judge_all)?;

    let mut figures = Figures::of(&judged, classes.len(), options.seed);
    figures.insert("n".into(), judged.len().into());
    figures.insert("left_out".into(), (rows_read - judged.len()).into());
    figures.insert("classes".into(), json!(classes));
    figures.insert("texts_per_cpu_s".into(), texts_per_cpu_s.into());
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

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn path_of(folder: &tempfile::TempDir) -> PathBuf {
        folder.path().join("emotion.csv")
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
        fs::write(path_of(&folder), "text,label\nI am furious,angry\n太好了，谢谢,happy\nI see,neutral\n")
            .unwrap();
        options.test = path_of(&folder);
        options.task = Task::Emotion;
        let told = evaluate(&options).unwrap();
        assert_eq!((&told["accuracy"], &told["classes"]), (&json!(1.0), &json!(["anger", "joy", "neutral"])));
        fs::write(path_of(&folder), "text,label\nshut up,rude\ncould you help please,polite\n").unwrap();
        options.task = Task::Politeness;
        assert_eq!(evaluate(&options).unwrap()["accuracy"], json!(1.0));
    }
}
