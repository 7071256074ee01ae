//! Linear models over hashed n-grams with one byte per weight: their file format and their arithmetic.
//!
//! A file is `CLM1`, the log2 of the number of buckets, the number of outputs, then per output the scale and the bias
//! (f32, little-endian), then the weights (i8), bucket by bucket. Class 0 is the reference class and has no weights, so
//! a model with `k` outputs tells `k + 1` classes apart.

use crate::{ngrams::ngrams, normal::normalise};

const MAGIC: &[u8; 4] = b"CLM1";

/// Why bytes are not a model.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// They do not begin as a model does.
    #[error("the file does not begin with CLM1; train it again with `calmline train text`")]
    Magic,
    /// A number in the head is out of range.
    #[error("{field} is {value}, allowed are {least} to {most}; train the model again")]
    Range {
        /// Which number.
        field: &'static str,
        /// What stands there.
        value: usize,
        /// The least allowed.
        least: usize,
        /// The most allowed.
        most: usize,
    },
    /// Too few or too many bytes.
    #[error("the model has {found} bytes where its head announces {wanted}; copy or train it again")]
    Length {
        /// Bytes that the head announces.
        wanted: usize,
        /// Bytes there.
        found: usize,
    },
    /// A scale or a bias is not a finite number.
    #[error("output {output} has a scale or bias that is not finite; train the model again")]
    NotFinite {
        /// Which output, from 0.
        output: usize,
    },
}

/// A linear classifier of texts.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    pub(crate) bits: u8,
    /// Per output: what one step of a weight is worth, and the bias.
    pub(crate) outputs: Vec<(f32, f32)>,
    /// `weights[bucket * outputs + output]`.
    pub(crate) weights: Vec<i8>,
}

impl Model {
    /// Reads a model.
    ///
    /// # Errors
    /// When the bytes are no model, are cut, or hold numbers out of range.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ModelError> {
        let Some((head, rest)) = bytes.split_at_checked(6).filter(|(head, _)| head.starts_with(MAGIC)) else {
            return Err(ModelError::Magic);
        };
        let (bits, outputs) = (head[4], usize::from(head[5]));
        in_range("the log2 of the buckets", usize::from(bits), 8, 22)?;
        in_range("the number of outputs", outputs, 1, 64)?;
        let wanted = 6 + outputs * 8 + (outputs << bits);
        if bytes.len() != wanted {
            return Err(ModelError::Length { wanted, found: bytes.len() });
        }
        let (numbers, weights) = rest.split_at(outputs * 8);
        let float =
            |at: usize| f32::from_le_bytes([numbers[at], numbers[at + 1], numbers[at + 2], numbers[at + 3]]);
        let outputs: Vec<_> = (0..outputs).map(|output| (float(output * 8), float(output * 8 + 4))).collect();
        if let Some(output) =
            outputs.iter().position(|(scale, bias)| !(scale.is_finite() && bias.is_finite()))
        {
            return Err(ModelError::NotFinite { output });
        }
        Ok(Self { bits, outputs, weights: weights.iter().map(|byte| byte.cast_signed()).collect() })
    }

    /// The model as a file.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.push(self.bits);
        bytes.push(u8::try_from(self.outputs.len()).unwrap_or(u8::MAX));
        for (scale, bias) in &self.outputs {
            bytes.extend(scale.to_le_bytes());
            bytes.extend(bias.to_le_bytes());
        }
        bytes.extend(self.weights.iter().map(|weight| weight.cast_unsigned()));
        bytes
    }

    /// The probability of each class, the reference class first.
    #[must_use]
    pub fn classify(&self, text: &str) -> Vec<f64> {
        self.probabilities(&ngrams(&normalise(text)))
    }

    pub(crate) fn probabilities(&self, grams: &[u32]) -> Vec<f64> {
        softmax(&self.logits(grams))
    }

    /// One logit per output; the reference class's is 0.
    pub(crate) fn logits(&self, grams: &[u32]) -> Vec<f32> {
        let k = self.outputs.len();
        let mask = (1_u32 << self.bits) - 1;
        let mut sums = vec![0_i32; k];
        for gram in grams {
            let bucket = (gram & mask) as usize * k;
            for (sum, weight) in sums.iter_mut().zip(&self.weights[bucket..bucket + k]) {
                *sum += i32::from(*weight);
            }
        }
        let norm = norm(grams.len());
        self.outputs.iter().zip(sums).map(|((scale, bias), sum)| sum as f32 * scale * norm + bias).collect()
    }
}

/// Every n-gram of a text has the same value: one over the root of their number, so that long texts do not shout.
pub(crate) fn norm(grams: usize) -> f32 {
    1.0 / (grams.max(1) as f32).sqrt()
}

/// Probabilities from logits, with the reference class's logit of 0 put in front.
pub(crate) fn softmax(logits: &[f32]) -> Vec<f64> {
    let top = logits.iter().copied().fold(0.0_f32, f32::max);
    let mut shares: Vec<f64> =
        std::iter::once(&0.0).chain(logits).map(|logit| f64::from(logit - top).exp()).collect();
    let total: f64 = shares.iter().sum();
    shares.iter_mut().for_each(|share| *share /= total);
    shares
}

fn in_range(field: &'static str, value: usize, least: usize, most: usize) -> Result<(), ModelError> {
    if (least..=most).contains(&value) {
        Ok(())
    } else {
        Err(ModelError::Range { field, value, least, most })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn small() -> Model {
        Model {
            bits: 8,
            outputs: vec![(0.1, -0.5), (0.2, 0.25)],
            weights: (0..512).map(|i| (i % 256) as u8 as i8).collect(),
        }
    }

    #[test]
    fn a_model_survives_its_file() {
        assert_eq!(Model::from_bytes(&small().to_bytes()), Ok(small()));
    }

    #[test]
    fn a_broken_file_says_what_is_wrong() {
        let good = small().to_bytes();
        assert_eq!(Model::from_bytes(b"CLM"), Err(ModelError::Magic));
        assert_eq!(
            Model::from_bytes(&good[..good.len() - 1]),
            Err(ModelError::Length { wanted: good.len(), found: good.len() - 1 })
        );
        let mut bits = good.clone();
        bits[4] = 40;
        assert!(matches!(Model::from_bytes(&bits), Err(ModelError::Range { value: 40, .. })));
        let mut bias = good;
        bias[10..14].copy_from_slice(&f32::NAN.to_le_bytes());
        assert_eq!(Model::from_bytes(&bias), Err(ModelError::NotFinite { output: 0 }));
    }

    proptest! {
        #[test]
        fn probabilities_sum_to_one_on_any_text(text in "\\PC{0,80}") {
            let total: f64 = small().classify(&text).iter().sum();
            prop_assert!((total - 1.0).abs() < 1e-9);
        }

        #[test]
        fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64), magic: bool) {
            let bytes = if magic { [b"CLM1".as_slice(), &bytes].concat() } else { bytes };
            let _ = Model::from_bytes(&bytes);
        }
    }
}
