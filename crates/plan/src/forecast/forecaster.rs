//! The ensemble: members tried by rolling origins, weighed by what they missed, with intervals of what was missed.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::Serialize;

use super::{
    bands::{Bands, Miss},
    calendar::{DayKind, describe},
    intraday::{Deviations, standard},
    matrix::{Matrix, add},
    model::{Member, Model, repair},
};
use crate::history::Grid;

/// The fewest open days from which anything is learned. Choice: two weeks of five days.
pub const FEWEST: usize = 10;
/// The newest open days that are learned from. Choice: more than a year of seven-day weeks; older days say little.
const MOST: usize = 400;
/// Rolling origins of the back-test, open days between them, and how far ahead each looks.
const ORIGINS: usize = 8;
const STEP: usize = 5;
const AHEAD: usize = 10;
/// How sharply members that missed more lose weight: weights go by mean absolute error to the power of minus this. Choice,
/// on early parts: between the plain mean (0) and the best member alone.
const SHARPNESS: f64 = 24.0;

/// Why there is no forecast.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ForecastError {
    /// Too little history.
    #[error("{days} open days are too few to forecast from; give at least {FEWEST}, and better 40")]
    TooShort {
        /// How many there are.
        days: usize,
    },
    /// A day has another number of intervals than the grid.
    #[error("{date} has {counts} intervals, not {slots}; put the counts on one grid")]
    Uneven {
        /// The day.
        date: Date,
        /// Its intervals.
        counts: usize,
        /// The grid's.
        slots: usize,
    },
    /// A count that is none.
    #[error("{date} has a count that is negative or no number; correct it, or mark it as not known")]
    NoCount {
        /// The day.
        date: Date,
    },
    /// Days that are not in order.
    #[error("{date} does not come after the day before it; give open days in order, each once")]
    Order {
        /// The day.
        date: Date,
    },
    /// No call in the whole history.
    #[error("there is no call in the history; check the column of the counts")]
    Silent,
}

/// What a day's volume is made of, by the steady member: the level in calls a day, times each of the factors.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Parts {
    /// Calls of a usual day at this time.
    pub level: f64,
    /// What the weekday makes of it.
    pub weekday: f64,
    /// What the course and the turn of the month make of it.
    pub month: f64,
    /// What a closed day beside it makes of it.
    pub closed_beside: f64,
    /// What its name (a holiday, a campaign) makes of it.
    pub named: f64,
}

/// The forecast of one open day.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DayForecast {
    /// The day.
    pub date: Date,
    /// Expected calls of each interval.
    pub expected: Vec<f64>,
    /// Ends of each interval's 80 % interval.
    pub within_80: Vec<[f64; 2]>,
    /// Ends of each interval's 95 % interval.
    pub within_95: Vec<[f64; 2]>,
    /// Of what the day's volume is made.
    pub parts: Parts,
}

/// A history that was learned.
#[derive(Debug, Clone)]
pub struct Forecaster {
    dates: Vec<Date>,
    names: BTreeMap<Date, String>,
    model: Model,
    weights: [[f64; 4]; 3],
    bands: Bands,
    deviations: Deviations,
    replaced: Vec<(Date, usize)>,
}

impl Forecaster {
    /// Learns a history. `names` are days past and coming that have a name, such as holidays on which the queue is open.
    ///
    /// # Errors
    /// When there are too few days, or they are not on the grid or not in order.
    pub fn learn(grid: &Grid, names: &BTreeMap<Date, String>) -> Result<Self, ForecastError> {
        check(grid)?;
        let newest = &grid.days[grid.days.len().saturating_sub(MOST)..];
        let dates: Vec<Date> = newest.iter().map(|day| day.date).collect();
        let days = describe(&dates, names);
        let real: Vec<Option<f64>> = newest.iter().flat_map(|day| day.counts.iter().copied()).collect();
        let trials = back_test(&days, &real, grid.slots);
        let weights = weigh(&trials, &real, grid.slots);
        let (misses, curves) = missed(&trials, &weights, &real, grid.slots);
        let tried: BTreeSet<usize> = trials.iter().map(|trial| trial.day).collect();
        let bands = Bands::of(misses, tried.len());
        let deviations = Deviations::of(&curves);
        let (counts, replaced) = learned_counts(&days, &real, grid.slots);
        let replaced = replaced.iter().enumerate().filter(|(_, replaced)| **replaced);
        let replaced = replaced.map(|(at, _)| (dates[at / grid.slots], at % grid.slots)).collect();
        let model = Model::learn(&days, &counts);
        Ok(Self { dates, names: names.clone(), model, weights, bands, deviations, replaced })
    }

    /// Forecasts the coming open days: all of them in order, from the first after the history on.
    ///
    /// # Errors
    /// When they are not in order or not after the history.
    pub fn forecast(&self, coming: &[Date]) -> Result<Vec<DayForecast>, ForecastError> {
        let dates: Vec<Date> = self.dates.iter().chain(coming).copied().collect();
        if let Some(pair) = dates.windows(2).find(|pair| pair[0] >= pair[1]) {
            return Err(ForecastError::Order { date: pair[1] });
        }
        let days = describe(&dates, &self.names);
        let ahead = days[self.dates.len()..].iter().zip(coming).enumerate();
        Ok(ahead.map(|(ahead, (day, date))| self.day(*date, day, ahead)).collect())
    }

    /// The rest of a day from what its first intervals brought (none where that is not known): see [`DayForecast::expected`]
    /// for the intervals that are still to come. Those that are over keep what was forecast.
    #[must_use]
    pub fn update(&self, forecast: &DayForecast, so_far: &[Option<f64>]) -> DayForecast {
        let factors = self.deviations.expected(&forecast.expected, so_far);
        let mut updated = forecast.clone();
        for (slot, (expected, shrunk)) in factors.into_iter().enumerate().skip(so_far.len()) {
            updated.expected[slot] = expected;
            self.bound(&mut updated, slot, shrunk);
        }
        updated
    }

    /// Intervals of the history that were missing or out of all likelihood, and were replaced for learning.
    #[must_use]
    pub fn replaced(&self) -> &[(Date, usize)] {
        &self.replaced
    }

    /// What each member weighs: quick, steady and slow level, and the mean of the last eight same weekdays; for the next
    /// open day, the second to fifth, and later ones.
    #[must_use]
    pub fn weights(&self) -> &[[f64; 4]; 3] {
        &self.weights
    }

    fn day(&self, date: Date, day: &DayKind, ahead: usize) -> DayForecast {
        let shape = self.model.shape(day);
        let expected = combined(&self.model, &self.weights[class(ahead)], day, &shape);
        let [level, weekday, month, closed_beside, named] = self.model.parts(day).map(f64::exp);
        let mut made = DayForecast {
            date,
            within_80: vec![[0.0; 2]; expected.len()],
            within_95: vec![[0.0; 2]; expected.len()],
            expected,
            parts: Parts { level, weekday, month, closed_beside, named },
        };
        (0..made.expected.len()).for_each(|slot| self.bound(&mut made, slot, 1.0));
        made
    }

    /// Sets an interval's bounds, `shrunk` times as wide as usual.
    fn bound(&self, day: &mut DayForecast, slot: usize, shrunk: f64) {
        let expected = day.expected[slot];
        let ends = self.bands.ends(expected).map(|end| expected + shrunk * (end - expected));
        day.within_95[slot] = [ends[0], ends[3]];
        day.within_80[slot] = [ends[1], ends[2]];
    }
}

/// What each member said of a day of the back-test.
struct Trial {
    /// Which day of the history.
    day: usize,
    ahead: usize,
    said: [Vec<f64>; 4],
}

fn back_test(days: &[DayKind], real: &[Option<f64>], slots: usize) -> Vec<Trial> {
    let mut trials = Vec::new();
    for back in 0..ORIGINS {
        let Some(origin) = days.len().checked_sub(AHEAD.min(days.len() / 3) + back * STEP) else { break };
        if origin < FEWEST {
            break;
        }
        let (counts, _) = learned_counts(&days[..origin], &real[..origin * slots], slots);
        let model = Model::learn(&days[..origin], &counts);
        for (ahead, day) in (origin..days.len()).take(AHEAD).enumerate() {
            let shape = model.shape(&days[day]);
            let said = Member::ALL.map(|member| model.counts(member, &days[day], &shape));
            trials.push(Trial { day, ahead, said });
        }
    }
    trials
}

/// Classes of how far ahead a day lies: next, within a week of five days, later.
const fn class(ahead: usize) -> usize {
    match ahead {
        0 => 0,
        1..=4 => 1,
        _ => 2,
    }
}

/// Weights of the members for each class of days ahead, from their mean absolute errors. A class learns from its neighbours
/// too, since eight next days say little.
fn weigh(trials: &[Trial], real: &[Option<f64>], slots: usize) -> [[f64; 4]; 3] {
    const LEARNS_FROM: [std::ops::Range<usize>; 3] = [0..3, 0..AHEAD, 3..AHEAD];
    LEARNS_FROM.map(|range| {
        let mut errors = [0.0; 4];
        for trial in trials.iter().filter(|trial| range.contains(&trial.ahead)) {
            for (error, said) in errors.iter_mut().zip(&trial.said) {
                let truth = &real[trial.day * slots..][..slots];
                *error += said
                    .iter()
                    .zip(truth)
                    .filter_map(|(said, real)| Some((said - (*real)?).abs()))
                    .sum::<f64>();
            }
        }
        let least = errors.iter().copied().fold(f64::INFINITY, f64::min);
        let weights = errors.map(|error| if error > 0.0 { (least / error).powf(SHARPNESS) } else { 1.0 });
        let all: f64 = weights.iter().sum();
        weights.map(|weight| weight / all)
    })
}

/// What the ensemble missed, interval by interval; and, of days within a week of their origin, the misses by day in standard
/// deviations of Poisson, one row a day.
fn missed(
    trials: &[Trial],
    weights: &[[f64; 4]; 3],
    real: &[Option<f64>],
    slots: usize,
) -> (Vec<Miss>, Matrix) {
    let mut misses = Vec::with_capacity(trials.len() * slots);
    let mut curves = Matrix { columns: slots, values: Vec::new() };
    for trial in trials {
        let mut expected = vec![0.0; slots];
        for (said, weight) in trial.said.iter().zip(&weights[class(trial.ahead)]) {
            add(&mut expected, *weight, said);
        }
        let truth = &real[trial.day * slots..][..slots];
        let pairs = expected.iter().zip(truth);
        misses.extend(
            pairs.clone().filter_map(|(expected, real)| Some(Miss { expected: *expected, real: (*real)? })),
        );
        if trial.ahead < STEP {
            let off =
                |(expected, real): (&f64, &Option<f64>)| real.map_or(0.0, |real| standard(real, *expected));
            curves.values.extend(pairs.map(off));
        }
    }
    (misses, curves)
}

/// The history with what is missing or out of all likelihood replaced, and which intervals those are.
fn learned_counts(days: &[DayKind], real: &[Option<f64>], slots: usize) -> (Matrix, Vec<bool>) {
    let known: Vec<bool> = real.iter().map(Option::is_some).collect();
    let mut usual = vec![(0.0, 0.0); 7 * slots];
    for (at, count) in real.iter().enumerate().filter_map(|(at, count)| Some((at, (*count)?))) {
        let (sum, number) = &mut usual[usize::from(days[at / slots].weekday) * slots + at % slots];
        *sum += count;
        *number += 1.0;
    }
    let mean = |at: usize| {
        let (sum, number) = usual[usize::from(days[at / slots].weekday) * slots + at % slots];
        if number > 0.0 { sum / number } else { 0.0 }
    };
    let counts = Matrix::from_fn(days.len(), slots, |day, slot| {
        let at = day * slots + slot;
        real[at].unwrap_or_else(|| mean(at))
    });
    repair(days, &counts, &known)
}

fn check(grid: &Grid) -> Result<(), ForecastError> {
    if grid.days.len() < FEWEST {
        return Err(ForecastError::TooShort { days: grid.days.len() });
    }
    if let Some(pair) = grid.days.windows(2).find(|pair| pair[0].date >= pair[1].date) {
        return Err(ForecastError::Order { date: pair[1].date });
    }
    for day in &grid.days {
        let (date, counts, slots) = (day.date, day.counts.len(), grid.slots);
        if counts != slots || slots == 0 {
            return Err(ForecastError::Uneven { date, counts, slots });
        }
        if day.counts.iter().flatten().any(|count| !count.is_finite() || *count < 0.0) {
            return Err(ForecastError::NoCount { date });
        }
    }
    if grid.days.iter().all(|day| day.total() <= 0.0) {
        return Err(ForecastError::Silent);
    }
    Ok(())
}

fn combined(model: &Model, weights: &[f64; 4], day: &DayKind, shape: &[f64]) -> Vec<f64> {
    let mut sum = vec![0.0; shape.len()];
    for (member, weight) in Member::ALL.into_iter().zip(weights) {
        add(&mut sum, *weight, &model.counts(member, day, shape));
    }
    sum
}
