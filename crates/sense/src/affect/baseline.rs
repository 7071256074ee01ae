//! A speaker's usual, learned within one leg from the utterances heard so far, and forgotten with the leg.

use std::collections::VecDeque;

use super::model::deviations;

/// How many utterances the population's mean, and its deviation, count for before the leg has said anything. A deviation
/// takes more to learn, and a leg that was calm throughout must not make a trifle of a change look large.
const PRIOR_MEAN: f64 = 2.0;
const PRIOR_DEVIATION: f64 = 10.0;
/// After so many utterances older ones fade, so that a long call's usual can move.
const MEMORY: f64 = 40.0;

/// A speaker's usual values: what a relative judgement compares with.
#[derive(Debug, Clone, PartialEq)]
pub struct Usual {
    /// Mean per functional.
    pub mean: Vec<f64>,
    /// Deviation per functional.
    pub deviation: Vec<f64>,
}

impl Usual {
    /// The usual of a speaker of whom many utterances are known, drawn towards the population as a running one is.
    #[must_use]
    pub fn of<'a>(utterances: impl Iterator<Item = &'a [f64]>, population: &[f64], within: &[f64]) -> Self {
        let mut baseline = Baseline { memory: f64::INFINITY, ..Baseline::default() };
        utterances.for_each(|values| baseline.learn(values));
        baseline.usual(population, within)
    }

    /// The values in deviations from the usual.
    #[must_use]
    pub fn standard(&self, values: &[f64]) -> Vec<f64> {
        let each = values.iter().zip(&self.mean).zip(&self.deviation);
        each.map(|((value, mean), deviation)| deviations(*value, *mean, *deviation)).collect()
    }
}

/// Running means and deviations of the functionals.
#[derive(Debug, Clone)]
pub(crate) struct Baseline {
    mean: Vec<f64>,
    variance: Vec<f64>,
    heard: f64,
    memory: f64,
    judged: VecDeque<f64>,
}

impl Default for Baseline {
    fn default() -> Self {
        Self {
            mean: Vec::new(),
            variance: Vec::new(),
            heard: 0.0,
            memory: MEMORY,
            judged: VecDeque::with_capacity(MEMORY as usize),
        }
    }
}

impl Baseline {
    /// How many utterances it rests on; older ones count less.
    pub(crate) fn heard(&self) -> f64 {
        self.heard
    }

    /// The latest relative judgements, before the divide was taken from them.
    pub(crate) fn judged(&mut self) -> &[f64] {
        self.judged.make_contiguous()
    }

    /// Keeps a relative judgement for the divides to come.
    pub(crate) fn keep(&mut self, logit: f64) {
        if self.judged.len() >= MEMORY as usize {
            self.judged.pop_front();
        }
        self.judged.push_back(logit);
    }

    /// The usual: the leg's own, drawn towards the population's while little was heard.
    pub(crate) fn usual(&self, population: &[f64], within: &[f64]) -> Usual {
        let mix = |prior: f64, common: f64, own: Option<&f64>| {
            (prior * common + self.heard * own.unwrap_or(&common)) / (prior + self.heard)
        };
        let mean = population.iter().enumerate();
        let deviation = within.iter().enumerate();
        Usual {
            mean: mean.map(|(i, &common)| mix(PRIOR_MEAN, common, self.mean.get(i))).collect(),
            deviation: deviation
                .map(|(i, &common)| mix(PRIOR_DEVIATION, common * common, self.variance.get(i)).sqrt())
                .collect(),
        }
    }

    /// Takes note of an utterance, after it was judged.
    ///
    /// All count the same, however long: a leg's calm answers are often its short ones.
    pub(crate) fn learn(&mut self, values: &[f64]) {
        if self.mean.len() != values.len() {
            self.mean = values.to_vec();
            self.variance = vec![0.0; values.len()];
            self.heard = 1.0;
            return;
        }
        // Welford's recurrence, with a weight that stops shrinking at the memory's end.
        self.heard = (self.heard + 1.0).min(self.memory);
        for ((mean, variance), value) in self.mean.iter_mut().zip(&mut self.variance).zip(values) {
            let before = value - *mean;
            *mean += before / self.heard;
            *variance += (before * (value - *mean) - *variance) / self.heard;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_moves_from_the_population_to_the_speaker() {
        let mut baseline = Baseline::default();
        let usual = |baseline: &Baseline| baseline.usual(&[10.0], &[5.0]);
        assert_eq!(usual(&baseline), Usual { mean: vec![10.0], deviation: vec![5.0] });
        let mut last = 10.0;
        for i in 0..30 {
            baseline.learn(&[if i % 2 == 0 { 19.0 } else { 21.0 }]);
            let now = usual(&baseline).mean[0];
            assert!(now > last - 0.2 && now < 20.5);
            last = now;
        }
        assert!(last > 19.0);
        let deviation = usual(&baseline).deviation[0];
        assert!(deviation > 1.0 && deviation < 5.0, "{deviation}");
    }

    #[test]
    fn of_many_utterances_the_own_mean_and_deviation_remain() {
        let values: Vec<[f64; 1]> = (0..2_000).map(|i| [if i % 2 == 0 { 1.0 } else { 3.0 }]).collect();
        let usual = Usual::of(values.iter().map(<[f64; 1]>::as_slice), &[10.0], &[5.0]);
        assert!((usual.mean[0] - 2.0).abs() < 0.02, "{usual:?}");
        assert!((usual.deviation[0] - 1.0).abs() < 0.15, "{usual:?}");
    }

    #[test]
    fn a_long_call_can_change_its_usual() {
        let mut baseline = Baseline::default();
        (0..500).for_each(|_| baseline.learn(&[0.0]));
        (0..100).for_each(|_| baseline.learn(&[1.0]));
        assert!(baseline.usual(&[0.0], &[1.0]).mean[0] > 0.8);
    }
}
