//! The rest of a day from its morning.
//!
//! Shen & Huang 2008 (section 4.2) update a day's scores by penalised least squares: near to what was forecast, near to what
//! came. Here the same as a posterior mean: a day leaves its forecast along a few common curves, whose variances are those of
//! the back-test, and each interval adds noise of its own.

use super::matrix::{Cholesky, Matrix, add, dot, leading, orthonormal, smooth};

/// Common curves of how days leave their forecasts. Choice: beyond three the back-test's days are too few to learn from.
const CURVES: usize = 3;

/// How much they are smoothed: what a day has in common lasts for hours.
const SMOOTHING: f64 = 1000.0;

/// How days leave their forecasts.
#[derive(Debug, Clone)]
pub(super) struct Deviations {
    curves: Matrix,
    /// Variance of each curve's score.
    variances: Vec<f64>,
    /// Variance of an interval's own noise.
    noise: f64,
}

/// A count's distance from what was expected, in standard deviations of Poisson.
pub(super) fn standard(real: f64, expected: f64) -> f64 {
    (real - expected) / scale(expected)
}

/// Poisson's standard deviation; a twentieth of a call is the least that is expected anywhere.
fn scale(expected: f64) -> f64 {
    expected.max(0.05).sqrt()
}

impl Deviations {
    /// From days of the back-test, one a row, in standard deviations of Poisson.
    ///
    /// Curves are taken from smoothed days, and a score's variance is what it has beyond the noise of the intervals: else the
    /// few days' chance would pass for something that days have in common.
    pub fn of(days: &Matrix) -> Self {
        let smoothed: Vec<f64> = (0..days.rows()).flat_map(|day| smooth(days.row(day), SMOOTHING)).collect();
        let common = leading(&Matrix { columns: days.columns, values: smoothed }, CURVES);
        let mut curves: Vec<Vec<f64>> =
            (0..common.rows()).map(|curve| smooth(common.row(curve), SMOOTHING)).collect();
        orthonormal(&mut curves);
        let curves = Matrix { columns: days.columns, values: curves.concat() };
        let rows = days.rows().max(1) as f64;
        let mut rest = days.clone();
        let mut variances = vec![0.0; curves.rows()];
        for day in 0..days.rows() {
            for (curve, variance) in variances.iter_mut().enumerate() {
                let score = dot(days.row(day), curves.row(curve));
                *variance += score * score / rows;
                add(rest.row_mut(day), -score, curves.row(curve));
            }
        }
        let cells = rest.values.len().max(1) as f64;
        let noise = (dot(&rest.values, &rest.values) / cells).max(0.1);
        variances.iter_mut().for_each(|variance| *variance = (*variance - noise).max(0.0));
        Self { curves, variances, noise }
    }

    /// For each interval what is now expected, and how many times as wide as before its bounds are.
    pub fn expected(&self, forecast: &[f64], so_far: &[Option<f64>]) -> Vec<(f64, f64)> {
        let seen: Vec<(usize, f64)> = so_far
            .iter()
            .take(forecast.len())
            .enumerate()
            .filter_map(|(slot, real)| Some((slot, (*real)?)))
            .collect();
        let count = self.curves.rows();
        let curve = |k: usize, slot: usize| self.curves.row(k)[slot];
        let precision = Matrix::from_fn(count, count, |a, b| {
            let data: f64 = seen.iter().map(|(slot, _)| curve(a, *slot) * curve(b, *slot)).sum();
            let prior = if a == b { 1.0 / self.variances[a].max(1e-9) } else { 0.0 };
            data / self.noise + prior
        });
        let factor = Cholesky::of(precision);
        let pulls: Vec<f64> = (0..count)
            .map(|k| {
                seen.iter()
                    .map(|(slot, real)| curve(k, *slot) * standard(*real, forecast[*slot]))
                    .sum::<f64>()
            })
            .map(|pull| pull / self.noise)
            .collect();
        let scores = factor.solve(&pulls);
        let updated = |(slot, expected): (usize, &f64)| {
            let at: Vec<f64> = (0..count).map(|k| curve(k, slot)).collect();
            let before: f64 =
                at.iter().zip(&self.variances).map(|(value, variance)| value * value * variance).sum();
            let root = factor.forward(&at);
            let now = (dot(&root, &root) + self.noise) / (before + self.noise);
            ((expected + scale(*expected) * dot(&at, &scores)).max(0.0), now.min(1.0).sqrt())
        };
        forecast.iter().enumerate().map(updated).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Days that leave their forecast as a whole: by a level that is one of three, and some noise.
    fn days() -> Matrix {
        Matrix::from_fn(30, 24, |day, slot| {
            (day % 3) as f64 * 2.0 - 2.0 + ((day * 7 + slot * 3) % 5) as f64 * 0.2 - 0.4
        })
    }

    #[test]
    fn a_busy_morning_makes_the_afternoon_busier_and_surer() {
        let deviations = Deviations::of(&days());
        let forecast = [100.0; 24];
        let morning: Vec<Option<f64>> = vec![Some(120.0); 12];
        let updated = deviations.expected(&forecast, &morning);
        for (expected, width) in &updated[12..] {
            assert!((112.0..=122.0).contains(expected), "{expected}");
            assert!(*width < 0.5, "{width}");
        }
    }

    #[test]
    fn nothing_seen_changes_nothing() {
        let deviations = Deviations::of(&days());
        for seen in [vec![], vec![None; 6]] {
            let updated = deviations.expected(&[50.0; 24], &seen);
            assert!(updated.iter().all(|(expected, width)| *expected == 50.0 && (*width - 1.0).abs() < 1e-9));
        }
    }
}
