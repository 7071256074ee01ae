//! `calmline train affect` and `calmline evaluate affect`: the affect model against labelled recordings.
//!
//! A label file has the columns `file, corpus, speaker, emotion`, and may have `language` and `gender` (CSV, TSV or JSON
//! lines); files are FLAC, mono, 8 or 16 kHz, named relative to the label file's folder. Four things are judged: arousal,
//! valence, anger against the rest, and with folds the emotion itself; a label that does not say which side it is on is
//! left out. A recording in which too little voice is heard counts as judged wrong.

mod card;
mod cues;
mod figures;
mod judging;
mod larger;
mod recordings;
mod training;

use std::{collections::BTreeSet, path::PathBuf};

use anyhow::{Context, Result};
use calmline_sense::affect::AffectModel;
use serde::Serialize;

use self::{
    card::model_card,
    judging::{by_speaker, evaluate_with},
    training::train_on,
};
pub use self::{
    cues::evaluate_cues,
    figures::Figures,
    judging::in_calls,
    larger::evaluate_larger,
    recordings::{read_labels, read_recording},
};

/// What the shipped model is trained on.
const SHIPPED_CORPUS: &str = "emodb";

/// `calmline train affect`.
#[derive(Debug, Clone)]
pub struct TrainOptions {
    /// The label file.
    pub labels: PathBuf,
    /// Only this corpus of it; `emodb`, which is free to ship, unless said otherwise.
    pub corpus: Option<String>,
    /// Where the model goes; `MODEL_CARD.md` is written beside it.
    pub out: PathBuf,
    /// Makes the noise of the simulated lines.
    pub seed: u64,
}

/// `calmline evaluate affect`.
#[derive(Debug, Clone)]
pub struct EvaluateOptions {
    /// The label file.
    pub labels: PathBuf,
    /// Only this corpus; all unless said.
    pub corpus: Option<String>,
    /// Trains on this corpus first instead of taking the shipped model.
    pub train_corpus: Option<String>,
    /// Trains on all other speakers of the same corpus, one speaker left out at a time.
    pub folds_by_speaker: bool,
    /// What the recordings go through first.
    pub band: Band,
    /// Makes the noise of the simulated lines, and the bootstrap.
    pub seed: u64,
}

/// What recordings go through before they are heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Band {
    /// 8 kHz and once through µ-law.
    #[default]
    Telephone,
    /// 8 kHz, nothing else: the model hears no more than that.
    Wide,
}

impl std::str::FromStr for Band {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "telephone" => Ok(Self::Telephone),
            "wide" => Ok(Self::Wide),
            _ => Err(format!("band {text:?} is not one of telephone, wide")),
        }
    }
}

/// What `evaluate affect` measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Task {
    /// The model: arousal, valence, emotions.
    #[default]
    Affect,
    /// What agents are told of their own voice.
    Cues,
}

impl std::str::FromStr for Task {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "affect" => Ok(Self::Affect),
            "cues" => Ok(Self::Cues),
            _ => Err(format!("task {text:?} is not one of affect, cues")),
        }
    }
}

/// What `evaluate affect --json` prints.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Evaluation {
    /// One row per task, corpus and baseline.
    pub results: Vec<Figures>,
}

/// Trains a model and writes it with its card.
///
/// # Errors
/// When a file cannot be read or written, or there is too little to train on.
pub fn train_affect(options: &TrainOptions) -> Result<()> {
    let corpus = options.corpus.as_deref().unwrap_or(SHIPPED_CORPUS);
    let labels = read_labels(&options.labels, Some(corpus))?;
    let model = train_on(&labels, corpus, options.seed)?;
    let text = serde_json::to_string_pretty(&model)? + "\n";
    std::fs::write(&options.out, text)
        .with_context(|| format!("cannot write the model to {}", options.out.display()))?;
    let card = options.out.with_file_name("MODEL_CARD.md");
    let folds = by_speaker(&labels, corpus, Band::Telephone, options.seed)?;
    let others =
        evaluate_with(&model, corpus, &read_labels(&options.labels, None)?, Band::Telephone, options.seed)?;
    let others = others.into_iter().filter(|row| !row.seen_in_training);
    let rows: Vec<_> = folds.into_iter().chain(others).collect();
    std::fs::write(&card, model_card(&model, &labels, &rows, options.seed)?)
        .with_context(|| format!("cannot write the model card to {}", card.display()))
}

/// Evaluates the shipped model or one that is trained for it.
///
/// # Errors
/// When a file cannot be read, or there is too little to train on or to judge.
pub fn evaluate_affect(options: &EvaluateOptions) -> Result<Evaluation> {
    let labels = read_labels(&options.labels, options.corpus.as_deref())?;
    if options.folds_by_speaker {
        let corpora: BTreeSet<_> = labels.iter().map(|label| label.corpus.clone()).collect();
        let mut results = Vec::new();
        for corpus in corpora {
            let own: Vec<_> = labels.iter().filter(|label| label.corpus == corpus).cloned().collect();
            results.extend(by_speaker(&own, &corpus, options.band, options.seed)?);
        }
        return Ok(Evaluation { results });
    }
    let results = if let Some(corpus) = &options.train_corpus {
        let model = train_on(&read_labels(&options.labels, Some(corpus))?, corpus, options.seed)?;
        evaluate_with(&model, corpus, &labels, options.band, options.seed)?
    } else {
        evaluate_with(&AffectModel::shipped(), SHIPPED_CORPUS, &labels, options.band, options.seed)?
    };
    Ok(Evaluation { results })
}
