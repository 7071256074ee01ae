//! Who is there, slot by slot, and what one more would cost.

use super::{DayRoster, Instance, Kind, Terms, week::worked};
use crate::schedule::draw::PARTS;

/// [`Cover::add`] or [`Cover::remove`].
pub(super) type Change = fn(&mut Cover, usize, &[u16], &Kind, &[usize]);

/// Cover of all slots, of all people and of each skill. A slot costs `under` for each person missing and `over` for each too
/// many.
#[derive(Debug, Clone)]
pub(super) struct Cover {
    rows: Vec<RowCover>,
    /// What all slots cost.
    pub(super) cost: i64,
    /// Sums of prices, for those who count in several rows.
    summed: Vec<i32>,
}

#[derive(Debug, Clone)]
struct RowCover {
    /// People missing, negative where there are too many.
    missing: Vec<i32>,
    /// What one more person costs, in parts.
    one_more: Vec<i32>,
    under: i32,
    over: i32,
}

impl RowCover {
    fn price(&self, slot: usize) -> i32 {
        if self.missing[slot] > 0 { -self.under } else { self.over }
    }
}

impl Cover {
    /// Nobody is there.
    pub(super) fn empty(instance: &Instance) -> Self {
        let mut cost = 0;
        let mut rows = Vec::with_capacity(instance.rows.len());
        for row in &instance.rows {
            cost += row.demand.iter().map(|&people| i64::from(people) * i64::from(row.under)).sum::<i64>();
            let missing = row.demand.clone();
            let mut own = RowCover { missing, one_more: Vec::new(), under: row.under, over: row.over };
            own.one_more = (0..instance.horizon()).map(|slot| own.price(slot) * PARTS).collect();
            // Beyond the last midnight people neither help nor hurt.
            own.one_more.resize(instance.reach(), 0);
            rows.push(own);
        }
        Self { rows, cost, summed: Vec::new() }
    }

    /// What one more person costs who counts in these rows.
    pub(super) fn prices(&mut self, rows: &[usize]) -> &[i32] {
        let [first, skills @ ..] = rows else { return &[] };
        if skills.is_empty() {
            return &self.rows[*first].one_more;
        }
        self.summed.clone_from(&self.rows[*first].one_more);
        for row in skills {
            for (sum, price) in self.summed.iter_mut().zip(&self.rows[*row].one_more) {
                *sum += price;
            }
        }
        &self.summed
    }

    /// One day comes, or is taken out.
    pub(super) fn day(&mut self, instance: &Instance, terms: &Terms, day: &DayRoster, change: Change) {
        let starts = [day.start].into_iter().chain(day.breaks.iter().map(|pause| pause.start));
        let placed: Vec<u16> = starts.map(|start| start as u16).collect();
        change(self, day.day * instance.slots, &placed, &instance.kinds[terms.kind], &terms.rows);
    }

    /// One person comes for a day's shift.
    pub(super) fn add(&mut self, base: usize, placed: &[u16], kind: &Kind, rows: &[usize]) {
        for row in rows {
            let row = &mut self.rows[*row];
            worked(placed, kind, |from, to| {
                for slot in base + from..(base + to).min(row.missing.len()) {
                    self.cost += i64::from(row.price(slot));
                    row.missing[slot] -= 1;
                    row.one_more[slot] = row.price(slot) * PARTS;
                }
            });
        }
    }

    /// One person is taken out.
    pub(super) fn remove(&mut self, base: usize, placed: &[u16], kind: &Kind, rows: &[usize]) {
        for row in rows {
            let row = &mut self.rows[*row];
            worked(placed, kind, |from, to| {
                for slot in base + from..(base + to).min(row.missing.len()) {
                    row.missing[slot] += 1;
                    self.cost -= i64::from(row.price(slot));
                    row.one_more[slot] = row.price(slot) * PARTS;
                }
            });
        }
    }
}
