//! Callers put together by chance: recordings of one speaker and texts, all of the same class.

use std::collections::BTreeMap;

use calmline_care::fusion::{Belief, UTTERANCE_S, probability};
use calmline_core::Share;
use serde_json::Value;

use super::{
    figures::{Told, figures},
    witnesses::{Voice, Words},
};
use crate::measured::random;

/// Callers of each class.
const CALLERS: usize = 1_000;

/// What callers are made of.
pub struct Pairs<'a> {
    pub voices: &'a [Voice],
    pub words: &'a [Words],
    /// How many utterances each says.
    pub utterances: usize,
    /// The share of lively voices among those who are not agitated.
    pub lively: f64,
    pub seed: u64,
}

impl Pairs<'_> {
    /// How far the fused signal, and each witness alone, can be believed. The prior is one half, as often as
    /// it is true here.
    pub fn judge(&self) -> Vec<Value> {
        let mut state = self.seed;
        let mut told: [Vec<Told>; 3] = Default::default();
        for agitated in [false, true] {
            let speakers = self.speakers(agitated);
            let texts: Vec<&Words> = self.words.iter().filter(|words| words.agitated == agitated).collect();
            if speakers.is_empty() || texts.is_empty() {
                return Vec::new();
            }
            for _ in 0..CALLERS {
                let of_speaker = &speakers[draw(speakers.len(), &mut state)];
                let mut beliefs = [Belief::default(); 3];
                for _ in 0..self.utterances {
                    let is_lively = chance(&mut state) < self.lively;
                    let clips = &of_speaker[usize::from(is_lively && !of_speaker[1].is_empty())];
                    let voice = clips[draw(clips.len(), &mut state)];
                    let words = texts[draw(texts.len(), &mut state)];
                    hear(&mut beliefs, voice, words);
                }
                for (told, belief) in told.iter_mut().zip(beliefs) {
                    told.push((probability(belief.log_odds()), agitated));
                }
            }
        }
        let row = |(signal, told): (&str, &Vec<Told>)| {
            let mut row = figures(told, self.seed);
            row["signal"] = signal.into();
            row["utterances"] = self.utterances.into();
            row
        };
        ["fused", "voice", "words"].into_iter().zip(&told).map(row).collect()
    }

    /// The recordings of a class by speaker, the lively ones apart; a speaker of none but lively ones is left
    /// out.
    fn speakers(&self, agitated: bool) -> Vec<[Vec<&Voice>; 2]> {
        let mut speakers: BTreeMap<&str, [Vec<&Voice>; 2]> = BTreeMap::new();
        for voice in self.voices.iter().filter(|voice| voice.agitated == agitated) {
            speakers.entry(&voice.speaker).or_default()[usize::from(voice.lively)].push(voice);
        }
        speakers.into_values().filter(|[others, _]| !others.is_empty()).collect()
    }
}

fn hear(beliefs: &mut [Belief; 3], voice: &Voice, words: &Words) {
    let [both, by_voice, by_words] = beliefs;
    for belief in [&mut *both, by_voice] {
        belief.hear_voice(voice.arousal, voice.confidence(), UTTERANCE_S);
    }
    for belief in [both, by_words] {
        belief.hear_words(words.sentiment, Share::new(1.0), UTTERANCE_S);
    }
}

fn draw(of: usize, state: &mut u64) -> usize {
    (random(state) % of as u64) as usize
}

/// From 0 to 1.
fn chance(state: &mut u64) -> f64 {
    (random(state) >> 11) as f64 / (1_u64 << 53) as f64
}
