//! Dates of birth: a date next to a word of birth. Other dates are left alone.

use std::sync::LazyLock;

use regex::Regex;

use super::{Label, Span, written::Pattern};

const ZH_NUMBER: &str = "[0-9零〇一二三四五六七八九十两幺]";
const MONTH: &str = "(?:january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec)";
const DAY: &str = concat!(
    r"(?:[0-9]{1,2}(?:st|nd|rd|th)?|(?:(?:twenty|thirty)[\s\-]?)?(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|",
    r"one|two|three|four|five|six|seven|eight|nine)|tenth|eleventh|twelfth|thirteenth|fourteenth|fifteenth|sixteenth|",
    r"seventeenth|eighteenth|nineteenth|twentieth|thirtieth|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|",
    r"eighteen|nineteen|twenty|thirty)"
);
const YEAR: &str = concat!(
    r"(?:[0-9]{4}|(?:nineteen|twenty|two\s+thousand)(?:[\s\-]+(?:and\s+)?(?:oh|hundred|one|two|three|four|five|six|seven|",
    r"eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|",
    r"fifty|sixty|seventy|eighty|ninety)\b){0,3})"
);

static BIRTH: Pattern = LazyLock::new(|| {
    let numeric =
        r"[0-9]{1,4}\s?[\-/.]\s?[0-9]{1,2}\s?[\-/.]\s?[0-9]{1,4}|[0-9]{1,2} [0-9]{1,2} [0-9]{4}|[0-9]{8}";
    let english = format!(
        r"{DAY}\s+(?:of\s+)?{MONTH}\b(?:,?\s+{YEAR})?|\b{MONTH}\b\.?\s+(?:the\s+)?{DAY}\b(?:,?\s+(?:of\s+)?{YEAR})?|{MONTH}\s+{YEAR}"
    );
    let chinese = format!(
        "(?:{ZH_NUMBER}{{2,4}}年)?\\s?{ZH_NUMBER}{{1,3}}月\\s?(?:{ZH_NUMBER}{{1,3}}[日号]?)?|{ZH_NUMBER}{{8}}|{ZH_NUMBER}{{4}}年"
    );
    let date = format!("(?:{numeric}|{chinese}|{english})");
    let cue = "(?:date of birth|birth ?date|birthday|\\bd\\.?o\\.?b\\b|\\bborn\\b|生日|出生日期|出生年月|出生于|出生|生于)";
    let between = "(?:[\\s:：,，'’]|is|was|on|in|the|at|it|s|would|be|是|在|为|的|呢|我){0,8}?";
    Regex::new(&format!(
        "(?i){cue}{between}({date})|({date})\\s?(?:出生|生的|is my (?:birthday|date of birth))"
    ))
    .ok()
});
const CUES: &[&str] = &["birth", "born", "dob", "d.o.b", "生"];

pub(super) fn find(text: &str, spans: &mut Vec<Span>) {
    let lower = text.to_ascii_lowercase();
    if !CUES.iter().any(|cue| lower.contains(cue)) {
        return;
    }
    let Some(pattern) = &*BIRTH else { return };
    for found in pattern.captures_iter(text) {
        if let Some(date) = found.get(1).or_else(|| found.get(2)) {
            let end = date.start() + date.as_str().trim_end().len();
            spans.push(Span::new(text, date.start(), end, Label::BirthDate));
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_pattern_is_well_formed() {
        assert!(super::BIRTH.is_some());
    }
}
