//! How well arousal is told: recordings are heard and judged, and the judgements are counted.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use calmline_sense::{
    affect::{AffectModel, Usual, probability, study, train::train},
    telephone::Random,
};

use super::{
    Band, Figures,
    recordings::{Label, over, read_recording},
    training::examples,
};

/// Draws of the bootstrap.
const RESAMPLES: usize = 2_000;

/// A judged recording: what it is, whose, and the logit of high arousal, if it could be heard.
#[derive(Debug, Clone)]
struct Judged {
    speaker: String,
    high: bool,
    logit: Option<f64>,
}

impl Judged {
    fn right(&self) -> bool {
        self.logit.is_some_and(|logit| (logit > 0.0) == self.high)
    }
}

struct Clip<'a> {
    label: &'a Label,
    values: Option<Vec<f64>>,
}

fn hear(labels: &[Label], band: Band) -> Result<Vec<Clip<'_>>> {
    let mut clips = Vec::with_capacity(labels.len());
    for label in labels {
        let functionals = study::functionals(&over(band, read_recording(&label.file)?));
        clips.push(Clip { label, values: functionals.map(|functionals| functionals.values().to_vec()) });
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
        for (baseline, judged) in judge(model, &own) {
            let figures = figures(corpus, baseline, &judged, seed);
            results.push(Figures { seen_in_training: corpus == trained_on, ..figures });
        }
    }
    Ok(results)
}

/// Each speaker is judged by a model that was trained on the corpus's other speakers.
pub fn by_speaker(labels: &[Label], corpus: &str, band: Band, seed: u64) -> Result<Vec<Figures>> {
    let examples = examples(labels, seed)?;
    let clips = hear(labels, band)?;
    let speakers: BTreeSet<_> = labels.iter().map(|label| label.speaker.as_str()).collect();
    let mut all: BTreeMap<&'static str, Vec<Judged>> = BTreeMap::new();
    for speaker in speakers {
        let others: Vec<_> = examples.iter().filter(|example| example.speaker != speaker).cloned().collect();
        let model = train(&others, corpus)?;
        let own: Vec<_> = clips.iter().filter(|clip| clip.label.speaker == speaker).collect();
        for (baseline, judged) in judge(&model, &own) {
            all.entry(baseline).or_default().extend(judged);
        }
    }
    Ok(all.into_iter().map(|(baseline, judged)| figures(corpus, baseline, &judged, seed)).collect())
}

fn judge(model: &AffectModel, clips: &[&Clip<'_>]) -> [(&'static str, Vec<Judged>); 2] {
    let mut spoken: BTreeMap<&str, Vec<&[f64]>> = BTreeMap::new();
    for clip in clips {
        spoken.entry(&clip.label.speaker).or_default().extend(clip.values.as_deref());
    }
    let usual: BTreeMap<_, _> = spoken
        .into_iter()
        .map(|(speaker, all)| (speaker, Usual::of(all.into_iter(), &model.mean, &model.within)))
        .collect();
    let all = |logit: &dyn Fn(&str, &[f64]) -> f64| {
        let judged = |clip: &&Clip<'_>| {
            let speaker = clip.label.speaker.clone();
            let logit = clip.values.as_ref().map(|values| logit(&speaker, values));
            Judged { high: clip.label.high, logit, speaker }
        };
        clips.iter().map(judged).collect()
    };
    [
        ("none", all(&|_, values| model.absolute_logit(values))),
        ("speaker", all(&|speaker, values| model.relative_logit(values, &usual[speaker]))),
    ]
}

fn figures(corpus: &str, baseline: &'static str, judged: &[Judged], seed: u64) -> Figures {
    let mut speakers: BTreeMap<&str, Vec<&Judged>> = BTreeMap::new();
    for one in judged {
        speakers.entry(&one.speaker).or_default().push(one);
    }
    let speakers: Vec<_> = speakers.into_values().collect();
    let mut random = Random::new(seed);
    let mut resampled: Vec<f64> = (0..RESAMPLES)
        .map(|_| {
            let mut draw = || &speakers[(random.next() * speakers.len() as f64) as usize];
            uar((0..speakers.len()).flat_map(|_| draw().iter().copied()))
        })
        .collect();
    resampled.sort_by(f64::total_cmp);
    Figures {
        task: "arousal",
        corpus: corpus.into(),
        baseline,
        uar: rounded(uar(judged.iter())),
        ci95: [0.025, 0.975].map(|share| rounded(resampled[(share * (RESAMPLES - 1) as f64) as usize])),
        n: judged.len(),
        speakers: speakers.len(),
        coverage_at_90: rounded(coverage(judged, 0.9)),
        calibration_error: rounded(calibration_error(judged)),
        unheard: judged.iter().filter(|one| one.logit.is_none()).count(),
        seen_in_training: false,
    }
}

/// Unweighted average recall; a class that nobody shows is left out.
fn uar<'a>(judged: impl Iterator<Item = &'a Judged>) -> f64 {
    let (mut right, mut all) = ([0.0; 2], [0.0; 2]);
    for one in judged {
        let class = usize::from(one.high);
        all[class] += 1.0;
        right[class] += f64::from(u8::from(one.right()));
    }
    let recalls: Vec<f64> = (0..2).filter(|&c| all[c] > 0.0).map(|c| right[c] / all[c]).collect();
    recalls.iter().sum::<f64>() / recalls.len() as f64
}

fn coverage(judged: &[Judged], accuracy: f64) -> f64 {
    let mut sure: Vec<(f64, bool)> =
        judged.iter().map(|one| (one.logit.map_or(0.0, f64::abs), one.right())).collect();
    sure.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (mut right, mut covered) = (0.0, 0);
    for (at, (_, is_right)) in sure.iter().enumerate() {
        right += f64::from(u8::from(*is_right));
        if right / (at + 1) as f64 >= accuracy {
            covered = at + 1;
        }
    }
    covered as f64 / judged.len() as f64
}

/// Expected calibration error (Naeini et al. 2015) of the probability that the told side is right.
fn calibration_error(judged: &[Judged]) -> f64 {
    let mut bins = [(0.0, 0.0); 10];
    for one in judged {
        let sure = one.logit.map_or(0.5, |logit| probability(logit.abs()));
        let bin = &mut bins[((sure * 10.0) as usize).min(9)];
        bin.0 += sure;
        bin.1 += f64::from(u8::from(one.right()));
    }
    bins.iter().map(|(sure, right)| (sure - right).abs()).sum::<f64>() / judged.len() as f64
}

fn rounded(value: f64) -> f64 {
    (value * 1_000.0).round() / 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(speaker: &str, high: bool, logit: Option<f64>) -> Judged {
        Judged { speaker: speaker.into(), high, logit }
    }

    #[test]
    fn recall_is_averaged_over_classes_and_the_unheard_count_as_wrong() {
        let all = [
            judged("a", true, Some(1.0)),
            judged("a", true, Some(2.0)),
            judged("a", true, None),
            judged("b", false, Some(-1.0)),
        ];
        assert!((uar(all.iter()) - (2.0 / 3.0 + 1.0) / 2.0).abs() < 1e-12);
        let figures = figures("c", "none", &all, 1);
        assert_eq!((figures.n, figures.speakers, figures.unheard), (4, 2, 1));
        assert!(figures.ci95[0] <= figures.uar && figures.uar <= figures.ci95[1]);
    }

    #[test]
    fn coverage_takes_the_surest_first() {
        let mut all: Vec<_> = (0..18).map(|i| judged("a", true, Some(10.0 + f64::from(i)))).collect();
        all.extend((0..6).map(|_| judged("a", false, Some(1.0))));
        // 18 right and 2 wrong are 90 %.
        assert!((calibration_error(&all) - 0.25).abs() < 0.15);
        assert!((coverage(&all, 0.9) - 20.0 / 24.0).abs() < 1e-12);
    }
}
