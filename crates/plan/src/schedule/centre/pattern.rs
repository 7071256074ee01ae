//! Which days somebody may work: the rules of runs, weeks, weekends and hours as a graph with a layer for each day that may be
//! worked. States from which the same can follow are one node.

use std::collections::HashMap;

use super::{Instance, Terms};

/// How long somebody has been off before a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Since {
    /// They worked on the day before.
    Yesterday,
    /// There is one day off between.
    OneDay,
    /// There is more, or the rules do not ask.
    Longer,
}

/// What may follow on a day.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Node {
    /// Node of the next layer after a day of work, and what that costs as a day of one weekend too many.
    pub(crate) work: Option<(u32, i32)>,
    /// Node of the next layer after a day off.
    pub(crate) off: Option<u32>,
    pub(crate) since: Since,
}

/// All sets of days that the rules allow.
#[derive(Debug, Clone)]
pub(crate) struct Pattern {
    /// By day that may be worked; after the last, everything ends in node 0.
    pub(crate) layers: Vec<Vec<Node>>,
    /// Node of the first layer.
    pub(crate) first: usize,
    /// By [`Since`] and last start: the first start that may follow, and that after the last, as places among the starts.
    pub(crate) next: [Vec<(u16, u16)>; 3],
}

/// Why there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PatternError {
    /// The rules allow none.
    Nothing,
    /// There are too many to be searched.
    TooMany,
}

/// States of all layers at most, and nodes with each start.
const MOST_STATES: usize = 2_000_000;
const MOST_VALUES: usize = 20_000_000;

/// What of the past matters to the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct State {
    run: usize,
    /// Days off since work; 2 for more.
    off: u8,
    week: usize,
    counted: usize,
    weekends: usize,
    this_weekend: bool,
}

/// The rules for one person.
struct Walk<'a> {
    instance: &'a Instance,
    terms: &'a Terms,
    minutes: usize,
    week_most: usize,
    asks_run: bool,
    asks_week: bool,
    asks_hours: bool,
    asks_rest: bool,
}

/// What may follow a state: after a day of work, with its cost, and after a day off.
type Arcs = (Option<(u32, i32)>, Option<u32>);
/// By day that may be worked, all states before it, and what may follow each.
type Layers = (Vec<Vec<State>>, Vec<Vec<Arcs>>);

impl Pattern {
    pub(super) fn new(instance: &Instance, terms: &Terms) -> Result<Self, PatternError> {
        let walk = Walk::new(instance, terms);
        let (states, arcs) = walk.spread()?;
        let next =
            [Since::Yesterday, Since::OneDay, Since::Longer].map(|since| starts(instance, terms, since));
        let mut layers = Vec::with_capacity(arcs.len());
        // What each state of the layer after becomes: the node of it, if anything follows.
        let mut nodes_after: Vec<Option<u32>> = vec![Some(0)];
        for (states, arcs) in states.iter().zip(&arcs).rev() {
            let mut layer: Vec<Node> = Vec::new();
            let mut numbers: HashMap<Node, u32> = HashMap::new();
            let mut nodes = Vec::with_capacity(states.len());
            for (state, (work, off)) in states.iter().zip(arcs) {
                let after = |state: &u32| nodes_after[*state as usize];
                let work = work.and_then(|(state, cost)| Some((after(&state)?, cost)));
                let node = Node { work, off: off.as_ref().and_then(after), since: walk.since(state) };
                nodes.push((node.work.is_some() || node.off.is_some()).then(|| {
                    *numbers.entry(node).or_insert_with_key(|node| {
                        layer.push(node.clone());
                        layer.len() as u32 - 1
                    })
                }));
            }
            layers.push(layer);
            nodes_after = nodes;
        }
        layers.reverse();
        if layers.iter().map(Vec::len).sum::<usize>() * (terms.starts.len() + 1) > MOST_VALUES {
            return Err(PatternError::TooMany);
        }
        let first = nodes_after[0].ok_or(PatternError::Nothing)? as usize;
        Ok(Self { layers, first, next })
    }
}

/// Which starts may follow each start, as places among the starts.
fn starts(instance: &Instance, terms: &Terms, since: Since) -> Vec<(u16, u16)> {
    let rules = &instance.rules;
    let length = instance.kinds[terms.kind].length;
    let place = |slot: usize| terms.starts.partition_point(|start| *start < slot) as u16;
    let after = |start: &usize| {
        let end = start + length;
        let rested = match since {
            Since::Yesterday => (end + rules.rest).saturating_sub(instance.slots),
            Since::OneDay => (end + rules.weekly_rest.max(rules.rest)).saturating_sub(2 * instance.slots),
            Since::Longer => 0,
        };
        let onward = if rules.forward && since == Since::Yesterday { *start } else { 0 };
        let earliest = start.saturating_sub(instance.change).max(rested).max(onward);
        (place(earliest), place(start.saturating_add(instance.change).saturating_add(1)))
    };
    terms.starts.iter().map(after).collect()
}

impl<'a> Walk<'a> {
    fn new(instance: &'a Instance, terms: &'a Terms) -> Self {
        let rules = &instance.rules;
        let minutes = instance.worked_minutes(&instance.kinds[terms.kind]);
        let week_most = terms.week.1.min(rules.week_most);
        let mut weeks: HashMap<usize, usize> = HashMap::new();
        for day in &terms.days {
            *weeks.entry((day.day + instance.first_weekday) / 7).or_default() += 1;
        }
        let most_of = |days: usize| {
            (1..=days.min(week_most)).map(|day| rules.hours.counted(minutes, day)).sum::<usize>()
        };
        let counted: usize = weeks.values().map(|days| most_of(*days)).sum();
        let asks_hours = counted > rules.hours.most();
        Self {
            instance,
            terms,
            minutes,
            week_most,
            asks_run: rules.run_most < terms.days.len(),
            asks_week: terms.week.0 > 0 || week_most < 7 || asks_hours,
            asks_hours,
            asks_rest: rules.rest > 0 || rules.weekly_rest > 0 || rules.forward,
        }
    }

    fn since(&self, state: &State) -> Since {
        match state.off {
            0 => Since::Yesterday,
            1 => Since::OneDay,
            _ => Since::Longer,
        }
    }

    /// All states that can be reached, day by day, and what may follow them.
    fn spread(&self) -> Result<Layers, PatternError> {
        let days = &self.terms.days;
        let begin = State { run: 0, off: 2, week: 0, counted: 0, weekends: 0, this_weekend: false };
        let until = |row: usize| days.get(row).map_or(self.instance.days, |day| day.day);
        let mut layer = vec![self.rest(begin, 0, until(0)).ok_or(PatternError::Nothing)?];
        let (mut states, mut arcs, mut many) =
            (Vec::with_capacity(days.len()), Vec::with_capacity(days.len()), 0);
        for (row, day) in days.iter().enumerate() {
            let mut numbers: HashMap<State, u32> = HashMap::new();
            let mut after: Vec<State> = Vec::new();
            let last = row + 1 == days.len();
            let mut number = |state: State| {
                // After the last day nothing matters any more.
                if last {
                    return 0;
                }
                *numbers.entry(state).or_insert_with(|| {
                    after.push(state);
                    after.len() as u32 - 1
                })
            };
            let mut follow = |state: &State| {
                let rest = |state: State| self.rest(state, day.day + 1, until(row + 1));
                let work = self.step(*state, day.day, true);
                let work = work.and_then(|(state, cost)| Some((number(rest(state)?), cost)));
                let off = day.may_be_off.then(|| self.step(*state, day.day, false)).flatten();
                let off = off.and_then(|(state, _)| rest(state)).map(&mut number);
                (work, off)
            };
            arcs.push(layer.iter().map(&mut follow).collect());
            many += layer.len();
            if many > MOST_STATES {
                return Err(PatternError::TooMany);
            }
            states.push(std::mem::replace(&mut layer, after));
        }
        Ok((states, arcs))
    }

    /// Days off from one day to before another.
    fn rest(&self, state: State, from: usize, to: usize) -> Option<State> {
        (from..to).try_fold(state, |state, day| Some(self.step(state, day, false)?.0))
    }

    /// What a day makes of a state, and what it costs; none where the rules forbid it.
    fn step(&self, mut state: State, day: usize, works: bool) -> Option<(State, i32)> {
        let rules = &self.instance.rules;
        let weekday = self.instance.weekday(day);
        let mut cost = 0;
        if works {
            (state.run, state.off, state.week) = (state.run + 1, 0, state.week + 1);
            state.counted += if self.asks_hours { rules.hours.counted(self.minutes, state.week) } else { 0 };
            if state.run > rules.run_most || state.week > self.week_most || state.counted > rules.hours.most()
            {
                return None;
            }
            if let Some(most) = rules.weekends_most.filter(|_| weekday >= 5 && !state.this_weekend) {
                state.this_weekend = true;
                state.weekends += 1;
                if state.weekends > most {
                    cost = rules.weekend_weight?;
                    state.weekends = most + 1;
                }
            }
        } else {
            (state.run, state.off) = (0, (state.off + 1).min(2));
        }
        if weekday == 6 {
            // The least holds for whole weeks.
            if day >= 6 && state.week < self.terms.week.0 {
                return None;
            }
            (state.week, state.this_weekend) = (0, false);
        }
        if !self.asks_run {
            state.run = 0;
        }
        if !self.asks_week {
            state.week = 0;
        }
        if !self.asks_rest {
            state.off = 2;
        }
        Some((state, cost))
    }
}
