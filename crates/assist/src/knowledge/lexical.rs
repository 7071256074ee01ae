//! Passages by their words: BM25 (Robertson and Zaragoza 2009), each term's share in each passage worked out beforehand.

use super::vocabulary::{Meant, Vocabulary};

/// How soon a term that occurs again counts no more, and how much long passages are held back: the usual values.
const SATURATION: f32 = 1.2;
const LENGTH: f32 = 0.75;

/// Where each term stands.
#[derive(Debug, Default)]
pub(super) struct Lexical {
    /// For each term: passages, ascending, and what the term is worth in them.
    postings: Vec<Vec<(u32, f32)>>,
    /// For each term how rare it is.
    rarity: Vec<f32>,
    passages: usize,
}

impl Lexical {
    /// From each passage's terms, repeats included.
    pub(super) fn of(passages: &[Vec<u32>], vocabulary: &Vocabulary) -> Self {
        let count = passages.len() as f32;
        let mean = passages.iter().map(Vec::len).sum::<usize>() as f32 / count.max(1.0);
        let mut postings: Vec<Vec<(u32, f32)>> = vec![Vec::new(); vocabulary.len()];
        for (passage, terms) in (0_u32..).zip(passages) {
            let mut sorted = terms.clone();
            sorted.sort_unstable();
            let held_back = SATURATION * (1.0 - LENGTH + LENGTH * terms.len() as f32 / mean.max(1.0));
            for same in sorted.chunk_by(|a, b| a == b) {
                let times = same.len() as f32;
                postings[same[0] as usize].push((passage, times * (SATURATION + 1.0) / (times + held_back)));
            }
        }
        let rarity: Vec<f32> = postings
            .iter()
            .map(|places| (1.0 + (count - places.len() as f32 + 0.5) / (places.len() as f32 + 0.5)).ln())
            .collect();
        for (places, rarity) in postings.iter_mut().zip(&rarity) {
            places.iter_mut().for_each(|(_, worth)| *worth *= rarity);
        }
        Self { postings, rarity, passages: passages.len() }
    }

    /// What each passage is worth to a question. Of the terms that one word may mean, the best in a passage counts.
    pub(super) fn worth(&self, question: &[Meant]) -> Vec<f32> {
        let mut worth = vec![0.0_f32; self.passages];
        for meant in question {
            if let [(term, weight)] = meant.terms[..] {
                self.postings[term as usize]
                    .iter()
                    .for_each(|(at, share)| worth[*at as usize] += weight * share);
                continue;
            }
            let mut several: Vec<(u32, f32)> = meant
                .terms
                .iter()
                .flat_map(|(term, weight)| {
                    self.postings[*term as usize].iter().map(move |(at, share)| (*at, weight * share))
                })
                .collect();
            several.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)));
            several.dedup_by_key(|(at, _)| *at);
            several.iter().for_each(|(at, share)| worth[*at as usize] += share);
        }
        worth
    }

    /// How much an answer has to have it: how rare it is at most; of what nothing has, as rare as can be; 0 where it need not be there.
    pub(super) fn rarity(&self, meant: &Meant) -> f32 {
        let most = meant.terms.iter().map(|(term, _)| self.rarity[*term as usize]).fold(0.0, f32::max);
        match (meant.needed, meant.terms.is_empty()) {
            (false, _) => 0.0,
            (true, true) => (1.0 + self.passages as f32 * 2.0).ln(),
            (true, false) => most,
        }
    }
}
