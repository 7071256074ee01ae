//! Pinyin: pairs of Chinese characters by how they are said, so that `tuikuan` finds 退款, and 退宽 does too.

use std::collections::{BTreeMap, BTreeSet};

use pinyin::ToPinyinMulti;

/// At most so many terms stand for one spelling.
const MOST: usize = 8;
/// No syllable is longer.
const LONGEST_SYLLABLE: usize = 6;

/// The pairs of characters that a library holds, by their spelling.
#[derive(Debug, Default)]
pub(super) struct Sounds {
    /// Ascending by spelling, then by term.
    pairs: Vec<(String, u32)>,
    syllables: BTreeSet<String>,
}

impl Sounds {
    /// Of the terms of a library those that are pairs of characters.
    pub(super) fn of<'a>(terms: impl Iterator<Item = (u32, &'a str)>) -> Self {
        let mut known: BTreeMap<char, Vec<String>> = BTreeMap::new();
        let mut sounds = Self::default();
        for (term, text) in terms {
            let mut chars = text.chars();
            let (Some(first), Some(second), None) = (chars.next(), chars.next(), chars.next()) else {
                continue;
            };
            if !calmline_language::is_han(first) {
                continue;
            }
            for c in [first, second] {
                known.entry(c).or_insert_with(|| readings(c));
            }
            for first in &known[&first] {
                sounds.pairs.extend(known[&second].iter().map(|second| (format!("{first}{second}"), term)));
            }
        }
        sounds.syllables.extend(known.into_values().flatten());
        sounds.pairs.sort_unstable();
        sounds.pairs.dedup();
        sounds
    }

    /// The pairs that sound like these two characters.
    pub(super) fn like(&self, first: char, second: char) -> BTreeSet<u32> {
        let seconds = readings(second);
        let spellings = readings(first).into_iter().flat_map(|first| {
            seconds.iter().map(move |second| format!("{first}{second}")).collect::<Vec<_>>()
        });
        spellings.flat_map(|spelling| self.spelt(&spelling, false)).take(MOST).collect()
    }

    /// The pairs that a word spells: every two neighbouring syllables, or nothing where it is not pinyin of at least two
    /// known syllables. `typing`: the last syllable may be cut.
    pub(super) fn spell(&self, word: &str, typing: bool) -> BTreeSet<u32> {
        let word = word.replace('ü', "v");
        if self.pairs.is_empty() || !word.bytes().all(|byte| byte.is_ascii_lowercase()) {
            return BTreeSet::new();
        }
        let whole = self.syllables_of(&word);
        let found: BTreeSet<u32> =
            whole.windows(2).flat_map(|pair| self.spelt(&pair.concat(), false)).collect();
        if !found.is_empty() || !typing {
            return found;
        }
        // The last one or two syllables may not be whole yet.
        self.spelt(&word, true).into_iter().collect()
    }

    fn spelt(&self, spelling: &str, cut: bool) -> Vec<u32> {
        let from = self.pairs.partition_point(|(known, _)| known.as_str() < spelling);
        let fits = |known: &str| if cut { known.starts_with(spelling) } else { known == spelling };
        self.pairs[from..]
            .iter()
            .take_while(|(known, _)| fits(known))
            .take(MOST)
            .map(|(_, term)| *term)
            .collect()
    }

    /// The fewest known syllables that make up the word; none where it is no pinyin.
    fn syllables_of<'a>(&self, word: &'a str) -> Vec<&'a str> {
        // For each end the fewest syllables that reach it, and where the last of them begins.
        let mut best: Vec<Option<(usize, usize)>> = vec![None; word.len() + 1];
        best[0] = Some((0, 0));
        for end in 1..=word.len() {
            for start in end.saturating_sub(LONGEST_SYLLABLE)..end {
                let Some((count, _)) = best[start] else { continue };
                let fewer = best[end].is_none_or(|(known, _)| count + 1 < known);
                if fewer && self.syllables.contains(&word[start..end]) {
                    best[end] = Some((count + 1, start));
                }
            }
        }
        let mut syllables = Vec::new();
        let mut end = word.len();
        while let Some((_, start)) = best[end].filter(|_| end > 0) {
            syllables.push(&word[start..end]);
            end = start;
        }
        syllables.reverse();
        syllables
    }
}

/// How a character may be said, without tones; nothing where that is not known.
fn readings(c: char) -> Vec<String> {
    let mut readings: Vec<String> = c
        .to_pinyin_multi()
        .map(|several| several.into_iter().map(|one| one.plain().replace('ü', "v")).collect())
        .unwrap_or_default();
    readings.sort_unstable();
    readings.dedup();
    readings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sounds() -> Sounds {
        Sounds::of(
            ["退款", "银行", "重置", "卡", "card", "绿色"].into_iter().zip(0..).map(|(text, at)| (at, text)),
        )
    }

    #[test]
    fn pinyin_finds_the_characters_that_it_spells() {
        let found = |word, typing| sounds().spell(word, typing).into_iter().collect::<Vec<_>>();
        assert_eq!(found("tuikuan", false), [0]);
        assert_eq!(found("yinhang", false), [1], "行 is also said xing");
        assert_eq!(found("chongzhi", false), [2]);
        assert_eq!(found("lvse", false), [5]);
        assert_eq!(found("tuik", true), [0]);
        for word in ["tuik", "card", "卡", "kuan", ""] {
            assert_eq!(found(word, false), [0; 0], "{word}");
        }
    }

    #[test]
    fn characters_that_sound_alike_are_found() {
        assert_eq!(sounds().like('退', '宽'), BTreeSet::from([0]));
        assert_eq!(sounds().like('a', '宽'), BTreeSet::new());
    }
}
