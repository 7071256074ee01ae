//! `calmline evaluate affect --task cues`: whether the cues about an agent's voice tell acted tension, low mood and unease
//! from the same speaker's calm, and what a gain, a headset and a noise do to them.
//!
//! A few recordings of one speaker and emotion stand for a call. The usual is learned from the speaker's calm calls (neutral,
//! and calm where there is such a label); calm calls are judged by all the others. The study judges single recordings, too,
//! and so without the least that a real call must have.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, ensure};
use calmline_core::event::CueKind;
use calmline_sense::{
    affect::cues::{
        card::CARDS,
        study::{Recording, Scored, compare},
    },
    telephone::{Random, line},
};
use serde::Serialize;

use super::{
    Band, EvaluateOptions,
    recordings::{Label, over, read_labels, read_recording},
};

/// Draws of the bootstrap.
const RESAMPLES: usize = 2_000;
/// How many recordings stand for a call.
const CALLS_OF: [usize; 2] = [1, 3];
const CALM: [&str; 2] = ["neutral", "calm"];
/// Fewer calm calls than this tell nothing of a speaker's usual.
const CALM_MIN: usize = 3;

/// What `evaluate affect --task cues --json` prints.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CueEvaluation {
    /// How well each cue tells its emotions from calm, per corpus and size of a call.
    pub results: Vec<CueFigures>,
    /// What happens to calm calls on a line that is unlike the one of the usual; single recordings.
    pub lines: Vec<LineFigures>,
}

/// How well a cue did.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CueFigures {
    /// `tenser`, `lower` or `uneasier`.
    pub cue: CueKind,
    /// Which corpus.
    pub corpus: String,
    /// How many recordings stand for a call.
    pub recordings_per_call: usize,
    /// Which emotions it was to tell from calm.
    pub emotions: Vec<&'static str>,
    /// Mean over the speakers of the area under the curve: how often a call of the emotion lies further than a calm one.
    pub auc: f64,
    /// 95 % interval of `auc`, bootstrapped over speakers.
    pub ci95: [f64; 2],
    /// Share of held-out calm calls that passed the threshold at which people are told.
    pub false_alarms: f64,
    /// Share of the emotion's calls that passed it.
    pub hits: f64,
    /// Calls of the emotion, and calm ones.
    pub n: usize,
    pub calm: usize,
    /// Speakers.
    pub speakers: usize,
    /// The interval lies above chance.
    pub better_than_chance: bool,
    /// Whether people are told of this cue at all.
    pub shown: bool,
}

/// What another line does to calm calls.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LineFigures {
    /// What was done to the recordings.
    pub change: &'static str,
    /// Which corpus.
    pub corpus: String,
    /// How far each cue's score moved on average, in deviations.
    pub moved: BTreeMap<&'static str, f64>,
    /// Share of the calls of which a cue that is shown would have been told.
    pub false_alarms: f64,
    /// Share of the calls of which nothing is said because the line was recognised as another one, or as noisy.
    pub withheld: f64,
    /// Calls; those that could not be measured are left out.
    pub n: usize,
}

/// The emotions that a cue is to tell from calm.
fn emotions(cue: CueKind) -> &'static [&'static str] {
    match cue {
        CueKind::Tenser => &["angry", "fear"],
        CueKind::Lower => &["sad"],
        CueKind::Uneasier => &["fear"],
    }
}

/// A speaker's recordings by emotion.
type Speaker = BTreeMap<String, Vec<(Label, Option<Recording>)>>;

/// Measures the cues of the card.
///
/// # Errors
/// When a file cannot be read, or no speaker has enough calm recordings.
pub fn evaluate_cues(options: &EvaluateOptions) -> Result<CueEvaluation> {
    let labels = read_labels(&options.labels, options.corpus.as_deref())?;
    let corpora: BTreeSet<_> = labels.iter().map(|label| label.corpus.clone()).collect();
    let (mut results, mut lines) = (Vec::new(), Vec::new());
    for corpus in corpora {
        let speakers = heard(&labels, &corpus, options.band)?;
        for size in CALLS_OF {
            results.extend(CARDS.iter().enumerate().filter_map(|(at, card)| {
                let told = |speaker| outcome(speaker, card.kind, size, options.seed);
                figures(
                    at,
                    &corpus,
                    size,
                    &speakers.iter().filter_map(told).collect::<Vec<_>>(),
                    options.seed,
                )
            }));
        }
        for change in CHANGES {
            lines.extend(on_another_line(&speakers, &corpus, change, options)?);
        }
    }
    ensure!(!results.is_empty(), "no speaker has {CALM_MIN} neutral or calm recordings to compare with");
    Ok(CueEvaluation { results, lines })
}

fn heard(labels: &[Label], corpus: &str, band: Band) -> Result<Vec<Speaker>> {
    let mut speakers: BTreeMap<&str, Speaker> = BTreeMap::new();
    let wanted = |emotion: &str| {
        CALM.contains(&emotion) || CueKind::ALL.iter().any(|&cue| emotions(cue).contains(&emotion))
    };
    for label in labels.iter().filter(|label| label.corpus == corpus && wanted(&label.emotion)) {
        let recording = Recording::of(&over(band, read_recording(&label.file)?));
        let speaker = speakers.entry(&label.speaker).or_default();
        speaker.entry(label.emotion.clone()).or_default().push((label.clone(), recording));
    }
    Ok(speakers.into_values().collect())
}

/// The calls of some emotions, of so many recordings each, drawn without putting back.
fn calls(speaker: &Speaker, emotions: &[&str], size: usize, seed: u64) -> Vec<Vec<Recording>> {
    let mut random = Random::new(seed);
    let mut calls = Vec::new();
    for emotion in emotions {
        let Some(found) = speaker.get(*emotion) else { continue };
        let mut left: Vec<_> = found.iter().filter_map(|(_, recording)| recording.clone()).collect();
        while left.len() >= size {
            let mut draw = || left.swap_remove((random.next() * left.len() as f64) as usize);
            calls.push((0..size).map(|_| draw()).collect());
        }
    }
    calls
}

/// A speaker's calm calls, each compared with the others, and the calls of the cue's emotions.
type Outcome = (Vec<Scored>, Vec<Scored>);

fn outcome(speaker: &Speaker, cue: CueKind, size: usize, seed: u64) -> Option<Outcome> {
    let usual = calls(speaker, &CALM, size, seed);
    let moved = calls(speaker, emotions(cue), size, seed);
    if usual.len() < CALM_MIN || moved.is_empty() {
        return None;
    }
    let calm = (0..usual.len()).map(|at| compare(&usual[at], &without(&usual, at))).collect();
    Some((calm, moved.iter().map(|call| compare(call, &usual)).collect()))
}

fn without(calls: &[Vec<Recording>], at: usize) -> Vec<Vec<Recording>> {
    let mut others = calls.to_vec();
    others.remove(at);
    others
}

/// The figures of the card at a place.
fn figures(at: usize, corpus: &str, size: usize, outcomes: &[Outcome], seed: u64) -> Option<CueFigures> {
    let scores = |calls: &[Scored]| calls.iter().map(|call| call.scores[at]).collect::<Vec<_>>();
    let areas: Vec<f64> = outcomes.iter().map(|(calm, moved)| area(&scores(calm), &scores(moved))).collect();
    let auc = mean(&areas)?;
    let ci95 = interval(&areas, seed);
    let calm: Vec<Scored> = outcomes.iter().flat_map(|(calm, _)| calm).copied().collect();
    let moved: Vec<Scored> = outcomes.iter().flat_map(|(_, moved)| moved).copied().collect();
    let told = |calls: &[Scored]| {
        rounded(calls.iter().filter(|call| call.told[at]).count() as f64 / calls.len() as f64)
    };
    Some(CueFigures {
        cue: CARDS[at].kind,
        corpus: corpus.into(),
        recordings_per_call: size,
        emotions: emotions(CARDS[at].kind).to_vec(),
        auc: rounded(auc),
        ci95,
        false_alarms: told(&calm),
        hits: told(&moved),
        n: moved.len(),
        calm: calm.len(),
        speakers: outcomes.len(),
        better_than_chance: ci95[0] > 0.5,
        shown: CARDS[at].shown,
    })
}

/// The 95 % interval of the mean over speakers, by bootstrap.
fn interval(areas: &[f64], seed: u64) -> [f64; 2] {
    let mut random = Random::new(seed);
    let mut resampled: Vec<f64> = (0..RESAMPLES)
        .filter_map(|_| {
            let mut draw = || areas[(random.next() * areas.len() as f64) as usize];
            mean(&(0..areas.len()).map(|_| draw()).collect::<Vec<_>>())
        })
        .collect();
    resampled.sort_by(f64::total_cmp);
    [0.025, 0.975].map(|share| rounded(resampled[(share * (RESAMPLES - 1) as f64) as usize]))
}

/// The area under the receiver's curve: the Mann-Whitney statistic over its largest value.
fn area(calm: &[f64], moved: &[f64]) -> f64 {
    let wins = |far: &f64| -> f64 {
        calm.iter().map(|near| if far > near { 1.0 } else { f64::from(u8::from(far == near)) / 2.0 }).sum()
    };
    moved.iter().map(wins).sum::<f64>() / (calm.len() * moved.len()) as f64
}

/// A line that is unlike the one of the usual.
type Change = (&'static str, fn(&[i16]) -> Vec<i16>);

const CHANGES: [Change; 5] = [
    ("12 dB louder", |pcm| line(pcm, 12.0, -100.0, 1)),
    ("12 dB softer", |pcm| line(pcm, -12.0, -100.0, 1)),
    ("brighter headset", |pcm| tilted(pcm, 0.5)),
    ("duller headset", |pcm| tilted(pcm, -0.5)),
    ("noise at -55 dB", |pcm| line(pcm, 0.0, -55.0, 1)),
];

/// Through a first-order filter that raises (or lowers) what lies high by up to 9.5 dB against what lies low.
fn tilted(pcm: &[i16], by: f64) -> Vec<i16> {
    let mut last = 0.0;
    let filtered = pcm.iter().map(|&sample| {
        let now = f64::from(sample);
        let out = (now - by * last) / (1.0 + by.abs());
        last = now;
        out.round() as i16
    });
    filtered.collect()
}

fn on_another_line(
    speakers: &[Speaker],
    corpus: &str,
    (change, through): Change,
    options: &EvaluateOptions,
) -> Result<Option<LineFigures>> {
    let (mut moved, mut alarms, mut withheld, mut n) = ([0.0; 3], 0, 0, 0);
    for speaker in speakers {
        let labelled = CALM.iter().filter_map(|calm| speaker.get(*calm)).flatten();
        let calm: Vec<_> = labelled.filter_map(|(label, heard)| Some((label, heard.clone()?))).collect();
        if calm.len() < CALM_MIN {
            continue;
        }
        let usual: Vec<Vec<Recording>> = calm.iter().map(|(_, heard)| vec![heard.clone()]).collect();
        for (at, (label, plain)) in calm.iter().enumerate() {
            let changed = over(options.band, through(&read_recording(&label.file)?));
            let Some(changed) = Recording::of(&changed) else { continue };
            let others = without(&usual, at);
            let before = compare(std::slice::from_ref(plain), &others);
            let after = compare(&[changed], &others);
            n += 1;
            withheld += usize::from(after.withheld);
            let told = CARDS.iter().zip(after.told).any(|(card, told)| card.shown && told);
            alarms += usize::from(told && !after.withheld);
            for (sum, (after, before)) in moved.iter_mut().zip(after.scores.iter().zip(before.scores)) {
                *sum += after - before;
            }
        }
    }
    let share = |count: usize| rounded(count as f64 / n as f64);
    Ok((n > 0).then(|| LineFigures {
        change,
        corpus: corpus.into(),
        moved: CARDS
            .iter()
            .zip(moved)
            .map(|(card, sum)| (card.kind.as_str(), rounded(sum / n as f64)))
            .collect(),
        false_alarms: share(alarms),
        withheld: share(withheld),
        n,
    }))
}

fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

fn rounded(value: f64) -> f64 {
    (value * 1_000.0).round() / 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_area_is_that_of_known_ranks() {
        assert!((area(&[0.0, 1.0], &[2.0, 3.0]) - 1.0).abs() < 1e-12);
        assert!((area(&[0.0, 2.0], &[1.0, 3.0]) - 0.75).abs() < 1e-12);
        assert!((area(&[1.0], &[1.0]) - 0.5).abs() < 1e-12);
    }

    #[test]
    fn the_card_says_what_corpora_say_that_it_was_not_made_on() {
        let Some(labels) = calmline_testing::data("speech/labels.csv") else { return };
        let evaluate = |corpus: &str| {
            let options = EvaluateOptions {
                labels: labels.clone(),
                corpus: Some(corpus.into()),
                train_corpus: None,
                folds_by_speaker: false,
                band: Band::Telephone,
                seed: 1,
            };
            evaluate_cues(&options).unwrap()
        };
        let told = [evaluate("ravdess"), evaluate("casia")];
        for card in &CARDS {
            let rows = told.iter().flat_map(|told| &told.results);
            let rows: Vec<_> = rows.filter(|row| row.cue == card.kind).collect();
            assert_eq!(rows.len(), 4);
            assert_eq!(card.shown, rows.iter().all(|row| row.better_than_chance), "{rows:?}");
            assert!(rows.iter().all(|row| row.false_alarms <= card.false_alarms), "{rows:?}");
        }
        for line in told.iter().flat_map(|told| &told.lines) {
            assert!(line.false_alarms <= 0.12, "{line:?}");
        }
    }
}
