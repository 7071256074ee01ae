//! A bound below every roster, by Lagrangian relaxation (Geoffrion 1974).
//!
//! A slot costs `under` for each person missing and `over` for each too many. This is the largest of `p (demand - cover)` over all
//! prices `p` from `-over` to `under`, so with any fixed prices no roster costs less than the prices' worth of the demand minus
//! what everybody's dearest weeks are worth; the latter are found exactly, person by person. Prices climb along
//! subgradients. All sums are whole numbers, so the bound is exact.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    Group, Instance, OFF, Terms,
    pause::NEVER,
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
///
/// Prices, slopes and the direction have the slots of all rows of demand, one row behind the other.
pub(super) struct Climb<'a> {
    instance: &'a Instance,
    groups: Vec<(&'a Group, i64)>,
    steps: usize,
    steps_a_round: usize,
    price: Vec<f64>,
    best_price: Vec<f64>,
    /// In parts.
    best: i64,
    direction: Vec<f64>,
    stride: f64,
    stuck: u32,
    /// By row and slot: what one person's work costs, in parts, and the sum for those who count in several rows.
    cost: Vec<Vec<i32>>,
    summed: Vec<i32>,
    weeks: Weeks,
    week: Vec<u16>,
}

impl<'a> Climb<'a> {
    pub(super) fn new(instance: &'a Instance) -> Self {
        let groups = alike(instance);
        let days: usize = groups.iter().map(|(group, _)| group.terms.days.len()).sum();
        let places = instance.horizon() * instance.rows.len();
        Self {
            instance,
            groups,
            steps: 0,
            steps_a_round: (ROUND / days.max(1)).max(1),
            price: vec![0.0; places],
            best_price: vec![0.0; places],
            best: i64::MIN,
            direction: vec![0.0; places],
            stride: 0.5,
            stuck: 0,
            cost: vec![vec![0; instance.reach()]; instance.rows.len()],
            summed: Vec::new(),
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
        let mut slope = Vec::with_capacity(self.price.len());
        let prices = self.price.chunks(instance.horizon());
        for ((row, cost), prices) in instance.rows.iter().zip(&mut self.cost).zip(prices) {
            for ((cost, price), demand) in cost.iter_mut().zip(prices).zip(&row.demand) {
                let parts = (price * f64::from(PARTS)).round() as i32;
                *cost = -parts;
                worth += i64::from(parts) * i64::from(*demand);
                slope.push(f64::from(*demand));
            }
        }
        for at in 0..self.groups.len() {
            let (group, many) = self.groups[at];
            self.week.resize(instance.places(&group.terms), 0);
            let price = sum(&self.cost, &group.terms.rows, &mut self.summed);
            // Everybody has some weeks: this was found out when the instance was read.
            let dearest = self.weeks.best(instance, group, price, None, &mut self.week).min(NEVER / many);
            worth += dearest * many;
            subtract(instance, &group.terms, &self.week, many as f64, &mut slope);
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
        let horizon = self.instance.horizon();
        let rows = &self.instance.rows;
        let limits =
            |place: usize| (f64::from(rows[place / horizon].under), f64::from(rows[place / horizon].over));
        for (place, (along, best)) in self.direction.iter_mut().zip(&self.price).enumerate() {
            let (under, over) = limits(place);
            if *along > 0.0 && *best >= under || *along < 0.0 && *best <= -over {
                *along = 0.0;
            }
        }
        let length: f64 = self.direction.iter().map(|along| along * along).sum();
        let gap = (known as f64 - worth as f64 / f64::from(PARTS)).max(1.0);
        let step = self.stride * gap / length.max(1e-9);
        for (place, (price, along)) in self.price.iter_mut().zip(&self.direction).enumerate() {
            let (under, over) = limits(place);
            *price = (*price + step * along).clamp(-over, under);
        }
    }
}

/// What one person's work costs who counts in these rows.
fn sum<'a>(cost: &'a [Vec<i32>], rows: &[usize], summed: &'a mut Vec<i32>) -> &'a [i32] {
    let [first, skills @ ..] = rows else { return &[] };
    if skills.is_empty() {
        return &cost[*first];
    }
    summed.clone_from(&cost[*first]);
    for row in skills {
        for (sum, cost) in summed.iter_mut().zip(&cost[*row]) {
            *sum += cost;
        }
    }
    summed
}

/// Takes a week's work off the people wanted.
fn subtract(instance: &Instance, terms: &Terms, week: &[u16], many: f64, slope: &mut [f64]) {
    let kind = &instance.kinds[terms.kind];
    let horizon = instance.horizon();
    let placed = week.chunks(instance.stride(terms));
    for (day, placed) in terms.days.iter().zip(placed).filter(|(_, placed)| placed[0] != OFF) {
        worked(placed, kind, |from, to| {
            let base = day.day * instance.slots;
            for row in &terms.rows {
                let slope = &mut slope[row * horizon..][..horizon];
                let reached = slope.get_mut(base + from..(base + to).min(horizon));
                reached.into_iter().flatten().for_each(|slope| *slope -= many);
            }
        });
    }
}

/// People who may work the same weeks, and how many they are.
fn alike(instance: &Instance) -> Vec<(&Group, i64)> {
    let mut order = BTreeMap::new();
    let mut groups: Vec<(&Group, i64)> = Vec::new();
    for agent in instance.agents.iter().filter(|agent| !agent.group.terms.days.is_empty()) {
        let at = *order.entry(Arc::as_ptr(&agent.group)).or_insert_with(|| {
            groups.push((&agent.group, 0));
            groups.len() - 1
        });
        groups[at].1 += 1;
    }
    groups
}

/// Objectives are whole numbers; where no shift crosses the last midnight, everybody's slots of work are fixed and nothing else
/// costs anything, all objectives differ by whole multiples of `under + over`.
fn round_up(instance: &Instance, parts: i64) -> i64 {
    let whole = parts.div_euclid(i64::from(PARTS)) + i64::from(parts.rem_euclid(i64::from(PARTS)) > 0);
    let whole = whole.max(0);
    let [row] = &instance.rows[..] else { return whole };
    let fits = |terms: &Terms| {
        let last = terms.starts[terms.starts.len() - 1] + instance.kinds[terms.kind].length;
        terms.days.iter().all(|day| {
            !day.may_be_off && day.cost.is_empty() && day.day * instance.slots + last <= instance.horizon()
        })
    };
    let step = i64::from(row.under + row.over);
    let fixed = instance.agents.iter().all(|agent| fits(&agent.group.terms));
    if step == 0 || !fixed || instance.rules.weekend_weight.is_some() {
        return whole;
    }
    let work: i64 = instance
        .agents
        .iter()
        .map(|agent| {
            let terms = &agent.group.terms;
            let kind = &instance.kinds[terms.kind];
            let paused: usize = kind.breaks.iter().map(|pause| pause.length).sum();
            (terms.days.len() * (kind.length - paused)) as i64
        })
        .sum();
    let demand: i64 = row.demand.iter().map(|&people| i64::from(people)).sum();
    // under * u + over * o with o - u = work - demand.
    let rest = (i64::from(row.over) * (work - demand)).rem_euclid(step);
    whole + (rest - whole).rem_euclid(step)
}
