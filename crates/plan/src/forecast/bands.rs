//! How far reality may lie from a forecast: a variance that grows with the count as a negative binomial's does, and
//! quantiles of what the back-test missed (conformal prediction by class: Vovk, Gammerman & Shafer 2005, ch. 4.5).

/// Levels of the intervals, as shares.
pub(super) const LEVELS: [f64; 4] = [0.025, 0.1, 0.9, 0.975];
/// Classes of intervals by expected count, each with as many misses.
const CLASSES: usize = 5;
/// The fewest misses of which a class's own quantiles are taken.
const ENOUGH: usize = 200;

/// A miss of the back-test.
#[derive(Debug, Clone, Copy)]
pub(super) struct Miss {
    pub expected: f64,
    pub real: f64,
}

/// What intervals are made of.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Bands {
    /// Variance beside the count: 1 is Poisson's.
    pub poisson: f64,
    /// Variance beside the squared count: the square of what days miss by, as a share.
    pub square: f64,
    /// Of how many independent parts the misses are taken to be.
    independent: f64,
    /// From this expected count on, these quantiles of misses in standard deviations.
    classes: Vec<(f64, [f64; 4])>,
}

impl Bands {
    /// Learns from the misses of so many days. With none, counts are taken for Poisson with days that miss by a tenth.
    ///
    /// Conformal quantiles of `n` misses are taken at `(n + 1) / n` times the level. A day's misses go together, so a day counts
    /// for two and not for all its intervals (choice, on early parts).
    pub fn of(mut misses: Vec<Miss>, days: usize) -> Self {
        const NORMAL: [f64; 4] = [-1.96, -1.2816, 1.2816, 1.96];
        let (poisson, square) = variance(&misses);
        let mut bands =
            Self { poisson, square, independent: 2.0 * days.max(1) as f64, classes: vec![(0.0, NORMAL)] };
        misses.sort_by(|a, b| a.expected.total_cmp(&b.expected));
        let size = misses.len().div_ceil(CLASSES).max(ENOUGH);
        let classes: Vec<_> = misses.chunks(size).filter(|class| class.len() >= ENOUGH / 2).collect();
        if !classes.is_empty() {
            bands.classes = classes.iter().map(|class| (class[0].expected, bands.quantiles(class))).collect();
        }
        bands
    }

    /// The ends of the 95 % and the 80 % interval, in the order of [`LEVELS`].
    pub fn ends(&self, expected: f64) -> [f64; 4] {
        let above = self.classes.partition_point(|(from, _)| *from <= expected).max(1);
        let deviation = self.deviation(expected);
        self.classes[above - 1].1.map(|quantile| (expected + quantile * deviation).max(0.0))
    }

    /// The standard deviation of a count.
    pub fn deviation(&self, expected: f64) -> f64 {
        (self.poisson * expected.max(0.05) + self.square * expected * expected).sqrt()
    }

    fn quantiles(&self, class: &[Miss]) -> [f64; 4] {
        let standard = |miss: &Miss| (miss.real - miss.expected) / self.deviation(miss.expected);
        let mut misses: Vec<f64> = class.iter().map(standard).collect();
        misses.sort_by(f64::total_cmp);
        LEVELS.map(|level| conformal(&misses, level, self.independent))
    }
}

/// The quantile of sorted misses at a level, taken further out as so many independent ones of them ask for.
pub(super) fn conformal(sorted: &[f64], level: f64, independent: f64) -> f64 {
    let n = sorted.len();
    let wider = (independent + 1.0) / independent;
    let upper = (level.max(1.0 - level) * wider).min(1.0);
    let level = if level < 0.5 { 1.0 - upper } else { upper };
    let at = level * (n + 1) as f64 - 1.0;
    let at = if level < 0.5 { at.floor() } else { at.ceil() };
    sorted[(at.max(0.0) as usize).min(n - 1)]
}

/// Variance as `poisson · m + square · m²`, by least squares on squared misses, each weighed by its expected variance.
fn variance(misses: &[Miss]) -> (f64, f64) {
    if misses.is_empty() {
        return (1.0, 0.01);
    }
    let (mut a, mut b, mut c, mut d, mut e) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for miss in misses {
        let m = miss.expected.max(0.05);
        let weight = (m + 0.01 * m * m).powi(-2);
        let squared = (miss.real - miss.expected).powi(2);
        a += weight * m * m;
        b += weight * m.powi(3);
        c += weight * m.powi(4);
        d += weight * m * squared;
        e += weight * m * m * squared;
    }
    let determinant = a * c - b * b;
    let (poisson, square) = if determinant > 1e-12 * a * c {
        ((d * c - e * b) / determinant, (e * a - d * b) / determinant)
    } else {
        (d / a, 0.0)
    };
    match (poisson > 0.5, square > 0.0) {
        (true, true) => (poisson, square),
        (true, false) => ((d / a).max(0.5), 0.0),
        (false, _) => (0.5, ((e - 0.5 * b) / c).max(0.0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Evenly spread misses of known size, in no order.
    fn spread(expected: f64, half: f64) -> impl Iterator<Item = Miss> {
        let real = move |i: i32| expected - half + 2.0 * half * (f64::from(i * 37 % 1000) + 0.5) / 1000.0;
        (0..1000).map(move |i| Miss { expected, real: real(i) })
    }

    #[test]
    fn intervals_hold_their_share_in_every_class() {
        let sizes = [5.0, 10.0, 50.0, 100.0, 200.0];
        let misses: Vec<Miss> = sizes.iter().flat_map(|size: &f64| spread(*size, size * 0.4)).collect();
        let bands = Bands::of(misses.clone(), 10_000);
        for expected in sizes {
            let [low95, low80, high80, high95] = bands.ends(expected);
            let share = |low: f64, high: f64| {
                let of: Vec<_> = misses.iter().filter(|miss| miss.expected == expected).collect();
                of.iter().filter(|miss| low <= miss.real && miss.real <= high).count() as f64
                    / of.len() as f64
            };
            assert!((share(low80, high80) - 0.8).abs() < 0.01);
            assert!((share(low95, high95) - 0.95).abs() < 0.01);
        }
    }

    #[test]
    fn without_misses_there_is_still_an_interval() {
        let bands = Bands::of(Vec::new(), 0);
        let [low95, low80, high80, high95] = bands.ends(100.0);
        assert!(low95 < low80 && low80 < 100.0 && 100.0 < high80 && high80 < high95);
        assert!(bands.ends(0.0)[0] >= 0.0);
    }

    #[test]
    fn poissons_variance_is_found() {
        // Two points at a distance of the root of the count.
        let counts = [1.0, 4.0, 25.0, 100.0, 400.0];
        let misses: Vec<Miss> = counts
            .iter()
            .flat_map(|m: &f64| [-1.0, 1.0].map(|sign| Miss { expected: *m, real: m + sign * m.sqrt() }))
            .collect();
        let bands = Bands::of(misses, 5);
        assert!((bands.poisson - 1.0).abs() < 1e-6 && bands.square.abs() < 1e-6, "{bands:?}");
    }
}
