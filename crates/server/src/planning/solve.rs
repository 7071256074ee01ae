//! A week's roster by `plan::schedule::centre`: its instance, its answer in the roster's own form, and the price of its rules.
//!
//! Locked shifts stay: they are taken out of what is wanted, and the rest is planned around them. So how far a start may move
//! is kept among a person's shifts that are planned, and checked between those and the locked ones afterwards.

use calmline_plan::schedule::{
    Effort, Progress,
    centre::{self, AgentId as Id, InstanceError},
};
use jiff::civil::Date;
use serde_json::{Value, json};

use super::{
    SLOT, SLOTS, days,
    roster::{Break, Person, Price, Rules, Shift, Week},
};

/// What a person missing in a slot costs, and what one too many.
const UNDER: u32 = 3;
const OVER: u32 = 1;

/// What is to be planned.
#[derive(Debug, Clone)]
pub struct Task {
    /// The week's Monday.
    pub week: Date,
    /// The history that it is planned from.
    pub history: String,
    /// The rules.
    pub rules: Rules,
    /// People wanted in each slot of each day.
    pub wanted: Vec<Vec<u32>>,
    /// Who can work; shifts that are locked stay.
    pub people: Vec<Person>,
}

/// Plans the week until `go_on` says no.
///
/// # Errors
/// When the task is none that can be solved; the message names the field.
pub fn solve(task: Task, go_on: &mut dyn FnMut(Progress) -> bool) -> Result<Week, InstanceError> {
    let Task { week, history, rules, wanted, people } = task;
    let kept: Vec<Person> = people.into_iter().map(only_locked).collect();
    let open = open_days(&rules, &wanted, &kept);
    let left = left(&wanted, &kept);
    let instance = centre::read(&instance(&rules, &left, &open).to_string())?;
    let effort = Effort { seed: 1, lanes: 1, rounds: None };
    let solution = centre::solve(&instance, &effort, go_on);
    let prices = centre::prices(&instance, &solution.roster);
    let mut planned = kept;
    for agent in &solution.roster.agents {
        let Id::Number(number) = agent.id else { continue };
        let Some(person) = usize::try_from(number).ok().and_then(|at| planned.get_mut(at)) else { continue };
        person.shifts.extend(agent.days.iter().map(|day| shift(&rules, day)));
        person.shifts.sort_by_key(|shift| shift.day);
    }
    let price = |price: &calmline_plan::schedule::RulePrice| Price {
        rule: price.rule.to_owned(),
        saves: price.saves,
        people: u32::try_from(price.people).unwrap_or(u32::MAX),
    };
    Ok(Week {
        week,
        history,
        rules,
        wanted,
        people: planned,
        objective: solution.objective,
        bound: solution.bound,
        prices: prices.iter().map(price).collect(),
    })
}

fn only_locked(mut person: Person) -> Person {
    person.shifts.retain(|shift| shift.locked);
    person
}

/// The days that each person is planned for, locked ones not among them.
fn open_days(rules: &Rules, wanted: &[Vec<u32>], kept: &[Person]) -> Vec<Vec<u32>> {
    let work = std::array::from_fn(|day| {
        wanted.get(day).map_or(0.0, |slots| slots.iter().map(|&people| f64::from(people)).sum())
    });
    let shared = days::shared(kept.len(), rules.days_each as usize, &work);
    let open = |(mut days, person): (Vec<u32>, &Person)| {
        days.retain(|day| person.shifts.iter().all(|shift| shift.day != *day));
        days.truncate((rules.days_each as usize).saturating_sub(person.shifts.len()));
        days
    };
    shared.into_iter().zip(kept).map(open).collect()
}

/// What is wanted beyond the locked shifts.
fn left(wanted: &[Vec<u32>], kept: &[Person]) -> Vec<Vec<u32>> {
    let mut left = wanted.to_vec();
    for shift in kept.iter().flat_map(|person| &person.shifts) {
        for (day, slots) in left.iter_mut().enumerate() {
            for (slot, people) in slots.iter_mut().enumerate() {
                let at = u32::try_from(day * SLOTS + slot).unwrap_or(u32::MAX);
                *people -= u32::from(*people > 0 && shift.covers(at));
            }
        }
    }
    left
}

/// The instance as docs/schedule.md writes it; people are numbered by their place.
fn instance(rules: &Rules, wanted: &[Vec<u32>], open: &[Vec<u32>]) -> Value {
    let breaks: Vec<Value> = rules
        .breaks
        .iter()
        .map(|rule| json!({"name": rule.name, "len": rule.minutes / SLOT, "lo": rule.from / SLOT, "hi": rule.to / SLOT}))
        .collect();
    // Two shifts of a person in a row leave the rest between them, however the start has moved.
    let rest = super::DAY.saturating_sub(rules.shift_minutes + rules.rest_hours * 60);
    let agents: Vec<Value> = open
        .iter()
        .enumerate()
        .filter(|(_, days)| !days.is_empty())
        .map(|(at, days)| {
            json!({
                "id": at, "type": "shift", "days": days,
                "start_lo": rules.earliest / SLOT, "start_hi": rules.latest / SLOT,
            })
        })
        .collect();
    json!({
        "slots_per_day": SLOTS, "days": 7, "demand": wanted, "agents": agents,
        "shift_types": {"shift": {"length": rules.shift_minutes / SLOT, "breaks": breaks}},
        "start_step_slots": rules.step / SLOT,
        "max_start_change_slots": rules.most_start_change.min(rest) / SLOT,
        "under_weight": UNDER, "over_weight": OVER,
    })
}

fn shift(rules: &Rules, day: &centre::DayRoster) -> Shift {
    let minutes = |slot: usize| u32::try_from(slot).unwrap_or(0) * SLOT;
    let start = minutes(day.start);
    let placed = rules.breaks.iter().zip(&day.breaks);
    let breaks = placed.map(|(rule, placed)| Break {
        name: rule.name.clone(),
        start: minutes(placed.start),
        minutes: rule.minutes,
    });
    Shift {
        day: u32::try_from(day.day).unwrap_or(0),
        start,
        end: start + rules.shift_minutes,
        breaks: breaks.collect(),
        locked: false,
    }
}

#[cfg(test)]
mod tests {
    use calmline_core::AgentId;

    use super::*;
    use crate::planning::{roster::tests::rules, rules::faults};

    fn task(people: usize) -> Task {
        let slots = |weekend: bool| {
            (0..SLOTS).map(|slot| if weekend || !(32..78).contains(&slot) { 0 } else { 4 }).collect()
        };
        let person =
            |at: usize| Person { agent: AgentId::new(format!("a{at}")).unwrap(), shifts: Vec::new() };
        Task {
            week: jiff::civil::date(2026, 6, 1),
            history: "h".into(),
            rules: rules(),
            wanted: (0..7).map(|day| slots(day > 4)).collect(),
            people: (0..people).map(person).collect(),
        }
    }

    fn rounds(most: u64) -> impl FnMut(Progress) -> bool {
        move |progress| progress.rounds < most
    }

    #[test]
    fn a_small_week_keeps_all_rules() {
        let week = solve(task(8), &mut rounds(3)).unwrap();
        assert_eq!(faults(&week.rules, &week.people), []);
        assert!(week.people.iter().all(|person| person.shifts.len() == 5));
        assert_eq!(week.check(), Ok(()));
        assert!(week.bound <= week.objective && week.prices.len() == 2);
    }

    #[test]
    fn a_locked_shift_stays_and_the_rest_is_planned_around_it() {
        let mut locked = solve(task(8), &mut rounds(1)).unwrap().people;
        locked[2].shifts[1].locked = true;
        let stays = locked[2].shifts[1].clone();
        let again = solve(Task { people: locked, ..task(8) }, &mut rounds(2)).unwrap();
        assert!(again.people[2].shifts.contains(&stays));
        assert_eq!(again.people[2].shifts.len(), 5);
    }

    #[test]
    fn the_least_rest_bounds_how_far_a_start_moves() {
        let mut tight = task(4);
        tight.rules.most_start_change = 300;
        tight.rules.rest_hours = 15;
        let week = solve(tight, &mut rounds(2)).unwrap();
        assert_eq!(faults(&week.rules, &week.people), []);
    }
}
