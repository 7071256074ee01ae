//! What does not change: steady noise, and a line that carries nothing at all.

use super::LineSound;
use crate::activity::Activity;

/// Nothing that a line carries is quieter, in dB of full scale: three quarters of the smallest step of µ-law.
const DEAD_DB: f32 = -75.0;
/// A line that carries nothing for that long is worth telling, in steps: 20 s. Choice: with the silence suppression of many
/// networks shorter stretches are quite usual.
const DEAD_STEPS: i64 = 2_000;
/// Noise is judged over a second.
const BLOCK: i64 = 100;
/// Seconds of noise that are worth telling. Choice.
const NOISE_BLOCKS: u32 = 2;
/// How far noise lies below the voice at most, and how loud it is at least where no voice was heard. Choice: with less
/// than 20 dB listening takes effort.
const BELOW_VOICE_DB: f32 = 20.0;
const ALONE_DB: f32 = -50.0;
/// The mean deviation of a steady level, dB. White noise has 0.4 over a step.
const STEADY_DB: f32 = 1.5;

/// Watches the level.
#[derive(Default)]
pub(crate) struct Still {
    dead_since: Option<i64>,
    block: Block,
    noise: Option<(i64, i64, u32)>,
}

#[derive(Default)]
struct Block {
    steps: i64,
    sum: f32,
    moved: f32,
    before_db: f32,
    other: bool,
}

impl Still {
    /// Takes a step; `other` says that something else sounds. What is over comes out.
    pub(crate) fn step(
        &mut self,
        at: i64,
        activity: &Activity,
        other: bool,
        mut out: impl FnMut(LineSound, i64, i64),
    ) {
        if activity.level_db > DEAD_DB {
            self.end_dead(at, &mut out);
        } else {
            self.dead_since.get_or_insert(at);
        }
        let block = &mut self.block;
        block.other |= other || activity.speech || activity.tone;
        block.moved += if block.steps == 0 { 0.0 } else { (activity.level_db - block.before_db).abs() };
        block.before_db = activity.level_db;
        block.sum += activity.level_db;
        block.steps += 1;
        if block.steps == BLOCK {
            let block = std::mem::take(block);
            self.judge(at + 1, &block, activity.voice_db, &mut out);
        }
    }

    fn judge(
        &mut self,
        to: i64,
        block: &Block,
        voice_db: Option<f32>,
        out: &mut impl FnMut(LineSound, i64, i64),
    ) {
        // What lies under a voice cannot be judged: noise goes on through it.
        if block.other {
            return;
        }
        let (level_db, steady) = (block.sum / BLOCK as f32, block.moved / BLOCK as f32 <= STEADY_DB);
        if steady && level_db > voice_db.map_or(ALONE_DB, |voice| voice - BELOW_VOICE_DB) {
            let noise = self.noise.get_or_insert((to - BLOCK, to, 0));
            *noise = (noise.0, to, noise.2 + 1);
        } else {
            self.end_noise(out);
        }
    }

    /// What is under way ends here.
    pub(crate) fn end(&mut self, at: i64, mut out: impl FnMut(LineSound, i64, i64)) {
        self.end_dead(at, &mut out);
        self.end_noise(&mut out);
        *self = Self::default();
    }

    fn end_dead(&mut self, at: i64, out: &mut impl FnMut(LineSound, i64, i64)) {
        if let Some(since) = self.dead_since.take().filter(|since| at - since >= DEAD_STEPS) {
            out(LineSound::DeadLine, since, at);
        }
    }

    fn end_noise(&mut self, out: &mut impl FnMut(LineSound, i64, i64)) {
        if let Some((from, to, _)) = self.noise.take().filter(|noise| noise.2 >= NOISE_BLOCKS) {
            out(LineSound::SteadyNoise, from, to);
        }
    }
}
