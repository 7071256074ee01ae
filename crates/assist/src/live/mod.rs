//! Help while the caller speaks: at most one suggestion at a time, each with why.
//!
//! [`Helper`] is told every utterance of one call. It ticks the steps of checklists, and suggests an article's passage, a step
//! that is missing, or words for a caller who is upset. It keeps to a [`Budget`], says nothing in quiet mode (and ticks on), and
//! counts what became of its suggestions.

mod calm;
mod checklist;
mod helper;
mod suggestion;

use regex::Regex;

pub use self::{
    calm::Situation,
    checklist::{At, Checklist, Step},
    helper::{Budget, Heard, Helper},
    suggestion::{Answer, NoSuchSuggestion, Offer, Outcomes, Suggestion, Tick, Why},
};

/// Why checklists or situations cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// The text is not what it should be; says the line.
    #[error("{0}")]
    Toml(#[from] toml::de::Error),
    /// A pattern is none.
    #[error("{name}: {source}; write it as a regular expression")]
    Pattern {
        /// The step or situation that it belongs to.
        name: String,
        /// What is wrong.
        source: regex::Error,
    },
}

fn patterns(name: &str, texts: &[String]) -> Result<Vec<Regex>, DeskError> {
    let read =
        |text: &String| Regex::new(text).map_err(|source| DeskError::Pattern { name: name.into(), source });
    texts.iter().map(read).collect()
}
