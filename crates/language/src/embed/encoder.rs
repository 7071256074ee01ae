//! The forward pass, some hundred pieces of several texts at a time.

use std::ops::Range;

use ndarray::{Array2, s};

use super::{
    EmbedError,
    memory::{Memory, normalise},
    weights::{CHANNELS, PIECE, POOLED, WINDOWS, Weights},
};

/// Numbers of a sentence's embedding; they have length 1.
pub const SENTENCE: usize = 512;
/// Numbers of all that is known of a text: its embedding, then what was summed over its pieces, also of length 1.
pub const FEATURES: usize = SENTENCE + POOLED;
/// Pieces computed at once: enough to use the weights well while they are near.
const AT_ONCE: usize = 384;
/// Of a longer text only so many pieces are read: a turn has some dozens.
const LONGEST: usize = 512;

/// Embeds texts.
#[derive(Debug)]
pub struct Encoder {
    weights: Weights,
    memory: Memory,
}

impl Encoder {
    /// Reads the weights, a file that `calmline-engines` fetches and writes.
    ///
    /// # Errors
    /// When the bytes are no such file, are cut, or hold numbers that are not finite.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, EmbedError> {
        Ok(Self { weights: Weights::read(bytes)?, memory: Memory::new() })
    }

    /// [`FEATURES`] numbers for each text, the [`SENTENCE`] embedding first. Several texts at once cost less than one by
    /// one; what comes of a text does not hang on the others.
    pub fn embed<T: AsRef<str>>(&mut self, texts: &[T]) -> Vec<Vec<f32>> {
        let mut embedded = Vec::with_capacity(texts.len());
        let (mut pieces, mut ends) = (Vec::new(), Vec::new());
        for text in texts {
            let mut cut = self.weights.pieces.cut(text.as_ref());
            cut.truncate(LONGEST);
            if !ends.is_empty() && pieces.len() + cut.len() > AT_ONCE {
                self.batch(&pieces, &ends, &mut embedded);
                pieces.clear();
                ends.clear();
            }
            pieces.extend(cut);
            ends.push(pieces.len());
        }
        if !ends.is_empty() {
            self.batch(&pieces, &ends, &mut embedded);
        }
        embedded
    }

    /// The texts whose pieces end there.
    fn batch(&mut self, pieces: &[u32], ends: &[usize], embedded: &mut Vec<Vec<f32>>) {
        let rows = self.memory.rows(&self.weights, pieces);
        let texts: Vec<Range<usize>> =
            std::iter::once(&0).chain(ends).zip(ends).map(|(from, to)| *from..*to).collect();
        let mut found = Array2::zeros((pieces.len(), POOLED));
        for (piece, mut row) in pieces.iter().zip(found.rows_mut()) {
            row.iter_mut().zip(self.weights.piece(*piece)).for_each(|(to, number)| *to = number);
        }
        for branch in 0..WINDOWS.len() {
            let convolved = self.convolve(branch, &rows, &texts);
            let from = PIECE + branch * CHANNELS;
            found.slice_mut(s![.., from..from + CHANNELS]).assign(&convolved);
        }
        let mut pooled = Array2::zeros((texts.len(), POOLED));
        for (text, mut sum) in texts.iter().zip(pooled.rows_mut()) {
            for at in text.clone() {
                let mut row = found.row_mut(at);
                if let Some(row) = row.as_slice_mut() {
                    normalise(row, &self.weights.norm_scale, &self.weights.norm_bias);
                }
                sum += &row;
            }
            sum /= (text.len() as f32).sqrt();
        }
        self.fold(&texts, &pooled, embedded);
    }

    /// Two convolutions, each added to what it was given.
    fn convolve(&self, branch: usize, rows: &[usize], texts: &[Range<usize>]) -> Array2<f32> {
        let (width, before) = WINDOWS[branch];
        let weights = &self.weights.branches[branch];
        let mut first = Array2::zeros((rows.len(), CHANNELS));
        let mut windows = Array2::zeros((rows.len(), width * CHANNELS));
        for text in texts {
            for at in text.clone() {
                let mut sum = first.row_mut(at);
                let Some(sum) = sum.as_slice_mut() else { continue };
                sum.copy_from_slice(weights.first_bias.as_slice().unwrap_or_default());
                for place in 0..width {
                    let Some(near) = near(at, place, before, text) else { continue };
                    add(sum, self.memory.share(branch, rows[near], place));
                }
                sum.iter_mut().for_each(|number| *number = number.max(0.0));
                add(sum, self.memory.seen(branch, rows[at]));
            }
            for at in text.clone() {
                for place in 0..width {
                    let Some(near) = near(at, place, before, text) else { continue };
                    windows
                        .slice_mut(s![at, place * CHANNELS..(place + 1) * CHANNELS])
                        .assign(&first.row(near));
                }
            }
        }
        let mut second = windows.dot(&weights.second);
        for (mut row, first) in second.rows_mut().into_iter().zip(first.rows()) {
            row.iter_mut()
                .zip(&weights.second_bias)
                .zip(first)
                .for_each(|((number, bias), first)| *number = (*number + bias).max(0.0) + first);
        }
        second
    }

    /// From the sums over texts to their embeddings.
    fn fold(&self, texts: &[Range<usize>], pooled: &Array2<f32>, embedded: &mut Vec<Vec<f32>>) {
        let weights = &self.weights;
        let mut mean = pooled.dot(&weights.fold);
        for (text, mut row) in texts.iter().zip(mean.rows_mut()) {
            row.scaled_add((text.len() as f32).sqrt(), &weights.fold_bias);
        }
        let positive = |mut layer: Array2<f32>| {
            layer.mapv_inplace(|number| number.max(0.0));
            layer
        };
        let [into, second, third, last] = &weights.dense;
        let [skip, last_skip] = &weights.skip;
        let first = positive(mean.dot(into));
        let second = positive(mean.dot(skip) + first.dot(second));
        let third = positive(second.dot(third));
        let mut sentences = second.dot(last_skip) + third.dot(last);
        sentences.mapv_inplace(f32::tanh);
        for (sentence, pooled) in sentences.rows().into_iter().zip(pooled.rows()) {
            let mut numbers = Vec::with_capacity(FEATURES);
            for part in [sentence, pooled] {
                let by = part.dot(&part).max(1e-12).sqrt().recip();
                numbers.extend(part.iter().map(|number| number * by));
            }
            embedded.push(numbers);
        }
    }
}

/// The piece at this place of the window around a piece; none outside of the text.
fn near(at: usize, place: usize, before: usize, text: &Range<usize>) -> Option<usize> {
    (at + place).checked_sub(before).filter(|near| text.contains(near))
}

fn add(to: &mut [f32], numbers: &[f32]) {
    to.iter_mut().zip(numbers).for_each(|(to, number)| *to += number);
}
