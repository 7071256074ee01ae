//! Abuse of the listener: a lexicon with a reading of whom it is aimed at, and a model for what no list holds.
//!
//! A false accusation of a caller costs more than a miss. So swearing about things (`the damn printer`), reported
//! speech (`he called me an idiot`), negations and words about oneself are not abuse, and where the lexicon finds such
//! a use the model cannot overrule it.

use std::{ops::Range, sync::LazyLock};

use calmline_core::{
    Share,
    event::{Abuse, AbuseKind, Target},
};

use super::phrases::{Hit, Kind, Phrases};

static EN: LazyLock<Phrases> =
    LazyLock::new(|| Phrases::of_kinds(include_str!("../../lexicon/abuse_en.txt")));
static ZH: LazyLock<Phrases> =
    LazyLock::new(|| Phrases::of_kinds(include_str!("../../lexicon/abuse_zh.txt")));

/// The most that an insult may read whose aim is unclear or elsewhere: seen, but well under the threshold.
pub(super) const UNCLEAR: f64 = 0.45;

/// What the lexicon says of a text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Verdict {
    /// How abusive the words are, 0 to 1.
    pub reading: f64,
    /// Whether an insult was found that is not aimed at the listener.
    pub elsewhere: bool,
}

/// Wordings that are aimed at the listener by themselves.
fn is_direct(kind: Kind) -> bool {
    matches!(kind, Kind::Direct | Kind::Threat | Kind::Harassment)
}

/// The abusive words of a normalised text: what kind, how severe (0 to 1), at whom, and where.
pub(super) fn wordings(normal: &str, has_latin: bool, has_han: bool) -> Vec<(Abuse, Range<usize>)> {
    let mut found = Vec::new();
    let mut keep = |phrases: &Phrases, aim: fn(&str, &Hit) -> Aim| {
        found.extend(phrases.find(normal).into_iter().map(|hit| {
            let kind = match hit.kind {
                Kind::Threat => AbuseKind::Threat,
                Kind::Harassment => AbuseKind::Harassment,
                _ => AbuseKind::Insult,
            };
            let target = if aim(normal, &hit) == Aim::Listener { Target::Listener } else { Target::Other };
            (Abuse { kind, severity: Share::new(hit.weight).rounded(), target }, hit.start..hit.end)
        }));
    };
    if has_latin {
        keep(&EN, english);
    }
    if has_han {
        keep(&ZH, chinese);
    }
    found
}

/// Those that are aimed at the listener.
pub(super) fn aimed(
    normal: &str,
    has_latin: bool,
    has_han: bool,
) -> impl Iterator<Item = (Abuse, Range<usize>)> {
    let all = wordings(normal, has_latin, has_han);
    all.into_iter().filter(|(abuse, _)| abuse.target == Target::Listener)
}

/// Whom an insult is aimed at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Aim {
    Listener,
    Elsewhere,
    Unclear,
}

pub(super) fn lexicon(normal: &str, has_latin: bool, has_han: bool) -> Verdict {
    let mut verdict = Verdict { reading: 0.0, elsewhere: false };
    if has_latin {
        judge(&EN, normal, english, &mut verdict);
    }
    if has_han {
        judge(&ZH, normal, chinese, &mut verdict);
    }
    verdict
}

fn judge(phrases: &Phrases, text: &str, aim: fn(&str, &Hit) -> Aim, verdict: &mut Verdict) {
    for hit in phrases.find(text) {
        match aim(text, &hit) {
            Aim::Listener => verdict.reading = verdict.reading.max(hit.weight),
            Aim::Elsewhere => verdict.elsewhere = true,
            Aim::Unclear => {
                // "disgusting" or "rubbish" without an aim is said of things.
                let most = if hit.kind == Kind::Adjective { UNCLEAR / 2.0 } else { UNCLEAR };
                verdict.reading = verdict.reading.max(hit.weight.min(most));
            }
        }
    }
}

const YOU: &[&str] = &["you", "you're", "youre", "you've", "u", "ur", "ya", "yourself"];
const NOT: &[&str] = &[
    "not",
    "never",
    "isn't",
    "aren't",
    "don't",
    "didn't",
    "doesn't",
    "wasn't",
    "weren't",
    "won't",
    "wouldn't",
    "dont",
    "cannot",
    "can't",
    "couldn't",
    "shouldn't",
];
const OTHERS: &[&str] = &[
    "i", "i'm", "im", "am", "me", "my", "we", "we're", "us", "he", "he's", "she", "she's", "they", "they're",
    "it", "it's", "its", "him", "her", "them", "myself",
];
const REPORTED: &[&str] = &[
    "called", "calling", "call", "said", "says", "saying", "told", "tells", "named", "quote", "sounds",
    "looks", "feel",
];
const POINTING: &[&str] = &["this", "that", "the", "these", "those", "some", "your"];
const PEOPLE: &[&str] = &[
    "woman", "women", "man", "men", "girl", "boy", "cow", "person", "people", "agent", "lady", "guy", "kid",
    "lot", "bitch", "idiot", "bastard", "you", "and", "or", "are", "aren't", "to", "enough", "as", "at",
    "but", "because", "i", "do", "can", "fucking", "little", "old", "fat", "ugly", "dumb", "stupid", "lazy",
    "moron", "human", "what", "is", "is", "that", "just",
];

/// English: the nearest words before the insult decide; an adjective before a thing is about the thing.
fn english(text: &str, hit: &Hit) -> Aim {
    let before: Vec<&str> =
        text[..hit.start].split(' ').rev().filter(|word| !word.is_empty()).take(8).collect();
    if is_direct(hit.kind) {
        // "I would never say fuck you", "he told me to go to hell"
        let reported = before.iter().take(4).any(|word| REPORTED.contains(word) || *word == "say");
        return if reported || before.first().is_some_and(|word| NOT.contains(word)) {
            Aim::Elsewhere
        } else {
            Aim::Listener
        };
    }
    let after = text[hit.end..].split(' ').find(|word| !word.is_empty());
    if hit.kind == Kind::Adjective && after.is_some_and(|word| !PEOPLE.contains(&word)) {
        return Aim::Elsewhere;
    }
    if before.first().is_some_and(|word| POINTING.contains(word)) {
        return Aim::Elsewhere;
    }
    for (at, word) in before.iter().take(6).enumerate() {
        if NOT.contains(word) || OTHERS.contains(word) || REPORTED.contains(word) {
            return Aim::Elsewhere;
        }
        if YOU.contains(word) {
            // "I'm not saying you are stupid"
            let further = &before[at + 1..];
            let unsaid = further.iter().any(|word| NOT.contains(word))
                && further.iter().any(|word| {
                    REPORTED.contains(word) || matches!(*word, "say" | "think" | "mean" | "meaning")
                });
            return if unsaid { Aim::Elsewhere } else { Aim::Listener };
        }
    }
    // "you" right after, or a bare insult thrown at whoever listens: "listen, idiot".
    let thrown = after.is_none()
        && before.len() <= 3
        && before.last().is_none_or(|word| !matches!(*word, "what" | "a" | "an"));
    if after.is_some_and(|word| YOU.contains(&word)) && hit.kind == Kind::Adjective {
        return Aim::Unclear;
    }
    if thrown && hit.kind == Kind::Noun { Aim::Listener } else { Aim::Unclear }
}

const THINGS: &[&str] = &[
    "软件",
    "系统",
    "公司",
    "产品",
    "手机",
    "东西",
    "打印机",
    "快递",
    "网络",
    "机器",
    "平台",
    "政策",
    "规定",
    "活动",
    "广告",
    "质量",
    "态度",
    "服务",
    "天气",
    "电脑",
    "网站",
    "程序",
    "套餐",
    "信号",
    "流程",
    "邮件",
    "短信",
    "电话",
    "设计",
    "外卖",
    "餐",
    "店",
    "物流",
    "空调",
    "路由器",
    "宽带",
    "银行",
    "保险",
    "app",
    "的",
    "桶",
    "袋",
    "分类",
    "费",
];

/// Chinese: the last person named within the eight characters before the insult decides.
fn chinese(text: &str, hit: &Hit) -> Aim {
    let clause = text[..hit.start].rsplit(' ').find(|part| !part.is_empty()).unwrap_or("");
    let near: String = clause.chars().rev().take(8).collect::<Vec<_>>().into_iter().rev().collect();
    // A question tag and an expletive hold characters that would read as a negation and a person.
    let near = near.replace("是不是", "是").replace("他妈", "").replace("他娘", "");
    let last = |marks: &[&str]| marks.iter().filter_map(|mark| near.rfind(mark)).max();
    let reported = last(&["骂我", "骂", "说我", "叫我", "喊我", "当我", "把我", "回我"]);
    let unsaid = last(&["不能说", "没说", "没有说", "不是说", "没骂", "没有骂"]).is_some();
    if is_direct(hit.kind) {
        let softened = unsaid || reported.is_some() || last(&["不会", "不想", "没想"]).is_some();
        return if softened { Aim::Elsewhere } else { Aim::Listener };
    }
    if unsaid {
        return Aim::Elsewhere;
    }
    let after = text[hit.end..].trim_start();
    if THINGS.iter().any(|thing| after.starts_with(thing)) && !after.starts_with("的人") {
        return Aim::Elsewhere;
    }
    let other = last(&["我", "他", "她", "它", "不是", "没有", "别", "这", "那", "自己"]).max(reported);
    let you = last(&["你", "您"]);
    match (you, other) {
        (Some(you), other) if other.is_none_or(|other| you > other) => {
            // "你们公司垃圾": the company, not the listener.
            let between = &near[you..];
            let company = ["公司", "平台", "系统", "产品", "服务", "店", "家", "东西", "软件", "app"];
            if company.iter().any(|thing| between.contains(thing)) { Aim::Elsewhere } else { Aim::Listener }
        }
        (_, Some(_)) => Aim::Elsewhere,
        _ if hit.kind == Kind::Noun && bare(text, hit) => Aim::Listener,
        _ => Aim::Unclear,
    }
}

/// Whether the turn is hardly more than the insult.
fn bare(text: &str, hit: &Hit) -> bool {
    let rest = text[..hit.start].chars().chain(text[hit.end..].chars()).filter(|c| *c != ' ').count();
    rest <= 2
}
