//! Answers with their evidence, and what they come to.

use std::ops::Range;

use calmline_core::Share;
use serde::Serialize;

use super::scorecard::{Kind, Scorecard};

/// An answer to a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Yes.
    Yes,
    /// No.
    No,
    /// The call gave no occasion for it.
    NotApplicable,
    /// 1 to 5 points.
    Points(u8),
}

/// A place in the transcript.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Evidence {
    /// Which utterance, from 0.
    pub utterance: usize,
    /// Which bytes of its text.
    pub span: Range<usize>,
}

/// Why a person is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Asks {
    /// The software is not sure enough.
    Unsure,
    /// It would fail the whole call.
    AutoFail,
    /// No rule could say.
    Judgement,
}

impl Asks {
    /// The code of the catalogue.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Unsure => "quality.asks.unsure",
            Self::AutoFail => "quality.asks.auto_fail",
            Self::Judgement => "quality.asks.judgement",
        }
    }
}

/// One question answered.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Answered {
    /// Which question.
    pub question: String,
    /// The answer, or what the software thinks while it asks; none where it has nothing to say.
    pub answer: Option<Answer>,
    /// How sure it is; 1 where a person answered.
    pub confidence: Share,
    /// Where it stands.
    pub evidence: Vec<Evidence>,
    /// Why a person is asked; none where the answer stands.
    pub asks: Option<Asks>,
}

/// A scorecard filled in.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Score {
    /// Of which scorecard.
    pub scorecard: String,
    /// In which version.
    pub version: u32,
    /// The answers, in the order of the questions.
    pub answers: Vec<Answered>,
}

impl Score {
    /// How many questions a person still has to answer.
    #[must_use]
    pub fn open(&self) -> usize {
        self.answers.iter().filter(|one| one.asks.is_some()).count()
    }

    /// What it comes to, 0 to 1, by weight over the questions that applied; none while a question is open, where none applied, or for
    /// another version of the scorecard. A confirmed auto-fail makes it 0.
    #[must_use]
    pub fn total(&self, card: &Scorecard) -> Option<f64> {
        if self.open() > 0 || (card.id.as_str(), card.version) != (self.scorecard.as_str(), self.version) {
            return None;
        }
        let (mut got, mut all) = (0.0, 0.0);
        for one in &self.answers {
            let question = card.question(&one.question)?;
            let share = match one.answer? {
                Answer::NotApplicable => continue,
                Answer::No if question.kind == Kind::AutoFail => return Some(0.0),
                Answer::Yes => 1.0,
                Answer::No => 0.0,
                Answer::Points(points) => f64::from(points.clamp(1, 5) - 1) / 4.0,
            };
            got += share * f64::from(question.weight);
            all += f64::from(question.weight);
        }
        (all > 0.0).then(|| got / all)
    }
}
