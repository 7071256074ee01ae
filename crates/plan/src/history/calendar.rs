//! Public holidays and moved working days, and which days are open next.

use std::str::FromStr;

use jiff::{
    Span,
    civil::{Date, Weekday, date},
};

/// A country whose calendar is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Country {
    /// 中国: holidays and moved working days as the State Council announced them, 2024 to 2026.
    China,
    /// United States: federal holidays, by rule.
    UnitedStates,
}

impl FromStr for Country {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.to_ascii_lowercase().as_str() {
            "cn" => Ok(Self::China),
            "us" => Ok(Self::UnitedStates),
            _ => Err(format!("{text:?} has no calendar here; known are cn and us")),
        }
    }
}

/// What a calendar says of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Holiday,
    /// A day of the weekend that is worked, for a holiday elsewhere.
    Worked,
}

/// First and last day, what they are, and their name. Announcements of the General Office of the State Council
/// (国务院办公厅关于部分节假日安排的通知): 国办发明电〔2023〕7号 for 2024, 〔2024〕12号 for 2025, 〔2025〕7号 for 2026.
#[rustfmt::skip]
const CHINA: &[(Date, Date, Kind, &str)] = &[
    (date(2024, 1, 1), date(2024, 1, 1), Kind::Holiday, "元旦"),
    (date(2024, 2, 4), date(2024, 2, 4), Kind::Worked, "春节调休上班"),
    (date(2024, 2, 10), date(2024, 2, 17), Kind::Holiday, "春节"),
    (date(2024, 2, 18), date(2024, 2, 18), Kind::Worked, "春节调休上班"),
    (date(2024, 4, 4), date(2024, 4, 6), Kind::Holiday, "清明节"),
    (date(2024, 4, 7), date(2024, 4, 7), Kind::Worked, "清明节调休上班"),
    (date(2024, 4, 28), date(2024, 4, 28), Kind::Worked, "劳动节调休上班"),
    (date(2024, 5, 1), date(2024, 5, 5), Kind::Holiday, "劳动节"),
    (date(2024, 5, 11), date(2024, 5, 11), Kind::Worked, "劳动节调休上班"),
    (date(2024, 6, 10), date(2024, 6, 10), Kind::Holiday, "端午节"),
    (date(2024, 9, 14), date(2024, 9, 14), Kind::Worked, "中秋节调休上班"),
    (date(2024, 9, 15), date(2024, 9, 17), Kind::Holiday, "中秋节"),
    (date(2024, 9, 29), date(2024, 9, 29), Kind::Worked, "国庆节调休上班"),
    (date(2024, 10, 1), date(2024, 10, 7), Kind::Holiday, "国庆节"),
    (date(2024, 10, 12), date(2024, 10, 12), Kind::Worked, "国庆节调休上班"),
    (date(2025, 1, 1), date(2025, 1, 1), Kind::Holiday, "元旦"),
    (date(2025, 1, 26), date(2025, 1, 26), Kind::Worked, "春节调休上班"),
    (date(2025, 1, 28), date(2025, 2, 4), Kind::Holiday, "春节"),
    (date(2025, 2, 8), date(2025, 2, 8), Kind::Worked, "春节调休上班"),
    (date(2025, 4, 4), date(2025, 4, 6), Kind::Holiday, "清明节"),
    (date(2025, 4, 27), date(2025, 4, 27), Kind::Worked, "劳动节调休上班"),
    (date(2025, 5, 1), date(2025, 5, 5), Kind::Holiday, "劳动节"),
    (date(2025, 5, 31), date(2025, 6, 2), Kind::Holiday, "端午节"),
    (date(2025, 9, 28), date(2025, 9, 28), Kind::Worked, "国庆节调休上班"),
    (date(2025, 10, 1), date(2025, 10, 8), Kind::Holiday, "国庆节"),
    (date(2025, 10, 11), date(2025, 10, 11), Kind::Worked, "国庆节调休上班"),
    (date(2026, 1, 1), date(2026, 1, 3), Kind::Holiday, "元旦"),
    (date(2026, 1, 4), date(2026, 1, 4), Kind::Worked, "元旦调休上班"),
    (date(2026, 2, 14), date(2026, 2, 14), Kind::Worked, "春节调休上班"),
    (date(2026, 2, 15), date(2026, 2, 23), Kind::Holiday, "春节"),
    (date(2026, 2, 28), date(2026, 2, 28), Kind::Worked, "春节调休上班"),
    (date(2026, 4, 4), date(2026, 4, 6), Kind::Holiday, "清明节"),
    (date(2026, 5, 1), date(2026, 5, 5), Kind::Holiday, "劳动节"),
    (date(2026, 5, 9), date(2026, 5, 9), Kind::Worked, "劳动节调休上班"),
    (date(2026, 6, 19), date(2026, 6, 21), Kind::Holiday, "端午节"),
    (date(2026, 9, 20), date(2026, 9, 20), Kind::Worked, "国庆节调休上班"),
    (date(2026, 9, 25), date(2026, 9, 27), Kind::Holiday, "中秋节"),
    (date(2026, 10, 1), date(2026, 10, 7), Kind::Holiday, "国庆节"),
    (date(2026, 10, 10), date(2026, 10, 10), Kind::Worked, "国庆节调休上班"),
];

impl Country {
    /// The name of a holiday, or of a weekend day that is worked for one.
    #[must_use]
    pub fn name(self, date: Date) -> Option<&'static str> {
        Some(self.special(date)?.1)
    }

    /// Whether the calendar says anything of a year.
    #[must_use]
    pub fn knows(self, year: i16) -> bool {
        match self {
            Self::China => (2024..=2026).contains(&year),
            Self::UnitedStates => year >= 1971,
        }
    }

    fn special(self, date: Date) -> Option<(Kind, &'static str)> {
        match self {
            Self::China => {
                let found = CHINA.iter().find(|(first, last, ..)| (*first..=*last).contains(&date));
                found.map(|(_, _, kind, name)| (*kind, *name))
            }
            Self::UnitedStates => Some((Kind::Holiday, federal(date)?)),
        }
    }
}

/// A federal holiday of the United States by 5 U.S.C. § 6103; on a Saturday it is observed the day before, on a Sunday the
/// day after (§ 6103(b) and Executive Order 11582).
fn federal(day: Date) -> Option<&'static str> {
    let beside = |days: i64| day.checked_add(Span::new().days(days)).ok();
    let fixed_on = |at: Date| {
        Some(match (at.month(), at.day()) {
            (1, 1) => "New Year's Day",
            (6, 19) if at.year() >= 2021 => "Juneteenth",
            (7, 4) => "Independence Day",
            (11, 11) => "Veterans Day",
            (12, 25) => "Christmas Day",
            _ => return None,
        })
    };
    let fixed = match day.weekday() {
        Weekday::Saturday | Weekday::Sunday => None,
        Weekday::Monday => fixed_on(day).or_else(|| fixed_on(beside(-1)?)),
        Weekday::Friday => fixed_on(day).or_else(|| fixed_on(beside(1)?)),
        _ => fixed_on(day),
    };
    fixed.or_else(|| {
        let week = (day.day() - 1) / 7 + 1;
        let last = day.day() + 7 > day.days_in_month();
        Some(match (day.month(), day.weekday(), week) {
            (1, Weekday::Monday, 3) if day.year() >= 1986 => "Martin Luther King Jr. Day",
            (2, Weekday::Monday, 3) => "Washington's Birthday",
            (5, Weekday::Monday, _) if last => "Memorial Day",
            (9, Weekday::Monday, 1) => "Labor Day",
            (10, Weekday::Monday, 2) => "Columbus Day",
            (11, Weekday::Thursday, 4) => "Thanksgiving Day",
            _ => return None,
        })
    })
}

/// The next open days after a history, by the weekdays on which it was open in its last eight weeks (half of them or more).
/// With a country, its holidays are closed if most of those within the history were, and its moved working days are open.
#[must_use]
pub fn coming(history: &[Date], days: usize, country: Option<Country>) -> Vec<Date> {
    const WEEKS: i64 = 8;
    /// Looks no further than this many days for each open one.
    const FURTHEST: usize = 60;
    let Some((first, last)) = history.first().zip(history.last()) else { return Vec::new() };
    let from = last.saturating_sub(Span::new().weeks(WEEKS));
    let weeks = usize::try_from((from.max(*first).until(*last).map_or(0, |span| span.get_days()) + 6) / 7)
        .unwrap_or(1);
    let usual = |date: Date| {
        let same =
            history.iter().rev().take_while(|day| **day > from).filter(|day| day.weekday() == date.weekday());
        same.count() * 2 >= weeks.max(1)
    };
    let closes = |country: Country| {
        let span = first.series(Span::new().days(1)).take_while(|date| date <= last);
        let holidays: Vec<Date> = span
            .filter(|date| usual(*date) && matches!(country.special(*date), Some((Kind::Holiday, _))))
            .collect();
        let open = holidays.iter().filter(|date| history.binary_search(date).is_ok()).count();
        open * 2 <= holidays.len()
    };
    let closes = country.is_some_and(closes);
    let open = |date: &Date| match country.and_then(|country| country.special(*date)) {
        Some((Kind::Holiday, _)) => !closes && usual(*date),
        Some((Kind::Worked, _)) => true,
        None => usual(*date),
    };
    last.series(Span::new().days(1))
        .skip(1)
        .take(days.saturating_mul(FURTHEST))
        .filter(open)
        .take(days)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn federal_holidays_follow_their_rules() {
        let names = |year: i16| {
            let days = date(year, 1, 1).series(Span::new().days(1)).take_while(move |day| day.year() == year);
            days.filter_map(|day| Some((day.month(), day.day(), federal(day)?))).collect::<Vec<_>>()
        };
        let of_2003: Vec<_> = names(2003).into_iter().map(|(month, day, _)| (month, day)).collect();
        let wanted =
            [(1, 1), (1, 20), (2, 17), (5, 26), (7, 4), (9, 1), (10, 13), (11, 11), (11, 27), (12, 25)];
        assert_eq!(of_2003, wanted);
        // In 2026 the Fourth of July is a Saturday.
        assert!(names(2026).contains(&(7, 3, "Independence Day")));
    }

    #[test]
    fn chinas_moved_days_are_worked_where_the_queue_keeps_the_week() {
        let weekdays =
            date(2026, 6, 1).series(Span::new().days(1)).take_while(|day| *day < date(2026, 9, 19));
        let closed = |day: &Date| {
            matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
                || Country::China.name(*day).is_some()
        };
        let history: Vec<Date> = weekdays.filter(|day| !closed(day)).collect();
        let days = coming(&history, 6, Some(Country::China));
        let wanted = [20, 21, 22, 23, 24, 28].map(|day| date(2026, 9, day));
        assert_eq!(days, wanted, "20 is a Sunday that is worked, 25 to 27 are the mid-autumn holiday");
        assert_eq!(coming(&history, 1, None), [date(2026, 9, 21)]);
    }

    #[test]
    fn a_weekend_on_friday_and_saturday_is_kept() {
        let days = date(2026, 6, 7).series(Span::new().days(1)).take(40);
        let history: Vec<Date> =
            days.filter(|day| !matches!(day.weekday(), Weekday::Friday | Weekday::Saturday)).collect();
        assert_eq!(*history.last().unwrap(), date(2026, 7, 16));
        assert_eq!(coming(&history, 2, None), [date(2026, 7, 19), date(2026, 7, 20)]);
        assert!(coming(&[], 5, None).is_empty());
    }
}
