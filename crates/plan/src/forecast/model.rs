//! The members of the ensemble: level of the day by shape of the day, and the mean of the last same weekdays.
//!
//! The shape follows Shen & Huang 2008, *Forecasting time series of inhomogeneous Poisson processes with application to call
//! center workforce management* (Annals of Applied Statistics 2:601–623): root counts of days as a few common curves with a
//! score of each day. Here the curves are of the day's shares alone, so that a small day keeps its own shape, and scores and
//! level are each an additive Gaussian process over days.

use super::{
    calendar::DayKind,
    kernel::{PARTS, Strengths},
    matrix::{Matrix, add, dot, leading, median, orthonormal, smooth},
    regression::{self, Covariance},
};

/// Common curves of the shape of days. Choice, on early parts: 3 lose a little, 6 win nothing.
const CURVES: usize = 4;
/// How much a curve is smoothed. Choice, on early parts: real edges on the half hour are kept.
const SMOOTHING: f64 = 1.0;
/// How many same weekdays the last member averages.
const WEEKDAYS: usize = 8;

/// Who says how much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Member {
    Quick,
    Steady,
    Slow,
    Weekdays,
}

impl Member {
    pub const ALL: [Self; 4] = [Self::Quick, Self::Steady, Self::Slow, Self::Weekdays];
}

/// A history that members have learned.
#[derive(Debug, Clone)]
pub(super) struct Model {
    days: Vec<DayKind>,
    /// The level jumped of late; all days to come lie after that.
    jumped: bool,
    /// Mean log volume of a day.
    mean: f64,
    levels: [(Strengths, Vec<f64>); 3],
    curves: Matrix,
    /// Weights of the days of the history in each curve's score.
    scores: Vec<Vec<f64>>,
    counts: Matrix,
}

impl Model {
    /// Learns counts of days (one row a day), none of which is missing.
    pub fn learn(days: &[DayKind], counts: &Matrix) -> Self {
        let totals: Vec<f64> = (0..counts.rows()).map(|day| counts.row(day).iter().sum()).collect();
        let logs: Vec<f64> = totals.iter().map(|total| (total + 1.0).ln()).collect();
        let mean = logs.iter().sum::<f64>() / logs.len().max(1) as f64;
        let levels: Vec<f64> = logs.iter().map(|log| log - mean).collect();
        let (noise, jump) = regression::robust_noise(days, &levels, Strengths::STEADY);
        let mut days = days.to_vec();
        if let Some(from) = jump {
            days[from..].iter_mut().for_each(|day| day.new_level = true);
        }
        let level = |strengths| (strengths, Covariance::of(&days, &noise, strengths).weights(&levels));

        let usual = totals.iter().sum::<f64>() / totals.len().max(1) as f64;
        let precision: Vec<f64> = totals
            .iter()
            .zip(&noise)
            .map(|(total, noise)| (total / usual).clamp(0.05, 5.0) / noise)
            .collect();
        let shapes = Matrix::from_fn(counts.rows(), counts.columns, |day, slot| {
            (counts.row(day)[slot] / totals[day].max(1.0)).sqrt()
        });
        let curves = common_curves(&shapes, &precision);
        let mean_noise = precision.iter().map(|one| 1.0 / one).sum::<f64>() / precision.len().max(1) as f64;
        let shape_noise: Vec<f64> = precision.iter().map(|one| 1.0 / one / mean_noise).collect();
        let covariance = Covariance::of(&days, &shape_noise, Strengths::SHAPE);
        let score = |curve: usize| -> Vec<f64> {
            let of_days: Vec<f64> =
                (0..shapes.rows()).map(|day| dot(shapes.row(day), curves.row(curve))).collect();
            covariance.weights(&of_days)
        };
        Self {
            jumped: jump.is_some(),
            mean,
            levels: [level(Strengths::QUICK), level(Strengths::STEADY), level(Strengths::SLOW)],
            scores: (0..curves.rows()).map(score).collect(),
            curves,
            counts: counts.clone(),
            days,
        }
    }

    /// Share of each interval in a day.
    pub fn shape(&self, day: &DayKind) -> Vec<f64> {
        let mut roots = vec![0.0; self.curves.columns];
        for (curve, weights) in self.scores.iter().enumerate() {
            let score = regression::value(&Strengths::SHAPE, &self.days, weights, day);
            add(&mut roots, score, self.curves.row(curve));
        }
        let shares: Vec<f64> = roots.iter().map(|root| root.max(0.0).powi(2)).collect();
        let all = shares.iter().sum::<f64>().max(f64::MIN_POSITIVE);
        shares.iter().map(|share| share / all).collect()
    }

    /// Calls of each interval of a day as one member sees them; `shape` is the day's.
    pub fn counts(&self, member: Member, day: &DayKind, shape: &[f64]) -> Vec<f64> {
        match member {
            Member::Weekdays if !self.jumped => self.weekdays(day),
            Member::Quick => self.scaled(0, day, shape),
            Member::Steady | Member::Weekdays => self.scaled(1, day, shape),
            Member::Slow => self.scaled(2, day, shape),
        }
    }

    /// Logarithm of what each part does to a day's volume, by the steady member: level, weekday, month, neighbours of
    /// closed days, named days.
    pub fn parts(&self, day: &DayKind) -> [f64; PARTS] {
        let (strengths, weights) = &self.levels[1];
        let mut parts = regression::parts(strengths, &self.days, weights, &self.placed(day));
        parts[0] += self.mean;
        parts
    }

    /// The day on its side of the jump; a day of the history is where it was found to be.
    fn placed(&self, day: &DayKind) -> DayKind {
        let of_history = self.days.binary_search_by(|other| other.time.total_cmp(&day.time)).ok();
        let new_level = of_history.map_or(self.jumped, |at| self.days[at].new_level);
        DayKind { new_level, ..*day }
    }

    fn scaled(&self, level: usize, day: &DayKind, shape: &[f64]) -> Vec<f64> {
        let (strengths, weights) = &self.levels[level];
        let log = self.mean + regression::value(strengths, &self.days, weights, &self.placed(day));
        let total = (log.exp() - 1.0).max(0.0);
        shape.iter().map(|share| share * total).collect()
    }

    fn weekdays(&self, day: &DayKind) -> Vec<f64> {
        let all = self.days.iter().enumerate().rev();
        let mut same: Vec<usize> =
            all.filter(|(_, other)| other.weekday == day.weekday).map(|(at, _)| at).take(WEEKDAYS).collect();
        if same.is_empty() {
            same = (0..self.days.len()).rev().take(WEEKDAYS).collect();
        }
        let mut sums = vec![0.0; self.counts.columns];
        for at in &same {
            add(&mut sums, 1.0 / same.len() as f64, self.counts.row(*at));
        }
        sums
    }
}

fn common_curves(shapes: &Matrix, precision: &[f64]) -> Matrix {
    let weighed = Matrix::from_fn(shapes.rows(), shapes.columns, |day, slot| {
        shapes.row(day)[slot] * precision[day].sqrt()
    });
    let curves = leading(&weighed, CURVES);
    let mut smoothed: Vec<Vec<f64>> = (0..curves.rows()).map(|k| smooth(curves.row(k), SMOOTHING)).collect();
    orthonormal(&mut smoothed);
    Matrix { columns: shapes.columns, values: smoothed.concat() }
}

/// Counts with what is missing or out of all likelihood replaced: `known` says what is not missing. Returns the repaired
/// counts, and for each interval whether it was replaced.
///
/// Only the course of a day is judged, at the level that the day itself has. A root count may lie 3.5 robust standard deviations from what was learned; it is pulled in to there. About an hour of them
/// may lie 4 of its own; all of it is replaced (an outage, a rush that had one cause). Both limits are choices.
pub(super) fn repair(days: &[DayKind], counts: &Matrix, known: &[bool]) -> (Matrix, Vec<bool>) {
    const FAR: f64 = 3.5;
    const FAR_HOUR: f64 = 4.0;
    /// The part of a day that makes "about an hour".
    const PART: usize = 14;
    let model = Model::learn(days, counts);
    let course = |(at, day): (usize, &DayKind)| {
        let fitted = model.counts(Member::Steady, day, &model.shape(day));
        let ratio = own_level(counts.row(at), &fitted, counts.columns.div_ceil(PART));
        fitted.into_iter().map(move |fitted| fitted * ratio)
    };
    let fitted: Vec<f64> = days.iter().enumerate().flat_map(course).collect();
    let root = |count: f64| (count + 0.25).sqrt();
    let mut off: Vec<f64> =
        counts.values.iter().zip(&fitted).map(|(real, fit)| root(*real) - root(*fit)).collect();
    let usual = spread(&off).max(0.4);
    off.iter_mut().for_each(|off| *off = off.clamp(-FAR * usual, FAR * usual));
    let hour = (counts.columns / PART).max(3);
    let hours: Vec<f64> = off.chunks(counts.columns).flat_map(|day| means(day, hour)).collect();
    let usual_hour = spread(&hours);
    let mut replaced: Vec<bool> = known.iter().map(|known| !known).collect();
    let mut repaired = counts.clone();
    for (at, value) in repaired.values.iter_mut().enumerate() {
        if hours[at].abs() > FAR_HOUR * usual_hour && usual_hour > 0.0 {
            replaced[at] = true;
        }
        let off = if replaced[at] { 0.0 } else { off[at] };
        *value = ((root(fitted[at]) + off).powi(2) - 0.25).max(0.0);
    }
    (repaired, replaced)
}

/// The level of a day beside what was fitted: the middle one of its parts, so that an outage moves it little.
fn own_level(real: &[f64], fitted: &[f64], part: usize) -> f64 {
    /// Parts with fewer calls than this say nothing.
    const ENOUGH: f64 = 5.0;
    let sums = real.chunks(part).zip(fitted.chunks(part));
    let sums = sums.map(|(real, fitted)| (real.iter().sum::<f64>(), fitted.iter().sum::<f64>()));
    let ratios: Vec<f64> =
        sums.filter(|(_, fitted)| *fitted >= ENOUGH).map(|(real, fitted)| real / fitted).collect();
    if ratios.is_empty() { 1.0 } else { median(ratios) }
}

fn spread(values: &[f64]) -> f64 {
    1.4826 * median(values.iter().map(|value| value.abs()).collect())
}

/// The mean of `width` values around each, nothing beyond the ends.
fn means(values: &[f64], width: usize) -> Vec<f64> {
    let half = width / 2;
    let at = |i: usize| values[i.saturating_sub(half)..(i + half + 1).min(values.len())].iter().sum::<f64>();
    (0..values.len()).map(|i| at(i) / (2 * half + 1) as f64).collect()
}
