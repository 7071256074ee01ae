//! Calls for help: asking for a person, a supervisor, a complaint or a lawyer, or telling of an emergency.

use std::{ops::Range, sync::LazyLock};

use super::phrases::{Hit, Kind, Phrases};

static EN: LazyLock<Phrases> = LazyLock::new(|| Phrases::of_kinds(include_str!("../../lexicon/help_en.txt")));
static ZH: LazyLock<Phrases> = LazyLock::new(|| Phrases::of_kinds(include_str!("../../lexicon/help_zh.txt")));

/// What is left of a reading when the words are denied or told of another time.
const DENIED: f64 = 0.2;

pub(super) fn reading(normal: &str, has_latin: bool, has_han: bool) -> f64 {
    let en = if has_latin { strongest(&EN, normal, 36, english_denied) } else { 0.0 };
    let zh = if has_han { strongest(&ZH, normal, 24, chinese_denied) } else { 0.0 };
    en.max(zh)
}

/// Where the words of a call for help stand, requests without a target left out.
pub(super) fn words(normal: &str, has_latin: bool, has_han: bool) -> Vec<Range<usize>> {
    let mut places = Vec::new();
    for (phrases, asked) in [(&EN, has_latin), (&ZH, has_han)] {
        let hits = if asked { phrases.find(normal) } else { Vec::new() };
        let said = hits.iter().filter(|hit| hit.kind != Kind::Verb);
        places.extend(said.map(|hit| hit.start..hit.end));
    }
    places
}

/// The strongest call for help. A request reaches its target when no more than `reach` bytes lie between them.
fn strongest(phrases: &Phrases, text: &str, reach: usize, denied: fn(&str, &Hit) -> bool) -> f64 {
    let hits: Vec<Hit> = phrases.overlapping(text).collect();
    let value = |at: &Hit, weight: f64| if denied(text, at) { weight * DENIED } else { weight };
    let calls = hits.iter().filter_map(|hit| match hit.kind {
        Kind::Whole | Kind::Emergency => Some(value(hit, hit.weight)),
        Kind::Target => {
            let verb = hits.iter().filter(|verb| verb.kind == Kind::Verb && verb.end <= hit.start);
            let nearest = verb.max_by_key(|verb| verb.end)?;
            let between = &text[nearest.end..hit.start];
            // "I want to know who your boss is" asks something else.
            let asked_about =
                between.split(' ').any(|word| matches!(word, "who" | "whether" | "if" | "what"));
            (between.len() <= reach && !asked_about).then(|| value(nearest, hit.weight))
        }
        _ => None,
    });
    calls.fold(0.0, f64::max)
}

const NOT: &[&str] = &[
    "not", "no", "don't", "dont", "didn't", "doesn't", "never", "without", "won't", "wouldn't", "needn't",
    "isn't", "rather",
];
const TOLD: &[&str] = &["already", "yesterday", "got", "did", "was", "had"];

/// English: a negation within the three words before, or a thing of the past right before.
fn english_denied(text: &str, hit: &Hit) -> bool {
    let mut before = text[..hit.start].split(' ').rev().filter(|word| !word.is_empty());
    let near: Vec<&str> = before.by_ref().take(3).collect();
    // "I can't get my manager" is no denial, and "don't make me call the police" is a warning.
    if near.contains(&"make") || near.contains(&"why") {
        return false;
    }
    near.iter().any(|word| NOT.contains(word)) || near.first().is_some_and(|word| TOLD.contains(word))
}

/// Chinese: a negation within the four characters before, in the same clause.
fn chinese_denied(text: &str, hit: &Hit) -> bool {
    let clause = text[..hit.start].rsplit(' ').next().unwrap_or("");
    let last = |count: usize| {
        clause.chars().rev().take(count).collect::<Vec<_>>().into_iter().rev().collect::<String>()
    };
    let (near, wide) = (last(4), last(6));
    if ["能不能", "可不可", "要不要"].iter().any(|question| wide.contains(question))
        || near.ends_with("不然")
        || near.contains("再不")
    {
        return false;
    }
    let inside = &text[hit.start..hit.end];
    let opens_negated = inside.starts_with('不') && hit.kind != Kind::Emergency;
    opens_negated
        || [
            "不用",
            "不要",
            "不想",
            "不是",
            "不需要",
            "没有",
            "没",
            "别",
            "不必",
            "无需",
            "不",
            "刚才",
            "上次",
        ]
        .iter()
        .any(|mark| near.contains(mark))
}
