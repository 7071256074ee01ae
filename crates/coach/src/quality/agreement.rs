//! How far two readers agree beyond chance.

use std::collections::BTreeMap;

use super::Answer;

/// 1.96: the normal quantile of a 95 % interval.
const Z: f64 = 1.959_963_985;

/// Cohen's κ.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Kappa {
    /// 1 for full agreement, 0 for what chance would give.
    pub value: f64,
    /// The ends of its 95 % interval.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// Over how many pairs.
    pub pairs: usize,
}

/// Cohen's κ (1960, *Educ. Psychol. Meas.* 20:37) of pairs of answers, one reader's first, with the large-sample interval of Fleiss, Cohen
/// & Everitt (1969, *Psychol. Bull.* 72:323). None of fewer than two pairs, or where both always gave one and the same answer:
/// then chance explains everything.
#[must_use]
pub fn kappa(pairs: &[(Answer, Answer)]) -> Option<Kappa> {
    let n = pairs.len() as f64;
    let mut cells: BTreeMap<(Answer, Answer), f64> = BTreeMap::new();
    let (mut rows, mut columns): (BTreeMap<Answer, f64>, BTreeMap<Answer, f64>) = Default::default();
    for &(a, b) in pairs {
        *cells.entry((a, b)).or_default() += 1.0 / n;
        *rows.entry(a).or_default() += 1.0 / n;
        *columns.entry(b).or_default() += 1.0 / n;
    }
    let row = |answer: &Answer| rows.get(answer).copied().unwrap_or(0.0);
    let column = |answer: &Answer| columns.get(answer).copied().unwrap_or(0.0);
    let observed: f64 = cells.iter().filter(|((a, b), _)| a == b).map(|(_, share)| share).sum();
    let chance: f64 = rows.keys().map(|answer| row(answer) * column(answer)).sum();
    if pairs.len() < 2 || 1.0 - chance < 1e-12 {
        return None;
    }
    let value = (observed - chance) / (1.0 - chance);
    let mut variance = -(value - chance * (1.0 - value)).powi(2);
    for ((a, b), share) in &cells {
        variance += if a == b {
            share * (1.0 - (row(a) + column(a)) * (1.0 - value)).powi(2)
        } else {
            share * ((column(a) + row(b)) * (1.0 - value)).powi(2)
        };
    }
    let half = Z * (variance.max(0.0) / n).sqrt() / (1.0 - chance);
    Some(Kappa { value, low: (value - half).max(-1.0), high: (value + half).min(1.0), pairs: pairs.len() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(counts: [[usize; 2]; 2]) -> Vec<(Answer, Answer)> {
        let answers = [Answer::Yes, Answer::No];
        let mut pairs = Vec::new();
        for (a, row) in answers.iter().zip(counts) {
            for (b, count) in answers.iter().zip(row) {
                pairs.extend(std::iter::repeat_n((*a, *b), count));
            }
        }
        pairs
    }

    #[test]
    fn kappa_agrees_with_figures_by_hand() {
        // po = 0.7, pe = 0.5; by the formula of 1969 the standard error is 0.12699.
        let kappa = kappa(&table([[20, 5], [10, 15]])).expect("enough");
        assert!((kappa.value - 0.4).abs() < 1e-12);
        assert!((kappa.low - 0.1511).abs() < 1e-3 && (kappa.high - 0.6489).abs() < 1e-3, "{kappa:?}");
        let full = super::kappa(&table([[20, 0], [0, 15]])).expect("enough");
        assert!((full.value - 1.0).abs() < 1e-9 && full.low > 0.999);
        assert_eq!(super::kappa(&table([[9, 0], [0, 0]])), None);
        assert_eq!(super::kappa(&[]), None);
    }
}
