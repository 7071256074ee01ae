//! All rosters that one person may have, as a graph: a layer for each day, an arc for each choice of a day (a day off, or one of
//! several shifts that the rules treat alike). Every way through it keeps all rules, and every roster that keeps them is a way.
//! So the best roster under any prices is a shortest way.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, DefaultHasher},
};

use super::{Instance, Person};
use crate::schedule::draw::Noise;

/// States of one person at most, before those that are alike are merged: about 300 MB.
const MOST_STATES: usize = 4_000_000;
/// Kinds of shifts whose number is limited, for one person.
const MOST_LIMITED: usize = 10;
/// Choices of a day, a day off included: their number lies in six bits of an arc.
const MOST_CHOICES: usize = 64;
const CHOICE_BITS: u32 = 6;
/// A count that can no longer reach its limit.
const FREE: u8 = u8::MAX;

/// Why somebody's rosters make no graph.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GraphError {
    /// The rules contradict each other.
    #[error("employee {0}: no roster keeps all rules; look at minutes, leave, weekends and runs of days")]
    None(String),
    /// There are too many.
    #[error("employee {0}: the rules have too many cases to be searched; plan fewer days at once")]
    Many(String),
}

/// The rosters of one person.
#[derive(Debug, Clone)]
pub(super) struct Graph {
    /// By choice: the shifts that the rules treat alike. The first choice is a day off and has none.
    pub(super) choices: Vec<Vec<u8>>,
    /// By day: where the arcs of its nodes end, nodes of one day after another.
    layers: Vec<Vec<u32>>,
    /// By day: arcs, each the node of the next day and the choice in the low bits.
    arcs: Vec<Vec<u32>>,
    nodes: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct State {
    /// Days of the present run, of work or off; off no more than matter.
    run: u16,
    /// The choice of the day before; 0 is off.
    last: u8,
    /// Whether the run of work may end.
    long_enough: bool,
    weekends: u16,
    minutes: u32,
    counts: [u8; MOST_LIMITED],
}

struct Builder<'a> {
    instance: &'a Instance,
    person: &'a Person,
    choices: Vec<Choice>,
    longest: u32,
}

struct Choice {
    shifts: Vec<u8>,
    minutes: u32,
    /// By choice: whether it may come the day after.
    next: Vec<bool>,
    /// Place of its count and its limit, where it is limited.
    limit: Option<(usize, u32)>,
}

impl Graph {
    /// All rosters of a person.
    ///
    /// # Errors
    /// When there is none, or too many to be searched.
    pub(super) fn new(instance: &Instance, person: &Person) -> Result<Self, GraphError> {
        let builder = Builder::new(instance, person)?;
        let (layers, arcs) = builder.all()?;
        builder.merge(&layers, &arcs)
    }

    /// Writes what each choice of each day costs, and which of its shifts is the cheapest: `price` is that of a shift on a day,
    /// by place. A day off costs nothing. With noise, all of them cost a little more or less.
    pub(super) fn prices(
        &self,
        days: usize,
        shifts: usize,
        price: impl Fn(usize) -> i32,
        mut noise: Option<&mut Noise>,
        costs: &mut Vec<i32>,
        chosen: &mut Vec<u8>,
    ) {
        costs.clear();
        chosen.clear();
        let mut draw = || noise.as_deref_mut().map_or(0, Noise::next);
        for day in 0..days {
            for choice in &self.choices {
                let priced =
                    choice.iter().map(|&shift| (price(day * shifts + usize::from(shift)) - draw(), shift));
                let cheapest = priced.min();
                let (cost, shift) = cheapest.unwrap_or_else(|| (-draw(), 0));
                costs.push(cost);
                chosen.push(shift);
            }
        }
    }

    /// Arcs: the work of one search.
    pub(super) fn size(&self) -> usize {
        self.arcs.iter().map(Vec::len).sum()
    }

    /// The cheapest way; `cost` is by day and then choice. `roster` gets the choice of each day. `values` is memory.
    pub(super) fn shortest(&self, cost: &[i32], values: &mut Vec<i32>, roster: &mut [u8]) -> i64 {
        values.resize(self.nodes.max(values.len()), 0);
        let (days, choices) = (self.layers.len(), self.choices.len());
        // The values of a day's nodes lie behind those of the day after; the last layer has one node.
        values[0] = 0;
        let (mut next, mut place) = (0, 1);
        for day in (0..days).rev() {
            let cost = &cost[day * choices..][..choices];
            let (before, here) = values.split_at_mut(place);
            let after = &before[next..];
            let mut from = 0;
            for (&to, value) in self.layers[day].iter().zip(here) {
                let arcs = &self.arcs[day][from..to as usize];
                *value = arcs.iter().map(|&arc| price(cost, after, arc)).min().unwrap_or(i32::MAX / 2);
                from = to as usize;
            }
            next = place;
            place += self.layers[day].len();
        }
        self.trace(cost, values, roster);
        i64::from(values[next])
    }

    /// Walks the cheapest way from the first day on.
    fn trace(&self, cost: &[i32], values: &[i32], roster: &mut [u8]) {
        let choices = self.choices.len();
        let mut end = 1 + self.layers.iter().map(Vec::len).sum::<usize>();
        let mut node = 0;
        for (day, chosen) in roster.iter_mut().enumerate() {
            end -= self.layers[day].len();
            let after = &values[end - self.layers.get(day + 1).map_or(1, Vec::len)..end];
            let cost = &cost[day * choices..][..choices];
            let from = if node == 0 { 0 } else { self.layers[day][node - 1] };
            let arcs = &self.arcs[day][from as usize..self.layers[day][node] as usize];
            let arc = arcs.iter().copied().min_by_key(|&arc| price(cost, after, arc)).unwrap_or(0);
            *chosen = (arc & ((1 << CHOICE_BITS) - 1)) as u8;
            node = (arc >> CHOICE_BITS) as usize;
        }
    }
}

fn price(cost: &[i32], after: &[i32], arc: u32) -> i32 {
    cost[(arc & ((1 << CHOICE_BITS) - 1)) as usize] + after[(arc >> CHOICE_BITS) as usize]
}

type Layer = Vec<State>;
/// By node: arcs to the next layer, as node and choice.
type Arcs = Vec<Vec<(u32, u8)>>;

impl<'a> Builder<'a> {
    fn new(instance: &'a Instance, person: &'a Person) -> Result<Self, GraphError> {
        let many = || GraphError::Many(person.id.clone());
        let allowed: Vec<usize> =
            (0..instance.shifts.len()).filter(|&shift| person.most[shift] > 0).collect();
        let shortest = allowed.iter().map(|&shift| instance.shifts[shift].minutes).min().unwrap_or(1);
        let reach = (person.minutes_most / shortest).min(instance.days as u32);
        let mut groups: Vec<Vec<usize>> = vec![vec![]];
        for &shift in &allowed {
            let limited = person.most[shift] < reach;
            let alike = |group: &Vec<usize>| {
                group.first().is_some_and(|&other| {
                    !limited && person.most[other] >= reach && treated_alike(instance, &allowed, shift, other)
                })
            };
            match groups.iter_mut().find(|group| alike(group)) {
                Some(group) => group.push(shift),
                None => groups.push(vec![shift]),
            }
        }
        let mut limited = 0;
        let mut choices = Vec::with_capacity(groups.len());
        for group in &groups {
            let limit = group.first().map(|&shift| person.most[shift]).filter(|&most| most < reach);
            let next = groups.iter().map(|other| may_follow(instance, group, other)).collect();
            choices.push(Choice {
                shifts: group.iter().map(|&shift| shift as u8).collect(),
                minutes: group.first().map_or(0, |&shift| instance.shifts[shift].minutes),
                next,
                limit: limit.map(|most| (limited, most)),
            });
            limited += usize::from(limit.is_some());
        }
        if limited > MOST_LIMITED || choices.len() > MOST_CHOICES {
            return Err(many());
        }
        let longest = choices.iter().map(|choice| choice.minutes).max().unwrap_or(0);
        Ok(Self { instance, person, choices, longest })
    }

    /// All states that can be reached, day by day.
    fn all(&self) -> Result<(Vec<Layer>, Vec<Arcs>), GraphError> {
        let days = self.instance.days;
        let start = State {
            run: self.person.off_least as u16,
            last: 0,
            long_enough: true,
            weekends: 0,
            minutes: 0,
            counts: [0; MOST_LIMITED],
        };
        let (mut layers, mut all_arcs) = (vec![vec![self.canonical(start, 0)]], Vec::with_capacity(days));
        let mut states = 1;
        for day in 0..days {
            let mut numbers: HashMap<State, u32, BuildHasherDefault<DefaultHasher>> = HashMap::default();
            let mut layer = Vec::new();
            let mut arcs: Arcs = Vec::with_capacity(layers[day].len());
            for state in &layers[day] {
                let mut out = Vec::new();
                for choice in 0..self.choices.len() {
                    let Some(next) = self.step(state, day, choice) else { continue };
                    let next = self.canonical(next, day + 1);
                    let number = *numbers.entry(next).or_insert_with(|| {
                        layer.push(next);
                        layer.len() as u32 - 1
                    });
                    out.push((number, choice as u8));
                }
                arcs.push(out);
            }
            states += layer.len();
            if states > MOST_STATES {
                return Err(GraphError::Many(self.person.id.clone()));
            }
            layers.push(layer);
            all_arcs.push(arcs);
        }
        Ok((layers, all_arcs))
    }

    /// The state after a day, where the rules allow the choice.
    fn step(&self, state: &State, day: usize, chosen: usize) -> Option<State> {
        let next = if chosen == 0 { rest(state)? } else { self.work(state, day, chosen)? };
        let left = (self.instance.days - day - 1) as u32;
        (next.minutes + left * self.longest >= self.person.minutes_least).then_some(next)
    }

    /// The state after a day of work.
    fn work(&self, state: &State, day: usize, chosen: usize) -> Option<State> {
        let (person, choice) = (self.person, &self.choices[chosen]);
        let mut next = *state;
        next.last = chosen as u8;
        if person.leave[day] || !self.choices[usize::from(state.last)].next[chosen] {
            return None;
        }
        if state.last == 0 {
            if u32::from(state.run) < person.off_least {
                return None;
            }
            next.run = 1;
            // Before the first day there may have been work without end.
            next.long_enough = day == 0;
        } else {
            next.run += 1;
        }
        next.long_enough |= u32::from(next.run) >= person.run_least;
        next.minutes += choice.minutes;
        // A weekend counts once, on its first day of work.
        next.weekends += u16::from(day % 7 == 5 || day % 7 == 6 && state.last == 0);
        if let Some((place, most)) = choice.limit
            && next.counts[place] != FREE
        {
            next.counts[place] += 1;
            if u32::from(next.counts[place]) > most {
                return None;
            }
        }
        let fits = u32::from(next.run) <= person.run_most
            && next.minutes <= person.minutes_most
            && u32::from(next.weekends) <= person.weekends_most;
        fits.then_some(next)
    }

    /// States from which the same can happen become one state.
    fn canonical(&self, mut state: State, day: usize) -> State {
        let person = self.person;
        let left = (self.instance.days - day) as u32;
        if state.last == 0 {
            state.run = state.run.min(person.off_least as u16);
            state.long_enough = true;
        }
        for choice in &self.choices {
            if let Some((place, most)) = choice.limit {
                let reach = ((person.minutes_most - state.minutes) / choice.minutes).min(left);
                if state.counts[place] == FREE || u32::from(state.counts[place]) + reach <= most {
                    state.counts[place] = FREE;
                }
            }
        }
        if state.minutes >= person.minutes_least && state.minutes + left * self.longest <= person.minutes_most
        {
            state.minutes = person.minutes_least;
        }
        // So many days touch so many weekends, and the one that has begun.
        if u32::from(state.weekends) + left / 7 < person.weekends_most {
            state.weekends = 0;
        }
        state
    }

    /// Leaves out what leads nowhere and merges states from which the same ways lead on, from the last day back.
    fn merge(&self, layers: &[Layer], arcs: &[Arcs]) -> Result<Graph, GraphError> {
        let days = self.instance.days;
        // By node of the layer behind: its number after the merge, where it leads on.
        let mut behind: Vec<Option<u32>> = layers[days]
            .iter()
            .map(|state| (state.minutes >= self.person.minutes_least).then_some(0))
            .collect();
        let mut graph = Graph {
            choices: self.choices.iter().map(|choice| choice.shifts.clone()).collect(),
            layers: vec![Vec::new(); days],
            arcs: vec![Vec::new(); days],
            nodes: 1,
        };
        for day in (0..days).rev() {
            let mut known: HashMap<Vec<u32>, u32, BuildHasherDefault<DefaultHasher>> = HashMap::default();
            let mut here = Vec::with_capacity(arcs[day].len());
            for out in &arcs[day] {
                let out: Vec<u32> = out
                    .iter()
                    .filter_map(|&(to, choice)| Some(behind[to as usize]? << CHOICE_BITS | u32::from(choice)))
                    .collect();
                if out.is_empty() {
                    here.push(None);
                    continue;
                }
                let next = known.len() as u32;
                here.push(Some(*known.entry(out).or_insert_with_key(|out| {
                    graph.arcs[day].extend_from_slice(out);
                    graph.layers[day].push(graph.arcs[day].len() as u32);
                    next
                })));
            }
            graph.nodes += known.len();
            behind = here;
        }
        if behind.first().copied().flatten().is_none() {
            return Err(GraphError::None(self.person.id.clone()));
        }
        Ok(graph)
    }
}

/// The state after a day off.
fn rest(state: &State) -> Option<State> {
    let mut next = *state;
    (next.last, next.run) = (0, if state.last == 0 { state.run + 1 } else { 1 });
    state.long_enough.then_some(next)
}

fn treated_alike(instance: &Instance, allowed: &[usize], one: usize, other: usize) -> bool {
    let (one_shift, other_shift) = (&instance.shifts[one], &instance.shifts[other]);
    one_shift.minutes == other_shift.minutes
        && allowed.iter().all(|third| {
            let third_shift = &instance.shifts[*third];
            one_shift.not_before.contains(third) == other_shift.not_before.contains(third)
                && third_shift.not_before.contains(&one) == third_shift.not_before.contains(&other)
        })
}

fn may_follow(instance: &Instance, group: &[usize], other: &[usize]) -> bool {
    match (group.first(), other.first()) {
        (Some(&shift), Some(next)) => !instance.shifts[shift].not_before.contains(next),
        _ => true,
    }
}
