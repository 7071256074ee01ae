//! Trains the affect model: balanced, regularised logistic regression of arousal by Newton's method, calibrated on held-out
//! speakers, and the discriminants of the emotions.
//!
//! Both problems have one solution and nothing in it is random, so the same examples give the same model, bit for bit.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    AffectModel, Emotions, Head, Heap, Usual,
    emotion::high_arousal,
    larger::Slot,
    linear::{Factor, dot, moments, round, rounded},
    model::deviations,
    study::names,
};

/// A labelled utterance.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    /// What [`study::described`](super::study::described) measured in it, in the order of [`names`].
    pub values: Vec<f64>,
    /// The label; what it says of arousal is in [`high_arousal`].
    pub emotion: String,
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
    #[error("{0} speakers are too few to calibrate on; label at least 2")]
    Speakers(usize),
    /// An example does not fit.
    #[error("example {0} does not have one finite value per functional")]
    Values(usize),
}

impl Example {
    fn high(&self) -> Option<bool> {
        high_arousal(&self.emotion)
    }
}

/// Weight of the penalty on the squared weights, per example (speakers, pairs of emotions and lines left out in turn within
/// EMO-DB).
const PENALTY_ABSOLUTE: f64 = 0.03;
const PENALTY_RELATIVE: f64 = 0.05;
/// Against the population, melody is penalised that many times over: in a tone language pitch moves with the words, however
/// calm the speaker is. What is usual for a speaker has their language in it. A choice.
const MELODY: f64 = 10.0;
/// The families of functionals that arousal is told from. The others vary with the sentence, the line and the language.
const AROUSAL: [&str; 5] = ["pitch.", "melody.", "voice.", "motion.", "tempo."];

/// Trains a model.
///
/// # Errors
/// When there are too few examples of a class, too few speakers, or an example does not fit the functionals.
pub fn train(examples: &[Example], trained_on: &str) -> Result<AffectModel, TrainError> {
    Ok(fitted(examples, trained_on)?.0)
}

/// Trains a model, and learns how the emotions sound against a speaker's usual, to study speakers of whom much is known.
///
/// # Errors
/// As [`train`].
pub fn train_with_emotions(
    examples: &[Example],
    trained_on: &str,
) -> Result<(AffectModel, Emotions), TrainError> {
    let (model, against_own) = fitted(examples, trained_on)?;
    let rows: Vec<&[f64]> = against_own.iter().map(Vec::as_slice).collect();
    let emotions: Vec<&str> = examples.iter().map(|example| example.emotion.as_str()).collect();
    let voices: Vec<(&str, u32)> = examples.iter().map(voice).collect();
    Ok((model, Emotions::settle(&rows, &emotions, &voices)))
}

/// A model, and the examples in deviations from their speakers' usual.
fn fitted(examples: &[Example], trained_on: &str) -> Result<(AffectModel, Vec<Vec<f64>>), TrainError> {
    check(examples)?;
    let width = names().len();
    let column = |i: usize| examples.iter().map(move |example| example.values[i]);
    let (mean, deviation): (Vec<_>, Vec<_>) = (0..width).map(|i| moments(column(i))).unzip();
    let within = within(examples);
    let against_all: Vec<Vec<f64>> =
        examples.iter().map(|e| standard(&e.values, &mean, &deviation)).collect();
    let usual = usual(examples, &mean, &within);
    let against_own: Vec<Vec<f64>> =
        examples.iter().map(|example| usual[&voice(example)].standard(&example.values)).collect();
    let absolute_penalty =
        |name: &str| PENALTY_ABSOLUTE * if name.starts_with("melody.") { MELODY } else { 1.0 };
    let (absolute, _) = head(examples, &against_all, absolute_penalty);
    let (relative, [low, high]) = head(examples, &against_own, |_| PENALTY_RELATIVE);
    let emotions: Vec<&str> = examples.iter().map(|example| example.emotion.as_str()).collect();
    let classes = |rows: &[Vec<f64>]| {
        let rows: Vec<&[f64]> = rows.iter().map(Vec::as_slice).collect();
        Emotions::fit(&rows, &emotions).classes()
    };
    let model = AffectModel {
        trained_on: trained_on.into(),
        names: names().to_vec(),
        mean: rounded(mean),
        deviation: rounded(deviation),
        within: rounded(within),
        absolute,
        relative,
        low,
        high,
        emotions: classes(&against_all),
        own_emotions: classes(&against_own),
        larger: Slot::default(),
    };
    Ok((model, against_own))
}

fn check(examples: &[Example]) -> Result<(), TrainError> {
    let count = |side| examples.iter().filter(|example| example.high() == Some(side)).count();
    let (high, low) = (count(true), count(false));
    if high < 10 || low < 10 {
        return Err(TrainError::Few { high, low });
    }
    let speakers: BTreeSet<_> = examples.iter().map(|example| &example.speaker).collect();
    if speakers.len() < 2 {
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

/// What logistic regression works on: the functionals that it may use, the classes, and what each example counts.
struct Problem {
    rows: Vec<Vec<f64>>,
    high: Vec<bool>,
    importance: Vec<f64>,
}

/// A head on all examples of high or low arousal, calibrated by leaving one speaker out at a time; and the heaps of what
/// it says of the speakers that were left out, low first.
fn head(examples: &[Example], rows: &[Vec<f64>], penalty: impl Fn(&str) -> f64) -> (Head, [Heap; 2]) {
    let (labelled, chosen): (Vec<&Example>, Vec<&Vec<f64>>) =
        examples.iter().zip(rows).filter(|(example, _)| example.high().is_some()).unzip();
    let used: Vec<usize> =
        (0..names().len()).filter(|&i| AROUSAL.iter().any(|family| names()[i].starts_with(family))).collect();
    let penalties: Vec<f64> = used.iter().map(|&i| penalty(&names()[i])).collect();
    let problem = Problem {
        rows: chosen.iter().map(|row| used.iter().map(|&i| row[i]).collect()).collect(),
        high: labelled.iter().map(|example| example.high() == Some(true)).collect(),
        importance: importance(&labelled),
    };
    let mut held_out = vec![vec![0.0]; labelled.len()];
    let speakers: BTreeSet<_> = labelled.iter().map(|example| example.speaker.as_str()).collect();
    for speaker in speakers {
        let others = |i: &usize| labelled[*i].speaker != speaker;
        let (train, test): (Vec<_>, Vec<_>) = (0..labelled.len()).partition(others);
        let (weights, bias) = fit(&problem, &train, &penalties);
        for i in test {
            held_out[i][0] = dot(&weights, &problem.rows[i]) + bias;
        }
    }
    let all: Vec<usize> = (0..labelled.len()).collect();
    let (found, bias) = fit(&problem, &all, &penalties);
    let calibration = Problem { rows: held_out, ..problem };
    let (slope, offset) = fit(&calibration, &all, &[1e-6]);
    let [slope, offset, bias] = [slope[0], offset, bias].map(round);
    let mut weights = vec![0.0; names().len()];
    used.iter().zip(found).for_each(|(&i, weight)| weights[i] = round(weight));
    let heap = |side| {
        let own = (0..all.len()).filter(|&i| calibration.high[i] == side);
        let (mean, deviation) = moments(own.map(|i| slope * calibration.rows[i][0] + offset));
        Heap { mean: round(mean), variance: round((deviation * deviation).max(1e-3)) }
    };
    (Head { weights, bias, slope, offset }, [heap(false), heap(true)])
}

/// Both classes count the same, and so do the emotions within a class; the mean is 1.
fn importance(examples: &[&Example]) -> Vec<f64> {
    let mut counts: BTreeMap<&str, f64> = BTreeMap::new();
    for example in examples {
        *counts.entry(&example.emotion).or_default() += 1.0;
    }
    let emotions_like = |emotion: &str| {
        counts.keys().filter(|other| high_arousal(other) == high_arousal(emotion)).count() as f64
    };
    let whole = examples.len() as f64;
    let of =
        |example: &&Example| whole / 2.0 / emotions_like(&example.emotion) / counts[example.emotion.as_str()];
    examples.iter().map(of).collect()
}

/// Logistic regression of the chosen rows by Newton's method, its step shortened while it is long. `penalties` are per
/// example, one for each weight.
fn fit(problem: &Problem, chosen: &[usize], penalties: &[f64]) -> (Vec<f64>, f64) {
    let width = problem.rows[0].len();
    // The bias is the last parameter, and is not penalised.
    let mut parameters = vec![0.0; width + 1];
    for _ in 0..25 {
        let mut gradient = vec![0.0; width + 1];
        let mut curvature = vec![vec![0.0; width + 1]; width + 1];
        for &i in chosen {
            let row = &problem.rows[i];
            let p = 1.0 / (1.0 + (-(dot(&parameters, row) + parameters[width])).exp());
            let error = problem.importance[i] * (p - f64::from(u8::from(problem.high[i])));
            let bend = problem.importance[i] * p * (1.0 - p);
            for (k, line) in curvature.iter_mut().enumerate() {
                let own = row.get(k).copied().unwrap_or(1.0);
                gradient[k] += error * own;
                let scaled = bend * own;
                line.iter_mut().zip(row).take(k + 1).for_each(|(cell, other)| *cell += scaled * other);
            }
            curvature[width][width] += bend;
        }
        for k in 0..width {
            let penalty = penalties[k] * chosen.len() as f64;
            gradient[k] += penalty * parameters[k];
            curvature[k][k] += penalty;
        }
        curvature[width][width] += 1e-6;
        let step = Factor::of(curvature).solve(gradient);
        let longest = step.iter().fold(0.0_f64, |longest, s| longest.max(s.abs()));
        let scale = if longest > 1.0 { 1.0 / longest } else { 1.0 };
        parameters.iter_mut().zip(&step).for_each(|(p, s)| *p -= scale * s);
        if longest < 1e-7 {
            break;
        }
    }
    let bias = parameters.pop().unwrap_or(0.0);
    (parameters, bias)
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
            let emotion = if high { "angry" } else { "calm" }.into();
            Example { values, emotion, speaker: format!("s{}", i % 5), version: 0 }
        };
        (0..150).map(&mut make).collect()
    }

    #[test]
    fn what_tells_the_classes_apart_gets_the_weight_and_the_rest_does_not() {
        let model = train(&examples(), "a test").unwrap();
        let weights = &model.absolute.weights;
        assert!(weights[1..].iter().all(|w| w.abs() < weights[0] / 3.0), "{weights:?}");
        let right =
            examples().iter().filter(|e| Some(model.absolute_logit(&e.values) > 0.0) == e.high()).count();
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
