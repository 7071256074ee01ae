//! One leg of one call: audio in, utterances and what was measured in them out, as far as permits reach.

use std::sync::Arc;

use calmline_core::{
    Party, Share, Timestamp,
    policy::{Permit, Purpose, Segmentation, TalkDynamics, VoiceAffect},
};

use crate::{
    RATE,
    activity::{Activity, Detector},
    affect::{
        AffectModel, Arousal, Scratch,
        baseline::Baseline,
        cues::{CallCues, CallVoice},
        larger::Tape,
        of,
    },
    frontend::{Frontend, HOP, STEP_S},
    heard::{Effort, Heard, Measured, Pace, Pauses},
    line::{Line, Sounded, Turn},
    loudness::Loudness,
    prosody::{Descriptors, Prosody},
    rate::{self, Beat, Rhythm},
    segment::{Change, Cut, Segmenter},
};

/// One pass over the audio of one leg. Deterministic: how the audio is cut into pushes changes nothing.
pub struct Leg {
    segmentation: Option<Permit<Segmentation>>,
    dynamics: Option<Dynamics>,
    affect: Option<Affect>,
    front: Frontend,
    detector: Detector,
    line: Line,
    loudness: Option<Loudness>,
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
    /// The pitch of each recorded step in hertz, zero where no voice sounds.
    pitches: Vec<f32>,
}

struct Affect {
    permit: Permit<VoiceAffect>,
    model: Arc<AffectModel>,
    prosody: Prosody,
    track: Vec<Descriptors>,
    tape: Tape,
    baseline: Baseline,
    /// Of an agent's leg: what the call is compared by with the agent's usual once it is over.
    cues: Option<CallCues>,
    scratch: Scratch,
    effort: Effort,
    /// Whether the utterance that comes next is passed over.
    passed: bool,
    /// Utterances that were judged with less effort or not at all.
    reduced: u64,
}

/// Steps of an utterance that are judged at most with [`Effort::Reduced`].
const REDUCED_STEPS: usize = 400;

impl Leg {
    /// A leg that is cut into utterances and nothing more.
    #[must_use]
    pub fn new(segmentation: Permit<Segmentation>) -> Self {
        let protects = segmentation.party() == Party::Customer;
        Self {
            segmentation: Some(segmentation),
            dynamics: None,
            affect: None,
            front: Frontend::new(),
            detector: Detector::new(),
            line: Line::new(),
            loudness: protects.then(Loudness::new),
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
        self.dynamics = Some(Dynamics { permit, pauses: Pauses::default(), pitches: Vec::new() });
        self
    }

    /// Estimates arousal, too.
    #[must_use]
    pub fn with_affect(mut self, permit: Permit<VoiceAffect>, model: Arc<AffectModel>) -> Self {
        let tape = Tape::new(model.larger().is_some());
        self.affect = Some(Affect {
            cues: (permit.party() == Party::Agent).then(CallCues::default),
            permit,
            model,
            prosody: Prosody::default(),
            track: Vec::new(),
            tape,
            baseline: Baseline::default(),
            scratch: Scratch::default(),
            effort: Effort::Full,
            passed: false,
            reduced: 0,
        });
        self
    }

    /// Spends less or more from the next utterance on.
    pub fn degrade(&mut self, effort: Effort) {
        if let Some(affect) = &mut self.affect {
            affect.effort = effort;
        }
    }

    /// How many utterances were judged with less effort, or not at all, since this was last asked.
    pub fn take_reduced(&mut self) -> u64 {
        self.affect.as_mut().map_or(0, |affect| std::mem::take(&mut affect.reduced))
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
        let origin = self.origin;
        self.line.end(self.steps, &mut |sounded| heard.push(line(origin, sounded)));
        if let Some(loudness) = &mut self.loudness {
            loudness.reset();
        }
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

    /// The voice of a finished agent's leg, to be compared with that agent's usual; nothing without a permit for it.
    #[must_use]
    pub fn into_voice(self) -> Option<CallVoice> {
        let Affect { cues, permit, .. } = self.affect?;
        Some(cues?.finish(permit))
    }

    /// Samples so far, gaps included.
    #[must_use]
    pub fn frames(&self) -> u64 {
        self.samples
    }

    /// Stretches that a sound of the line fills and that are not told yet: music that still plays, tones that may go on. From
    /// and until when.
    pub fn sounding(&self) -> impl Iterator<Item = (f64, f64)> {
        self.line.pending().map(|(from, to)| (seconds(self.origin, from), seconds(self.origin, to)))
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
            self.line = Line::new();
            self.loudness = None;
            self.segmenter = Segmenter::new();
        }
    }

    fn step(&mut self, heard: &mut Vec<Heard>) {
        let activity = self.detector.step(&mut self.front);
        // The window's centre lies one step before its end.
        let at = self.steps - 1;
        self.steps += 1;
        self.shock(heard);
        let origin = self.origin;
        let mut tell = |sounded| heard.push(line(origin, sounded));
        match self.line.step(at, self.front.newest(), &activity, &mut tell) {
            Some(Turn::On(from)) => {
                let change = self.segmenter.give_up(from);
                self.settle(change, heard);
            }
            Some(Turn::Off(_)) => self.segmenter.resume(at),
            None => {}
        }
        if self.line.music() {
            return;
        }
        let change = self.segmenter.step(at, &activity);
        if self.segmenter.recording() || change != Change::None {
            self.record(&activity);
        }
        self.settle(change, heard);
    }

    fn shock(&mut self, heard: &mut Vec<Heard>) {
        let Some(loudness) = &mut self.loudness else { return };
        if let Some(rise) = loudness.step(self.front.newest(), self.front.newest_power()) {
            let (start_s, end_s) = (self.seconds(self.steps - 1), self.seconds(self.steps));
            let rise = Measured { value: f64::from(rise.db), confidence: rise.confidence };
            heard.push(Heard::Loud { start_s, end_s, rise });
        }
    }

    fn record(&mut self, activity: &Activity) {
        if self.dynamics.is_some() || self.affect.is_some() {
            let voiced = activity.pitch.is_some();
            self.beats.push(Beat { db: activity.level_db, voiced, speech: activity.speech });
        }
        if let Some(dynamics) = &mut self.dynamics {
            dynamics.pitches.push(activity.pitch.map_or(0.0, |pitch| pitch.hz));
        }
        let Some(affect) = self.affect.as_mut().filter(|affect| !affect.has_enough()) else { return };
        affect.tape.push(self.front.samples());
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
            Change::Void => {
                heard.push(Heard::Dismissed);
                self.forget_track();
            }
            Change::Began(step) => {
                let origin = self.origin;
                self.line.spoken(&mut |sounded| heard.push(line(origin, sounded)));
                heard.push(Heard::Began { at_s: self.seconds(step) });
            }
            Change::Ended(cut) => {
                self.tell(cut, heard);
                self.forget_track();
            }
            Change::CutAt(cut) => {
                self.tell(cut, heard);
                drop_first(&mut self.beats, cut.steps);
                if let Some(dynamics) = &mut self.dynamics {
                    drop_first(&mut dynamics.pitches, cut.steps);
                }
                if let Some(affect) = &mut self.affect {
                    drop_first(&mut affect.track, cut.steps);
                    affect.tape.drop_first(cut.steps);
                }
                heard.push(Heard::Began { at_s: self.seconds(cut.to) });
            }
        }
    }

    fn tell(&mut self, cut: Cut, heard: &mut Vec<Heard>) {
        self.spoken += cut.steps as f64 * STEP_S;
        // A sensor that was permitted only after the utterance began has heard too little of it.
        let rhythm = self.beats.get(..cut.steps).map(|beats| rate::measure(beats, &mut self.smooth));
        let pace = match (&mut self.dynamics, rhythm) {
            (Some(dynamics), Some(rhythm)) => {
                dynamics.pauses.count += rhythm.pauses;
                dynamics.pauses.seconds += rhythm.pause_s;
                let pitches = dynamics.pitches.get(..cut.steps).unwrap_or_default();
                Some(pace(&rhythm, rate::filled_pauses(&self.beats[..cut.steps], pitches)))
            }
            _ => None,
        };
        let arousal = match (&mut self.affect, rhythm) {
            (Some(affect), Some(rhythm)) => affect.judge(cut.steps, rhythm),
            _ => None,
        };
        let (start_s, end_s) = (self.seconds(cut.from), self.seconds(cut.to));
        heard.push(Heard::Utterance { start_s, end_s, arousal, pace });
    }

    fn seconds(&self, step: i64) -> f64 {
        seconds(self.origin, step)
    }

    fn forget_track(&mut self) {
        self.beats.clear();
        if let Some(dynamics) = &mut self.dynamics {
            dynamics.pitches.clear();
        }
        if let Some(affect) = &mut self.affect {
            affect.track.clear();
            affect.tape.clear();
            affect.prosody.reset();
        }
    }
}

/// A step in seconds from the leg's first frame.
fn seconds(origin: u64, step: i64) -> f64 {
    (origin as i64 + step * HOP as i64) as f64 / f64::from(RATE)
}

fn line(origin: u64, (sound, from, to): Sounded) -> Heard {
    Heard::Line { sound, start_s: seconds(origin, from), end_s: seconds(origin, to) }
}

impl Affect {
    /// Whether what comes of the utterance is not looked at any more.
    fn has_enough(&self) -> bool {
        self.effort == Effort::Reduced && (self.passed || self.track.len() >= REDUCED_STEPS)
    }

    fn judge(&mut self, steps: usize, rhythm: Rhythm) -> Option<Arousal> {
        let steps = match self.effort {
            Effort::Full => steps,
            Effort::Reduced => {
                self.reduced += u64::from(self.passed || steps > REDUCED_STEPS);
                self.passed = !self.passed;
                if !self.passed {
                    return None;
                }
                steps.min(REDUCED_STEPS)
            }
        };
        let track = self.track.get(..steps)?;
        let functionals = of(track, rhythm, &mut self.scratch);
        if let Some(cues) = &mut self.cues {
            cues.utterance(functionals.as_ref(), track, rhythm.speech_s, &mut self.scratch);
        }
        self.model.judge(&functionals?, self.tape.first(steps), &mut self.baseline)
    }
}

fn pace(rhythm: &Rhythm, filled: Pauses) -> Pace {
    Pace {
        speech_rate: measured(rhythm.speech_rate(), rhythm.syllables),
        articulation_rate: measured(rhythm.rate(), rhythm.syllables),
        pauses: Pauses { count: rhythm.pauses, seconds: rhythm.pause_s },
        filled,
    }
}

/// A rate, as sure as a count of that size is: one minus its relative standard error (Poisson).
fn measured(rate: Option<f64>, syllables: u32) -> Option<Measured> {
    Some(Measured { value: rate?, confidence: Share::new(1.0 - 1.0 / f64::from(syllables).sqrt()) })
}

fn drop_first<T>(list: &mut Vec<T>, count: usize) {
    list.drain(..count.min(list.len()));
}
