//! A slot for a larger model of arousal, one that does not fit into the binary: what it is given, and how its answer is read.
//!
//! The larger model answers for an utterance with the calibrated log-odds that it is activated. The speaker's own calm is
//! found as for the model that comes with Calmline, between two heaps of what was answered before ([`divide`]). For the
//! population's heaps nothing has to be known of the model: where log-odds are calibrated and the heaps are normal and
//! alike, their variance is twice the distance of their means from 0.
//!
//! Whatever it is given was brought to one level, so that no gain of the line can move its answer.

use std::{fmt, sync::Arc};

use super::{Heap, divide::divide};
use crate::{
    frontend::{HOP, WINDOW},
    gemaps,
};

/// The level that utterances are brought to: 26 dB below full scale, the usual active level of speech (ITU-T P.56).
const LEVEL: f64 = 0.05;
/// Louder steps than this percentile count as active.
const ACTIVE_FROM: f64 = 0.6;
/// The heaps of low and of high arousal: calibrated, and told apart as well as the shipped model tells German actors apart.
const LOW: Heap = Heap { mean: -2.0, variance: 4.0 };
const HIGH: Heap = Heap { mean: 2.0, variance: 4.0 };

/// What a larger model is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wants {
    /// The utterance's samples, 8 kHz, full scale is 1.
    Samples,
    /// The 88 functionals of eGeMAPSv02 over the utterance, in the order of [`gemaps::NAMES`].
    Functionals,
}

/// Which model it is, for the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The name of its file.
    pub name: String,
    /// SHA-256 of its file, in hexadecimal.
    pub sha256: String,
}

/// A larger model.
pub trait Larger: Send + Sync {
    /// Which model it is.
    fn identity(&self) -> &Identity;

    /// What it is given.
    fn wants(&self) -> Wants;

    /// The calibrated log-odds of high arousal; nothing where it fails, and then nothing is told of the utterance.
    fn logit(&self, input: &[f32]) -> Option<f64>;
}

/// Where a larger model goes.
#[derive(Clone, Default)]
pub(super) struct Slot(pub(super) Option<Arc<dyn Larger>>);

impl Slot {
    fn identity(&self) -> Option<&Identity> {
        self.0.as_deref().map(Larger::identity)
    }
}

impl fmt::Debug for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.identity().fmt(f)
    }
}

impl PartialEq for Slot {
    fn eq(&self, other: &Self) -> bool {
        self.identity() == other.identity()
    }
}

/// What a larger model says of an utterance's samples.
pub(super) fn logit(model: &dyn Larger, samples: &[f32]) -> Option<f64> {
    let levelled = levelled(samples)?;
    let logit = match model.wants() {
        Wants::Samples => model.logit(&levelled),
        Wants::Functionals => model.logit(&functionals_of(&levelled)),
    };
    logit.filter(|logit| logit.is_finite())
}

/// Where a speaker's calm ends, by what was said of their earlier utterances.
pub(super) fn own_divide(logits: &[f64]) -> f64 {
    divide(logits, LOW, HIGH)
}

/// The 88 functionals of an utterance.
pub(super) fn functionals_of(samples: &[f32]) -> [f32; 88] {
    let (mut extractor, mut functionals) =
        (gemaps::Extractor::new(gemaps::Rate::Narrow), gemaps::Functionals::new());
    extractor.push(samples, |frame| functionals.push(frame));
    functionals.values()
}

/// The samples, brought to [`LEVEL`]; nothing of silence.
pub(super) fn levelled(samples: &[f32]) -> Option<Vec<f32>> {
    let power = |step: &[f32]| step.iter().map(|x| f64::from(x * x)).sum::<f64>() / step.len() as f64;
    let mut powers: Vec<f64> = samples.chunks(HOP).map(power).collect();
    powers.sort_unstable_by(f64::total_cmp);
    let active = &powers[(powers.len() as f64 * ACTIVE_FROM) as usize..];
    let mean = active.iter().sum::<f64>() / active.len().max(1) as f64;
    let gain = LEVEL / mean.sqrt();
    gain.is_finite().then(|| samples.iter().map(|x| x * gain as f32).collect())
}

/// The samples of the utterance in progress, kept only where a larger model will hear them.
#[derive(Default)]
pub(crate) struct Tape {
    running: bool,
    samples: Vec<f32>,
}

impl Tape {
    pub(crate) fn new(running: bool) -> Self {
        Self { running, samples: Vec::new() }
    }

    /// Takes a step: the samples at the window's centre.
    pub(crate) fn push(&mut self, window: &[f32; WINDOW]) {
        if self.running {
            self.samples.extend_from_slice(&window[(WINDOW - HOP) / 2..(WINDOW + HOP) / 2]);
        }
    }

    /// The samples of the first steps.
    pub(crate) fn first(&self, steps: usize) -> &[f32] {
        &self.samples[..(steps * HOP).min(self.samples.len())]
    }

    pub(crate) fn drop_first(&mut self, steps: usize) {
        self.samples.drain(..(steps * HOP).min(self.samples.len()));
    }

    pub(crate) fn clear(&mut self) {
        self.samples.clear();
    }
}
