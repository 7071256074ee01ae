//! What several test files share: real calls, a seeded generator of noise, tones.
#![expect(dead_code, reason = "each test file uses a part")]

/// The bytes of a call in the data folder; none, with a word, where there is no data folder. CI must have one.
pub fn call(name: &str) -> Option<Vec<u8>> {
    let path = calmline_testing::data(&format!("calls/{name}"))?;
    Some(std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
}

/// SplitMix64 (Steele, Lea and Flood 2014): small, and the same everywhere.
pub struct Seeded(pub u64);

impl Seeded {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    pub fn samples(&mut self, count: usize) -> Vec<i16> {
        (0..count).map(|_| self.next() as i16).collect()
    }
}

/// A sine of half the full scale.
pub fn tone(hz: f64, rate: u32, samples: usize) -> Vec<i16> {
    let step = std::f64::consts::TAU * hz / f64::from(rate);
    (0..samples).map(|n| (16_000.0 * (step * n as f64).sin()).round() as i16).collect()
}

/// The level in dB below the sine of [`tone`].
pub fn level_db(samples: &[i16]) -> f64 {
    let power = samples.iter().map(|&s| f64::from(s).powi(2)).sum::<f64>() / samples.len() as f64;
    10.0 * (power / (16_000.0f64.powi(2) / 2.0)).max(1e-12).log10()
}
