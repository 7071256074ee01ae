//! Music, told from voices by its partials: those of instruments stay where they are for a good part of a second, those of
//! a voice move with its melody all the time, and in a window of 128 ms they blur.
//!
//! Every 160 ms a long spectrum is searched for peaks that the spectrum before had at the same place. The share of the
//! power in them, averaged over some seconds, parts music from speech of any language and mood: docs/acoustics.md has the
//! figures. Chosen on real music on hold and on the development data's speech; the idea that music is steadier than speech
//! is that of Hawley (1993) and of Saunders (1996), *Real-time discrimination of broadcast speech/music*.

use std::sync::{Arc, OnceLock};

use realfft::{RealFftPlanner, RealToComplex, num_complex::Complex};

use crate::{RATE, activity::Activity, frontend::HOP};

/// Samples of a long window: 128 ms.
const WINDOW: usize = 1_024;
const BINS: usize = WINDOW / 2 + 1;
const BIN_HZ: f32 = RATE as f32 / WINDOW as f32;
/// Steps between two windows, which so share no sample: 160 ms. The window is the end of that.
const STEPS: usize = 16;
const LEAD: usize = STEPS * HOP - WINDOW;
/// A block of which fewer steps passed the gate is not looked at.
const HEARD_STEPS: usize = 8;
/// Nor is one that is quieter: how far below the voice, or below full scale where no voice was heard, dB. Choice: the hum of a
/// line is steady, too.
const BELOW_VOICE_DB: f32 = 30.0;
const ALONE_DB: f32 = -50.0;
/// Where peaks are looked for, in bins: 156 to 3,400 Hz.
const BAND: std::ops::Range<usize> = 20..436;
/// A peak stands 9 dB over the valleys three and four bins beside it, and holds this share of the power.
const STANDS: f32 = 8.0;
const PEAK_SHARE: f32 = 1e-4;
/// A peak is the same one if it moved by less than this, and its power by less than 15 dB.
const SAME_HZ: f32 = 3.0;
const SAME_SHARE: f32 = 0.003;
const SAME_POWER: f32 = 32.0;
/// Peaks that are kept of a spectrum; the strongest of the first that many are what music has.
const PEAKS: usize = 48;
/// Blocks over which evidence for music is averaged, 3.2 s, and over which it must hold at last, 0.5 s.
const LONG: usize = 20;
const SHORT: usize = 3;
/// Music: this share of the power in this many steady peaks, or a larger share in fewer.
const ON_SHARE: f32 = 0.2;
const ON_PEAKS: f32 = 2.2;
const ON_SURE_SHARE: f32 = 0.35;
const ON_SURE_PEAKS: f32 = 1.0;
/// Or a voice that never pauses and has no syllables: of the steps above no more than 2 % have none, and in so many blocks its
/// level moves by less than this, dB. A flute sounds like that; in speech the level comes and goes three to eight times a second.
const ON_VOICED: usize = LONG * STEPS * 98 / 100;
const ON_HELD: usize = 9;
const HELD_DB: f32 = 6.0;
/// The share of a block of music.
const BLOCK_SHARE: f32 = 0.1;
/// Blocks of music hang together if they begin within so many steps: two blocks may lie between them.
const TOGETHER: i64 = 3 * STEPS as i64;
/// Music is over when there is so little of that over this many blocks, 1 s …
const OFF_SHARE: f32 = 0.1;
const OFF: usize = 6;
/// … or when for so many steps, 0.3 s, the level lies this far below the music's.
const REST_STEPS: u32 = 30;
const REST_DB: f32 = 15.0;

/// The window and the transform's plan, the same for every leg.
struct Tables {
    window: [f32; WINDOW],
    forward: Arc<dyn RealToComplex<f32>>,
}

fn tables() -> &'static Tables {
    static TABLES: OnceLock<Tables> = OnceLock::new();
    TABLES.get_or_init(|| {
        let mut window = [0.0; WINDOW];
        for (i, w) in window.iter_mut().enumerate() {
            *w = 0.5 - 0.5 * (std::f32::consts::TAU * (i as f32 + 0.5) / WINDOW as f32).cos();
        }
        Tables { window, forward: RealFftPlanner::new().plan_fft_forward(WINDOW) }
    })
}

/// A peak: its frequency in hertz and its power.
#[derive(Clone, Copy, Default)]
struct Peak {
    hz: f32,
    power: f32,
}

/// What a block showed.
#[derive(Clone, Copy, Default)]
struct Block {
    share: f32,
    peaks: f32,
    /// Steps of it that were taken for a voice.
    voiced: usize,
    /// All of it is one held note.
    held: bool,
    /// Its first step.
    from: i64,
}

impl Block {
    fn is_music(&self) -> bool {
        self.share >= BLOCK_SHARE || self.held
    }
}

/// What became of the music with a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    /// Music is heard; it began at this step.
    On(i64),
    /// Music is over; it ended at this step.
    Off(i64),
}

/// Listens for music.
pub(crate) struct Music {
    /// The samples of the block in progress.
    samples: [f32; STEPS * HOP],
    steps: usize,
    heard: usize,
    tones: usize,
    voiced: usize,
    quietest_db: f32,
    loudest_db: f32,
    buffer: Vec<f32>,
    bins: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
    peaks: [Peak; PEAKS],
    count: usize,
    /// The last blocks that were looked at, newest last.
    blocks: [Block; LONG],
    on: bool,
    level_db: f32,
    rest: u32,
}

impl Music {
    pub(crate) fn new() -> Self {
        Self {
            samples: [0.0; STEPS * HOP],
            steps: 0,
            heard: 0,
            tones: 0,
            voiced: 0,
            quietest_db: f32::INFINITY,
            loudest_db: f32::NEG_INFINITY,
            buffer: vec![0.0; WINDOW],
            bins: vec![Complex::default(); BINS],
            scratch: vec![Complex::default(); tables().forward.get_scratch_len()],
            peaks: [Peak::default(); PEAKS],
            count: 0,
            blocks: [Block::default(); LONG],
            on: false,
            level_db: 0.0,
            rest: 0,
        }
    }

    /// After a gap nothing is known.
    pub(crate) fn reset(&mut self) {
        self.begin_block();
        (self.count, self.rest) = (0, 0);
        self.blocks = [Block::default(); LONG];
        self.on = false;
    }

    /// Whether music is heard.
    pub(crate) fn on(&self) -> bool {
        self.on
    }

    /// Takes a step and its samples.
    pub(crate) fn step(&mut self, at: i64, hop: &[f32; HOP], activity: &Activity) -> Option<Turn> {
        self.samples[self.steps * HOP..][..HOP].copy_from_slice(hop);
        self.heard += usize::from(activity.heard);
        self.tones += usize::from(activity.tone);
        self.voiced += usize::from(activity.pitch.is_some());
        self.quietest_db = self.quietest_db.min(activity.level_db);
        self.loudest_db = self.loudest_db.max(activity.level_db);
        self.steps += 1;
        if self.rests(activity.level_db) {
            self.begin_block();
            self.count = 0;
            // What comes now has to prove itself anew.
            self.blocks = [Block::default(); LONG];
            return Some(self.off(at));
        }
        if self.steps < STEPS {
            return None;
        }
        let least_db = activity.voice_db.map_or(ALONE_DB, |voice| voice - BELOW_VOICE_DB);
        let faint = self.heard < HEARD_STEPS || self.loudest_db < least_db;
        let skipped = (faint && !self.on) || self.tones >= STEPS / 2;
        let held = self.voiced == STEPS && self.loudest_db - self.quietest_db < HELD_DB;
        let known = Block { voiced: self.voiced, held, from: at + 1 - STEPS as i64, ..Block::default() };
        self.begin_block();
        if skipped {
            self.count = 0;
            return None;
        }
        let block = self.look(known);
        self.blocks.rotate_left(1);
        self.blocks[LONG - 1] = block;
        self.turn(at, activity.level_db)
    }

    fn begin_block(&mut self) {
        (self.steps, self.heard, self.tones, self.voiced) = (0, 0, 0, 0);
        (self.quietest_db, self.loudest_db) = (f32::INFINITY, f32::NEG_INFINITY);
    }

    fn turn(&mut self, at: i64, level_db: f32) -> Option<Turn> {
        if self.on {
            let (share, _) = self.mean(OFF);
            return (share < OFF_SHARE && !self.held(OFF)).then(|| {
                let last = self.blocks.iter().rfind(|block| block.is_music());
                let to = last.map_or(at, |block| block.from + STEPS as i64);
                self.off(to)
            });
        }
        let ((long, peaks), (short, _)) = (self.mean(LONG), self.mean(SHORT));
        let steady = short >= ON_SHARE
            && ((long >= ON_SHARE && peaks >= ON_PEAKS) || (long >= ON_SURE_SHARE && peaks >= ON_SURE_PEAKS));
        (steady || self.held(LONG)).then(|| {
            self.on = true;
            self.level_db = level_db;
            Turn::On(self.began(at))
        })
    }

    /// Where the music that is heard at this step began: with the first block of those that hang together.
    fn began(&self, at: i64) -> i64 {
        let mut from = at;
        for block in self.blocks.iter().rev().filter(|block| block.is_music()) {
            if from - block.from > TOGETHER {
                break;
            }
            from = block.from;
        }
        from
    }

    /// Whether the last blocks are a voice without pauses and syllables.
    fn held(&self, last: usize) -> bool {
        let blocks = &self.blocks[LONG - last..];
        let voiced: usize = blocks.iter().map(|block| block.voiced).sum();
        let held = blocks.iter().filter(|block| block.held).count();
        voiced * LONG >= ON_VOICED * last && held * LONG >= ON_HELD * last
    }

    fn off(&mut self, to: i64) -> Turn {
        self.on = false;
        self.rest = 0;
        Turn::Off(to)
    }

    /// Whether the music has stopped by its level, which it follows slowly.
    fn rests(&mut self, level_db: f32) -> bool {
        if !self.on {
            return false;
        }
        if level_db > self.level_db - REST_DB {
            self.level_db += 0.01 * (level_db - self.level_db);
            self.rest = 0;
        } else {
            self.rest += 1;
        }
        self.rest >= REST_STEPS
    }

    fn mean(&self, last: usize) -> (f32, f32) {
        let blocks = &self.blocks[LONG - last..];
        let sum = |of: fn(&Block) -> f32| blocks.iter().map(of).sum::<f32>() / last as f32;
        (sum(|block| block.share), sum(|block| block.peaks))
    }

    /// Transforms the window, and compares its peaks with those of the window before.
    fn look(&mut self, mut block: Block) -> Block {
        let tables = tables();
        for ((out, sample), w) in self.buffer.iter_mut().zip(&self.samples[LEAD..]).zip(&tables.window) {
            *out = sample * w;
        }
        // The lengths are fixed, so the transform cannot fail; if it did, the block would look like silence.
        let done = tables.forward.process_with_scratch(&mut self.buffer, &mut self.bins, &mut self.scratch);
        if done.is_err() {
            self.bins.fill(Complex::default());
        }
        let power = &mut self.buffer[..BINS];
        for (power, bin) in power.iter_mut().zip(&self.bins) {
            *power = bin.norm_sqr();
        }
        let total: f32 = power[BAND].iter().sum();
        let mut found = [Peak::default(); PEAKS];
        let mut count = 0;
        for bin in BAND {
            if count < PEAKS && stands(power, bin, total) {
                found[count] = peak(power, bin);
                count += 1;
            }
        }
        for peak in &found[..count] {
            if self.peaks[..self.count].iter().any(|before| same(*peak, *before)) {
                block.share += peak.power / total;
                block.peaks += 1.0;
            }
        }
        (self.peaks, self.count) = (found, count);
        block
    }
}

fn stands(power: &[f32], bin: usize, total: f32) -> bool {
    let p = power[bin];
    p > power[bin - 1]
        && p >= power[bin + 1]
        && p > total * PEAK_SHARE
        && p > STANDS * power[bin - 4].min(power[bin - 3]).max(power[bin + 4].min(power[bin + 3]))
}

/// A parabola through the logarithms of three bins finds the frequency between them.
fn peak(power: &[f32], bin: usize) -> Peak {
    let log = |bin: usize| power[bin].max(f32::MIN_POSITIVE).ln();
    let (left, middle, right) = (log(bin - 1), log(bin), log(bin + 1));
    let bend = left - 2.0 * middle + right;
    let shift = if bend < 0.0 { (0.5 * (left - right) / bend).clamp(-0.5, 0.5) } else { 0.0 };
    Peak { hz: (bin as f32 + shift) * BIN_HZ, power: power[bin - 2..=bin + 2].iter().sum() }
}

fn same(peak: Peak, before: Peak) -> bool {
    (peak.hz - before.hz).abs() < SAME_HZ.max(SAME_SHARE * peak.hz)
        && before.power < peak.power * SAME_POWER
        && before.power * SAME_POWER > peak.power
}
