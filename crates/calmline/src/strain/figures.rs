//! From what was foreseen and what was answered to figures with intervals over people.

use serde_json::{Value, json};

use super::people::Dice;
use crate::measured::rounded;

/// How often people are drawn anew for an interval.
const DRAWS: usize = 500;

/// A statistic of groups of people with its 95 % interval, by drawing people with replacement (Efron 1979).
pub fn over_people<T>(people: &[T], seed: u64, statistic: impl Fn(&[&T]) -> Option<f64>) -> Value {
    let all: Vec<&T> = people.iter().collect();
    let Some(value) = statistic(&all) else { return Value::Null };
    let [low, high] = interval(people, seed, statistic);
    json!({ "value": rounded(value), "ci95": [rounded(low), rounded(high)] })
}

/// The interval alone.
pub fn interval<T>(people: &[T], seed: u64, statistic: impl Fn(&[&T]) -> Option<f64>) -> [f64; 2] {
    let mut dice = Dice::new(seed, 0x0b00_75ea);
    let mut drawn: Vec<f64> = (0..DRAWS)
        .filter_map(|_| {
            let sample: Vec<&T> =
                (0..people.len()).map(|_| &people[(dice.share() * people.len() as f64) as usize]).collect();
            statistic(&sample)
        })
        .collect();
    drawn.sort_by(f64::total_cmp);
    let at = |share: f64| {
        let place = (share * drawn.len().saturating_sub(1) as f64).round() as usize;
        drawn.get(place).copied().unwrap_or(f64::NAN)
    };
    [at(0.025), at(0.975)]
}

/// The mean; none of nothing.
pub fn mean(values: impl IntoIterator<Item = f64>) -> Option<f64> {
    let (mut sum, mut count) = (0.0, 0.0);
    for value in values {
        sum += value;
        count += 1.0;
    }
    (count > 0.0).then(|| sum / count)
}

/// Pearson's correlation; none where one side does not vary.
pub fn correlation(pairs: &[(f64, f64)]) -> Option<f64> {
    let (a, b) = (mean(pairs.iter().map(|pair| pair.0))?, mean(pairs.iter().map(|pair| pair.1))?);
    let sum = |of: &dyn Fn(f64, f64) -> f64| pairs.iter().map(|(x, y)| of(x - a, y - b)).sum::<f64>();
    let (both, first, second) = (sum(&|x, y| x * y), sum(&|x, _| x * x), sum(&|_, y| y * y));
    (first > 0.0 && second > 0.0).then(|| both / (first * second).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_agree_with_figures_by_hand() {
        assert_eq!(mean([1.0, 2.0, 6.0]), Some(3.0));
        assert_eq!(mean([]), None);
        let pairs = [(1.0, 2.0), (2.0, 1.0), (3.0, 4.0), (4.0, 3.0)];
        assert!((correlation(&pairs).unwrap() - 0.6).abs() < 1e-12);
        assert_eq!(correlation(&[(1.0, 1.0), (1.0, 2.0)]), None);
        let people: Vec<f64> = (0..100).map(f64::from).collect();
        let told = over_people(&people, 1, |drawn| mean(drawn.iter().map(|value| **value)));
        // The standard error of the mean is 28.87 / 10.
        assert_eq!(told["value"], 49.5);
        let [low, high] = [told["ci95"][0].as_f64().unwrap(), told["ci95"][1].as_f64().unwrap()];
        assert!((low - 43.8).abs() < 1.5 && (high - 55.2).abs() < 1.5, "{told}");
    }
}
