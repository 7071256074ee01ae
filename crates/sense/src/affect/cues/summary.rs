//! One call's voice in numbers.

use super::{
    measures::{COUNT, LINE, Measures},
    usual::WIDTH,
};

/// The medians of a call's utterances.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Summary {
    /// How many utterances were measured.
    pub(super) utterances: usize,
    /// Seconds of speech in all utterances, and in those that were measured.
    pub(super) spoken_s: f64,
    pub(super) heard_s: f64,
    /// Level of the voice over the line's noise, dB.
    pub(super) snr_db: f64,
    /// The medians of the whole call, and of its first and its second half.
    pub(super) whole: [f64; WIDTH],
    pub(super) halves: [[f64; WIDTH]; 2],
}

impl Summary {
    /// Sums up the utterances of a call, in their order.
    pub(super) fn of(utterances: &[Measures], spoken_s: f64) -> Self {
        let (first, second) = utterances.split_at(utterances.len() / 2);
        Self {
            utterances: utterances.len(),
            spoken_s,
            heard_s: utterances.iter().map(|utterance| utterance.speech_s).sum(),
            snr_db: median(&mut utterances.iter().map(|utterance| utterance.snr_db).collect::<Vec<_>>()),
            whole: medians(utterances),
            halves: [medians(first), medians(second)],
        }
    }
}

fn medians(utterances: &[Measures]) -> [f64; WIDTH] {
    let mut column = Vec::with_capacity(utterances.len());
    std::array::from_fn(|at| {
        column.clear();
        column.extend(utterances.iter().map(|utterance| utterance.numbers()[at]));
        median(&mut column)
    })
}

/// The middle value; zero of nothing.
fn median(values: &mut [f64]) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => 0.0,
        even if even % 2 == 0 => f64::midpoint(values[middle - 1], values[middle]),
        _ => values[middle],
    }
}

impl Measures {
    fn numbers(&self) -> [f64; WIDTH] {
        let mut numbers = [0.0; WIDTH];
        let (voice, line) = numbers.split_at_mut(COUNT);
        voice.copy_from_slice(&self.voice);
        line[..LINE].copy_from_slice(&self.line);
        numbers
    }
}
