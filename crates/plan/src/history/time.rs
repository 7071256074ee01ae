//! Times as tables write them, and where they lie on the clock of the site.

use jiff::{
    Timestamp,
    civil::{Date, DateTime},
    tz::{AmbiguousOffset, TimeZone},
};

/// Reads a local time of the site: year first (`2026-03-01 07:05`, with `T`, seconds, slashes or one digit where one is
/// enough), a time with an offset or `Z`, which is put on the site's clock, or seconds since 1970. None of anything else.
///
/// Times of day or month first (`03/04/2026`) are not guessed at.
#[must_use]
pub fn read(text: &str, zone: &TimeZone) -> Option<DateTime> {
    let text = text.trim();
    if let Some(local) = local(text) {
        return Some(local);
    }
    if text.len() >= 9 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Timestamp::from_second(text.parse().ok()?).ok()?.to_zoned(zone.clone()).datetime());
    }
    let exact: Timestamp = text.parse().ok()?;
    Some(exact.to_zoned(zone.clone()).datetime())
}

/// Whether a clock of the site shows this time twice, as when it is set back in autumn.
#[must_use]
pub fn comes_twice(time: DateTime, zone: &TimeZone) -> bool {
    matches!(zone.to_ambiguous_timestamp(time).offset(), AmbiguousOffset::Fold { .. })
}

/// Whether a clock of the site never shows this time, as when it is set on in spring.
#[must_use]
pub fn never_comes(time: DateTime, zone: &TimeZone) -> bool {
    matches!(zone.to_ambiguous_timestamp(time).offset(), AmbiguousOffset::Gap { .. })
}

/// A local time without an offset.
fn local(text: &str) -> Option<DateTime> {
    let mut rest = text;
    let year: i16 = number(&mut rest, 4, 4)?;
    let separator = rest.chars().next().filter(|separator| ['-', '/', '.'].contains(separator))?;
    rest = rest.strip_prefix(separator)?;
    let month: i8 = number(&mut rest, 1, 2)?;
    rest = rest.strip_prefix(separator)?;
    let day: i8 = number(&mut rest, 1, 2)?;
    let date = Date::new(year, month, day).ok()?;
    if rest.is_empty() {
        return Some(date.at(0, 0, 0, 0));
    }
    rest = rest.strip_prefix(['T', ' '])?.trim_start();
    let hour: i8 = number(&mut rest, 1, 2)?;
    rest = rest.strip_prefix(':')?;
    let minute: i8 = number(&mut rest, 2, 2)?;
    let mut second: i8 = 0;
    if let Some(seconds) = rest.strip_prefix(':') {
        rest = seconds;
        second = number(&mut rest, 2, 2)?;
        if let Some(fraction) = rest.strip_prefix('.') {
            rest = fraction.trim_start_matches(|digit: char| digit.is_ascii_digit());
        }
    }
    if !rest.is_empty() {
        return None;
    }
    DateTime::new(year, month, day, hour, minute, second, 0).ok()
}

/// Takes a number of so many digits from the front.
fn number<T: std::str::FromStr>(rest: &mut &str, least: usize, most: usize) -> Option<T> {
    let digits = rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
    let (number, after) = rest.split_at_checked(digits).filter(|_| digits >= least)?;
    *rest = after;
    number.parse().ok()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn times_are_read_as_tables_write_them() {
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        let wanted = date(2026, 3, 1).at(7, 5, 0, 0);
        for text in [
            "2026-03-01 07:05",
            " 2026-03-01T07:05:00.250 ",
            "2026/3/1 7:05",
            "2026.03.01 07:05:00",
            "2026-03-01T06:05:00Z",
            "2026-03-01T07:05:00+01:00",
            "1772345100",
        ] {
            assert_eq!(read(text, &berlin), Some(wanted), "{text}");
        }
        assert_eq!(read("2026-03-01", &berlin), Some(date(2026, 3, 1).at(0, 0, 0, 0)));
        for text in [
            "03/04/2026 07:05",
            "2026-13-01 07:05",
            "2026-03-01 7",
            "yesterday",
            "",
            "12",
            "2026-03-01 07:05 x",
        ] {
            assert_eq!(read(text, &berlin), None, "{text}");
        }
    }

    #[test]
    fn clocks_that_are_set_are_known() {
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        let autumn = date(2026, 10, 25).at(2, 30, 0, 0);
        let spring = date(2026, 3, 29).at(2, 30, 0, 0);
        assert!(comes_twice(autumn, &berlin) && !comes_twice(spring, &berlin));
        assert!(never_comes(spring, &berlin) && !never_comes(autumn, &berlin));
    }
}
