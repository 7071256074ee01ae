//! Postal addresses, English and Chinese, as far as their form gives them away.

use std::sync::LazyLock;

use regex::Regex;

use super::{Label, Span, written::Pattern};

const NUMBER: &str = concat!(
    r"(?:[0-9]{1,5}[a-z]?\b|(?:(?:oh|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|",
    r"sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred)\b[\s\-]*){1,5})"
);

static STREET: Pattern = LazyLock::new(|| {
    Regex::new(&format!(
        concat!(
            r"(?i)\b{number}[\s,]*(?P<middle>(?:(?:[a-z][a-z'\-]*\.?|[0-9]{{1,3}}(?:st|nd|rd|th))\s+){{1,3}})",
            r"(?P<kind>street|avenue|road|lane|boulevard|crescent|terrace|parkway|highway|drive|court|place|close|way|square|",
            r"circle|trail|expressway|st|ave|rd|ln|blvd|dr|ct|pl|hwy)\b\.?(?:\s+(?:north|south|east|west)\b)?",
            r"(?:,?\s*(?:apartment|apt|unit|suite|flat|room|number|\#)\.?\s*\#?\s*(?:[a-z]?[0-9]+[a-z]?\b|[a-z]\b|{number}))?",
            r"(?-i:,?\s+(?:in\s+)?[A-Z][a-z]+(?:\s[A-Z][a-z]+){{0,2}})?(?-i:,?\s+[A-Z]{{2}}\b)?(?:,?\s+[0-9]{{5}}(?:-[0-9]{{4}})?\b)?",
        ),
        number = NUMBER
    ))
    .ok()
});
static BOX: Pattern = LazyLock::new(|| Regex::new(r"(?i)\bp\.?\s?o\.?\s+box\s+[0-9]+").ok());
static ZH: Pattern = LazyLock::new(|| {
    let number = "[0-9０-９零〇一二三四五六七八九十百千幺两]";
    Regex::new(&format!(
        concat!(
            r"(?:\p{{Han}}{{2,8}}?(?:省|自治区))?(?:\p{{Han}}{{2,8}}?市)?(?:\p{{Han}}{{1,8}}?[区县镇乡])?",
            r"(?:\p{{Han}}{{1,8}}?(?:街道|大街|大道|路|街|道|巷|弄|胡同|里|村|小区|花园|苑|新村|家园|公寓|广场|大厦))+\s?",
            r"(?:{number}{{1,2}}段)?(?:[东南西北中]?[段区]?\s?(?:[a-zA-Z]?{number}{{1,6}}|[a-zA-Z])\s?(?:号院|号楼|号|弄|栋|幢|座|单元|楼|层|室|户|组)\s?)+",
            r"(?:{number}{{1,5}}(?:室)?)?",
        ),
        number = number
    ))
    .ok()
});

/// Street words that are also everyday words: they count after a word of address or with a capital before them.
const EVERYDAY: &[&str] =
    &["drive", "court", "place", "close", "way", "square", "circle", "trail", "st", "dr", "pl", "ct"];
/// Words that no street is named by.
const NO_STREET: &[&str] = &[
    "minutes", "minute", "hours", "hour", "days", "day", "weeks", "week", "times", "time", "miles", "mile",
    "blocks", "block", "on", "in", "the", "of", "down", "to", "from", "off", "by", "for", "a", "an", "my",
    "your", "this", "that", "is", "was", "are", "more", "people", "cars", "orders", "items", "dollars", "at",
    "and", "or", "with", "no", "any", "other", "than", "wrong", "right", "percent", "up", "across", "along",
    "per", "it", "i", "you", "we", "they", "same", "best", "only", "another", "every",
];
const CUES: &[&str] = &[
    "address",
    "live",
    "living",
    "deliver",
    "ship",
    "send it to",
    "street",
    "located",
    "moved",
    "house",
    "reside",
];

pub(super) fn find(text: &str, spans: &mut Vec<Span>) {
    english(text, spans);
    if !text.is_ascii() {
        chinese(text, spans);
    }
}

fn english(text: &str, spans: &mut Vec<Span>) {
    if let Some(pattern) = &*BOX
        && text.bytes().any(|byte| byte.is_ascii_digit())
    {
        spans.extend(
            pattern.find_iter(text).map(|found| Span::new(text, found.start(), found.end(), Label::Address)),
        );
    }
    let Some(pattern) = &*STREET else { return };
    for found in pattern.captures_iter(text) {
        let (Some(whole), Some(middle), Some(kind)) =
            (found.get(0), found.name("middle"), found.name("kind"))
        else {
            continue;
        };
        let words: Vec<&str> = middle.as_str().split_whitespace().collect();
        if words.iter().any(|word| NO_STREET.iter().any(|no| no.eq_ignore_ascii_case(word))) {
            continue;
        }
        let everyday = EVERYDAY.iter().any(|word| word.eq_ignore_ascii_case(kind.as_str()));
        let named =
            words.iter().all(|word| word.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit()));
        let cued = || {
            let before = text[..whole.start()].to_ascii_lowercase();
            CUES.iter().any(|cue| before.contains(cue))
        };
        if !everyday || named || cued() {
            spans.push(Span::new(text, whole.start(), whole.end(), Label::Address));
        }
    }
}

fn chinese(text: &str, spans: &mut Vec<Span>) {
    if !text.contains(['号', '弄', '栋', '幢', '座', '室', '楼', '户', '组', '层']) {
        return;
    }
    let Some(pattern) = &*ZH else { return };
    for found in pattern.find_iter(text) {
        let start = found.start() + lead(found.as_str());
        // "三十路二号": something must be left to name the street.
        if found.end() - start >= "路1号".len() {
            spans.push(Span::new(text, start, found.end(), Label::Address));
        }
    }
}

/// How many bytes of a match lead up to the address: "我住在", "地址是", "麻烦送到".
fn lead(found: &str) -> usize {
    const WORDS: &[&str] = &[
        "住在",
        "地址是",
        "地址在",
        "送到",
        "寄到",
        "寄",
        "寄往",
        "位于",
        "就在",
        "家在",
        "住",
        "搬到",
        "改成",
        "改到",
        "发到",
        "在",
        "是",
        "到",
    ];
    let first_number = found.find(|c: char| c.is_ascii_digit()).unwrap_or(found.len());
    WORDS
        .iter()
        .filter_map(|word| found[..first_number].rfind(word).map(|at| at + word.len()))
        .filter(|end| found[*end..].chars().take_while(|c| crate::script::is_han(*c)).count() >= 2)
        .max()
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_pattern_is_well_formed() {
        assert!(super::STREET.is_some() && super::BOX.is_some() && super::ZH.is_some());
    }
}
