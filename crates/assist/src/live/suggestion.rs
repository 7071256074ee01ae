//! What is suggested, why, and what becomes of it.

use std::ops::Range;

use calmline_core::{Share, Timestamp};

use crate::knowledge::ArticleId;

/// What is suggested.
#[derive(Debug, Clone, PartialEq)]
pub enum Offer {
    /// A passage of an article.
    Article {
        /// Which article.
        id: ArticleId,
        /// Which version was quoted.
        version: u32,
        /// What it says.
        quote: String,
    },
    /// A step that is still to be done.
    Step {
        /// The checklist.
        checklist: String,
        /// The step.
        step: String,
    },
    /// Words for a caller who is upset.
    Calm {
        /// The situation.
        situation: String,
    },
}

/// Why it is suggested.
#[derive(Debug, Clone, PartialEq)]
pub enum Why {
    /// The caller's words: the share of what is rare in them that the passage has, and how near their meaning is.
    Asked {
        /// In words.
        words: Share,
        /// In meaning, where that is compared.
        meaning: Option<Share>,
    },
    /// So many of the agent's turns are over without it.
    NotYet {
        /// The agent's turns so far.
        turns: usize,
    },
    /// The call is about to end.
    Ending,
    /// The caller is upset: how much.
    Upset {
        /// The agitation that was read.
        agitation: Share,
    },
}

/// A suggestion.
#[derive(Debug, Clone, PartialEq)]
pub struct Suggestion {
    /// Its number in the call, from 0.
    pub number: usize,
    /// What is suggested.
    pub offer: Offer,
    /// Why.
    pub why: Why,
    /// The turn that it answers.
    pub turn: usize,
    /// Since when it is shown.
    pub since: Timestamp,
}

/// A step that was done, and the words that did it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tick {
    /// The checklist.
    pub checklist: String,
    /// The step.
    pub step: String,
    /// The turn.
    pub turn: usize,
    /// Where in the turn's words, in lower case, in bytes.
    pub span: Range<usize>,
}

/// What the agent says to a suggestion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Used.
    Accepted,
    /// Not now.
    Dismissed,
    /// It does not fit.
    Wrong,
}

/// What became of suggestions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Outcomes {
    /// Shown.
    pub shown: usize,
    /// Used.
    pub accepted: usize,
    /// Put away.
    pub dismissed: usize,
    /// Said to be wrong.
    pub wrong: usize,
}

impl Outcomes {
    /// The share of those shown that were used; none where none was shown.
    #[must_use]
    pub fn acceptance(&self) -> Option<Share> {
        share(self.accepted, self.shown)
    }

    /// The share of those shown that were put away or said to be wrong; none where none was shown.
    #[must_use]
    pub fn overridden(&self) -> Option<Share> {
        share(self.dismissed + self.wrong, self.shown)
    }
}

fn share(part: usize, of: usize) -> Option<Share> {
    (of > 0).then(|| Share::new(part as f64 / of as f64).rounded())
}

/// An answer to what is not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("suggestion {number} is not shown; answer the one that is")]
pub struct NoSuchSuggestion {
    /// The number that was given.
    pub number: usize,
}
