//! What words show, for texts that come from files: evaluation, training, tests. Words out of a call are read by
//! [`Reader`](crate::Reader) alone, under its permit.
//!
//! All three readings take a text as speech recognition or a typist wrote it, in English, Chinese or both.

mod abuse;
mod crisis;
mod emotion;
mod evidence;
mod help;
mod models;
mod phrases;
mod politeness;
mod sentiment;

pub use calmline_core::event::AbuseKind;
pub use emotion::{Emotions, FELT};
pub use evidence::{Sign, evidence};
pub use models::MODELS;

use calmline_core::{
    Share,
    event::{Abuse, Target, WordSigns},
};

use crate::{ngrams::ngrams, normal::normalise, script};

/// An abuse reading from here on counts as abuse. The readings are set so that this rarely accuses falsely; the
/// figures are in `models/MODEL_CARD.md`.
pub const ABUSIVE: f64 = 0.7;

/// A crisis reading from here on counts. Recall comes first: `tests/crisis.tsv` has what is found and what is not.
pub const CRISIS: f64 = 0.5;

/// A sentiment nearer to 0 than this counts as neutral (found on GoEmotions' development part).
pub const NEUTRAL: f64 = 0.2;

/// −1 (very negative) to 1 (very positive); 0 where nothing is said or the language is not one of ours.
#[must_use]
pub fn sentiment(text: &str) -> f64 {
    Turn::of(text).sentiment()
}

/// How surely the words abuse the listener, 0 to 1; [`ABUSIVE`] and over counts.
#[must_use]
pub fn abuse(text: &str) -> f64 {
    Turn::of(text).abuse()
}

/// How surely the speaker asks for a person, a supervisor or a complaint, or tells of an emergency, 0 to 1.
#[must_use]
pub fn help(text: &str) -> f64 {
    Turn::of(text).help()
}

/// How surely the speaker is in danger from themselves or tells of somebody who is, 0 to 1; [`CRISIS`] and over counts.
/// A text about it goes to a person at once, whatever else it is about.
#[must_use]
pub fn crisis(text: &str) -> f64 {
    Turn::of(text).crisis()
}

/// What abuse of the listener the words hold: its kind and severity, 0 to 1; the severest first. Only wordings that the
/// lists know; the model of [`abuse`] names no kind.
#[must_use]
pub fn abuse_kinds(text: &str) -> Vec<(AbuseKind, f64)> {
    let turn = Turn::of(text);
    let mut kinds: Vec<(AbuseKind, f64)> = Vec::new();
    for (Abuse { kind, severity, .. }, _) in abuse::aimed(&turn.normal, turn.has_latin, turn.has_han) {
        match kinds.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, most)) => *most = most.max(severity.get()),
            None => kinds.push((kind, severity.get())),
        }
    }
    kinds.sort_by(|a, b| b.1.total_cmp(&a.1));
    kinds
}

/// How surely the words tell of each emotion.
#[must_use]
pub fn emotions(text: &str) -> Emotions {
    let turn = Turn::of(text);
    emotion::read(&turn.normal, turn.has_latin, turn.has_han).0
}

/// How politely the turn is worded, −1 (rude) to 1 (polite); 0 where no list knows a wording in it.
#[must_use]
pub fn politeness(text: &str) -> f64 {
    let turn = Turn::of(text);
    politeness::reading(&turn.normal, turn.has_latin, turn.has_han)
}

/// What events carry, rounded to three places.
pub(crate) fn signs(text: &str) -> WordSigns {
    let turn = Turn::of(text);
    let emotions = emotion::read(&turn.normal, turn.has_latin, turn.has_han).0;
    WordSigns {
        sentiment: (turn.sentiment() * 1000.0).round() / 1000.0,
        abuse: Share::new(turn.abuse()).rounded(),
        help: Share::new(turn.help()).rounded(),
        crisis: Share::new(turn.crisis()).rounded(),
        anger: Share::new(emotions.anger).rounded(),
        distress: Share::new(emotions.distress()).rounded(),
        wording: turn.severest(),
    }
}

/// A text made ready once for all readings.
struct Turn {
    normal: String,
    grams: Vec<u32>,
    language: Option<&'static str>,
    has_latin: bool,
    has_han: bool,
}

impl Turn {
    fn of(text: &str) -> Self {
        let normal = normalise(text);
        Self {
            grams: ngrams(&normal),
            language: script::language_of(&normal),
            has_latin: normal.bytes().any(|byte| byte.is_ascii_lowercase()),
            has_han: normal.chars().any(script::is_han),
            normal,
        }
    }

    fn sentiment(&self) -> f64 {
        match self.language {
            Some("zh") => sentiment::chinese(&self.normal),
            Some(_) => sentiment::english(&self.normal, &self.grams),
            None => 0.0,
        }
    }

    fn abuse(&self) -> f64 {
        let lexicon = abuse::lexicon(&self.normal, self.has_latin, self.has_han);
        if lexicon.elsewhere {
            return lexicon.reading;
        }
        let model = match self.language {
            Some("zh") => models::abuse_zh(),
            Some(_) => models::abuse_en(),
            None => None,
        };
        let learnt = model.and_then(|model| model.probabilities(&self.grams).last().copied()).unwrap_or(0.0);
        // The Chinese model knows offence in web comments, mostly against groups. On service calls it alone would accuse
        // one turn in twenty, so it may raise suspicion, but the verdict takes an insult that the lexicon knows.
        let alone = self.language == Some("zh") && lexicon.reading < abuse::UNCLEAR;
        lexicon.reading.max(if alone { suspicion(learnt) } else { learnt })
    }

    fn help(&self) -> f64 {
        help::reading(&self.normal, self.has_latin, self.has_han).max(self.crisis())
    }

    /// The severest abusive wording; one that is aimed at the listener goes before all others.
    fn severest(&self) -> Option<Abuse> {
        let rank = |abuse: &Abuse| (abuse.target == Target::Listener, abuse.severity.get());
        abuse::wordings(&self.normal, self.has_latin, self.has_han)
            .into_iter()
            .map(|(abuse, _)| abuse)
            .max_by(|a, b| rank(a).partial_cmp(&rank(b)).unwrap_or(std::cmp::Ordering::Equal))
    }

    fn crisis(&self) -> f64 {
        let found = crisis::find(&self.normal, self.has_latin, self.has_han);
        found.iter().map(|(_, weight)| *weight).fold(0.0, f64::max)
    }
}

/// Squeezes what lies above 0.65 into 0.65 to 0.69, order kept: under [`ABUSIVE`].
fn suspicion(learnt: f64) -> f64 {
    learnt.min(0.65 + (learnt - 0.65).max(0.0) / 9.0)
}

#[cfg(test)]
mod tests;
