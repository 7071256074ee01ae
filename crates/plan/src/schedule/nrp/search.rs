//! The search for a roster: one person after another is taken out and put back where the others leave them best, with noise
//! that is cooled.

use super::{GraphError, Instance, Plan, Roster, graph::Graph};
use crate::schedule::{
    draw::{Draw, Noise, PARTS},
    rounds::{Effort, Lane, Progress, run},
};

/// A roster and how good it is.
#[derive(Debug, Clone)]
pub struct Solution {
    /// Who works what.
    pub roster: Roster,
    /// What it costs.
    pub objective: i64,
    /// No roster costs less.
    pub bound: i64,
    /// Rounds of search that were done.
    pub rounds: u64,
}

/// Searches for a good roster until the bound is reached, the effort is spent or `go_on` says no; it is asked between rounds.
///
/// # Errors
/// When the rules leave somebody no roster, or too many to be searched.
pub fn solve(
    instance: &Instance,
    effort: &Effort,
    go_on: &mut dyn FnMut(Progress) -> bool,
) -> Result<Solution, GraphError> {
    let graphs =
        instance.people.iter().map(|person| Graph::new(instance, person)).collect::<Result<Vec<_>, _>>()?;
    let mut lanes: Vec<Search> = (0..effort.lanes.max(1))
        .map(|lane| Search::new(instance, &graphs, effort.seed, lane as u64))
        .collect();
    let bound = 0;
    let (best, rounds) = run(&mut lanes, bound, effort.rounds, go_on);
    Ok(Solution { roster: Roster::of(instance, &best.plan), objective: best.cost, bound, rounds })
}

const HOT: f64 = 30.0;
const COLD: f64 = 0.3;
const FIRST_CYCLE: u32 = 64;
const LONGEST_CYCLE: u32 = 4096;

#[derive(Debug, Clone)]
pub(super) struct Best {
    plan: Plan,
    cost: i64,
}

pub(super) struct Search<'a> {
    instance: &'a Instance,
    graphs: &'a [Graph],
    plan: Plan,
    /// By day and shift: people missing.
    missing: Vec<i32>,
    cost: i64,
    best: Best,
    order: Vec<usize>,
    draw: Draw,
    noise: Noise,
    done: u32,
    cycle: u32,
    costs: Vec<i32>,
    shifts: Vec<u8>,
    values: Vec<i32>,
    chosen: Vec<u8>,
}

impl<'a> Search<'a> {
    fn new(instance: &'a Instance, graphs: &'a [Graph], seed: u64, lane: u64) -> Self {
        let mut draw = Draw::new(seed, lane);
        let noise = Noise::new(&mut draw);
        let plan = vec![None; instance.people.len() * instance.days];
        let cost = instance.wanted.iter().map(|w| i64::from(w.people) * i64::from(w.under)).sum::<i64>()
            + instance.people.iter().map(|person| person.ungranted).sum::<i64>();
        let mut search = Self {
            instance,
            graphs,
            missing: instance.wanted.iter().map(|wanted| wanted.people).collect(),
            cost,
            best: Best { plan: plan.clone(), cost: i64::MAX },
            plan,
            order: (0..instance.people.len()).collect(),
            draw,
            noise,
            done: 0,
            cycle: FIRST_CYCLE,
            costs: Vec::new(),
            shifts: Vec::new(),
            values: Vec::new(),
            chosen: vec![0; instance.days],
        };
        search.draw.shuffle(&mut search.order);
        for turn in 0..search.order.len() {
            search.put(search.order[turn], false);
        }
        search.keep();
        search
    }

    fn price(&self, place: usize) -> i32 {
        let wanted = &self.instance.wanted[place];
        if self.missing[place] > 0 { -wanted.under } else { wanted.over }
    }

    fn put(&mut self, who: usize, noisy: bool) {
        let (graph, person) = (&self.graphs[who], &self.instance.people[who]);
        let many = self.instance.shifts.len();
        self.costs.clear();
        self.shifts.clear();
        for day in 0..self.instance.days {
            for choice in &graph.choices {
                let mut best = (i32::MAX, 0);
                for &shift in choice {
                    let place = day * many + usize::from(shift);
                    let noise = if noisy { self.noise.next() } else { 0 };
                    let cost = (self.price(place) + person.wish[place]) * PARTS - noise;
                    if cost < best.0 {
                        best = (cost, shift);
                    }
                }
                if choice.is_empty() {
                    best.0 = if noisy { -self.noise.next() } else { 0 };
                }
                self.costs.push(best.0);
                self.shifts.push(best.1);
            }
        }
        graph.shortest(&self.costs, &mut self.values, &mut self.chosen);
        let plan = &mut self.plan[who * self.instance.days..][..self.instance.days];
        for (day, &choice) in self.chosen.iter().enumerate() {
            plan[day] = (choice > 0).then(|| self.shifts[day * graph.choices.len() + usize::from(choice)]);
        }
        for day in 0..self.instance.days {
            if let Some(shift) = self.plan[who * self.instance.days + day] {
                let place = day * many + usize::from(shift);
                self.cost += i64::from(self.price(place) + person.wish[place]);
                self.missing[place] -= 1;
            }
        }
    }

    fn take(&mut self, who: usize) {
        let many = self.instance.shifts.len();
        for day in 0..self.instance.days {
            if let Some(shift) = self.plan[who * self.instance.days + day].take() {
                let place = day * many + usize::from(shift);
                self.missing[place] += 1;
                self.cost -= i64::from(self.price(place) + self.instance.people[who].wish[place]);
            }
        }
    }

    fn keep(&mut self) {
        if self.cost < self.best.cost {
            self.best.cost = self.cost;
            self.best.plan.clone_from(&self.plan);
        }
    }

    fn sweep(&mut self) {
        self.draw.shuffle(&mut self.order);
        for turn in 0..self.order.len() {
            let who = self.order[turn];
            self.noise.jump(&mut self.draw);
            self.take(who);
            self.put(who, true);
            self.keep();
        }
    }
}

impl Lane for Search<'_> {
    type Best = Best;

    fn round(&mut self) {
        for _ in 0..16 {
            if self.done == self.cycle {
                self.done = 0;
                self.cycle = (self.cycle * 2).min(LONGEST_CYCLE);
            }
            let way = f64::from(self.done) / f64::from(self.cycle);
            self.noise.heat(HOT * (COLD / HOT).powf(way));
            self.sweep();
            self.done += 1;
            if self.done == self.cycle {
                return;
            }
        }
    }

    fn objective(&self) -> i64 {
        self.best.cost
    }

    fn best(&self) -> Best {
        self.best.clone()
    }

    fn at_rest(&self) -> bool {
        self.done == self.cycle
    }

    fn adopt(&mut self, best: Best) {
        self.best = best;
    }
}
