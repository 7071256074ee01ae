//! Who is there, slot by slot, and what one more would cost.

use super::{Instance, Kind, week::worked};
use crate::schedule::draw::PARTS;

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
