//! Shares with their intervals, drift of distributions, quantiles of histograms.

/// 1.96: the normal quantile of a 95 % interval.
const Z: f64 = 1.959_963_985;
/// From here on a distribution has moved somewhat, and from here on much (Siddiqi 2006, *Credit Risk
/// Scorecards*, ch. 9).
const SOMEWHAT: f64 = 0.1;
const MUCH: f64 = 0.25;
/// The fewest values of which a distribution is made. Choice: about twenty in each of ten parts.
const ENOUGH: u64 = 200;

/// A share with the ends of its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The share itself.
    pub share: f64,
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// `hits` of `all` with Wilson's score interval (Wilson 1927; Brown, Cai & DasGupta 2001 recommend it for
/// small numbers); none of nothing.
#[must_use]
pub fn wilson(hits: u64, all: u64) -> Option<Interval> {
    if all == 0 {
        return None;
    }
    let (n, p) = (all as f64, hits.min(all) as f64 / all as f64);
    let scale = 1.0 + Z * Z / n;
    let centre = (p + Z * Z / (2.0 * n)) / scale;
    let half = Z / scale * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    Some(Interval { share: p, low: (centre - half).max(0.0), high: (centre + half).min(1.0) })
}

/// How far a distribution has moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drift {
    /// Hardly.
    Little,
    /// Somewhat: worth a look.
    Some,
    /// Much: what was measured before may not hold any more.
    Much,
}

/// The population stability index of two histograms, `Σ (q − p) ln(q / p)`, and what it means; none where
/// either holds too few values. Half a value is added to every part, so that an empty one does not make it
/// infinite.
#[must_use]
pub fn drift(before: &[u64], now: &[u64]) -> Option<(f64, Drift)> {
    let total = |counts: &[u64]| counts.iter().sum::<u64>();
    if before.len() != now.len() || total(before) < ENOUGH || total(now) < ENOUGH {
        return None;
    }
    let shares = |counts: &[u64]| -> Vec<f64> {
        let all = total(counts) as f64 + counts.len() as f64 / 2.0;
        counts.iter().map(|count| (*count as f64 + 0.5) / all).collect()
    };
    let index: f64 = shares(before).iter().zip(shares(now)).map(|(p, q)| (q - p) * (q / p).ln()).sum();
    let drift = match index {
        ..SOMEWHAT => Drift::Little,
        ..MUCH => Drift::Some,
        _ => Drift::Much,
    };
    Some((index, drift))
}

/// A quantile of a cumulative histogram `(upper bound, count up to it)`, linear within a part, as Prometheus'
/// `histogram_quantile` has it; none of nothing. What lies in the open last part is told as the last finite
/// bound.
#[must_use]
pub fn quantile(parts: &[(f64, u64)], of: f64) -> Option<f64> {
    let all = parts.last()?.1;
    let wanted = of * all as f64;
    let at = parts.iter().position(|(_, count)| *count as f64 >= wanted && *count > 0)?;
    let (low, below) = at.checked_sub(1).map_or((0.0, 0), |before| parts[before]);
    let (high, count) = parts[at];
    if high.is_infinite() {
        return Some(low);
    }
    Some(low + (high - low) * (wanted - below as f64) / (count - below).max(1) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wilsons_interval_agrees_with_the_literature() {
        // Newcombe 1998, table I, method 3: 81/263 and 0/20.
        let some = wilson(81, 263).expect("of something");
        assert!((some.low - 0.2553).abs() < 5e-5 && (some.high - 0.3662).abs() < 5e-5, "{some:?}");
        let none = wilson(0, 20).expect("of something");
        assert!(none.low.abs() < 1e-9 && (none.high - 0.1611).abs() < 5e-5, "{none:?}");
        assert_eq!(wilson(0, 0), None);
    }

    #[test]
    fn drift_is_nothing_for_the_same_and_much_for_the_opposite() {
        let (index, same) = drift(&[100, 200, 100], &[200, 400, 200]).expect("enough");
        assert!(index < 0.001 && same == Drift::Little);
        // By hand, but for the half added: 0.5 ln(0.75/0.25) twice.
        let (index, much) = drift(&[7500, 2500], &[2500, 7500]).expect("enough");
        assert!((index - 3.0_f64.ln()).abs() < 0.001 && much == Drift::Much);
        assert_eq!(drift(&[100, 99], &[7500, 2500]), None);
    }

    #[test]
    fn quantiles_lie_where_the_counts_say() {
        let parts = [(0.1, 10), (0.2, 30), (f64::INFINITY, 40)];
        assert_eq!(quantile(&parts, 0.25), Some(0.1));
        assert!((quantile(&parts, 0.5).expect("some") - 0.15).abs() < 1e-12);
        assert_eq!(quantile(&parts, 0.99), Some(0.2));
        assert_eq!(quantile(&[(0.1, 0)], 0.5), None);
    }
}
