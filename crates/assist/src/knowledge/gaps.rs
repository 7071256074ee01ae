//! What was asked and not found: a list for those who write the articles.

use std::collections::BTreeMap;

use calmline_core::{Timestamp, catalog::Lang};
use calmline_language::{Redacted, language_of, normalise};
use serde::{Deserialize, Serialize};

use super::library::Hit;

/// A hit counts as found from this share of the question's words on, or from this likeness of meaning on. Choices; `docs/knowledge.md` says
/// how often they are right.
const FOUND_WORDS: f64 = 0.6;
const FOUND_MEANING: f64 = 0.65;
/// Questions kept; of more, those asked least and longest ago go.
const KEPT: usize = 1_000;

impl Hit<'_> {
    /// Whether this rather answers the question than not.
    #[must_use]
    pub fn answers(&self) -> bool {
        self.words.get() >= FOUND_WORDS || self.meaning.is_some_and(|meaning| meaning.get() >= FOUND_MEANING)
    }
}

/// A question to which nothing was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// One wording of it, without personal data.
    pub question: String,
    /// What it was asked in, where that can be told.
    pub language: Option<Lang>,
    /// How often it was asked.
    pub times: u32,
    /// When it was asked last.
    pub last: Timestamp,
}

/// The questions to which nothing was found, each once however it was punctuated.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gaps {
    asked: BTreeMap<String, Gap>,
}

impl Gaps {
    /// A question was asked, and these were the hits. It is kept where none of them answers. Only what was redacted can be
    /// kept: who asked, and about whom, is nobody's business here.
    pub fn asked(&mut self, question: &Redacted, hits: &[Hit<'_>], now: Timestamp) {
        let key = normalise(&question.text);
        if key.is_empty() || hits.iter().any(Hit::answers) {
            return;
        }
        let language = language_of(&question.text).and_then(|language| language.parse().ok());
        let gap = self.asked.entry(key).or_insert_with(|| Gap {
            question: question.text.trim().to_owned(),
            language,
            times: 0,
            last: now,
        });
        gap.times += 1;
        gap.last = gap.last.max(now);
        if self.asked.len() > KEPT {
            let least =
                self.asked.iter().min_by_key(|(_, gap)| (gap.times, gap.last)).map(|(key, _)| key.clone());
            least.and_then(|key| self.asked.remove(&key));
        }
    }

    /// Something was written: what it answers is asked no more.
    pub fn settled(&mut self, question: &str) {
        self.asked.remove(&normalise(question));
    }

    /// The list, what is asked most first.
    #[must_use]
    pub fn list(&self) -> Vec<&Gap> {
        let mut list: Vec<&Gap> = self.asked.values().collect();
        list.sort_by_key(|gap| std::cmp::Reverse((gap.times, gap.last)));
        list
    }
}
