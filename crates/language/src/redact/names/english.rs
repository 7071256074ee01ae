//! English names: after "my name is", a title, "this is … speaking", or spelt letter by letter.

use std::{collections::HashSet, sync::LazyLock};

use super::super::{Label, Span, token::Token};

/// Cues after which a name follows, as words.
const CUES: &[&[&str]] = &[
    &["my", "name", "is"],
    &["my", "name's"],
    &["the", "name", "is"],
    &["the", "name's"],
    &["name", "is"],
    &["i'm", "called"],
    &["i", "am", "called"],
    &["first", "name", "is"],
    &["last", "name", "is"],
    &["surname", "is"],
    &["first", "name"],
    &["last", "name"],
    &["surname"],
    &["middle", "name", "is"],
    &["account", "holder", "is"],
    &["name", "on", "the", "account", "is"],
    &["under", "the", "name", "of"],
    &["under", "the", "name"],
    &["in", "the", "name", "of"],
    &["name", "was"],
    &["registered", "to"],
    &["registered", "as"],
    &["son's", "name", "is"],
    &["daughter's", "name", "is"],
    &["signed", "by"],
    &["signed", "for", "by"],
];
const TITLES: &[&str] = &["mr", "mrs", "ms", "miss", "mister", "missus", "dr", "doctor", "professor", "prof"];
const SIGNATURES: &[&str] = &["speaking", "calling", "here", "from"];

/// Words right before a given name where somebody is greeted, asked for or named, and letters may all be small.
const CALLS: &[&str] = &[
    "hello", "hi", "hey", "thanks", "you", "dear", "is", "i'm", "it's", "this", "for", "with", "to", "by",
    "name", "my", "husband", "wife", "son", "daughter", "brother", "sister", "friend", "under", "called",
    "from",
];

/// Common given names of English-speaking countries that are hardly any other word, with none that is ("Mark", "Grace").
static GIVEN: LazyLock<HashSet<&str>> =
    LazyLock::new(|| include_str!("given.txt").split_ascii_whitespace().collect());
/// Words that end a name or are none.
static STOP: LazyLock<HashSet<&str>> =
    LazyLock::new(|| include_str!("stop.txt").split_ascii_whitespace().collect());

pub(super) fn find(text: &str, words: &[&Token<'_>], spans: &mut Vec<Span>) {
    let mut at = 0;
    while at < words.len() {
        // "my name is spelled k r i s t y n"
        let spells = words[at].is_one_of(&["spelled", "spelt", "spelling", "spell"]);
        let spelling = if spells { spelt(text, words, at) } else { None };
        let name = spelling
            .or_else(|| cued(text, words, at))
            .or_else(|| signed(text, words, at))
            .or_else(|| introduced(text, words, at))
            .or_else(|| given(text, words, at));
        if let Some((first, end)) = name {
            spans.push(Span::new(text, words[first].start, words[end - 1].end(), Label::Name));
            at = end.max(at + 1);
            if let Some((first, end)) = spelt(text, words, at) {
                spans.push(Span::new(text, words[first].start, words[end - 1].end(), Label::Name));
                at = end;
            }
        } else {
            at += 1;
        }
    }
}

/// A name after a cue or a title that begins at `at`.
fn cued(text: &str, words: &[&Token<'_>], at: usize) -> Option<(usize, usize)> {
    let begins = |cue: &&&[&str]| {
        cue.iter().enumerate().all(|(offset, word)| {
            words.get(at + offset).is_some_and(|token| token.is(&word.replace('’', "'")))
        })
    };
    let after = match CUES.iter().filter(begins).map(|cue| cue.len()).max() {
        Some(length) => at + length,
        None if words[at].is_one_of(TITLES) && !words[at].is("miss") => at + 1,
        None => return None,
    };
    // "miss" is more often a verb, so it is a title only after other cues: "my name is Miss Jones".
    let after = if words.get(after).is_some_and(|word| word.is_one_of(TITLES)) { after + 1 } else { after };
    name_at(text, words, after).map(|end| (after, end))
}

/// "this is maria speaking", "it's Tom Baker calling".
fn signed(text: &str, words: &[&Token<'_>], at: usize) -> Option<(usize, usize)> {
    let first = match words[at] {
        word if word.is("this") && words.get(at + 1)?.is("is") => at + 2,
        word if word.is("it's") => at + 1,
        _ => return None,
    };
    let end = name_at(text, words, first)?;
    words.get(end).is_some_and(|word| word.is_one_of(SIGNATURES) && !word.is("here")).then_some((first, end))
}

/// "I'm Tom Baker": two words with capitals in a text that also has small letters.
fn introduced(text: &str, words: &[&Token<'_>], at: usize) -> Option<(usize, usize)> {
    let first = match words[at] {
        word if word.is("i'm") => at + 1,
        word if word.is("i") && words.get(at + 1)?.is("am") => at + 2,
        _ => return None,
    };
    let end = name_at(text, words, first)?;
    (end - first >= 2 && words[first..end].iter().all(|word| has_capital(word))).then_some((first, end))
}

/// A given name by itself: with a capital anywhere, in small letters after a word of address; a surname with a capital goes
/// with it.
fn given(text: &str, words: &[&Token<'_>], at: usize) -> Option<(usize, usize)> {
    let name = words[at];
    let capital = has_capital(name);
    if name.text.len() > 12
        || !name.text.is_ascii()
        || !GIVEN.contains(name.text.to_ascii_lowercase().as_str())
    {
        return None;
    }
    let before = at.checked_sub(1).map(|before| words[before]);
    if before.is_some_and(|word| word.is_one_of(&["san", "santa", "st", "saint"])) {
        return None;
    }
    let called = before.is_some_and(|word| word.is_one_of(CALLS));
    if !capital {
        return called.then_some((at, at + 1));
    }
    name_at(text, words, at).map(|end| (at, end))
}

/// "that's s m i t h", "spelled J O N": three or more letters said one by one, right after a name.
fn spelt(text: &str, words: &[&Token<'_>], at: usize) -> Option<(usize, usize)> {
    let mut first = at;
    while first < at + 2
        && words
            .get(first)?
            .is_one_of(&["that's", "spelled", "spelt", "that", "is", "spelling", "spell", "it"])
    {
        first += 1;
    }
    let letters =
        words[first.min(words.len())..].iter().take_while(|word| word.text.chars().count() == 1).count();
    let end = first + letters;
    (letters >= 3 && adjoining(text, &words[first..end])).then_some((first, end))
}

/// The index after a name of at most three words that begins at `first`.
fn name_at(text: &str, words: &[&Token<'_>], first: usize) -> Option<usize> {
    let is_name =
        |word: &Token<'_>| !STOP.contains(word.text.to_lowercase().as_str()) && word.text.chars().count() > 1;
    let begin = words.get(first).filter(|word| is_name(word))?;
    let capital = has_capital(begin);
    let mut end = first + 1;
    while end < words.len()
        && end - first < 3
        && is_name(words[end])
        && has_capital(words[end]) == capital
        && adjoining(text, &words[end - 1..=end])
    {
        end += 1;
    }
    // Without capitals nothing tells a surname from the next word: two at most.
    Some(if capital { end } else { end.min(first + 2) })
}

fn has_capital(word: &Token<'_>) -> bool {
    word.text.starts_with(char::is_uppercase)
}

/// Whether only blanks, full stops and hyphens lie between words.
fn adjoining(text: &str, words: &[&Token<'_>]) -> bool {
    words
        .windows(2)
        .all(|pair| text[pair[0].end()..pair[1].start].chars().all(|c| matches!(c, ' ' | '-' | '\t')))
}
