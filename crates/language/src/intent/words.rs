//! Linear support vector machines, one for each class against the rest, over n-grams weighed by TF-IDF; fitted by dual
//! coordinate descent (Hsieh, Chang, Lin, Keerthi and Sundararajan 2008, the squared hinge loss), all classes in one pass.

use std::collections::HashMap;

use crate::{ngrams::ngrams, normal::normalise, train::SplitMix};

/// How much examples count against the L2 penalty of the weights.
const TRUST: f32 = 1.0;
/// Passes over the examples.
const PASSES: usize = 15;
/// From so many examples on, n-grams that only one of them has are left out.
const MANY: usize = 4_000;

/// A fitted model. One byte for each n-gram and class.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Words {
    pub(super) classes: usize,
    /// The n-grams known, ascending, each with its inverse document frequency.
    pub(super) grams: Vec<(u32, f32)>,
    /// For each class: what a step of its weights is worth, and its bias.
    pub(super) outputs: Vec<(f32, f32)>,
    /// `weights[gram * classes + class]`.
    pub(super) weights: Vec<i8>,
}

/// A text's n-grams by their places among those known, with their values; together of length 1.
type Row = Vec<(usize, f32)>;

impl Words {
    /// Fits to texts with their classes.
    pub(super) fn fit<'a>(
        texts: impl Iterator<Item = &'a str>,
        classes: &[usize],
        of: usize,
        seed: u64,
    ) -> Self {
        let texts: Vec<Vec<u32>> = texts.map(sorted).collect();
        let mut known = Self { classes: of, grams: known(&texts), outputs: Vec::new(), weights: Vec::new() };
        let rows: Vec<Row> = texts.iter().map(|text| known.row(text)).collect();
        let (weights, biases) = descend(&rows, classes, of, known.grams.len(), seed);
        let mut largest = vec![0.0_f32; of];
        for row in weights.chunks_exact(of) {
            largest.iter_mut().zip(row).for_each(|(most, weight)| *most = most.max(weight.abs()));
        }
        known.outputs =
            largest.iter().zip(biases).map(|(most, bias)| (most.max(1e-9) / 127.0, bias)).collect();
        known.weights = weights
            .chunks_exact(of)
            .flat_map(|row| row.iter().zip(&known.outputs))
            .map(|(weight, (step, _))| (weight / step).round() as i8)
            .collect();
        known
    }

    /// Each class's distance from its margin: above 0 it is rather this class.
    pub(super) fn read(&self, text: &str) -> Vec<f32> {
        let mut sums = vec![0.0; self.classes];
        for (at, value) in self.row(&sorted(text)) {
            let row = &self.weights[at * self.classes..][..self.classes];
            sums.iter_mut().zip(row).for_each(|(sum, weight)| *sum += value * f32::from(*weight));
        }
        sums.iter().zip(&self.outputs).map(|(sum, (step, bias))| sum * step + bias).collect()
    }

    /// `text` holds a text's n-grams, ascending.
    fn row(&self, text: &[u32]) -> Row {
        let mut row: Row = text
            .chunk_by(|a, b| a == b)
            .filter_map(|same| {
                let at = self.grams.binary_search_by_key(&same[0], |(gram, _)| *gram).ok()?;
                Some((at, (1.0 + (same.len() as f32).ln()) * self.grams[at].1))
            })
            .collect();
        let length = row.iter().map(|(_, value)| value * value).sum::<f32>().sqrt();
        row.iter_mut().for_each(|(_, value)| *value /= length.max(1e-9));
        row
    }
}

fn sorted(text: &str) -> Vec<u32> {
    let mut grams = ngrams(&normalise(text));
    grams.sort_unstable();
    grams
}

/// The n-grams of these texts, ascending, with the smoothed logarithm of how rare they are.
fn known(texts: &[Vec<u32>]) -> Vec<(u32, f32)> {
    let mut counts: HashMap<u32, usize> = HashMap::new();
    for text in texts {
        for same in text.chunk_by(|a, b| a == b) {
            *counts.entry(same[0]).or_default() += 1;
        }
    }
    let least = if texts.len() >= MANY { 2 } else { 1 };
    let mut known: Vec<(u32, f32)> = counts
        .into_iter()
        .filter(|(_, count)| *count >= least)
        .map(|(gram, count)| (gram, 1.0 + ((1.0 + texts.len() as f32) / (1.0 + count as f32)).ln()))
        .collect();
    known.sort_unstable_by_key(|(gram, _)| *gram);
    known
}

/// The weights (`[gram * of + class]`) and biases. The bias is a feature of value 1 that every row has.
fn descend(rows: &[Row], classes: &[usize], of: usize, grams: usize, seed: u64) -> (Vec<f32>, Vec<f32>) {
    let ridge = 0.5 / TRUST;
    let mut weights = vec![0.0_f32; grams * of];
    let mut biases = vec![0.0_f32; of];
    let mut duals = vec![0.0_f32; rows.len() * of];
    let mut order: Vec<usize> = (0..rows.len()).collect();
    let mut draw = SplitMix(seed);
    let mut steps = vec![0.0_f32; of];
    for _ in 0..PASSES {
        draw.shuffle(&mut order);
        for &at in &order {
            let mut sums = biases.clone();
            for (gram, value) in &rows[at] {
                let row = &weights[gram * of..][..of];
                sums.iter_mut().zip(row).for_each(|(sum, weight)| *sum += value * weight);
            }
            // A row has length 1, and its bias feature as well.
            let curvature = 2.0 + ridge;
            let duals = &mut duals[at * of..][..of];
            for (class, ((step, dual), sum)) in steps.iter_mut().zip(duals).zip(&sums).enumerate() {
                let side = if class == classes[at] { 1.0 } else { -1.0 };
                let gradient = side * sum - 1.0 + *dual * ridge;
                let moved = (*dual - gradient / curvature).max(0.0);
                *step = (moved - *dual) * side;
                *dual = moved;
            }
            if steps.iter().all(|step| step.abs() < 1e-6) {
                continue;
            }
            biases.iter_mut().zip(&steps).for_each(|(bias, step)| *bias += step);
            for (gram, value) in &rows[at] {
                let row = &mut weights[gram * of..][..of];
                row.iter_mut().zip(&steps).for_each(|(weight, step)| *weight += value * step);
            }
        }
    }
    (weights, biases)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXTS: [&str; 6] = [
        "where is my card",
        "the card has not arrived",
        "what is the exchange rate",
        "which rate do i get",
        "冻结我的卡",
        "把卡冻结",
    ];
    const CLASSES: [usize; 6] = [0, 0, 1, 1, 2, 2];

    #[test]
    fn texts_that_share_words_are_read_alike() {
        let model = Words::fit(TEXTS.into_iter(), &CLASSES, 3, 1);
        for (text, class) in [("my card is not here", 0), ("exchange rates", 1), ("我要冻结", 2)] {
            let read = model.read(text);
            assert!(read.iter().all(|margin| *margin <= read[class]), "{text}: {read:?}");
        }
        assert_eq!(model, Words::fit(TEXTS.into_iter(), &CLASSES, 3, 1));
    }

    #[test]
    fn examples_lie_on_their_sides_of_the_margins() {
        let model = Words::fit(TEXTS.into_iter(), &CLASSES, 3, 1);
        for (text, class) in TEXTS.iter().zip(CLASSES) {
            for (other, margin) in model.read(text).into_iter().enumerate() {
                assert!((margin > 0.0) == (other == class), "{text}: {other} {margin}");
            }
        }
    }
}
