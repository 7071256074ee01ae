//! Random numbers of the search: from a seed alone.

/// SplitMix64 (Steele, Lea & Flood 2014): a search needs no better randomness.
#[derive(Debug, Clone)]
pub(super) struct Draw(u64);

impl Draw {
    /// The stream of one lane of a search.
    pub(super) fn new(seed: u64, lane: u64) -> Self {
        let mut draw = Self(seed ^ lane.wrapping_mul(0xd134_2543_de82_ef95));
        draw.next();
        draw
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `below`, which is above 0.
    pub(super) fn below(&mut self, below: usize) -> usize {
        // The high half of the product: as even as 64 bits allow.
        let wide = u128::from(self.next()) * below as u128;
        (wide >> 64) as usize
    }

    /// A share from 0 to below 1.
    pub(super) fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Puts a list into random order (Fisher & Yates).
    pub(super) fn shuffle<T>(&mut self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            list.swap(last, self.below(last + 1));
        }
    }
}

/// Costs in the search are whole numbers of this many parts of one unit of the objective.
pub(super) const PARTS: i32 = 256;

const TABLE: usize = 1 << 12;

/// Gumbel noise: the smallest of costs minus such noise, as wide as the temperature, is a draw from their Boltzmann
/// distribution (Gumbel 1954). It is read from a table, since a search takes most of its time to make it otherwise.
#[derive(Debug, Clone)]
pub(super) struct Noise {
    standard: Vec<f32>,
    parts: Vec<i32>,
    at: usize,
}

impl Noise {
    pub(super) fn new(draw: &mut Draw) -> Self {
        let standard: Vec<f32> = (0..TABLE).map(|_| -(-(draw.share().max(1e-12)).ln()).ln() as f32).collect();
        Self { standard, parts: vec![0; TABLE], at: 0 }
    }

    /// Noise as wide as a temperature, in units of the objective; 0 is none.
    pub(super) fn heat(&mut self, temperature: f64) {
        let wide = temperature as f32 * PARTS as f32;
        for (parts, standard) in self.parts.iter_mut().zip(&self.standard) {
            *parts = (standard * wide) as i32;
        }
    }

    /// Goes on from a random place of the table.
    pub(super) fn jump(&mut self, draw: &mut Draw) {
        self.at = draw.below(TABLE);
    }

    /// The next noise, in parts.
    pub(super) fn next(&mut self) -> i32 {
        self.at = (self.at + 1) & (TABLE - 1);
        self.parts[self.at]
    }
}
