//! Why somebody works a day, and what each rule costs: everybody else's roster kept, one person is taken out, or gets the
//! best week with a rule lifted.

use super::{Agent, Instance, Roster, cover::Cover, week::Weeks};
use crate::schedule::{RulePrice, Worth, draw::PARTS};

/// The price list of the rules: for each, what lifting it for one person alone would save, everybody else's roster kept. The
/// dearest rules come first.
#[must_use]
pub fn prices(instance: &Instance, roster: &Roster) -> Vec<RulePrice> {
    let mut prices = ["max_start_change_slots", "start_lo, start_hi"].map(RulePrice::nothing);
    let mut cover = Cover::of(instance, roster);
    let anywhere = Instance { change: instance.slots, ..instance.clone() };
    for (agent, placed) in instance.agents.iter().zip(&roster.agents) {
        cover.each(instance, agent, placed, Cover::remove);
        let mut late = agent.clone();
        let step = agent.starts.get(1).map_or(1, |next| next - agent.starts[0]);
        late.starts = (0..=instance.slots - instance.kinds[agent.kind].length).step_by(step).collect();
        let ruled = least(instance, agent, &cover);
        let lifted = [least(&anywhere, agent, &cover), least(instance, &late, &cover)];
        for (price, cost) in prices.iter_mut().zip(lifted) {
            price.count(&agent.id.to_string(), ruled - cost);
        }
        cover.each(instance, agent, placed, Cover::add);
    }
    RulePrice::sort(prices.into())
}

/// Why a person works: for each of their days, how much more the roster would cost if they were not there, everybody else's
/// roster kept; below 0 where it would cost less. None where there is no such person.
#[must_use]
pub fn worth(instance: &Instance, roster: &Roster, id: &str) -> Option<Vec<Worth>> {
    let who = instance.agents.iter().position(|agent| agent.id.to_string() == id)?;
    let mut cover = Cover::of(instance, roster);
    let with = cover.cost;
    let (agent, placed) = (&instance.agents[who], roster.agents.get(who)?);
    let without = placed.days.iter().map(|day| {
        cover.day(instance, agent, day, Cover::remove);
        let more = Some(cover.cost - with);
        cover.day(instance, agent, day, Cover::add);
        Worth { day: day.day, shift: None, more }
    });
    Some(without.collect())
}

/// What the best week of somebody who has none costs, on top of the others'.
fn least(instance: &Instance, agent: &Agent, cover: &Cover) -> i64 {
    let mut week = vec![0; instance.stride(agent) * agent.days.len()];
    Weeks::default().best(instance, agent, &cover.one_more, None, &mut week) / i64::from(PARTS)
}
