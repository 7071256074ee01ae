//! A larger model, judged on labelled recordings: its arousal against the population, against all that the speaker says, and against
//! ten earlier recordings.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, ensure};
use calmline_sense::affect::{AffectModel, emotion::high_arousal, study};

use super::{
    Band, EvaluateOptions, Evaluation,
    figures::{Judged, figures},
    judging::{EARLIER, judged, shuffled, word},
    recordings::{Label, over, read_labels, read_recording},
};

/// A recording whose label says how activated it is, and what the model says; nothing if there is too little voice, or if it fails.
struct Clip {
    label: Label,
    high: bool,
    logit: Option<f64>,
}

/// Evaluates a model with a larger one in its slot. Only arousal is judged, for that is all that a larger model tells.
///
/// # Errors
/// When a file cannot be read, or no label says how activated its recording is.
pub fn evaluate_larger(model: &AffectModel, options: &EvaluateOptions) -> Result<Evaluation> {
    let mut corpora: BTreeMap<String, Vec<Clip>> = BTreeMap::new();
    for label in read_labels(&options.labels, options.corpus.as_deref())? {
        let Some(high) = high_arousal(&label.emotion) else { continue };
        let logit = hear(model, &label, options.band)?;
        corpora.entry(label.corpus.clone()).or_default().push(Clip { label, high, logit });
    }
    ensure!(!corpora.is_empty(), "no label of {} is of high or low arousal", options.labels.display());
    let mut results = Vec::new();
    for (corpus, clips) in &corpora {
        for (baseline, told) in judge(model, clips, options.seed) {
            results.push(figures("arousal", corpus, baseline, &told, options.seed));
        }
    }
    Ok(Evaluation { results })
}

fn hear(model: &AffectModel, label: &Label, band: Band) -> Result<Option<f64>> {
    let described = study::described(&over(band, read_recording(&label.file)?));
    Ok(described.and_then(|described| model.larger_logit(&described.samples)))
}

fn judge(model: &AffectModel, clips: &[Clip], seed: u64) -> BTreeMap<&'static str, Vec<Judged>> {
    let mut told: BTreeMap<&'static str, Vec<Judged>> = BTreeMap::new();
    let mut tell = |baseline, clip: &Clip, divide: f64| {
        let logit = clip.logit.map(|logit| logit - divide);
        let answer = logit.map(|logit| word(logit > 0.0));
        told.entry(baseline).or_default().push(judged(&clip.label, word(clip.high), answer, logit));
    };
    let speakers: BTreeSet<&str> = clips.iter().map(|clip| clip.label.speaker.as_str()).collect();
    for speaker in speakers {
        let own: Vec<&Clip> = clips.iter().filter(|clip| clip.label.speaker == speaker).collect();
        let spoken: Vec<f64> = own.iter().filter_map(|clip| clip.logit).collect();
        let divide = model.divide(&spoken);
        let mut earlier: Vec<f64> = Vec::new();
        for clip in shuffled(own, seed) {
            tell("none", clip, 0.0);
            tell("speaker", clip, divide);
            tell("causal", clip, model.divide(&earlier[earlier.len().saturating_sub(EARLIER)..]));
            earlier.extend(clip.logit);
        }
    }
    told
}
