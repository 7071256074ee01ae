//! A turn of the agent as the caller takes it.

use std::collections::BTreeSet;

use super::scenario::{GoalKind, Scenario};
use crate::{
    acts::{Act, read},
    file::any_in,
};

/// What a turn does, and what of the scenario it reaches.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Turn {
    pub acts: BTreeSet<Act>,
    /// The text is empty.
    silent: bool,
    /// The text was said before in this call.
    pub repeats: bool,
    /// Facts asked for now for the first time, by place.
    pub asked: Vec<usize>,
    /// Goals met now, by place.
    pub reached: Vec<usize>,
    /// Their numbers.
    pub found: usize,
    pub met: usize,
    pub explained: usize,
}

/// What is known and settled before the turn.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Known {
    pub facts: BTreeSet<usize>,
    pub goals: BTreeSet<usize>,
    pub said: Vec<String>,
}

impl Turn {
    /// Reads what an agent says.
    pub fn read(text: &str, scenario: &Scenario, known: &Known) -> Self {
        let text = text.trim();
        let acts: BTreeSet<Act> = read(text).into_iter().map(|found| found.act).collect();
        let asked: Vec<usize> = if acts.contains(&Act::Ask) {
            let new = |&at: &usize| !known.facts.contains(&at) && any_in(text, &scenario.facts[at].asked_by);
            (0..scenario.facts.len()).filter(new).collect()
        } else {
            Vec::new()
        };
        let reached: Vec<usize> =
            (0..scenario.goals.len()).filter(|&at| reaches(text, &acts, scenario, known, at)).collect();
        let explains = |at: &&usize| scenario.goals[**at].kind == GoalKind::Explain;
        let explained = reached.iter().filter(explains).count();
        Self {
            silent: text.is_empty(),
            repeats: known.said.iter().any(|said| said == text),
            found: asked.len(),
            met: reached.len() - explained,
            explained,
            asked,
            reached,
            acts,
        }
    }

    pub fn has(&self, act: Act) -> bool {
        self.acts.contains(&act)
    }

    pub fn is_silent(&self) -> bool {
        self.silent
    }

    /// Whether it brings the matter forward.
    pub fn is_useful(&self) -> bool {
        self.found + self.met + self.explained > 0
    }

    pub fn is_harsh(&self) -> bool {
        self.acts.iter().any(|act| act.is_harsh())
    }
}

fn reaches(text: &str, acts: &BTreeSet<Act>, scenario: &Scenario, known: &Known, at: usize) -> bool {
    let goal = &scenario.goals[at];
    let is_known = |key: &str| known.facts.iter().any(|&at| scenario.facts[at].key.get_ref() == key);
    !known.goals.contains(&at)
        && goal.kind.is_met_by(&acts.iter().copied().collect::<Vec<_>>())
        && goal.needs.iter().all(|need| is_known(need.get_ref()))
        && any_in(text, &goal.met_by)
}

impl GoalKind {
    /// Whether a turn with these acts can meet such a goal.
    pub(super) fn is_met_by(self, acts: &[Act]) -> bool {
        match self {
            Self::Offer | Self::HandOver => acts.contains(&Act::Offer),
            Self::Explain => acts.contains(&Act::Explain) || acts.contains(&Act::Offer),
        }
    }
}
