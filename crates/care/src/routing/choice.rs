//! Choosing: one call by itself, candidates in order, and all waiting calls together.

use std::ops::{Add, Sub};

use calmline_core::{
    AgentId, Share, Timestamp,
    event::{Reason, RouteFacts, Waiting},
};

use super::{
    assign,
    decision::{Ask, Decision, Outcome, Waits},
    groups::Class,
    router::Router,
};
use crate::time::{after, between, seconds};

/// How well an agent suits a call: the least is the best, field by field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Score {
    pub(super) tier: u8,
    pub(super) stranger: bool,
    pub(super) burden: i64,
    pub(super) unfit: i64,
    pub(super) since: i64,
    pub(super) seat: usize,
}

/// What is known of a call before somebody is chosen.
struct Known {
    class: Class,
    limit: f64,
    fits: usize,
    last: Option<usize>,
    free: usize,
    spared: usize,
    present: usize,
}

/// The lowest priority.
const LOWEST: usize = 5;

/// The price of giving a call to an agent, or of leaving it to wait; compared line by line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
struct Price {
    waits: [i64; LOWEST],
    rest: [i64; 5],
}

impl Add for Price {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self {
            waits: std::array::from_fn(|n| self.waits[n] + other.waits[n]),
            rest: std::array::from_fn(|n| self.rest[n] + other.rest[n]),
        }
    }
}

impl Sub for Price {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self {
            waits: std::array::from_fn(|n| self.waits[n] - other.waits[n]),
            rest: std::array::from_fn(|n| self.rest[n] - other.rest[n]),
        }
    }
}

impl Router {
    /// Who should take a call, as if no other waited.
    #[must_use]
    pub fn decide(&mut self, ask: &Ask<'_>) -> Decision {
        let known = self.know(ask);
        let [best, second] = self.two_best(&known);
        match best.filter(|best| self.may(ask, best)) {
            Some(best) => self.give(ask, &known, &best, second.as_ref(), None),
            None => self.wait(ask, &known, best.map(|_| Waits::Spared)),
        }
    }

    /// Who should take each of several waiting calls: the best way for all together.
    #[must_use]
    pub fn assign(&mut self, asks: &[Ask<'_>]) -> Vec<Decision> {
        if let [ask] = asks {
            return vec![self.decide(ask)];
        }
        let mut order: Vec<usize> = (0..asks.len()).collect();
        order.sort_by_key(|&n| (self.priority(asks[n].waiting), asks[n].waiting.since, n));
        let known: Vec<Known> = asks.iter().map(|ask| self.know(ask)).collect();
        // A call never needs more than its own first so many: were a later one given to it, one of these would be left.
        let scores: Vec<Vec<Score>> = (0..asks.len())
            .map(|n| {
                let mut scores = self.first(&known[n], asks.len());
                scores.retain(|score| self.may(&asks[n], score));
                scores
            })
            .collect();
        let mut seats: Vec<usize> = scores.iter().flatten().map(|score| score.seat).collect();
        seats.sort_unstable();
        seats.dedup();
        let mut prices = vec![vec![None; seats.len()]; asks.len()];
        for (row, &n) in order.iter().enumerate() {
            for score in &scores[n] {
                let column = seats.binary_search(&score.seat).unwrap_or_default();
                prices[row][column] = Some(self.price(score));
            }
        }
        let without: Vec<Price> = order.iter().map(|&n| self.price_of_waiting(asks[n].waiting)).collect();
        let mut given = vec![None; asks.len()];
        for (row, column) in assign(&prices, &without).into_iter().enumerate() {
            let n = order[row];
            given[n] = column.and_then(|column| scores[n].iter().find(|score| score.seat == seats[column]));
        }
        (0..asks.len()).map(|n| self.told(&asks[n], &known[n], &scores[n], given[n])).collect()
    }

    /// The candidates of another router in the order in which they should be asked; those who are not free come last, in
    /// the order given. Whether they can take the call is the other router's to know.
    #[must_use]
    pub fn rank(&mut self, ask: &Ask<'_>, candidates: &[AgentId]) -> (Vec<AgentId>, Decision) {
        let known = self.know(ask);
        let mut free: Vec<Score> = Vec::new();
        let mut busy: Vec<AgentId> = Vec::new();
        for candidate in candidates {
            let slot = self.seats.slot(candidate);
            let key = slot.and_then(|at| self.seats.get(at)).and_then(|seat| Some((seat, seat.keys?)));
            let Some((seat, keys)) = key else {
                if !busy.contains(candidate) {
                    busy.push(candidate.clone());
                }
                continue;
            };
            let unfit = self.groups.unfit(known.fits, seat.group).unwrap_or(i64::from(u16::MAX));
            let score =
                self.score(&keys[known.class as usize], unfit, known.last != slot, known.class, known.limit);
            if !free.contains(&score) {
                free.push(score);
            }
        }
        free.sort_unstable();
        let spared = free.iter().filter(|score| score.tier > 0).count();
        let known = Known { free: free.len(), spared, ..known };
        let decision = match free.first() {
            Some(best) => self.give(ask, &known, best, free.get(1), None),
            None => self.wait(ask, &known, Some(Waits::NobodyFree)),
        };
        let ranked = free.iter().filter_map(|score| self.name(score.seat)).chain(busy).collect();
        (ranked, decision)
    }

    fn know(&mut self, ask: &Ask<'_>) -> Known {
        let class = self.class(ask.hard);
        let fits = self.groups.look_up(ask.waiting);
        // Whoever met an abusive caller once need not meet them again.
        let flagged = ask.waiting.flagged_until.is_some_and(|until| until > self.now);
        let last = ask.waiting.last_agent.as_ref().filter(|_| !flagged);
        let last = last.and_then(|agent| self.seats.slot(agent));
        let (mut free, mut spared, mut present) = (0, 0, 0);
        for fit in self.groups.fits(fits) {
            let of = self.groups.counts(fit.group, class);
            (free, spared, present) = (free + of.0, spared + of.1, present + of.2);
        }
        Known { class, limit: self.limit(ask.minutes), fits, last, free, spared, present }
    }

    /// The caller's last agent, if they are free and can take the call.
    fn familiar(&self, known: &Known) -> Option<Score> {
        let seat = self.seats.get(known.last?)?;
        let unfit = self.groups.unfit(known.fits, seat.group)?;
        Some(self.score(&seat.keys?[known.class as usize], unfit, false, known.class, known.limit))
    }

    fn two_best(&self, known: &Known) -> [Option<Score>; 2] {
        let mut best: [Option<Score>; 2] = [self.familiar(known), None];
        for fit in self.groups.fits(known.fits) {
            let others = self.groups.free(fit.group, known.class).filter(|key| Some(key.seat) != known.last);
            for key in others.take(2) {
                let score = self.score(key, fit.unfit, true, known.class, known.limit);
                if best[0].is_none_or(|first| score < first) {
                    best = [Some(score), best[0]];
                } else if best[1].is_none_or(|second| score < second) {
                    best[1] = Some(score);
                }
            }
        }
        best
    }

    fn first(&self, known: &Known, count: usize) -> Vec<Score> {
        let mut scores: Vec<Score> = self.familiar(known).into_iter().collect();
        for fit in self.groups.fits(known.fits) {
            let others = self.groups.free(fit.group, known.class).filter(|key| Some(key.seat) != known.last);
            scores.extend(
                others.take(count).map(|key| self.score(key, fit.unfit, true, known.class, known.limit)),
            );
        }
        scores.sort_unstable();
        scores.truncate(count);
        scores
    }

    /// Spared agents are not to be had until the caller has waited for it as long as the site allows.
    fn may(&self, ask: &Ask<'_>, score: &Score) -> bool {
        score.tier == 0 || self.bound(ask.withheld.unwrap_or(self.now)) <= self.now
    }

    fn bound(&self, withheld: Timestamp) -> Timestamp {
        after(withheld, seconds(self.set.extra_wait_seconds))
    }

    /// 0 is the first; waiting raises it.
    fn priority(&self, waiting: &Waiting) -> usize {
        let step = i64::from(self.set.priority_step_seconds.max(1));
        let risen = between(waiting.since, self.now).as_secs() / step;
        let told = usize::from(waiting.priority.max(1)) - 1;
        told.min(LOWEST - 1).saturating_sub(usize::try_from(risen).unwrap_or(LOWEST))
    }

    fn price(&self, score: &Score) -> Price {
        let free = score.since - self.now.as_microsecond();
        let rest = [i64::from(score.tier), i64::from(score.stranger), score.burden, score.unfit, free];
        Price { rest, ..Price::default() }
    }

    fn price_of_waiting(&self, waiting: &Waiting) -> Price {
        let mut price = Price::default();
        let waited = between(waiting.since, self.now).as_micros();
        price.waits[self.priority(waiting)] =
            i64::try_from(waited).unwrap_or(i64::MAX / 4).min(i64::MAX / 4_096) + 1;
        price
    }

    fn told(&self, ask: &Ask<'_>, known: &Known, scores: &[Score], given: Option<&Score>) -> Decision {
        let Some(score) = given else {
            let turn = scores.iter().any(|score| self.may(ask, score));
            let why = if turn { Some(Waits::Turn) } else { (known.free > 0).then_some(Waits::Spared) };
            return self.wait(ask, known, why);
        };
        let own = scores.first() == Some(score);
        let second = scores.iter().find(|other| *other != score);
        let together = (!own).then(|| Reason::new("route.to.together"));
        self.give(ask, known, score, second, together)
    }

    fn give(
        &self,
        ask: &Ask<'_>,
        known: &Known,
        best: &Score,
        second: Option<&Score>,
        reason: Option<Reason>,
    ) -> Decision {
        let mut reasons = vec![reason.unwrap_or_else(|| self.why(best, second))];
        reasons.extend(self.of_call(ask, known));
        let runner_up = second.and_then(|second| self.name(second.seat));
        let outcome = match self.name(best.seat) {
            Some(agent) => Outcome::To { agent, runner_up },
            None => Outcome::Waits { why: Waits::NobodyFree, until: None, withheld: ask.withheld },
        };
        Decision { outcome, reasons, facts: self.facts(ask, known) }
    }

    /// What sets the best apart from the next.
    fn why(&self, best: &Score, second: Option<&Score>) -> Reason {
        let Some(second) = second else {
            return Reason::new(if best.tier > 0 { "route.to.bound" } else { "route.to.only_one" });
        };
        if best.tier > 0 {
            Reason::new("route.to.bound")
        } else if second.tier > 0 {
            Reason::new("route.to.fair_share")
        } else if best.stranger != second.stranger {
            Reason::new("route.to.last_agent")
        } else if best.burden != second.burden {
            Reason::new("route.to.fair_share")
        } else if best.unfit != second.unfit {
            Reason::new("route.to.best_fit")
        } else {
            let since = Timestamp::from_microsecond(best.since).unwrap_or(self.now);
            let minutes = (between(since, self.now).as_secs_f64() / 6.0).round() / 10.0;
            Reason::new("route.to.longest_free").with("minutes", minutes)
        }
    }

    fn of_call(&self, ask: &Ask<'_>, known: &Known) -> Vec<Reason> {
        let mut reasons = Vec::new();
        if known.class == Class::Hard {
            reasons.push(Reason::new("route.call.hard").with("percent", (ask.hard * 100.0).round()));
        }
        if ask.waiting.flagged_until.is_some_and(|until| until > self.now) {
            reasons.push(Reason::new("route.call.flagged"));
        }
        if ask.waiting.repeat {
            reasons.push(Reason::new("route.call.repeat"));
        }
        reasons
    }

    fn wait(&self, ask: &Ask<'_>, known: &Known, why: Option<Waits>) -> Decision {
        let why = why.unwrap_or(if known.present == 0 { Waits::NoSkill } else { Waits::NobodyFree });
        let withheld = if why == Waits::Spared { ask.withheld.or(Some(self.now)) } else { ask.withheld };
        let until = withheld.filter(|_| why == Waits::Spared).map(|since| self.bound(since));
        let reason = match why {
            Waits::NobodyFree => Reason::new("route.wait.nobody_free"),
            Waits::NoSkill => Reason::new("route.wait.no_skill"),
            Waits::Turn => Reason::new("route.wait.turn"),
            Waits::Spared => {
                let left = until.map_or(0.0, |until| between(self.now, until).as_secs_f64().ceil());
                Reason::new("route.wait.spared").with("seconds", left)
            }
        };
        let mut reasons = vec![reason];
        reasons.extend(self.of_call(ask, known));
        Decision { outcome: Outcome::Waits { why, until, withheld }, reasons, facts: self.facts(ask, known) }
    }

    fn facts(&self, ask: &Ask<'_>, known: &Known) -> RouteFacts {
        let waited = between(ask.waiting.since, self.now).as_secs_f64();
        let count = |of: usize| u32::try_from(of).unwrap_or(u32::MAX);
        RouteFacts {
            waited_s: (waited * 10.0).round() / 10.0,
            hard: Share::new(ask.hard).rounded(),
            free: count(known.free),
            spared: count(known.spared),
        }
    }

    fn name(&self, seat: usize) -> Option<AgentId> {
        self.seats.get(seat).map(|seat| seat.id.clone())
    }
}
