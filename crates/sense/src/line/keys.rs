//! The keys of a telephone: two tones at once (ITU-T Q.23), told from voices as Q.24 asks of a receiver.
//!
//! That a key sounds is all that is known here: which one is never worked out further than to see that it is one, for
//! digits are card numbers.

use crate::activity::Lines;

/// The frequencies of a keypad's rows and columns, Hz (Q.23).
const ROWS: [f32; 4] = [697.0, 770.0, 852.0, 941.0];
const COLUMNS: [f32; 4] = [1_209.0, 1_336.0, 1_477.0, 1_633.0];
/// A receiver takes what is off by 1.5 % and refuses what is off by 3.5 % (Q.24, table A-1); between them is free.
const OFF: f32 = 0.025;
/// The column's level over the row's: −8 to +4 dB (Q.24, table A-1, AT&T), and a decibel for our own measuring.
const TWIST_DB: std::ops::RangeInclusive<f32> = -9.0..=5.0;
/// The share of the power that lies in the two tones. Choice: of a tone of 40 ms in a window of 40 ms some spills over.
const SHARE: f32 = 0.8;
/// Steps of the same key: 40 ms are a key and 23 ms are none (Q.24). A window of 40 ms shows a key of 40 ms for four steps.
const STEPS: u32 = 4;

/// Whether a key sounds, step by step.
#[derive(Default)]
pub(crate) struct Keys {
    key: Option<(usize, usize)>,
    steps: u32,
}

impl Keys {
    /// Whether this step is like that of a key, and whether a key has sounded for long enough.
    pub(crate) fn update(&mut self, lines: &Lines) -> (bool, bool) {
        let key = key(lines);
        self.steps = if key.is_some() && key == self.key { self.steps + 1 } else { u32::from(key.is_some()) };
        self.key = key;
        (self.steps > 0, self.steps >= STEPS)
    }
}

/// Row and column, if the lines are those of a key.
fn key(lines: &Lines) -> Option<(usize, usize)> {
    if lines.share < SHARE || !TWIST_DB.contains(&lines.twist_db) {
        return None;
    }
    let near = |hz: f32, of: &[f32; 4]| of.iter().position(|nominal| (hz / nominal - 1.0).abs() < OFF);
    Some((near(lines.low_hz, &ROWS)?, near(lines.high_hz, &COLUMNS)?))
}
