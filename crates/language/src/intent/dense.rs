//! Multinomial logistic regression over dense features, fitted by L-BFGS (Liu and Nocedal 1989).

use std::collections::VecDeque;

use ndarray::{Array1, Array2, ArrayView2, Axis, Zip, s};

/// Pairs of steps and changes of the gradient that are remembered.
const MEMORY: usize = 8;
/// How much examples count against the L2 penalty of the weights.
const TRUST: f32 = 30.0;
/// The share of the expected descent that a step must bring (Armijo's rule).
const DESCENT: f64 = 1e-4;

/// A fitted model: one column for each class, and in the last row its bias.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Dense {
    pub(super) weights: Array2<f32>,
}

impl Dense {
    /// Fits to rows of features with their classes, in at most so many steps; from `start` where there is one.
    pub(super) fn fit(
        rows: &ArrayView2<'_, f32>,
        classes: &[usize],
        of: usize,
        steps: usize,
        start: Option<&Self>,
    ) -> Self {
        let mut at =
            start.map_or_else(|| Array2::zeros((rows.ncols() + 1, of)), |start| start.weights.clone());
        let (mut loss, mut gradient) = loss(rows, classes, &at);
        let mut pairs: VecDeque<(Array2<f32>, Array2<f32>)> = VecDeque::new();
        for _ in 0..steps {
            let direction = direction(&gradient, &pairs);
            let slope = dot(&direction, &gradient);
            // Without memory the first step's length is unknown; one over the gradient's is safe.
            let mut length =
                if pairs.is_empty() { 1.0 / dot(&gradient, &gradient).sqrt().max(1.0) } else { 1.0 };
            let mut taken = None;
            for _ in 0..20 {
                let next = &at + &(&direction * length as f32);
                let (next_loss, next_gradient) = self::loss(rows, classes, &next);
                if next_loss <= loss + DESCENT * length * slope {
                    taken = Some((next, next_loss, next_gradient));
                    break;
                }
                length *= 0.5;
            }
            let Some((next, next_loss, next_gradient)) = taken else { break };
            let pair = (&next - &at, &next_gradient - &gradient);
            if dot(&pair.0, &pair.1) > 1e-10 {
                if pairs.len() == MEMORY {
                    pairs.pop_front();
                }
                pairs.push_back(pair);
            }
            let gain = loss - next_loss;
            (at, loss, gradient) = (next, next_loss, next_gradient);
            if gain < 1e-5 * loss.abs() {
                break;
            }
        }
        Self { weights: at }
    }

    /// The logarithm of each class's probability.
    pub(super) fn read(&self, features: &[f32]) -> Vec<f32> {
        let mut logits: Vec<f32> = self.weights.row(self.weights.nrows() - 1).to_vec();
        for (feature, row) in features.iter().zip(self.weights.rows()) {
            logits.iter_mut().zip(row).for_each(|(logit, weight)| *logit += feature * weight);
        }
        let total = log_total(&logits);
        logits.iter_mut().for_each(|logit| *logit -= total);
        logits
    }
}

/// The logarithm of the sum of exponentials.
pub(super) fn log_total(logits: &[f32]) -> f32 {
    let top = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    top + logits.iter().map(|logit| (logit - top).exp()).sum::<f32>().ln()
}

/// The penalised negative log-likelihood, per example, and its gradient.
fn loss(rows: &ArrayView2<'_, f32>, classes: &[usize], at: &Array2<f32>) -> (f64, Array2<f32>) {
    let features = rows.ncols();
    let weights = at.slice(s![..features, ..]);
    let mut errors = rows.dot(&weights);
    let bias = at.row(features);
    let mut sum = 0.0_f64;
    for (mut row, class) in errors.rows_mut().into_iter().zip(classes) {
        row += &bias;
        let right = row[*class];
        let total = row.as_slice().map_or(0.0, log_total);
        sum += f64::from(total - right);
        row.mapv_inplace(|logit| (logit - total).exp());
        row[*class] -= 1.0;
    }
    let count = classes.len().max(1) as f32;
    let penalty = 1.0 / (TRUST * count);
    let mut gradient = Array2::zeros(at.raw_dim());
    gradient.slice_mut(s![..features, ..]).assign(&(rows.t().dot(&errors) / count));
    gradient.slice_mut(s![..features, ..]).scaled_add(penalty, &weights);
    let biases: Array1<f32> = errors.sum_axis(Axis(0)) / count;
    gradient.row_mut(features).assign(&biases);
    let squares: f64 = weights.iter().map(|weight| f64::from(weight * weight)).sum();
    (sum / f64::from(count) + 0.5 * f64::from(penalty) * squares, gradient)
}

/// Where to go: the gradient, bent by what was learned of the curvature (the two loops of L-BFGS).
fn direction(gradient: &Array2<f32>, pairs: &VecDeque<(Array2<f32>, Array2<f32>)>) -> Array2<f32> {
    let mut direction = -gradient;
    let mut shares = Vec::with_capacity(pairs.len());
    for (step, change) in pairs.iter().rev() {
        let share = dot(step, &direction) / dot(step, change);
        direction.scaled_add(-share as f32, change);
        shares.push(share);
    }
    if let Some((step, change)) = pairs.back() {
        direction *= (dot(step, change) / dot(change, change)) as f32;
    }
    for ((step, change), share) in pairs.iter().zip(shares.iter().rev()) {
        let back = dot(change, &direction) / dot(step, change);
        direction.scaled_add((share - back) as f32, step);
    }
    direction
}

fn dot(a: &Array2<f32>, b: &Array2<f32>) -> f64 {
    Zip::from(a).and(b).fold(0.0, |sum, a, b| sum + f64::from(a * b))
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn the_gradient_is_that_of_the_loss() {
        let rows = array![[1.0_f32, 0.5], [-0.5, 2.0], [0.3, -1.0]];
        let classes = [0, 2, 1];
        let at = array![[0.1_f32, -0.2, 0.4], [0.3, 0.0, -0.1], [0.05, 0.2, -0.3]];
        let (_, gradient) = loss(&rows.view(), &classes, &at);
        for index in [(0, 0), (1, 2), (2, 1)] {
            let around = |by: f32| {
                let mut near = at.clone();
                near[index] += by;
                loss(&rows.view(), &classes, &near).0
            };
            let slope = (around(0.01) - around(-0.01)) / 0.02;
            assert!(
                (slope - f64::from(gradient[index])).abs() < 1e-3,
                "{index:?}: {slope} {}",
                gradient[index]
            );
        }
    }

    #[test]
    fn classes_that_lie_apart_are_told_apart() {
        let rows = array![[1.0_f32, 0.0], [0.9, 0.1], [0.0, 1.0], [0.1, 0.9], [-1.0, -1.0], [-0.9, -1.0]];
        let classes = [0, 0, 1, 1, 2, 2];
        let model = Dense::fit(&rows.view(), &classes, 3, 50, None);
        for (row, class) in rows.rows().into_iter().zip(classes) {
            let read = model.read(&row.to_vec());
            assert!(read[class] > 0.5_f32.ln(), "{row}: {read:?}");
            assert!((read.iter().map(|log| log.exp()).sum::<f32>() - 1.0).abs() < 1e-5);
        }
    }
}
