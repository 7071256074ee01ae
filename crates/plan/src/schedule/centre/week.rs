//! One person's best weeks against prices of slots, exactly: the breaks of a shift depend on its start alone, and days hang
//! together by their starts and by what the rules remember of the past, so dynamic programming over the days finds the best.

use super::{
    DayTerms, Group, Instance, Kind, OFF,
    pattern::Node,
    pause::{NEVER, Pauses, Shift},
};
use crate::schedule::draw::{Noise, PARTS};

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
    sums: Vec<i64>,
    pauses: Pauses,
    /// By day and start: the offsets of the best breaks.
    offsets: Vec<u16>,
    /// By day and start: what the day costs.
    cost: Vec<i64>,
    /// By day: what a day off costs.
    off: Vec<i64>,
    /// By layer, node and last start (and behind them: no start yet): what the rest of the period costs at least.
    values: Vec<i64>,
    /// By start: what the rest of the period costs from a day on that starts there.
    ways: Vec<i64>,
}

impl Weeks {
    /// Writes a person's cheapest weeks to `week` and answers their cost, in parts; `price` is that of one person's work in each
    /// slot. With noise they are random weeks, the cheaper the likelier. [`NEVER`], and nothing written, where there are none.
    pub(super) fn best(
        &mut self,
        instance: &Instance,
        group: &Group,
        price: &[i32],
        mut noise: Option<&mut Noise>,
        week: &mut [u16],
    ) -> i64 {
        let (terms, layers) = (&group.terms, &group.pattern.layers);
        let (many, breaks) = (terms.starts.len(), instance.kinds[terms.kind].breaks.len());
        self.offsets.resize(terms.days.len() * many * breaks, 0);
        self.cost.resize(terms.days.len() * many, 0);
        self.off.clear();
        for (row, day) in terms.days.iter().enumerate() {
            self.place(row, instance, group, day, &price[day.day * instance.slots..], noise.as_deref_mut());
            let draw = if day.may_be_off { noise.as_deref_mut().map_or(0, Noise::next) } else { 0 };
            self.off.push(i64::from(day.off_cost) * i64::from(PARTS) - i64::from(draw));
        }
        // Layers lie from the last to the first; before them that after the last day, in which nothing is left to pay.
        self.values.clear();
        self.values.resize(many + 1, 0);
        self.ways.resize(many, 0);
        let mut after = 0;
        for (row, layer) in layers.iter().enumerate().rev() {
            let here = self.values.len();
            for node in layer {
                self.node(row, node, group, after);
            }
            after = here;
        }
        let total = self.values[after + group.pattern.first * (many + 1) + many];
        if total < NEVER {
            self.write(instance, group, after, week);
        }
        total
    }

    /// Finds what each start of a day costs, with the best breaks.
    fn place(
        &mut self,
        row: usize,
        instance: &Instance,
        group: &Group,
        day: &DayTerms,
        price: &[i32],
        mut noise: Option<&mut Noise>,
    ) {
        let terms = &group.terms;
        let kind = &instance.kinds[terms.kind];
        let (first, last) = (terms.starts[0], terms.starts[terms.starts.len() - 1]);
        self.sums.clear();
        self.sums.push(0);
        let mut sum = 0;
        for price in &price[first..last + kind.length] {
            sum += i64::from(*price);
            self.sums.push(sum);
        }
        let breaks = kind.breaks.len();
        let mut settled = Vec::new();
        for (index, &start) in terms.starts.iter().enumerate() {
            let at = row * terms.starts.len() + index;
            if start < day.window.0 || start > day.window.1 {
                self.cost[at] = NEVER;
                continue;
            }
            if let Some(starts) = &day.breaks {
                settled.clear();
                settled.extend(starts.iter().map(|pause| pause - start));
            }
            let sums = &self.sums[start - first..=start - first + kind.length];
            let mut draw = || i64::from(noise.as_deref_mut().map_or(0, Noise::next));
            let own = i64::from(day.cost_of(index)) * i64::from(PARTS);
            let cost = sums[kind.length] - sums[0] - draw() + own;
            let shift = Shift {
                kind,
                stretch: instance.rules.stretch,
                settled: day.breaks.is_some().then_some(&settled),
                sums,
            };
            let offsets = &mut self.offsets[at * breaks..][..breaks];
            self.cost[at] = self.pauses.place(&shift, &mut draw, offsets).saturating_add(cost).min(NEVER);
        }
    }

    /// Appends the values of a node by last start.
    fn node(&mut self, row: usize, node: &Node, group: &Group, after: usize) {
        let many = group.terms.starts.len();
        self.ways_from(row, node, many, after);
        let off = node.off.map(|to| after + to as usize * (many + 1));
        let next = &group.pattern.next[node.since as usize];
        for last in 0..=many {
            let (from, to) = next.get(last).map_or((0, many), |(from, to)| ((*from).into(), (*to).into()));
            let work = self.ways.get(from..to).and_then(|ways| ways.iter().min().copied()).unwrap_or(NEVER);
            let rest = off.map_or(NEVER, |off| self.off[row] + self.values[off + last]);
            self.values.push(work.min(rest).min(NEVER));
        }
    }

    /// What the rest costs from a day of work on, by its start.
    fn ways_from(&mut self, row: usize, node: &Node, many: usize, after: usize) {
        let Some((to, extra)) = node.work else { return self.ways.fill(NEVER) };
        let extra = i64::from(extra) * i64::from(PARTS);
        let after = &self.values[after + to as usize * (many + 1)..];
        let cost = &self.cost[row * many..];
        for ((way, cost), after) in self.ways.iter_mut().zip(cost).zip(after) {
            *way = cost + after + extra;
        }
    }

    /// Walks the cheapest way from the first day on. `place` is where the first layer's values lie.
    fn write(&mut self, instance: &Instance, group: &Group, mut place: usize, week: &mut [u16]) {
        let (terms, layers) = (&group.terms, &group.pattern.layers);
        let many = terms.starts.len();
        let stride = instance.stride(terms);
        let (mut node, mut last) = (group.pattern.first, many);
        for (row, placed) in week.chunks_mut(stride).enumerate() {
            let here = &layers[row][node];
            place -= layers.get(row + 1).map_or(1, Vec::len) * (many + 1);
            self.ways_from(row, here, many, place);
            let next = group.pattern.next[here.since as usize].get(last);
            let (from, to) = next.map_or((0, many), |(from, to)| ((*from).into(), (*to).into()));
            let best = (from..to).min_by_key(|&index| self.ways[index]);
            let rest =
                here.off.map(|to| self.off[row] + self.values[place + to as usize * (many + 1) + last]);
            match (best, rest, here.work, here.off) {
                (Some(index), rest, Some((to, _)), _) if rest.is_none_or(|rest| self.ways[index] <= rest) => {
                    let start = terms.starts[index];
                    placed[0] = start as u16;
                    let offsets = &self.offsets[(row * many + index) * (stride - 1)..];
                    for (placed, offset) in placed[1..].iter_mut().zip(offsets) {
                        *placed = start as u16 + offset;
                    }
                    (node, last) = (to as usize, index);
                }
                (.., Some(to)) => {
                    placed.fill(OFF);
                    node = to as usize;
                }
                // A way that costs less than never has one of the two on each day.
                _ => return,
            }
        }
    }
}

/// What a person's weeks cost beside cover: wishes, exposure, weekends.
pub(super) fn own_cost(instance: &Instance, group: &Group, week: &[u16]) -> i64 {
    let terms = &group.terms;
    let (mut cost, mut node) = (0, group.pattern.first);
    for ((day, layer), placed) in
        terms.days.iter().zip(&group.pattern.layers).zip(week.chunks(instance.stride(terms)))
    {
        match (placed[0], layer[node].work, layer[node].off) {
            (OFF, _, Some(to)) => {
                cost += i64::from(day.off_cost);
                node = to as usize;
            }
            (start, Some((to, extra)), _) => {
                let index = (usize::from(start) - terms.starts[0]) / terms.step;
                cost += i64::from(day.cost_of(index)) + i64::from(extra);
                node = to as usize;
            }
            _ => {}
        }
    }
    cost
}
