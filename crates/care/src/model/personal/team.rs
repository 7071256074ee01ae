//! What new people start from: how their team's members are on average, and how far they differ.

use super::{
    fit::{Fit, Prior},
    matrix::{PARAMETERS, Vector},
};

/// The fewest people that anything is said of together.
pub const FEWEST: usize = 5;
/// The fewest check-ins of a person that count into a team's. Choice: a week's.
pub const LEAST_CHECK_INS: u32 = 10;
/// Rounds of re-estimation; it settles long before.
const ROUNDS: usize = 30;
/// Averages and spreads are rounded to quarters of a point, so that one person more or less seldom shows.
const GRAIN: f64 = 0.25;

/// The prior of a team, from its members' fits: empirical Bayes by expectation-maximisation for a normal hierarchy (Gelman et
/// al. 2013, ch. 13). None where fewer than [`FEWEST`] people have [`LEAST_CHECK_INS`].
///
/// Each person counts the same, and nobody for more than three spreads of the usual prior. Everything is rounded, so that what
/// one person answered cannot be read from it. Freeze what it gives (once a week): two looks a day apart must not tell
/// who came or went between them.
#[must_use]
pub fn of_team(members: &[Fit]) -> Option<Prior> {
    let counted: Vec<&Fit> = members.iter().filter(|fit| fit.seen() >= LEAST_CHECK_INS).collect();
    if counted.len() < FEWEST {
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "a number of people")]
    let people = counted.len() as f64;
    let usual = Prior::usual();
    let mut prior = usual.clone();
    for _ in 0..ROUNDS {
        let known: Vec<(Vector, Vector, f64)> = counted.iter().map(|fit| fit.under(&prior)).collect();
        let average = |of: &dyn Fn(&(Vector, Vector, f64)) -> f64| known.iter().map(of).sum::<f64>() / people;
        let mut next = prior.clone();
        next.noise = average(&|(.., variance)| *variance).sqrt();
        for n in 0..PARAMETERS {
            let bound = |value: f64| {
                value.clamp(usual.mean[n] - 3.0 * usual.spread[n], usual.mean[n] + 3.0 * usual.spread[n])
            };
            next.mean[n] = average(&|(mean, ..)| bound(mean[n]));
            let spread =
                average(&|(mean, variance, _)| (bound(mean[n]) - next.mean[n]).powi(2) + variance[n]);
            next.spread[n] = spread.sqrt();
        }
        prior = next;
    }
    let rounded = |value: f64| (value / GRAIN).round() * GRAIN;
    Some(Prior {
        mean: prior.mean.map(rounded),
        spread: prior.spread.map(|spread| rounded(spread).max(GRAIN)),
        noise: rounded(prior.noise).max(GRAIN),
    })
}
