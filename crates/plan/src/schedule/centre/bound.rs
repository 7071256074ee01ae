//! A bound below every roster, by Lagrangian relaxation (Geoffrion 1974).
//!
//! A slot costs `under` for each person missing and `over` for each too many. This is the largest of `p (demand - cover)` over all
//! prices `p` from `-over` to `under`, so with any fixed prices no roster costs less than the prices' worth of the demand minus
//! what everybody's dearest week is worth; the latter is found exactly, person by person. Prices climb along
//! subgradients. All sums are whole numbers, so the bound is exact.

use super::{
    Agent, Instance,
    week::{Weeks, worked},
};
use crate::schedule::draw::PARTS;

/// Person-days that are placed for the bound between two rounds of the search: a fifth of what a round places. Choice.
const ROUND: usize = 8000;
/// Steps at most; the gain of more is small.
const MOST_STEPS: usize = 40_000;
/// How much of each new slope enters the direction of the climb.
const FRESH: f64 = 0.1;

/// Steps without a better bound after which they are halved. Choice, by trial.
const PATIENCE: u32 = 400;

/// The climb of the prices along a mean of the slopes met (Camerini, Fratta & Maffioli 1975), in steps as long as the gap to
/// `known` asks for (Polyak 1969); they are halved, and start again from the best prices, where they lead nowhere.
pub(super) struct Climb<'a> {
    instance: &'a Instance,
    groups: Vec<(&'a Agent, i64)>,
    steps: usize,
    steps_a_round: usize,
    price: Vec<f64>,
    best_price: Vec<f64>,
    /// In parts.
    best: i64,
    direction: Vec<f64>,
    stride: f64,
    stuck: u32,
    cost: Vec<i32>,
    weeks: Weeks,
    week: Vec<u16>,
}

impl<'a> Climb<'a> {
    pub(super) fn new(instance: &'a Instance) -> Self {
        let groups = alike(instance);
        let days: usize = groups.iter().map(|(agent, _)| agent.days.len()).sum();
        let horizon = instance.horizon();
        let longest = instance.kinds.iter().map(|kind| kind.length).max().unwrap_or(0);
        Self {
            instance,
            groups,
            steps: 0,
            steps_a_round: (ROUND / days.max(1)).max(1),
            price: vec![0.0; horizon],
            best_price: vec![0.0; horizon],
            best: i64::MIN,
            direction: vec![0.0; horizon],
            stride: 0.5,
            stuck: 0,
            cost: vec![0; horizon + instance.slots + longest],
            weeks: Weeks::default(),
            week: Vec::new(),
        }
    }

    /// Some steps; `known` is what some roster costs.
    pub(super) fn round(&mut self, known: i64) {
        for _ in 0..self.steps_a_round.min(MOST_STEPS - self.steps) {
            self.step(known);
            self.steps += 1;
        }
    }

    /// No roster costs less than this.
    pub(super) fn bound(&self) -> i64 {
        if self.steps == 0 { 0 } else { round_up(self.instance, self.best) }
    }

    fn step(&mut self, known: i64) {
        let instance = self.instance;
        let mut worth = 0_i64;
        for ((cost, price), demand) in self.cost.iter_mut().zip(&self.price).zip(&instance.demand) {
            let parts = (price * f64::from(PARTS)).round() as i32;
            *cost = -parts;
            worth += i64::from(parts) * i64::from(*demand);
        }
        let mut slope: Vec<f64> = instance.demand.iter().map(|&people| f64::from(people)).collect();
        for (agent, many) in &self.groups {
            self.week.resize(instance.stride(agent) * agent.days.len(), 0);
            worth += self.weeks.best(instance, agent, &self.cost, None, &mut self.week) * many;
            subtract(instance, agent, &self.week, *many as f64, &mut slope);
        }
        if self.best == i64::MIN {
            self.direction.clone_from(&slope);
        }
        for (direction, slope) in self.direction.iter_mut().zip(&slope) {
            *direction += FRESH * (slope - *direction);
        }
        if worth > self.best {
            (self.best, self.stuck) = (worth, 0);
            self.best_price.clone_from(&self.price);
        } else {
            self.stuck += 1;
            if self.stuck == PATIENCE {
                (self.stuck, self.stride) = (0, self.stride * 0.5);
                self.price.clone_from(&self.best_price);
            }
        }
        self.climb(known, worth);
    }

    /// One step along the direction, within what prices may be.
    fn climb(&mut self, known: i64, worth: i64) {
        let (under, over) = (f64::from(self.instance.under), f64::from(self.instance.over));
        for (along, best) in self.direction.iter_mut().zip(&self.price) {
            if *along > 0.0 && *best >= under || *along < 0.0 && *best <= -over {
                *along = 0.0;
            }
        }
        let length: f64 = self.direction.iter().map(|along| along * along).sum();
        let gap = (known as f64 - worth as f64 / f64::from(PARTS)).max(1.0);
        let step = self.stride * gap / length.max(1e-9);
        for (price, along) in self.price.iter_mut().zip(&self.direction) {
            *price = (*price + step * along).clamp(-over, under);
        }
    }
}

/// Takes a week's work off the people wanted.
fn subtract(instance: &Instance, agent: &Agent, week: &[u16], many: f64, slope: &mut [f64]) {
    let kind = &instance.kinds[agent.kind];
    for (&day, placed) in agent.days.iter().zip(week.chunks(instance.stride(agent))) {
        worked(placed, kind, |from, to| {
            let base = day * instance.slots;
            for slot in base + from..(base + to).min(slope.len()) {
                slope[slot] -= many;
            }
        });
    }
}

/// People who may work the same weeks, and how many they are.
fn alike(instance: &Instance) -> Vec<(&Agent, i64)> {
    let mut groups: std::collections::BTreeMap<_, (&Agent, i64)> = std::collections::BTreeMap::new();
    for agent in instance.agents.iter().filter(|agent| !agent.days.is_empty()) {
        groups.entry((agent.kind, &agent.starts, &agent.days)).or_insert((agent, 0)).1 += 1;
    }
    groups.into_values().collect()
}

/// Objectives are whole numbers; where no shift crosses the last midnight, everybody's slots of work are fixed, and then all
/// objectives differ by whole multiples of `under + over`.
fn round_up(instance: &Instance, parts: i64) -> i64 {
    let whole = parts.div_euclid(i64::from(PARTS)) + i64::from(parts.rem_euclid(i64::from(PARTS)) > 0);
    let whole = whole.max(0);
    let fits = |agent: &Agent| {
        let last = agent.starts[agent.starts.len() - 1] + instance.kinds[agent.kind].length;
        agent.days.iter().all(|&day| day * instance.slots + last <= instance.horizon())
    };
    let step = i64::from(instance.under + instance.over);
    if step == 0 || !instance.agents.iter().all(fits) {
        return whole;
    }
    let work: i64 = instance
        .agents
        .iter()
        .map(|agent| {
            let kind = &instance.kinds[agent.kind];
            let paused: usize = kind.breaks.iter().map(|pause| pause.length).sum();
            (agent.days.len() * (kind.length - paused)) as i64
        })
        .sum();
    let demand: i64 = instance.demand.iter().map(|&people| i64::from(people)).sum();
    // under * u + over * o with o - u = work - demand.
    let rest = (i64::from(instance.over) * (work - demand)).rem_euclid(step);
    whole + (rest - whole).rem_euclid(step)
}
