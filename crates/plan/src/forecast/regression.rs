//! Gaussian process regression over days: something that each day has one of (its level, a score of its shape).

use super::{
    calendar::DayKind,
    kernel::{PARTS, Strengths},
    matrix::{Cholesky, Matrix, dot, median},
};

/// The covariances of the days of a history, factored for one set of strengths and one noise of each day.
#[derive(Debug, Clone)]
pub(super) struct Covariance {
    factor: Cholesky,
}

impl Covariance {
    /// Of days, each with so many times the usual noise.
    pub fn of(days: &[DayKind], noise: &[f64], strengths: Strengths) -> Self {
        let matrix = Matrix::from_fn(days.len(), days.len(), |i, j| match i.cmp(&j) {
            std::cmp::Ordering::Less => 0.0,
            std::cmp::Ordering::Equal => {
                strengths.covariance(&days[i], &days[j]) + strengths.noise * noise[i]
            }
            std::cmp::Ordering::Greater => strengths.covariance(&days[i], &days[j]),
        });
        Self { factor: Cholesky::of(matrix) }
    }

    /// What each day of the history weighs in a forecast of `values`.
    pub fn weights(&self, values: &[f64]) -> Vec<f64> {
        self.factor.solve(values)
    }

    /// How far each value is from what the others would have said of it (Rasmussen & Williams 2006, eq. 5.12).
    fn left_out(&self, values: &[f64]) -> Vec<f64> {
        let diagonal = self.factor.inverse_diagonal();
        self.weights(values).iter().zip(diagonal).map(|(weight, own)| weight / own).collect()
    }
}

/// The value of a day, from the weights of the days of the history.
pub(super) fn value(strengths: &Strengths, history: &[DayKind], weights: &[f64], day: &DayKind) -> f64 {
    let covariances: Vec<f64> = history.iter().map(|other| strengths.covariance(day, other)).collect();
    dot(&covariances, weights)
}

/// The same by part.
pub(super) fn parts(
    strengths: &Strengths,
    history: &[DayKind],
    weights: &[f64],
    day: &DayKind,
) -> [f64; PARTS] {
    let mut sums = [0.0; PARTS];
    for (other, weight) in history.iter().zip(weights) {
        for (sum, part) in sums.iter_mut().zip(strengths.parts(day, other)) {
            *sum += weight * part;
        }
    }
    sums
}

/// How many times the usual noise each day has, so that days that are like nothing before (an outage, a strike) say little
/// about others: days further than 2.5 robust standard deviations from what the others say of them get it by the square
/// (weights of Huber's proposal 1964, iterated). Not so days that have a name, and not the newest days if four or more of
/// them are off to the same side: the level has jumped, and from which day on is told too. Choice: 2.5, four and three rounds.
pub(super) fn robust_noise(
    days: &[DayKind],
    values: &[f64],
    strengths: Strengths,
) -> (Vec<f64>, Option<usize>) {
    const FAR: f64 = 2.5;
    const NEW_LEVEL: usize = 4;
    let mut noise = vec![1.0; days.len()];
    let mut left_out = Vec::new();
    for _ in 0..3 {
        left_out = Covariance::of(days, &noise, strengths).left_out(values);
        let usual = 1.4826 * median(left_out.iter().map(|far| far.abs()).collect()) + 1e-12;
        let far = left_out.iter().map(|far| (far / usual / FAR).powi(2).max(1.0));
        noise = far.zip(days).map(|(far, day)| if day.named.is_some() { 1.0 } else { far }).collect();
    }
    let newest = left_out.iter().zip(&noise).rev();
    let above = newest.clone().take_while(|(off, noise)| **noise > 1.0 && **off > 0.0).count();
    let below = newest.take_while(|(off, noise)| **noise > 1.0 && **off < 0.0).count();
    let run = above.max(below);
    let jump = (run >= NEW_LEVEL).then(|| noise.len() - run);
    if let Some(from) = jump {
        noise[from..].fill(1.0);
    }
    (noise, jump)
}
