//! The constants of the sum of log-odds, as data give them.

use std::collections::BTreeMap;

use calmline_care::fusion::probability;

/// One utterance: the term of its evidence, its class, and how much it weighs within that.
pub struct Row {
    pub x: f64,
    pub truth: bool,
    pub weight: f64,
}

/// Newton steps: one number settles in far fewer.
const STEPS: usize = 50;

/// The number `b` with which `b·x` is the log-odds of the rows that are true, the classes weighing the same:
/// logistic regression without a constant.
pub fn fit(rows: &[Row]) -> f64 {
    let total = |class: bool| rows.iter().filter(|row| row.truth == class).map(|row| row.weight).sum::<f64>();
    let totals = [total(false), total(true)].map(|total| total.max(f64::MIN_POSITIVE));
    let mut at = 0.0;
    for _ in 0..STEPS {
        // A trace of ridge keeps a witness that says nothing from dividing by nothing.
        let (mut slope, mut bend) = (0.0, 1e-9);
        for Row { x, truth, weight } in rows {
            let (p, w) = (probability(at * x), weight / totals[usize::from(*truth)]);
            slope += w * (f64::from(u8::from(*truth)) - p) * x;
            bend += w * p * (1.0 - p) * x * x;
        }
        at += slope / bend;
    }
    at
}

/// How alike the values of a group are: the intraclass correlation of a one-way layout (Shrout & Fleiss 1979,
/// ICC(1,1)), the groups of each class taken around the class's own mean, so that what sets the classes apart
/// does not count as likeness.
pub fn alike<'a>(values: impl Iterator<Item = ((&'a str, bool), f64)>) -> f64 {
    let mut groups: BTreeMap<(&str, bool), Vec<f64>> = BTreeMap::new();
    values.for_each(|(group, value)| groups.entry(group).or_default().push(value));
    let (mut between, mut within, mut parts) = (0.0, 0.0, (0.0, 0.0));
    let (mut total, mut squares) = (0.0, 0.0);
    for class in [false, true] {
        let own: Vec<_> = groups.iter().filter(|((_, of), _)| *of == class).map(|(_, own)| own).collect();
        let all: Vec<f64> = own.iter().flat_map(|own| own.iter().copied()).collect();
        let centre = mean(&all);
        for group in &own {
            let (size, middle) = (group.len() as f64, mean(group));
            between += size * (middle - centre).powi(2);
            within += group.iter().map(|value| (value - middle).powi(2)).sum::<f64>();
            squares += size * size;
        }
        parts.0 += own.len() as f64 - 1.0;
        parts.1 += all.len() as f64 - own.len() as f64;
        total += all.len() as f64;
    }
    let size = (total - squares / total) / (groups.len() as f64 - 1.0);
    let (between, within) = (between / parts.0, within / parts.1);
    ((between - within) / (between + (size - 1.0) * within)).max(0.0)
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / (values.len() as f64).max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_constant_of_made_up_evidence_is_found_again() {
        // Rows on a grid, true as often as their probability says.
        let mut rows = Vec::new();
        for x in [-2.0, -1.0, 0.0, 1.0, 2.0] {
            let p = probability(0.5 * x);
            for n in 0..1_000 {
                rows.push(Row { x, truth: f64::from(n) < p * 1_000.0, weight: 1.0 });
            }
        }
        let found = fit(&rows);
        assert!((found - 0.5).abs() < 0.01, "{found}");
    }

    #[test]
    fn groups_of_one_value_are_alike_and_mixed_groups_are_not() {
        let same = (0..40).map(|n| ((["a", "b", "c", "d"][n % 4], n % 8 < 4), (n % 4) as f64));
        assert!(alike(same) > 0.9);
        let mixed = (0..400).map(|n| ((["a", "b", "c", "d"][n % 4], n % 8 < 4), (n / 8 % 5) as f64));
        assert!(alike(mixed) < 0.05);
    }
}
