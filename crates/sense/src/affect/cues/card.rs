//! What each cue looks at, and how well it did on speech that it was not made on.
//!
//! The directions are those that studies report, weighted equally; half of that where they disagree. Nothing is fitted but
//! the spread of the measures ([`super::usual`]), on the neutral speech of EMO-DB.
//!
//! * *tenser*: pitch up, more power above 1 kHz; less surely livelier pitch and faster speech (Scherer 2003, "Vocal
//!   communication of emotion", table 5; Hollien 1980; Kirchhübel, Howard & Stedmon 2011, "Acoustic correlates of speech
//!   when under stress"; Giddens et al. 2013, "Vocal indices of stress: a review", who find pitch alone reliable).
//! * *lower*: pitch, its range and movement down, weaker stress on words, slower, more pauses (Juslin & Laukka 2003,
//!   "Communication of emotions in vocal expression and music performance", table 11, sadness; Cummins et al. 2015, "A review
//!   of depression and suicide risk assessment using speech analysis"). How loud the voice is plays no part.
//! * *uneasier*: pitch up and unsteady, tremor, faster; less surely uneven pauses and drawn-out sounds (Juslin & Laukka 2003,
//!   fear; Laukka et al. 2008, "In a nervous voice"; Goberman et al. 2011, hesitations of anxious speakers).
//!
//! A cue is shown to people only if it was better than chance on each corpus that it was not made on; `calmline evaluate
//! affect --task cues` measures it again, and says so where this card is not borne out.

use calmline_core::event::CueKind;

use super::measures::Measure;

/// A cue, and how well it did.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Card {
    /// Which cue.
    pub kind: CueKind,
    /// What it looks at, and how much each counts; negative where a fall counts.
    pub weights: &'static [(Measure, f64)],
    /// Whether people are told.
    pub shown: bool,
    /// How often held-out calm speech passed for it: the highest share of the corpora that it was not made on.
    pub false_alarms: f64,
}

/// From so many deviations on a cue is told: two, beyond which lie 2.3 % of a normal distribution.
pub const SHOWN_FROM: f64 = 2.0;

/// The cues.
pub const CARDS: [Card; 3] = [
    Card {
        kind: CueKind::Tenser,
        weights: &[
            (Measure::Pitch, 1.0),
            (Measure::Balance, 1.0),
            (Measure::Movement, 0.5),
            (Measure::Pace, 0.5),
        ],
        shown: true,
        false_alarms: 0.05,
    },
    Card {
        kind: CueKind::Lower,
        weights: &[
            (Measure::Pitch, -1.0),
            (Measure::Range, -1.0),
            (Measure::Movement, -1.0),
            (Measure::Dynamics, -1.0),
            (Measure::Pace, -1.0),
            (Measure::Pauses, 1.0),
        ],
        shown: false,
        false_alarms: 0.05,
    },
    Card {
        kind: CueKind::Uneasier,
        weights: &[
            (Measure::Pitch, 1.0),
            (Measure::Tremor, 1.0),
            (Measure::Movement, 1.0),
            (Measure::Pace, 1.0),
            (Measure::Unevenness, 0.5),
            (Measure::Hesitation, 0.5),
        ],
        shown: false,
        false_alarms: 0.07,
    },
];
