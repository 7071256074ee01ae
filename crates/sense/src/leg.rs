//! One leg of one call: audio in, utterances and what was measured in them out, as far as permits reach.

use std::sync::Arc;

use calmline_core::{
    Share, Timestamp,
    policy::{Lapse, Permit, Purpose, Segmentation, TalkDynamics, VoiceAffect},
};

use crate::{
    RATE,
    activity::{Activity, Detector},
    affect::{AffectModel, Arousal, Scratch, baseline::Baseline, of},
    frontend::{Frontend, HOP, STEP_S},
    prosody::{Descriptors, Prosody},
    rate::{self, Beat, Rhythm},
    segment::{Change, Cut, Segmenter},
};

/// What a leg heard. Times are seconds from the leg's first frame.
#[derive(Debug, Clone, PartialEq)]
pub enum Heard {
    /// Somebody has begun to speak; told once it is certain, 150 to 300 ms later.
    Began {
        /// When.
        at_s: f64,
    },
    /// An utterance is over: a pause of 600 ms, 12 seconds, a gap or the end.
    Utterance {
        /// From when.
        start_s: f64,
        /// Until when.
        end_s: f64,
        /// How activated it sounds; nothing without a permit, with too little voice or on a noisy line.
        arousal: Option<Arousal>,
        /// Syllables per second of speech; nothing without a permit or for very short utterances.
        speech_rate: Option<Measured>,
    },
    /// A permit lapsed and its sensor is gone, with all that it held. With [`Purpose::Segmentation`] everything ends, the
    /// open utterance included.
    Stopped {
        /// Which.
        purpose: Purpose,
        /// Why.
        lapse: Lapse,
    },
}

/// A measured number and how sure it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measured {
    /// The number, in the unit that its field says.
    pub value: f64,
    /// How sure.
    pub confidence: Share,
}

/// Pauses within utterances.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Pauses {
    /// How many of at least 200 ms.
    pub count: u32,
    /// Their seconds together.
    pub seconds: f64,
}

/// One pass over the audio of one leg. Deterministic: how the audio is cut into pushes changes nothing.
pub struct Leg {
    segmentation: Option<Permit<Segmentation>>,
    dynamics: Option<Dynamics>,
    affect: Option<Affect>,
    front: Frontend,
    detector: Detector,
    segmenter: Segmenter,
    beats: Vec<Beat>,
    smooth: Vec<f32>,
    /// Sample at which steps began to count: 0, or the end of the last gap.
    origin: u64,
    /// Steps since `origin`.
    steps: i64,
    samples: u64,
    spoken: f64,
}

struct Dynamics {
    permit: Permit<TalkDynamics>,
    pauses: Pauses,
}

struct Affect {
    permit: Permit<VoiceAffect>,
    model: Arc<AffectModel>,
    prosody: Prosody,
    track: Vec<Descriptors>,
    baseline: Baseline,
    scratch: Scratch,
}

impl Leg {
    /// A leg that is cut into utterances and nothing more.
    #[must_use]
    pub fn new(segmentation: Permit<Segmentation>) -> Self {
        Self {
            segmentation: Some(segmentation),
            dynamics: None,
            affect: None,
            front: Frontend::new(),
            detector: Detector::new(),
            segmenter: Segmenter::new(),
            beats: Vec::new(),
            smooth: Vec::new(),
            origin: 0,
            steps: 0,
            samples: 0,
            spoken: 0.0,
        }
    }

    /// Measures speech rate and pauses, too.
    #[must_use]
    pub fn with_dynamics(mut self, permit: Permit<TalkDynamics>) -> Self {
        self.dynamics = Some(Dynamics { permit, pauses: Pauses::default() });
        self
    }

    /// Estimates arousal, too.
    #[must_use]
    pub fn with_affect(mut self, permit: Permit<VoiceAffect>, model: Arc<AffectModel>) -> Self {
        self.affect = Some(Affect {
            permit,
            model,
            prosody: Prosody::default(),
            track: Vec::new(),
            baseline: Baseline::default(),
            scratch: Scratch::default(),
        });
        self
    }

    /// Hears the next audio: 8 kHz linear PCM, any number of samples. Permits are asked first, so a sensor whose permit
    /// lapsed hears none of it.
    pub fn push(&mut self, pcm: &[i16], now: Timestamp, heard: &mut Vec<Heard>) {
        self.check(now, heard);
        if self.segmentation.is_none() {
            self.samples += pcm.len() as u64;
            return;
        }
        for &sample in pcm {
            self.samples += 1;
            if self.front.push(sample) {
                self.step(heard);
            }
        }
    }

    /// A gap: time goes on without audio, and an open utterance ends where it began.
    pub fn skip(&mut self, samples: u64, heard: &mut Vec<Heard>) {
        let change = self.segmenter.close();
        self.settle(change, heard);
        self.samples += samples;
        self.origin = self.samples;
        self.steps = 0;
        self.front.reset();
        self.detector.reset();
        self.segmenter.restart();
        self.forget_track();
    }

    /// The leg is over; an open utterance ends here.
    pub fn finish(&mut self, heard: &mut Vec<Heard>) {
        self.skip(0, heard);
    }

    /// Samples so far, gaps included.
    #[must_use]
    pub fn frames(&self) -> u64 {
        self.samples
    }

    /// Seconds of speech in finished utterances, padding left out.
    #[must_use]
    pub fn speech_s(&self) -> f64 {
        self.spoken
    }

    /// Pauses within the utterances so far; nothing without a permit for talk dynamics.
    #[must_use]
    pub fn pauses(&self) -> Option<Pauses> {
        self.dynamics.as_ref().map(|dynamics| dynamics.pauses)
    }

    fn check(&mut self, now: Timestamp, heard: &mut Vec<Heard>) {
        let mut stopped = |purpose, lapse| heard.push(Heard::Stopped { purpose, lapse });
        if let Some(lapse) = self.dynamics.as_ref().and_then(|sensor| sensor.permit.check(now).err()) {
            self.dynamics = None;
            stopped(Purpose::TalkDynamics, lapse);
        }
        if let Some(lapse) = self.affect.as_ref().and_then(|sensor| sensor.permit.check(now).err()) {
            self.affect = None;
            stopped(Purpose::VoiceAffect, lapse);
        }
        if self.dynamics.is_none() && self.affect.is_none() {
            self.beats = Vec::new();
        }
        if let Some(lapse) = self.segmentation.as_ref().and_then(|permit| permit.check(now).err()) {
            stopped(Purpose::Segmentation, lapse);
            self.segmentation = None;
            self.dynamics = None;
            self.affect = None;
            self.beats = Vec::new();
            self.front.reset();
            self.detector = Detector::new();
            self.segmenter = Segmenter::new();
        }
    }

    fn step(&mut self, heard: &mut Vec<Heard>) {
        let activity = self.detector.step(&mut self.front);
        // The window's centre lies one step before its end.
        let change = self.segmenter.step(self.steps - 1, &activity);
        self.steps += 1;
        if self.segmenter.recording() || change != Change::None {
            self.record(&activity);
        }
        self.settle(change, heard);
    }

    fn record(&mut self, activity: &Activity) {
        if self.dynamics.is_some() || self.affect.is_some() {
            let voiced = activity.pitch.is_some();
            self.beats.push(Beat { db: activity.level_db, voiced, speech: activity.speech });
        }
        let Some(affect) = &mut self.affect else { return };
        affect.track.push(if activity.heard {
            affect.prosody.describe(self.front.spectrum(), self.front.samples(), activity)
        } else {
            affect.prosody.reset();
            Descriptors::default()
        });
    }

    fn settle(&mut self, change: Change, heard: &mut Vec<Heard>) {
        match change {
            Change::None => {}
            Change::Idle => self.forget_track(),
            Change::Began(step) => heard.push(Heard::Began { at_s: self.seconds(step) }),
            Change::Ended(cut) => {
                self.tell(cut, heard);
                self.forget_track();
            }
            Change::CutAt(cut) => {
                self.tell(cut, heard);
                drop_first(&mut self.beats, cut.steps);
                if let Some(affect) = &mut self.affect {
                    drop_first(&mut affect.track, cut.steps);
                }
                heard.push(Heard::Began { at_s: self.seconds(cut.to) });
            }
        }
    }

    fn tell(&mut self, cut: Cut, heard: &mut Vec<Heard>) {
        self.spoken += cut.steps as f64 * STEP_S;
        // A sensor that was permitted only after the utterance began has heard too little of it.
        let rhythm = self.beats.get(..cut.steps).map(|beats| rate::measure(beats, &mut self.smooth));
        let speech_rate = match (&mut self.dynamics, rhythm) {
            (Some(dynamics), Some(rhythm)) => {
                dynamics.pauses.count += rhythm.pauses;
                dynamics.pauses.seconds += rhythm.pause_s;
                measured_rate(&rhythm)
            }
            _ => None,
        };
        let arousal = match (&mut self.affect, rhythm) {
            (Some(affect), Some(rhythm)) => affect.judge(cut.steps, rhythm),
            _ => None,
        };
        let (start_s, end_s) = (self.seconds(cut.from), self.seconds(cut.to));
        heard.push(Heard::Utterance { start_s, end_s, arousal, speech_rate });
    }

    fn seconds(&self, step: i64) -> f64 {
        (self.origin as i64 + step * HOP as i64) as f64 / f64::from(RATE)
    }

    fn forget_track(&mut self) {
        self.beats.clear();
        if let Some(affect) = &mut self.affect {
            affect.track.clear();
            affect.prosody.reset();
        }
    }
}

impl Affect {
    fn judge(&mut self, steps: usize, rhythm: Rhythm) -> Option<Arousal> {
        let functionals = of(self.track.get(..steps)?, rhythm, &mut self.scratch)?;
        Some(self.model.judge(&functionals, &mut self.baseline))
    }
}

/// The rate, as sure as a count of that size is: one minus its relative standard error (Poisson).
fn measured_rate(rhythm: &Rhythm) -> Option<Measured> {
    let value = rhythm.rate()?;
    let confidence = Share::new(1.0 - 1.0 / f64::from(rhythm.syllables).sqrt());
    Some(Measured { value, confidence })
}

fn drop_first<T>(list: &mut Vec<T>, count: usize) {
    list.drain(..count.min(list.len()));
}
