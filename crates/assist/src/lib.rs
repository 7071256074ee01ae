//! Help in and after the call, in English and Chinese.
//!
//! * [`knowledge`]: the centre's articles, found by words, by meaning and by sound, and quoted.
//! * [`live`]: one suggestion at a time while the caller speaks, and checklists that tick themselves.
//! * [`assistant`]: a conversation that quotes, walks runbooks, is kind, and knows when a person is needed.
//! * [`summary`]: what a call was about, each line resting on words that were said.
//!
//! Nothing here does input or output, reads a clock or draws a random number.

pub mod assistant;
pub mod knowledge;
pub mod live;
mod said;
mod sentences;
pub mod summary;

pub use said::Both;
