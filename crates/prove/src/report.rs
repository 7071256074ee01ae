//! What may be told of what was counted.

use std::collections::{BTreeMap, BTreeSet};

use calmline_core::{AgentId, event::CallerSign};
use jiff::{ToSpan, civil::Date};

use crate::{
    FEWEST,
    entrance::EntranceFigures,
    figures::{Drift, Interval, drift, wilson},
    monitor::Monitor,
    tally::{Group, Score, Tally, Told, Week},
};

/// The figures of a site.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The weeks, the latest first.
    pub weeks: Vec<WeekReport>,
    /// The rules of which too much was wrong over all weeks told here.
    pub under_review: BTreeSet<Told>,
    /// The Monday of the first whole week, with which distributions are compared.
    pub compared_with: Option<Date>,
    /// What became of the callers who came through the entrance.
    pub entrance: EntranceFigures,
}

/// One week.
#[derive(Debug, Clone, PartialEq)]
pub struct WeekReport {
    /// Its Monday.
    pub week: Date,
    /// Whether it is over.
    pub whole: bool,
    /// The groups that may be told of, everybody first; none where fewer than five agents took calls.
    pub groups: Vec<GroupFigures>,
    /// Whether some group was left out because it is too small.
    pub left_out: bool,
    /// How scores are distributed.
    pub scores: Vec<ScoreFigures>,
}

/// A group's rules and signals.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupFigures {
    /// Whose calls.
    pub group: Group,
    /// By code.
    pub rules: Vec<RuleFigures>,
}

/// How a rule or signal did.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleFigures {
    /// The code of what was told.
    pub told: Told,
    /// The counts.
    pub tally: Tally,
    /// Share of what was told that agents say was wrong.
    pub wrong: Option<Interval>,
    /// Share of the answers, of supervisors and agents together, that said that it was right.
    pub right: Option<Interval>,
    /// Share of what was foretold that came about, of signals that foretell something.
    pub came_true: Option<Interval>,
}

/// How a score is distributed.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoreFigures {
    /// Which.
    pub score: Score,
    /// How many values.
    pub n: u64,
    /// The share in each tenth of the scale.
    pub shares: Vec<f64>,
    /// The population stability index against the first whole week, and what it means.
    pub drift: Option<(f64, Drift)>,
}

impl Monitor {
    /// What may be told by now.
    #[must_use]
    pub fn report(&self) -> Report {
        let weeks = self.weeks.iter().rev().map(|(monday, week)| self.week_report(*monday, week)).collect();
        let mut all: BTreeMap<&Told, Tally> = BTreeMap::new();
        for week in self.weeks.values().filter(|week| may_tell(week)) {
            for ((_, told), tally) in week.tallies.iter().filter(|((group, _), _)| *group == Group::All) {
                all.entry(told).or_default().add(tally);
            }
        }
        let reviewed = all.into_iter().filter(|(_, tally)| tally.is_under_review());
        Report {
            weeks,
            under_review: reviewed.map(|(told, _)| told.clone()).collect(),
            compared_with: self.first.as_ref().map(|(monday, _)| *monday),
            entrance: self.entrances.figures(),
        }
    }

    fn week_report(&self, monday: Date, week: &Week) -> WeekReport {
        let this = self.monday(self.now);
        let shown = if may_tell(week) { groups(&week.agents) } else { Vec::new() };
        let scores = if shown.is_empty() { Vec::new() } else { self.scores(monday, week) };
        WeekReport {
            week: monday,
            whole: this.is_some_and(|this| monday.checked_add(7.days()).is_ok_and(|next| next <= this)),
            left_out: shown.len() < week.agents.len().max(1),
            groups: shown.into_iter().map(|group| figures(group, week)).collect(),
            scores,
        }
    }

    fn scores(&self, monday: Date, week: &Week) -> Vec<ScoreFigures> {
        let of = |(score, counts): (&Score, &[u64; 10])| {
            let n = counts.iter().sum::<u64>();
            let first = self.first.as_ref().filter(|(first, _)| *first != monday);
            let before = first.and_then(|(_, scores)| scores.get(score));
            ScoreFigures {
                score: *score,
                n,
                shares: counts.iter().map(|count| *count as f64 / n.max(1) as f64).collect(),
                drift: before.and_then(|before| drift(before, counts)),
            }
        };
        week.scores.iter().map(of).collect()
    }
}

fn may_tell(week: &Week) -> bool {
    week.agents.get(&Group::All).is_some_and(|agents| agents.len() >= FEWEST)
}

/// The groups that may be told of. Of the languages, and of the protocols, those with fewer than five agents
/// are left out; where the agents left out are fewer than five together, they could be told from the others
/// and everybody's figure, and the smallest of the others is left out as well.
fn groups(agents: &BTreeMap<Group, BTreeSet<AgentId>>) -> Vec<Group> {
    let mut shown = vec![Group::All];
    for same in [
        |group: &Group| matches!(group, Group::Language(_)),
        |group: &Group| matches!(group, Group::Protocol(_)),
    ] {
        let mut kin: Vec<_> = agents.iter().filter(|(group, _)| same(group)).collect();
        kin.sort_by_key(|(_, agents)| std::cmp::Reverse(agents.len()));
        let large = kin.iter().take_while(|(_, agents)| agents.len() >= FEWEST).count();
        let (kept, hidden) = kin.split_at(large);
        let left_out: BTreeSet<_> = hidden.iter().flat_map(|(_, agents)| agents.iter()).collect();
        let one_less = usize::from((1..FEWEST).contains(&left_out.len()));
        let kept = kept.len().saturating_sub(one_less);
        shown.extend(kin.iter().take(kept).map(|(group, _)| (*group).clone()));
    }
    shown
}

fn figures(group: Group, week: &Week) -> GroupFigures {
    let own = week.tallies.iter().filter(|((of, _), _)| *of == group);
    let foretells = format!("caller.{}", CallerSign::EscalationRisk.as_str());
    let rules = own.map(|((_, told), tally)| RuleFigures {
        told: told.clone(),
        wrong: wilson(tally.wrong(), tally.shown),
        right: wilson(tally.earned(), tally.answers()),
        came_true: if *told == foretells { wilson(tally.came_true, tally.shown) } else { None },
        tally: tally.clone(),
    });
    GroupFigures { rules: rules.collect(), group }
}
