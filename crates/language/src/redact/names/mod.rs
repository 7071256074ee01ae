//! Names after cues. A name without a cue cannot be told from a word by rules, and stays.

mod chinese;
mod english;

use super::{
    Span,
    token::{Kind, Token},
};

pub(super) fn find(text: &str, tokens: &[Token<'_>], spans: &mut Vec<Span>) {
    let words: Vec<&Token<'_>> = tokens.iter().filter(|token| token.kind == Kind::Word).collect();
    if !words.is_empty() {
        english::find(text, &words, spans);
    }
    if words.len() < tokens.len() {
        chinese::find(text, tokens, spans);
    }
}
