//! What is written by a fixed form: web, e-mail and IP addresses, licence plates, IBANs, passports, British postcodes.

use std::{
    net::{Ipv4Addr, Ipv6Addr},
    sync::LazyLock,
};

use regex::Regex;

use super::{Label, Span, checksum};

/// A fixed expression of this crate. `None` can only come from a typing error in it; a test builds each.
pub(super) type Pattern = LazyLock<Option<Regex>>;

static EMAIL: Pattern = LazyLock::new(|| {
    Regex::new(r"(?i)[a-z0-9_%+\-]+(?:\.[a-z0-9_%+\-]+)*[@＠][a-z0-9\-]+(?:\.[a-z0-9\-]+)+").ok()
});
static URL: Pattern = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)(?:https?://|www\.)[^\s\p{Han}，。；、（）()\[\]<>]+",
        r"|\b[a-z0-9\-]{2,}(?:\.[a-z0-9\-]+)*\.(?:com|net|org|cn|io|edu|gov|info|app|dev|co\.uk|de|fr)\b",
        r"(?:/[^\s\p{Han}，。；、（）()\[\]<>]*)?",
        r"|\bwww dot [a-z0-9]+(?: dot [a-z]{2,})+",
    ))
    .ok()
});
static IPV4: Pattern = LazyLock::new(|| Regex::new(r"(?:[0-9]{1,3}\.){3}[0-9]{1,3}").ok());
static IPV6: Pattern = LazyLock::new(|| Regex::new(r"(?i)[0-9a-f]*:[0-9a-f:]*:[0-9a-f:]*").ok());
static PLATE: Pattern = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][\s]?[a-z][\s·•\-]?",
        r"(?:[a-z0-9零〇一二三四五六七八九幺][\s\-]?){4,5}[a-z0-9零〇一二三四五六七八九幺警学挂港澳]",
    ))
    .ok()
});
static IBAN: Pattern = LazyLock::new(|| Regex::new(r"(?i)\b[a-z]{2}[0-9]{2}(?: ?[a-z0-9]){11,30}\b").ok());
static PASSPORT: Pattern = LazyLock::new(|| Regex::new(r"\b(?:[EG][0-9]{8}|E[A-Z][0-9]{7})\b").ok());
static PASSPORT_CUED: Pattern = LazyLock::new(|| {
    Regex::new(r"(?i)(?:passport|护照)[^0-9\n]{0,24}?\b?([a-z]{0,2}[\s\-]?[0-9]{4} ?[0-9]{2,5})\b").ok()
});
/// Identifiers of letters and digits, after the words that announce them.
static ANNOUNCED: Pattern = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)(?:driver'?s? licen[cs]e|driving licen[cs]e|national insurance|member(?:ship)? (?:id|number|no)|policy (?:number|id|no)|",
        r"customer (?:id|number|no)|patient (?:id|number)|tax (?:id|number)|national id|保单号?|会员号|社保号|驾照号?|驾驶证号?)",
        r"(?:\s|is|number|no\.?|:|：|是|为|码|,|，){0,6}\s*((?:[a-z]{0,3}[ \-]?(?:[0-9][ \-]?){4,14}[a-z]?)|(?:[a-z]{2} ?(?:[0-9]{2} ?){3}[a-z]))\b",
    ))
    .ok()
});
/// Foreign number plates, after the words that announce them.
static PLATE_ANNOUNCED: Pattern = LazyLock::new(|| {
    Regex::new(concat!(
        r"\b(?i:licen[cs]e plate|number plate|plate number|my plate|plate|registration)(?i:\s|is|number|:|,|the|on|it|my|car){0,6}\s+",
        r"((?:[A-Z0-9]{1,4}[ \-]?){1,3})\b",
    ))
    .ok()
});
static POSTCODE: Pattern = LazyLock::new(|| Regex::new(r"\b[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}\b").ok());

pub(super) fn find(text: &str, spans: &mut Vec<Span>) {
    if text.contains(['@', '＠']) {
        all(&EMAIL, text, Label::Email, |_| true, spans);
    }
    if text.contains('.') || text.contains("://") || text.contains(" dot ") {
        all(&URL, text, Label::Url, |_| true, spans);
    }
    let digits = text.bytes().any(|byte| byte.is_ascii_digit());
    if digits && text.contains('.') {
        all(&IPV4, text, Label::Ip, |found| found.parse::<Ipv4Addr>().is_ok(), spans);
    }
    if text.contains(':') {
        all(&IPV6, text, Label::Ip, |found| found.len() > 4 && found.parse::<Ipv6Addr>().is_ok(), spans);
    }
    if !text.is_ascii() {
        all(&PLATE, text, Label::Plate, has_digit, spans);
    }
    if digits {
        ibans(text, spans);
        all(&PASSPORT, text, Label::Passport, |_| true, spans);
        all(&POSTCODE, text, Label::Address, |_| true, spans);
        announced(&PASSPORT_CUED, text, Label::Passport, spans);
        announced(&ANNOUNCED, text, Label::Id, spans);
        announced(&PLATE_ANNOUNCED, text, Label::Plate, spans);
    }
}

/// What stands in the first group of a pattern, where it holds three digits at least.
fn announced(pattern: &Pattern, text: &str, label: Label, spans: &mut Vec<Span>) {
    let Some(pattern) = &**pattern else { return };
    for found in pattern.captures_iter(text).filter_map(|found| found.get(1)) {
        let whole = found.as_str().trim_end_matches([' ', '-']);
        if whole.bytes().filter(u8::is_ascii_digit).count() >= 3 {
            spans.push(Span::new(text, found.start(), found.start() + whole.len(), label));
        }
    }
}

fn all(pattern: &Pattern, text: &str, label: Label, holds: fn(&str) -> bool, spans: &mut Vec<Span>) {
    let Some(pattern) = &**pattern else { return };
    for found in pattern.find_iter(text) {
        // A full stop or comma that ends the sentence is not part of an address.
        let whole = found.as_str().trim_end_matches(['.', ',', '!', '?', ';', ':', '-', ' ']);
        if !whole.is_empty() && holds(whole) {
            spans.push(Span::new(text, found.start(), found.start() + whole.len(), label));
        }
    }
}

/// The words after an IBAN look like its last groups: the longest beginning with right check digits counts.
fn ibans(text: &str, spans: &mut Vec<Span>) {
    let Some(pattern) = &*IBAN else { return };
    for found in pattern.find_iter(text) {
        let mut code = found.as_str();
        loop {
            if checksum::is_iban(code) {
                spans.push(Span::new(text, found.start(), found.start() + code.len(), Label::Account));
                break;
            }
            let Some((shorter, _)) = code.rsplit_once(' ') else { break };
            code = shorter;
        }
    }
}

fn has_digit(found: &str) -> bool {
    found.chars().skip(2).any(|c| c.is_ascii_digit() || super::numbers::han_digit(c).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_is_well_formed() {
        for pattern in [
            &EMAIL,
            &URL,
            &IPV4,
            &IPV6,
            &PLATE,
            &IBAN,
            &PASSPORT,
            &PASSPORT_CUED,
            &ANNOUNCED,
            &PLATE_ANNOUNCED,
            &POSTCODE,
        ] {
            assert!(pattern.is_some());
        }
    }
}
