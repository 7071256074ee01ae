//! Call-progress tones: which they are by their frequencies and by how they come and go (ITU-T E.180, E.182).
//!
//! | tone | China | North America, Korea | most of Europe | Japan |
//! |---|---|---|---|---|
//! | dial | 450 Hz | 350 + 440 | 425 | 400 |
//! | ring-back | 450, 1 s on, 4 s off | 440 + 480, 2 on, 4 off | 425, 1 on, 4 off | 400, 1 on, 2 off |
//! | busy | 450, 0.35 on and off | 480 + 620, 0.5 on and off | 425, 0.5 or 0.25 on and off | 400, 0.5 on and off |
//!
//! 440 + 480 Hz are one line in a window of 40 ms, and are told by how they come and go. The 400 + 450 Hz of Britain's ring-back
//! are neither one line there nor two: they are no speech, but are not told either.

use super::LineSound;
use crate::activity::{Activity, Lines};

/// One line here is a tone of the network: 400 to 480 Hz, and what a line's filters do to it.
const NETWORK_HZ: std::ops::RangeInclusive<f32> = 390.0..=490.0;
/// How far a line of a pair may lie from its place, Hz.
const PAIR_HZ: f32 = 15.0;
/// A tone is marked in its tenth step.
const MARKED_AFTER: i64 = 9;
/// A shorter tone, in steps, is none: 0.3 s. Choice: longer than a whistled vowel.
const SHORTEST: i64 = 30;
/// A break this short is none: 50 ms.
const HICCUP: i64 = 5;
/// A tone that is the line's floor by now keeps its level within this, dB.
const SAME_DB: f32 = 2.0;
/// A tone this long without a break invites to dial: 2.6 s. No ring is longer than 2 s.
const DIAL: i64 = 260;
/// Tones between which less than this lies are those of an engaged line, and of ringing otherwise: 1.2 s.
const BUSY_OFF: i64 = 120;
/// One ring that nothing follows, answered at once: 0.8 to 2.5 s.
const RING: std::ops::RangeInclusive<i64> = 80..=250;
/// After so much of nothing the tones are over: the longest pause between rings is 5 s.
const OVER: i64 = 650;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tune {
    /// One line of the network's: how it comes and goes says what it is.
    Network,
    /// A pair that says by itself what it is.
    Sure(LineSound),
    /// Another machine's.
    Other,
}

/// Tones that belong together. Places are steps.
#[derive(Debug, Clone, Copy)]
struct Series {
    tune: Tune,
    from: i64,
    /// Where the tone that sounds, or sounded last, begins and ends.
    on: i64,
    to: i64,
    count: u32,
    longest_on: i64,
    longest_off: i64,
    level_db: f32,
    /// Steps of another tune since: where a tone begins or ends its lines may seem to lie elsewhere.
    strange: i64,
}

/// The tones so far.
#[derive(Default)]
pub(crate) struct Cadence {
    series: Option<Series>,
}

impl Cadence {
    /// Takes a step; a series that is over comes out.
    pub(crate) fn step(&mut self, at: i64, activity: &Activity) -> Option<(LineSound, i64, i64)> {
        if !activity.tone || activity.keys {
            return self.pause(at, activity);
        }
        let tune = tune(&activity.lines);
        if let Some(series) = self.series.as_mut().filter(|series| series.tune != tune) {
            series.strange += 1;
            if series.strange < HICCUP {
                return None;
            }
        }
        let Some(series) = self.series.as_mut().filter(|series| series.tune == tune) else {
            let ended = self.end();
            let on = at - MARKED_AFTER;
            let (to, level_db) = (at + 1, activity.level_db);
            self.series = Some(Series {
                tune,
                from: on,
                on,
                to,
                count: 1,
                longest_on: 0,
                longest_off: 0,
                level_db,
                strange: 0,
            });
            return ended;
        };
        let off = at - MARKED_AFTER - series.to;
        if off > HICCUP {
            series.longest_on = series.longest_on.max(series.to - series.on);
            series.longest_off = series.longest_off.max(off);
            series.on = at - MARKED_AFTER;
            series.count += 1;
        }
        (series.to, series.level_db, series.strange) = (at + 1, activity.level_db, 0);
        None
    }

    /// A tone that has lasted becomes the line's floor, which no gate lets pass: it goes on as long as its level does.
    fn pause(&mut self, at: i64, activity: &Activity) -> Option<(LineSound, i64, i64)> {
        let series = self.series.as_mut()?;
        if !activity.heard && series.to == at && (activity.level_db - series.level_db).abs() < SAME_DB {
            series.to = at + 1;
        }
        if at - series.to > OVER { self.end() } else { None }
    }

    /// Whether a tone sounds in this step.
    pub(crate) fn sounds(&self, at: i64) -> bool {
        self.series.is_some_and(|series| series.to > at)
    }

    /// The series that is under way ends here.
    pub(crate) fn end(&mut self) -> Option<(LineSound, i64, i64)> {
        let series = self.series.take()?;
        let longest = series.longest_on.max(series.to - series.on);
        let sound = match series.tune {
            Tune::Sure(sound) => sound,
            Tune::Network if longest >= DIAL => LineSound::DialTone,
            Tune::Network if series.count >= 2 && series.longest_off >= BUSY_OFF => LineSound::RingBack,
            Tune::Network if series.count >= 3 => LineSound::BusyTone,
            Tune::Network if series.count == 1 && RING.contains(&longest) => LineSound::RingBack,
            Tune::Network | Tune::Other => LineSound::Tone,
        };
        (longest >= SHORTEST || (series.count >= 3 && sound == LineSound::BusyTone)).then_some((
            sound,
            series.from,
            series.to,
        ))
    }

    /// From and until where tones are known that are not out yet.
    pub(crate) fn pending(&self) -> Option<(i64, i64)> {
        self.series
            .filter(|series| series.to - series.from >= SHORTEST)
            .map(|series| (series.from, series.to))
    }
}

fn tune(lines: &Lines) -> Tune {
    let is =
        |low: f32, high: f32| (lines.low_hz - low).abs() < PAIR_HZ && (lines.high_hz - high).abs() < PAIR_HZ;
    match lines.single() {
        Some(hz) if NETWORK_HZ.contains(&hz) => Tune::Network,
        Some(_) => Tune::Other,
        None if is(350.0, 440.0) => Tune::Sure(LineSound::DialTone),
        None if is(480.0, 620.0) => Tune::Sure(LineSound::BusyTone),
        None if NETWORK_HZ.contains(&lines.low_hz) && NETWORK_HZ.contains(&lines.high_hz) => Tune::Network,
        None => Tune::Other,
    }
}
