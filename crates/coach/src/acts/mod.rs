//! What an agent's words do to a caller, read by rules of our own in English and Chinese (`data/acts`).
//!
//! An act is a kind of move in a conversation, not a feeling: nothing here says how an agent is. `docs/practice.md` has how often
//! the rules are right, measured on lines that they were not written from.

mod patterns;

use std::ops::Range;

use serde::{Deserialize, Serialize};

use self::patterns::Patterns;

/// What words do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// They say what the matter means to the caller.
    Acknowledge,
    /// They apologise.
    Apologise,
    /// They say why something is as it is.
    Explain,
    /// They ask for something that helps to understand.
    Ask,
    /// They offer or announce to do something.
    Offer,
    /// They say back what was said or agreed.
    Recap,
    /// They name abuse and what follows if it goes on.
    Limit,
    /// They make it the caller's fault.
    Blame,
    /// They brush the matter aside.
    Dismiss,
    /// They cut the caller short.
    Interrupt,
    /// They claim the floor while the caller speaks.
    TalkOver,
}

impl Act {
    /// All acts.
    pub const ALL: [Self; 11] = [
        Self::Acknowledge,
        Self::Apologise,
        Self::Explain,
        Self::Ask,
        Self::Offer,
        Self::Recap,
        Self::Limit,
        Self::Blame,
        Self::Dismiss,
        Self::Interrupt,
        Self::TalkOver,
    ];

    /// Its name in data and JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Acknowledge => "acknowledge",
            Self::Apologise => "apologise",
            Self::Explain => "explain",
            Self::Ask => "ask",
            Self::Offer => "offer",
            Self::Recap => "recap",
            Self::Limit => "limit",
            Self::Blame => "blame",
            Self::Dismiss => "dismiss",
            Self::Interrupt => "interrupt",
            Self::TalkOver => "talk_over",
        }
    }

    /// Whether it hurts a caller who means well.
    #[must_use]
    pub fn is_harsh(self) -> bool {
        matches!(self, Self::Blame | Self::Dismiss | Self::Interrupt | Self::TalkOver)
    }
}

/// An act found in a text, and the bytes of the text that it rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Which act.
    pub act: Act,
    /// Where its words stand.
    pub span: Range<usize>,
}

/// The acts in what an agent says, each once, in the order of [`Act`].
#[must_use]
pub fn read(text: &str) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    for sentence in sentences(text) {
        let patterns = Patterns::of(&text[sentence.clone()]);
        for (act, span) in patterns.find(&text[sentence.clone()]) {
            if !found.iter().any(|known| known.act == act) {
                found.push(Found { act, span: span.start + sentence.start..span.end + sentence.start });
            }
        }
    }
    found.sort_by_key(|one| one.act);
    found
}

/// The sentences of a text by their final marks, which stay with them.
fn sentences(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut start = 0;
    text.split_inclusive(['.', '!', '?', ';', '。', '！', '？', '；', '\n']).map(move |piece| {
        let range = start..start + piece.len();
        start = range.end;
        range
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn acts(text: &str) -> Vec<Act> {
        read(text).into_iter().map(|found| found.act).collect()
    }

    #[test]
    fn evidence_is_a_piece_of_the_text_itself() {
        let text = "好的。我非常理解您的心情，很抱歉。 我马上帮您查一下！";
        let found = read(text);
        assert!(found.len() >= 3, "{found:?}");
        assert!(
            found.iter().any(|one| one.act == Act::Acknowledge && text[one.span.clone()].contains("理解"))
        );
    }

    #[test]
    fn a_question_that_offers_is_an_offer() {
        assert_eq!(acts("Would you like me to send a new one?"), [Act::Offer]);
        assert_eq!(acts("What is your order number?"), [Act::Ask]);
        assert_eq!(acts("我给您换一个，可以吗？"), [Act::Offer]);
    }

    #[test]
    fn nothing_is_nothing() {
        for text in ["", "…", "ok", "好的", "12345", "\u{0}\u{1F600}"] {
            assert!(acts(text).is_empty(), "{text}: {:?}", acts(text));
        }
    }
}
