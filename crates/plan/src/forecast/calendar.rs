//! What a date says about its volume before any call has come: weekday, place in the month, neighbours of closed days.

use std::collections::BTreeMap;

use jiff::{Span, civil::Date};

/// What is known of an open day from the calendar alone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct DayKind {
    /// Days since the first day of the history.
    pub time: f64,
    /// 0 is Monday.
    pub weekday: u8,
    /// Place in the month, from 0 to below 1.
    pub phase: f64,
    /// The how-manieth open weekday of the month it is, from 1.
    pub from_start: u8,
    /// Open weekdays from it to the end of the month, itself included.
    pub from_end: u8,
    /// Closed when it is usually open the day before, so that calls piled up.
    pub after_closed: bool,
    /// Closed when it is usually open the day after.
    pub before_closed: bool,
    /// It has a name (a holiday, a campaign): days of the same name resemble each other.
    pub named: Option<u16>,
    /// It lies after the last jump of the level that was found.
    pub new_level: bool,
}

/// Describes open days, in order. `names` are the days that have a name.
pub(super) fn describe(dates: &[Date], names: &BTreeMap<Date, String>) -> Vec<DayKind> {
    let mut numbers: BTreeMap<&str, u16> = BTreeMap::new();
    for name in names.values() {
        let next = u16::try_from(numbers.len()).unwrap_or(u16::MAX);
        numbers.entry(name).or_insert(next);
    }
    let open = dates.iter().fold([false; 7], |mut open, date| {
        open[weekday(*date)] = true;
        open
    });
    let gaps: Vec<f64> = dates.windows(2).map(|pair| days_between(pair[0], pair[1])).collect();
    let usual: [f64; 7] = std::array::from_fn(|day| {
        let of_day = gaps.iter().zip(&dates[1..]).filter(|(_, date)| weekday(**date) == day);
        super::matrix::median(of_day.map(|(gap, _)| *gap).collect())
    });
    let longer = |at: usize| gaps.get(at).is_some_and(|gap| *gap > usual[weekday(dates[at + 1])] + 0.5);
    let one = |(at, date): (usize, &Date)| DayKind {
        time: days_between(dates[0], *date),
        weekday: u8::try_from(weekday(*date)).unwrap_or(0),
        phase: f64::from(date.day() - 1) / f64::from(date.days_in_month()),
        from_start: open_days(*date, -1, &open),
        from_end: open_days(*date, 1, &open),
        after_closed: at > 0 && longer(at - 1),
        before_closed: longer(at),
        named: names.get(date).and_then(|name| numbers.get(name.as_str()).copied()),
        new_level: false,
    };
    dates.iter().enumerate().map(one).collect()
}

/// Monday is 0.
pub(super) fn weekday(date: Date) -> usize {
    usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or(0)
}

fn days_between(from: Date, to: Date) -> f64 {
    f64::from(from.until(to).map_or(0, |span| span.get_days()))
}

/// Open weekdays from a date to the edge of its month, itself counted as one.
fn open_days(date: Date, step: i32, open: &[bool; 7]) -> u8 {
    let mut count = 1;
    let mut at = date;
    while let Ok(next) = at.checked_add(Span::new().days(step)) {
        if next.month() != date.month() {
            break;
        }
        count += u8::from(open[weekday(next)]);
        at = next;
    }
    count
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_closed_monday_is_seen_by_its_neighbours() {
        let mut dates: Vec<Date> = date(2003, 5, 5).series(Span::new().days(1)).take(40).collect();
        dates.retain(|day| weekday(*day) < 5 && *day != date(2003, 5, 26));
        let days = describe(&dates, &BTreeMap::new());
        let after: Vec<Date> =
            dates.iter().zip(&days).filter(|(_, day)| day.after_closed).map(|(date, _)| *date).collect();
        let before: Vec<Date> =
            dates.iter().zip(&days).filter(|(_, day)| day.before_closed).map(|(date, _)| *date).collect();
        assert_eq!(after, [date(2003, 5, 27)]);
        assert_eq!(before, [date(2003, 5, 23)]);
        let last = days[dates.iter().position(|day| *day == date(2003, 5, 30)).unwrap()];
        assert_eq!((last.from_end, last.weekday), (1, 4));
        let first = days[dates.iter().position(|day| *day == date(2003, 6, 2)).unwrap()];
        assert_eq!((first.from_start, first.weekday, first.time), (1, 0, 28.0));
    }
}
