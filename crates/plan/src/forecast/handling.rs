//! How long calls will take, interval by interval: a level that robust means follow, with weekdays and times of day around it.
//!
//! The logarithm of an interval's mean handling time is a level plus what its weekday and its time of day add, each a weighted
//! median of what the others leave (median polish: Tukey 1977, ch. 11), so that a day of outages or a call left open for
//! hours moves nothing. Intervals are quantiles of what forecasts of the last days missed, each made from the days before it
//! alone, in standard deviations of `a + b / calls`: what days miss by, and what few calls scatter.

use jiff::civil::Date;
use serde::Serialize;

use super::{
    FEWEST, ForecastError,
    bands::{LEVELS, conformal},
    calendar::weekday,
};

/// Open days that the level goes by: two weeks of five days. Choice.
const LEVEL_DAYS: usize = 10;
/// Newest days that are forecast to see what is missed. Choice.
const TRIALS: usize = 40;
/// Calls after which an interval is believed as much as that it is like any other, and weeks for a weekday. Choices.
const DOUBT: f64 = 200.0;
const DOUBT_WEEKS: f64 = 1.0;
/// Open days before and after a day that are the week around it.
const AROUND: usize = 3;
/// Rounds of the polish; it settles within these.
const ROUNDS: usize = 3;
/// Standard deviations beyond which an interval says nothing about the mean.
const FAR: f64 = 4.0;

/// The calls that were handled in an interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Handled {
    /// Their number.
    pub calls: u32,
    /// Their handling time in all, in seconds, wrap-up included.
    pub seconds: f64,
}

/// An open day's intervals, each as it is known.
#[derive(Debug, Clone, PartialEq)]
pub struct HandlingDay {
    /// The day.
    pub date: Date,
    /// By interval; none where nothing is known.
    pub handled: Vec<Option<Handled>>,
}

/// What an interval's mean handling time will be, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct HandlingForecast {
    /// The mean that is expected.
    pub expected: f64,
    /// Ends of the 80 % interval.
    pub within_80: [f64; 2],
    /// Ends of the 95 % interval.
    pub within_95: [f64; 2],
}

/// Handling times that were learned.
#[derive(Debug, Clone, PartialEq)]
pub struct Handling {
    course: Course,
    /// What brings the means of logarithms to the mean of all calls.
    factor: f64,
    spread: Spread,
}

/// Logarithms of seconds.
#[derive(Debug, Clone, PartialEq)]
struct Course {
    level: f64,
    weekday: [f64; 7],
    slot: Vec<f64>,
}

/// An interval in which something was handled.
#[derive(Debug, Clone, Copy)]
struct Cell {
    day: usize,
    weekday: usize,
    slot: usize,
    calls: f64,
    log: f64,
}

/// A forecast that missed by so much, of an interval with so many calls.
#[derive(Debug, Clone, Copy)]
struct Missed {
    by: f64,
    calls: f64,
}

/// How far an interval's logarithm lies from its forecast.
#[derive(Debug, Clone, PartialEq)]
struct Spread {
    /// Variance of a day, and of one call.
    day: f64,
    call: f64,
    /// In standard deviations, at [`LEVELS`].
    quantiles: [f64; 4],
}

impl Handling {
    /// Learns from open days, in order.
    ///
    /// # Errors
    /// When there are too few days, they are not in order or not on one grid, or times are no times.
    pub fn learn(days: &[HandlingDay]) -> Result<Self, ForecastError> {
        check(days)?;
        let slots = days[0].handled.len();
        let cells = cells(days);
        if cells.is_empty() {
            return Err(ForecastError::Silent);
        }
        let course = Course::of(&cells, days.len(), slots);
        let mut missed = Vec::new();
        let first = days.len().saturating_sub(TRIALS).max(FEWEST);
        for day in first..days.len() {
            let (before, here) =
                (cells.partition_point(|cell| cell.day < day), |cell: &&Cell| cell.day == day);
            if before == 0 {
                continue;
            }
            let known = Course::of(&cells[..before], day, slots);
            let misses = cells.iter().filter(here);
            missed.extend(misses.map(|cell| Missed { by: cell.log - known.at(cell), calls: cell.calls }));
        }
        let spread = Spread::of(&missed, days.len() - first.min(days.len()));
        let factor = factor(&cells, &course, &spread, days.len().saturating_sub(TRIALS));
        Ok(Self { course, factor, spread })
    }

    /// The mean handling time of each interval of a coming day with so many calls.
    #[must_use]
    pub fn forecast(&self, date: Date, calls: &[f64]) -> Vec<HandlingForecast> {
        let of_slot = |(slot, calls): (usize, &f64)| {
            let cell = Cell { day: 0, weekday: weekday(date), slot, calls: calls.max(1.0), log: 0.0 };
            // The middle of its logarithm; the mean of all calls lies a little above it.
            let middle = self.course.at(&cell).exp();
            let deviation = self.spread.deviation(cell.calls);
            let [low95, low80, high80, high95] =
                self.spread.quantiles.map(|quantile| middle * (quantile * deviation).exp());
            let expected = middle * self.factor;
            HandlingForecast { expected, within_80: [low80, high80], within_95: [low95, high95] }
        };
        calls.iter().enumerate().map(of_slot).collect()
    }
}

fn check(days: &[HandlingDay]) -> Result<(), ForecastError> {
    if days.len() < FEWEST {
        return Err(ForecastError::TooShort { days: days.len() });
    }
    let slots = days[0].handled.len();
    for (at, day) in days.iter().enumerate() {
        if day.handled.len() != slots {
            return Err(ForecastError::Uneven { date: day.date, counts: day.handled.len(), slots });
        }
        if at > 0 && day.date <= days[at - 1].date {
            return Err(ForecastError::Order { date: day.date });
        }
        let fine = |handled: &Handled| handled.seconds.is_finite() && handled.seconds >= 0.0;
        if !day.handled.iter().flatten().all(fine) {
            return Err(ForecastError::NoCount { date: day.date });
        }
    }
    Ok(())
}

/// Intervals in which something was handled, day by day.
fn cells(days: &[HandlingDay]) -> Vec<Cell> {
    let of_day = |(at, day): (usize, &HandlingDay)| {
        let weekday = weekday(day.date);
        let known = day.handled.iter().enumerate().filter_map(move |(slot, handled)| {
            let Handled { calls, seconds } = (*handled)?;
            let calls = f64::from(calls);
            (calls > 0.0 && seconds > 0.0).then(|| Cell {
                day: at,
                weekday,
                slot,
                calls,
                log: (seconds / calls).ln(),
            })
        });
        known.collect::<Vec<_>>()
    };
    days.iter().enumerate().flat_map(of_day).collect()
}

impl Course {
    fn of(cells: &[Cell], days: usize, slots: usize) -> Self {
        let mut slot = vec![0.0; slots];
        let mut of_day = vec![0.0; days];
        for _ in 0..ROUNDS {
            of_day = medians(cells, days, |cell| cell.day, |cell| cell.log - slot[cell.slot], 0.0);
            slot = medians(cells, slots, |cell| cell.slot, |cell| cell.log - of_day[cell.day], DOUBT);
        }
        let mut known: Vec<(usize, usize)> = cells.iter().map(|cell| (cell.day, cell.weekday)).collect();
        known.dedup();
        let level = |days: &[(usize, usize)], weekday: &[f64; 7]| {
            super::matrix::median(days.iter().map(|(day, on)| of_day[*day] - weekday[*on]).collect())
        };
        // A weekday is what its days have beside the week around them.
        let mut beside: [Vec<f64>; 7] = Default::default();
        for (at, (day, on)) in known.iter().enumerate() {
            let around = &known[at.saturating_sub(AROUND)..(at + AROUND + 1).min(known.len())];
            beside[*on].push(of_day[*day] - level(around, &[0.0; 7]));
        }
        let weekday = beside.map(|beside| {
            let weeks = beside.len() as f64;
            super::matrix::median(beside) * weeks / (weeks + DOUBT_WEEKS)
        });
        let level = level(&known[known.len().saturating_sub(LEVEL_DAYS)..], &weekday);
        Self { level, weekday, slot }
    }

    fn at(&self, cell: &Cell) -> f64 {
        self.level + self.weekday[cell.weekday] + self.slot[cell.slot]
    }
}

/// By group, the median of what is left, weighed by calls; drawn to 0 where a group has few calls beside `doubt`.
fn medians(
    cells: &[Cell],
    groups: usize,
    group: impl Fn(&Cell) -> usize,
    left: impl Fn(&Cell) -> f64,
    doubt: f64,
) -> Vec<f64> {
    let mut values: Vec<Vec<(f64, f64)>> = vec![Vec::new(); groups];
    for cell in cells {
        values[group(cell)].push((left(cell), cell.calls));
    }
    let median = |mut values: Vec<(f64, f64)>| {
        values.sort_by(|one, other| one.0.total_cmp(&other.0));
        let all: f64 = values.iter().map(|(_, calls)| calls).sum();
        let mut below = 0.0;
        let middle = values.iter().find(|(_, calls)| {
            below += calls;
            below >= all / 2.0
        });
        middle.map_or(0.0, |(value, _)| value * all / (all + doubt))
    };
    values.into_iter().map(median).collect()
}

impl Spread {
    /// From what the forecasts of so many days missed. With few misses, calls are taken to scatter as exponential times do, and
    /// days by a tenth.
    fn of(missed: &[Missed], days: usize) -> Self {
        const ENOUGH: usize = 50;
        const NORMAL: [f64; 4] = [-1.96, -1.2816, 1.2816, 1.96];
        let mut spread = Self { day: 0.01, call: 1.0, quantiles: NORMAL };
        if missed.len() < ENOUGH {
            return spread;
        }
        // Least squares of the squared misses on 1 and 1 / calls, each weighed by its calls.
        let (mut a, mut b, mut c, mut d, mut e) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for Missed { by, calls } in missed {
            let squared = by * by;
            (a, b, c) = (a + calls, b + 1.0, c + 1.0 / calls);
            (d, e) = (d + calls * squared, e + squared);
        }
        let determinant = a * c - b * b;
        let (day, call) = if determinant > 1e-9 * a * c {
            ((d * c - e * b) / determinant, (e * a - d * b) / determinant)
        } else {
            (d / a, 0.0)
        };
        (spread.day, spread.call) = (day.max(1e-6), call.max(0.0));
        let mut standard: Vec<f64> =
            missed.iter().map(|missed| missed.by / spread.deviation(missed.calls)).collect();
        standard.sort_by(f64::total_cmp);
        spread.quantiles = LEVELS.map(|level| conformal(&standard, level, 2.0 * days.max(1) as f64));
        spread
    }

    fn deviation(&self, calls: f64) -> f64 {
        (self.day + self.call / calls).sqrt()
    }
}

/// All seconds of the newest days, beside what the course says of them.
fn factor(cells: &[Cell], course: &Course, spread: &Spread, from: usize) -> f64 {
    let near = |cell: &&Cell| (cell.log - course.at(cell)).abs() <= FAR * spread.deviation(cell.calls);
    let (mut real, mut said) = (0.0, 0.0);
    for cell in cells.iter().filter(|cell| cell.day >= from).filter(near) {
        real += cell.calls * cell.log.exp();
        said += cell.calls * course.at(cell).exp();
    }
    if said > 0.0 { real / said } else { 1.0 }
}
