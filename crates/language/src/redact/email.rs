//! E-mail addresses as people say them: `john dot smith at gmail dot com`, `幺二三四五六 艾特 qq 点 com`.

use super::{
    Label, Span,
    numbers::{digit_word, han_digit},
    token::{self, Kind, Token},
};

const DOT: &[&str] = &["dot", "点", "."];
const JOIN: &[&str] = &["dot", "underscore", "dash", "hyphen", "minus", "plus", "点", "."];
const COMMAS: &[&str] = &[",", "，", "…", "."];
const HYPHEN: &[&str] = &["dash", "hyphen", "-"];
const ENDINGS: &[&str] = &[
    "com", "net", "org", "cn", "co", "uk", "edu", "gov", "io", "de", "fr", "info", "me", "us", "ca", "au",
    "jp", "app",
];
/// Words before `at` that are no mailbox: "look at amazon dot com".
const NOT_A_MAILBOX: &[&str] = &[
    "look",
    "looked",
    "looking",
    "is",
    "was",
    "are",
    "am",
    "be",
    "me",
    "us",
    "it",
    "you",
    "here",
    "there",
    "shop",
    "bought",
    "buy",
    "order",
    "ordered",
    "work",
    "works",
    "available",
    "online",
    "up",
    "out",
    "them",
    "find",
    "address",
    "mail",
    "email",
    "contact",
    "website",
    "account",
    "and",
    "or",
    "reached",
    "reach",
    "directly",
];

pub(super) fn find(text: &str, tokens: &[Token<'_>], spans: &mut Vec<Span>) {
    // Most turns say no "at": nothing is gathered for them.
    let may_hold = |token: &Token<'_>| token.is("at") || matches!(token.text, "@" | "艾" | "圈");
    if !tokens.iter().any(may_hold) {
        return;
    }
    let said = said(tokens);
    let mut at = 0;
    while at < said.len() {
        if let Some(after_at) = at_sign(&said, at)
            && let Some(end) = domain(&said, after_at)
            && let Some(start) = mailbox(&said, at)
        {
            spans.push(Span::new(text, said[start].start, said[end - 1].end(), Label::Email));
            at = end;
            continue;
        }
        at += 1;
    }
}

/// What counts for an address: no spaces, and no hesitations with the commas around them.
fn said<'a, 'b>(tokens: &'b [Token<'a>]) -> Vec<&'b Token<'a>> {
    let mut said: Vec<&Token<'_>> = Vec::with_capacity(tokens.len());
    let mut at = 0;
    let mut hesitated = false;
    while let Some(token) = tokens.get(at) {
        if let Some(after) = token::hesitation(tokens, at) {
            said.pop_if(|last| last.is_one_of(COMMAS));
            hesitated = true;
            at = after;
            continue;
        }
        at += 1;
        if token.kind != Kind::Space && !(hesitated && token.is_one_of(COMMAS)) {
            hesitated = false;
            said.push(token);
        }
    }
    said
}

/// The index after an `at` that is said: `at`, `艾特`, `@`, `圈a`.
fn at_sign(said: &[&Token<'_>], at: usize) -> Option<usize> {
    let next = |offset: usize| said.get(at + offset);
    match said[at] {
        token if token.is("at") || token.text == "@" => Some(at + 1),
        token if token.text == "艾" && next(1)?.text == "特" => Some(at + 2),
        token if token.text == "圈" && next(1)?.is("a") => Some(at + 2),
        _ => None,
    }
}

/// The index after a domain with at least one `dot` and a known ending.
fn domain(said: &[&Token<'_>], from: usize) -> Option<usize> {
    let part = |at: usize| said.get(at).is_some_and(|token| is_part(token));
    let is = |at: usize, words: &[&str]| said.get(at).is_some_and(|token| token.is_one_of(words));
    let mut end = None;
    let mut at = from;
    while part(at) {
        at += 1;
        // "g mail dot com", "one six three dot com", "acme dash tools dot com": up to five parts before each dot.
        for _ in 0..5 {
            let joined = is(at, HYPHEN) && part(at + 1);
            if !joined && (!part(at) || is(at, DOT)) {
                break;
            }
            at += 1;
        }
        while is(at, DOT) && is(at + 1, ENDINGS) {
            at += 2;
            end = Some(at);
        }
        if end.is_some() || !is(at, DOT) {
            break;
        }
        at += 1;
    }
    end
}

/// The index where the mailbox before `at` begins: one word, and further back what `dot` or `underscore` joins to it, or
/// letters and digits that are spelt one by one.
fn mailbox(said: &[&Token<'_>], at: usize) -> Option<usize> {
    let last = at.checked_sub(1)?;
    if !is_part(said[last]) || said[last].is_one_of(NOT_A_MAILBOX) {
        return None;
    }
    let mut start = last;
    while let Some(before) = start.checked_sub(1) {
        let joined = said[before].is_one_of(JOIN) && before > 0 && is_part(said[before - 1]);
        // "a" and "i" are words, unless letters stand on both sides: "m a r k".
        let between =
            is_letter(said[before]) && is_letter(said[start]) && before > 0 && is_letter(said[before - 1]);
        if between {
            start = before;
        } else if joined {
            start = before - 1;
        } else if is_part(said[before])
            && (is_spelt(said[before]) || (is_spelt(said[start]) && touches(said[before], said[start])))
        {
            start = before;
        } else {
            break;
        }
    }
    // "nora nine two at": the word before digits that were said belongs to them, and what is joined to it.
    let said_digits = digit_word(said[start].text).is_some();
    let word = start.checked_sub(1).map(|before| said[before]);
    if said_digits
        && word.is_some_and(|word| word.kind == Kind::Word && is_part(word) && !word.is_one_of(NOT_A_MAILBOX))
    {
        start -= 1;
        while start >= 2 && said[start - 1].is_one_of(JOIN) && is_part(said[start - 2]) {
            start -= 2;
        }
    }
    Some(start)
}

fn is_part(token: &Token<'_>) -> bool {
    match token.kind {
        Kind::Word => token.text.is_ascii() && !token.is_one_of(JOIN),
        Kind::Digits => true,
        Kind::Han => token.text.chars().next().and_then(han_digit).is_some(),
        Kind::Space | Kind::Mark => token.text == "_" || token.text == "-",
    }
}

fn is_letter(token: &Token<'_>) -> bool {
    token.kind == Kind::Word && token.text.len() == 1
}

/// A letter, a digit or a number said by itself.
fn is_spelt(token: &Token<'_>) -> bool {
    let letter = token.kind == Kind::Word && token.text.len() == 1 && !token.is("i") && !token.is("a");
    letter || matches!(token.kind, Kind::Digits | Kind::Han | Kind::Mark) || digit_word(token.text).is_some()
}

fn touches(before: &Token<'_>, after: &Token<'_>) -> bool {
    before.end() == after.start
}
