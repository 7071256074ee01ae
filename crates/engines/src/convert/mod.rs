//! Rewrites a Whisper model from CTranslate2's format into the ggml file that whisper.cpp loads.
//!
//! Both hold the tensors of OpenAI's checkpoint; the names differ, CTranslate2 joins the query, key and value
//! projections, and whisper.cpp wants the vocabulary as bytes and the mel filterbank beside the weights. The order of
//! the file is that of `models/convert-pt-to-ggml.py` in whisper.cpp.

mod ctranslate2;
mod ggml;
mod mel;
mod vocabulary;

use std::io;

pub use ctranslate2::{Kind, Model, Tensor};

/// Why a model could not be converted.
#[derive(Debug, thiserror::Error)]
pub enum ConvertError {
    /// The file ends too early or contradicts itself.
    #[error("model.bin is damaged at byte {at}: {what}; fetch it again")]
    Damaged {
        /// Where.
        at: usize,
        /// What is wrong there.
        what: String,
    },
    /// The file is sound, but another kind of model.
    #[error("model.bin is not a Whisper model that can be converted: {0}")]
    Unfit(String),
    /// The vocabulary does not belong to the model.
    #[error("the vocabulary does not fit: {0}")]
    Vocabulary(String),
    /// The result could not be written.
    #[error("the converted model could not be written")]
    Write(#[from] io::Error),
}

/// Converts a model: CTranslate2's `model.bin` and its `vocabulary.txt` or `vocabulary.json` in, a ggml file out.
///
/// # Errors
/// When the input is damaged, is not a Whisper model with 16- or 32-bit floats, or the output cannot be written.
pub fn whisper(model: &[u8], vocabulary: &str, out: &mut impl io::Write) -> Result<(), ConvertError> {
    let model = Model::parse(model)?;
    let words = vocabulary::words(vocabulary)?;
    ggml::write(&model, &words, out)
}

#[cfg(test)]
mod tests;
