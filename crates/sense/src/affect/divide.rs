//! Where a speaker's calm ends: two overlapping heaps of what was heard of them, each starting from what it is in the
//! population.
//!
//! A mean alone moves with how often somebody was excited. The heaps are fitted by expectation maximisation (Dempster et
//! al. 1977) with conjugate priors, and the divide is where a judgement is as likely in the one as in the other.

use serde::{Deserialize, Serialize};

/// How many judgements the population's heap counts for. A choice, made on the training speakers.
const PRIOR: f64 = 8.0;
const ROUNDS: usize = 30;

/// A heap of judgements.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Heap {
    /// Mean logit.
    pub mean: f64,
    /// Variance of the logit, above 0.
    pub variance: f64,
}

impl Heap {
    /// The logarithm of the density, without its constant.
    fn density(self, logit: f64) -> f64 {
        -0.5 * ((logit - self.mean).powi(2) / self.variance + self.variance.ln())
    }

    /// The population's heap, moved by what was heard.
    fn moved_by(self, heard: Moments) -> Self {
        let whole = PRIOR + heard.count;
        let mean = (PRIOR * self.mean + heard.sum) / whole;
        let squares = heard.squares - 2.0 * mean * heard.sum + mean * mean * heard.count;
        Self { mean, variance: (PRIOR * self.variance + squares.max(0.0)) / whole }
    }
}

/// Weighted sums of logits.
#[derive(Clone, Copy, Default)]
struct Moments {
    count: f64,
    sum: f64,
    squares: f64,
}

impl Moments {
    fn add(&mut self, logit: f64, share: f64) {
        self.count += share;
        self.sum += share * logit;
        self.squares += share * logit * logit;
    }
}

/// The divide between a speaker's heaps; `low` and `high` are the population's.
pub(crate) fn divide(logits: &[f64], low: Heap, high: Heap) -> f64 {
    let (mut own_low, mut own_high, mut odds) = (low, high, 0.0_f64);
    for _ in 0..ROUNDS {
        let (mut lows, mut highs) = (Moments::default(), Moments::default());
        for &logit in logits {
            let share = 1.0 / (1.0 + (own_low.density(logit) - own_high.density(logit) - odds).exp());
            highs.add(logit, share);
            lows.add(logit, 1.0 - share);
        }
        own_high = high.moved_by(highs);
        own_low = low.moved_by(lows);
        odds = ((PRIOR + highs.count) / (PRIOR + lows.count)).ln();
    }
    // Between the two means the difference of the densities rises, so that halving finds where it is nothing.
    let (mut below, mut above) = (own_low.mean, own_high.mean);
    for _ in 0..40 {
        let middle = f64::midpoint(below, above);
        if own_high.density(middle) < own_low.density(middle) {
            below = middle;
        } else {
            above = middle;
        }
    }
    below
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOW: Heap = Heap { mean: -2.0, variance: 1.0 };
    const HIGH: Heap = Heap { mean: 2.0, variance: 1.0 };

    fn heap(centre: f64, count: i32) -> impl Iterator<Item = f64> {
        (0..count).map(move |i| centre + 0.5 * f64::from(i % 5 - 2))
    }

    #[test]
    fn with_nothing_heard_it_lies_between_the_populations_heaps() {
        assert!(divide(&[], LOW, HIGH).abs() < 1e-6);
    }

    #[test]
    fn it_follows_the_speaker_and_hardly_heeds_how_often_they_were_excited() {
        let of = |calm, excited| {
            let logits: Vec<f64> = heap(-1.0, calm).chain(heap(4.0, excited)).collect();
            divide(&logits, LOW, HIGH)
        };
        let (often, seldom) = (of(40, 120), of(120, 40));
        assert!((0.8..2.4).contains(&often) && (0.8..2.4).contains(&seldom), "{often} {seldom}");
        assert!((often - seldom).abs() < 0.6, "{often} {seldom}");
    }

    #[test]
    fn who_was_only_calm_is_not_halved() {
        let calm: Vec<f64> = heap(-2.0, 200).collect();
        assert!(divide(&calm, LOW, HIGH) > -0.9);
    }
}
