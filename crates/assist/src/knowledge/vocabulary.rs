//! The terms of a library, and which of them a question means: those it has, those it nearly has, those it spells, and those
//! that the word being typed may become.

use std::collections::HashMap;

use super::{
    sounds::Sounds,
    terms::{Token, is_function_word, stem, terms},
};

/// How much a term counts that the question does not have as it stands. Choices: a guess counts less than a word.
const MISTYPED: f32 = 0.7;
const SOUNDS_ALIKE: f32 = 0.7;
const BEGUN: f32 = 0.8;
/// At most so many terms for a word that is mistyped or not over.
const MOST: usize = 12;

/// The terms.
#[derive(Debug, Default)]
pub(super) struct Vocabulary {
    numbers: HashMap<String, u32>,
    texts: Vec<String>,
    /// For each term the letters in it: a cheap first look at whether it can be near another.
    letters: Vec<u32>,
    /// Terms in alphabetical order.
    sorted: Vec<u32>,
    sounds: Sounds,
}

/// What a part of a question means.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Meant {
    /// Terms with their weights; none where nothing in the library is near it.
    pub(super) terms: Vec<(u32, f32)>,
    /// Whether an answer has to have it. Function words need not be there, and an unknown pair of characters mostly crosses
    /// two words.
    pub(super) needed: bool,
}

impl Vocabulary {
    /// A term's number; a new one where it was not known.
    pub(super) fn learn(&mut self, term: String) -> u32 {
        let next = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        let number = *self.numbers.entry(term).or_insert_with_key(|term| {
            self.texts.push(term.clone());
            next
        });
        if number == next {
            self.letters.push(letters(&self.texts[number as usize]));
        }
        number
    }

    /// All terms are known: makes ready what finds them by sound and by their beginnings.
    pub(super) fn close(&mut self) {
        let texts = &self.texts;
        self.sorted = self.numbers.values().copied().collect();
        self.sorted.sort_unstable_by(|a, b| texts[*a as usize].cmp(&texts[*b as usize]));
        self.sounds = Sounds::of(self.sorted.iter().map(|term| (*term, texts[*term as usize].as_str())));
    }

    /// How many terms there are.
    pub(super) fn len(&self) -> usize {
        self.texts.len()
    }

    /// The numbers of those of these terms that are known.
    pub(super) fn numbers_of(&self, terms: &[String]) -> Vec<u32> {
        terms.iter().filter_map(|term| self.numbers.get(term).copied()).collect()
    }

    /// What each part of a question means. `typing`: the last word may not be over.
    pub(super) fn meant(&self, tokens: &[Token], typing: bool) -> Vec<Meant> {
        let mut meant = Vec::new();
        let mut unknown = String::new();
        for (at, token) in tokens.iter().enumerate() {
            let begun = typing && at + 1 == tokens.len();
            match token {
                Token::Han(run) => meant.extend(self.characters(run)),
                Token::Word(word) => {
                    let terms = self.word(word, begun, &mut unknown);
                    meant.push(Meant { terms, needed: !is_function_word(word) });
                }
            }
            if matches!(token, Token::Han(_)) {
                unknown.clear();
            }
        }
        meant
    }

    fn characters<'a>(&'a self, run: &'a [char]) -> impl Iterator<Item = Meant> + 'a {
        let singles = terms(&Token::Han(run.to_vec())).into_iter().take(run.len());
        let singles = singles.map(|single| Meant {
            needed: !is_function_word(&single),
            terms: self.known(&single).into_iter().collect(),
        });
        let pairs = run.windows(2).map(|pair| {
            let known = self.known(&pair.iter().collect::<String>());
            let alike =
                || self.sounds.like(pair[0], pair[1]).into_iter().map(|term| (term, SOUNDS_ALIKE)).collect();
            let terms = known.map_or_else(alike, |known| vec![known]);
            Meant { needed: !terms.is_empty(), terms }
        });
        singles.chain(pairs)
    }

    fn known(&self, term: &str) -> Option<(u32, f32)> {
        self.numbers.get(term).map(|term| (*term, 1.0))
    }

    /// `unknown`: words before this one that are not known, run together; pinyin is often typed syllable by syllable.
    fn word(&self, word: &str, begun: bool, unknown: &mut String) -> Vec<(u32, f32)> {
        let exact = self.known(&stem(word));
        if let Some(exact) = exact {
            unknown.clear();
            if !begun {
                return vec![exact];
            }
        }
        let mut meant: Vec<(u32, f32)> = exact.into_iter().collect();
        if begun {
            let longer = self.beginning_with(word).filter(|term| Some(*term) != exact.map(|(term, _)| term));
            meant.extend(longer.map(|term| (term, BEGUN)));
        }
        if exact.is_none() {
            unknown.push_str(word);
            let spelt = self.sounds.spell(unknown, begun);
            meant.extend(spelt.into_iter().map(|term| (term, SOUNDS_ALIKE)));
        }
        if meant.is_empty() {
            meant.extend(self.near(word).into_iter().map(|term| (term, MISTYPED)));
        }
        meant
    }

    fn beginning_with<'a>(&'a self, word: &'a str) -> impl Iterator<Item = u32> + 'a {
        let from = self.sorted.partition_point(|term| self.texts[*term as usize].as_str() < word);
        let begins = move |term: &&u32| self.texts[**term as usize].starts_with(word);
        self.sorted[from..].iter().take_while(begins).take(MOST).copied()
    }

    /// The terms that a word was perhaps meant to be: one slip in words of four letters, two from eight on. Numbers and codes
    /// are taken as they are.
    fn near(&self, word: &str) -> Vec<u32> {
        let length = word.chars().count();
        let allowed = match length {
            0..4 => return Vec::new(),
            4..8 => 1,
            _ => 2,
        };
        if word.bytes().any(|byte| byte.is_ascii_digit()) {
            return Vec::new();
        }
        let mask = letters(word);
        let mut near: Vec<(usize, u32)> = (0_u32..)
            .zip(&self.letters)
            .filter(|(_, letters)| (*letters ^ mask).count_ones() <= 2 * allowed)
            .filter_map(|(term, _)| {
                let slips = slips(word, &self.texts[term as usize], allowed as usize)?;
                Some((slips, term))
            })
            .collect();
        near.sort_unstable();
        let least = near.first().map_or(0, |(slips, _)| *slips);
        near.into_iter().take_while(|(slips, _)| *slips == least).take(MOST).map(|(_, term)| term).collect()
    }
}

/// One bit for each letter that a term has; other characters share the bits that are left.
fn letters(term: &str) -> u32 {
    term.chars().fold(0, |mask, c| {
        mask | 1 << if c.is_ascii_lowercase() { c as u32 - 'a' as u32 } else { 26 + c as u32 % 6 }
    })
}

/// How many letters were left out, put in, changed or swapped with their neighbour (optimal string alignment; Damerau
/// 1964), where that is at most `allowed`.
fn slips(a: &str, b: &str, allowed: usize) -> Option<usize> {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len().abs_diff(b.len()) > allowed {
        return None;
    }
    let mut rows = [vec![0; b.len() + 1], (0..=b.len()).collect::<Vec<usize>>(), vec![0; b.len() + 1]];
    for i in 1..=a.len() {
        let [before, above, row] = &mut rows;
        row[0] = i;
        for j in 1..=b.len() {
            let change = above[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = change.min(above[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        if row.iter().all(|slips| *slips > allowed) {
            return None;
        }
        rows.rotate_left(1);
    }
    Some(rows[1][b.len()]).filter(|slips| *slips <= allowed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::terms::{all_terms, tokens};

    fn vocabulary(text: &str) -> Vocabulary {
        let mut vocabulary = Vocabulary::default();
        all_terms(text).into_iter().for_each(|term| {
            vocabulary.learn(term);
        });
        vocabulary.close();
        vocabulary
    }

    fn meant(vocabulary: &Vocabulary, question: &str, typing: bool) -> Vec<String> {
        let meant = vocabulary.meant(&tokens(question), typing).into_iter().flat_map(|meant| meant.terms);
        meant.map(|(term, _)| vocabulary.texts[term as usize].clone()).collect()
    }

    #[test]
    fn slips_are_counted() {
        for (a, b, wanted) in [
            ("card", "card", Some(0)),
            ("crad", "card", Some(1)),
            ("reciept", "receipt", Some(1)),
            ("abcd", "wxyz", None),
        ] {
            assert_eq!(slips(a, b, 2), wanted, "{a} {b}");
        }
    }

    #[test]
    fn a_question_means_what_is_written_what_is_near_and_what_it_spells() {
        let known = vocabulary("refund policy receipts headset E404 退款流程 客服");
        assert_eq!(meant(&known, "refunds", false), ["refund"]);
        assert_eq!(meant(&known, "reciept", false), ["receipt"]);
        assert_eq!(meant(&known, "e405", false), [""; 0]);
        assert_eq!(meant(&known, "tuikuan liucheng", false), ["退款", "退款", "款流", "流程"]);
        assert_eq!(meant(&known, "tui kuan", false), ["退款"]);
        assert_eq!(meant(&known, "退宽", false), ["退", "退款"]);
        assert_eq!(meant(&known, "hea", true), ["headset"]);
        assert_eq!(meant(&known, "hea", false), [""; 0]);
        assert_eq!(meant(&known, "tuik", true), ["退款"]);
    }
}
