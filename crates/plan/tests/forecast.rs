//! What a forecast has to hold to, on made series whose truth is known and on a real one.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use calmline_plan::{
    forecast::{ForecastError, Forecaster},
    history::{Columns, Day, Grid, Named, Tally},
};
use calmline_testing::data;
use jiff::{
    Span,
    civil::{Date, Weekday, date},
    tz::TimeZone,
};
use proptest::prelude::*;

const SLOTS: usize = 20;

/// Half-hour counts of days with weekdays of their own, a hump in the morning, and a ripple that no calendar explains.
fn made(days: usize, level: impl Fn(usize) -> f64) -> Grid {
    let dates: Vec<Date> = date(2026, 1, 5).series(Span::new().days(1)).take(days).collect();
    let day = |(at, date): (usize, &Date)| {
        let weekday = f64::from(date.weekday().to_monday_zero_offset());
        let of_day = level(at) * (1.0 - 0.08 * weekday);
        let count = |slot: usize| {
            let hump = 1.0 + (slot as f64 / SLOTS as f64 * 3.0).sin();
            let ripple = 1.0 + 0.06 * ((at * 7 + slot * 13) % 11) as f64 / 11.0 - 0.03;
            Some((of_day * hump * ripple).round())
        };
        Day { date: *date, counts: (0..SLOTS).map(count).collect() }
    };
    Grid { opens: 480, interval: 30, slots: SLOTS, days: dates.iter().enumerate().map(day).collect() }
}

fn after(grid: &Grid, days: usize) -> Vec<Date> {
    grid.days.last().unwrap().date.series(Span::new().days(1)).skip(1).take(days).collect()
}

fn ahead(grid: &Grid, days: usize) -> Vec<f64> {
    let forecaster = Forecaster::learn(grid, &BTreeMap::new()).unwrap();
    let said = forecaster.forecast(&after(grid, days)).unwrap();
    said.iter().map(|day| day.expected.iter().sum()).collect()
}

/// How far forecasts are from the truth at most, as a share.
fn furthest(said: &[f64], truth: &Grid) -> f64 {
    let real = truth.days[truth.days.len() - said.len()..].iter().map(Day::total);
    said.iter().zip(real).map(|(said, real)| (said / real - 1.0).abs()).fold(0.0, f64::max)
}

#[test]
fn weekdays_and_the_course_of_the_day_are_learned() {
    let truth = made(77, |_| 60.0);
    let known = truth.first(70);
    let said = ahead(&known, 7);
    assert!(furthest(&said, &truth) < 0.03, "{said:?}");
    let forecaster = Forecaster::learn(&known, &BTreeMap::new()).unwrap();
    let monday = &forecaster.forecast(&after(&known, 1)).unwrap()[0];
    for (slot, expected) in monday.expected.iter().enumerate() {
        let real = truth.days[70].counts[slot].unwrap();
        assert!((expected / real - 1.0).abs() < 0.08, "{slot}: {expected}, not {real}");
    }
    assert!(monday.parts.weekday > 1.1, "Monday is the busiest day: {:?}", monday.parts);
}

#[test]
fn a_new_level_is_followed_within_a_week() {
    let truth = made(98, |day| if day < 84 { 60.0 } else { 90.0 });
    let said = ahead(&truth.first(91), 7);
    assert!(furthest(&said, &truth) < 0.12, "{said:?}");
}

#[test]
fn outages_and_gaps_do_not_spoil_what_comes() {
    let truth = made(77, |_| 60.0);
    let mut known = truth.first(70);
    known.days[66].counts[4..14].fill(Some(0.0));
    known.days[59].counts.fill(Some(1.0));
    known.days[68].counts[2..9].fill(None);
    let forecaster = Forecaster::learn(&known, &BTreeMap::new()).unwrap();
    let replaced = forecaster.replaced();
    assert!((2..9).all(|slot| replaced.contains(&(known.days[68].date, slot))), "gaps are filled");
    assert!(
        (6..12).all(|slot| replaced.contains(&(known.days[66].date, slot))),
        "the outage is repaired: {replaced:?}"
    );
    let said = ahead(&known, 7);
    assert!(furthest(&said, &truth) < 0.08, "{said:?}");
}

#[test]
fn named_days_are_like_others_of_their_name() {
    let sale = |day: usize| day % 20 == 10;
    let truth = made(91, |day| if sale(day) { 110.0 } else { 60.0 });
    let known = truth.first(84);
    let days = truth.days.iter().enumerate().filter(|(day, _)| sale(*day));
    let names: BTreeMap<Date, String> = days.map(|(_, day)| (day.date, "sale".to_owned())).collect();
    let coming: Vec<Date> = truth.dates()[84..].to_vec();
    let said = Forecaster::learn(&known, &names).unwrap().forecast(&coming).unwrap();
    let sale = said.iter().find(|day| names.contains_key(&day.date)).unwrap();
    assert!(sale.parts.named > 1.4, "{:?}", sale.parts);
    let real = truth.days.iter().find(|day| day.date == sale.date).unwrap().total();
    assert!((sale.expected.iter().sum::<f64>() / real - 1.0).abs() < 0.2);
}

#[test]
fn what_cannot_be_forecast_is_said() {
    let learn = |grid: &Grid| Forecaster::learn(grid, &BTreeMap::new()).map(|_| ());
    let grid = made(30, |_| 60.0);
    assert_eq!(learn(&grid.first(9)), Err(ForecastError::TooShort { days: 9 }));
    assert_eq!(learn(&made(30, |_| 0.0)), Err(ForecastError::Silent));
    let mut uneven = grid.clone();
    uneven.days[3].counts.pop();
    let date = uneven.days[3].date;
    assert_eq!(learn(&uneven), Err(ForecastError::Uneven { date, counts: SLOTS - 1, slots: SLOTS }));
    let mut negative = grid.clone();
    negative.days[4].counts[0] = Some(-1.0);
    assert_eq!(learn(&negative), Err(ForecastError::NoCount { date: negative.days[4].date }));
    let mut twice = grid.clone();
    twice.days[5].date = twice.days[4].date;
    assert_eq!(learn(&twice), Err(ForecastError::Order { date: twice.days[4].date }));
    let forecaster = Forecaster::learn(&grid, &BTreeMap::new()).unwrap();
    let past = grid.days[0].date;
    assert_eq!(forecaster.forecast(&[past]).map(|_| ()), Err(ForecastError::Order { date: past }));
}

#[test]
fn a_banks_mornings_make_its_afternoons_surer() {
    let Some(path) = data("operations/bank_calls.csv") else { return };
    let text = std::fs::read_to_string(path).unwrap();
    let columns = Columns::find(&["timestamp", "calls"], &Named::default()).unwrap();
    let mut tally = Tally::new(columns, 5, TimeZone::UTC).unwrap();
    for (line, row) in (2..).zip(text.lines().skip(1)) {
        tally.push(line, |column| row.split(',').nth(column));
    }
    let grid = tally.finish().unwrap();
    let [mut before, mut after, mut wide, mut narrow] = [0.0; 4];
    for known in (60..100).step_by(2) {
        let day = &grid.days[known];
        let forecaster = Forecaster::learn(&grid.first(known), &BTreeMap::new()).unwrap();
        let forecast = forecaster.forecast(&[day.date]).unwrap().remove(0);
        let noon = grid.slots / 3;
        let updated = forecaster.update(&forecast, &day.counts[..noon]);
        assert_eq!(updated.expected[..noon], forecast.expected[..noon]);
        for slot in noon..grid.slots {
            let real = day.counts[slot].unwrap();
            before += (forecast.expected[slot] - real).abs();
            after += (updated.expected[slot] - real).abs();
            wide += forecast.within_80[slot][1] - forecast.within_80[slot][0];
            narrow += updated.within_80[slot][1] - updated.within_80[slot][0];
        }
    }
    assert!(after < before * 0.98, "{after} after, {before} before");
    assert!(narrow < wide * 0.98, "{narrow} after, {wide} before");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Whatever the counts: forecasts are finite, bounds lie in order around nothing negative, and the same every time.
    #[test]
    fn forecasts_are_numbers(
        counts in proptest::collection::vec(proptest::option::weighted(0.9, 0_u32..2000), 12 * 6..40 * 6),
        weekend in proptest::bool::ANY,
    ) {
        let open = |day: &Date| weekend || !matches!(day.weekday(), Weekday::Friday | Weekday::Saturday);
        let dates = date(2026, 3, 1).series(Span::new().days(1)).filter(open);
        let days: Vec<Day> = counts
            .chunks_exact(6)
            .zip(dates)
            .map(|(counts, date)| Day { date, counts: counts.iter().map(|count| count.map(f64::from)).collect() })
            .collect();
        let grid = Grid { opens: 480, interval: 60, slots: 6, days };
        prop_assume!(grid.days.iter().any(|day| day.total() > 0.0));
        let learn = || Forecaster::learn(&grid, &BTreeMap::new()).unwrap();
        let said = learn().forecast(&after(&grid, 12)).unwrap();
        prop_assert_eq!(&said, &learn().forecast(&after(&grid, 12)).unwrap());
        for day in &said {
            for ((expected, inner), outer) in day.expected.iter().zip(&day.within_80).zip(&day.within_95) {
                prop_assert!(expected.is_finite() && *expected >= 0.0);
                prop_assert!(0.0 <= outer[0] && outer[0] <= inner[0] && inner[0] <= inner[1] && inner[1] <= outer[1]);
                prop_assert!(outer[1].is_finite());
            }
            let updated = learn().update(day, &[Some(5.0), None]);
            prop_assert!(updated.expected.iter().all(|expected| expected.is_finite() && *expected >= 0.0));
        }
    }
}
