//! Sentiment of a turn: a linear model for English, nudged by service-call phrases; a lexicon with negation and degree
//! words for Chinese, for which no openly licensed training text of this kind exists.

use std::{ops::Range, sync::LazyLock};

use super::{models, phrases::Phrases};

static EN: LazyLock<Phrases> =
    LazyLock::new(|| Phrases::of_moods(include_str!("../../lexicon/sentiment_en.txt"), false));
static ZH: LazyLock<Phrases> =
    LazyLock::new(|| Phrases::of_moods(include_str!("../../lexicon/sentiment_zh.txt"), true));

/// English: probability of positive less probability of negative, with the phrases' weights added to the logits.
pub(super) fn english(normal: &str, grams: &[u32]) -> f64 {
    let Some(model) = models::sentiment() else { return 0.0 };
    let nudge: f64 = EN.find(normal).iter().map(|hit| hit.weight).sum();
    let mut logits = model.logits(grams);
    // Outputs: 0 negative, 1 positive; the reference class is neutral.
    if let [negative, positive] = logits.as_mut_slice() {
        let nudge = nudge.clamp(-4.0, 4.0) as f32;
        *negative -= nudge / 2.0;
        *positive += nudge / 2.0;
    }
    match crate::linear::softmax(&logits).as_slice() {
        [_, negative, positive] => positive - negative,
        _ => 0.0,
    }
}

/// Where the Chinese words of mood stand.
pub(super) fn words(normal: &str) -> Vec<Range<usize>> {
    ZH.find(normal).iter().filter(|hit| hit.weight != 0.0).map(|hit| hit.start..hit.end).collect()
}

const NEGATIONS: &[&str] =
    &["不", "没", "没有", "别", "未", "无", "不是", "不太", "不怎么", "并不", "毫无", "不够", "不算"];
const DEGREES: &[(&str, f64)] = &[
    ("非常", 1.5),
    ("特别", 1.5),
    ("十分", 1.5),
    ("极其", 1.7),
    ("超级", 1.5),
    ("超", 1.3),
    ("太", 1.5),
    ("最", 1.5),
    ("真的", 1.3),
    ("真", 1.3),
    ("很", 1.3),
    ("好", 1.2),
    ("挺", 1.1),
    ("相当", 1.3),
    ("实在", 1.3),
    ("有点", 0.7),
    ("有些", 0.7),
    ("稍微", 0.6),
    ("比较", 0.9),
    ("越来越", 1.3),
];
/// After these the speaker comes to the point: what was said before counts half.
const TURNS: &[&str] = &["但是", "但", "不过", "可是", "然而", "就是", "只是"];

/// Chinese: each word found counts its weight, turned by a negation and scaled by a degree word in the three characters
/// before it; the sum goes through a soft limit, so that one mild word reads about ±0.3 and three strong ones ±0.9.
pub(super) fn chinese(normal: &str) -> f64 {
    let turn = TURNS.iter().filter_map(|turn| normal.rfind(turn)).max().unwrap_or(0);
    let mut sum = 0.0;
    let mut last_end = 0;
    for hit in ZH.find(normal) {
        let between = &normal[last_end..hit.start];
        last_end = hit.end;
        if hit.weight == 0.0 {
            continue;
        }
        let near: String = between.chars().rev().take(3).collect::<Vec<_>>().into_iter().rev().collect();
        let near = near.rsplit(' ').next().unwrap_or("");
        let degree = DEGREES.iter().find(|(word, _)| near.contains(word)).map_or(1.0, |(_, factor)| *factor);
        let negated = NEGATIONS.iter().any(|word| near.contains(word)) && !near.contains("不但");
        let part = if hit.end <= turn { 0.5 } else { 1.0 };
        sum += part * degree * hit.weight * if negated { -0.8 } else { 1.0 };
    }
    (sum * 0.3_f64).tanh()
}
