//! What a simulated caller says: one of several ways, by chance from the seed, and not the same twice until all were said.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use calmline_core::catalog::Lang;
use serde::Deserialize;

static EN: LazyLock<Stock> = LazyLock::new(|| Stock::parse(include_str!("../../data/lines/en.toml")));
static ZH: LazyLock<Stock> = LazyLock::new(|| Stock::parse(include_str!("../../data/lines/zh.toml")));

/// Lines that fit any scenario of a language.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Stock {
    /// What callers say to it, by cause.
    caller: BTreeMap<String, Vec<String>>,
    /// What agents may say, by act.
    agent: BTreeMap<String, Vec<String>>,
}

impl Stock {
    /// Those of a language.
    pub fn of(lang: Lang) -> &'static Self {
        match lang {
            Lang::En => &EN,
            Lang::Zh => &ZH,
        }
    }

    /// A broken file is no lines at all; a test reads both.
    fn parse(text: &str) -> Self {
        toml::from_str(text).unwrap_or_default()
    }

    pub fn caller(&self, kind: &str) -> &[String] {
        self.caller.get(kind).map_or(&[], Vec::as_slice)
    }

    pub fn agent(&self, kind: &str) -> &[String] {
        self.agent.get(kind).map_or(&[], Vec::as_slice)
    }
}

/// Chance that is the same for the same seed: SplitMix64 (Steele, Lea & Flood 2014).
#[derive(Debug, Clone, PartialEq, Eq)]
struct Dice(u64);

impl Dice {
    fn below(&mut self, count: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^= z >> 31;
        usize::try_from(z % count.max(1) as u64).unwrap_or(0)
    }
}

/// Chooses lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Chooser {
    dice: Dice,
    used: BTreeMap<String, BTreeSet<usize>>,
}

impl Chooser {
    pub fn new(seed: u64) -> Self {
        Self { dice: Dice(seed), used: BTreeMap::new() }
    }

    /// One of the lines that are known by this key; nothing of none.
    pub fn pick(&mut self, key: &str, lines: &[String]) -> String {
        let used = self.used.entry(key.to_owned()).or_default();
        if used.len() >= lines.len() {
            used.clear();
        }
        let free: Vec<usize> = (0..lines.len()).filter(|at| !used.contains(at)).collect();
        let Some(&at) = free.get(self.dice.below(free.len())) else { return String::new() };
        used.insert(at);
        lines[at].clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::acts::{Act, read};

    #[test]
    fn lines_do_not_repeat_until_all_were_said() {
        let lines: Vec<String> = ["a", "b", "c"].map(String::from).to_vec();
        let mut chooser = Chooser::new(7);
        let first: BTreeSet<String> = (0..3).map(|_| chooser.pick("k", &lines)).collect();
        assert_eq!(first.len(), 3);
        assert_eq!(Chooser::new(1).pick("k", &[]), "");
    }

    #[test]
    fn stock_lines_of_agents_are_read_as_what_they_are() {
        for lang in [Lang::En, Lang::Zh] {
            let stock = Stock::of(lang);
            for act in [Act::Acknowledge, Act::Apologise, Act::Limit, Act::Recap, Act::Blame, Act::Dismiss] {
                let lines = stock.agent(act.as_str());
                assert!(lines.len() >= 3, "{lang:?} {act:?}");
                for line in lines {
                    let read: Vec<Act> = read(line).into_iter().map(|found| found.act).collect();
                    assert!(read.contains(&act), "{line}: {read:?}");
                    assert!(act.is_harsh() || !read.iter().any(|act| act.is_harsh()), "{line}: {read:?}");
                }
            }
            for kind in [
                "blamed",
                "dismissed",
                "interrupted",
                "talked_over",
                "silence",
                "repeated",
                "limit_set",
                "heard",
            ] {
                assert!(stock.caller(kind).len() >= 3, "{lang:?} {kind}");
            }
        }
    }
}
