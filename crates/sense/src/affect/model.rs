//! The arousal model: two regularised logistic regressions over the functionals, one against the population, one against
//! the speaker's usual, each calibrated on speakers that it was not trained on (Platt 1999).
//!
//! While a leg is new the first speaks, and hands over to the second as the leg's usual becomes known. The second is read
//! from where the speaker's own calm ends.

use std::sync::{Arc, OnceLock};

use calmline_core::Share;
use serde::{Deserialize, Serialize};

use super::{
    Arousal, Classes, Functionals, Heap, Usual,
    baseline::Baseline,
    divide::divide,
    larger::{self, Larger, Slot},
    linear::dot,
    names, study,
};

/// A value this many deviations out says no more than one at that distance.
const OUTERMOST: f64 = 3.5;
/// Heard utterances at which both heads weigh the same.
const HANDOVER: f64 = 2.0;
/// The logit is taken for this share of what calibration on held-out actors says. Actors tell their audience what they
/// feel; callers do not, and their lines differ. A choice, not a fit: the model card shows how it fares on corpora that
/// were never trained on.
pub(crate) const DOUBT: f64 = 0.3;
/// With less voice than this, functionals are noisy: the logit is drawn towards 0 in proportion.
const VOICE_ENOUGH_S: f64 = 1.2;
/// With the voice less than this above the line's noise, confidence falls in proportion.
const LINE_ENOUGH_DB: f64 = 16.0;
/// Drivers need a known usual: this many earlier utterances.
const DRIVERS_FROM: f64 = 3.0;
/// A driver moved the logit by this much, and its measure lies this many deviations above the usual.
const DRIVER_LOGIT: f64 = 0.3;
const DRIVER_DEVIATIONS: f64 = 0.3;
/// What is told about each family of functionals, and the measure (and its direction) that must bear it out.
const DRIVERS: [(&str, &str, &str, f64); 4] = [
    ("driver.higher_pitch", "pitch.", "pitch.p50", 1.0),
    ("driver.livelier_pitch", "melody.", "melody.deviation", 1.0),
    ("driver.harder_voice", "voice.", "voice.alpha", -1.0),
    ("driver.faster", "tempo.", "tempo.syllables", 1.0),
];

/// Why a model cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// It is not the JSON that the trainer writes.
    #[error("the affect model is not readable; train it again with `calmline train affect`")]
    Unreadable(#[source] serde_json::Error),
    /// It was trained for other functionals.
    #[error("the affect model field `names` does not match this version's functionals; train it again")]
    Names,
    /// A list has the wrong length or holds a number that is not finite.
    #[error("the affect model field `{field}` needs one finite number per functional; train it again")]
    Numbers {
        /// Which list.
        field: &'static str,
    },
    /// A heap has no width.
    #[error("the affect model field `{field}` needs a finite number above 0; train it again")]
    Heap {
        /// Which field.
        field: &'static str,
    },
}

/// One calibrated logistic regression.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Head {
    /// Per functional, in deviations.
    pub weights: Vec<f64>,
    /// Added to the sum.
    pub bias: f64,
    /// Calibration: slope of the logit.
    pub slope: f64,
    /// Calibration: offset of the logit.
    pub offset: f64,
}

impl Head {
    pub(super) fn logit(&self, row: &[f64]) -> f64 {
        self.slope * (self.bias + dot(&self.weights, row)) + self.offset
    }
}

/// A trained arousal model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AffectModel {
    /// What it was trained on, in words.
    pub trained_on: String,
    /// The functionals, as a check: those of a live leg, and after them those that only study measures.
    pub names: Vec<String>,
    /// The population's mean per functional.
    pub mean: Vec<f64>,
    /// The population's deviation.
    pub deviation: Vec<f64>,
    /// The deviation within a speaker, the same for all until their own is known.
    pub within: Vec<f64>,
    /// Against the population.
    pub absolute: Head,
    /// Against the speaker's usual.
    pub relative: Head,
    /// What the relative head says of low and of high arousal, of speakers that it was not trained on.
    pub low: Heap,
    /// The same of high arousal.
    pub high: Heap,
    /// The emotions against the population; nobody is told of them.
    pub emotions: Classes,
    /// The emotions against the speaker's usual.
    pub own_emotions: Classes,
    /// A larger model that judges arousal in place of the two heads.
    #[serde(skip)]
    pub(super) larger: Slot,
}

impl AffectModel {
    /// The model that comes with Calmline as its file has it: who wants to name it by its hash takes that of this text.
    pub const SHIPPED: &str = include_str!("../../models/arousal.json");

    /// The model that comes with Calmline; see `models/MODEL_CARD.md`.
    ///
    /// # Panics
    /// Never: a test reads the file that is compiled in.
    #[must_use]
    pub fn shipped() -> Arc<Self> {
        static SHIPPED: OnceLock<Arc<AffectModel>> = OnceLock::new();
        let read = || Self::read(Self::SHIPPED);
        #[expect(clippy::expect_used, reason = "a file compiled in, read by a test")]
        Arc::clone(SHIPPED.get_or_init(|| Arc::new(read().expect("the shipped model is readable"))))
    }

    /// Reads a model that the trainer wrote.
    ///
    /// # Errors
    /// When it is not such a file, or was trained for other functionals.
    pub fn read(text: &str) -> Result<Self, ModelError> {
        let model: Self = serde_json::from_str(text).map_err(ModelError::Unreadable)?;
        if model.names != study::names() {
            return Err(ModelError::Names);
        }
        let lists = [
            ("mean", &model.mean),
            ("deviation", &model.deviation),
            ("within", &model.within),
            ("absolute.weights", &model.absolute.weights),
            ("relative.weights", &model.relative.weights),
        ];
        let emotions = model.emotions.0.iter().map(|one| ("emotions.weights", &one.weights));
        let own = model.own_emotions.0.iter().map(|one| ("own_emotions.weights", &one.weights));
        for (field, list) in lists.into_iter().chain(emotions).chain(own) {
            if list.len() != study::names().len() || !list.iter().all(|number| number.is_finite()) {
                return Err(ModelError::Numbers { field });
            }
        }
        for (field, heap) in [("low.variance", model.low), ("high.variance", model.high)] {
            if !(heap.mean.is_finite() && heap.variance.is_finite() && heap.variance > 0.0) {
                return Err(ModelError::Heap { field });
            }
        }
        Ok(model)
    }

    /// The same with a larger model in its slot, which from now on judges arousal. What moved a voice, and whether there is
    /// enough of it to judge, is still measured here.
    #[must_use]
    pub fn with_larger(mut self, larger: Arc<dyn Larger>) -> Self {
        self.larger = Slot(Some(larger));
        self
    }

    /// The larger model, where there is one.
    #[must_use]
    pub fn larger(&self) -> Option<&dyn Larger> {
        self.larger.0.as_deref()
    }

    /// What the larger model says of an utterance: the calibrated logit of high arousal, before the speaker's divide is taken
    /// from it. Nothing where it fails, or where there is none. `samples` are 8 kHz, full scale is 1.
    #[must_use]
    pub fn larger_logit(&self, samples: &[f32]) -> Option<f64> {
        larger::logit(self.larger()?, samples)
    }

    /// The values in deviations from the population.
    #[must_use]
    pub fn standard(&self, values: &[f64]) -> Vec<f64> {
        let each = values.iter().zip(&self.mean).zip(&self.deviation);
        each.map(|((value, mean), deviation)| deviations(*value, *mean, *deviation)).collect()
    }

    /// The calibrated logit of high arousal against the population.
    #[must_use]
    pub fn absolute_logit(&self, values: &[f64]) -> f64 {
        self.absolute.logit(&self.standard(values))
    }

    /// The calibrated logit of high arousal against a speaker's usual, before their divide is taken from it.
    #[must_use]
    pub fn relative_logit(&self, values: &[f64], usual: &Usual) -> f64 {
        self.relative.logit(&usual.standard(values))
    }

    /// Where the calm of a speaker ends, from relative logits, or those of the larger model, of what was heard of them.
    #[must_use]
    pub fn divide(&self, logits: &[f64]) -> f64 {
        if self.larger().is_some() { larger::own_divide(logits) } else { divide(logits, self.low, self.high) }
    }

    /// Judges an utterance against what was heard of its speaker before, and then remembers it. `samples` are for the larger
    /// model; nothing is told where that fails.
    pub(crate) fn judge(
        &self,
        functionals: &Functionals,
        samples: &[f32],
        baseline: &mut Baseline,
    ) -> Option<Arousal> {
        let values = functionals.values();
        let usual = baseline.usual(&self.mean, &self.within);
        let own = if self.larger().is_some() {
            self.larger_logit(samples)?
        } else {
            self.relative_logit(values, &usual)
        };
        let from_divide = own - self.divide(baseline.judged());
        let logit = if self.larger().is_some() {
            from_divide
        } else {
            let known = baseline.heard() / (baseline.heard() + HANDOVER);
            (1.0 - known) * self.absolute_logit(values) + known * from_divide
        };
        let arousal = self.told(functionals, logit, baseline.heard(), &usual);
        baseline.keep(own);
        baseline.learn(values);
        Some(arousal)
    }

    fn told(&self, functionals: &Functionals, logit: f64, heard: f64, usual: &Usual) -> Arousal {
        let values = functionals.values();
        let voice = (functionals.voiced_s / VOICE_ENOUGH_S).min(1.0);
        let value = probability(logit * voice);
        let drivers =
            if value > 0.5 && heard >= DRIVERS_FROM { self.drivers(values, usual) } else { Vec::new() };
        let line = (functionals.snr_db / LINE_ENOUGH_DB).min(1.0);
        Arousal {
            value: Share::new(value),
            confidence: Share::new((2.0 * value - 1.0).abs() * line),
            drivers,
        }
    }

    fn drivers(&self, values: &[f64], usual: &Usual) -> Vec<&'static str> {
        let z = |i: usize| deviations(values[i], usual.mean[i], usual.deviation[i]);
        let moved = |family: &str| -> f64 {
            let own = (0..values.len()).filter(|&i| names()[i].starts_with(family));
            own.map(|i| self.relative.slope * self.relative.weights[i] * z(i)).sum()
        };
        let borne_out = |measure: &str, direction: f64| {
            names()
                .iter()
                .position(|name| *name == measure)
                .is_some_and(|i| direction * z(i) > DRIVER_DEVIATIONS)
        };
        let mut found: Vec<_> = DRIVERS
            .into_iter()
            .filter(|&(_, family, measure, direction)| {
                moved(family) > DRIVER_LOGIT && borne_out(measure, direction)
            })
            .map(|(code, family, ..)| (code, moved(family)))
            .collect();
        found.sort_by(|a, b| b.1.total_cmp(&a.1));
        found.into_iter().map(|(code, _)| code).collect()
    }
}

/// The probability of high arousal that is told for a calibrated logit.
#[must_use]
pub fn probability(logit: f64) -> f64 {
    1.0 / (1.0 + (-DOUBT * logit).exp())
}

/// How many deviations a value lies from the centre.
pub(crate) fn deviations(value: f64, centre: f64, deviation: f64) -> f64 {
    ((value - centre) / deviation.max(1e-9)).clamp(-OUTERMOST, OUTERMOST)
}
