//! How loud a leg is from moment to moment: the peaks of its samples, for somebody's eye.
//!
//! It shows who was heard when, and no more: of ten numbers a second no sound can be made, and nothing here or elsewhere
//! infers anything from them. It needs a permit of its own, since a curve of loudness still is of somebody's voice.

use calmline_core::{
    Timestamp,
    event::Levels,
    policy::{self, Lapse, Permit},
};

use crate::RATE;

/// Samples a level: a tenth of a second. Choice: an hour of call is drawn with a point or more per pixel, a syllable lasts two.
pub const STEP: u64 = RATE as u64 / 10;
/// Levels a stretch: a minute. Choice: so much is lost if the process dies, and so little memory a leg needs.
const STRETCH: usize = 600;

/// Levels that follow each other without a break.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// The sample of the leg with which the first level begins.
    pub start: u64,
    /// The levels, [`STEP`] samples each.
    pub levels: Levels,
}

/// Measures the peaks of one leg.
pub struct Envelope {
    permit: Permit<policy::Envelope>,
    /// Where `levels` begin in the leg.
    start: u64,
    levels: Levels,
    /// Samples of the step in progress, those included that did not come.
    passed: u64,
    /// The largest of those that came.
    peak: Option<u16>,
}

impl Envelope {
    /// Measures from the leg's sample `start` on.
    #[must_use]
    pub fn new(permit: Permit<policy::Envelope>, start: u64) -> Self {
        Self { permit, start, levels: Levels::default(), passed: 0, peak: None }
    }

    /// Measures samples. Each minute a stretch comes out.
    ///
    /// # Errors
    /// When the permit no longer holds: nothing more may be measured, and what was not out yet is to be dropped.
    pub fn push(&mut self, mut pcm: &[i16], now: Timestamp, out: &mut Vec<Stretch>) -> Result<(), Lapse> {
        self.permit.check(now)?;
        while !pcm.is_empty() {
            let (step, rest) = pcm.split_at(pcm.len().min((STEP - self.passed) as usize));
            let loudest = step.iter().map(|sample| sample.unsigned_abs()).max();
            self.peak = self.peak.max(loudest);
            self.pass(step.len() as u64, out);
            pcm = rest;
        }
        Ok(())
    }

    /// Samples do not come. A long gap ends the stretch; a short one is part of it.
    pub fn skip(&mut self, mut samples: u64, out: &mut Vec<Stretch>) {
        if samples > STEP * STRETCH as u64 {
            let next = self.start + self.levels.len() as u64 * STEP + self.passed + samples;
            self.end(out);
            self.start = next;
            return;
        }
        while samples > 0 {
            let step = samples.min(STEP - self.passed);
            self.pass(step, out);
            samples -= step;
        }
    }

    /// What was measured and is not out yet comes out.
    pub fn finish(mut self, out: &mut Vec<Stretch>) {
        self.end(out);
    }

    fn pass(&mut self, samples: u64, out: &mut Vec<Stretch>) {
        self.passed += samples;
        if self.passed == STEP {
            self.levels.push(self.peak.take());
            self.passed = 0;
        }
        if self.levels.len() == STRETCH {
            self.end(out);
        }
    }

    /// Ends the stretch, the step in progress included, and begins another where it ended.
    fn end(&mut self, out: &mut Vec<Stretch>) {
        if self.peak.is_some() {
            self.levels.push(self.peak.take());
        }
        let levels = std::mem::take(&mut self.levels);
        let start = self.start;
        self.start += levels.len() as u64 * STEP;
        self.passed = 0;
        if levels.get().iter().any(Option::is_some) {
            out.push(Stretch { start, levels });
        }
    }
}
