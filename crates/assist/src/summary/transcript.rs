//! What was said in a call, and quotes from it.

use std::ops::Range;

use calmline_core::{Party, catalog::Lang};
use calmline_language::language_of;

use crate::sentences::sentences;

/// One turn of a call. Its words are shown by no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Turn {
    /// Who spoke.
    pub party: Party,
    /// What was said, personal data replaced.
    pub text: String,
}

impl std::fmt::Debug for Turn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Turn({}, {} bytes)", self.party.as_str(), self.text.len())
    }
}

/// The turns of a call, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Transcript {
    turns: Vec<Turn>,
}

impl Transcript {
    /// From turns, in order.
    #[must_use]
    pub fn new(turns: Vec<Turn>) -> Self {
        Self { turns }
    }

    /// The turns.
    #[must_use]
    pub fn turns(&self) -> &[Turn] {
        &self.turns
    }

    /// What stands there; none where the transcript has no such turn, the span is empty, ends beyond it or cuts a character.
    #[must_use]
    pub fn quote(&self, turn: usize, span: Range<usize>) -> Option<Quote<'_>> {
        let said = self.turns.get(turn)?;
        let text = said.text.get(span.clone()).filter(|text| !text.trim().is_empty())?;
        Some(Quote { turn, span, text, party: said.party })
    }

    /// The first place where exactly this was said, by anybody; none where nobody did.
    #[must_use]
    pub fn find(&self, words: &str) -> Option<Quote<'_>> {
        let words = words.trim();
        self.turns.iter().enumerate().find_map(|(turn, said)| {
            let from = said.text.find(words)?;
            self.quote(turn, from..from + words.len())
        })
    }

    /// Every sentence as a quote, in order.
    pub(super) fn sentences(&self) -> impl Iterator<Item = Quote<'_>> {
        self.turns.iter().enumerate().flat_map(move |(turn, said)| {
            sentences(&said.text).into_iter().filter_map(move |span| self.quote(turn, span))
        })
    }
}

/// Words that stand in a transcript. Only a [`Transcript`] makes one, so whoever holds one holds what was said.
///
/// ```compile_fail
/// # use calmline_assist::summary::Quote;
/// # use calmline_core::Party;
/// let invented = Quote { turn: 0, span: 0..4, text: "none", party: Party::Agent };
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Quote<'a> {
    turn: usize,
    span: Range<usize>,
    text: &'a str,
    party: Party,
}

impl std::fmt::Debug for Quote<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Quote(turn {}, {:?})", self.turn, self.span)
    }
}

impl<'a> Quote<'a> {
    /// Which turn, from 0.
    #[must_use]
    pub fn turn(&self) -> usize {
        self.turn
    }

    /// Where in the turn's text, in bytes.
    #[must_use]
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// The words themselves.
    #[must_use]
    pub fn text(&self) -> &'a str {
        self.text
    }

    /// Who said them.
    #[must_use]
    pub fn party(&self) -> Party {
        self.party
    }

    /// The language of the words; English where it cannot be told.
    #[must_use]
    pub fn language(&self) -> Lang {
        language_of(self.text).and_then(|language| language.parse().ok()).unwrap_or_default()
    }
}
