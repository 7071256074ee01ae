//! Who is there, slot by slot, and what one more would cost.

use super::{Agent, AgentRoster, DayRoster, Instance, Kind, Roster, week::worked};
use crate::schedule::draw::PARTS;

/// [`Cover::add`] or [`Cover::remove`].
pub(super) type Change = fn(&mut Cover, usize, &[u16], &Kind);

/// Cover of all slots. A slot costs `under` for each person missing and `over` for each too many.
#[derive(Debug, Clone)]
pub(super) struct Cover {
    /// People missing, negative where there are too many.
    missing: Vec<i32>,
    /// What one more person costs, in parts.
    pub(super) one_more: Vec<i32>,
    /// The objective.
    pub(super) cost: i64,
    under: i32,
    over: i32,
}

impl Cover {
    /// Nobody is there.
    pub(super) fn empty(instance: &Instance) -> Self {
        let mut cover = Self {
            missing: instance.demand.clone(),
            one_more: Vec::new(),
            cost: instance.demand.iter().map(|&people| i64::from(people) * i64::from(instance.under)).sum(),
            under: instance.under,
            over: instance.over,
        };
        cover.one_more = (0..instance.horizon()).map(|slot| cover.price(slot) * PARTS).collect();
        // Beyond the last midnight people neither help nor hurt.
        let longest = instance.kinds.iter().map(|kind| kind.length).max().unwrap_or(0);
        cover.one_more.resize(instance.horizon() + instance.slots + longest, 0);
        cover
    }

    /// Everybody is there as a roster says.
    pub(super) fn of(instance: &Instance, roster: &Roster) -> Self {
        let mut cover = Self::empty(instance);
        for (agent, placed) in instance.agents.iter().zip(&roster.agents) {
            cover.each(instance, agent, placed, Self::add);
        }
        cover
    }

    /// Each day of a person's week comes, or is taken out.
    pub(super) fn each(&mut self, instance: &Instance, agent: &Agent, placed: &AgentRoster, change: Change) {
        placed.days.iter().for_each(|day| self.day(instance, agent, day, change));
    }

    /// One day comes, or is taken out.
    pub(super) fn day(&mut self, instance: &Instance, agent: &Agent, day: &DayRoster, change: Change) {
        let starts = [day.start].into_iter().chain(day.breaks.iter().map(|pause| pause.start));
        let placed: Vec<u16> = starts.map(|start| start as u16).collect();
        change(self, day.day * instance.slots, &placed, &instance.kinds[agent.kind]);
    }

    fn price(&self, slot: usize) -> i32 {
        if self.missing[slot] > 0 { -self.under } else { self.over }
    }

    /// One person comes for a day's shift.
    pub(super) fn add(&mut self, base: usize, placed: &[u16], kind: &Kind) {
        worked(placed, kind, |from, to| {
            for slot in base + from..(base + to).min(self.missing.len()) {
                self.cost += i64::from(self.price(slot));
                self.missing[slot] -= 1;
                self.one_more[slot] = self.price(slot) * PARTS;
            }
        });
    }

    /// One person is taken out.
    pub(super) fn remove(&mut self, base: usize, placed: &[u16], kind: &Kind) {
        worked(placed, kind, |from, to| {
            for slot in base + from..(base + to).min(self.missing.len()) {
                self.missing[slot] += 1;
                self.cost -= i64::from(self.price(slot));
                self.one_more[slot] = self.price(slot) * PARTS;
            }
        });
    }
}
