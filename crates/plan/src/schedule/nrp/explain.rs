//! Why somebody has a shift, and what each rule costs: everybody else's roster kept, one person's best roster is found with
//! something forbidden or a rule lifted.

use super::{Instance, Person, Plan, Roster, floor::Floor, graph::Graph};
use crate::schedule::{RulePrice, Worth};

/// A rule, and a person without it.
type Lift = (&'static str, fn(&mut Person));

const RULES: [Lift; 8] = [
    ("most_shifts", |person| {
        let days = person.leave.len() as u32;
        person.most.iter_mut().filter(|most| **most > 0).for_each(|most| *most = days);
    }),
    ("most_minutes", |person| person.minutes_most = person.leave.len() as u32 * 24 * 60),
    ("least_minutes", |person| person.minutes_least = 0),
    ("most_consecutive_shifts", |person| person.run_most = person.leave.len() as u32),
    ("least_consecutive_shifts", |person| person.run_least = 1),
    ("least_consecutive_days_off", |person| person.off_least = 1),
    ("most_weekends", |person| person.weekends_most = person.leave.len() as u32),
    ("days_off", |person| person.leave.fill(false)),
];

/// The price list of the rules: for each, what lifting it for one person alone would save, everybody else's roster kept. The
/// dearest rules come first.
#[must_use]
pub fn prices(instance: &Instance, roster: &Roster) -> Vec<RulePrice> {
    let plan = plan(instance, roster);
    let mut free = instance.clone();
    free.shifts.iter_mut().for_each(|shift| shift.not_before.clear());
    let names = RULES.iter().map(|(name, _)| *name).chain(["shifts_that_cannot_follow"]);
    let mut prices: Vec<RulePrice> = names.map(RulePrice::nothing).collect();
    let mut floor = Floor::empty(instance, &[]);
    floor.load(plan);
    for (who, person) in instance.people.iter().enumerate() {
        let month = floor.take(who);
        if let Some(ruled) = least(instance, person, &floor) {
            let lifted = RULES.iter().map(|(_, lift)| {
                let mut person = person.clone();
                lift(&mut person);
                least(instance, &person, &floor)
            });
            for (price, cost) in prices.iter_mut().zip(lifted.chain([least(&free, person, &floor)])) {
                price.count(&person.id, ruled - cost.unwrap_or(ruled));
            }
        }
        floor.give(who, &month);
    }
    RulePrice::sort(prices)
}

/// Why a person has their shifts: for each day of work, how much more the roster would cost if they had that day off and the
/// best other days, everybody else's roster kept. None where there is no such person.
#[must_use]
pub fn worth(instance: &Instance, roster: &Roster, id: &str) -> Option<Vec<Worth>> {
    let who = instance.people.iter().position(|person| person.id == id)?;
    let mut floor = Floor::empty(instance, &[]);
    floor.load(plan(instance, roster));
    let with = floor.cost;
    let month = floor.take(who);
    let mut days = Vec::new();
    for (day, shift) in month.iter().enumerate() {
        let Some(shift) = shift else { continue };
        let mut person = instance.people[who].clone();
        person.leave[day] = true;
        // None: the other rules leave no roster without this day.
        let more = least(instance, &person, &floor).map(|cost| floor.cost + cost - with);
        days.push(Worth { day, shift: Some(instance.shifts[usize::from(*shift)].id.clone()), more });
    }
    Some(days)
}

/// What the best roster of somebody who has none costs, on top of the others'. None where there is none, or too many to search.
fn least(instance: &Instance, person: &Person, floor: &Floor) -> Option<i64> {
    let graph = Graph::new(instance, person).ok()?;
    let (mut costs, mut shifts, mut values) = (Vec::new(), Vec::new(), Vec::new());
    let price = |place: usize| floor.price(place) + person.wish[place];
    graph.prices(instance.days, instance.shifts.len(), price, None, &mut costs, &mut shifts);
    Some(graph.shortest(&costs, &mut values, &mut vec![0; instance.days]))
}

/// The roster in numbers of shifts; what is no shift of the instance is a day off.
fn plan(instance: &Instance, roster: &Roster) -> Plan {
    let number =
        |name: &String| instance.shifts.iter().position(|shift| shift.id == *name).map(|at| at as u8);
    let month = |person: &Person| {
        let names = roster.roster.get(&person.id).map_or(&[][..], Vec::as_slice);
        let mut month: Vec<Option<u8>> = names.iter().map(number).collect();
        month.resize(instance.days, None);
        month
    };
    instance.people.iter().flat_map(month).collect()
}
