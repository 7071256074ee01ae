//! The simulator's own source of chance: SplitMix64, so that one seed gives one world on every machine.
//!
//! SplitMix64 is Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014: a Weyl
//! sequence whose counter is scrambled by a 64-bit finaliser. It is not for secrets.

/// A seeded pseudorandom number generator.
#[derive(Debug, Clone)]
pub struct Rng {
    state: u64,
}

/// The odd constant nearest to 2⁶⁴ divided by the golden ratio, the step of the Weyl sequence.
const STEP: u64 = 0x9E37_79B9_7F4A_7C15;

impl Rng {
    /// A generator whose numbers depend on the seed alone.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// A generator for one part of the simulation: parts with different names draw independent numbers, so that a
    /// change in one does not reshuffle the others.
    #[must_use]
    pub fn named(seed: u64, name: &str) -> Self {
        // FNV-1a, 64 bits: offset basis and prime as Fowler, Noll and Vo give them.
        let hash = name.bytes().fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
        });
        let mut rng = Self::new(seed ^ hash);
        rng.state = rng.bits();
        rng
    }

    /// The numbers of one thing among many, of which each has its own: they depend on the key and on which it is, not on
    /// what was drawn before (a counter-based stream after Salmon et al., "Parallel random numbers: as easy as 1, 2, 3",
    /// SC 2011, with SplitMix64's finaliser). Each has 64 numbers before those of the next.
    #[must_use]
    pub fn nth(key: u64, number: u64) -> Self {
        Self::new(key.wrapping_add(number.wrapping_mul(STEP.wrapping_mul(64))))
    }

    /// 64 random bits.
    #[inline]
    pub fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(STEP);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number from 0 (included) to 1 (excluded).
    pub fn unit(&mut self) -> f64 {
        // The 53 high bits are the whole precision of a double.
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A number between two others.
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// A whole number from 0 (included) to `end` (excluded); 0 if `end` is 0.
    pub fn below(&mut self, end: usize) -> usize {
        // Lemire's multiply-shift; its bias, at most end/2⁶⁴, is far below anything seen here.
        ((u128::from(self.bits()) * end as u128) >> 64) as usize
    }

    /// True with a probability.
    pub fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// An exponentially distributed waiting time with a mean.
    pub fn exponential(&mut self, mean: f64) -> f64 {
        // 1 − u is never 0, so the logarithm is finite.
        -mean * (1.0 - self.unit()).ln()
    }

    /// A normally distributed number with mean 0 and deviation 1 (Box and Muller 1958).
    pub fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.unit()).cos()
    }

    /// A log-normal time with a mean and a deviation of its logarithm: the usual shape of handling and wrap-up times
    /// (Brown et al., "Statistical analysis of a telephone call center", JASA 2005).
    pub fn log_normal(&mut self, mean: f64, sigma: f64) -> f64 {
        mean * (sigma * self.normal() - sigma * sigma / 2.0).exp()
    }

    /// One of a list, which must not be empty.
    pub fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_sequence_comes_out() {
        // First outputs of the reference implementation for seed 1234567.
        let mut rng = Rng::new(1_234_567);
        let first = [rng.bits(), rng.bits(), rng.bits()];
        assert_eq!(first, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }

    #[test]
    fn distributions_have_the_means_they_claim() {
        let mut rng = Rng::named(7, "means");
        let n = 20_000;
        let mean = |f: &mut dyn FnMut() -> f64| (0..n).map(|_| f()).sum::<f64>() / f64::from(n);
        assert!((mean(&mut || rng.exponential(30.0)) - 30.0).abs() < 1.0);
        assert!((mean(&mut || rng.log_normal(25.0, 0.6)) - 25.0).abs() < 0.6);
        assert!(mean(&mut || rng.normal()).abs() < 0.03);
        assert!((mean(&mut || rng.below(11) as f64) - 5.0).abs() < 0.1);
    }

    #[test]
    fn parts_draw_their_own_numbers() {
        assert_ne!(Rng::named(1, "calls").bits(), Rng::named(1, "agents").bits());
        assert_eq!(Rng::named(1, "calls").bits(), Rng::named(1, "calls").bits());
    }
}
