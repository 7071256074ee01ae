//! Voice activity, step by step: a cheap gate on level, then periodicity, then a look for machine tones.
//!
//! * The **gate** compares the level with the line's noise floor (minimum statistics, after Martin 2001: the smallest
//!   smoothed level of the last seconds). Most steps of a leg end here, before any transform.
//! * A step is **voiced** when it is periodic and stands out of the floor; speech without voice (consonants) counts only
//!   close to voice, so that clicks, breath and line noise never begin an utterance.
//! * **Tones** (dialling, ring-back, busy, DTMF) are periodic too, but hold nearly all their power in two spectral lines
//!   that stay where they are; no voice does that for long.

use crate::{
    frontend::{BIN_HZ, BINS, Frontend, Spectrum, decibels},
    line::Keys,
    pitch::{self, Pitch},
};

/// The quietest floor, in dB of full scale: three steps of 16 bits. Below it a line carries nothing.
const FLOOR_MIN_DB: f32 = -80.0;
/// What the floor is taken for before the line has been heard for a while.
const FLOOR_START_DB: f32 = -55.0;
/// The floor is the smallest level of this many blocks of this many steps: 3 s.
const BLOCKS: usize = 6;
const BLOCK_STEPS: u32 = 50;
/// A minimum lies below the mean of what it is the minimum of (Martin 2001, bias compensation).
const FLOOR_BIAS_DB: f32 = 1.8;
/// Levels over the floor at which a step passes the gate, may be voiced, and may be speech without voice. Chosen on the
/// calls of the development data.
const GATE_DB: f32 = 3.0;
const VOICED_DB: f32 = 6.0;
const UNVOICED_DB: f32 = 9.0;
/// Speech that far below the leg's usual voice is somebody else's: crosstalk, echo, a television.
const CROSSTALK_DB: f32 = 30.0;
/// Periodicity that begins and that keeps a voiced stretch (Boersma's voicing threshold is 0.45).
const PERIODIC_BEGIN: f32 = 0.5;
const PERIODIC_KEEP: f32 = 0.4;
/// Speech without voice counts this many steps after voice: 150 ms, the longest usual consonant cluster.
const NEAR_VOICE_STEPS: u32 = 15;
/// A tone: the share of the power in its two lines, and how many steps it stays.
const TONE_SHARE: f32 = 0.95;
const TONE_STEPS: u32 = 10;
const TONE_DRIFT_HZ: f32 = 12.0;

/// What one step is.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Activity {
    /// Level in dB of full scale.
    pub(crate) level_db: f32,
    /// The line's noise floor in dB of full scale.
    pub(crate) floor_db: f32,
    /// It passed the gate, and so was transformed.
    pub(crate) heard: bool,
    /// Speech, voiced or not.
    pub(crate) speech: bool,
    /// The voice's pitch, when voiced.
    pub(crate) pitch: Option<Pitch>,
    /// Almost a pure tone: no proof of a voice, but no proof against one either until it lasts.
    pub(crate) pure: bool,
    /// A tone that has lasted: a machine's.
    pub(crate) tone: bool,
    /// A key of a telephone sounds.
    pub(crate) keys: bool,
    /// The two strongest spectral lines, of a step that passed the gate.
    pub(crate) lines: Lines,
    /// How loud the leg's voice usually is, in dB of full scale; none before a voice was heard.
    pub(crate) voice_db: Option<f32>,
}

/// The two strongest spectral lines of a step.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Lines {
    /// The share of the power that they hold.
    pub(crate) share: f32,
    /// Frequencies in hertz, lower one first.
    pub(crate) low_hz: f32,
    pub(crate) high_hz: f32,
    /// The level of the higher one over the lower one, dB.
    pub(crate) twist_db: f32,
}

impl Lines {
    /// A second line this far below the first is no line: a single tone.
    const SINGLE_DB: f32 = 20.0;

    /// The frequency, if there is but one line.
    pub(crate) fn single(&self) -> Option<f32> {
        match self.twist_db {
            twist if twist < -Self::SINGLE_DB => Some(self.low_hz),
            twist if twist > Self::SINGLE_DB => Some(self.high_hz),
            _ => None,
        }
    }

    /// The centre of gravity of both.
    fn centre_hz(&self) -> f32 {
        let high = 1.0 - 1.0 / (1.0 + 10_f32.powf(self.twist_db / 10.0));
        self.low_hz + high * (self.high_hz - self.low_hz)
    }
}

/// The detector's memory.
pub(crate) struct Detector {
    floor: Floor,
    voice_db: f32,
    since_voice: u32,
    before: Option<f32>,
    tone: Tone,
    keys: Keys,
}

impl Detector {
    pub(crate) fn new() -> Self {
        Self {
            floor: Floor::new(),
            voice_db: f32::NEG_INFINITY,
            since_voice: u32::MAX,
            before: None,
            tone: Tone::default(),
            keys: Keys::default(),
        }
    }

    /// After a gap: the line is the same, the voice may not go on.
    pub(crate) fn reset(&mut self) {
        self.since_voice = u32::MAX;
        self.before = None;
        self.tone = Tone::default();
        self.keys = Keys::default();
    }

    /// Judges the step that `front` holds, and transforms it if the gate lets it pass.
    pub(crate) fn step(&mut self, front: &mut Frontend) -> Activity {
        let floor_db = self.floor.update(decibels(front.newest_power()));
        let level_db = decibels(front.centre_power());
        self.since_voice = self.since_voice.saturating_add(1);
        let voice_db = Some(self.voice_db).filter(|db| db.is_finite());
        let mut activity = Activity { level_db, floor_db, voice_db, ..Activity::default() };
        if decibels(front.peak_power()) < floor_db + GATE_DB {
            self.before = None;
            self.tone = Tone::default();
            self.keys = Keys::default();
            return activity;
        }
        activity.heard = true;
        let spectrum = front.transform();
        activity.lines = two_lines(spectrum.power);
        let (like_key, keys) = self.keys.update(&activity.lines);
        let (pure, tone) = self.tone.update(&activity.lines, level_db);
        (activity.keys, activity.pure, activity.tone) = (keys, pure || like_key, tone || keys);
        activity.pitch = self.voiced(spectrum, &activity);
        self.before = activity.pitch.map(|pitch| pitch.hz);
        if activity.pitch.is_some() {
            self.since_voice = 0;
            // Rises at once, falls by half a decibel per second of voice.
            self.voice_db = (self.voice_db - 0.005).max(level_db);
        }
        let near = self.since_voice <= NEAR_VOICE_STEPS && level_db > self.voice_db - CROSSTALK_DB;
        activity.speech =
            activity.pitch.is_some() || (!activity.tone && near && level_db > floor_db + UNVOICED_DB);
        activity
    }

    fn voiced(&self, spectrum: Spectrum<'_>, activity: &Activity) -> Option<Pitch> {
        let heard = activity.level_db > activity.floor_db + VOICED_DB
            && activity.level_db > self.voice_db - CROSSTALK_DB
            && !activity.tone;
        if !heard {
            return None;
        }
        let threshold = if self.before.is_some() { PERIODIC_KEEP } else { PERIODIC_BEGIN };
        pitch::track(spectrum, self.before).filter(|pitch| pitch.strength > threshold)
    }
}

/// The line's noise floor by minimum statistics.
struct Floor {
    smooth_db: f32,
    blocks: [f32; BLOCKS],
    current: f32,
    steps: u32,
}

impl Floor {
    fn new() -> Self {
        Self { smooth_db: f32::NAN, blocks: [FLOOR_START_DB; BLOCKS], current: f32::INFINITY, steps: 0 }
    }

    fn update(&mut self, level_db: f32) -> f32 {
        let level_db = level_db.max(FLOOR_MIN_DB);
        self.smooth_db =
            if self.smooth_db.is_nan() { level_db } else { 0.75 * self.smooth_db + 0.25 * level_db };
        self.current = self.current.min(self.smooth_db);
        self.steps += 1;
        if self.steps == BLOCK_STEPS {
            self.blocks.rotate_left(1);
            self.blocks[BLOCKS - 1] = self.current;
            self.current = f32::INFINITY;
            self.steps = 0;
        }
        self.blocks.iter().copied().fold(self.current, f32::min) + FLOOR_BIAS_DB
    }
}

/// Two spectral lines that stay where they are.
#[derive(Default)]
struct Tone {
    steps: u32,
    hz: f32,
    level_db: f32,
}

impl Tone {
    /// Whether the step is nearly pure, and whether it has been so for long.
    fn update(&mut self, lines: &Lines, level_db: f32) -> (bool, bool) {
        if lines.share < TONE_SHARE {
            *self = Self::default();
            return (false, false);
        }
        let hz = lines.centre_hz();
        let same = (hz - self.hz).abs() < TONE_DRIFT_HZ && (level_db - self.level_db).abs() < 3.0;
        self.steps = if same { self.steps + 1 } else { 1 };
        if self.steps == 1 {
            (self.hz, self.level_db) = (hz, level_db);
        }
        (true, self.steps >= TONE_STEPS)
    }
}

/// The two strongest lines. A line is as wide as the main lobe of a 40 ms Hann window: 100 Hz, seven bins.
fn two_lines(power: &[f32; BINS]) -> Lines {
    const HALF: usize = 3;
    let total: f32 = power.iter().sum();
    let peak_of = |skip: std::ops::Range<usize>| {
        let mut best = (0, 0.0);
        for (bin, &p) in power.iter().enumerate() {
            if p > best.1 && !skip.contains(&bin) {
                best = (bin, p);
            }
        }
        best.0
    };
    let line = |bin: usize| bin.saturating_sub(HALF)..(bin + HALF + 1).min(BINS);
    let first = line(peak_of(0..0));
    let wide = first.start.saturating_sub(HALF)..first.end + HALF;
    let second = line(peak_of(wide));
    let of = |line: std::ops::Range<usize>| {
        let (mut sum, mut moment) = (0.0, 0.0);
        for bin in line {
            sum += power[bin];
            moment += power[bin] * bin as f32;
        }
        (sum, moment / sum.max(f32::MIN_POSITIVE) * BIN_HZ)
    };
    let (one, other) = (of(first), of(second));
    let sum = one.0 + other.0;
    if sum <= 0.0 {
        return Lines::default();
    }
    let (low, high) = if one.1 <= other.1 { (one, other) } else { (other, one) };
    let twist_db = decibels(high.0 / sum) - decibels(low.0 / sum);
    Lines { share: sum / total, low_hz: low.1, high_hz: high.1, twist_db }
}
