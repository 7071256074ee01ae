//! What the words of a service call show, in English and Chinese.
//!
//! * [`redact`] replaces personal data by typed, numbered placeholders before a text is stored; [`Turns`] also what is said
//!   in pieces, from turn to turn of a leg.
//! * [`Reader`] reads [`WordSigns`](calmline_core::event::WordSigns) from a turn: sentiment, abuse and calls for help.
//!   It exists only under a [`Permit`](calmline_core::policy::Permit) and stops when the permit lapses.
//! * [`score`] holds the same readings and more (words of crisis, emotions, politeness, and which words a reading rests on) for texts
//!   out of files (evaluation, training), where nobody is in a call.
//! * [`embed`] turns texts into numbers that lie near where meanings do, and [`intent`] learns from examples what a text wants.
//! * [`train`] fits the small linear models that [`score`] embeds; `models/MODEL_CARD.md` says from what.
//!
//! Texts are spoken language as speech recognition writes it: often without punctuation or capitals, with numbers as
//! words. Chinese is read by character n-grams and word lists, without a segmenter and its dictionary. Nothing here does input or output or reads a clock.

pub mod embed;
pub mod intent;
mod linear;
mod ngrams;
mod normal;
mod reader;
mod redact;
pub mod score;
mod script;
pub mod train;

pub use linear::{Model, ModelError};
pub use normal::{half_width, normalise};
pub use reader::Reader;
pub use redact::{Redacted, Turns, redact};
pub use script::{is_han, language_of};
