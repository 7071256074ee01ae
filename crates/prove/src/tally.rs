//! What is counted.

use std::collections::{BTreeMap, BTreeSet};

use calmline_core::{
    AgentId,
    event::{AlertOutcome, Objection},
};

use crate::figures::wilson;

/// Something of a kind that people were told, by its code of the catalogue: a prompt, an alert, a signal, an
/// offer of a break.
pub type Told = String;

/// In whose calls it was counted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// Everybody's.
    All,
    /// Those in which the caller spoke this language, by its ISO 639-1 code.
    Language(String),
    /// Those whose audio came by this protocol.
    Protocol(String),
}

/// How often something was told, and what people said of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally {
    /// How often it was told.
    pub shown: u64,
    /// How often the agent objected, by the way in which.
    pub objections: BTreeMap<Objection, u64>,
    /// What supervisors said became of it: helped, not needed, wrong.
    pub outcomes: [u64; 3],
    /// How often the agent whom it was about said in private that it was right and welcome, and how often they said anything.
    pub rated: [u64; 2],
    /// How often what it foretold came about.
    pub came_true: u64,
}

impl Tally {
    /// What agents said was wrong: the person or the reading.
    #[must_use]
    pub fn wrong(&self) -> u64 {
        let of = |objection| self.objections.get(&objection).copied().unwrap_or(0);
        of(Objection::WrongPerson) + of(Objection::WrongReading)
    }

    /// How many supervisors closed.
    #[must_use]
    pub fn closed(&self) -> u64 {
        self.outcomes.iter().sum()
    }

    /// How many said whether it was right: supervisors by an outcome, agents by a private rating.
    #[must_use]
    pub fn answers(&self) -> u64 {
        self.closed() + self.rated[1]
    }

    /// Of these, how many said that it was: a supervisor that it led to help or was right without, an agent that it was right and
    /// welcome.
    #[must_use]
    pub fn earned(&self) -> u64 {
        self.outcomes[0] + self.outcomes[1] + self.rated[0]
    }

    /// Whether more of it is wrong than may be, even at the lower end of the interval: by objections of agents, or by the
    /// answers of supervisors and agents. Of fewer than twenty nothing is concluded.
    #[must_use]
    pub fn is_under_review(&self) -> bool {
        let too_many = |wrong, all| {
            all >= crate::CONCLUSIVE
                && wilson(wrong, all).is_some_and(|share| share.low > crate::WRONG_AT_MOST)
        };
        too_many(self.wrong(), self.shown) || too_many(self.answers() - self.earned(), self.answers())
    }

    pub(crate) fn close(&mut self, outcome: AlertOutcome) {
        self.outcomes[match outcome {
            AlertOutcome::Helped => 0,
            AlertOutcome::NotNeeded => 1,
            AlertOutcome::Wrong => 2,
        }] += 1;
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.shown += other.shown;
        self.came_true += other.came_true;
        for (rated, count) in self.rated.iter_mut().zip(other.rated) {
            *rated += count;
        }
        for (objection, count) in &other.objections {
            *self.objections.entry(*objection).or_default() += count;
        }
        for (outcome, count) in self.outcomes.iter_mut().zip(other.outcomes) {
            *outcome += count;
        }
    }
}

/// A reading whose distribution is watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Score {
    /// Arousal in callers' voices.
    Arousal,
    /// Sentiment of callers' words.
    Sentiment,
    /// How surely callers' words are abusive.
    Abuse,
    /// How surely callers ask for help.
    Help,
}

impl Score {
    /// The word used in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Arousal => "arousal",
            Self::Sentiment => "sentiment",
            Self::Abuse => "abuse",
            Self::Help => "help",
        }
    }

    /// Its part of ten.
    pub(crate) fn part(self, value: f64) -> usize {
        let share = if self == Self::Sentiment { f64::midpoint(value, 1.0) } else { value };
        ((share.clamp(0.0, 1.0) * 10.0) as usize).min(9)
    }
}

/// One week of a site.
#[derive(Debug, Clone, Default)]
pub(crate) struct Week {
    pub(crate) tallies: BTreeMap<(Group, Told), Tally>,
    /// Who took calls; counted, never told.
    pub(crate) agents: BTreeMap<Group, BTreeSet<AgentId>>,
    pub(crate) scores: BTreeMap<Score, [u64; 10]>,
}
