//! `calmline train affect` and `calmline evaluate affect`: the arousal model against labelled recordings.
//!
//! A label file has the columns `file, corpus, language, speaker, emotion` (CSV, TSV or JSON lines); files are FLAC, mono,
//! 8 or 16 kHz, named relative to the label file's folder. High arousal is angry, fear, happy and surprise, low is
//! neutral, calm, sad and bored; other labels are left out. A recording in which too little voice is heard counts as
//! judged wrong.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs::File,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail, ensure};
use calmline_sense::{
    affect::{
        AffectModel, Usual, probability, study,
        train::{Example, train},
    },
    telephone::{self, Random},
};
use serde::{Deserialize, Serialize};

/// What the shipped model is trained on.
const SHIPPED_CORPUS: &str = "emodb";
const RESAMPLES: usize = 2_000;

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

/// What `evaluate affect --json` prints.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Evaluation {
    /// One row per corpus and baseline.
    pub results: Vec<Figures>,
}

/// How well arousal was told on one corpus.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figures {
    /// Always `arousal`.
    pub task: &'static str,
    /// Which corpus.
    pub corpus: String,
    /// `none`, or `speaker`: against the mean and deviation of all that the speaker says in the corpus.
    pub baseline: &'static str,
    /// Unweighted average recall of the two classes.
    pub uar: f64,
    /// 95 % interval of `uar`, bootstrapped over speakers.
    pub ci95: [f64; 2],
    /// Recordings.
    pub n: usize,
    /// Speakers.
    pub speakers: usize,
    /// The largest share of recordings, surest first, that is judged with 90 % accuracy.
    pub coverage_at_90: f64,
    /// Expected calibration error in ten bins: how far the told probability lies from the share that is right.
    pub calibration_error: f64,
    /// Recordings with too little voice; they count as judged wrong.
    pub unheard: usize,
    /// The model was trained on this corpus, so the row says nothing about new speakers.
    pub seen_in_training: bool,
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

// ── labels and recordings ──

#[derive(Debug, Clone, Deserialize)]
struct Label {
    file: PathBuf,
    corpus: String,
    speaker: String,
    emotion: String,
    #[serde(skip)]
    high: bool,
}

fn high_arousal(emotion: &str) -> Option<bool> {
    match emotion {
        "angry" | "fear" | "happy" | "surprise" => Some(true),
        "neutral" | "calm" | "sad" | "bored" => Some(false),
        _ => None,
    }
}

fn read_labels(path: &Path, corpus: Option<&str>) -> Result<Vec<Label>> {
    let name = path.display();
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read the label file {name}"))?;
    let text = text.trim_start_matches('\u{feff}');
    let rows: Vec<Label> = match path.extension().and_then(|extension| extension.to_str()) {
        Some("jsonl") => text
            .lines()
            .enumerate()
            .filter(|(_, line)| !line.trim().is_empty())
            .map(|(at, line)| {
                serde_json::from_str(line).with_context(|| format!("{name}, line {}: not a label", at + 1))
            })
            .collect::<Result<_>>()?,
        extension => {
            let delimiter = if extension == Some("tsv") { b'\t' } else { b',' };
            let mut reader =
                csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(text.as_bytes());
            let rows = reader.deserialize().collect::<Result<_, _>>();
            rows.with_context(|| format!("{name} needs the columns file, corpus, speaker, emotion"))?
        }
    };
    let folder = path.parent().unwrap_or(Path::new("."));
    let labels: Vec<_> = rows
        .into_iter()
        .filter(|row| corpus.is_none_or(|corpus| row.corpus == corpus))
        .filter_map(|row| {
            let high = high_arousal(&row.emotion)?;
            Some(Label { file: folder.join(&row.file), high, ..row })
        })
        .collect();
    ensure!(!labels.is_empty(), "{name} holds no label of corpus {:?}", corpus.unwrap_or("any"));
    Ok(labels)
}

/// A recording at 8 kHz.
fn read_recording(path: &Path) -> Result<Vec<i16>> {
    let name = path.display();
    let file = File::open(path).with_context(|| format!("cannot open {name}"))?;
    let mut reader = claxon::FlacReader::new(file).with_context(|| format!("{name} is not FLAC"))?;
    let format = reader.streaminfo();
    ensure!(format.channels == 1, "{name} has {} channels; make it mono", format.channels);
    ensure!(format.bits_per_sample == 16, "{name} has {} bits; make it 16", format.bits_per_sample);
    let samples: Vec<i16> = reader
        .samples()
        .map(|sample| Ok(i16::try_from(sample?)?))
        .collect::<Result<_>>()
        .with_context(|| format!("{name} is damaged"))?;
    match format.sample_rate {
        8_000 => Ok(samples),
        16_000 => Ok(telephone::halve(&samples)),
        rate => bail!("{name} has {rate} samples per second; make it 8000 or 16000"),
    }
}

fn over(band: Band, mut recording: Vec<i16>) -> Vec<i16> {
    if band == Band::Telephone {
        recording.iter_mut().for_each(|sample| *sample = telephone::mu_law(*sample));
    }
    recording
}

// ── training ──

/// The lines that every training recording is heard over: clean, and three with their own band, gain and noise.
fn lines(recording: &[i16], seed: u64) -> [Vec<i16>; 4] {
    let heard = |band: Option<(f64, f64)>, gain_db, noise_db, n| {
        let banded = band.map(|(low, high)| telephone::band(recording, low, high));
        let recording = banded.as_deref().unwrap_or(recording);
        over(Band::Telephone, telephone::line(recording, gain_db, noise_db, seed.wrapping_add(n)))
    };
    [
        over(Band::Telephone, recording.to_vec()),
        heard(Some((300.0, 3_400.0)), -12.0, -58.0, 1),
        heard(None, -6.0, -50.0, 2),
        heard(Some((200.0, 2_800.0)), -18.0, -66.0, 3),
    ]
}

fn examples(labels: &[Label], seed: u64) -> Result<Vec<Example>> {
    let mut examples = Vec::new();
    for (at, label) in labels.iter().enumerate() {
        let recording = read_recording(&label.file)?;
        let lines = lines(&recording, seed.wrapping_add(at as u64 * 16));
        for (version, line) in lines.iter().enumerate() {
            let Some(functionals) = study::functionals(line) else { continue };
            examples.push(Example {
                values: functionals.values().to_vec(),
                high: label.high,
                speaker: label.speaker.clone(),
                version: version as u32,
            });
        }
    }
    Ok(examples)
}

fn train_on(labels: &[Label], corpus: &str, seed: u64) -> Result<AffectModel> {
    let examples = examples(labels, seed)?;
    let speakers: BTreeSet<_> = labels.iter().map(|label| &label.speaker).collect();
    let words = format!(
        "{corpus}: {} recordings of {} speakers, each over 4 simulated telephone lines, seed {seed}",
        labels.len(),
        speakers.len()
    );
    Ok(train(&examples, &words)?)
}

// ── evaluation ──

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

fn evaluate_with(
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
fn by_speaker(labels: &[Label], corpus: &str, band: Band, seed: u64) -> Result<Vec<Figures>> {
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

// ── the card ──

fn model_card(model: &AffectModel, labels: &[Label], rows: &[Figures], seed: u64) -> Result<String> {
    let high = labels.iter().filter(|label| label.high).count();
    let mut card = format!(
        "# Arousal model

Tells from an utterance's voice how activated a speaker sounds. It does not tell what anybody feels, and it is only ever
used under a permit.

* **Trained on** {}: {high} high (angry, fear, happy, surprise), {} low (neutral, calm, sad, bored).
* **Licence** of EMO-DB: CC0, as audEERING states. No other recordings went into the weights.
* **Form**: two logistic regressions over {} gain-invariant functionals (pitch, melody, voice quality, loudness course,
  tempo), one against the population, one against the speaker's usual; Platt-calibrated on held-out speakers.
* **Made by** `calmline train affect --labels labels.csv --out arousal.json --seed {seed}`; the same input gives the same bytes.

| corpus | baseline | UAR | 95 % interval over speakers | recordings | speakers | coverage at 90 % accuracy | calibration error |
|---|---|---|---|---|---|---|---|
",
        model.trained_on,
        labels.len() - high,
        model.names.len(),
    );
    for row in rows {
        let [low, high] = row.ci95;
        writeln!(
            card,
            "| {} | {} | {:.3} | {low:.3} to {high:.3} | {} | {} | {:.2} | {:.2} |",
            row.corpus, row.baseline, row.uar, row.n, row.speakers, row.coverage_at_90, row.calibration_error
        )?;
    }
    card += "
The training corpus is judged with each speaker left out in turn; the others were never trained on. All recordings pass
8 kHz and µ-law first. `speaker` compares with the mean and deviation of all that the speaker says in the corpus, which a live leg only approaches.

**Limits.** Acted speech only, ten German speakers in the weights; spontaneous agitation is weaker and rarer. The few test
speakers make the intervals wide and are too few to say anything about groups of people. Crying, laughing, sickness,
age and a bad line all move the voice as well. The estimate supports a prompt to take it slowly, never a judgement of a
person.
";
    Ok(card)
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

    #[test]
    fn labels_are_read_in_three_forms_and_a_missing_column_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        let csv =
            write("a.csv", "\u{feff}file,corpus,speaker,emotion\nx.flac,c,s,angry\ny.flac,c,s,disgust\n");
        let tsv = write("a.tsv", "file\tcorpus\tspeaker\temotion\nx.flac\tc\ts\tangry\n");
        let json = r#"{"file":"x.flac","corpus":"c","speaker":"s","emotion":"angry"}"#;
        let jsonl = write("a.jsonl", json);
        for path in [csv, tsv, jsonl] {
            let labels = read_labels(&path, Some("c")).unwrap();
            assert_eq!(labels.len(), 1, "{}", path.display());
            assert!(labels[0].high && labels[0].file.ends_with("x.flac"));
            assert!(read_labels(&path, Some("other")).is_err());
        }
        let error = read_labels(&write("b.csv", "file,corpus\nx,c\n"), None).unwrap_err();
        assert!(error.to_string().contains("speaker, emotion"), "{error}");
    }
}
