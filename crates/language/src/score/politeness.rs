//! How politely a turn is worded, by lists of own making in both languages.

use std::sync::LazyLock;

use super::phrases::{Hit, Phrases};

static EN: LazyLock<Phrases> =
    LazyLock::new(|| Phrases::of_moods(include_str!("../../lexicon/politeness_en.txt"), false));
static ZH: LazyLock<Phrases> =
    LazyLock::new(|| Phrases::of_moods(include_str!("../../lexicon/politeness_zh.txt"), true));

/// The wordings found in a normalised text.
pub(super) fn hits(normal: &str, has_latin: bool, has_han: bool) -> Vec<Hit> {
    let mut hits = Vec::new();
    if has_latin {
        hits.extend(EN.find(normal));
    }
    if has_han {
        hits.extend(ZH.find(normal).into_iter().filter(|hit| hit.weight != 0.0));
    }
    hits
}

/// −1 (rude) to 1 (polite). The sum of the wordings goes through a soft limit; rudeness outweighs a courtesy before it
/// ("please shut up"), so it counts half as much again.
pub(super) fn reading(normal: &str, has_latin: bool, has_han: bool) -> f64 {
    let hits = hits(normal, has_latin, has_han);
    let sum: f64 = hits.iter().map(|hit| if hit.weight < 0.0 { hit.weight * 1.5 } else { hit.weight }).sum();
    (sum * 0.4).tanh()
}
