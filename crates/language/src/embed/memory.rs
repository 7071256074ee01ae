//! What the first layers make of each piece, remembered: it hangs on the piece alone.

use std::collections::HashMap;

use ndarray::{Array1, Array2, ArrayView2, s};

use super::weights::{Branch, CHANNELS, EPSILON, PIECE, WINDOWS, Weights};

/// Pieces remembered at most; 13 kB each.
const PIECES: usize = 4_096;

/// The pieces seen lately.
#[derive(Debug)]
pub(super) struct Memory {
    rows: HashMap<u32, usize>,
    /// One for each convolution.
    branches: Vec<Known>,
}

/// What one convolution's first layers make of the remembered pieces: row by row.
#[derive(Debug, Default)]
struct Known {
    /// The piece projected and normalised: [`CHANNELS`] numbers.
    seen: Vec<f32>,
    /// Its share in the first convolution's sum, for each place in the window: [`CHANNELS`] numbers a place.
    shares: Vec<f32>,
}

impl Memory {
    pub(super) fn new() -> Self {
        Self { rows: HashMap::new(), branches: WINDOWS.iter().map(|_| Known::default()).collect() }
    }

    /// The rows of these pieces; those not known are computed. When there would be too many, all are forgotten first.
    pub(super) fn rows(&mut self, weights: &Weights, pieces: &[u32]) -> Vec<usize> {
        if self.rows.len() + pieces.len() > PIECES {
            *self = Self::new();
        }
        let mut new = Vec::new();
        let mut rows = Vec::with_capacity(pieces.len());
        for piece in pieces {
            let next = self.rows.len();
            rows.push(*self.rows.entry(*piece).or_insert(next));
            if self.rows.len() > next {
                new.extend(weights.piece(*piece));
            }
        }
        // A row is PIECE numbers long, so the shape always fits.
        if let Ok(new) = ArrayView2::from_shape((new.len() / PIECE, PIECE), &new) {
            self.learn(weights, &new);
        }
        rows
    }

    /// Projects pieces for all convolutions, and normalises them together.
    fn learn(&mut self, weights: &Weights, pieces: &ArrayView2<'_, f32>) {
        let mut seen = pieces.dot(&weights.project) + &weights.project_bias;
        for mut row in seen.rows_mut() {
            if let Some(row) = row.as_slice_mut() {
                normalise(row, &weights.seen_scale, &weights.seen_bias);
            }
        }
        for (at, (known, branch)) in self.branches.iter_mut().zip(&weights.branches).enumerate() {
            known.learn(branch, &seen.slice(s![.., at * CHANNELS..(at + 1) * CHANNELS]));
        }
    }

    /// A piece as convolution `branch` sees it.
    pub(super) fn seen(&self, branch: usize, row: usize) -> &[f32] {
        &self.branches[branch].seen[row * CHANNELS..][..CHANNELS]
    }

    /// A piece's share in the sum of convolution `branch` when it stands at `place` of the window.
    pub(super) fn share(&self, branch: usize, row: usize, place: usize) -> &[f32] {
        &self.branches[branch].shares[(row * WINDOWS[branch].0 + place) * CHANNELS..][..CHANNELS]
    }
}

impl Known {
    fn learn(&mut self, branch: &Branch, seen: &ArrayView2<'_, f32>) {
        let width = branch.first.nrows() / CHANNELS;
        let mut shares = Array2::zeros((seen.nrows(), width * CHANNELS));
        for place in 0..width {
            let columns = place * CHANNELS..(place + 1) * CHANNELS;
            shares.slice_mut(s![.., columns.clone()]).assign(&seen.dot(&branch.first.slice(s![columns, ..])));
        }
        self.seen.extend(seen);
        self.shares.extend(shares);
    }
}

/// Layer normalisation (Ba, Kiros and Hinton 2016).
pub(super) fn normalise(row: &mut [f32], scale: &Array1<f32>, bias: &Array1<f32>) {
    let length = row.len().max(1) as f32;
    let mean = sum(row, |number| number) / length;
    let variance = sum(row, |number| (number - mean) * (number - mean)) / length;
    let by = (variance + EPSILON).sqrt().recip();
    for ((number, scale), bias) in row.iter_mut().zip(scale).zip(bias) {
        *number = (*number - mean) * by * scale + bias;
    }
}

/// A sum over eight running sums, which the compiler turns into vector instructions.
fn sum(row: &[f32], of: impl Fn(f32) -> f32) -> f32 {
    let mut sums = [0.0; 8];
    let chunks = row.chunks_exact(8);
    let rest: f32 = chunks.remainder().iter().map(|number| of(*number)).sum();
    for chunk in chunks {
        for (sum, number) in sums.iter_mut().zip(chunk) {
            *sum += of(*number);
        }
    }
    sums.iter().sum::<f32>() + rest
}
