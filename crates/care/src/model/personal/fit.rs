//! Bayesian linear regression, one check-in at a time.

use super::{
    matrix::{Factor, Matrix, PARAMETERS, Vector, add_outer, dot, factor},
    student,
};

/// What is assumed of a person before their first check-in: `θ | σ² ~ N(mean, σ²·V)`, `σ² ~ IG(shape, shape·noise²)`.
#[derive(Debug, Clone, PartialEq)]
pub struct Prior {
    /// The expected parameters, in the order of [`super::Parameter`].
    pub mean: Vector,
    /// How far people lie from that, as standard deviations.
    pub spread: Vector,
    /// The standard deviation of what no parameter explains, in points of energy.
    pub noise: f64,
}

/// How many check-ins the assumed noise counts for, halved (the inverse gamma's shape). 3: few enough that one's own
/// check-ins settle it in two weeks, enough that the first predictions are not wild. Choice.
const SHAPE: f64 = 3.0;

/// The share of what was learned that a further check-in leaves: about the last 150 count. Choice: people change over months.
const KEPT: f64 = 0.9935;

impl Prior {
    /// What holds where no team says better. All numbers are a choice, wide enough to be overruled within days: somewhat
    /// more than half of the energy left at strain 0.35, two points less at strain 0.7; exposure and what earlier days left
    /// cost besides.
    #[must_use]
    pub fn usual() -> Self {
        Self { mean: [6.0, -6.0, 0.0, -1.5, -3.0], spread: [1.5, 3.0, 3.0, 1.5, 3.0], noise: 1.4 }
    }
}

/// What is known of a person's parameters: the prior, and every check-in so far.
///
/// Conjugate normal–inverse-gamma regression (Gelman et al. 2013, *Bayesian Data Analysis*, ch. 14). What a check-in teaches
/// is a rank-one update of sums, which fade a little with each further one (exponential forgetting; the prior does not fade, so
/// that knowledge stays bounded: Kulhavý & Zarrop 1993).
#[derive(Debug, Clone)]
pub struct Fit {
    prior: Prior,
    /// `Xᵀ·X`, `Xᵀ·y`, `yᵀ·y` and the number of check-ins, faded.
    inner: Matrix,
    cross: Vector,
    square: f64,
    count: f64,
    seen: u32,
}

/// What is expected of a check-in: Student's t.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Expected {
    /// The centre, in points of energy; it may lie outside of 0 to 10.
    pub centre: f64,
    /// The scale.
    pub scale: f64,
    /// Degrees of freedom.
    pub freedom: f64,
}

impl Expected {
    /// The central interval that holds this share, such as 0.8, cut to 0 to 10.
    #[must_use]
    pub fn interval(&self, share: f64) -> [f64; 2] {
        let half = self.scale * student::quantile(0.5 + share / 2.0, self.freedom);
        [(self.centre - half).clamp(0.0, 10.0), (self.centre + half).clamp(0.0, 10.0)]
    }

    /// The logarithm of the density at an answer: the higher, the better the answer was foreseen.
    #[must_use]
    pub fn log_score(&self, energy: f64) -> f64 {
        student::log_density((energy - self.centre) / self.scale, self.freedom) - self.scale.ln()
    }
}

/// A parameter with its uncertainty.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Known {
    /// The expected value.
    pub value: f64,
    /// Its scale (Student's t).
    pub scale: f64,
    /// Degrees of freedom.
    pub freedom: f64,
    /// The standard deviation of what no parameter explains, in points of energy.
    pub noise: f64,
}

impl Known {
    /// The central interval that holds this share.
    #[must_use]
    pub fn interval(&self, share: f64) -> [f64; 2] {
        let half = self.scale * student::quantile(0.5 + share / 2.0, self.freedom);
        [self.value - half, self.value + half]
    }
}

struct Posterior {
    mean: Vector,
    factor: Factor,
    variance: f64,
    freedom: f64,
}

impl Fit {
    /// Nothing but the prior.
    #[must_use]
    pub fn new(prior: Prior) -> Self {
        Self {
            prior,
            inner: [[0.0; PARAMETERS]; PARAMETERS],
            cross: [0.0; PARAMETERS],
            square: 0.0,
            count: 0.0,
            seen: 0,
        }
    }

    /// How many check-ins it has learned from.
    #[must_use]
    pub fn seen(&self) -> u32 {
        self.seen
    }

    /// Learns from a check-in: `energy` from 0 to 10, given after what `features` say. Numbers that are not finite teach
    /// nothing.
    pub fn learn(&mut self, features: &Vector, energy: f64) {
        if !energy.is_finite() || features.iter().any(|value| !value.is_finite()) {
            return;
        }
        let energy = energy.clamp(0.0, 10.0);
        self.inner.iter_mut().flatten().for_each(|value| *value *= KEPT);
        self.cross.iter_mut().for_each(|value| *value *= KEPT);
        add_outer(&mut self.inner, features);
        self.cross.iter_mut().zip(features).for_each(|(value, feature)| *value += energy * feature);
        self.square = KEPT * self.square + energy * energy;
        self.count = KEPT * self.count + 1.0;
        self.seen = self.seen.saturating_add(1);
    }

    fn posterior(&self, prior: &Prior) -> Posterior {
        let mut precision = self.inner;
        let mut shift = self.cross;
        let mut square = self.square;
        for (n, (mean, spread)) in prior.mean.iter().zip(prior.spread).enumerate() {
            let own = (prior.noise / spread.max(1e-3)).powi(2);
            precision[n][n] += own;
            shift[n] += own * mean;
            square += own * mean * mean;
        }
        let factor = factor(&precision);
        let mean = factor.solve(&shift);
        let shape = SHAPE + self.count / 2.0;
        let unexplained = (square - dot(&mean, &shift)).max(0.0) / 2.0;
        let variance = (SHAPE * prior.noise.powi(2) + unexplained) / shape;
        Posterior { mean, factor, variance, freedom: 2.0 * shape }
    }

    /// What is expected of a check-in now.
    #[must_use]
    pub fn expect(&self, features: &Vector) -> Expected {
        let Known { value, scale, freedom, noise } = self.know(features);
        Expected { centre: value, scale: scale.hypot(noise), freedom }
    }

    /// A weighted sum of the parameters, such as one of them or the mean energy after a given day.
    #[must_use]
    pub fn know(&self, weights: &Vector) -> Known {
        let posterior = self.posterior(&self.prior);
        let spread = dot(weights, &posterior.factor.solve(weights)).max(0.0);
        Known {
            value: dot(&posterior.mean, weights),
            scale: (posterior.variance * spread).sqrt(),
            noise: posterior.variance.sqrt(),
            freedom: posterior.freedom,
        }
    }

    /// The same sum for most people: by the prior.
    #[must_use]
    pub fn of_most(&self, weights: &Vector) -> f64 {
        dot(&self.prior.mean, weights)
    }

    /// Under another prior: the parameters' means and variances, and the variance of what they do not explain.
    pub(super) fn under(&self, prior: &Prior) -> (Vector, Vector, f64) {
        let posterior = self.posterior(prior);
        let variances = posterior.factor.inverse_diagonal().map(|share| share * posterior.variance);
        (posterior.mean, variances, posterior.variance)
    }
}
