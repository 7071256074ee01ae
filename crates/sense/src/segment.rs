//! Steps to utterances: a candidate becomes an utterance once it holds enough voice, an utterance ends with a pause, and
//! one that grows too long is cut at its weakest moment.

use crate::activity::Activity;

/// A pause this long ends an utterance: 600 ms, in steps.
pub(crate) const PAUSE: usize = 60;
/// An utterance is at most 12 s, padding included.
const LONGEST: usize = 1_200;
/// Padding before and after, in steps: what is cut off by a threshold is usually a consonant.
pub(crate) const PAD_BEFORE: usize = 15;
pub(crate) const PAD_AFTER: usize = 10;
/// Voiced steps without which a candidate is a noise: 120 ms, shorter than the shortest "yes" or "对".
const VOICED_MIN: u32 = 12;
/// A candidate without speech for that long is dropped: 300 ms.
const CANDIDATE_PAUSE: usize = 30;
/// After a forced cut each part is at least this long: 1 s.
const PART_MIN: usize = 100;
/// The level is averaged over this many steps where an utterance is cut.
const CUT_SMOOTH: usize = 7;

/// What became of a step. Steps count from the candidate's first one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    /// Nothing new.
    None,
    /// Nobody spoke: what was recorded of the candidate is void.
    Idle,
    /// The candidate is an utterance, which began at this step of the leg (padding included).
    Began(i64),
    /// The utterance was none: what was recorded of it is void, and so is that it began.
    Void,
    /// The utterance is over.
    Ended(Cut),
    /// The utterance was cut; another begins at its end.
    CutAt(Cut),
}

/// The steps of an utterance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cut {
    /// First step of the leg, padding included.
    pub(crate) from: i64,
    /// First step of the leg that is no longer in it, padding included.
    pub(crate) to: i64,
    /// How many of the recorded steps belong to it, without padding.
    pub(crate) steps: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Idle,
    Candidate,
    Speaking,
}

/// The state machine.
pub(crate) struct Segmenter {
    phase: Phase,
    /// The step of the leg at which the record begins.
    first: i64,
    /// The earliest step that padding may reach.
    free_from: i64,
    last_speech: usize,
    voiced: u32,
    levels: Vec<f32>,
}

impl Segmenter {
    pub(crate) fn new() -> Self {
        Self {
            phase: Phase::Idle,
            first: 0,
            free_from: 0,
            last_speech: 0,
            voiced: 0,
            levels: Vec::with_capacity(LONGEST + PAUSE),
        }
    }

    /// Whether steps are being recorded.
    pub(crate) fn recording(&self) -> bool {
        self.phase != Phase::Idle
    }

    /// Takes one step of the leg.
    pub(crate) fn step(&mut self, at: i64, activity: &Activity) -> Change {
        if self.phase == Phase::Idle {
            if activity.pitch.is_none() {
                return Change::None;
            }
            self.phase = Phase::Candidate;
            self.first = at;
            self.voiced = 0;
            self.levels.clear();
        }
        self.levels.push(activity.level_db);
        if activity.speech && !activity.tone {
            self.last_speech = self.levels.len() - 1;
        }
        self.voiced += u32::from(activity.pitch.is_some() && !activity.pure);
        if activity.tone && self.phase == Phase::Candidate {
            // What came before was the edge of a machine's tone.
            self.voiced = 0;
        }
        let quiet = self.levels.len() - 1 - self.last_speech;
        match self.phase {
            Phase::Idle => Change::None,
            Phase::Candidate if self.voiced >= VOICED_MIN => {
                self.phase = Phase::Speaking;
                Change::Began(self.from())
            }
            Phase::Candidate if quiet >= CANDIDATE_PAUSE || self.levels.len() > LONGEST / 2 => {
                self.phase = Phase::Idle;
                Change::Idle
            }
            Phase::Candidate => Change::None,
            Phase::Speaking if quiet >= PAUSE => Change::Ended(self.end()),
            Phase::Speaking if self.last_speech + 1 + PAD_BEFORE + PAD_AFTER >= LONGEST => {
                Change::CutAt(self.cut())
            }
            Phase::Speaking => Change::None,
        }
    }

    /// The stream ends or breaks off: closes the open utterance, drops a candidate.
    pub(crate) fn close(&mut self) -> Change {
        match self.phase {
            Phase::Speaking => Change::Ended(self.end()),
            Phase::Candidate => {
                self.phase = Phase::Idle;
                Change::Idle
            }
            Phase::Idle => Change::None,
        }
    }

    /// What sounds since this step is a machine: what was said before it is an utterance if it is long enough for one.
    pub(crate) fn give_up(&mut self, since: i64) -> Change {
        let before = usize::try_from(since - self.first).unwrap_or(0).min(self.levels.len());
        if self.phase == Phase::Speaking && before < PART_MIN {
            self.phase = Phase::Idle;
            return Change::Void;
        }
        self.levels.truncate(before);
        self.last_speech = self.last_speech.min(before.saturating_sub(1));
        self.close()
    }

    /// Listens again from this step on.
    pub(crate) fn resume(&mut self, at: i64) {
        self.free_from = at;
    }

    /// After a gap steps count from 0 again.
    pub(crate) fn restart(&mut self) {
        self.phase = Phase::Idle;
        self.free_from = 0;
    }

    fn from(&self) -> i64 {
        (self.first - PAD_BEFORE as i64).max(self.free_from)
    }

    fn end(&mut self) -> Cut {
        let steps = self.last_speech + 1;
        let heard = self.first + self.levels.len() as i64;
        let to = (self.first + (steps + PAD_AFTER) as i64).min(heard);
        let cut = Cut { from: self.from(), to, steps };
        self.phase = Phase::Idle;
        self.free_from = to;
        cut
    }

    fn cut(&mut self) -> Cut {
        let (low, high) = (LONGEST / 2, self.levels.len() - PART_MIN);
        let mean = |at: usize| self.levels[at - CUT_SMOOTH / 2..=at + CUT_SMOOTH / 2].iter().sum::<f32>();
        let steps = (low..high).min_by(|&a, &b| mean(a).total_cmp(&mean(b))).unwrap_or(low);
        let to = self.first + steps as i64;
        let cut = Cut { from: self.from(), to, steps };
        self.levels.drain(..steps);
        self.last_speech = self.last_speech.saturating_sub(steps);
        self.first = to;
        self.free_from = to;
        cut
    }
}
