//! Fitting the linear models: multinomial logistic regression by stochastic gradient descent with AdaGrad steps
//! (Duchi, Hazan and Singer 2011), seeded, then one byte per weight.
//!
//! Texts and labels come in, a [`Model`] goes out; reading files is the caller's work. The same examples in the same order with the
//! same seed give the same bytes.

use crate::{linear::Model, ngrams::ngrams, normal::normalise};

/// A text with its class.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    /// What was said.
    pub text: String,
    /// Its class; 0 is the reference class.
    pub class: usize,
    /// How much it counts; 1 is usual.
    pub weight: f32,
}

/// How to fit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fit {
    /// The log2 of the number of hash buckets, 8 to 22.
    pub bits: u8,
    /// Passes over the examples.
    pub epochs: usize,
    /// The first step's size.
    pub rate: f32,
    /// The L2 penalty, per example.
    pub penalty: f32,
    /// Seed of the order in which examples are seen.
    pub seed: u64,
}

impl Default for Fit {
    fn default() -> Self {
        Self { bits: 16, epochs: 12, rate: 0.3, penalty: 1e-6, seed: 1 }
    }
}

/// Why nothing can be fitted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FitError {
    /// Fewer than two classes among the examples.
    #[error("the examples hold {classes} class(es); give at least two")]
    Classes {
        /// How many there are.
        classes: usize,
    },
    /// More classes than a model can tell apart.
    #[error("the examples hold {classes} classes; a model tells at most 65 apart")]
    ManyClasses {
        /// How many there are.
        classes: usize,
    },
    /// Too few or too many buckets.
    #[error("bits is {bits}; give 8 to 22")]
    Bits {
        /// What was asked for.
        bits: u8,
    },
}

/// Fits a model.
///
/// # Errors
/// When there are fewer than 2 or more than 65 classes, or `bits` is out of range.
pub fn fit(examples: &[Example], how: &Fit) -> Result<Model, FitError> {
    let classes = examples.iter().map(|example| example.class + 1).max().unwrap_or(0);
    if classes < 2 {
        return Err(FitError::Classes { classes });
    }
    if classes > 65 {
        return Err(FitError::ManyClasses { classes });
    }
    if !(8..=22).contains(&how.bits) {
        return Err(FitError::Bits { bits: how.bits });
    }
    let mask = (1_u32 << how.bits) - 1;
    let rows: Vec<Vec<u32>> = examples
        .iter()
        .map(|example| ngrams(&normalise(&example.text)).into_iter().map(|gram| gram & mask).collect())
        .collect();
    let mut learner = Learner::new(classes - 1, how);
    let mut order: Vec<usize> = (0..examples.len()).collect();
    let mut draw = SplitMix(how.seed);
    for _ in 0..how.epochs {
        draw.shuffle(&mut order);
        for &row in &order {
            learner.step(&rows[row], examples[row].class, examples[row].weight);
        }
    }
    Ok(learner.quantised(how.bits))
}

/// Bends a two-class model's logit, order kept, so that its second class reads 0.5 where the raw logit is `even` and
/// `high` where it is `threshold`. Where `threshold` does not lie above `even`, only the second holds.
pub fn recalibrate(model: &mut Model, even: f64, threshold: f64, high: f64) {
    let wanted = (high / (1.0 - high)).ln();
    let stretch = if threshold > even + 1e-3 { wanted / (threshold - even) } else { 1.0 };
    if let Some((scale, bias)) = model.outputs.first_mut() {
        *bias = ((f64::from(*bias) - threshold) * stretch + wanted) as f32;
        *scale = (f64::from(*scale) * stretch) as f32;
    }
}

/// The threshold with the most right decisions over (score, truly positive).
#[must_use]
pub fn even_threshold(scored: &[(f64, bool)]) -> f64 {
    let mut sorted = scored.to_vec();
    sorted.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (mut gain, mut best) = (0_i64, (0, f64::INFINITY));
    for (score, positive) in &sorted {
        gain += if *positive { 1 } else { -1 };
        if gain > best.0 {
            best = (gain, *score);
        }
    }
    best.1
}

/// The raw logit of a two-class model for its second class.
#[must_use]
pub fn logit(model: &Model, text: &str) -> f64 {
    model.logits(&ngrams(&normalise(text))).first().copied().map_or(0.0, f64::from)
}

/// The lowest threshold at and above which the precision over the examples is at least `precision` with at least
/// `least` examples there; none if there is no such threshold. `scored` holds (score, truly positive).
#[must_use]
pub fn threshold_for(scored: &[(f64, bool)], precision: f64, least: usize) -> Option<f64> {
    let mut sorted = scored.to_vec();
    sorted.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (mut right, mut best) = (0_usize, None);
    for (seen, (score, positive)) in (1_usize..).zip(&sorted) {
        right += usize::from(*positive);
        let last_of_ties = sorted.get(seen).is_none_or(|next| next.0 < *score);
        if last_of_ties && seen >= least && right as f64 >= precision * seen as f64 {
            best = Some(*score);
        }
    }
    best
}

/// Chinese service turns that abuse nobody, put together from the pieces in `lexicon/service_zh.txt`: examples for a
/// model that would otherwise know web comments only.
#[must_use]
pub fn calm_and_angry_turns_zh() -> Vec<String> {
    let list = include_str!("../lexicon/service_zh.txt");
    let section = |name: &str| -> Vec<&'static str> {
        let after = list.split_once(&format!("[{name}]\n")).map_or("", |(_, after)| after);
        after.lines().take_while(|line| !line.starts_with('[')).filter(|line| !line.is_empty()).collect()
    };
    let (openings, things, matters) = (section("opening"), section("thing"), section("matter"));
    let mut turns = Vec::new();
    for (i, opening) in openings.iter().enumerate() {
        for (j, thing) in things.iter().enumerate() {
            // Each opening meets each thing; matters take turns.
            for matter in matters.iter().skip((i * 7 + j * 3) % 13).step_by(13) {
                turns.push(format!("{opening}{thing}{matter}"));
            }
        }
    }
    let alone = openings.iter().chain(&matters).map(|piece| (*piece).to_owned());
    turns.extend(alone);
    turns
}

struct Learner {
    k: usize,
    rate: f32,
    penalty: f32,
    weights: Vec<f32>,
    squares: Vec<f32>,
    bias: Vec<f32>,
    bias_squares: Vec<f32>,
}

impl Learner {
    fn new(k: usize, how: &Fit) -> Self {
        let size = k << how.bits;
        Self {
            k,
            rate: how.rate,
            penalty: how.penalty,
            weights: vec![0.0; size],
            squares: vec![1e-4; size],
            bias: vec![0.0; k],
            bias_squares: vec![1.0; k],
        }
    }

    fn step(&mut self, row: &[u32], class: usize, weight: f32) {
        let norm = crate::linear::norm(row.len());
        let mut logits = self.bias.clone();
        for bucket in row {
            let at = *bucket as usize * self.k;
            for (logit, w) in logits.iter_mut().zip(&self.weights[at..at + self.k]) {
                *logit += w * norm;
            }
        }
        let shares = crate::linear::softmax(&logits);
        let errors: Vec<f32> = (0..self.k)
            .map(|k| weight * (shares[k + 1] as f32 - f32::from(u8::from(class == k + 1))))
            .collect();
        for (k, error) in errors.iter().enumerate() {
            self.bias_squares[k] += error * error;
            self.bias[k] -= 0.1 * error / self.bias_squares[k].sqrt();
        }
        for bucket in row {
            for (k, error) in errors.iter().enumerate() {
                let at = *bucket as usize * self.k + k;
                let gradient = error * norm + self.penalty * self.weights[at];
                self.squares[at] += gradient * gradient;
                self.weights[at] -= self.rate * gradient / self.squares[at].sqrt();
            }
        }
    }

    /// One byte per weight. The largest 0.05 % of weights are clipped: a few rare words must not take the others' steps.
    fn quantised(&self, bits: u8) -> Model {
        let mut outputs = Vec::with_capacity(self.k);
        let mut weights = vec![0_i8; self.weights.len()];
        for k in 0..self.k {
            let column = self.weights.iter().skip(k).step_by(self.k);
            let mut sizes: Vec<f32> = column.map(|w| w.abs()).filter(|size| *size > 0.0).collect();
            sizes.sort_by(f32::total_cmp);
            let largest = sizes.len().checked_sub(1 + sizes.len() / 2000).map_or(1.0, |at| sizes[at]);
            let scale = largest / 127.0;
            for at in (k..self.weights.len()).step_by(self.k) {
                weights[at] = (self.weights[at] / scale).round().clamp(-127.0, 127.0) as i8;
            }
            outputs.push((scale, self.bias[k]));
        }
        Model { bits, outputs, weights }
    }
}

/// SplitMix64 (Steele, Lea and Flood 2014): the order of examples needs no better randomness than this.
pub(crate) struct SplitMix(pub(crate) u64);

impl SplitMix {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn shuffle(&mut self, order: &mut [usize]) {
        for last in (1..order.len()).rev() {
            order.swap(last, (self.next() % (last as u64 + 1)) as usize);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn examples() -> Vec<Example> {
        [
            "good kind lovely",
            "nice good friend",
            "bad awful rude",
            "rude bad person",
            "the train leaves",
            "a table",
        ]
        .iter()
        .zip([1, 1, 2, 2, 0, 0])
        .map(|(text, class)| Example { text: (*text).into(), class, weight: 1.0 })
        .collect()
    }

    #[test]
    fn a_model_learns_and_the_seed_decides_every_byte() {
        let how = Fit { bits: 10, ..Fit::default() };
        let model = fit(&examples(), &how).unwrap();
        for (text, class) in [("what a good friend", 1), ("bad rude people", 2), ("the table", 0)] {
            let shares = model.classify(text);
            assert!(shares.iter().all(|share| *share <= shares[class]), "{text}: {shares:?}");
        }
        assert_eq!(model.to_bytes(), fit(&examples(), &how).unwrap().to_bytes());
        assert_ne!(model.to_bytes(), fit(&examples(), &Fit { seed: 2, ..how }).unwrap().to_bytes());
    }

    #[test]
    fn every_piece_of_a_service_turn_is_used() {
        let turns = calm_and_angry_turns_zh();
        assert!(turns.len() > 2_000, "{}", turns.len());
        for piece in ["你好", "我的订单", "这破系统", "怎么还没到", "太过分了"] {
            assert!(turns.iter().filter(|turn| turn.contains(piece)).count() > 20, "{piece}");
        }
    }

    #[test]
    fn what_cannot_be_fitted_is_refused() {
        assert_eq!(fit(&[], &Fit::default()), Err(FitError::Classes { classes: 0 }));
        assert_eq!(fit(&examples(), &Fit { bits: 40, ..Fit::default() }), Err(FitError::Bits { bits: 40 }));
    }

    #[test]
    fn the_threshold_is_the_lowest_that_keeps_the_precision() {
        let scored =
            [(0.9, true), (0.8, true), (0.7, false), (0.6, true), (0.5, true), (0.4, false), (0.3, false)];
        assert_eq!(threshold_for(&scored, 0.8, 1), Some(0.5));
        assert_eq!(threshold_for(&scored, 1.0, 1), Some(0.8));
        assert_eq!(threshold_for(&scored, 1.0, 3), None);
    }

    #[test]
    fn recalibrating_moves_the_threshold_to_the_wanted_reading() {
        let mut model = fit(
            &examples().into_iter().filter(|e| e.class < 2).collect::<Vec<_>>(),
            &Fit { bits: 10, ..Fit::default() },
        )
        .unwrap();
        let raw = logit(&model, "good friend");
        let even = raw - 0.5;
        recalibrate(&mut model, even, raw, 0.7);
        assert!((model.classify("good friend")[1] - 0.7).abs() < 1e-4);
        assert!(
            (even_threshold(&[(0.9, true), (0.8, false), (0.7, true), (0.6, true), (0.5, false)]) - 0.6)
                .abs()
                < 1e-9
        );
    }
}
