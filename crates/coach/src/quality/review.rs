//! The way of a score: seen by the agent, confirmed by a person, appealed against, read by a second person, settled.
//!
//! ```text
//! Scored ──confirm──► Confirmed ──(appeal in time)──► Appealed ──settle──► Settled
//!    └───────────────appeal──────────────────────────────▲
//! ```

use calmline_core::{AccountId, Share, Timestamp};
use jiff::SignedDuration;

use super::{Answer, Asks, Kind, Score, Scorecard};
use crate::growth::{Observation, Source};

/// How long an agent may appeal after a score is confirmed: fourteen days. A choice; a site may agree on more elsewhere.
const APPEAL_WITHIN: SignedDuration = SignedDuration::from_hours(14 * 24);

/// Where a score is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The software has scored; the agent and the readers see it.
    Scored,
    /// A person has confirmed it.
    Confirmed,
    /// The agent has appealed; nobody but the agent and a second reader sees it.
    Appealed,
    /// The second reader has decided. There is no third.
    Settled,
}

/// Why something is not done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It is the agent's own score, and only they may appeal.
    #[error("only the agent whose call it is may appeal")]
    NotYours,
    /// It is the reader's own score.
    #[error("nobody reads a score of their own; ask another reader")]
    OwnScore,
    /// The second reader is the first.
    #[error("an appeal is read by somebody else than the first reader")]
    SameReader,
    /// Another reader is at it.
    #[error("another reader has begun; let them finish")]
    Taken,
    /// Questions are open.
    #[error("{count} questions wait for a person's answer; answer them first")]
    Open {
        /// How many.
        count: usize,
    },
    /// There is no such question, or its answer is of another kind.
    #[error("question {question}: there is none of this name, or the answer does not fit its kind")]
    NoSuchAnswer {
        /// Which.
        question: String,
    },
    /// It is too late, or too early.
    #[error("this cannot be done to a score that is {stage:?}")]
    Stage {
        /// Where it is.
        stage: Stage,
    },
    /// The time for appeals is over.
    #[error("the time for an appeal is over")]
    Late,
}

/// A score on its way.
#[derive(Debug, Clone, PartialEq)]
pub struct Review {
    agent: AccountId,
    score: Score,
    stage: Stage,
    reader: Option<AccountId>,
    second: Option<AccountId>,
    confirmed: Option<Timestamp>,
    /// What the score was before it was appealed against.
    before: Option<Score>,
}

impl Review {
    /// A score that the software made, of a call of this account's.
    #[must_use]
    pub fn open(agent: AccountId, score: Score) -> Self {
        Self { agent, score, stage: Stage::Scored, reader: None, second: None, confirmed: None, before: None }
    }

    /// Where it is.
    #[must_use]
    pub fn stage(&self) -> Stage {
        self.stage
    }

    /// The score as it stands.
    #[must_use]
    pub fn score(&self) -> &Score {
        &self.score
    }

    /// What it was before an appeal.
    #[must_use]
    pub fn before_appeal(&self) -> Option<&Score> {
        self.before.as_ref()
    }

    /// Whose call it is.
    #[must_use]
    pub fn agent(&self) -> &AccountId {
        &self.agent
    }

    /// Whether this account may read it now.
    ///
    /// # Errors
    /// Why not.
    pub fn may_read(&self, by: &AccountId) -> Result<(), Refused> {
        if *by == self.agent {
            return Err(Refused::OwnScore);
        }
        let at_it = match self.stage {
            Stage::Scored => &self.reader,
            Stage::Appealed if self.reader.as_ref() == Some(by) => return Err(Refused::SameReader),
            Stage::Appealed => &self.second,
            stage => return Err(Refused::Stage { stage }),
        };
        if at_it.as_ref().is_some_and(|other| other != by) { Err(Refused::Taken) } else { Ok(()) }
    }

    /// A reader answers a question, in place of the software.
    ///
    /// # Errors
    /// Where the reader may not, or the answer does not fit the scorecard.
    pub fn answer(
        &mut self,
        card: &Scorecard,
        by: &AccountId,
        question: &str,
        answer: Answer,
    ) -> Result<(), Refused> {
        self.may_read(by)?;
        let fits = card.question(question).is_some_and(|question| fits(question.kind, answer));
        let place = self.score.answers.iter_mut().find(|one| one.question == question).filter(|_| fits);
        let Some(one) = place else { return Err(Refused::NoSuchAnswer { question: question.to_owned() }) };
        one.answer = Some(answer);
        one.confidence = Share::new(1.0);
        one.asks = None;
        self.take(by);
        Ok(())
    }

    /// A reader confirms the score.
    ///
    /// # Errors
    /// Where the reader may not, or questions are open.
    pub fn confirm(&mut self, by: &AccountId, now: Timestamp) -> Result<(), Refused> {
        self.in_stage(Stage::Scored)?;
        self.may_read(by)?;
        self.closed()?;
        self.take(by);
        self.confirmed = Some(now);
        self.stage = Stage::Confirmed;
        Ok(())
    }

    /// The agent appeals against some answers, or against all where none is named. They are open again, for another reader.
    ///
    /// # Errors
    /// Where somebody else appeals, it is too late, or it was appealed before.
    pub fn appeal(&mut self, by: &AccountId, questions: &[&str], now: Timestamp) -> Result<(), Refused> {
        if *by != self.agent {
            return Err(Refused::NotYours);
        }
        if !matches!(self.stage, Stage::Scored | Stage::Confirmed) {
            return Err(Refused::Stage { stage: self.stage });
        }
        if self.confirmed.is_some_and(|confirmed| now.duration_since(confirmed) > APPEAL_WITHIN) {
            return Err(Refused::Late);
        }
        let known = |question: &&&str| self.score.answers.iter().all(|one| one.question != ***question);
        if let Some(unknown) = questions.iter().find(known) {
            return Err(Refused::NoSuchAnswer { question: (*unknown).to_owned() });
        }
        self.before = Some(self.score.clone());
        for one in &mut self.score.answers {
            if questions.is_empty() || questions.contains(&one.question.as_str()) {
                one.asks = Some(Asks::Judgement);
            }
        }
        self.stage = Stage::Appealed;
        Ok(())
    }

    /// The second reader decides.
    ///
    /// # Errors
    /// Where they may not, or questions are open.
    pub fn settle(&mut self, by: &AccountId) -> Result<(), Refused> {
        self.in_stage(Stage::Appealed)?;
        self.may_read(by)?;
        self.closed()?;
        self.take(by);
        self.stage = Stage::Settled;
        Ok(())
    }

    /// What it says of the agent's skills, once it is agreed: settled, or confirmed and not appealed against in time.
    #[must_use]
    pub fn observations(&self, card: &Scorecard, now: Timestamp) -> Vec<Observation> {
        let over = self.confirmed.is_some_and(|confirmed| now.duration_since(confirmed) > APPEAL_WITHIN);
        if !(self.stage == Stage::Settled || self.stage == Stage::Confirmed && over) {
            return Vec::new();
        }
        let seen = |one: &super::Answered| {
            let success = match one.answer? {
                Answer::Yes => true,
                Answer::No => false,
                Answer::Points(points) => points >= 4,
                Answer::NotApplicable => return None,
            };
            let skill = card.question(&one.question)?.skill?;
            Some(Observation { skill, success, at: now, source: Source::AgreedScore })
        };
        self.score.answers.iter().filter_map(seen).collect()
    }

    fn take(&mut self, by: &AccountId) {
        let place = if self.stage == Stage::Scored { &mut self.reader } else { &mut self.second };
        *place = Some(by.clone());
    }

    fn in_stage(&self, wanted: Stage) -> Result<(), Refused> {
        if self.stage == wanted { Ok(()) } else { Err(Refused::Stage { stage: self.stage }) }
    }

    fn closed(&self) -> Result<(), Refused> {
        match self.score.open() {
            0 => Ok(()),
            count => Err(Refused::Open { count }),
        }
    }
}

/// Whether an answer is of a question's kind.
fn fits(kind: Kind, answer: Answer) -> bool {
    match answer {
        Answer::NotApplicable => true,
        Answer::Yes | Answer::No => kind != Kind::Scale,
        Answer::Points(points) => kind == Kind::Scale && (1..=5).contains(&points),
    }
}
