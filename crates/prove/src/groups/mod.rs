//! How groups of people were in a week that is over: coarse, for five people and more, and never so that fewer than five can be
//! worked out from what is shown.
//!
//! * A cohort is a team as it stood when the week ended, or the whole site, counting those who were at work in that week.
//! * A measure of fewer than five people is left out. If what is left out is fewer than five people together, they could be
//!   told from the site's figure and the other teams': then the smallest team that would be shown is left out as well
//!   (complementary suppression; Willenborg & de Waal 2001, *Elements of Statistical Disclosure Control*, ch. 6).
//! * The week is written to the log once ([`calmline_core::Body::WellbeingFrozen`]) and never counted again, so that two looks
//!   do not tell who came or went between them.
//! * While fewer than five people came or left since the week before, a band changes only where it changes for those who
//!   were there in both. So whoever takes everybody else to be as before cannot read from a band's change how the one
//!   who came or left is.
//!
//! Each person counts the same. All limits are a choice, unless a scale has its own.

mod measure;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use calmline_core::{
    AgentId, Body, Event, Timestamp,
    event::{Band, BurnoutScale, Cohort, Standard, WorkState},
};
use jiff::SignedDuration;

use self::measure::{Measure, Step};
use crate::FEWEST;

/// A stretch longer than that was not worked through: its end was not told.
const LONGEST_STRETCH: SignedDuration = SignedDuration::from_hours(12);
/// How far before a week events are read, to know how it began.
pub const BEFORE: SignedDuration = SignedDuration::from_hours(24);

/// One person's week.
#[derive(Debug, Clone, PartialEq)]
pub struct Week {
    /// Whose.
    pub who: AgentId,
    /// Their team as the week ended.
    pub team: Option<String>,
    /// The share of working time in high or heavy load, exposure and strain; none for those who were not at work.
    pub shares: Option<[f64; 3]>,
    /// The average of their check-ins, 0 to 10.
    pub energy: Option<f64>,
    /// The average of their WHO-5 scores, 0 to 100.
    pub who5: Option<f64>,
    /// The averages of their scores in the Copenhagen Burnout Inventory, 0 to 100.
    pub burnout: BTreeMap<BurnoutScale, f64>,
    /// The averages of their answers to the pulse, 0 to 4.
    pub pulse: BTreeMap<Standard, f64>,
}

/// The week before: who was how, and what was shown.
#[derive(Debug, Clone, Copy)]
pub struct Before<'a> {
    /// Everybody's week.
    pub people: &'a [Week],
    /// What was shown of it.
    pub shown: &'a [Cohort],
}

/// The shares of working time from `from` until `to` that events of a person tell of.
#[must_use]
pub fn shares(events: &[Event], from: Timestamp, to: Timestamp) -> Option<[f64; 3]> {
    let mut events: Vec<_> = events.iter().filter(|event| event.at < to).collect();
    events.sort_by_key(|event| event.at);
    let (mut working, mut high) = (false, [false; 3]);
    let (mut worked, mut spent) = (0.0, [0.0; 3]);
    let ends = events.iter().skip(1).map(|event| event.at).chain([to]);
    for (event, end) in events.iter().zip(ends) {
        match &event.body {
            Body::AgentState { state, .. } => {
                working = !matches!(state, WorkState::Offline | WorkState::OnBreak);
            }
            Body::LoadChanged { load, exposure, strain, .. } => {
                high = [load, exposure, strain].map(|band| *band >= Band::High);
            }
            _ => {}
        }
        let length = end.duration_since(event.at.max(from)).min(LONGEST_STRETCH).as_secs_f64();
        if working && length > 0.0 {
            worked += length;
            for (spent, _) in spent.iter_mut().zip(high).filter(|(_, high)| *high) {
                *spent += length;
            }
        }
    }
    (worked > 0.0).then(|| spent.map(|spent| spent / worked))
}

/// The cohorts of a week: the whole site, then each team by name.
#[must_use]
pub fn cohorts(people: &[Week], before: Option<Before<'_>>) -> Vec<Cohort> {
    let names: BTreeSet<&str> = at_work(people).filter_map(|week| week.team.as_deref()).collect();
    let mut cohorts: Vec<Cohort> = [None]
        .into_iter()
        .chain(names.into_iter().map(|name| Some(name.to_owned())))
        .map(|team| Cohort { team, ..Cohort::default() })
        .collect();
    for measure in Measure::all() {
        let counts = counts(people, measure);
        let may = shown(&counts);
        for cohort in &mut cohorts {
            let team = cohort.team.as_deref();
            if team.map_or(may.whole, |team| may.teams.contains(&team)) {
                let step = step(measure, team, people, before);
                measure.write(step, cohort);
            }
        }
    }
    let by_work = counts(people, Measure::Load);
    for cohort in cohorts.iter_mut().filter(|cohort| cohort.load.is_some()) {
        let of = |name: &str| cohort.team.as_deref().is_none_or(|team| team == name);
        cohort.people = at_least(by_work.iter().filter(|(name, _)| of(name)).map(|(_, count)| count).sum());
    }
    cohorts
}

fn at_work(people: &[Week]) -> impl Iterator<Item = &Week> {
    people.iter().filter(|week| week.shares.is_some())
}

/// The people of a team, or of the whole site, with what a measure says of them.
fn members<'a>(people: &'a [Week], team: Option<&str>, measure: Measure) -> BTreeMap<&'a AgentId, f64> {
    let of = |week: &&Week| team.is_none() || week.team.as_deref() == team;
    at_work(people).filter(of).filter_map(|week| Some((&week.who, measure.of(week)?))).collect()
}

/// How many people of each team a measure says something of; people without a team are the nameless.
fn counts(people: &[Week], measure: Measure) -> Vec<(&str, usize)> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for week in at_work(people).filter(|week| measure.of(week).is_some()) {
        *counts.entry(week.team.as_deref().unwrap_or_default()).or_default() += 1;
    }
    counts.into_iter().collect()
}

/// The step that is shown of a group: that of its average, or that of the week before where nothing has changed but who is in it.
fn step(measure: Measure, team: Option<&str>, people: &[Week], before: Option<Before<'_>>) -> Step {
    let now = members(people, team, measure);
    let present = measure.step(average(now.values().copied()));
    let Some(before) = before else { return present };
    let was = before.shown.iter().find(|cohort| cohort.team.as_deref() == team);
    let Some(was) = was.and_then(|cohort| measure.read(cohort)) else { return present };
    let then = members(before.people, team, measure);
    let stayed: Vec<&AgentId> = now.keys().filter(|who| then.contains_key(*who)).copied().collect();
    let changed = now.len() + then.len() - 2 * stayed.len();
    if stayed.is_empty() || changed >= FEWEST {
        return present;
    }
    let of = |members: &BTreeMap<&AgentId, f64>| {
        measure.step(average(stayed.iter().filter_map(|who| members.get(*who).copied())))
    };
    if of(&now) == of(&then) { was } else { present }
}

/// What may be shown of a measure.
#[derive(Debug, PartialEq)]
struct Shown<'a> {
    whole: bool,
    teams: Vec<&'a str>,
}

/// Which of the teams with these numbers of people may be shown beside the whole; people without a team are one of them, the
/// nameless, and never shown by themselves.
fn shown<'a>(counts: &[(&'a str, usize)]) -> Shown<'a> {
    let all: usize = counts.iter().map(|(_, count)| count).sum();
    let mut teams: Vec<_> =
        counts.iter().filter(|(team, count)| !team.is_empty() && *count >= FEWEST).copied().collect();
    teams.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let hidden = all - teams.iter().map(|(_, count)| count).sum::<usize>();
    if (1..FEWEST).contains(&hidden) {
        teams.pop();
    }
    Shown { whole: all >= FEWEST, teams: teams.into_iter().map(|(team, _)| team).collect() }
}

fn at_least(people: usize) -> Option<u32> {
    match people {
        20.. => Some(20),
        10.. => Some(10),
        FEWEST.. => Some(5),
        _ => None,
    }
}

/// The average; 0 of nobody.
fn average(values: impl Iterator<Item = f64>) -> f64 {
    let (count, sum) = values.fold((0.0_f64, 0.0), |(count, sum), value| (count + 1.0, sum + value));
    sum / count.max(1.0)
}
