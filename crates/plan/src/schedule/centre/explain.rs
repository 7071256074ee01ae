//! Why somebody works a day, and what each rule costs: everybody else's roster kept, one person is taken out, or gets the
//! best weeks with a rule lifted.

use super::{
    DayTerms, Group, Instance, Roster, Terms, check::own_cost, cover::Cover, pause::NEVER, rules::Hours,
    week::Weeks,
};
use crate::schedule::{RulePrice, Worth, draw::PARTS};

/// Takes a rule from everybody, or from one person.
enum Lift {
    Rule(fn(&mut Instance)),
    Terms(fn(&Instance, &mut Terms)),
}

const RULES: [(&str, Lift); 14] = [
    ("max_start_change_slots", Lift::Rule(|instance| instance.change = instance.slots)),
    ("start_lo, start_hi", Lift::Terms(any_start)),
    ("days_off", Lift::Terms(any_day)),
    ("contract", Lift::Terms(|_, terms| terms.week = (0, 7))),
    ("locked", Lift::Terms(unlock)),
    ("min_rest_minutes", Lift::Rule(|instance| instance.rules.rest = 0)),
    ("weekly_rest_minutes", Lift::Rule(|instance| instance.rules.weekly_rest = 0)),
    ("max_run_days", Lift::Rule(|instance| instance.rules.run_most = instance.days)),
    ("max_days_per_week", Lift::Rule(|instance| instance.rules.week_most = 7)),
    ("hours", Lift::Rule(|instance| instance.rules.hours = Hours::Free)),
    ("max_work_without_break_minutes", Lift::Rule(|instance| instance.rules.stretch = None)),
    ("forward_rotation", Lift::Rule(|instance| instance.rules.forward = false)),
    ("max_weekends", Lift::Rule(|instance| instance.rules.weekends_most = None)),
    ("preferences, exposure", Lift::Terms(without_costs)),
];

/// Starts all day, availability lifted with them.
fn any_start(instance: &Instance, terms: &mut Terms) {
    let length = instance.kinds[terms.kind].length;
    let first = terms.starts[0] % terms.step;
    let last = instance.slots.saturating_sub(length).max(first);
    let old = std::mem::replace(&mut terms.starts, (first..=last).step_by(terms.step).collect());
    for day in &mut terms.days {
        // What a start outside of the old ones would cost is not known: at most what the dearest does.
        if let Some(dearest) = day.cost.iter().max().copied() {
            let cost = |start: &usize| old.binary_search(start).map_or(dearest, |index| day.cost_of(index));
            day.cost = terms.starts.iter().map(cost).collect();
        }
        if !day.locked {
            day.window = (first, last);
        }
    }
}

/// Days off of somebody whose days are not all settled.
fn any_day(instance: &Instance, terms: &mut Terms) {
    if terms.days.iter().all(|day| !day.may_be_off) {
        return;
    }
    let window = (terms.starts[0], terms.starts[terms.starts.len() - 1]);
    let known = std::mem::take(&mut terms.days);
    let free = |day| DayTerms {
        day,
        may_be_off: true,
        locked: false,
        window,
        breaks: None,
        cost: Vec::new(),
        off_cost: 0,
    };
    for day in 0..instance.days {
        let own = known.iter().chain(&terms.others).find(|own| own.day == day).cloned();
        let mut own = own.unwrap_or_else(|| free(day));
        own.may_be_off |= !own.locked;
        terms.days.push(own);
    }
}

fn unlock(_: &Instance, terms: &mut Terms) {
    let window = (terms.starts[0], terms.starts[terms.starts.len() - 1]);
    for day in terms.days.iter_mut().filter(|day| day.locked) {
        (day.locked, day.window, day.breaks) = (false, window, None);
    }
}

fn without_costs(_: &Instance, terms: &mut Terms) {
    for day in &mut terms.days {
        (day.cost, day.off_cost) = (Vec::new(), 0);
    }
}

/// The price list of the rules: for each, what lifting it for one person alone would save, everybody else's roster kept. The
/// dearest rules come first; rules that the instance does not have are left out.
#[must_use]
pub fn prices(instance: &Instance, roster: &Roster) -> Vec<RulePrice> {
    let lifted: Vec<Option<Instance>> = RULES.iter().map(|(_, lift)| without(instance, lift)).collect();
    let mut prices = RULES.map(|(name, _)| RulePrice::nothing(name));
    // Every instance has the first two.
    let mut there: [bool; RULES.len()] = std::array::from_fn(|at| at < 2);
    let mut cover = of_roster(instance, roster);
    for (agent, placed) in instance.agents.iter().zip(&roster.agents) {
        let terms = &agent.group.terms;
        placed.days.iter().for_each(|day| cover.day(instance, terms, day, Cover::remove));
        let price = cover.prices(&terms.rows).to_vec();
        let ruled = least(instance, &agent.group, &price);
        for (at, (_, lift)) in RULES.iter().enumerate() {
            let group = match lift {
                Lift::Rule(_) => lifted[at].as_ref().map(|lifted| (lifted, terms.clone())),
                Lift::Terms(lift) => {
                    let mut freed = terms.clone();
                    lift(instance, &mut freed);
                    (freed != *terms).then_some((instance, freed))
                }
            };
            let Some((instance, terms)) = group else { continue };
            there[at] = true;
            // Where too many ways would be left, nothing is known to be saved.
            let Ok(group) = Group::new(instance, terms) else { continue };
            prices[at].count(&agent.id.to_string(), ruled - least(instance, &group, &price));
        }
        placed.days.iter().for_each(|day| cover.day(instance, terms, day, Cover::add));
    }
    let known = prices.into_iter().zip(there).filter(|(_, there)| *there);
    RulePrice::sort(known.map(|(price, _)| price).collect())
}

/// The instance without a rule for everybody; none where it has no such rule.
fn without(instance: &Instance, lift: &Lift) -> Option<Instance> {
    let Lift::Rule(lift) = lift else { return None };
    // Its people are looked at one by one, with their own terms.
    let mut bare = Instance { agents: Vec::new(), ..instance.clone() };
    lift(&mut bare);
    (bare.rules != instance.rules || bare.change != instance.change).then_some(bare)
}

/// Why a person works: for each of their days, how much more the roster would cost if they were not there, everything else
/// kept; below 0 where it would cost less. None where there is no such person.
#[must_use]
pub fn worth(instance: &Instance, roster: &Roster, id: &str) -> Option<Vec<Worth>> {
    let who = instance.agents.iter().position(|agent| agent.id.to_string() == id)?;
    let (terms, placed) = (&instance.agents[who].group.terms, roster.agents.get(who)?);
    let mut cover = of_roster(instance, roster);
    let with = cover.cost + own_cost(instance, terms, placed);
    let without = placed.days.iter().enumerate().map(|(row, day)| {
        let mut rest = placed.clone();
        rest.days.remove(row);
        cover.day(instance, terms, day, Cover::remove);
        let more = Some(cover.cost + own_cost(instance, terms, &rest) - with);
        cover.day(instance, terms, day, Cover::add);
        Worth { day: day.day, shift: None, more }
    });
    Some(without.collect())
}

/// Everybody is there as a roster says.
fn of_roster(instance: &Instance, roster: &Roster) -> Cover {
    let mut cover = Cover::empty(instance);
    for (agent, placed) in instance.agents.iter().zip(&roster.agents) {
        placed.days.iter().for_each(|day| cover.day(instance, &agent.group.terms, day, Cover::add));
    }
    cover
}

/// What the best weeks of somebody who has none cost, on top of the others'.
fn least(instance: &Instance, group: &Group, price: &[i32]) -> i64 {
    let mut week = vec![0; instance.places(&group.terms)];
    let cost = Weeks::default().best(instance, group, price, None, &mut week);
    if cost < NEVER { cost / i64::from(PARTS) } else { 0 }
}
