//! One practice call, from the first line to the last.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{
    lines::{Chooser, Stock},
    scenario::{GoalKind, Scenario},
    state::{Cause, Mood, State, Step},
    tone::{Tone, ToneNote},
    turn::{Known, Turn},
};
use crate::acts::Act;

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Everything was settled.
    Resolved,
    /// It was handed to somebody who can act.
    HandedOver,
    /// The agent ended it after two warnings.
    EndedByPolicy,
    /// The caller's patience ran out.
    Unresolved,
    /// The caller hung up.
    HungUp,
}

impl Outcome {
    /// Whether it is a good end.
    #[must_use]
    pub fn is_good(self) -> bool {
        matches!(self, Self::Resolved | Self::HandedOver | Self::EndedByPolicy)
    }

    /// The code of the catalogue.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Resolved => "practice.outcome.resolved",
            Self::HandedOver => "practice.outcome.handed_over",
            Self::EndedByPolicy => "practice.outcome.ended_by_policy",
            Self::Unresolved => "practice.outcome.unresolved",
            Self::HungUp => "practice.outcome.hung_up",
        }
    }
}

/// What might help next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hint {
    /// The code of the catalogue.
    pub code: &'static str,
    /// What it is about, in the scenario's words.
    pub about: Option<String>,
}

/// What the caller says, and how they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reply {
    /// Their words.
    pub line: String,
    /// How they are now.
    pub mood: Mood,
    /// What moved them.
    pub steps: Vec<Step>,
    /// How the call ended, if it did.
    pub outcome: Option<Outcome>,
    /// What might help next, where hints are on.
    pub hint: Option<Hint>,
}

/// A turn of the agent as it was played.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Played {
    pub text: String,
    pub turn: Turn,
    pub steps: Vec<Step>,
    pub before: State,
}

/// From so much heat on a caller does not let go even though all is settled.
const LETS_GO_BELOW: i32 = 60;
/// So many limits are warnings; the next one ends the call.
const WARNINGS: u8 = 2;
/// The longest turn that is read, in bytes; the rest of a longer one is passed over.
const LONGEST: usize = 4_000;

/// A practice call.
#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    pub(super) scenario: Arc<Scenario>,
    pub(super) state: State,
    pub(super) known: Known,
    pub(super) played: Vec<Played>,
    pub(super) hints: bool,
    pub(super) outcome: Option<Outcome>,
    notes: Vec<ToneNote>,
    chooser: Chooser,
    opening: String,
    settled: bool,
}

impl Session {
    /// Opens a call. The same scenario, seed and turns give the same call.
    #[must_use]
    pub fn open(scenario: Arc<Scenario>, seed: u64, hints: bool) -> Self {
        let caller = &scenario.caller;
        let state = State::new(caller.temper, *caller.heat.get_ref(), *scenario.difficulty.get_ref());
        let mut chooser = Chooser::new(seed);
        let opening = chooser.pick("opening", scenario.opening.get_ref());
        Self {
            state,
            known: Known::default(),
            played: Vec::new(),
            hints,
            outcome: None,
            notes: Vec::new(),
            chooser,
            opening,
            settled: false,
            scenario,
        }
    }

    /// What the caller says first.
    #[must_use]
    pub fn opening(&self) -> &str {
        &self.opening
    }

    /// How the caller is.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// How it ended, if it did.
    #[must_use]
    pub fn outcome(&self) -> Option<Outcome> {
        self.outcome
    }

    /// Whether hints were on: then it says little about what the agent can do unaided.
    #[must_use]
    pub fn is_aided(&self) -> bool {
        self.hints
    }

    /// The agent says something; an empty text is silence. None once the call is over.
    pub fn say(&mut self, text: &str) -> Option<Reply> {
        if self.outcome.is_some() {
            return None;
        }
        let text = &text[..text.floor_char_boundary(LONGEST)];
        let turn = Turn::read(text, &self.scenario, &self.known);
        let before = self.state;
        let steps = self.state.take(&turn);
        self.known.facts.extend(&turn.asked);
        // An abusive caller gets nothing settled while they are let go on.
        if !before.abusing || turn.has(Act::Limit) {
            self.known.goals.extend(&turn.reached);
        }
        self.known.said.push(text.trim().to_owned());
        self.outcome = self.ended(&turn);
        let line = self.answer(&turn, &steps);
        let all = self.known.goals.len() == self.scenario.goals.len();
        self.settled = all && self.state.heat < LETS_GO_BELOW;
        self.played.push(Played { text: text.trim().to_owned(), turn, steps: steps.clone(), before });
        let hint = if self.hints && self.outcome.is_none() { Some(self.hint()) } else { None };
        Some(Reply { line, mood: self.state.mood(), steps, outcome: self.outcome, hint })
    }

    /// Notes how the agent's voice was in the last turn, for the learner alone.
    pub fn note(&mut self, tone: &Tone) {
        if let Some(turn) = self.played.len().checked_sub(1) {
            self.notes.extend(tone.note(turn));
        }
    }

    /// What was noted of the agent's voice: to be shown to the learner and to nobody else.
    #[must_use]
    pub fn tone_notes(&self) -> &[ToneNote] {
        &self.notes
    }

    fn ended(&self, turn: &Turn) -> Option<Outcome> {
        let goals = &self.scenario.goals;
        let done = |kind: fn(GoalKind) -> bool| {
            goals
                .iter()
                .enumerate()
                .filter(|(_, goal)| kind(goal.kind))
                .all(|(at, _)| self.known.goals.contains(&at))
        };
        let hands_over = goals.iter().any(|goal| goal.kind == GoalKind::HandOver);
        if self.state.limits > WARNINGS && turn.has(Act::Limit) {
            return Some(Outcome::EndedByPolicy);
        }
        if self.state.heat >= 100 || self.state.trust <= 0 {
            return Some(Outcome::HungUp);
        }
        let good = if hands_over { Outcome::HandedOver } else { Outcome::Resolved };
        if self.settled && !turn.is_harsh() && !turn.is_silent() {
            return Some(good);
        }
        if self.played.len() + 1 >= usize::from(*self.scenario.caller.patience.get_ref()) {
            let kept = done(|_| true) && self.state.heat < LETS_GO_BELOW;
            return Some(if kept { good } else { Outcome::Unresolved });
        }
        None
    }

    /// What the caller says to it: an ending, an answer, a retort, or what is on their mind.
    fn answer(&mut self, turn: &Turn, steps: &[Step]) -> String {
        let scenario = Arc::clone(&self.scenario);
        match self.outcome {
            Some(Outcome::EndedByPolicy) => return String::new(),
            Some(outcome) if outcome.is_good() => {
                return self.chooser.pick("resolved", &scenario.ending.resolved);
            }
            Some(_) => return self.chooser.pick("lost", &scenario.ending.lost),
            None => {}
        }
        let mut parts: Vec<String> = Vec::new();
        if let Some(kind) = retort(steps) {
            parts.push(self.chooser.pick(kind, Stock::of(scenario.language).caller(kind)));
        }
        for &at in turn.asked.iter().take(2) {
            parts.push(self.chooser.pick(&format!("fact {at}"), &scenario.facts[at].lines));
        }
        for &at in turn.reached.iter().filter(|at| self.known.goals.contains(at)).take(2) {
            parts.push(self.chooser.pick(&format!("goal {at}"), &scenario.goals[at].lines));
        }
        if !turn.is_useful() || self.state.abusing {
            let (key, lines) = match self.state.mood() {
                Mood::Calm | Mood::Uneasy => ("calm", &scenario.lines.calm),
                Mood::Upset if !self.state.abusing => ("upset", &scenario.lines.upset),
                _ => ("boiling", &scenario.lines.boiling),
            };
            parts.push(self.chooser.pick(key, lines));
        }
        let gap = if scenario.language == calmline_core::catalog::Lang::Zh { "" } else { " " };
        parts.join(gap)
    }

    fn hint(&self) -> Hint {
        let hint = |code, about: Option<&str>| Hint { code, about: about.map(str::to_owned) };
        let repeated = self
            .played
            .last()
            .is_some_and(|last| last.steps.iter().any(|step| step.cause == Cause::Repeated));
        if self.state.abusing {
            let code =
                if self.state.limits >= WARNINGS { "practice.hint.end" } else { "practice.hint.limit" };
            return hint(code, None);
        }
        if self.state.heat >= LETS_GO_BELOW {
            return hint("practice.hint.acknowledge", None);
        }
        if repeated {
            return hint("practice.hint.vary", None);
        }
        let fact = (0..self.scenario.facts.len()).find(|at| !self.known.facts.contains(at));
        if let Some(at) = fact {
            return hint("practice.hint.ask", Some(&self.scenario.facts[at].label));
        }
        match (0..self.scenario.goals.len()).find(|at| !self.known.goals.contains(at)) {
            Some(at) if self.scenario.goals[at].kind == GoalKind::Explain => {
                hint("practice.hint.explain", Some(&self.scenario.goals[at].label))
            }
            Some(at) => hint("practice.hint.offer", Some(&self.scenario.goals[at].label)),
            None => hint("practice.hint.recap", None),
        }
    }
}

/// Which stock lines fit what moved the caller most.
fn retort(steps: &[Step]) -> Option<&'static str> {
    let most = steps.iter().max_by_key(|step| step.heat.abs())?;
    Some(match most.cause {
        Cause::Blamed => "blamed",
        Cause::Dismissed => "dismissed",
        Cause::Interrupted => "interrupted",
        Cause::TalkedOver => "talked_over",
        Cause::Silence => "silence",
        Cause::Repeated => "repeated",
        Cause::LimitSet => "limit_set",
        Cause::Acknowledged => "heard",
        _ => return None,
    })
}
