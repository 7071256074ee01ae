//! Numbers that identify: phones, cards, accounts, ids. Written or spoken digits are gathered into runs, and a run is
//! judged by its length, its grouping, its check digits and the words before it.

mod judge;
mod run;
mod spoken;

use super::{
    Label, Span,
    token::{self, Token},
};

pub(super) use spoken::{digit_word, han_digit};

pub(super) fn find(text: &str, tokens: &[Token<'_>], spans: &mut Vec<Span>) {
    let mut at = 0;
    while at < tokens.len() {
        match run::run_at(tokens, at) {
            Some(run) => {
                at = run.tokens.1;
                if let Some(span) = judge::judge(text, tokens, &run) {
                    spans.push(span);
                }
            }
            None => at += 1,
        }
    }
}

/// 11 digits from 13x to 19x, with or without the country code 86 (工信部 numbering plan).
fn is_chinese_mobile(digits: &str) -> bool {
    let national = digits.strip_prefix("0086").or_else(|| digits.strip_prefix("86")).unwrap_or(digits);
    let number = if national.len() == 11 { national } else { digits };
    number.len() == 11 && number.starts_with('1') && number.as_bytes()[1] >= b'3'
}

/// Digits that begin or end a turn, and that nothing says to be harmless.
#[derive(Debug, Clone)]
pub(super) struct Edge {
    /// Its bytes in the turn.
    pub(super) start: usize,
    pub(super) end: usize,
    /// How many digits it has.
    pub(super) digits: usize,
    pub(super) at_start: bool,
    pub(super) at_end: bool,
    value: String,
}

impl Edge {
    /// As a piece of a number.
    pub(super) fn span(&self) -> Span {
        Span { start: self.start, end: self.end, label: Label::Number, value: self.value.clone() }
    }
}

/// The digits that reach from the beginning of a turn or to its end; marks and hesitations may lie between.
pub(super) fn edges(text: &str, tokens: &[Token<'_>]) -> Vec<Edge> {
    let mut edges = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let Some(run) = run::run_at(tokens, at) else {
            at += 1;
            continue;
        };
        let (first, end) = run.tokens;
        at = end;
        let (at_start, at_end) = (is_nothing(tokens, 0, first), is_nothing(tokens, end, tokens.len()));
        if (at_start || at_end) && judge::may_be_a_piece(text, tokens, &run) {
            let (start, stop) = (tokens[first].start, tokens[end - 1].end());
            let digits = run.digits.len();
            edges.push(Edge { start, end: stop, digits, at_start, at_end, value: run.digits });
        }
    }
    edges
}

/// Whether these tokens hold no words but hesitations.
fn is_nothing(tokens: &[Token<'_>], mut from: usize, to: usize) -> bool {
    while from < to {
        from = match token::hesitation(tokens, from) {
            Some(after) => after,
            None if !tokens[from].kind.is_spoken() => from + 1,
            None => return false,
        };
    }
    true
}
