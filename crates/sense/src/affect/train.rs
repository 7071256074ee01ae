//! Trains the arousal model: balanced, regularised logistic regression by Newton's method, calibrated on held-out speakers.
//!
//! The problem is convex and nothing in it is random, so the same examples give the same model, bit for bit.

use std::collections::{BTreeMap, BTreeSet};

use super::{AffectModel, Head, Usual, model::deviations, names};

/// A labelled utterance.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    /// Its functionals, in the order of [`names`].
    pub values: Vec<f64>,
    /// High arousal.
    pub high: bool,
    /// Who spoke, for the baseline and for calibration.
    pub speaker: String,
    /// Which version of the recording: each has its own line, and a speaker's usual is that of one line.
    pub version: u32,
}

/// Why no model could be trained.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum TrainError {
    /// Both classes are needed.
    #[error("{high} examples of high and {low} of low arousal are too few; label at least 10 of each")]
    Few {
        /// How many are high.
        high: usize,
        /// How many are low.
        low: usize,
    },
    /// Calibration holds speakers out.
    #[error("{0} speakers are too few to calibrate on; label at least 3")]
    Speakers(usize),
    /// An example does not fit.
    #[error("example {0} does not have one finite value per functional")]
    Values(usize),
}

/// Weight of the penalty on the squared weights, per example. Strong, for the recordings come from ten people only.
const PENALTY: f64 = 0.1;

/// Trains a model.
///
/// # Errors
/// When there are too few examples of a class, too few speakers, or an example does not fit the functionals.
pub fn train(examples: &[Example], trained_on: &str) -> Result<AffectModel, TrainError> {
    check(examples)?;
    let width = names().len();
    let column = |i: usize| examples.iter().map(move |example| example.values[i]);
    let (mean, deviation): (Vec<_>, Vec<_>) = (0..width).map(|i| moments(column(i))).unzip();
    let within = within(examples);
    let against_all: Vec<Vec<f64>> =
        examples.iter().map(|e| standard(&e.values, &mean, &deviation)).collect();
    let usual = usual(examples, &mean, &within);
    let against_own: Vec<Vec<f64>> = examples
        .iter()
        .map(|example| {
            let usual = &usual[&voice(example)];
            standard(&example.values, &usual.mean, &usual.deviation)
        })
        .collect();
    let absolute = head(examples, &against_all);
    let relative = head(examples, &against_own);
    Ok(AffectModel {
        trained_on: trained_on.into(),
        names: names().iter().map(|&name| name.into()).collect(),
        mean: rounded(mean),
        deviation: rounded(deviation),
        within: rounded(within),
        absolute,
        relative,
    })
}

fn check(examples: &[Example]) -> Result<(), TrainError> {
    let high = examples.iter().filter(|example| example.high).count();
    let low = examples.len() - high;
    if high < 10 || low < 10 {
        return Err(TrainError::Few { high, low });
    }
    let speakers: BTreeSet<_> = examples.iter().map(|example| &example.speaker).collect();
    if speakers.len() < 3 {
        return Err(TrainError::Speakers(speakers.len()));
    }
    let fits = |values: &[f64]| values.len() == names().len() && values.iter().all(|v| v.is_finite());
    examples
        .iter()
        .position(|example| !fits(&example.values))
        .map_or(Ok(()), |at| Err(TrainError::Values(at)))
}

/// One speaker on one line.
fn voice(example: &Example) -> (&str, u32) {
    (&example.speaker, example.version)
}

fn by_voice(examples: &[Example]) -> BTreeMap<(&str, u32), Vec<&[f64]>> {
    let mut voices: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for example in examples {
        voices.entry(voice(example)).or_default().push(example.values.as_slice());
    }
    voices
}

/// The deviation of a functional within a voice, over all voices.
fn within(examples: &[Example]) -> Vec<f64> {
    let mut squares = vec![0.0; names().len()];
    for values in by_voice(examples).values() {
        for (i, square) in squares.iter_mut().enumerate() {
            let (_, deviation) = moments(values.iter().map(|values| values[i]));
            *square += deviation * deviation * values.len() as f64;
        }
    }
    squares.into_iter().map(|square| (square / examples.len() as f64).sqrt()).collect()
}

fn usual<'a>(examples: &'a [Example], mean: &[f64], within: &[f64]) -> BTreeMap<(&'a str, u32), Usual> {
    let voices = by_voice(examples).into_iter();
    voices.map(|(voice, values)| (voice, Usual::of(values.into_iter(), mean, within))).collect()
}

fn standard(values: &[f64], centre: &[f64], deviation: &[f64]) -> Vec<f64> {
    values.iter().zip(centre).zip(deviation).map(|((v, c), d)| deviations(*v, *c, *d)).collect()
}

/// A head on all examples, calibrated by leaving one speaker out at a time.
fn head(examples: &[Example], rows: &[Vec<f64>]) -> Head {
    let speakers: BTreeSet<_> = examples.iter().map(|example| example.speaker.as_str()).collect();
    let mut held_out = Vec::with_capacity(examples.len());
    for speaker in speakers {
        let others = |i: &usize| examples[*i].speaker != speaker;
        let (train, test): (Vec<_>, Vec<_>) = (0..examples.len()).partition(others);
        let (weights, bias) = fit(examples, rows, &train, PENALTY * train.len() as f64);
        held_out.extend(test.into_iter().map(|i| (dot(&weights, &rows[i]) + bias, i)));
    }
    let logits: Vec<Vec<f64>> = held_out.iter().map(|(logit, _)| vec![*logit]).collect();
    let ordered: Vec<Example> = held_out.iter().map(|&(_, i)| examples[i].clone()).collect();
    let all: Vec<usize> = (0..examples.len()).collect();
    let (slope, offset) = fit(&ordered, &logits, &all, 0.01);
    let (weights, bias) = fit(examples, rows, &all, PENALTY * all.len() as f64);
    let [slope, offset, bias] = [slope[0], offset, bias].map(round);
    Head { weights: rounded(weights), bias, slope, offset }
}

/// Six places are more than the functionals are worth, and keep the file small.
fn round(number: f64) -> f64 {
    (number * 1e6).round() / 1e6
}

fn rounded(numbers: Vec<f64>) -> Vec<f64> {
    numbers.into_iter().map(round).collect()
}

/// Logistic regression of the chosen rows, classes balanced. Newton's method with a halved step while the loss grows.
fn fit(examples: &[Example], rows: &[Vec<f64>], chosen: &[usize], penalty: f64) -> (Vec<f64>, f64) {
    let width = rows[0].len();
    let high = chosen.iter().filter(|&&i| examples[i].high).count() as f64;
    let half = chosen.len() as f64 / 2.0;
    let importance = |i: usize| half / if examples[i].high { high } else { chosen.len() as f64 - high };
    // The bias is the last parameter, and is not penalised.
    let mut parameters = vec![0.0; width + 1];
    for _ in 0..25 {
        let mut gradient = vec![0.0; width + 1];
        let mut curvature = vec![vec![0.0; width + 1]; width + 1];
        for &i in chosen {
            let row = &rows[i];
            let p = 1.0 / (1.0 + (-(dot(&parameters, row) + parameters[width])).exp());
            let error = importance(i) * (p - f64::from(u8::from(examples[i].high)));
            let bend = importance(i) * p * (1.0 - p);
            let at = |k: usize| if k == width { 1.0 } else { row[k] };
            for k in 0..=width {
                gradient[k] += error * at(k);
                let scaled = bend * at(k);
                for (l, cell) in curvature[k].iter_mut().enumerate().take(k + 1) {
                    *cell += scaled * at(l);
                }
            }
        }
        for k in 0..width {
            gradient[k] += penalty * parameters[k];
            curvature[k][k] += penalty;
        }
        curvature[width][width] += 1e-6;
        let step = solve(curvature, gradient);
        let longest = step.iter().fold(0.0_f64, |longest, s| longest.max(s.abs()));
        let scale = if longest > 1.0 { 1.0 / longest } else { 1.0 };
        parameters.iter_mut().zip(&step).for_each(|(p, s)| *p -= scale * s);
        if longest < 1e-9 {
            break;
        }
    }
    let bias = parameters.pop().unwrap_or(0.0);
    (parameters, bias)
}

/// Solves a symmetric positive definite system, of which the lower triangle is given, by Cholesky's decomposition.
fn solve(mut matrix: Vec<Vec<f64>>, mut right: Vec<f64>) -> Vec<f64> {
    let n = right.len();
    for i in 0..n {
        for j in 0..=i {
            let done: f64 = (0..j).map(|k| matrix[i][k] * matrix[j][k]).sum();
            let rest = matrix[i][j] - done;
            matrix[i][j] = if i == j { rest.max(1e-12).sqrt() } else { rest / matrix[j][j] };
        }
    }
    for i in 0..n {
        let done: f64 = (0..i).map(|k| matrix[i][k] * right[k]).sum();
        right[i] = (right[i] - done) / matrix[i][i];
    }
    for i in (0..n).rev() {
        let done: f64 = (i + 1..n).map(|k| matrix[k][i] * right[k]).sum();
        right[i] = (right[i] - done) / matrix[i][i];
    }
    right
}

fn dot(weights: &[f64], row: &[f64]) -> f64 {
    weights.iter().zip(row).map(|(w, x)| w * x).sum()
}

fn moments(values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let n = values.clone().count() as f64;
    let mean = values.clone().sum::<f64>() / n;
    let variance = values.map(|v| (v - mean) * (v - mean)).sum::<f64>() / n;
    (mean, variance.sqrt().max(1e-6))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn examples() -> Vec<Example> {
        let mut random = crate::telephone::Random::new(3);
        let mut make = |i: usize| {
            let high = i.is_multiple_of(3);
            let values =
                (0..names().len()).map(|k| random.next() + if k == 0 && high { 1.0 } else { 0.0 }).collect();
            Example { values, high, speaker: format!("s{}", i % 5), version: 0 }
        };
        (0..150).map(&mut make).collect()
    }

    #[test]
    fn what_tells_the_classes_apart_gets_the_weight_and_the_rest_does_not() {
        let model = train(&examples(), "a test").unwrap();
        let weights = &model.absolute.weights;
        assert!(weights[1..].iter().all(|w| w.abs() < weights[0] / 3.0), "{weights:?}");
        let right = examples().iter().filter(|e| (model.absolute_logit(&e.values) > 0.0) == e.high).count();
        assert!(right > 140, "{right} of 150");
    }

    #[test]
    fn the_same_examples_give_the_same_model_and_text_keeps_every_bit() {
        let model = train(&examples(), "a test").unwrap();
        assert_eq!(model, train(&examples(), "a test").unwrap());
        let text = serde_json::to_string(&model).unwrap();
        assert_eq!(AffectModel::read(&text).unwrap(), model);
    }

    #[test]
    fn what_is_wrong_with_examples_is_said() {
        assert_eq!(train(&examples()[..12], "").err(), Some(TrainError::Few { high: 4, low: 8 }));
        let mut broken = examples();
        broken[7].values[0] = f64::NAN;
        assert_eq!(train(&broken, "").err(), Some(TrainError::Values(7)));
        let mut alone = examples();
        alone.iter_mut().for_each(|e| e.speaker = "one".into());
        assert_eq!(train(&alone, "").err(), Some(TrainError::Speakers(1)));
    }
}
