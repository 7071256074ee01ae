//! Phrase lists: the lexicons of this crate, found in one pass over a text.

use aho_corasick::AhoCorasick;

/// Phrases with a kind and a weight, read from a list in `lexicon/`.
pub(super) struct Phrases {
    automaton: Option<AhoCorasick>,
    entries: Vec<(Kind, f64)>,
}

/// What a phrase is to the rule that uses it; the lists explain their kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Direct,
    Noun,
    Adjective,
    Whole,
    Verb,
    Target,
    Emergency,
    Mood,
    Threat,
    Harassment,
    Joy,
    Anger,
    Sadness,
    Fear,
    Surprise,
}

/// A phrase found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Hit {
    pub start: usize,
    pub end: usize,
    pub kind: Kind,
    pub weight: f64,
}

impl Phrases {
    /// Reads a list of lines `KIND WEIGHT PHRASE`; `#` opens a comment.
    pub fn of_kinds(list: &str) -> Self {
        Self::build(lines(list).filter_map(|line| {
            let (kind, rest) = line.split_once(' ')?;
            let (weight, phrase) = rest.split_once(' ')?;
            Some((phrase, Kind::named(kind)?, weight.parse().ok()?))
        }))
    }

    /// Reads a list of lines `KIND WEIGHT WORD WORD ...`.
    pub fn of_many(list: &str) -> Self {
        Self::build(lines(list).flat_map(|line| {
            let mut words = line.split(' ');
            let kind = words.next().and_then(Kind::named).unwrap_or(Kind::Mood);
            let weight = words.next().and_then(|word| word.parse().ok()).unwrap_or(0.0);
            words.map(move |word| (word, kind, weight))
        }))
    }

    /// Reads a list of lines `WEIGHT PHRASE`, or, where `many`, `WEIGHT WORD WORD ...`.
    pub fn of_moods(list: &str, many: bool) -> Self {
        Self::build(lines(list).flat_map(|line| {
            let (weight, rest) = line.split_once(' ').unwrap_or(("0", line));
            let weight = weight.parse().unwrap_or(0.0);
            let phrases: Vec<&str> = if many { rest.split(' ').collect() } else { vec![rest] };
            phrases.into_iter().map(move |phrase| (phrase, Kind::Mood, weight)).collect::<Vec<_>>()
        }))
    }

    fn build<'a>(entries: impl Iterator<Item = (&'a str, Kind, f64)>) -> Self {
        let (phrases, entries): (Vec<&str>, Vec<_>) =
            entries.map(|(phrase, kind, weight)| (phrase, (kind, weight))).unzip();
        // Construction fails only for lists far larger than these; the tests see that each list finds its phrases.
        Self { automaton: AhoCorasick::new(&phrases).ok(), entries }
    }

    /// The phrases in a normalised text, whole words only, from left to right; of overlapping ones the one that begins
    /// first, then the longest.
    pub fn find(&self, text: &str) -> Vec<Hit> {
        let mut hits: Vec<Hit> = self.overlapping(text).collect();
        hits.sort_by_key(|hit| (hit.start, usize::MAX - hit.end));
        let mut free = 0;
        hits.retain(|hit| {
            let keep = hit.start >= free;
            if keep {
                free = hit.end;
            }
            keep
        });
        hits
    }

    /// The same, overlapping ones included, in no particular order.
    pub fn overlapping<'a>(&'a self, text: &'a str) -> impl Iterator<Item = Hit> + 'a {
        self.automaton.iter().flat_map(move |automaton| automaton.find_overlapping_iter(text)).filter_map(
            move |found| {
                let (kind, weight) = self.entries[found.pattern().as_usize()];
                let hit = Hit { start: found.start(), end: found.end(), kind, weight };
                is_whole(text, hit.start, hit.end).then_some(hit)
            },
        )
    }

    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.entries.len()
    }
}

impl Kind {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "direct" => Self::Direct,
            "noun" => Self::Noun,
            "adjective" => Self::Adjective,
            "whole" => Self::Whole,
            "verb" => Self::Verb,
            "target" => Self::Target,
            "emergency" => Self::Emergency,
            "threat" => Self::Threat,
            "harassment" => Self::Harassment,
            "joy" => Self::Joy,
            "anger" => Self::Anger,
            "sadness" => Self::Sadness,
            "fear" => Self::Fear,
            "surprise" => Self::Surprise,
            _ => return None,
        })
    }
}

fn lines(list: &str) -> impl Iterator<Item = &str> {
    list.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// Whether no Latin word is cut at either end.
fn is_whole(text: &str, start: usize, end: usize) -> bool {
    let bytes = text.as_bytes();
    let word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'\'';
    let cut = |before: Option<&u8>, after: Option<&u8>| {
        before.is_some_and(word) && after.is_some_and(u8::is_ascii_alphanumeric)
    };
    let at_start = start.checked_sub(1).and_then(|at| bytes.get(at));
    let inside_end = end.checked_sub(1).and_then(|at| bytes.get(at));
    !(cut(at_start, bytes.get(start)) || inside_end.is_some_and(word) && bytes.get(end).is_some_and(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_are_whole_words_and_the_longest_wins() {
        let phrases = Phrases::of_kinds("# list\nnoun 0.5 ass\nnoun 0.9 ass hole\nnoun 0.8 垃圾\n");
        assert_eq!(phrases.len(), 3);
        assert!(phrases.find("an asset passes").is_empty());
        let weights = |text| phrases.find(text).iter().map(|hit| hit.weight).collect::<Vec<_>>();
        assert_eq!(weights("you ass hole 你垃圾吗"), [0.9, 0.8]);
        assert_eq!(weights("ass's ass"), [0.5]);
    }

    #[test]
    fn every_line_of_every_list_is_read() {
        for (list, kinds) in [
            (include_str!("../../lexicon/abuse_en.txt"), true),
            (include_str!("../../lexicon/abuse_zh.txt"), true),
            (include_str!("../../lexicon/help_en.txt"), true),
            (include_str!("../../lexicon/help_zh.txt"), true),
            (include_str!("../../lexicon/emotion_en.txt"), true),
            (include_str!("../../lexicon/politeness_en.txt"), false),
            (include_str!("../../lexicon/sentiment_en.txt"), false),
        ] {
            let phrases = if kinds { Phrases::of_kinds(list) } else { Phrases::of_moods(list, false) };
            assert_eq!(phrases.len(), lines(list).count());
            assert!(phrases.automaton.is_some());
            let limit = if kinds { 0.0..=1.0 } else { -3.0..=3.0 };
            assert!(phrases.entries.iter().all(|(_, weight)| limit.contains(weight) && *weight != 0.0));
        }
    }
}
