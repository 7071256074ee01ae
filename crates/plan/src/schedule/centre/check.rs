//! What a roster costs and which rules it breaks, counted from the roster alone.

use super::{Agent, AgentRoster, Instance, Roster};
use crate::schedule::Verdict;

/// Counts what a roster costs and how often it breaks a rule. A day that is no working day, or is missing, breaks one, and so does
/// each start, break or change of start that is not allowed.
#[must_use]
pub fn judge(instance: &Instance, roster: &Roster) -> Verdict {
    let mut missing = instance.demand.clone();
    let mut violations = instance.agents.len().abs_diff(roster.agents.len());
    for (agent, placed) in instance.agents.iter().zip(&roster.agents) {
        violations += usize::from(agent.id != placed.id) + broken(instance, agent, placed);
        count(instance, agent, placed, &mut missing);
    }
    let cost = |missing: &i32| {
        let weight = if *missing > 0 { instance.under } else { instance.over };
        i64::from(weight) * i64::from(missing.unsigned_abs())
    };
    Verdict { objective: missing.iter().map(cost).sum(), violations }
}

fn broken(instance: &Instance, agent: &Agent, placed: &AgentRoster) -> usize {
    let breaks = &instance.kinds[agent.kind].breaks;
    let days = placed.days.iter().filter(|day| agent.days.contains(&day.day)).count();
    let mut broken = placed.days.len() - days + agent.days.len().saturating_sub(days);
    for day in &placed.days {
        broken += usize::from(!agent.starts.contains(&day.start)) + breaks.len().abs_diff(day.breaks.len());
        for (pause, placed) in breaks.iter().zip(&day.breaks) {
            let window = day.start + pause.lo..=day.start + pause.hi;
            broken += usize::from(pause.name != placed.name || !window.contains(&placed.start));
        }
    }
    for pair in placed.days.windows(2) {
        let moved = pair[0].start.abs_diff(pair[1].start) > instance.change;
        broken += usize::from(moved) + usize::from(pair[0].day >= pair[1].day);
    }
    broken
}

/// Takes a person's work off what is missing.
fn count(instance: &Instance, agent: &Agent, placed: &AgentRoster, missing: &mut [i32]) {
    let kind = &instance.kinds[agent.kind];
    for day in &placed.days {
        let at_break = |slot: &usize| {
            let pauses = kind.breaks.iter().zip(&day.breaks);
            pauses
                .into_iter()
                .any(|(pause, placed)| (placed.start..placed.start + pause.length).contains(slot))
        };
        for slot in (day.start..day.start + kind.length).filter(|slot| !at_break(slot)) {
            if let Some(missing) = missing.get_mut(day.day * instance.slots + slot) {
                *missing -= 1;
            }
        }
    }
}
