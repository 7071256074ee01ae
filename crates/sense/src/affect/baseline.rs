//! A speaker's usual, learned within one leg from the utterances heard so far, and forgotten with the leg.

/// How many utterances the population's mean counts for before the leg has said anything.
const PRIOR: f64 = 2.0;
/// After so many utterances older ones fade, so that a long call's usual can move.
const MEMORY: f64 = 40.0;

/// Running means of the functionals.
#[derive(Debug, Clone, Default)]
pub(crate) struct Baseline {
    mean: Vec<f64>,
    heard: f64,
}

impl Baseline {
    /// How many utterances it rests on; older ones count less.
    pub(crate) fn heard(&self) -> f64 {
        self.heard
    }

    /// The usual value of a functional: the leg's mean, drawn towards the population's while little was heard.
    pub(crate) fn usual(&self, index: usize, population: f64) -> f64 {
        let own = self.mean.get(index).copied().unwrap_or(population);
        (PRIOR * population + self.heard * own) / (PRIOR + self.heard)
    }

    /// Takes note of an utterance, after it was judged.
    pub(crate) fn learn(&mut self, values: &[f64]) {
        if self.mean.len() != values.len() {
            self.mean = values.to_vec();
            self.heard = 1.0;
            return;
        }
        self.heard = (self.heard + 1.0).min(MEMORY);
        for (mean, value) in self.mean.iter_mut().zip(values) {
            *mean += (value - *mean) / self.heard;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_moves_from_the_population_to_the_speaker() {
        let mut baseline = Baseline::default();
        assert_eq!(baseline.usual(0, 10.0), 10.0);
        let mut last = 10.0;
        for _ in 0..30 {
            baseline.learn(&[20.0]);
            let usual = baseline.usual(0, 10.0);
            assert!(usual > last && usual < 20.0);
            last = usual;
        }
        assert!(last > 19.0);
    }

    #[test]
    fn a_long_call_can_change_its_usual() {
        let mut baseline = Baseline::default();
        (0..500).for_each(|_| baseline.learn(&[0.0]));
        (0..100).for_each(|_| baseline.learn(&[1.0]));
        assert!(baseline.usual(0, 0.0) > 0.8);
    }
}
