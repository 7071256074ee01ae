//! What the assistant says and understands, from `desk/assistant.toml`.

use std::collections::BTreeMap;

use regex::Regex;
use serde::Deserialize;

use super::runbook::{RunbookError, patterns};
use crate::said::Both;

/// A kindness: what somebody may say, what is answered, and an exercise.
#[derive(Debug, Clone)]
pub(super) struct Kindness {
    heard: Vec<Regex>,
    pub(super) words: Both,
    pub(super) exercise: String,
}

/// Everything that is said and understood.
#[derive(Debug, Clone)]
pub(super) struct Words {
    say: BTreeMap<String, Both>,
    kind: Vec<Kindness>,
    understood: BTreeMap<String, Vec<Regex>>,
}

#[derive(Deserialize)]
struct File {
    say: BTreeMap<String, Both>,
    kind: Vec<Written>,
    words: BTreeMap<String, Vec<String>>,
}

#[derive(Deserialize)]
struct Written {
    heard: Vec<String>,
    exercise: String,
    #[serde(flatten)]
    words: Both,
}

impl Words {
    pub(super) fn read() -> Result<Self, RunbookError> {
        let File { say, kind, words } = toml::from_str(include_str!("../../desk/assistant.toml"))?;
        let kind = kind
            .into_iter()
            .map(|Written { heard, exercise, words }| {
                Ok(Kindness { heard: patterns("kindness", &heard)?, words, exercise })
            })
            .collect::<Result<_, RunbookError>>()?;
        let understood = words
            .into_iter()
            .map(|(name, texts)| Ok((name, patterns("words", &texts)?)))
            .collect::<Result<_, RunbookError>>()?;
        Ok(Self { say, kind, understood })
    }

    /// A sentence, its gaps filled; its key where there is none, which a test rules out.
    pub(super) fn say(&self, key: &str, gaps: &[(&str, &Both)]) -> Both {
        let mut both = self.say.get(key).cloned().unwrap_or_else(|| Both { en: key.into(), zh: key.into() });
        for (gap, with) in gaps {
            let gap = format!("{{{gap}}}");
            both = Both { en: both.en.replace(&gap, &with.en), zh: both.zh.replace(&gap, &with.zh) };
        }
        both
    }

    /// Whether words, in lower case, mean this.
    pub(super) fn means(&self, what: &str, lower: &str) -> bool {
        self.understood.get(what).is_some_and(|all| all.iter().any(|pattern| pattern.is_match(lower)))
    }

    /// The kindness that these words, in lower case, ask for.
    pub(super) fn kindness(&self, lower: &str) -> Option<&Kindness> {
        self.kind.iter().find(|kind| kind.heard.iter().any(|pattern| pattern.is_match(lower)))
    }
}
