//! One person's best week against prices of slots, exactly: breaks of a shift do not touch each other, so each is placed by
//! itself; days hang together by their starts alone, so dynamic programming over the days finds the best.

use super::{Agent, Instance, Kind};
use crate::schedule::draw::Noise;

/// Calls with each stretch of work of a shift: from its first slot to that after its last.
pub(super) fn worked(placed: &[u16], kind: &Kind, mut stretch: impl FnMut(usize, usize)) {
    let start = usize::from(placed[0]);
    let mut from = start;
    for (pause, &at) in kind.breaks.iter().zip(&placed[1..]) {
        stretch(from, usize::from(at));
        from = usize::from(at) + pause.length;
    }
    stretch(from, start + kind.length);
}

/// Finds weeks; keeps its memory between calls.
#[derive(Debug, Clone, Default)]
pub(super) struct Weeks {
    /// Sums of prices from the first slot of a day that matters.
    sums: Vec<i32>,
    /// By day and start: the best break starts.
    pauses: Vec<u16>,
    /// By day and start: the cheapest way there.
    cost: Vec<i64>,
    /// By day and start: the start on the day before.
    from: Vec<u16>,
}

impl Weeks {
    /// Writes a person's cheapest week to `week` and answers its cost, in parts; `price` is that of one person's work in each
    /// slot. With noise it is a random week, the cheaper the likelier.
    pub(super) fn best(
        &mut self,
        instance: &Instance,
        agent: &Agent,
        price: &[i32],
        mut noise: Option<&mut Noise>,
        week: &mut [u16],
    ) -> i64 {
        let kind = &instance.kinds[agent.kind];
        let (many, breaks) = (agent.starts.len(), kind.breaks.len());
        self.pauses.resize(agent.days.len() * many * breaks, 0);
        self.cost.resize(agent.days.len() * many, 0);
        self.from.resize(agent.days.len() * many, 0);
        for (row, &day) in agent.days.iter().enumerate() {
            self.place(row, agent, kind, &price[day * instance.slots..], noise.as_deref_mut());
            if row > 0 {
                self.join(row, agent, instance.change);
            }
        }
        self.write(agent, breaks, week)
    }

    /// Places the breaks of one day for each start.
    fn place(
        &mut self,
        row: usize,
        agent: &Agent,
        kind: &Kind,
        price: &[i32],
        mut noise: Option<&mut Noise>,
    ) {
        let (first, last) = (agent.starts[0], agent.starts[agent.starts.len() - 1]);
        self.sums.clear();
        self.sums.push(0);
        let mut sum = 0;
        for price in &price[first..last + kind.length] {
            sum += price;
            self.sums.push(sum);
        }
        let mut draw = || noise.as_deref_mut().map_or(0, Noise::next);
        for (index, &start) in agent.starts.iter().enumerate() {
            let at = row * agent.starts.len() + index;
            let sums = &self.sums[start - first..=start - first + kind.length];
            let mut cost = sums[kind.length] - sums[0] - draw();
            for (number, pause) in kind.breaks.iter().enumerate() {
                let mut best = (i32::MAX, 0);
                for offset in pause.lo..=pause.hi {
                    let saved = sums[offset] - sums[offset + pause.length] - draw();
                    if saved < best.0 {
                        best = (saved, offset);
                    }
                }
                cost += best.0;
                self.pauses[at * kind.breaks.len() + number] = (start + best.1) as u16;
            }
            self.cost[at] = cost.into();
        }
    }

    /// Adds to each start of a day the cheapest way to it from the day before.
    fn join(&mut self, row: usize, agent: &Agent, change: usize) {
        let many = agent.starts.len();
        let (before, now) = self.cost.split_at_mut(row * many);
        let before = &before[(row - 1) * many..];
        for (index, &start) in agent.starts.iter().enumerate() {
            let near = |&other: &usize| agent.starts[other].abs_diff(start) <= change;
            let cheapest = (0..many).filter(near).min_by_key(|&other| before[other]).unwrap_or(index);
            now[index] += before[cheapest];
            self.from[row * many + index] = cheapest as u16;
        }
    }

    fn write(&self, agent: &Agent, breaks: usize, week: &mut [u16]) -> i64 {
        let many = agent.starts.len();
        let rows = agent.days.len();
        let Some(last) = rows.checked_sub(1) else { return 0 };
        let mut index = (0..many).min_by_key(|&index| self.cost[last * many + index]).unwrap_or(0);
        let total = self.cost[last * many + index];
        for row in (0..rows).rev() {
            let at = row * many + index;
            let placed = &mut week[row * (breaks + 1)..][..=breaks];
            placed[0] = agent.starts[index] as u16;
            placed[1..].copy_from_slice(&self.pauses[at * breaks..][..breaks]);
            index = usize::from(self.from[at]);
        }
        total
    }
}
