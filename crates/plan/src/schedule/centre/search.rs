//! The search for a roster: one person after another is taken out and put back where the others leave it best, with noise
//! that is cooled.

use super::{
    Instance, OFF, Roster,
    bound::Climb,
    cover::{Change, Cover},
    week::{Weeks, own_cost},
};
use crate::schedule::{
    draw::{Draw, Noise},
    rounds::{Effort, Lane, Progress, run},
};

/// A roster and how good it is.
pub type Solution = crate::schedule::Solution<Roster>;

/// Searches for a good roster until the bound is reached, the effort is spent or `go_on` says no. It is asked between
/// rounds, of which each takes some hundredths of a second.
pub fn solve(instance: &Instance, effort: &Effort, go_on: &mut dyn FnMut(Progress) -> bool) -> Solution {
    let mut lanes: Vec<Search> =
        (0..effort.lanes.max(1)).map(|lane| Search::new(instance, effort.seed, lane as u64)).collect();
    let (best, Progress { rounds, bound, .. }) = run(&mut lanes, effort.rounds, go_on);
    Solution { roster: Roster::of(instance, &best.weeks), objective: best.cost, bound, rounds }
}

/// Temperatures between which a cycle cools, in units of the objective. Choice, by trial on `centre-200`.
const HOT: f64 = 1.2;
const COLD: f64 = 0.12;
/// Sweeps of the first cycle; each is twice as long as the one before it, up to the most.
const FIRST_CYCLE: u32 = 64;
const LONGEST_CYCLE: u32 = 4096;
/// Working days that one round places anew.
const ROUND: usize = 40_000;

#[derive(Debug, Clone)]
pub(super) struct Best {
    weeks: Vec<u16>,
    /// By person: what their weeks cost beside cover.
    own: Vec<i64>,
    cost: i64,
}

pub(super) struct Search<'a> {
    instance: &'a Instance,
    /// Where each person's week begins in `weeks`, and where it ends.
    place: Vec<(usize, usize)>,
    weeks: Vec<u16>,
    cover: Cover,
    /// By person: what their weeks cost beside cover, and the sum.
    own: Vec<i64>,
    own_sum: i64,
    best: Best,
    /// The first lane looks for the bound, too.
    climb: Option<Climb<'a>>,
    finder: Weeks,
    order: Vec<usize>,
    draw: Draw,
    noise: Noise,
    /// Sweeps of this cycle that are done, and how many it has.
    done: u32,
    cycle: u32,
    sweeps_a_round: u32,
}

impl<'a> Search<'a> {
    fn new(instance: &'a Instance, seed: u64, lane: u64) -> Self {
        let mut draw = Draw::new(seed, lane);
        let noise = Noise::new(&mut draw);
        let mut place = Vec::with_capacity(instance.agents.len());
        let mut end = 0;
        for agent in &instance.agents {
            let from = end;
            end += instance.places(&agent.group.terms);
            place.push((from, end));
        }
        let days: usize = instance.agents.iter().map(|agent| agent.group.terms.days.len()).sum();
        let mut search = Self {
            instance,
            place,
            weeks: vec![0; end],
            cover: Cover::empty(instance),
            own: vec![0; instance.agents.len()],
            own_sum: 0,
            best: Best { weeks: Vec::new(), own: Vec::new(), cost: 0 },
            climb: (lane == 0).then(|| Climb::new(instance)),
            finder: Weeks::default(),
            order: (0..instance.agents.len()).collect(),
            draw,
            noise,
            done: 0,
            cycle: FIRST_CYCLE,
            sweeps_a_round: (ROUND / days.max(1)).clamp(1, FIRST_CYCLE as usize) as u32,
        };
        search.begin();
        search
    }

    /// Everybody comes in turn, and then looks again, without noise.
    fn begin(&mut self) {
        self.draw.shuffle(&mut self.order);
        for turn in 0..self.order.len() {
            self.put(self.order[turn], false);
        }
        self.best = Best { weeks: self.weeks.clone(), own: self.own.clone(), cost: self.cost() };
        self.sweep(false);
        self.keep();
    }

    fn cost(&self) -> i64 {
        self.cover.cost + self.own_sum
    }

    /// Adds a person's days to the cover, or takes them out.
    fn change(&mut self, who: usize, change: Change) {
        let terms = &self.instance.agents[who].group.terms;
        let (from, to) = self.place[who];
        let placed = self.weeks[from..to].chunks(self.instance.stride(terms));
        for (day, placed) in terms.days.iter().zip(placed).filter(|(_, placed)| placed[0] != OFF) {
            let base = day.day * self.instance.slots;
            change(&mut self.cover, base, placed, &self.instance.kinds[terms.kind], &terms.rows);
        }
    }

    fn put(&mut self, who: usize, noisy: bool) {
        let group = &*self.instance.agents[who].group;
        if group.terms.days.is_empty() {
            return;
        }
        let (from, to) = self.place[who];
        let noise = noisy.then_some(&mut self.noise);
        let price = self.cover.prices(&group.terms.rows);
        self.finder.best(self.instance, group, price, noise, &mut self.weeks[from..to]);
        self.own[who] = own_cost(self.instance, group, &self.weeks[from..to]);
        self.own_sum += self.own[who];
        self.change(who, Cover::add);
    }

    fn take(&mut self, who: usize) {
        self.own_sum -= std::mem::take(&mut self.own[who]);
        self.change(who, Cover::remove);
    }

    fn sweep(&mut self, noisy: bool) {
        self.draw.shuffle(&mut self.order);
        for turn in 0..self.order.len() {
            let who = self.order[turn];
            self.noise.jump(&mut self.draw);
            self.take(who);
            self.put(who, noisy);
        }
    }

    fn keep(&mut self) {
        if self.cost() < self.best.cost {
            self.best.cost = self.cost();
            self.best.weeks.clone_from(&self.weeks);
            self.best.own.clone_from(&self.own);
        }
    }
}

impl Lane for Search<'_> {
    type Best = Best;

    fn round(&mut self) {
        if let Some(climb) = &mut self.climb {
            climb.round(self.best.cost);
        }
        for _ in 0..self.sweeps_a_round {
            if self.done == self.cycle {
                self.done = 0;
                self.cycle = (self.cycle * 2).min(LONGEST_CYCLE);
            }
            let way = f64::from(self.done) / f64::from(self.cycle);
            self.noise.heat(HOT * (COLD / HOT).powf(way));
            self.sweep(true);
            self.keep();
            self.done += 1;
            if self.done == self.cycle {
                return;
            }
        }
    }

    fn objective(&self) -> i64 {
        self.best.cost
    }

    fn bound(&self) -> i64 {
        self.climb.as_ref().map_or(0, Climb::bound)
    }

    fn best(&self) -> Best {
        self.best.clone()
    }

    fn at_rest(&self) -> bool {
        self.done == self.cycle
    }

    fn adopt(&mut self, best: Best) {
        self.weeks.clone_from(&best.weeks);
        self.cover = Cover::empty(self.instance);
        self.own.clone_from(&best.own);
        self.own_sum = self.own.iter().sum();
        for who in 0..self.instance.agents.len() {
            self.change(who, Cover::add);
        }
        self.best = best;
    }
}
