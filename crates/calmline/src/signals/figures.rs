//! How far probabilities can be believed.

use crate::measured::{random, rounded};
use serde_json::{Value, json};

/// Draws of the bootstrap.
const DRAWS: usize = 500;
/// Bins of the calibration error.
const BINS: usize = 10;

/// A probability and what was true.
pub type Told = (f64, bool);

/// The area under the ROC curve and the expected calibration error of probabilities, each with a 95 %
/// interval of bootstrap resamples.
pub fn figures(told: &[Told], seed: u64) -> Value {
    let mut state = seed;
    let (mut areas, mut errors) = (Vec::with_capacity(DRAWS), Vec::with_capacity(DRAWS));
    for _ in 0..DRAWS {
        let draw: Vec<Told> =
            (0..told.len()).map(|_| told[(random(&mut state) % told.len() as u64) as usize]).collect();
        areas.push(area(&draw));
        errors.push(calibration_error(&draw));
    }
    json!({
        "n": told.len(),
        "auc": rounded(area(told)),
        "auc_ci95": interval(areas),
        "ece": rounded(calibration_error(told)),
        "ece_ci95": interval(errors),
    })
}

fn interval(mut values: Vec<f64>) -> [f64; 2] {
    values.sort_by(f64::total_cmp);
    [0.025, 0.975].map(|at| rounded(values[(at * values.len() as f64) as usize]))
}

/// The probability that one that is true is told above one that is not; equal ones count half (Mann &
/// Whitney).
fn area(told: &[Told]) -> f64 {
    let mut told = told.to_vec();
    told.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut below, mut wins, mut at) = (0.0, 0.0, 0);
    while at < told.len() {
        let tied: Vec<_> = told[at..].iter().take_while(|one| one.0 <= told[at].0).collect();
        let yes = tied.iter().filter(|one| one.1).count() as f64;
        let no = tied.len() as f64 - yes;
        wins += yes * (below + no / 2.0);
        below += no;
        at += tied.len();
    }
    wins / (below * (told.len() as f64 - below)).max(1.0)
}

/// The mean distance between what was told and how often it was true, in ten equal parts of the scale (Naeini
/// et al. 2015).
fn calibration_error(told: &[Told]) -> f64 {
    let mut bins = [(0.0, 0.0); BINS];
    for (p, truth) in told {
        let bin = &mut bins[((p * BINS as f64) as usize).min(BINS - 1)];
        bin.0 += p;
        bin.1 += f64::from(u8::from(*truth));
    }
    bins.iter().map(|(told, true_)| (told - true_).abs()).sum::<f64>() / told.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_agree_with_a_count_by_hand() {
        let told = [(0.9, true), (0.8, false), (0.8, true), (0.1, false)];
        // Pairs: 0.9 above both, 0.8 above 0.1 and level with 0.8.
        assert!((area(&told) - 3.5 / 4.0).abs() < 1e-12);
        // Bins: 0.9 → |0.9 − 1|, two of 0.8 → |1.6 − 1|, 0.1 → 0.1.
        assert!((calibration_error(&told) - (0.1 + 0.6 + 0.1) / 4.0).abs() < 1e-12);
    }
}
