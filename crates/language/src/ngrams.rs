//! Hashed n-grams of a normalised text: the features of every linear model.
//!
//! Latin words give themselves, pairs of neighbours, and their character 3- to 5-grams (with marks at both ends), so that
//! misspelt and misheard words still share most features. Chinese characters give 1- to 3-grams. A text may mix both.

use crate::script::is_han;

/// FNV-1a, 32 bit: tiny, well spread in its low bits after the final mix, and the same everywhere.
/// <http://www.isthe.com/chongo/tech/comp/fnv/>
#[derive(Clone, Copy)]
struct Hash(u32);

impl Hash {
    fn new(kind: u8) -> Self {
        Self(0x811c_9dc5).add(&[kind])
    }

    fn add(mut self, bytes: &[u8]) -> Self {
        for byte in bytes {
            self.0 = (self.0 ^ u32::from(*byte)).wrapping_mul(0x0100_0193);
        }
        self
    }

    /// The finaliser of MurmurHash3 (public domain), because models keep only the low bits.
    fn finish(self) -> u32 {
        let mut h = self.0;
        h = (h ^ (h >> 16)).wrapping_mul(0x85eb_ca6b);
        h = (h ^ (h >> 13)).wrapping_mul(0xc2b2_ae35);
        h ^ (h >> 16)
    }
}

const WORD: u8 = 1;
const PAIR: u8 = 2;
const PIECE: u8 = 3;
const HAN: u8 = 4;

/// The hashes of a normalised text's n-grams, repeats included.
pub(crate) fn ngrams(normal: &str) -> Vec<u32> {
    let mut grams = Vec::with_capacity(normal.len() * 3);
    let mut previous: Option<&str> = None;
    for chunk in normal.split(' ') {
        let mut rest = chunk;
        while let Some(first) = rest.chars().next() {
            let han = is_han(first);
            let end = rest.find(|c| is_han(c) != han).unwrap_or(rest.len());
            let (run, after) = rest.split_at(end);
            rest = after;
            if han {
                characters(run, &mut grams);
                previous = None;
            } else {
                word(run, previous, &mut grams);
                previous = Some(run);
            }
        }
    }
    grams
}

fn word(word: &str, previous: Option<&str>, grams: &mut Vec<u32>) {
    let bytes = word.as_bytes();
    grams.push(Hash::new(WORD).add(bytes).finish());
    if let Some(previous) = previous {
        grams.push(Hash::new(PAIR).add(previous.as_bytes()).add(b" ").add(bytes).finish());
    }
    // Bytes, not characters: nearly all Latin text here is ASCII, and a gram that cuts an accent is still the same gram.
    let mut marked = Vec::with_capacity(bytes.len() + 2);
    marked.push(b'<');
    marked.extend_from_slice(bytes);
    marked.push(b'>');
    for start in 0..marked.len() {
        let mut hash = Hash::new(PIECE);
        for (length, byte) in (1..=5).zip(&marked[start..]) {
            hash = hash.add(&[*byte]);
            // The whole marked word says no more than the word itself.
            if length >= 3 && length < marked.len() {
                grams.push(hash.finish());
            }
        }
    }
}

fn characters(run: &str, grams: &mut Vec<u32>) {
    let starts: Vec<usize> = run.char_indices().map(|(i, _)| i).chain([run.len()]).collect();
    for from in 0..starts.len() - 1 {
        for to in from + 1..starts.len().min(from + 4) {
            grams.push(Hash::new(HAN).add(&run.as_bytes()[starts[from]..starts[to]]).finish());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_follow_from_the_definition() {
        // <cat>: 3 grams of 3, 2 of 4 (the 5-gram is the word itself), and the word.
        assert_eq!(ngrams("cat").len(), 6);
        assert_eq!(ngrams("你好吗").len(), 3 + 2 + 1);
        assert_eq!(ngrams("").len(), 0);
    }

    #[test]
    fn misheard_words_share_most_grams() {
        let (a, b) = (ngrams("cancellation"), ngrams("cancelation"));
        let shared = b.iter().filter(|gram| a.contains(gram)).count();
        assert!(shared * 2 > b.len(), "{shared} of {}", b.len());
    }
}
