//! Student's t distribution, as far as intervals and scores need it.

use std::f64::consts::PI;

/// `ln Γ(x)` for `x > 0`: Stirling's series after shifting beyond 8, where six terms leave less than 1e-12.
fn ln_gamma(x: f64) -> f64 {
    let (mut x, mut product) = (x, 1.0);
    while x < 8.0 {
        product *= x;
        x += 1.0;
    }
    let z = (x * x).recip();
    let series = 1.0 / 12.0
        - z * (1.0 / 360.0
            - z * (1.0 / 1260.0 - z * (1.0 / 1680.0 - z * (1.0 / 1188.0 - z * 691.0 / 360_360.0))));
    (x - 0.5) * x.ln() - x + 0.5 * (2.0 * PI).ln() + series / x - product.ln()
}

/// The logarithm of the standard density at `t`.
pub(super) fn log_density(t: f64, freedom: f64) -> f64 {
    let half = freedom / 2.0;
    ln_gamma(half + 0.5)
        - ln_gamma(half)
        - 0.5 * (freedom * PI).ln()
        - (half + 0.5) * (t * t / freedom).ln_1p()
}

/// The value below which lies a share from 0.5 to below 1, by Newton steps on the density's integral (Simpson).
pub(super) fn quantile(share: f64, freedom: f64) -> f64 {
    let wanted = share.clamp(0.5, 0.9999) - 0.5;
    let mut t = 1.0;
    for _ in 0..40 {
        let step = (wanted - from_centre(t, freedom)) / log_density(t, freedom).exp();
        t = (t + step.clamp(-1.0, 1.0)).max(0.0);
        if step.abs() < 1e-9 {
            break;
        }
    }
    t
}

/// The share between the centre and `t`.
fn from_centre(t: f64, freedom: f64) -> f64 {
    const PIECES: u32 = 64;
    let width = t / f64::from(PIECES);
    let sum: f64 = (0..=PIECES)
        .map(|n| {
            let weight = if n == 0 || n == PIECES { 1.0 } else { f64::from(2 + 2 * (n % 2)) };
            weight * log_density(width * f64::from(n), freedom).exp()
        })
        .sum();
    sum * width / 3.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_the_tables() {
        // Tables of the t distribution (Abramowitz & Stegun 26.10); the normal's for many degrees.
        for (share, freedom, wanted) in [
            (0.975, 6.0, 2.446_912),
            (0.9, 6.0, 1.439_756),
            (0.975, 30.0, 2.042_272),
            (0.9, 120.0, 1.288_646),
            (0.975, 1e7, 1.959_964),
        ] {
            let found = quantile(share, freedom);
            assert!((found - wanted).abs() < 1e-4, "{share} {freedom}: {found}");
        }
        assert!(quantile(0.5, 6.0).abs() < 1e-9);
    }

    #[test]
    fn the_density_is_that_of_the_formula() {
        // Γ(1/2) = √π; t with one degree is Cauchy's: 1/(π(1+t²)).
        assert!((log_density(2.0, 1.0) - (1.0 / (5.0 * PI)).ln()).abs() < 1e-10);
        assert!((ln_gamma(0.5) - PI.sqrt().ln()).abs() < 1e-12);
    }
}
