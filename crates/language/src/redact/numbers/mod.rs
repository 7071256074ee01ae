//! Numbers that identify: phones, cards, accounts, ids. Written or spoken digits are gathered into runs, and a run is
//! judged by its length, its grouping, its check digits and the words before it.

mod judge;
mod run;
mod spoken;

use super::{Span, token::Token};

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
