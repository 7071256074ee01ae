//! Words, digits, Chinese characters and marks of a text, with their places.

use crate::script::is_han;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Latin letters, apostrophes within.
    Word,
    /// Digits, full-width ones included.
    Digits,
    /// One Chinese character.
    Han,
    /// White space.
    Space,
    /// One other character.
    Mark,
}

/// A token and where it stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token<'a> {
    pub text: &'a str,
    pub start: usize,
    pub kind: Kind,
}

impl Kind {
    /// Whether it is said, and not a space or a mark.
    pub fn is_spoken(self) -> bool {
        !matches!(self, Self::Space | Self::Mark)
    }
}

impl Token<'_> {
    pub fn end(&self) -> usize {
        self.start + self.text.len()
    }

    pub fn is(&self, word: &str) -> bool {
        self.text.eq_ignore_ascii_case(word)
    }

    pub fn is_one_of(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.is(word))
    }
}

/// What is said while a number or an address is searched for.
const HESITATIONS: &[&str] = &["uh", "uhm", "um", "er", "erm", "ah", "hmm", "mm", "then"];
/// The same in Chinese, of one character and of two.
const HAN_HESITATIONS: &[&str] = &["呃", "嗯", "额", "唔"];
const HESITATIONS_OF_TWO: &[(&str, &str)] = &[("然", "后"), ("那", "个"), ("就", "是"), ("再", "来")];

/// The index after the hesitation that begins at `at`.
pub(super) fn hesitation(tokens: &[Token<'_>], at: usize) -> Option<usize> {
    let first = tokens.get(at)?;
    match first.kind {
        Kind::Word => (first.text.len() <= 4 && first.is_one_of(HESITATIONS)).then_some(at + 1),
        Kind::Han if HAN_HESITATIONS.contains(&first.text) => Some(at + 1),
        Kind::Han => {
            let (_, second) = HESITATIONS_OF_TWO.iter().find(|(one, _)| *one == first.text)?;
            tokens.get(at + 1).is_some_and(|token| token.text == *second).then_some(at + 2)
        }
        Kind::Digits | Kind::Space | Kind::Mark => None,
    }
}

/// Splits a text.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = text.char_indices().peekable();
    while let Some((start, first)) = rest.next() {
        let kind = kind_of(first);
        let mut end = start + first.len_utf8();
        if !matches!(kind, Kind::Han | Kind::Mark) {
            while let Some(&(at, c)) = rest.peek() {
                let apostrophe = kind == Kind::Word
                    && matches!(c, '\'' | '’')
                    && text[at + c.len_utf8()..].chars().next().is_some_and(|c| kind_of(c) == Kind::Word);
                if kind_of(c) != kind && !apostrophe {
                    break;
                }
                end = at + c.len_utf8();
                rest.next();
            }
        }
        tokens.push(Token { text: &text[start..end], start, kind });
    }
    tokens
}

fn kind_of(c: char) -> Kind {
    match c {
        '0'..='9' | '０'..='９' => Kind::Digits,
        c if is_han(c) => Kind::Han,
        c if c.is_whitespace() => Kind::Space,
        c if c.is_alphabetic() => Kind::Word,
        _ => Kind::Mark,
    }
}
