//! Shifts as a calendar that phones and mail programs subscribe to: iCalendar (RFC 5545). Times are in UTC, so that no time
//! zone has to be described and none can be wrong.

use calmline_core::Timestamp;

/// An octet more than this, and a line is folded (RFC 5545, section 3.1).
const LINE: usize = 75;

/// Something in a calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What it is called for programs: the same entry has the same for ever.
    pub uid: String,
    /// When it begins.
    pub from: Timestamp,
    /// When it ends.
    pub to: Timestamp,
    /// What it is, in a few words.
    pub summary: String,
    /// What else is to be said; may be empty.
    pub description: String,
}

/// The calendar as it is sent; `stamp` is when its entries were made.
#[must_use]
pub fn calendar(name: &str, entries: &[Entry], stamp: Timestamp) -> String {
    let mut text = String::new();
    let mut line = |content: &str| fold(content, &mut text);
    line("BEGIN:VCALENDAR");
    line("VERSION:2.0");
    line("PRODID:-//Calmline//Shifts//EN");
    line("CALSCALE:GREGORIAN");
    line("METHOD:PUBLISH");
    line(&format!("X-WR-CALNAME:{}", escape(name)));
    line("REFRESH-INTERVAL;VALUE=DURATION:PT1H");
    for Entry { uid, from, to, summary, description } in entries {
        line("BEGIN:VEVENT");
        line(&format!("UID:{}", escape(uid)));
        line(&format!("DTSTAMP:{}", utc(stamp)));
        line(&format!("DTSTART:{}", utc(*from)));
        line(&format!("DTEND:{}", utc(*to)));
        line(&format!("SUMMARY:{}", escape(summary)));
        if !description.is_empty() {
            line(&format!("DESCRIPTION:{}", escape(description)));
        }
        line("END:VEVENT");
    }
    line("END:VCALENDAR");
    text
}

/// A time in UTC (RFC 5545, section 3.3.5, form 2).
fn utc(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// A text (RFC 5545, section 3.3.11): backslash, semicolon, comma and line break are escaped; other control characters may not
/// occur and are left out.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\\' | ';' | ',' => escaped.extend(['\\', character]),
            '\n' => escaped.push_str("\\n"),
            control if control.is_control() => {}
            other => escaped.push(other),
        }
    }
    escaped
}

/// Adds a line: no more than 75 octets, further ones begin with a space; no character is torn apart.
fn fold(content: &str, text: &mut String) {
    let mut length = 0;
    for character in content.chars() {
        if length + character.len_utf8() > LINE {
            text.push_str("\r\n ");
            length = 1;
        }
        text.push(character);
        length += character.len_utf8();
    }
    text.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use icalendar::{Calendar, Component, Event};
    use proptest::prelude::*;

    use super::*;

    fn entry(summary: &str, description: &str) -> Entry {
        let (from, to) = ("2026-03-02T00:30:00Z".parse().unwrap(), "2026-03-02T09:00:00Z".parse().unwrap());
        Entry {
            uid: "a-1@calmline".into(),
            from,
            to,
            summary: summary.into(),
            description: description.into(),
        }
    }

    /// As another program reads it.
    fn read(text: &str) -> Vec<Event> {
        let calendar: Calendar = text.parse().unwrap();
        calendar.components.iter().filter_map(|component| component.as_event().cloned()).collect()
    }

    #[test]
    fn another_program_reads_times_and_words() {
        let words = "Frühschicht, \u{73ed}次; a \\ b";
        let text = calendar("Mine", &[entry(words, "one\ntwo")], Timestamp::UNIX_EPOCH);
        let event = read(&text).remove(0);
        assert_eq!(event.property_value("DTSTART"), Some("20260302T003000Z"));
        assert_eq!(event.property_value("DTEND"), Some("20260302T090000Z"));
        assert_eq!((event.get_summary(), event.get_description()), (Some(words), Some("one\ntwo")));
        assert!(text.ends_with("END:VCALENDAR\r\n"));
    }

    proptest! {
        #[test]
        fn any_words_come_through_and_no_line_is_too_long(summary in "\\PC{0,200}", description in "(\\PC|\n){1,300}") {
            let text = calendar("Mine", &[entry(&summary, &description)], Timestamp::UNIX_EPOCH);
            prop_assert!(text.split("\r\n").all(|line| line.len() <= LINE));
            let unfolded = text.replace("\r\n ", "");
            let line = |name: &str| unfolded.split("\r\n").find_map(|line| line.strip_prefix(name)).map(str::to_owned);
            prop_assert_eq!(line("SUMMARY:"), Some(escape(&summary)));
            prop_assert_eq!(line("DESCRIPTION:"), Some(escape(&description)));
        }
    }
}
