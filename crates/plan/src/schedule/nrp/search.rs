//! The search for a roster. First one person after another is taken out and put back where the others leave them best, with
//! noise that is cooled; then several people at a time get new rosters by a dive.

use super::{GraphError, Instance, Plan, Roster, dive::Dive, floor::Floor, graph::Graph};
use crate::schedule::{
    draw::{Draw, Noise},
    rounds::{Effort, Lane, Progress, run},
};

/// A roster and how good it is.
pub type Solution = crate::schedule::Solution<Roster>;

/// Searches for a good roster until the bound is reached, the effort is spent or `go_on` says no. It is asked between
/// rounds, of which each takes some tenths of a second.
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
    let (best, Progress { rounds, bound, .. }) = run(&mut lanes, effort.rounds, go_on);
    Ok(Solution { roster: Roster::of(instance, &best.plan), objective: best.cost, bound, rounds })
}

/// Temperatures between which a cycle cools, in units of the objective. Choice, by trial on the instances.
const HOT: f64 = 30.0;
const COLD: f64 = 0.3;
/// Sweeps of the first cycle; each is twice as long as the one before it.
const FIRST_CYCLE: u32 = 64;
/// Cycles before dives begin.
const CYCLES: u32 = 3;
/// Work of one round: arcs looked at and multiplications.
const ROUND: u64 = 60_000_000;
/// Rows of a dive's master problem at most; above it, its inverse is too large, and there are cycles alone.
const MOST_ROWS: usize = 1500;
/// People in a dive at least.
const FEWEST: usize = 4;

#[derive(Debug, Clone)]
pub(super) struct Best {
    plan: Plan,
    cost: i64,
}

/// What a lane is at.
enum Task {
    /// The next task is to be chosen.
    Choose,
    /// Sweeps that are done, of so many, from a temperature down.
    Cool { done: u32, of: u32, hot: f64 },
    /// People get new rosters at once; all of them or some.
    Dive { dive: Box<Dive>, all: bool },
}

pub(super) struct Search<'a> {
    instance: &'a Instance,
    graphs: &'a [Graph],
    floor: Floor<'a>,
    best: Best,
    bound: i64,
    order: Vec<usize>,
    draw: Draw,
    noise: Noise,
    /// Whether it is the one that looks for the bound, with everybody in its first dive.
    first: bool,
    cycles: u32,
    /// Work of dives and of cycles after the first ones; half of it is for each.
    dived: u64,
    cooled: u64,
    /// People in a dive at most: as many as lately could be given new rosters without a loss.
    most: usize,
    task: Task,
}

impl<'a> Search<'a> {
    fn new(instance: &'a Instance, graphs: &'a [Graph], seed: u64, lane: u64) -> Self {
        let mut draw = Draw::new(seed, lane);
        let noise = Noise::new(&mut draw);
        let floor = Floor::empty(instance, graphs);
        let mut search = Self {
            instance,
            graphs,
            best: Best { plan: Plan::new(), cost: i64::MAX },
            floor,
            bound: 0,
            order: (0..instance.people.len()).collect(),
            draw,
            noise,
            first: lane == 0,
            cycles: 0,
            dived: 0,
            cooled: 0,
            most: instance.people.len(),
            task: Task::Cool { done: 0, of: FIRST_CYCLE, hot: HOT },
        };
        search.draw.shuffle(&mut search.order);
        for turn in 0..search.order.len() {
            search.floor.put(search.order[turn], None);
        }
        search.keep();
        search
    }

    fn keep(&mut self) {
        if self.floor.cost < self.best.cost {
            self.best.cost = self.floor.cost;
            self.best.plan.clone_from(&self.floor.plan);
        }
    }

    fn sweep(&mut self) {
        self.draw.shuffle(&mut self.order);
        for turn in 0..self.order.len() {
            let who = self.order[turn];
            self.noise.jump(&mut self.draw);
            drop(self.floor.take(who));
            self.floor.put(who, Some(&mut self.noise));
            self.keep();
        }
    }

    /// One step of the task; answers its work, and moves on to the next task where this one is done.
    fn step(&mut self) -> u64 {
        match &mut self.task {
            Task::Choose => {
                self.choose();
                1
            }
            Task::Cool { done, of, hot } => {
                let way = f64::from(*done) / f64::from(*of);
                self.noise.heat(*hot * (COLD / *hot).powf(way));
                *done += 1;
                let over = done == of;
                self.sweep();
                if over {
                    self.cycles += 1;
                    self.task = Task::Choose;
                }
                self.cooled += self.floor.sweep_work;
                self.floor.sweep_work
            }
            Task::Dive { dive, all } => {
                let before = dive.work;
                let plan = dive.step(self.instance, self.graphs, &self.best.plan);
                let work = dive.work - before;
                self.dived += work;
                if *all {
                    self.bound = self.bound.max(dive.bound());
                }
                if let Some(plan) = plan {
                    self.floor.load(plan);
                    if self.floor.cost <= self.best.cost {
                        self.best = Best { plan: self.floor.plan.clone(), cost: self.floor.cost };
                        self.most = (self.most + 1).min(self.instance.people.len());
                    } else {
                        self.most = (self.most * 4 / 5).max(FEWEST);
                    }
                    self.task = Task::Choose;
                }
                work
            }
        }
    }

    fn choose(&mut self) {
        let people = self.instance.people.len();
        let rows = people + self.instance.wanted.len();
        if self.cycles < CYCLES {
            self.task = Task::Cool { done: 0, of: FIRST_CYCLE << self.cycles, hot: HOT };
            return;
        }
        if self.dived > self.cooled && !self.first || rows > MOST_ROWS {
            // From the best so far, with anything from a breeze to a storm.
            let hot = COLD * (HOT / COLD).powf(0.4 + 0.6 * self.draw.share());
            let of = FIRST_CYCLE << self.draw.below(4);
            self.floor.load(self.best.plan.clone());
            self.task = Task::Cool { done: 0, of, hot };
            return;
        }
        let all = std::mem::take(&mut self.first);
        let fewest = FEWEST.min(people);
        let many = if all { people } else { fewest + self.draw.below(self.most.max(fewest) - fewest + 1) };
        self.draw.shuffle(&mut self.order);
        let mut free = self.order[..many].to_vec();
        free.sort_unstable();
        let dive = Box::new(Dive::new(self.instance, &self.best.plan, free, &mut self.draw));
        self.task = Task::Dive { dive, all };
    }
}

impl Lane for Search<'_> {
    type Best = Best;

    fn round(&mut self) {
        let mut work = self.step();
        while work < ROUND && !self.at_rest() {
            work += self.step();
        }
    }

    fn objective(&self) -> i64 {
        self.best.cost
    }

    fn bound(&self) -> i64 {
        self.bound
    }

    fn best(&self) -> Best {
        self.best.clone()
    }

    fn at_rest(&self) -> bool {
        matches!(self.task, Task::Choose)
    }

    fn adopt(&mut self, best: Best) {
        self.best = best;
    }
}
