//! What an agent's voice is usually like: means and variances over the last calls.

use serde::{Deserialize, Serialize};

use super::{
    measures::{COUNT, LINE},
    summary::Summary,
};

/// All numbers of a call.
pub(super) const WIDTH: usize = COUNT + LINE;

/// After so many calls older ones fade.
const MEMORY: f64 = 40.0;
/// For how many calls the population's spread counts beside the agent's own.
const PRIOR: f64 = 5.0;
/// How far neutral utterances of one speaker differ from each other, one standard deviation, in the order of
/// [`Measure::ALL`](super::Measure) and then of the line's: the mean over the ten speakers of EMO-DB, telephone band; for
/// pauses and drawn-out sounds, of which its short sentences hold none, a choice.
const WITHIN: [f64; WIDTH] =
    [1.22, 2.09, 0.50, 0.54, 1.90, 0.007, 1.41, 0.63, 0.03, 0.15, 0.03, 0.05, 2.76, 1.36];
/// How far calls of one person differ beside that, as a share of [`WITHIN`]; a choice, since no acted corpus holds calls.
const BETWEEN: f64 = 0.5;
/// A call moves the usual as if it lay no farther away than this many deviations, so that one bad day does not become usual.
const REACH: f64 = 2.5;
/// After so many calls in a row on another line, or in another voice, the usual is begun anew.
const MOVED_FOR_GOOD: u32 = 5;

/// Running means and variances of a call's numbers. Fourteen of each and two counts; no spectrum, nothing of which a voice
/// could be told from another's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Usual {
    /// The version of what the numbers mean.
    v: u32,
    /// How many calls it rests on; older ones count less.
    pub(super) calls: f64,
    /// How many calls in a row were unlike it throughout.
    moved: u32,
    mean: [f64; WIDTH],
    variance: [f64; WIDTH],
}

impl Default for Usual {
    fn default() -> Self {
        Self { v: 1, calls: 0.0, moved: 0, mean: [0.0; WIDTH], variance: [0.0; WIDTH] }
    }
}

impl Usual {
    /// Reads what was kept. What cannot be read, or meant something else, is begun anew.
    pub(super) fn read(kept: Option<&[u8]>) -> Self {
        let read = kept.and_then(|kept| serde_json::from_slice::<Self>(kept).ok());
        let sound = |usual: &Self| {
            let positive = |number: &f64| number.is_finite() && *number >= 0.0;
            usual.v == 1
                && usual.mean.iter().all(|mean| mean.is_finite())
                && usual.variance.iter().chain([&usual.calls]).all(positive)
        };
        read.filter(sound).unwrap_or_default()
    }

    /// What is kept of it.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// A call's numbers in deviations of the agent's usual calls: what is left of chance is that of predicting one more call
    /// from as many as are known.
    pub(super) fn deviations(&self, call: &Summary, numbers: &[f64; WIDTH]) -> [f64; WIDTH] {
        let mut deviations = [0.0; WIDTH];
        for (at, deviation) in deviations.iter_mut().enumerate() {
            *deviation = (numbers[at] - self.mean[at]) / self.spread(call, at);
        }
        deviations
    }

    /// How many calls' worth of evidence the spread rests on, the population's included.
    pub(super) fn freedom(&self) -> f64 {
        PRIOR + (self.calls - 1.0).max(0.0)
    }

    fn spread(&self, call: &Summary, at: usize) -> f64 {
        let population = WITHIN[at] * WITHIN[at] * (BETWEEN * BETWEEN + 1.0 / call.utterances.max(1) as f64);
        let own = (self.calls - 1.0).max(0.0);
        let variance = (PRIOR * population + own * self.variance[at]) / (PRIOR + own);
        (variance * (1.0 + 1.0 / self.calls.max(1.0))).sqrt()
    }

    /// Takes note of a call.
    pub(super) fn learn(&mut self, call: &Summary) {
        self.moved = 0;
        let numbers = call.whole;
        if self.calls < 1.0 {
            (self.calls, self.mean, self.variance) = (1.0, numbers, [0.0; WIDTH]);
            return;
        }
        let spreads: [f64; WIDTH] = std::array::from_fn(|at| self.spread(call, at));
        // Welford's recurrence, with a weight that stops shrinking at the memory's end.
        self.calls = (self.calls + 1.0).min(MEMORY);
        for at in 0..WIDTH {
            let reach = REACH * spreads[at];
            let before = (numbers[at] - self.mean[at]).clamp(-reach, reach);
            self.mean[at] += before / self.calls;
            let after = before * (1.0 - 1.0 / self.calls);
            // The unbiased variance of the calls known.
            let known = (self.calls - 2.0).max(0.0);
            self.variance[at] = (known * self.variance[at] + before * after) / (known + 1.0);
        }
    }

    /// Takes note that a call was unlike the usual throughout. Once that is no exception any more, it is the new usual.
    pub(super) fn pass_over(&mut self, call: &Summary) {
        self.moved += 1;
        if self.moved >= MOVED_FOR_GOOD {
            *self = Self::default();
            self.learn(call);
        }
    }
}
