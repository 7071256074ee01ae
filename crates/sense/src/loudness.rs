//! Sudden loudness: what may hurt an ear in a headset, heard at once and whatever it is.
//!
//! A digital level says nothing about the pressure at an ear, which a headset's limiter has to keep below 118 dB (HSE's
//! guidance on acoustic shock). So it is told by what a person notices: that the line is far louder than it was a moment ago and than it
//! usually is, and as loud as it can be. The thresholds are choices.

use calmline_core::Share;

use crate::frontend::{HOP, decibels};

/// The rise, dB, within this many steps: 50 ms.
const RISE_DB: f32 = 20.0;
const WITHIN: usize = 5;
/// Over the line's usual level, dB: the loudest hundredth of a second of a voice lies some 10 over its mean power.
const OVER_USUAL_DB: f32 = 15.0;
/// Near clipping: a sample at 0.7 of full scale, −3 dB.
const PEAK: f32 = 0.7;
/// A step counts for the usual level if it is at most this far below it, dB.
const ACTIVE_DB: f32 = 20.0;
/// Steps until the usual level is known: 1 s of sound.
const KNOWN: u32 = 100;
/// Before that, the level that is too loud on any line, dB of full scale.
const ANY_LINE_DB: f32 = -6.0;
/// The usual level of a line of which nothing is known: the nominal level of speech, −26 dB (ITU-T P.56, P.830).
const NOMINAL_DB: f32 = -26.0;
/// Steps of a usual level after which it is told again: 1 s.
const CALM: u32 = 100;

/// A rise.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Rise {
    /// Over the line's usual level, dB.
    pub(crate) db: f32,
    /// How sure: that it is no voice of a usual loudness.
    pub(crate) confidence: Share,
}

/// Follows the level of a leg.
pub(crate) struct Loudness {
    /// Levels of the last steps, newest last.
    recent: [f32; WITHIN],
    /// Mean power while there was sound.
    usual: f32,
    known: u32,
    /// Steps until something may be told again.
    calm: u32,
}

impl Loudness {
    pub(crate) fn new() -> Self {
        Self { recent: [f32::INFINITY; WITHIN], usual: 10_f32.powf(NOMINAL_DB / 10.0), known: 0, calm: 0 }
    }

    /// After a gap the line is the same, the moment is not.
    pub(crate) fn reset(&mut self) {
        self.recent = [f32::INFINITY; WITHIN];
    }

    /// Takes a step's newest samples.
    pub(crate) fn step(&mut self, hop: &[f32; HOP], power: f32) -> Option<Rise> {
        let (level_db, usual_db) = (decibels(power), decibels(self.usual));
        let before_db = self.recent.iter().copied().fold(f32::INFINITY, f32::min);
        self.recent.rotate_left(1);
        self.recent[WITHIN - 1] = level_db;
        let least_db = if self.known < KNOWN { ANY_LINE_DB } else { usual_db + OVER_USUAL_DB };
        let loud = level_db >= least_db;
        let sudden = loud && before_db.is_finite() && level_db - before_db >= RISE_DB;
        let told = self.calm > 0;
        self.calm = if loud { CALM } else { self.calm.saturating_sub(1) };
        if sudden && !told && hop.iter().any(|sample| sample.abs() >= PEAK) {
            let db = level_db - usual_db;
            return Some(Rise { db, confidence: Share::new(0.5 + f64::from(db - OVER_USUAL_DB) / 24.0) });
        }
        // The usual power follows what is near it, quickly at first.
        if !loud && level_db > usual_db - ACTIVE_DB {
            self.known = (self.known + 1).min(10 * KNOWN);
            self.usual += (power - self.usual) / self.known as f32;
        }
        None
    }
}
