//! What a roster costs and which rules it breaks, counted from the roster alone, by other code than the search.

use super::{AgentRoster, DayRoster, DayTerms, Instance, Roster, Terms, rules::Hours};
use crate::schedule::Verdict;

/// A rule that a roster breaks.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Broken {
    /// Whose roster breaks it.
    pub agent: String,
    /// The rule, by the name of its field.
    pub rule: &'static str,
    /// The day on which it is broken, where it is one.
    pub day: Option<usize>,
    /// What the roster has: minutes, days, weekends or slots of the day, as the rule counts.
    pub found: usize,
    /// What the rule allows.
    pub limit: usize,
}

/// Counts what a roster costs and how often it breaks a rule.
#[must_use]
pub fn judge(instance: &Instance, roster: &Roster) -> Verdict {
    let people = instance.agents.iter().zip(&roster.agents);
    let objective = objective(instance, people.map(|(agent, placed)| (&agent.group.terms, placed)));
    Verdict { objective, violations: broken(instance, roster).len() }
}

/// All rules that a roster breaks. Somebody without a place in it breaks one, and so does whoever is somebody else.
#[must_use]
pub fn broken(instance: &Instance, roster: &Roster) -> Vec<Broken> {
    let mut all = Vec::new();
    let (found, limit) = (roster.agents.len(), instance.agents.len());
    for row in found.min(limit)..found.max(limit) {
        let agent = instance.agents.get(row).map(|agent| agent.id.to_string());
        all.push(Broken { agent: agent.unwrap_or_default(), rule: "agents", day: None, found, limit });
    }
    for (agent, placed) in instance.agents.iter().zip(&roster.agents) {
        if agent.id != placed.id {
            all.push(Broken { agent: agent.id.to_string(), rule: "id", day: None, found: 0, limit: 1 });
        }
        all.extend(of_person(instance, &agent.group.terms, placed));
    }
    all
}

/// What people's rosters cost: people missing and too many, and what each costs beside it.
pub(super) fn objective<'a>(
    instance: &Instance,
    people: impl Iterator<Item = (&'a Terms, &'a AgentRoster)>,
) -> i64 {
    let mut missing: Vec<Vec<i32>> = instance.rows.iter().map(|row| row.demand.clone()).collect();
    let mut cost = 0;
    for (terms, placed) in people {
        cost += own_cost(instance, terms, placed);
        for row in &terms.rows {
            count(instance, terms, placed, &mut missing[*row]);
        }
    }
    for (row, missing) in instance.rows.iter().zip(&missing) {
        for missing in missing {
            let weight = if *missing > 0 { row.under } else { row.over };
            cost += i64::from(weight) * i64::from(missing.unsigned_abs());
        }
    }
    cost
}

/// Takes a person's work off what is missing.
fn count(instance: &Instance, terms: &Terms, placed: &AgentRoster, missing: &mut [i32]) {
    let kind = &instance.kinds[terms.kind];
    for day in &placed.days {
        let at_break = |slot: &usize| {
            let mut pauses = kind.breaks.iter().zip(&day.breaks);
            pauses.any(|(pause, placed)| {
                (placed.start..placed.start.saturating_add(pause.length)).contains(slot)
            })
        };
        let end = day.start.saturating_add(kind.length);
        for slot in (day.start..end).filter(|slot| !at_break(slot)) {
            let place = day.day.saturating_mul(instance.slots).saturating_add(slot);
            if let Some(missing) = missing.get_mut(place) {
                *missing -= 1;
            }
        }
    }
}

/// What a person's days cost beside cover: wishes that are not met, exposure above the most, weekends too many.
pub(super) fn own_cost(instance: &Instance, terms: &Terms, placed: &AgentRoster) -> i64 {
    let worked = |day: &DayTerms| placed.days.iter().find(|worked| worked.day == day.day);
    let of_day = |day: &DayTerms| match worked(day) {
        None => day.off_cost,
        Some(worked) => terms.starts.binary_search(&worked.start).map_or(0, |index| day.cost_of(index)),
    };
    let days: i64 = terms.days.iter().map(|day| i64::from(of_day(day))).sum();
    let rules = &instance.rules;
    let (Some(most), Some(weight)) = (rules.weekends_most, rules.weekend_weight) else { return days };
    days + i64::from(weight) * weekends(instance, placed).saturating_sub(most) as i64
}

/// Weekends of which a day is worked.
fn weekends(instance: &Instance, placed: &AgentRoster) -> usize {
    let on_weekend = placed.days.iter().filter(|day| instance.weekday(day.day) >= 5);
    let mut weeks: Vec<usize> = on_weekend.map(|day| week_of(instance, day.day)).collect();
    weeks.dedup();
    weeks.len()
}

fn week_of(instance: &Instance, day: usize) -> usize {
    (day + instance.first_weekday) / 7
}

/// Collects what one person's roster breaks.
struct Faults<'a> {
    agent: &'a AgentRoster,
    all: Vec<Broken>,
}

impl Faults<'_> {
    fn add(&mut self, wrong: bool, rule: &'static str, day: Option<usize>, found: usize, limit: usize) {
        if wrong {
            self.all.push(Broken { agent: self.agent.id.to_string(), rule, day, found, limit });
        }
    }
}

/// All rules that one person's roster breaks.
pub(super) fn of_person(instance: &Instance, terms: &Terms, placed: &AgentRoster) -> Vec<Broken> {
    let mut faults = Faults { agent: placed, all: Vec::new() };
    for day in &placed.days {
        of_day(instance, terms, day, &mut faults);
    }
    let works = |day: &DayTerms| placed.days.iter().any(|worked| worked.day == day.day);
    for day in terms.days.iter().filter(|day| !day.may_be_off && !works(day)) {
        faults.add(true, "days", Some(day.day), 0, 1);
    }
    for pair in placed.days.windows(2) {
        of_pair(instance, terms, &pair[0], &pair[1], &mut faults);
    }
    of_runs(instance, placed, &mut faults);
    of_weeks(instance, terms, placed, &mut faults);
    faults.all
}

fn of_day(instance: &Instance, terms: &Terms, day: &DayRoster, faults: &mut Faults) {
    let (kind, at) = (&instance.kinds[terms.kind], Some(day.day));
    let settled = terms.day(day.day);
    let swappable = terms.others.iter().any(|other| other.day == day.day);
    faults.add(settled.is_none(), if swappable { "days" } else { "days_off" }, at, 1, 0);
    let (lo, hi) = (terms.starts[0], terms.starts[terms.starts.len() - 1]);
    let within = lo <= day.start && day.start <= hi;
    let field = if day.start < lo { ("start_lo", lo) } else { ("start_hi", hi) };
    faults.add(!terms.starts.contains(&day.start), field.0, at, day.start, field.1);
    if let Some(settled) = settled {
        let (lo, hi) = settled.window;
        let limit = if day.start < lo { lo } else { hi };
        let rule = if settled.locked { "locked" } else { "availability" };
        faults.add(within && (day.start < lo || day.start > hi), rule, at, day.start, limit);
        for (wanted, placed) in settled.breaks.iter().flatten().zip(&day.breaks) {
            faults.add(*wanted != placed.start, "locked", at, placed.start, *wanted);
        }
    }
    let (found, wanted) = (day.breaks.len(), kind.breaks.len());
    faults.add(found != wanted, "breaks", at, found, wanted);
    let mut since = day.start;
    for (pause, placed) in kind.breaks.iter().zip(&day.breaks) {
        let (lo, hi) = (day.start.saturating_add(pause.lo), day.start.saturating_add(pause.hi));
        let limit = if placed.start < lo { lo } else { hi };
        let outside = placed.start < lo || placed.start > hi || pause.name != placed.name;
        faults.add(outside, "breaks", at, placed.start, limit);
        of_stretch(instance, day.day, placed.start.saturating_sub(since), faults);
        since = placed.start.saturating_add(pause.length);
    }
    of_stretch(instance, day.day, day.start.saturating_add(kind.length).saturating_sub(since), faults);
}

fn of_stretch(instance: &Instance, day: usize, slots: usize, faults: &mut Faults) {
    let Some(most) = instance.rules.stretch else { return };
    let (found, limit) = (slots * instance.minutes, most * instance.minutes);
    faults.add(slots > most, "max_work_without_break_minutes", Some(day), found, limit);
}

fn of_pair(instance: &Instance, terms: &Terms, one: &DayRoster, next: &DayRoster, faults: &mut Faults) {
    let (rules, at) = (&instance.rules, Some(next.day));
    faults.add(next.day <= one.day, "days", at, next.day, one.day + 1);
    let moved = one.start.abs_diff(next.start);
    faults.add(moved > instance.change, "max_start_change_slots", at, moved, instance.change);
    let apart = next.day.saturating_sub(one.day);
    let end = one.start.saturating_add(instance.kinds[terms.kind].length);
    let rest = (apart.saturating_mul(instance.slots).saturating_add(next.start)).saturating_sub(end);
    let minutes = |slots: usize| slots.saturating_mul(instance.minutes);
    let (found, least) = (minutes(rest), minutes(rules.rest));
    faults.add(rest < rules.rest, "min_rest_minutes", at, found, least);
    let weekly = apart > 1 && rest < rules.weekly_rest;
    faults.add(weekly, "weekly_rest_minutes", at, found, minutes(rules.weekly_rest));
    let backward = rules.forward && apart == 1 && next.start < one.start;
    faults.add(backward, "forward_rotation", at, next.start, one.start);
}

fn of_runs(instance: &Instance, placed: &AgentRoster, faults: &mut Faults) {
    let most = instance.rules.run_most;
    for run in placed.days.chunk_by(|one, next| one.day + 1 == next.day) {
        faults.add(run.len() > most, "max_run_days", Some(run[0].day), run.len(), most);
    }
}

fn of_weeks(instance: &Instance, terms: &Terms, placed: &AgentRoster, faults: &mut Faults) {
    let rules = &instance.rules;
    let minutes = instance.worked_minutes(&instance.kinds[terms.kind]);
    let mut counted = 0;
    for week in 0..=week_of(instance, instance.days - 1) {
        let days = placed.days.iter().filter(|day| week_of(instance, day.day) == week).count();
        let first = (week * 7).saturating_sub(instance.first_weekday);
        faults.add(days > terms.week.1, "contract", Some(first), days, terms.week.1);
        faults.add(days > rules.week_most, "max_days_per_week", Some(first), days, rules.week_most);
        let whole =
            week * 7 >= instance.first_weekday && week * 7 + 7 <= instance.days + instance.first_weekday;
        faults.add(whole && days < terms.week.0, "contract", Some(first), days, terms.week.0);
        counted += match rules.hours {
            Hours::Free => 0,
            Hours::Total { .. } => days * minutes,
            Hours::Overtime { day, week, .. } => {
                (days * minutes.saturating_sub(day)).max((days * minutes).saturating_sub(week))
            }
        };
    }
    let limit = rules.hours.most();
    let rule = match rules.hours {
        Hours::Overtime { .. } => "overtime_minutes_per_month",
        _ => "average_minutes_per_week",
    };
    faults.add(counted > limit, rule, None, counted, limit);
    let worked = weekends(instance, placed);
    if let (Some(most), None) = (rules.weekends_most, rules.weekend_weight) {
        faults.add(worked > most, "max_weekends", None, worked, most);
    }
}
