//! How good a forecast was: errors of its points and coverage of its intervals, by rolling origins.

use std::collections::BTreeMap;

use super::{DayForecast, FEWEST, ForecastError, Forecaster};
use crate::history::{Day, Grid};

/// What is to be measured.
#[derive(Debug, Clone)]
pub struct Rolling {
    /// How many origins.
    pub origins: usize,
    /// Open days between them.
    pub step: usize,
    /// Horizons in open days: each is measured over all days up to it.
    pub horizons: Vec<usize>,
}

/// What was measured.
#[derive(Debug, Clone)]
pub struct Measured {
    /// Origins that had history enough before them.
    pub origins: usize,
    /// Mean time of learning, as the clock told it.
    pub seconds_per_fit: f64,
    /// Figures of each horizon.
    pub horizons: Vec<(usize, Option<Figures>)>,
}

/// Forecasts the end of a history from rolling origins, each of which knows only the open days before it. `clock` tells
/// seconds, such as processor time.
///
/// # Errors
/// When no origin has history enough.
pub fn roll(grid: &Grid, rolling: &Rolling, clock: impl Fn() -> f64) -> Result<Measured, ForecastError> {
    let furthest = rolling.horizons.iter().copied().max().unwrap_or(1);
    let mut misses = vec![Misses::default(); rolling.horizons.len()];
    let mut origins = origins(grid.days.len(), rolling.origins, rolling.step, furthest);
    origins.retain(|origin| *origin >= FEWEST);
    let mut seconds = 0.0;
    for origin in &origins {
        let known = grid.first(*origin);
        let coming = &grid.days[*origin..(origin + furthest).min(grid.days.len())];
        let dates: Vec<_> = coming.iter().map(|day| day.date).collect();
        let before = clock();
        let forecast = Forecaster::learn(&known, &BTreeMap::new())?.forecast(&dates)?;
        seconds += clock() - before;
        let naive = naive_error(&known);
        for (misses, horizon) in misses.iter_mut().zip(&rolling.horizons) {
            let within = forecast.iter().zip(coming).take(*horizon);
            within.for_each(|(forecast, Day { counts, .. })| misses.add(forecast, counts, naive));
        }
    }
    if origins.is_empty() {
        return Err(ForecastError::TooShort { days: grid.days.len() });
    }
    let figures = rolling.horizons.iter().copied().zip(misses.iter().map(Misses::figures));
    let seconds_per_fit = seconds / origins.len() as f64;
    Ok(Measured { origins: origins.len(), seconds_per_fit, horizons: figures.collect() })
}

/// Where rolling origins lie: each knows so many of the first open days, and forecasts those that follow. The last one's
/// furthest day is the last of the history; the others lie `step` days apart before it. In order; fewer where the history is
/// too short.
#[must_use]
pub fn origins(days: usize, origins: usize, step: usize, furthest: usize) -> Vec<usize> {
    let back = (0..origins).rev().map_while(|back| (back * step).checked_add(furthest));
    back.filter_map(|back| days.checked_sub(back)).collect()
}

/// What was missed so far.
#[derive(Debug, Clone, Copy, Default)]
pub struct Misses {
    intervals: f64,
    absolute: f64,
    squared: f64,
    real: f64,
    relative: f64,
    not_zero: f64,
    scaled: f64,
    within_80: f64,
    within_95: f64,
}

/// The figures of a horizon. Shares are from 0 to 1; none where there is nothing to divide by.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Figures {
    /// Mean absolute error, in calls an interval.
    pub mae: f64,
    /// Root of the mean squared error, in calls an interval.
    pub rmse: f64,
    /// Mean absolute error as a share of the count, of intervals with calls.
    pub mape: Option<f64>,
    /// Sum of absolute errors as a share of the sum of calls.
    pub wape: Option<f64>,
    /// Mean absolute error beside that of taking the same interval a week before, within the history that was known
    /// (Hyndman & Koehler 2006).
    pub mase: Option<f64>,
    /// Share of counts within the 80 % interval.
    pub cover80: f64,
    /// Share of counts within the 95 % interval.
    pub cover95: f64,
    /// Intervals measured.
    pub intervals: usize,
}

impl Misses {
    /// Adds a day; `naive` is the error of last week's count within the known history.
    pub fn add(&mut self, forecast: &DayForecast, real: &[Option<f64>], naive: Option<f64>) {
        let bounds = forecast.within_80.iter().zip(&forecast.within_95);
        for ((expected, real), (inner, outer)) in forecast.expected.iter().zip(real).zip(bounds) {
            let Some(real) = *real else { continue };
            let error = (expected - real).abs();
            self.intervals += 1.0;
            self.absolute += error;
            self.squared += error * error;
            self.real += real;
            if real > 0.0 {
                self.relative += error / real;
                self.not_zero += 1.0;
            }
            self.scaled += naive.map_or(0.0, |naive| error / naive);
            let within = |[low, high]: [f64; 2]| f64::from(u8::from(low <= real && real <= high));
            self.within_80 += within(*inner);
            self.within_95 += within(*outer);
        }
    }

    /// The figures, none of nothing.
    #[must_use]
    pub fn figures(&self) -> Option<Figures> {
        let n = self.intervals;
        let share = |part: f64, whole: f64| (whole > 0.0).then(|| part / whole);
        (n > 0.0).then(|| Figures {
            mae: self.absolute / n,
            rmse: (self.squared / n).sqrt(),
            mape: share(self.relative, self.not_zero),
            wape: share(self.absolute, self.real),
            mase: share(self.scaled, n).filter(|scaled| *scaled > 0.0),
            cover80: self.within_80 / n,
            cover95: self.within_95 / n,
            intervals: n as usize,
        })
    }
}

/// The mean absolute error, within a history, of taking the same interval of the same weekday before; none where no weekday
/// comes twice or where that is never wrong.
#[must_use]
pub fn naive_error(grid: &Grid) -> Option<f64> {
    let (mut sum, mut n) = (0.0, 0.0);
    for (at, day) in grid.days.iter().enumerate() {
        let before = grid.days[..at].iter().rev().find(|other| other.date.weekday() == day.date.weekday());
        let pairs = before.into_iter().flat_map(|before| before.counts.iter().zip(&day.counts));
        for (before, now) in pairs.filter_map(|(before, now)| Some(((*before)?, (*now)?))) {
            sum += f64::abs(now - before);
            n += 1.0;
        }
    }
    (n > 0.0 && sum > 0.0).then(|| sum / n)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::{forecast::Parts, history::Day};

    #[test]
    fn origins_roll_over_the_last_days() {
        assert_eq!(origins(100, 3, 5, 10), [80, 85, 90]);
        assert_eq!(origins(12, 3, 5, 10), [2]);
        assert!(origins(3, 3, 5, 10).is_empty());
    }

    #[test]
    fn figures_agree_with_a_count_by_hand() {
        let day = DayForecast {
            date: date(2026, 1, 5),
            expected: vec![10.0, 0.0, 4.0],
            within_80: vec![[9.0, 11.0], [0.0, 0.0], [3.0, 5.0]],
            within_95: vec![[5.0, 15.0], [0.0, 1.0], [3.0, 5.0]],
            parts: Parts { level: 14.0, weekday: 1.0, month: 1.0, closed_beside: 1.0, named: 1.0 },
        };
        let mut misses = Misses::default();
        assert!(misses.figures().is_none());
        misses.add(&day, &[Some(8.0), Some(1.0), None], Some(3.0));
        let figures = misses.figures().unwrap();
        assert_eq!((figures.mae, figures.intervals), (1.5, 2));
        assert!((figures.rmse - 2.5_f64.sqrt()).abs() < 1e-12);
        assert!((figures.mape.unwrap() - (0.25 + 1.0) / 2.0).abs() < 1e-12);
        assert!((figures.wape.unwrap() - 3.0 / 9.0).abs() < 1e-12);
        assert!((figures.mase.unwrap() - 0.5).abs() < 1e-12);
        assert_eq!((figures.cover80, figures.cover95), (0.0, 1.0));
    }

    #[test]
    fn the_naive_error_is_that_of_the_same_weekday_before() {
        let day = |day, calls| Day { date: date(2026, 6, day), counts: vec![Some(calls), None] };
        let days = vec![day(1, 5.0), day(2, 50.0), day(8, 8.0), day(9, 49.0)];
        let grid = Grid { opens: 0, interval: 720, slots: 2, days };
        assert_eq!(naive_error(&grid), Some(2.0));
        assert_eq!(naive_error(&grid.first(2)), None);
    }
}
