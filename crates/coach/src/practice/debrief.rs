//! What a call showed: where it turned, what might have been said instead, and scores with their reasons.

use calmline_core::event::Reason;
use serde::{Deserialize, Serialize};

use super::{
    lines::Stock,
    scenario::{GoalKind, Scenario},
    session::{Outcome, Played, Session},
    state::{Cause, Mood},
    turn::Known,
};
use crate::acts::Act;

/// A skill that practice shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Skill {
    /// Showing that one understands.
    Acknowledge,
    /// Finding out.
    Ask,
    /// Explaining.
    Explain,
    /// Offering what helps.
    Resolve,
    /// Staying composed.
    Composure,
    /// Setting limits.
    Limits,
    /// Saying back what was agreed.
    Recap,
}

impl Skill {
    /// All skills.
    pub const ALL: [Self; 7] = [
        Self::Acknowledge,
        Self::Ask,
        Self::Explain,
        Self::Resolve,
        Self::Composure,
        Self::Limits,
        Self::Recap,
    ];

    /// Its name in data and JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Acknowledge => "acknowledge",
            Self::Ask => "ask",
            Self::Explain => "explain",
            Self::Resolve => "resolve",
            Self::Composure => "composure",
            Self::Limits => "limits",
            Self::Recap => "recap",
        }
    }
}

/// A skill in one call: in how many of its chances it was shown.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SkillScore {
    /// Which skill.
    pub skill: Skill,
    /// How often it was shown.
    pub hits: usize,
    /// How often it was called for; never 0.
    pub chances: usize,
    /// The same as a sentence.
    pub because: Reason,
}

impl SkillScore {
    /// Whether the call counts as a success of the skill: two thirds of its chances. A choice.
    #[must_use]
    pub fn succeeded(&self) -> bool {
        self.hits * 3 >= self.chances * 2
    }
}

/// A moment in which the caller changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TurningPoint {
    /// Which turn of the agent, from 0.
    pub turn: usize,
    /// What the agent said.
    pub quote: String,
    /// What moved the caller most.
    pub cause: Cause,
    /// How far heat moved in all; below 0 it fell.
    pub heat: i32,
    /// What might have been said instead, where it did harm.
    pub better: Option<Better>,
}

/// A line that would have helped more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Better {
    /// The line, in the scenario's language.
    pub line: String,
}

/// What a call showed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Debrief {
    /// How it ended; none where it is not over.
    pub outcome: Option<Outcome>,
    /// How the caller was after each turn, the beginning first: heat, 0 to 100.
    pub heat: Vec<i32>,
    /// The moments that moved the caller most, in their order, five at most.
    pub turning_points: Vec<TurningPoint>,
    /// Skills that the call called for, those shown best first.
    pub scores: Vec<SkillScore>,
    /// Whether hints were on.
    pub aided: bool,
}

/// As many turning points are told.
const MOST_POINTS: usize = 5;
/// Heat that has to move for a turning point. Choice: half a mood.
const TURNS: i32 = 10;

impl Session {
    /// What the call showed so far.
    #[must_use]
    pub fn debrief(&self) -> Debrief {
        let heat: Vec<i32> =
            self.played.iter().map(|played| played.before.heat).chain([self.state.heat]).collect();
        let mut scores: Vec<SkillScore> =
            Skill::ALL.into_iter().filter_map(|skill| self.score(skill)).collect();
        scores.sort_by(|a, b| (b.hits * a.chances).cmp(&(a.hits * b.chances)));
        Debrief {
            outcome: self.outcome,
            heat,
            turning_points: self.turning_points(),
            scores,
            aided: self.hints,
        }
    }

    fn turning_points(&self) -> Vec<TurningPoint> {
        let mut known = Known::default();
        let mut points: Vec<TurningPoint> = Vec::new();
        for (n, played) in self.played.iter().enumerate() {
            let moved: i32 = played.steps.iter().map(|step| step.heat).sum();
            let along = played.steps.iter().filter(|step| (step.heat > 0) == (moved > 0));
            if let Some(most) = along.max_by_key(|step| step.heat.abs()).filter(|_| moved.abs() >= TURNS) {
                let better = (moved > 0).then(|| Better { line: better(&self.scenario, &known, played) });
                points.push(TurningPoint {
                    turn: n,
                    quote: played.text.clone(),
                    cause: most.cause,
                    heat: moved,
                    better,
                });
            }
            known.facts.extend(&played.turn.asked);
            known.goals.extend(&played.turn.reached);
        }
        points.sort_by_key(|point| std::cmp::Reverse(point.heat.abs()));
        points.truncate(MOST_POINTS);
        points.sort_by_key(|point| point.turn);
        points
    }

    fn score(&self, skill: Skill) -> Option<SkillScore> {
        let (hits, chances) = self.counted(skill);
        let because = Reason::new(&format!("practice.score.{}", skill.as_str()))
            .with("hits", hits as f64)
            .with("chances", chances as f64);
        (chances > 0).then_some(SkillScore { skill, hits, chances, because })
    }

    fn counted(&self, skill: Skill) -> (usize, usize) {
        let of_turns = |called: &dyn Fn(&Played) -> bool, shown: &dyn Fn(&Played) -> bool| {
            let chances = self.played.iter().filter(|played| called(played));
            chances.fold((0, 0), |(hits, all), played| (hits + usize::from(shown(played)), all + 1))
        };
        let of_goals = |wanted: &dyn Fn(GoalKind) -> bool| {
            let goals = self.scenario.goals.iter().enumerate().filter(|(_, goal)| wanted(goal.kind));
            goals.fold((0, 0), |(hits, all), (at, _)| {
                (hits + usize::from(self.known.goals.contains(&at)), all + 1)
            })
        };
        match skill {
            Skill::Acknowledge => {
                of_turns(&|played| played.before.mood() >= Mood::Upset && !played.before.abusing, &|played| {
                    played.turn.has(Act::Acknowledge) || played.turn.has(Act::Apologise)
                })
            }
            Skill::Ask => (self.known.facts.len(), self.scenario.facts.len()),
            Skill::Explain => of_goals(&|kind| kind == GoalKind::Explain),
            Skill::Resolve => of_goals(&|kind| kind != GoalKind::Explain),
            Skill::Composure => of_turns(&|_| true, &|played| !played.turn.is_harsh()),
            Skill::Limits => of_turns(&|played| played.before.abusing, &|played| played.turn.has(Act::Limit)),
            Skill::Recap => {
                let recapped = self.played.iter().any(|played| played.turn.has(Act::Recap));
                let settled = self.known.goals.len() == self.scenario.goals.len();
                (usize::from(settled && recapped), usize::from(settled))
            }
        }
    }
}

/// A limit where there was abuse; else a word for the feeling, and the next thing that the scenario needs.
fn better(scenario: &Scenario, known: &Known, played: &Played) -> String {
    let stock = Stock::of(scenario.language);
    let first = |kind: &str, at: usize| stock.agent(kind).get(at).cloned().unwrap_or_default();
    if played.before.abusing {
        return first("limit", usize::from(played.before.limits).min(2));
    }
    let fact = scenario.facts.iter().enumerate().find(|(at, _)| !known.facts.contains(at));
    let goal = scenario.goals.iter().enumerate().find(|(at, _)| !known.goals.contains(at));
    let next = match (fact, goal) {
        (Some((_, fact)), _) => fact.ask.get_ref().as_str(),
        (None, Some((_, goal))) => goal.better.get_ref().as_str(),
        (None, None) => "",
    };
    let feeling = first("acknowledge", known.facts.len() % stock.agent("acknowledge").len().max(1));
    let gap = if scenario.language == calmline_core::catalog::Lang::Zh { "" } else { " " };
    format!("{feeling}{gap}{next}").trim().to_owned()
}
