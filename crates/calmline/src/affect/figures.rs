//! From judgements to figures: recalls, precision, calibration, and intervals over speakers.

use std::collections::{BTreeMap, BTreeSet};

use calmline_sense::{affect::probability, telephone::Random};
use serde::Serialize;

/// Draws of the bootstrap.
const RESAMPLES: usize = 2_000;

/// How well one thing was told on one corpus.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figures {
    /// `arousal`, `valence`, `anger` (against the rest) or `classes` (every emotion of the corpus).
    pub task: &'static str,
    /// Which corpus.
    pub corpus: String,
    /// `none`; `speaker`: against all that the speaker says in the corpus; `causal`: against ten earlier recordings.
    pub baseline: &'static str,
    /// Unweighted average recall of the classes.
    pub uar: f64,
    /// 95 % interval of `uar`, bootstrapped over speakers.
    pub ci95: [f64; 2],
    /// Recordings.
    pub n: usize,
    /// Speakers.
    pub speakers: usize,
    /// The largest share of recordings, surest first, that is judged with 90 % accuracy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coverage_at_90: Option<f64>,
    /// Expected calibration error in ten bins: how far the told probability lies from the share that is right.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calibration_error: Option<f64>,
    /// Average precision of anger against the rest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub average_precision: Option<f64>,
    /// Its 95 % interval, bootstrapped over speakers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub average_precision_ci95: Option<[f64; 2]>,
    /// The recall of each emotion, where emotions are told.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub recalls: BTreeMap<String, f64>,
    /// Its interval reaches chance, so that nothing may be told of it.
    pub no_better_than_chance: bool,
    /// Recordings with too little voice; they count as judged wrong.
    pub unheard: usize,
    /// The model was trained on this corpus, so the row says nothing about new speakers.
    pub seen_in_training: bool,
    /// The same by language and gender, where the labels say them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Group>,
}

/// How well it was told of one group of speakers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Group {
    /// `language` or `gender`.
    pub by: &'static str,
    /// Which.
    pub value: String,
    /// Unweighted average recall within the group.
    pub uar: f64,
    /// Recordings.
    pub n: usize,
}

/// A judged recording.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// Who speaks.
    pub speaker: String,
    /// Groups that the speaker belongs to.
    pub groups: Vec<(&'static str, String)>,
    /// What is true.
    pub truth: String,
    /// What was told; nothing if too little voice was heard.
    pub told: Option<String>,
    /// Of two classes, the logit of the one called `yes`.
    pub logit: Option<f64>,
}

impl std::fmt::Display for Figures {
    /// One line for people.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [low, high] = self.ci95;
        write!(f, "{:8} {:8} {:8} ", self.task, self.corpus, self.baseline)?;
        write!(f, "UAR {:.3} [{low:.3}, {high:.3}]  n {}", self.uar, self.n)?;
        if let (Some(precision), Some([low, high])) = (self.average_precision, self.average_precision_ci95) {
            write!(f, "  average precision {precision:.3} [{low:.3}, {high:.3}]")?;
        }
        for (name, value) in
            [("calibration error", self.calibration_error), ("coverage at 90 %", self.coverage_at_90)]
        {
            if let Some(value) = value {
                write!(f, "  {name} {value:.3}")?;
            }
        }
        for (class, recall) in &self.recalls {
            write!(f, "  {class} {recall:.3}")?;
        }
        for group in &self.groups {
            write!(f, "  {} {} {:.3}", group.by, group.value, group.uar)?;
        }
        if self.no_better_than_chance {
            write!(f, "  no better than chance")?;
        }
        Ok(())
    }
}

impl Judged {
    fn right(&self) -> bool {
        self.told.as_ref() == Some(&self.truth)
    }
}

/// The figures of one task, corpus and baseline.
pub fn figures(
    task: &'static str,
    corpus: &str,
    baseline: &'static str,
    judged: &[Judged],
    seed: u64,
) -> Figures {
    let mut speakers: BTreeMap<&str, Vec<&Judged>> = BTreeMap::new();
    for one in judged {
        speakers.entry(&one.speaker).or_default().push(one);
    }
    let speakers: Vec<_> = speakers.into_values().collect();
    let ci95 = interval(&speakers, seed, |drawn| uar(drawn.iter().copied()));
    let classes = judged.iter().map(|one| &one.truth).collect::<BTreeSet<_>>().len();
    Figures {
        task,
        corpus: corpus.into(),
        baseline,
        uar: rounded(uar(judged.iter())),
        ci95,
        n: judged.len(),
        speakers: speakers.len(),
        coverage_at_90: (task != "classes").then(|| rounded(coverage(judged, 0.9))),
        calibration_error: (task == "arousal").then(|| rounded(calibration_error(judged))),
        average_precision: (task == "anger").then(|| rounded(average_precision(&of(judged)))),
        average_precision_ci95: (task == "anger").then(|| interval(&speakers, seed, average_precision)),
        recalls: if task == "classes" { recalls(judged.iter()) } else { BTreeMap::new() },
        no_better_than_chance: ci95[0] <= 1.0 / classes.max(1) as f64,
        unheard: judged.iter().filter(|one| one.told.is_none()).count(),
        seen_in_training: false,
        groups: groups(judged),
    }
}

fn of(judged: &[Judged]) -> Vec<&Judged> {
    judged.iter().collect()
}

/// The 95 % interval of a figure, bootstrapped over speakers.
fn interval(speakers: &[Vec<&Judged>], seed: u64, figure: impl Fn(&[&Judged]) -> f64) -> [f64; 2] {
    let mut random = Random::new(seed);
    let mut resampled: Vec<f64> = (0..RESAMPLES)
        .map(|_| {
            let mut draw = || &speakers[(random.next() * speakers.len() as f64) as usize];
            let drawn: Vec<&Judged> = (0..speakers.len()).flat_map(|_| draw().iter().copied()).collect();
            figure(&drawn)
        })
        .collect();
    resampled.sort_by(f64::total_cmp);
    [0.025, 0.975].map(|share| rounded(resampled[(share * (RESAMPLES - 1) as f64) as usize]))
}

fn groups(judged: &[Judged]) -> Vec<Group> {
    let mut groups: BTreeMap<&(&'static str, String), Vec<&Judged>> = BTreeMap::new();
    for one in judged {
        for group in &one.groups {
            groups.entry(group).or_default().push(one);
        }
    }
    let group = |((by, value), own): (&(&'static str, String), Vec<&Judged>)| {
        let (uar, n) = (rounded(uar(own.iter().copied())), own.len());
        Group { by, value: value.clone(), uar, n }
    };
    groups.into_iter().map(group).collect()
}

/// Unweighted average recall; a class that nobody shows is left out.
fn uar<'a>(judged: impl Iterator<Item = &'a Judged>) -> f64 {
    let classes = counts(judged);
    classes.values().map(|(right, all)| right / all).sum::<f64>() / classes.len() as f64
}

fn recalls<'a>(judged: impl Iterator<Item = &'a Judged>) -> BTreeMap<String, f64> {
    counts(judged).into_iter().map(|(class, (right, all))| (class.to_owned(), rounded(right / all))).collect()
}

/// Of each class how many were told right, and how many there are.
fn counts<'a>(judged: impl Iterator<Item = &'a Judged>) -> BTreeMap<&'a str, (f64, f64)> {
    let mut classes: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
    for one in judged {
        let (right, all) = classes.entry(&one.truth).or_default();
        *right += f64::from(u8::from(one.right()));
        *all += 1.0;
    }
    classes
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

/// The mean, over all recordings that are `yes`, of the precision down to each, surest first.
fn average_precision(judged: &[&Judged]) -> f64 {
    let mut ranked: Vec<(f64, bool)> =
        judged.iter().map(|one| (one.logit.unwrap_or(f64::NEG_INFINITY), one.truth == "yes")).collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (mut found, mut sum) = (0.0, 0.0);
    for (at, (_, yes)) in ranked.iter().enumerate() {
        if *yes {
            found += 1.0;
            sum += found / (at + 1) as f64;
        }
    }
    if found == 0.0 { 0.0 } else { sum / found }
}

fn rounded(value: f64) -> f64 {
    (value * 1_000.0).round() / 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(speaker: &str, yes: bool, logit: Option<f64>) -> Judged {
        let word = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
        Judged {
            speaker: speaker.into(),
            groups: vec![("gender", speaker.into())],
            truth: word(yes),
            told: logit.map(|logit| word(logit > 0.0)),
            logit,
        }
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
        let figures = figures("arousal", "c", "none", &all, 1);
        assert_eq!((figures.n, figures.speakers, figures.unheard), (4, 2, 1));
        assert!(figures.ci95[0] <= figures.uar && figures.uar <= figures.ci95[1]);
        let groups: Vec<_> = figures.groups.iter().map(|group| (group.uar, group.n)).collect();
        assert_eq!(groups, [(0.667, 3), (1.0, 1)]);
    }

    #[test]
    fn each_emotion_has_its_recall_and_a_line_for_people_says_so() {
        let told = |truth: &str, told: &str| Judged {
            truth: truth.into(),
            told: Some(told.into()),
            ..judged("a", true, None)
        };
        let all = [told("sad", "sad"), told("sad", "angry"), told("angry", "angry")];
        let figures = figures("classes", "c", "speaker", &all, 1);
        assert_eq!(figures.recalls, BTreeMap::from([("angry".into(), 1.0), ("sad".into(), 0.5)]));
        let line = figures.to_string();
        assert!(line.contains("UAR 0.750") && line.contains("angry 1.000  sad 0.500"), "{line}");
    }

    #[test]
    fn coverage_takes_the_surest_first() {
        let mut all: Vec<_> = (0..18).map(|i| judged("a", true, Some(10.0 + f64::from(i)))).collect();
        all.extend((0..6).map(|_| judged("a", false, Some(1.0))));
        // 18 right and 2 wrong are 90 %.
        assert!((calibration_error(&all) - 0.25).abs() < 0.15);
        assert!((coverage(&all, 0.9) - 20.0 / 24.0).abs() < 1e-12);
    }

    #[test]
    fn average_precision_is_that_of_the_ranking() {
        let all = [(true, 3.0), (false, 2.0), (true, 1.0)].map(|(yes, logit)| judged("a", yes, Some(logit)));
        assert!((average_precision(&of(&all)) - (1.0 + 2.0 / 3.0) / 2.0).abs() < 1e-12);
    }
}
