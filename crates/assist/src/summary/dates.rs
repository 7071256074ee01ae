//! When something was promised for: phrases of time in English and Chinese, resolved against the day of the call.
//!
//! What is resolved is the last day that keeps the promise: "within three days" on a Monday is Thursday, "next week" the Sunday of it.
//! Business days pass over Saturdays and Sundays; public holidays and moved working days are not known here.

use std::sync::LazyLock;

use jiff::{
    ToSpan,
    civil::{Date, Weekday},
};
use regex::{Captures, Regex};

/// The day that a phrase means, seen from the day of the call.
type Means = fn(&Captures<'_>, Date) -> Option<Date>;

/// A phrase of time, and how the day that it means is found.
struct Phrase {
    pattern: Regex,
    means: Means,
}

/// Phrases that hold others come before them; the first that is found decides.
static PHRASES: LazyLock<Vec<Phrase>> = LazyLock::new(|| {
    let table: [(&str, Means); 17] = [
        (r"(\d{4})[-年/](\d{1,2})[-月/](\d{1,2})", |c, _| {
            date(number(&c[1])?, number(&c[2])?, number(&c[3])?)
        }),
        (
            r"\b(january|february|march|april|may|june|july|august|september|october|november|december) (\d{1,2})(?:st|nd|rd|th)?\b",
            |c, day| coming(month(&c[1])?, number(&c[2])?, day),
        ),
        (
            r"\b(\d{1,2})(?:st|nd|rd|th)? (?:of )?(january|february|march|april|may|june|july|august|september|october|november|december)\b",
            |c, day| coming(month(&c[2])?, number(&c[1])?, day),
        ),
        (
            r"([\d一二三四五六七八九十]+)月([\d一二三四五六七八九十]+)[日号]",
            |c, day| coming(number(&c[1])?, number(&c[2])?, day),
        ),
        (r"\bday after tomorrow\b", |_, day| after(day, 2)),
        (r"大后天", |_, day| after(day, 3)),
        (r"后天", |_, day| after(day, 2)),
        (r"\b(\w+)(?: to (\w+)|-(\w+))? (?:business|working) days?\b", |c, day| business(day, most(c)?)),
        (
            r"([\d一二两三四五六七八九十]+)(?:[到至~-]([\d一二两三四五六七八九十]+))?个?工作日",
            |c, day| business(day, most(c)?),
        ),
        (
            r"\b(?:in|within|about|another|next|the next)?\s?(\w+)(?: to (\w+)|-(\w+))? (hours?|days?|weeks?|months?)\b",
            |c, day| {
                let unit = c.get(4)?.as_str().trim_end_matches('s');
                passed(day, most(c)?, unit)
            },
        ),
        (
            r"([\d一二两三四五六七八九十]+)(?:[到至~-]([\d一二两三四五六七八九十]+))?个?(小时|天|日|周|星期|礼拜|月)(?:之?内|以内|之?后|以后|左右)",
            |c, day| {
                let unit = match &c[3] {
                    "小时" => "hour",
                    "天" | "日" => "day",
                    "月" => "month",
                    _ => "week",
                };
                passed(day, most(c)?, unit)
            },
        ),
        (
            r"\b(?:(next|this|on|by) )?(monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b",
            |c, day| weekday(day, &c[2], c.get(1).is_some_and(|word| word.as_str() == "next")),
        ),
        (r"(下下?个?|这个?|本)?(?:周|星期|礼拜)([一二三四五六日天末])", |c, day| {
            week_of(day, c.get(1).map_or("", |word| word.as_str()), &c[2])
        }),
        (r"\bnext week\b|下个?(?:周|星期|礼拜)", |_, day| after(end_of_week(day)?, 7)),
        (r"\b(?:this|the|of the) week\b|(?:本|这个?)(?:周|星期|礼拜)", |_, day| end_of_week(day)),
        (r"\b(?:end of (?:the |this )?month|this month)\b|月底|本月内|这个月内", |_, day| {
            Some(day.last_of_month())
        }),
        (
            r"\b(today|tonight|this (?:morning|afternoon|evening)|tomorrow)\b|(今天|今晚|今日|当天|明天|明早|明日|明晚)",
            |c, day| {
                let word = c.get(1).or(c.get(2))?.as_str();
                after(day, i64::from(word == "tomorrow" || word.starts_with('明')))
            },
        ),
    ];
    let phrase = |(pattern, means)| Some(Phrase { pattern: Regex::new(pattern).ok()?, means });
    table.into_iter().filter_map(phrase).collect()
});

/// The last day of what a sentence says about time; none where it says nothing.
#[must_use]
pub fn due(sentence: &str, day: Date) -> Option<Date> {
    let text = sentence.to_lowercase();
    PHRASES
        .iter()
        .find_map(|phrase| phrase.pattern.captures_iter(&text).find_map(|found| (phrase.means)(&found, day)))
}

fn date(year: i64, month: i64, day: i64) -> Option<Date> {
    Date::new(year.try_into().ok()?, month.try_into().ok()?, day.try_into().ok()?).ok()
}

/// This day of the year, this year or, where it is over, the next.
fn coming(month: i64, of_month: i64, day: Date) -> Option<Date> {
    let this = date(day.year().into(), month, of_month)?;
    if this < day { date(i64::from(day.year()) + 1, month, of_month) } else { Some(this) }
}

fn after(day: Date, days: i64) -> Option<Date> {
    day.checked_add(days.days()).ok()
}

/// So many hours (as whole days begun), days, weeks or months later.
fn passed(day: Date, count: i64, unit: &str) -> Option<Date> {
    match unit {
        "hour" => after(day, count / 24),
        "day" => after(day, count),
        "week" => after(day, count.checked_mul(7)?),
        _ => day.checked_add(count.months()).ok(),
    }
}

fn business(day: Date, count: i64) -> Option<Date> {
    let mut at = day;
    for _ in 0..count {
        at = at.tomorrow().ok()?;
        while matches!(at.weekday(), Weekday::Saturday | Weekday::Sunday) {
            at = at.tomorrow().ok()?;
        }
    }
    Some(at)
}

/// The coming day of that name; with `next` the one of the following week.
fn weekday(day: Date, name: &str, next: bool) -> Option<Date> {
    let names = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let wanted = i64::try_from(names.iter().position(|known| *known == name)?).ok()?;
    let today = i64::from(day.weekday().to_monday_zero_offset());
    let ahead = if next { 7 - today + wanted } else { (wanted - today).rem_euclid(7) };
    after(day, ahead)
}

/// A day of this week, the next or the one after it. Without a word for the week, a day that is over is next week's.
fn week_of(day: Date, week: &str, name: &str) -> Option<Date> {
    let wanted = match name {
        "一" => 0,
        "二" => 1,
        "三" => 2,
        "四" => 3,
        "五" => 4,
        "六" => 5,
        _ => 6,
    };
    let today = i64::from(day.weekday().to_monday_zero_offset());
    let weeks = match week {
        "" if wanted < today => 1,
        week => i64::try_from(week.matches('下').count()).ok()?,
    };
    after(day, wanted - today + 7 * weeks)
}

fn end_of_week(day: Date) -> Option<Date> {
    after(day, 6 - i64::from(day.weekday().to_monday_zero_offset()))
}

fn month(name: &str) -> Option<i64> {
    let names = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    Some(i64::try_from(names.iter().position(|known| *known == name)?).ok()? + 1)
}

/// Of "three to five" the five: the first number, or a later one where the phrase gives a range. Groups that are no number are passed over.
fn most(found: &Captures<'_>) -> Option<i64> {
    found.iter().skip(1).flatten().filter_map(|group| number(group.as_str())).max()
}

/// A number in digits or words, up to 366: no promise is made for later.
fn number(text: &str) -> Option<i64> {
    const WORDS: [&str; 13] = [
        "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
        "twelve",
    ];
    let spoken = match text {
        "a" | "an" => Some(1),
        "couple" => Some(2),
        "few" => Some(3),
        "fourteen" => Some(14),
        "fifteen" => Some(15),
        "thirty" => Some(30),
        _ => WORDS.iter().position(|word| *word == text).and_then(|at| i64::try_from(at).ok()),
    };
    spoken
        .or_else(|| text.parse().ok())
        .or_else(|| chinese(text))
        .filter(|number| (0..=9_999).contains(number))
}

/// 一 to 九十九.
fn chinese(text: &str) -> Option<i64> {
    let digit = |c: char| {
        "零一二三四五六七八九".chars().position(|digit| digit == if c == '两' { '二' } else { c })
    };
    let chars: Vec<char> = text.chars().collect();
    let value = match chars[..] {
        ['十'] => 10,
        ['十', ones] => 10 + digit(ones)?,
        [tens, '十'] => 10 * digit(tens)?,
        [tens, '十', ones] => 10 * digit(tens)? + digit(ones)?,
        [ones] => digit(ones)?,
        _ => return None,
    };
    i64::try_from(value).ok()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn phrases_of_both_languages_mean_days() {
        // A Tuesday.
        let day = date(2026, 11, 24);
        for (phrase, wanted) in [
            ("We'll call you back tomorrow morning", date(2026, 11, 25)),
            ("the day after tomorrow", date(2026, 11, 26)),
            ("within three to five business days", date(2026, 12, 1)),
            ("in 48 hours", date(2026, 11, 26)),
            ("in a couple days", date(2026, 11, 26)),
            ("by Friday", date(2026, 11, 27)),
            ("next Monday at two", date(2026, 11, 30)),
            ("by the end of the month", date(2026, 11, 30)),
            ("on January 3rd", date(2027, 1, 3)),
            ("on the 5th of December", date(2026, 12, 5)),
            ("by the end of the week", date(2026, 11, 29)),
            ("two weeks", date(2026, 12, 8)),
            ("2026-12-24", date(2026, 12, 24)),
            ("明天上午给您回电", date(2026, 11, 25)),
            ("大后天", date(2026, 11, 27)),
            ("三到五个工作日内到账", date(2026, 12, 1)),
            ("24小时内联系您", date(2026, 11, 25)),
            ("7天内退款", date(2026, 12, 1)),
            ("两周内", date(2026, 12, 8)),
            ("下周三上门", date(2026, 12, 2)),
            ("周五之前", date(2026, 11, 27)),
            ("周一", date(2026, 11, 30)),
            ("12月5号", date(2026, 12, 5)),
            ("十二月二十四日", date(2026, 12, 24)),
            ("月底前", date(2026, 11, 30)),
            ("今天下班前", day),
        ] {
            assert_eq!(due(phrase, day), Some(wanted), "{phrase}");
        }
        for phrase in ["", "I have two cars", "我有三个问题", "some day", "the other day"] {
            assert_eq!(due(phrase, day), None, "{phrase}");
        }
    }

    proptest! {
        #[test]
        fn no_words_make_it_panic(text in "[0-9a-z 年月日号下周一二十两个工作天内 -]{0,24}", days in 0_i64..3_000_000) {
            let day = Date::MIN.checked_add(days.days()).unwrap_or(Date::MAX);
            prop_assert!(due(&text, day).is_none_or(|due| due >= Date::MIN));
        }
    }
}
