//! How far each of the two models is trusted, and from which confidence on an answer counts.

use super::dense::log_total;

/// Of the held-out texts that were read rightly, this share may be turned away for the sake of texts out of scope: 1 in
/// 1,000. A choice, the least that still found 60 % of texts out of scope in halves of CLINC150's `oos_train`, judged beside its
/// validation part.
const TURNED_AWAY: f64 = 0.001;
/// What is tried for the trust in each model.
const DENSE: [f32; 8] = [0.25, 0.35, 0.5, 0.7, 1.0, 1.4, 2.0, 2.8];
const WORDS: [f32; 10] = [0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 5.5, 7.5, 10.0];

/// What the two models make of a held-out example, and what it truly is.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) class: usize,
    pub(super) dense: Option<Vec<f32>>,
    pub(super) words: Vec<f32>,
}

/// Probabilities are the normalised exponentials of `dense` times the dense model's logarithms plus `words` times the
/// other's margins.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Blend {
    pub(super) dense: f32,
    pub(super) words: f32,
    /// Below this probability of the likeliest intent a text is out of scope.
    pub(super) threshold: f32,
}

impl Blend {
    /// The blend under which the held-out examples are likeliest; and a threshold where texts may be turned away.
    pub(super) fn settle(held: &[Held], outside: Option<usize>, turns_away: bool) -> Self {
        let tried = DENSE.iter().flat_map(|dense| WORDS.map(|words| (*dense, words)));
        let mut best = (f64::INFINITY, Self { dense: 1.0, words: 2.0, threshold: 0.0 });
        if !held.is_empty() {
            for (dense, words) in tried {
                let blend = Self { dense, words, threshold: 0.0 };
                let loss: f64 = held.iter().map(|one| blend.surprise(one)).sum();
                if loss < best.0 {
                    best = (loss, blend);
                }
            }
        }
        let mut blend = best.1;
        if turns_away {
            blend.threshold = blend.threshold_for(held, outside);
        }
        blend
    }

    /// Each class's probability.
    pub(super) fn shares(&self, dense: Option<&[f32]>, words: &[f32]) -> Vec<f32> {
        let mut logits = self.logits(dense, words);
        let total = log_total(&logits);
        logits.iter_mut().for_each(|logit| *logit = (*logit - total).exp());
        logits
    }

    fn logits(&self, dense: Option<&[f32]>, words: &[f32]) -> Vec<f32> {
        let mut logits: Vec<f32> = words.iter().map(|margin| margin * self.words).collect();
        for (logit, log) in logits.iter_mut().zip(dense.unwrap_or_default()) {
            *logit += log * self.dense;
        }
        logits
    }

    fn surprise(&self, one: &Held) -> f64 {
        let logits = self.logits(one.dense.as_deref(), &one.words);
        f64::from(log_total(&logits) - logits[one.class])
    }

    /// The highest threshold that turns away no more of what is read rightly than is allowed.
    fn threshold_for(&self, held: &[Held], outside: Option<usize>) -> f32 {
        let mut right: Vec<f32> = held
            .iter()
            .filter(|one| Some(one.class) != outside)
            .filter_map(|one| {
                let shares = self.shares(one.dense.as_deref(), &one.words);
                let own = shares[one.class];
                let likeliest = (0..shares.len()).all(|class| Some(class) == outside || shares[class] <= own);
                likeliest.then_some(own)
            })
            .collect();
        right.sort_by(f32::total_cmp);
        right.get((right.len() as f64 * TURNED_AWAY) as usize).copied().unwrap_or(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(class: usize, dense: [f32; 2], words: [f32; 2]) -> Held {
        Held { class, dense: Some(dense.map(f32::ln).to_vec()), words: words.to_vec() }
    }

    #[test]
    fn the_model_that_is_right_is_trusted() {
        let rows = [
            held(0, [0.9, 0.1], [-1.0, 1.0]),
            held(1, [0.2, 0.8], [1.0, -1.0]),
            held(1, [0.6, 0.4], [1.0, -1.0]),
        ];
        let blend = Blend::settle(&rows, None, false);
        assert_eq!((blend.words, blend.threshold), (0.0, 0.0));
        let rows = [held(0, [0.5, 0.5], [1.0, -1.0]), held(1, [0.5, 0.5], [-1.0, 1.0])];
        assert_eq!(Blend::settle(&rows, None, false).words, 10.0);
    }

    #[test]
    fn one_right_answer_in_a_thousand_may_be_turned_away() {
        let row = |at: u16| {
            let share = 0.6 + f32::from(at) * 0.0001;
            held(0, [share, 1.0 - share], [0.0, 0.0])
        };
        let rows: Vec<Held> = (0..3_000).map(row).collect();
        let blend = Blend { dense: 1.0, words: 0.0, threshold: 0.0 };
        let threshold = blend.threshold_for(&rows, None);
        assert!((threshold - 0.6003).abs() < 5e-5, "{threshold}");
    }
}
