//! How energy lies over frequency, and how it changes: alpha ratio, Hammarberg index, slopes and flux, from 20 ms.

use super::{
    Descriptors,
    lanes::{energy, largest, sum},
    spectrum::{COARSE_HZ, decibels},
};

const fn bin(hz: f32) -> usize {
    (hz / COARSE_HZ) as usize
}

/// The last bin of the range that the set is defined over, 5 kHz; a telephone ends before it.
const TOP: usize = bin(5_000.0);

/// Remembers the magnitudes before, for the flux.
pub(super) struct Balance {
    magnitudes: [f32; TOP + 1],
    any: bool,
}

impl Balance {
    pub(super) fn new() -> Self {
        Self { magnitudes: [0.0; TOP + 1], any: false }
    }

    pub(super) fn describe(&mut self, power: &[f32], it: &mut Descriptors) {
        let power = &power[..power.len().min(TOP + 1)];
        let (thousand, two_thousand) = (bin(1_000.0), bin(2_000.0));
        it.alpha_ratio = decibels(sum(&power[thousand..])) - decibels(sum(&power[..=thousand]));
        it.hammarberg = decibels(largest(&power[..two_thousand])) - decibels(largest(&power[two_thousand..]));
        let mut levels = [0.0; bin(1_500.0) + 1];
        levels.iter_mut().zip(power).for_each(|(level, &power)| *level = decibels(power));
        it.slope_low = slope(&levels[..=bin(500.0)], 0);
        it.slope_mid = slope(&levels[bin(500.0)..], bin(500.0));
        it.flux = self.flux(power);
    }

    fn flux(&mut self, power: &[f32]) -> f32 {
        let mut changes = [0.0; TOP + 1];
        for ((change, before), &power) in changes.iter_mut().zip(&mut self.magnitudes).zip(power) {
            let magnitude = power.sqrt();
            *change = magnitude - *before;
            *before = magnitude;
        }
        let flux = if self.any { (energy(&changes) / power.len() as f32).sqrt() } else { 0.0 };
        self.any = true;
        flux
    }
}

/// Slope of a regression line in dB per Hz. As in the reference, sums over the points are divided by the number of
/// intervals between them, so a little of the band's mean level and place is in the slope.
fn slope(levels: &[f32], first: usize) -> f32 {
    let n = (levels.len() - 1) as f32;
    let (mut sx, mut sy, mut sxx, mut sxy) = (0.0, 0.0, 0.0, 0.0);
    for (i, &y) in levels.iter().enumerate() {
        let x = (first + i) as f32;
        sx += x;
        sy += y;
        sxx += x * x;
        sxy += x * y;
    }
    (n * sxy - sx * sy) / (n * sxx - sx * sx) / COARSE_HZ
}
