//! How an agent's voice was in a call against that agent's own usual: *tenser*, *lower*, *uneasier* (压力、低落、焦虑).
//!
//! A dozen [`Measure`]s of each utterance become a call's medians; these are compared with the means and variances of the
//! agent's last calls, and weighed in the directions that studies report ([`card`]). It says how somebody sounded, never how
//! they are. Level is no measure, and the balance of the spectrum, which a headset moves as well, counts only with the pitch.
//!
//! Nothing is said of a call with little speech or much noise, before five calls are known, on another line, or in a voice
//! that is lower and rougher from the first word to the last. A cue that was no better than chance in the study is not computed
//! of any call: only [`study`] asks for it.
//!
//! All of it happens under a permit for an **agent's** voice affect, which no site under `eu` or `strict` can get:
//! [`CallVoice`] carries the permit of the leg that made it. It cannot be made by hand:
//! ```compile_fail
//! let _ = calmline_sense::affect::cues::CallVoice { permit: todo!(), call: todo!() };
//! ```
//! nor without a permit:
//! ```compile_fail
//! let _ = calmline_sense::affect::cues::CallVoice::default();
//! ```
//! nor can what accumulates in a leg be had from outside:
//! ```compile_fail
//! let _ = calmline_sense::affect::cues::CallCues::default();
//! ```

pub mod card;
mod judge;
mod measures;
pub mod study;
mod summary;
mod usual;

use std::fmt;

use calmline_core::{
    Timestamp,
    event::CallCue,
    policy::{Lapse, Permit, VoiceAffect},
};

pub use self::{
    judge::{CALLS_MIN, SPEECH_MIN_S},
    measures::Measure,
};
use self::{measures::Measures, summary::Summary, usual::Usual};
use super::{Functionals, Scratch};
use crate::prosody::Descriptors;

/// A call's utterances, as far as they were heard.
#[derive(Default)]
pub(crate) struct CallCues {
    heard: Vec<Measures>,
    spoken_s: f64,
}

impl CallCues {
    /// Takes note of an utterance; of one that could not be measured only that it was spoken.
    pub(crate) fn utterance(
        &mut self,
        functionals: Option<&Functionals>,
        steps: &[Descriptors],
        speech_s: f64,
        scratch: &mut Scratch,
    ) {
        self.spoken_s += speech_s;
        self.heard.extend(functionals.map(|of| Measures::of(of, steps, speech_s, scratch)));
    }

    /// The call is over.
    pub(crate) fn finish(self, permit: Permit<VoiceAffect>) -> CallVoice {
        CallVoice { permit, call: Box::new(Summary::of(&self.heard, self.spoken_s)) }
    }
}

/// An agent's voice in a call that is over, to be compared with their usual as long as the permit holds.
pub struct CallVoice {
    permit: Permit<VoiceAffect>,
    call: Box<Summary>,
}

impl fmt::Debug for CallVoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CallVoice({:?})", self.permit)
    }
}

/// What a call came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// What is said of it: cues, or the one reason why there are none.
    pub said: Vec<CallCue>,
    /// The agent's usual from now on, to be kept sealed; none if nothing was learned.
    pub usual: Option<Vec<u8>>,
}

impl CallVoice {
    /// The permit under which it was heard.
    #[must_use]
    pub fn permit(&self) -> &Permit<VoiceAffect> {
        &self.permit
    }

    /// Compares the call with what was kept of the calls before, and learns from it. What was kept and cannot be read is as
    /// if nothing had been.
    ///
    /// # Errors
    /// When the permit no longer holds; what was heard is then gone.
    pub fn judge(self, usual: Option<&[u8]>, now: Timestamp) -> Result<Judged, Lapse> {
        self.permit.check(now)?;
        let verdict = judge::judge(Usual::read(usual), &self.call);
        Ok(Judged { said: verdict.said, usual: verdict.usual.map(|usual| usual.to_bytes()) })
    }
}

/// How many calls a kept usual rests on; it counts to forty.
#[must_use]
pub fn calls_known(usual: Option<&[u8]>) -> f64 {
    Usual::read(usual).calls
}
