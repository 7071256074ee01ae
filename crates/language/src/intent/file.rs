//! Intents as a file: `CLI1`; numbers and lengths as little-endian u32, other numbers as f32, texts as their length and
//! UTF-8.

use ndarray::Array2;

use super::{Intents, blend::Blend, dense::Dense, words::Words};
use crate::embed::FEATURES;

const MAGIC: &[u8; 4] = b"CLI1";
/// Stands for "none".
const NONE: u32 = u32::MAX;

/// Why bytes are not intents.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IntentFileError {
    /// They do not begin as such a file does.
    #[error("the file does not begin with CLI1; train the intents again")]
    Magic,
    /// The file is cut, goes on too long, or a part of it cannot be right.
    #[error("the intents' {part} cannot be read; copy the file again, or train the intents again")]
    Part {
        /// Which part.
        part: &'static str,
    },
}

impl Intents {
    /// The intents as a file.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let number = |number: usize| u32::try_from(number).unwrap_or(NONE).to_le_bytes();
        let mut bytes = MAGIC.to_vec();
        bytes.extend(number(self.names.len()));
        for name in &self.names {
            bytes.extend(number(name.len()));
            bytes.extend(name.as_bytes());
        }
        bytes.extend(number(self.outside.unwrap_or(usize::MAX)));
        let floats = |bytes: &mut Vec<u8>, floats: &mut dyn Iterator<Item = f32>| {
            bytes.extend(floats.flat_map(f32::to_le_bytes));
        };
        let Blend { dense, words, threshold } = self.blend;
        floats(&mut bytes, &mut [dense, words, threshold].into_iter());
        bytes.extend(number(usize::from(self.dense.is_some())));
        if let Some(dense) = &self.dense {
            floats(&mut bytes, &mut dense.weights.iter().copied());
        }
        bytes.extend(number(self.words.grams.len()));
        for (gram, rare) in &self.words.grams {
            bytes.extend(gram.to_le_bytes());
            bytes.extend(rare.to_le_bytes());
        }
        floats(&mut bytes, &mut self.words.outputs.iter().flat_map(|(step, bias)| [*step, *bias]));
        bytes.extend(self.words.weights.iter().map(|weight| weight.cast_unsigned()));
        bytes
    }

    /// Reads a file.
    ///
    /// # Errors
    /// When the bytes are no such file, are cut, or hold numbers that cannot be right.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, IntentFileError> {
        let mut rest = Rest(bytes.strip_prefix(MAGIC).ok_or(IntentFileError::Magic)?);
        rest.intents().map_err(|part| IntentFileError::Part { part })
    }
}

/// What is left to read; errors name the part that could not be read.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn intents(&mut self) -> Result<Intents, &'static str> {
        let names = self.names().ok_or("names")?;
        let classes = names.len();
        let outside = self.number().ok_or("number of the label out of scope")?;
        let outside = (outside != NONE as usize).then_some(outside);
        if outside.is_some_and(|outside| outside >= classes) || classes - usize::from(outside.is_some()) < 2 {
            return Err("number of the label out of scope");
        }
        let blend = self.floats(3).ok_or("trust and threshold")?;
        let blend = Blend { dense: blend[0], words: blend[1], threshold: blend[2] };
        let dense = match self.number() {
            Some(0) => None,
            Some(1) => Some(self.dense(classes).ok_or("dense weights")?),
            _ => return Err("dense weights"),
        };
        let words = self.words(classes).ok_or("weights of words")?;
        if !self.0.is_empty() {
            return Err("end");
        }
        Ok(Intents { names, outside, dense, words, blend })
    }

    fn names(&mut self) -> Option<Vec<String>> {
        let count = self.number().filter(|count| (2..=4096).contains(count))?;
        let names: Vec<String> = (0..count)
            .map(|_| {
                let length = self.number()?;
                String::from_utf8(self.bytes(length)?.to_vec()).ok()
            })
            .collect::<Option<_>>()?;
        names.is_sorted().then_some(names)
    }

    fn dense(&mut self, classes: usize) -> Option<Dense> {
        let weights = self.floats((FEATURES + 1) * classes)?;
        Some(Dense { weights: Array2::from_shape_vec((FEATURES + 1, classes), weights).ok()? })
    }

    fn words(&mut self, classes: usize) -> Option<Words> {
        let count = self.number()?;
        let grams: Vec<(u32, f32)> = self
            .bytes(count.checked_mul(8)?)?
            .chunks_exact(8)
            .map(|b| {
                (u32::from_le_bytes([b[0], b[1], b[2], b[3]]), f32::from_le_bytes([b[4], b[5], b[6], b[7]]))
            })
            .collect();
        if !grams.is_sorted_by(|a, b| a.0 < b.0) || grams.iter().any(|(_, rare)| !rare.is_finite()) {
            return None;
        }
        let outputs = self.floats(classes * 2)?.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
        let weights =
            self.bytes(count.checked_mul(classes)?)?.iter().map(|byte| byte.cast_signed()).collect();
        Some(Words { classes, grams, outputs, weights })
    }

    fn number(&mut self) -> Option<usize> {
        let bytes = self.bytes(4)?;
        Some(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) as usize)
    }

    fn floats(&mut self, count: usize) -> Option<Vec<f32>> {
        let floats: Vec<f32> = self
            .bytes(count.checked_mul(4)?)?
            .chunks_exact(4)
            .map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]))
            .collect();
        floats.iter().all(|float| float.is_finite()).then_some(floats)
    }

    fn bytes(&mut self, count: usize) -> Option<&'a [u8]> {
        let (bytes, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(bytes)
    }
}
