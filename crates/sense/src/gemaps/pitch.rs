//! Pitch candidates by sub-harmonic summation (Hermes 1988, "Measurement of pitch by subharmonic summation").
//!
//! Peaks of the 60 ms magnitude spectrum are kept and smoothed, put on a logarithmic axis, and added up over 15 harmonics,
//! each weighted by 0.85 of the one before. How far a peak of that sum stands over the sum's mean says how voiced it is.

use super::{lanes::sum, spectrum::FINE_HZ};

/// Candidates per frame.
pub(super) const CANDIDATES: usize = 6;
const PER_OCTAVE: f64 = 48.0;
const HARMONICS: usize = 15;
const COMPRESSION: f64 = 0.85;
/// Lowest point of the logarithmic axis, Hz.
const AXIS_HZ: f64 = 20.0;
/// Pitch is looked for from here, Hz.
const LOWEST_HZ: f64 = 52.0;
/// Pitch is looked for up to here, Hz.
const HIGHEST_HZ: f64 = 1_000.0;
/// Bins on each side of a peak that belong to it.
const REACH: usize = 2;

/// A pitch that a frame may have.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Candidate {
    /// Hertz.
    pub(super) hz: f32,
    /// The sum's peak over its mean; 1 or more.
    pub(super) salience: f32,
}

/// The candidates of one frame, best first.
pub(super) type Candidates = [Option<Candidate>; CANDIDATES];

/// Sub-harmonic summation for one rate.
pub(super) struct Summation {
    /// For each point of the axis the first of the four bins that it is interpolated from, and their weights.
    taps: Vec<(usize, [f32; 4])>,
    /// For each harmonic its distance on the axis, in points, and its weight.
    harmonics: Vec<(usize, f32)>,
    /// Where on the axis pitch is looked for first.
    first: usize,
    enhanced: Vec<f32>,
    smooth: Vec<f32>,
    axis: Vec<f32>,
    sums: Vec<f32>,
}

impl Summation {
    /// For spectra of so many bins.
    pub(super) fn new(bins: usize) -> Self {
        let top_hz = f64::from(FINE_HZ) * (bins - 1) as f64;
        let points = ((top_hz / AXIS_HZ).log2() * PER_OCTAVE) as usize;
        let point = |hz: f64| ((hz / AXIS_HZ).log2() * PER_OCTAVE).ceil() as usize;
        let (first, last) = (point(LOWEST_HZ), point(HIGHEST_HZ));
        let harmonic = |k: usize| {
            let distance = ((k as f64).log2() * PER_OCTAVE).round() as usize;
            (distance, COMPRESSION.powi(k as i32 - 1) as f32)
        };
        Self {
            taps: (0..points).map(|at| taps(at, bins)).collect(),
            harmonics: (1..=HARMONICS).map(harmonic).filter(|&(distance, _)| distance < points).collect(),
            first,
            enhanced: vec![0.0; bins],
            smooth: vec![0.0; bins],
            axis: vec![0.0; points],
            sums: vec![0.0; last - first + 1],
        }
    }

    pub(super) fn candidates(&mut self, power: &[f32]) -> Candidates {
        self.enhance(power);
        for (out, (first, weights)) in self.axis.iter_mut().zip(&self.taps) {
            let bins = &self.smooth[*first..*first + 4];
            *out = bins.iter().zip(weights).map(|(bin, w)| bin * w).sum::<f32>().max(0.0);
        }
        let mean = self.add_harmonics();
        self.pick(mean)
    }

    /// Keeps what belongs to peaks, and smooths it.
    fn enhance(&mut self, power: &[f32]) {
        let last = power.len() - 1;
        self.enhanced.fill(0.0);
        let mut kept = 0;
        for at in 1..last {
            if power[at] > power[at - 1] && power[at] >= power[at + 1] {
                let from = kept.max(at.saturating_sub(REACH));
                kept = (at + REACH + 1).min(last + 1);
                let held = self.enhanced[from..kept].iter_mut();
                held.zip(&power[from..kept]).for_each(|(held, power)| *held = power.sqrt());
            }
        }
        for at in 1..last {
            let sides = self.enhanced[at - 1] + self.enhanced[at + 1];
            self.smooth[at] = 0.5 * self.enhanced[at] + 0.25 * sides;
        }
        self.smooth[0] = 0.5 * self.enhanced[0] + 0.25 * self.enhanced[1];
        self.smooth[last] = 0.5 * self.enhanced[last] + 0.25 * self.enhanced[last - 1];
    }

    /// Adds the harmonics up where pitch is looked for; the mean is over the whole axis.
    fn add_harmonics(&mut self) -> f32 {
        self.sums.fill(0.0);
        let mut rest = sum(&self.axis);
        let (mut total, mut gone) = (0.0, 0);
        for &(distance, weight) in &self.harmonics {
            rest -= sum(&self.axis[gone..distance]);
            gone = distance;
            total += weight * rest;
            let from = (self.first + distance).min(self.axis.len());
            for (total, value) in self.sums.iter_mut().zip(&self.axis[from..]) {
                *total += weight * value;
            }
        }
        total / self.axis.len() as f32
    }

    fn pick(&self, mean: f32) -> Candidates {
        let mut best = Candidates::default();
        if mean <= 0.0 {
            return best;
        }
        for (at, around) in self.sums.windows(3).enumerate() {
            let [left, middle, right] = [around[0], around[1], around[2]];
            if middle <= left || middle < right {
                continue;
            }
            let salience = middle / mean;
            let Some(rank) = best.iter().position(|held| held.is_none_or(|it| it.salience < salience)) else {
                continue;
            };
            let shift = 0.5 * (left - right) / (left - 2.0 * middle + right);
            let octaves = (self.first + at + 1) as f32 + shift;
            let hz = AXIS_HZ as f32 * (octaves / PER_OCTAVE as f32).exp2();
            best[rank..].rotate_right(1);
            best[rank] = Some(Candidate { hz, salience });
        }
        best
    }
}

/// Catmull-Rom weights of the four bins around a point of the axis.
fn taps(point: usize, bins: usize) -> (usize, [f32; 4]) {
    let at = AXIS_HZ * (point as f64 / PER_OCTAVE).exp2() / f64::from(FINE_HZ);
    let first = (at as usize).clamp(1, bins - 3) - 1;
    let x = at - (first + 1) as f64;
    let weights = [
        ((-0.5 * x + 1.0) * x - 0.5) * x,
        (1.5 * x - 2.5) * x * x + 1.0,
        ((-1.5 * x + 2.0) * x + 0.5) * x,
        (0.5 * x - 0.5) * x * x,
    ];
    (first, weights.map(|w| w as f32))
}
