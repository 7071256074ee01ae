//! Texts into pieces: a small reader of SentencePiece models of the unigram kind (Kudo 2018), and the search for the
//! likeliest way to cut a text.
//!
//! A model is a protocol buffer (`sentencepiece_model.proto`): repeated pieces in field 1, each with its text (1) and
//! score (2), and the table of normalisation in field 2 of field 3. That table is a double-array trie of what is
//! replaced, and after it the replacements, each ended by a zero byte.

use super::EmbedError;

/// The mark that stands for a space and begins every text.
const SPACE: &[u8] = "\u{2581}".as_bytes();
const UNKNOWN: u32 = 0;
const BEGIN: u32 = 1;
const END: u32 = 2;
/// How much less likely than the least likely piece an unknown character is, as in SentencePiece.
const UNKNOWN_PENALTY: f32 = 10.0;

/// The pieces of a model.
#[derive(Debug)]
pub(super) struct Pieces {
    /// Sorted by their bytes, with their numbers and scores.
    sorted: Vec<(Vec<u8>, u32, f32)>,
    /// Where in `sorted` the pieces begin that have this first byte.
    first: Vec<usize>,
    unknown_score: f32,
    normaliser: Normaliser,
}

impl Pieces {
    /// Reads a model.
    pub(super) fn read(model: &[u8]) -> Result<Self, EmbedError> {
        let mut sorted = Vec::new();
        let mut least = f32::INFINITY;
        let mut number = 0;
        let mut table = &[][..];
        for (field, bytes) in Fields(model) {
            match field {
                1 => {
                    let (mut text, mut score) = (&[][..], 0.0);
                    for (field, value) in Fields(bytes) {
                        match (field, value) {
                            (1, value) => text = value,
                            (2, &[a, b, c, d]) => score = f32::from_le_bytes([a, b, c, d]),
                            _ => {}
                        }
                    }
                    least = least.min(score);
                    if number > END && !text.is_empty() {
                        sorted.push((text.to_vec(), number, score));
                    }
                    number += 1;
                }
                3 => table = Fields(bytes).find(|(field, _)| *field == 2).map_or(&[], |(_, value)| value),
                _ => {}
            }
        }
        if sorted.is_empty() {
            return Err(EmbedError::Pieces);
        }
        sorted.sort_by(|a: &(Vec<u8>, u32, f32), b| (&a.0, a.1).cmp(&(&b.0, b.1)));
        let first = (0..=256).map(|byte| sorted.partition_point(|(text, ..)| usize::from(text[0]) < byte));
        Ok(Self {
            first: first.collect(),
            sorted,
            unknown_score: least - UNKNOWN_PENALTY,
            normaliser: Normaliser::read(table),
        })
    }

    /// One more than the largest number of a piece.
    pub(super) fn len(&self) -> usize {
        self.sorted.iter().map(|(_, number, _)| *number as usize + 1).max().unwrap_or(0)
    }

    /// The numbers of a text's pieces, between the marks of its begin and end.
    pub(super) fn cut(&self, text: &str) -> Vec<u32> {
        let normal = self.normaliser.apply(text);
        let mut numbers = vec![END];
        if normal.is_empty() {
            numbers.push(UNKNOWN);
        } else {
            self.likeliest(&normal, &mut numbers);
        }
        numbers.push(BEGIN);
        numbers.reverse();
        numbers
    }

    /// Viterbi's search from left to right; the pieces are put down from right to left.
    fn likeliest(&self, normal: &str, numbers: &mut Vec<u32>) {
        let bytes = normal.as_bytes();
        let mut best = vec![(f32::NEG_INFINITY, 0_usize, UNKNOWN); bytes.len() + 1];
        best[0].0 = 0.0;
        for (at, c) in normal.char_indices() {
            let base = best[at].0;
            let mut single = false;
            self.starting(&bytes[at..], |length, number, score| {
                single |= length == c.len_utf8();
                let end = &mut best[at + length];
                if base + score > end.0 {
                    *end = (base + score, at, number);
                }
            });
            let end = &mut best[at + c.len_utf8()];
            if !single && base + self.unknown_score > end.0 {
                *end = (base + self.unknown_score, at, UNKNOWN);
            }
        }
        let mut end = bytes.len();
        while end > 0 {
            numbers.push(best[end].2);
            end = best[end].1;
        }
    }

    /// The pieces that these bytes begin with, the shortest first.
    fn starting(&self, bytes: &[u8], mut found: impl FnMut(usize, u32, f32)) {
        let Some(byte) = bytes.first() else { return };
        let byte = usize::from(*byte);
        let mut range = &self.sorted[self.first[byte]..self.first[byte + 1]];
        for (depth, byte) in bytes.iter().enumerate() {
            if depth > 0 {
                // Those with this byte here; a piece that has ended sorts before all longer ones.
                let here = |piece: &(Vec<u8>, u32, f32)| piece.0.get(depth).copied();
                let from = range.partition_point(|piece| here(piece) < Some(*byte));
                let rest = &range[from..];
                range = &rest[..rest.partition_point(|piece| here(piece) == Some(*byte))];
            }
            let Some((text, number, score)) = range.first() else { return };
            if text.len() == depth + 1 {
                found(depth + 1, *number, *score);
            }
        }
    }
}

/// The fields of a protocol buffer message: number and bytes; varints are passed over. Ends where it cannot be read.
struct Fields<'a>(&'a [u8]);

impl<'a> Iterator for Fields<'a> {
    type Item = (u64, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let tag = self.varint()?;
            let length = match tag & 7 {
                0 => {
                    self.varint()?;
                    continue;
                }
                1 => 8,
                2 => usize::try_from(self.varint()?).ok()?,
                5 => 4,
                _ => return None,
            };
            let (value, rest) = self.0.split_at_checked(length)?;
            self.0 = rest;
            return Some((tag >> 3, value));
        }
    }
}

impl Fields<'_> {
    fn varint(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = self.0.split_first()?;
            self.0 = rest;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }
}

/// Replaces characters as the model's training did, and makes spaces visible.
#[derive(Debug)]
struct Normaliser {
    units: Vec<u32>,
    replacements: Vec<u8>,
}

impl Normaliser {
    fn read(table: &[u8]) -> Self {
        let trie = table
            .split_first_chunk::<4>()
            .and_then(|(size, rest)| rest.split_at_checked(u32::from_le_bytes(*size) as usize));
        let (trie, replacements) = trie.unwrap_or_default();
        let units = trie.chunks_exact(4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
        Self { units, replacements: replacements.to_vec() }
    }

    /// The text as its pieces were learned: without spaces at the ends and runs of them, one mark per space.
    fn apply(&self, text: &str) -> String {
        let mut out = Vec::with_capacity(text.len() + 8);
        let mut at = 0;
        let mut after_space = true;
        while at < text.len() {
            let (mut piece, taken) = self.prefix(&text[at..]);
            at += taken;
            while after_space && piece.first() == Some(&b' ') {
                piece = &piece[1..];
            }
            if out.is_empty() && !piece.is_empty() {
                out.extend(SPACE);
            }
            for byte in piece {
                if *byte == b' ' { out.extend(SPACE) } else { out.push(*byte) }
            }
            after_space = piece.last().map_or(after_space, |last| *last == b' ');
        }
        while out.ends_with(SPACE) {
            out.truncate(out.len() - SPACE.len());
        }
        String::from_utf8(out).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
    }

    /// What the text's longest known beginning becomes, or its first character; and how many bytes that takes.
    fn prefix<'a>(&'a self, text: &'a str) -> (&'a [u8], usize) {
        let offset = |unit: u32| ((unit >> 10) << ((unit & 0x200) >> 6)) as usize;
        let mut longest = None;
        let mut node = self.units.first().map_or(0, |unit| offset(*unit));
        for (at, byte) in text.bytes().enumerate() {
            node ^= usize::from(byte);
            let Some(unit) = self.units.get(node).filter(|unit| **unit & 0x8000_00ff == u32::from(byte))
            else {
                break;
            };
            node ^= offset(*unit);
            if unit & 0x100 != 0 {
                longest = self.units.get(node).map(|leaf| ((leaf & 0x7fff_ffff) as usize, at + 1));
            }
        }
        let replaced = longest.and_then(|(from, taken)| {
            // A table whose longest match would end within a character is no table.
            let rest = self.replacements.get(from..)?;
            let end = rest.iter().position(|byte| *byte == 0)?;
            text.is_char_boundary(taken).then(|| (&rest[..end], taken))
        });
        let first = text.chars().next().map_or(0, char::len_utf8);
        replaced.unwrap_or((&text.as_bytes()[..first], first))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A model with these pieces, numbered from 3, and no table.
    fn model(pieces: &[(&str, f32)]) -> Vec<u8> {
        let special = [("<unk>", 0.0), ("<s>", 0.0), ("</s>", 0.0)];
        let mut bytes = Vec::new();
        for (text, score) in special.iter().chain(pieces) {
            let mut piece = vec![0x0a, text.len() as u8];
            piece.extend(text.as_bytes());
            piece.push(0x15);
            piece.extend(score.to_le_bytes());
            bytes.extend([0x0a, piece.len() as u8]);
            bytes.extend(piece);
        }
        bytes
    }

    #[test]
    fn the_likeliest_cut_wins_and_what_is_unknown_is_one_piece_a_character() {
        let pieces = [("▁", -3.0), ("▁a", -1.9), ("ab", -2.0), ("▁ab", -5.5), ("b", -3.0), ("a", -4.0)];
        let pieces = Pieces::read(&model(&pieces)).unwrap();
        assert_eq!(pieces.cut("ab"), [1, 4, 7, 2], "▁a + b (-4.9) before ▁ + ab (-5) and ▁ab (-5.5)");
        assert_eq!(pieces.cut("  a   好b "), [1, 4, 3, 0, 7, 2]);
        assert_eq!(pieces.cut(" "), [1, 0, 2]);
    }

    #[test]
    fn bytes_that_hold_no_pieces_are_refused() {
        assert_eq!(Pieces::read(b"").unwrap_err(), EmbedError::Pieces);
        assert_eq!(Pieces::read(&[0x0a, 0xff, 0xff]).unwrap_err(), EmbedError::Pieces);
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..80), text in "\\PC{0,20}") {
            let whole = [model(&[("▁a", -1.0)]), bytes].concat();
            if let Ok(pieces) = Pieces::read(&whole) {
                pieces.cut(&text);
            }
        }
    }
}
