//! Sentence embeddings: texts of like meaning, in either language, lie near each other.
//!
//! [`Encoder`] is the Multilingual Universal Sentence Encoder (Yang et al. 2019, the convolutional kind, as reduced by the
//! package that `calmline-engines` fetches): pieces of words are looked up, three convolutions of 2, 3 and 5 pieces read
//! them in their neighbourhood, and what they find is summed over the text and folded to 512 numbers. This is inference
//! alone; the weights come as bytes from the caller.
//!
//! The first layers see one piece at a time until the first convolution's sum, so their products are remembered
//! for the pieces that occurred lately: most of a text costs only the second convolution.

mod encoder;
mod memory;
mod pieces;
mod weights;

pub use encoder::{Encoder, FEATURES, SENTENCE};

/// Why bytes are not an encoder's weights.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EmbedError {
    /// They do not begin as such a file does.
    #[error("the file does not begin with CLE1; delete it and fetch the encoder again")]
    Magic,
    /// Too few or too many bytes.
    #[error(
        "the encoder's file has {found} bytes where its head announces {wanted}; delete it and fetch it again"
    )]
    Length {
        /// Bytes that the head announces.
        wanted: usize,
        /// Bytes there.
        found: usize,
    },
    /// The model of the pieces cannot be read, or names more pieces than there are weights for.
    #[error("the encoder's pieces cannot be read; delete its file and fetch it again")]
    Pieces,
    /// A weight is not a finite number.
    #[error("the encoder's weights hold a number that is not finite; delete its file and fetch it again")]
    NotFinite,
}
