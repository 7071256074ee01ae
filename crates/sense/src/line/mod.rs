//! What a line sounds of when nobody speaks on it: music, the tones of the network and of keys, noise, nothing at all.
//!
//! None of it tells anything about a person, so it needs no more than the permit to cut utterances, which it keeps machines out of.

mod cadence;
mod keys;
mod music;
mod still;

use calmline_core::event::SignalKind;

use self::{cadence::Cadence, music::Music, still::Still};
use crate::{activity::Activity, frontend::HOP};

pub(crate) use self::{keys::Keys, music::Turn};

/// A sound of the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineSound {
    /// Music.
    Music,
    /// The tone that invites to dial.
    DialTone,
    /// The tone that says that it rings elsewhere.
    RingBack,
    /// The tone that says that a line or the network is engaged.
    BusyTone,
    /// Keys of a telephone; which is not known here.
    Keys,
    /// Another machine's tone.
    Tone,
    /// Steady noise, not far below the voice.
    SteadyNoise,
    /// Nothing at all.
    DeadLine,
}

impl LineSound {
    /// The signal that tells of it.
    #[must_use]
    pub fn signal(self) -> SignalKind {
        match self {
            Self::Music => SignalKind::Music,
            Self::DialTone => SignalKind::DialTone,
            Self::RingBack => SignalKind::RingBack,
            Self::BusyTone => SignalKind::BusyTone,
            Self::Keys => SignalKind::Keys,
            Self::Tone => SignalKind::Tone,
            Self::SteadyNoise => SignalKind::SteadyNoise,
            Self::DeadLine => SignalKind::DeadLine,
        }
    }

    /// Whether it fills the time in which it sounds, so that no silence is there. Noise does not: people may well be
    /// silent in it.
    #[must_use]
    pub fn fills(self) -> bool {
        !matches!(self, Self::SteadyNoise | Self::DeadLine)
    }
}

/// Keys between which less than this lies, in steps, are told together: 2 s. Choice.
const KEYS_APART: i64 = 200;
/// A key is told in its fourth step.
const KEY_LEAD: i64 = 3;
/// Music that begins again within this many steps is the same music: 3 s. Choice.
const MUSIC_APART: i64 = 300;

/// A sound and its steps.
pub(crate) type Sounded = (LineSound, i64, i64);

/// Follows what the line sounds of.
pub(crate) struct Line {
    music: Music,
    cadence: Cadence,
    still: Still,
    /// Music so far, and keys so far: from and until when.
    played: Option<(i64, i64)>,
    pressed: Option<(i64, i64)>,
    /// Until when music was told: what is told next begins no earlier.
    told: i64,
}

impl Line {
    pub(crate) fn new() -> Self {
        Self {
            music: Music::new(),
            cadence: Cadence::default(),
            still: Still::default(),
            played: None,
            pressed: None,
            told: 0,
        }
    }

    /// Takes a step; what is over comes out in `out`, and whether music began or ended is said.
    pub(crate) fn step(
        &mut self,
        at: i64,
        hop: &[f32; HOP],
        activity: &Activity,
        out: &mut impl FnMut(Sounded),
    ) -> Option<Turn> {
        let turn = self.music.step(at, hop, activity);
        match turn {
            Some(Turn::On(from)) => {
                let from = self.played.map_or(from.max(self.told), |played| played.0);
                self.played = Some((from, at));
            }
            Some(Turn::Off(to)) => {
                self.played = self.played.map(|(from, _)| (from, to.max(from + 1)));
                self.told = to;
            }
            None if self.music.on() => self.played = self.played.map(|(from, _)| (from, at)),
            None => tell(&mut self.played, at, MUSIC_APART, LineSound::Music, out),
        }
        if activity.keys {
            let from = self.pressed.map_or(at - KEY_LEAD, |pressed| pressed.0);
            self.pressed = Some((from, at + 1));
        } else {
            tell(&mut self.pressed, at, KEYS_APART, LineSound::Keys, out);
        }
        if let Some(tones) = self.cadence.step(at, activity) {
            out(tones);
        }
        let other = self.music.on() || activity.keys || self.cadence.sounds(at);
        self.still.step(at, activity, other, |sound, from, to| out((sound, from, to)));
        turn
    }

    /// Somebody speaks, so what sounded before is over; noise and a voice go together.
    pub(crate) fn spoken(&mut self, out: &mut impl FnMut(Sounded)) {
        tell(&mut self.played, i64::MAX, 0, LineSound::Music, out);
        tell(&mut self.pressed, i64::MAX, 0, LineSound::Keys, out);
        if let Some(tones) = self.cadence.end() {
            out(tones);
        }
    }

    /// The audio ends or breaks off at this step.
    pub(crate) fn end(&mut self, at: i64, out: &mut impl FnMut(Sounded)) {
        self.spoken(out);
        self.still.end(at, |sound, from, to| out((sound, from, to)));
        self.music.reset();
        self.told = 0;
    }

    /// Whether music is heard.
    pub(crate) fn music(&self) -> bool {
        self.music.on()
    }

    /// The latest steps that sounds fill which are not out yet.
    pub(crate) fn pending(&self) -> impl Iterator<Item = (i64, i64)> {
        [self.played, self.pressed, self.cadence.pending()].into_iter().flatten()
    }
}

/// Tells a stretch that has been over for long enough.
fn tell(
    stretch: &mut Option<(i64, i64)>,
    at: i64,
    apart: i64,
    sound: LineSound,
    out: &mut impl FnMut(Sounded),
) {
    if let Some((from, to)) = stretch.take_if(|(_, to)| at - *to > apart) {
        out((sound, from, to));
    }
}
