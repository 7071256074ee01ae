//! Part of the people, or all, get new rosters at once: column generation finds shares of rosters that are best on the whole, and
//! a dive settles one person after another on the roster with the largest share (Joncour et al. 2010). With everybody in it, the
//! prices before the dive give a bound below every roster (Lasdon 1970).

use super::{
    Instance, Plan,
    graph::Graph,
    master::{Column, Master, Want},
};
use crate::schedule::draw::Draw;

/// Prices are whole numbers of this many parts of one unit of the objective.
const PARTS: f64 = 1024.0;
/// Steps of column generation before the dive, and between two settlings.
const STEPS: u32 = 400;
const STEPS_BETWEEN: u32 = 6;
/// Shares from here on are whole.
const WHOLE: f64 = 0.999;
/// How much of the best prices so far enters the next ones, so that these do not jump (Wentges 1997).
const SMOOTH: f64 = 0.5;

#[derive(Debug, Clone)]
pub(super) struct Dive {
    /// People who get new rosters, rising.
    free: Vec<usize>,
    master: Master,
    settled: Vec<bool>,
    steps: u32,
    /// Whether the first settling is still to come.
    root: bool,
    /// Best bound so far, in parts, with its prices.
    bound: i64,
    centre: Vec<f64>,
    costs: Vec<i32>,
    shifts: Vec<u8>,
    values: Vec<i32>,
    chosen: Vec<u8>,
    /// Arcs looked at and multiplications done: the measure of work.
    pub(super) work: u64,
}

impl Dive {
    /// New rosters for some people, the others' fixed.
    pub(super) fn new(instance: &Instance, plan: &Plan, free: Vec<usize>, draw: &mut Draw) -> Self {
        let many = instance.shifts.len();
        let mut want: Vec<Want> = instance
            .wanted
            .iter()
            .map(|w| Want { people: w.people.into(), under: w.under.into(), over: w.over.into() })
            .collect();
        for who in (0..instance.people.len()).filter(|who| free.binary_search(who).is_err()) {
            for (day, shift) in plan[who * instance.days..][..instance.days].iter().enumerate() {
                if let Some(shift) = shift {
                    want[day * many + usize::from(*shift)].people -= 1.0;
                }
            }
        }
        let first = free
            .iter()
            .enumerate()
            .map(|(row, &who)| {
                column(instance, row, who, plan[who * instance.days..][..instance.days].to_vec())
            })
            .collect();
        Self {
            settled: vec![false; free.len()],
            free,
            master: Master::new(want, first, || draw.share()),
            steps: 0,
            root: true,
            bound: i64::MIN,
            centre: Vec::new(),
            costs: Vec::new(),
            shifts: Vec::new(),
            values: Vec::new(),
            chosen: vec![0; instance.days],
            work: 0,
        }
    }

    /// No roster costs less than this, all people counted, if all are free.
    pub(super) fn bound(&self) -> i64 {
        // All objectives are whole numbers.
        let parts = PARTS as i64;
        self.bound.div_euclid(parts) + i64::from(self.bound.rem_euclid(parts) > 0)
    }

    /// One step; the new plan, when it is there.
    pub(super) fn step(&mut self, instance: &Instance, graphs: &[Graph], plan: &Plan) -> Option<Plan> {
        let before = self.master.work;
        self.master.solve();
        let more = self.generate(instance, graphs);
        self.work += self.master.work - before;
        self.steps += 1;
        let most = if self.root { STEPS } else { STEPS_BETWEEN };
        if more && self.steps < most {
            return None;
        }
        self.master.solve();
        (self.root, self.steps) = (false, 0);
        self.settle();
        if !self.settled.iter().all(|&settled| settled) {
            return None;
        }
        let mut plan = plan.clone();
        for (column, _) in self.master.shares(&vec![false; self.free.len()]).iter().rev() {
            let column = &self.master.columns[*column];
            plan[self.free[column.person] * instance.days..][..instance.days].clone_from_slice(&column.month);
        }
        Some(plan)
    }

    /// Settles everybody whose roster is whole, and else the one with the largest share.
    fn settle(&mut self) {
        let shares = self.master.shares(&self.settled);
        for (rank, &(column, share)) in shares.iter().enumerate() {
            if rank == 0 || share > WHOLE {
                self.master.settle(column);
                self.settled[self.master.columns[column].person] = true;
            }
        }
        self.master.settled();
    }

    /// Adds the best roster of each person at the prices; says whether any of them gains.
    fn generate(&mut self, instance: &Instance, graphs: &[Graph]) -> bool {
        let prices: Vec<f64> = (0..instance.wanted.len()).map(|row| self.master.worth(row)).collect();
        if !self.root || self.centre.is_empty() {
            return self.price(instance, graphs, &prices);
        }
        let smooth: Vec<f64> =
            self.centre.iter().zip(&prices).map(|(old, new)| SMOOTH * old + (1.0 - SMOOTH) * new).collect();
        self.price(instance, graphs, &smooth) || self.price(instance, graphs, &prices)
    }

    fn price(&mut self, instance: &Instance, graphs: &[Graph], prices: &[f64]) -> bool {
        let parts: Vec<i32> = prices.iter().map(|price| (price * PARTS).round() as i32).collect();
        let wanted = |(parts, wanted): (&i32, &super::Wanted)| i64::from(*parts) * i64::from(wanted.people);
        let mut bound: i64 = parts.iter().zip(&instance.wanted).map(wanted).sum();
        let mut gained = false;
        for row in 0..self.free.len() {
            if self.settled[row] {
                continue;
            }
            let who = self.free[row];
            bound += self.cheapest(instance, &graphs[who], who, &parts);
            bound += instance.people[who].ungranted * PARTS as i64;
            let month = (0..instance.days).map(|day| {
                let (choice, many) = (self.chosen[day], graphs[who].choices.len());
                (choice > 0).then(|| self.shifts[day * many + usize::from(choice)])
            });
            let found = column(instance, row, who, month.collect());
            if self.master.gains(&found) {
                self.master.columns.push(found);
                gained = true;
            }
        }
        if self.root && bound > self.bound {
            self.bound = bound;
            self.centre = prices.to_vec();
        }
        gained
    }

    /// Finds a person's cheapest roster at the prices; answers its cost in parts.
    fn cheapest(&mut self, instance: &Instance, graph: &Graph, who: usize, parts: &[i32]) -> i64 {
        let (many, wish) = (instance.shifts.len(), &instance.people[who].wish);
        let price = |place: usize| wish[place] * PARTS as i32 - parts[place];
        graph.prices(instance.days, many, price, None, &mut self.costs, &mut self.shifts);
        self.work += graph.size() as u64;
        graph.shortest(&self.costs, &mut self.values, &mut self.chosen)
    }
}

fn column(instance: &Instance, row: usize, who: usize, month: Vec<Option<u8>>) -> Column {
    let many = instance.shifts.len();
    let places = || {
        let worked = month.iter().enumerate();
        worked.filter_map(|(day, shift)| shift.map(|shift| day * many + usize::from(shift)))
    };
    let person = &instance.people[who];
    let cost = places().map(|place| f64::from(person.wish[place])).sum();
    let cover = places().map(|place| place as u16).collect();
    Column::new(row, cost, cover, month)
}
