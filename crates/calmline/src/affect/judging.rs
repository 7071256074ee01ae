//! Recordings are heard and judged: by a model that knows other corpora, or by one that knows the corpus's other speakers.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use anyhow::Result;
use calmline_sense::{
    affect::{
        AffectModel, Classes, Emotions, Usual,
        emotion::{high_arousal, positive_valence},
        study,
        train::{train, train_with_emotions},
    },
    telephone::Random,
};

use super::{
    Band,
    figures::{Figures, Judged, figures},
    recordings::{Label, over, read_recording},
    training::examples,
};

/// How many earlier recordings the causal baseline knows.
pub const EARLIER: usize = 10;
/// Earlier recordings at which the causal baseline counts as much as none, as in a live leg.
const HANDOVER: f64 = 2.0;

struct Clip<'a> {
    label: &'a Label,
    values: Option<Vec<f64>>,
}

/// Judgements by task and baseline.
type Told = BTreeMap<(&'static str, &'static str), Vec<Judged>>;

fn hear(labels: &[Label], band: Band) -> Result<Vec<Clip<'_>>> {
    let mut clips = Vec::with_capacity(labels.len());
    for label in labels {
        let described = study::described(&over(band, read_recording(&label.file)?));
        clips.push(Clip { label, values: described.map(|described| described.values) });
    }
    Ok(clips)
}

/// Judges the recordings, corpus by corpus, by one model.
pub fn evaluate_with(
    model: &AffectModel,
    trained_on: &str,
    labels: &[Label],
    band: Band,
    seed: u64,
) -> Result<Vec<Figures>> {
    let clips = hear(labels, band)?;
    let corpora: BTreeSet<_> = labels.iter().map(|label| label.corpus.as_str()).collect();
    let mut results = Vec::new();
    for corpus in corpora {
        let own: Vec<_> = clips.iter().filter(|clip| clip.label.corpus == corpus).collect();
        let mut told = judge(model, None, &own, seed);
        // A model of other recordings need not know the corpus's classes.
        told.retain(|(task, _), _| *task != "classes");
        let of = |((task, baseline), judged): ((_, _), Vec<Judged>)| Figures {
            seen_in_training: corpus == trained_on,
            ..figures(task, corpus, baseline, &judged, seed)
        };
        results.extend(told.into_iter().map(of));
    }
    Ok(results)
}

/// Each speaker is judged by a model that was trained on the corpus's other speakers; with the speaker's baseline their own way to
/// sound each emotion is followed, labels unseen.
pub fn by_speaker(labels: &[Label], corpus: &str, band: Band, seed: u64) -> Result<Vec<Figures>> {
    let examples = examples(labels, seed)?;
    let clips = hear(labels, band)?;
    let speakers: BTreeSet<_> = labels.iter().map(|label| label.speaker.as_str()).collect();
    let mut all = Told::new();
    for speaker in speakers {
        let others: Vec<_> = examples.iter().filter(|example| example.speaker != speaker).cloned().collect();
        let (model, emotions) = train_with_emotions(&others, corpus)?;
        let own: Vec<_> = clips.iter().filter(|clip| clip.label.speaker == speaker).collect();
        for (key, judged) in judge(&model, Some(&emotions), &own, seed) {
            all.entry(key).or_default().extend(judged);
        }
    }
    let of =
        |((task, baseline), judged): ((_, _), Vec<Judged>)| figures(task, corpus, baseline, &judged, seed);
    Ok(all.into_iter().map(of).collect())
}

/// `emotions`, where they are known, are followed to each speaker.
fn judge(model: &AffectModel, emotions: Option<&Emotions>, clips: &[&Clip<'_>], seed: u64) -> Told {
    let mut speakers: BTreeMap<&str, Vec<&Clip<'_>>> = BTreeMap::new();
    for clip in clips {
        speakers.entry(&clip.label.speaker).or_default().push(clip);
    }
    let mut told = Told::new();
    for own in speakers.into_values() {
        without_baseline(model, &own, &mut told);
        against_all(model, emotions, &own, &mut told);
        against_earlier(model, &shuffled(own, seed), &mut told);
    }
    told
}

fn without_baseline(model: &AffectModel, clips: &[&Clip<'_>], told: &mut Told) {
    for clip in clips {
        let row = clip.values.as_ref().map(|values| model.standard(values));
        let arousal = clip.values.as_ref().map(|values| model.absolute_logit(values));
        tell("none", clip.label, arousal, row.as_deref().map(|row| (row, &model.emotions)), told);
    }
}

fn against_all(model: &AffectModel, emotions: Option<&Emotions>, clips: &[&Clip<'_>], told: &mut Told) {
    let spoken = clips.iter().filter_map(|clip| clip.values.as_deref());
    let usual = Usual::of(spoken.clone(), &model.mean, &model.within);
    let logits: Vec<f64> = spoken.clone().map(|values| model.relative_logit(values, &usual)).collect();
    let divide = model.divide(&logits);
    let rows: Vec<Vec<f64>> = spoken.map(|values| usual.standard(values)).collect();
    let slices: Vec<&[f64]> = rows.iter().map(Vec::as_slice).collect();
    let followed = emotions.map(|emotions| emotions.of_speaker(&slices));
    let classes = followed.as_ref().unwrap_or(&model.own_emotions);
    let mut each = rows.iter().zip(logits);
    for clip in clips {
        let (row, logit) = clip.values.as_ref().and_then(|_| each.next()).unzip();
        let arousal = logit.map(|logit| logit - divide);
        tell("speaker", clip.label, arousal, row.map(|row| (row.as_slice(), classes)), told);
    }
}

fn against_earlier(model: &AffectModel, clips: &[&Clip<'_>], told: &mut Told) {
    let arousals = earlier_logits(model, clips);
    for (clip, arousal) in clips.iter().zip(arousals) {
        tell("causal", clip.label, arousal, None, told);
    }
}

/// The log-odds of arousal of one speaker's recordings, each against the ones before it, as in a live leg.
fn earlier_logits(model: &AffectModel, clips: &[&Clip<'_>]) -> Vec<Option<f64>> {
    let mut earlier: Vec<&[f64]> = Vec::new();
    let mut arousals = Vec::with_capacity(clips.len());
    for clip in clips {
        let known = &earlier[earlier.len().saturating_sub(EARLIER)..];
        let usual = Usual::of(known.iter().copied(), &model.mean, &model.within);
        let logits: Vec<f64> = known.iter().map(|values| model.relative_logit(values, &usual)).collect();
        let weight = known.len() as f64 / (known.len() as f64 + HANDOVER);
        arousals.push(clip.values.as_ref().map(|values| {
            let own = model.relative_logit(values, &usual) - model.divide(&logits);
            (1.0 - weight) * model.absolute_logit(values) + weight * own
        }));
        earlier.extend(clip.values.as_deref());
    }
    arousals
}

/// A recording as it sounds within a call.
pub struct InCall {
    /// Who speaks.
    pub speaker: String,
    /// Which emotion was acted.
    pub emotion: String,
    /// The log-odds of arousal against the speaker's earlier recordings.
    pub logit: f64,
}

/// The recordings of a corpus as they sound within calls over the telephone band, each speaker's in an order of chance.
/// With `held_out` each speaker is judged by a model of the corpus's other speakers, else all by the shipped one.
/// Recordings in which too little voice is heard are left out.
pub fn in_calls(labels: &[Label], corpus: &str, held_out: bool, seed: u64) -> Result<Vec<InCall>> {
    let examples = if held_out { examples(labels, seed)? } else { Vec::new() };
    let clips = hear(labels, Band::Telephone)?;
    let speakers: BTreeSet<_> = labels.iter().map(|label| label.speaker.as_str()).collect();
    let mut heard = Vec::new();
    for speaker in speakers {
        let model = if held_out {
            let others: Vec<_> =
                examples.iter().filter(|example| example.speaker != speaker).cloned().collect();
            Arc::new(train(&others, corpus)?)
        } else {
            AffectModel::shipped()
        };
        let own = shuffled(clips.iter().filter(|clip| clip.label.speaker == speaker).collect(), seed);
        let of = |(clip, logit): (&&Clip<'_>, Option<f64>)| {
            let (speaker, emotion) = (clip.label.speaker.clone(), clip.label.emotion.clone());
            Some(InCall { speaker, emotion, logit: logit? })
        };
        heard.extend(own.iter().zip(earlier_logits(&model, &own)).filter_map(of));
    }
    Ok(heard)
}

/// Label files are often sorted by emotion, which no call is.
pub fn shuffled<T>(mut clips: Vec<T>, seed: u64) -> Vec<T> {
    let mut random = Random::new(seed);
    for last in (1..clips.len()).rev() {
        clips.swap(last, (random.next() * (last + 1) as f64) as usize);
    }
    clips
}

/// Adds what was told of a recording to each task whose label says what is true. The emotions are told from a row in
/// deviations, where there is one.
fn tell(
    baseline: &'static str,
    label: &Label,
    arousal: Option<f64>,
    emotions: Option<(&[f64], &Classes)>,
    told: &mut Told,
) {
    let mut put = |task, truth: Option<bool>, logit: Option<f64>| {
        let Some(truth) = truth else { return };
        let told: &mut Vec<_> = told.entry((task, baseline)).or_default();
        let answer = logit.map(|logit| word(logit > 0.0));
        told.push(judged(label, word(truth), answer, logit));
    };
    put("arousal", high_arousal(&label.emotion), arousal);
    if baseline == "causal" {
        return;
    }
    put("valence", positive_valence(&label.emotion), emotions.map(|(row, classes)| classes.valence(row)));
    put("anger", Some(label.emotion == "angry"), emotions.map(|(row, classes)| classes.anger(row)));
    let nearest = emotions.map(|(row, classes)| classes.nearest(row).to_owned());
    let classes = told.entry(("classes", baseline)).or_default();
    classes.push(judged(label, label.emotion.clone(), nearest, None));
}

pub fn judged(label: &Label, truth: String, told: Option<String>, logit: Option<f64>) -> Judged {
    let language = label.language.iter().map(|language| ("language", language.clone()));
    let gender = label.gender.iter().map(|gender| ("gender", gender.clone()));
    Judged { speaker: label.speaker.clone(), groups: language.chain(gender).collect(), truth, told, logit }
}

pub fn word(yes: bool) -> String {
    if yes { "yes" } else { "no" }.into()
}
