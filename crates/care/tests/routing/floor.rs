//! A floor in virtual time: fair share, the bound on waiting, cooling off, no starvation.

use std::collections::BTreeMap;

use calmline_care::routing::{Ask, Outcome, Router, RoutingSettings, Spared, Waits};
use calmline_core::{AgentId, Timestamp, event::Waiting};
use jiff::SignedDuration;
use proptest::prelude::*;

use crate::world::{agent, later, start};

fn waiting(since: Timestamp, priority: u8) -> Waiting {
    Waiting {
        queue: None,
        intent: None,
        language: None,
        priority,
        needs: Vec::new(),
        since,
        last_agent: None,
        repeat: false,
        flagged_until: None,
        candidates: Vec::new(),
    }
}

struct Ringing {
    waiting: Waiting,
    hard: bool,
    length_s: i64,
    withheld: Option<Timestamp>,
    /// Since when it could have been given to somebody, had nobody been spared.
    could: Option<Timestamp>,
}

/// A call as a test draws it: seconds after the one before, hard or not, length, priority.
type Drawn = (i64, bool, i64, u8);

fn call() -> impl Strategy<Value = Drawn> {
    (0..60_i64, prop::bool::weighted(0.35), 30..600_i64, 1..6_u8)
}

struct Floor {
    router: Router,
    set: RoutingSettings,
    now: Timestamp,
    agents: usize,
    waits: Vec<Ringing>,
    /// How long calls take in the mean.
    usual_minutes: f64,
    busy: BTreeMap<(Timestamp, usize), bool>,
    /// Times that somebody was given a call while spared, with what the caller waited for it.
    forced: usize,
}

impl Floor {
    fn new(agents: usize, set: RoutingSettings) -> Self {
        let mut router = Router::new(set.clone());
        router.advance(start());
        for n in 0..agents {
            router.present(&agent(n), true);
            router.free(&agent(n), Some(start()));
        }
        let (waits, busy) = (Vec::new(), BTreeMap::new());
        Self { router, set, now: start(), agents, waits, usual_minutes: 4.0, busy, forced: 0 }
    }

    fn free(&self, n: usize) -> bool {
        !self.busy.keys().any(|(_, busy)| *busy == n)
    }

    /// Goes on to a time, step by step: calls end, and what waits is looked at whenever it should be.
    fn go(&mut self, to: Timestamp) -> Result<(), TestCaseError> {
        loop {
            let ends = self.busy.keys().next().map(|(at, _)| *at);
            let looks = self.waits.iter().filter_map(|ringing| {
                let until =
                    ringing.withheld? + SignedDuration::from_secs(i64::from(self.set.extra_wait_seconds));
                Some(until).filter(|until| *until > self.now)
            });
            let next = ends.into_iter().chain(looks).min().filter(|next| *next <= to);
            self.now = next.unwrap_or(to);
            self.router.advance(self.now);
            while let Some(((at, n), hard)) = self.busy.pop_first() {
                if at > self.now {
                    self.busy.insert((at, n), hard);
                    break;
                }
                self.router.free(&agent(n), Some(at));
                if hard {
                    let until = at + SignedDuration::from_mins(2);
                    self.router.spare(&agent(n), Spared::CoolOff, until);
                }
            }
            self.look()?;
            if next.is_none() {
                return Ok(());
            }
        }
    }

    fn look(&mut self) -> Result<(), TestCaseError> {
        let hardness = |hard: bool| if hard { 0.6 } else { 0.05 };
        let asks: Vec<_> = self
            .waits
            .iter()
            .map(|ringing| Ask {
                waiting: &ringing.waiting,
                hard: hardness(ringing.hard),
                minutes: self.usual_minutes,
                withheld: ringing.withheld,
            })
            .collect();
        let shares: Vec<f64> = (0..self.agents).map(|n| self.router.share_of(&agent(n))).collect();
        let decisions = self.router.assign(&asks);
        let bound = i64::from(self.set.extra_wait_seconds);
        let free = (0..self.agents).filter(|n| self.free(*n)).count();
        let waits = std::mem::take(&mut self.waits);
        for (mut ringing, decision) in waits.into_iter().zip(decisions) {
            match decision.outcome {
                Outcome::To { agent: to, .. } => {
                    let n = (0..self.agents).find(|n| agent(*n) == to).expect("one of them");
                    let cools = self.router.spared_until(&to, Spared::CoolOff) > self.now;
                    let over = ringing.hard && shares[n] > self.set.fair_share_limit;
                    if cools || over {
                        // Only after the bound: the caller could have had somebody for so long.
                        let could = ringing.could.expect("waited for it");
                        prop_assert!(self.now.duration_since(could).as_secs() >= bound);
                        self.forced += 1;
                    }
                    self.take(&to, n, &ringing);
                }
                Outcome::Waits { why, until, withheld } => {
                    if why == Waits::Spared {
                        ringing.could = ringing.could.or(Some(self.now));
                        // Nobody waits longer than the bound for the sake of those who are spared.
                        let could = ringing.could.expect("just set");
                        prop_assert!(self.now.duration_since(could).as_secs() < bound);
                        prop_assert!(
                            until.is_some_and(|until| until <= could + SignedDuration::from_secs(bound))
                        );
                    } else {
                        prop_assert!(free == 0 || why == Waits::Turn, "{why:?} with {free} free");
                    }
                    ringing.withheld = withheld;
                    self.waits.push(ringing);
                }
            }
        }
        Ok(())
    }

    fn take(&mut self, to: &AgentId, n: usize, ringing: &Ringing) {
        self.router.free(to, None);
        if ringing.hard {
            self.router.met(to, ringing.length_s as f64 / 60.0);
        }
        self.busy.insert((self.now + SignedDuration::from_secs(ringing.length_s), n), ringing.hard);
    }

    fn ring(&mut self, (_, hard, length_s, priority): Drawn) {
        let waiting = waiting(self.now, priority);
        self.waits.push(Ringing { waiting, hard, length_s, withheld: None, could: None });
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nobody_spared_takes_a_call_before_the_bound_and_no_caller_waits_for_it_longer(
        agents in 1..9_usize, calls in prop::collection::vec(call(), 1..150),
    ) {
        let mut floor = Floor::new(agents, RoutingSettings::default());
        for drawn in calls {
            floor.ring(drawn);
            let next = floor.now + SignedDuration::from_secs(drawn.0);
            floor.go(next)?;
        }
        // Whatever waits gets its turn once no more come.
        let end = floor.now + SignedDuration::from_hours(30);
        floor.go(end)?;
        prop_assert!(floor.waits.is_empty());
    }

    #[test]
    fn a_call_of_the_lowest_priority_gets_its_turn_however_many_others_come(
        gap in 20..60_i64, length in 60..120_i64,
    ) {
        // One agent and more calls of the first priority than they can take.
        let set = RoutingSettings::default();
        let mut floor = Floor::new(1, set.clone());
        floor.ring((0, false, length, 1));
        floor.go(later(1))?;
        floor.ring((0, false, 77, 5));
        let latest = i64::from(set.priority_step_seconds) * 4 + length;
        let low = |floor: &Floor| floor.waits.iter().any(|ringing| ringing.waiting.priority == 5);
        // All that came before it rose may be taken first; they wait longer.
        let mut before = 0;
        while low(&floor) {
            let since = floor.now.duration_since(start()).as_secs();
            if since <= latest {
                before = floor.waits.len() as i64;
            }
            prop_assert!(since <= latest + (before + 2) * length, "still waiting after {since} s");
            floor.ring((0, false, length, 1));
            let next = floor.now + SignedDuration::from_secs(gap);
            floor.go(next)?;
        }
    }
}

/// A shift of eight hours, hard calls among others, by a rule of choice; returns the most of anybody in multiples of the
/// fair share, and Gini's coefficient. `minutes` is how long calls are expected to take.
fn shift(agents: usize, limit: f64, minutes: f64, seed: u64) -> (f64, f64, usize) {
    let set = RoutingSettings { fair_share_limit: limit, ..RoutingSettings::default() };
    let mut floor = Floor::new(agents, set);
    floor.usual_minutes = minutes;
    let mut state = seed;
    let mut draw = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    while floor.now < later(8 * 3_600) {
        let hard = draw(100) < 15;
        let length = i64::try_from(120 + draw(240)).expect("small");
        floor.ring((0, hard, length, 3));
        let gap = i64::try_from(draw(u64::try_from(600 / agents).expect("small") + 1)).expect("small");
        let next = floor.now + SignedDuration::from_secs(gap);
        floor.go(next).expect("holds");
    }
    let fairness = floor.router.fairness();
    (fairness.highest, fairness.gini, floor.forced)
}

#[test]
fn over_a_shift_nobody_is_far_above_the_fair_share() {
    for seed in 0..6 {
        let (highest, gini, _) = shift(12, 1.2, 4.0, seed);
        // One call is some minutes of an hour or so: that much cannot be shared.
        assert!(highest < 1.3, "{highest} with seed {seed}");
        assert!(gini < 0.1, "{gini} with seed {seed}");
    }
}

#[test]
fn looking_ahead_keeps_the_most_of_anybody_nearer_to_the_limit() {
    let mean = |minutes| (0..12).map(|seed| shift(12, 1.2, minutes, seed).0).sum::<f64>() / 12.0;
    let (ahead, blind) = (mean(4.0), mean(0.0));
    assert!(ahead < blind && ahead < 1.2, "{ahead} with an eye on the call, {blind} without");
}

#[test]
fn time_that_runs_back_and_unknown_agents_change_nothing() {
    let mut router = Router::new(RoutingSettings::default());
    router.advance(later(100));
    router.advance(later(50));
    router.remove(&agent(1));
    router.erase(&agent(1));
    router.met(&agent(2), f64::NAN);
    let told = waiting(later(40), 1);
    let decision = router.decide(&Ask { waiting: &told, hard: 0.1, minutes: 0.0, withheld: None });
    assert!(matches!(decision.outcome, Outcome::Waits { why: Waits::NoSkill, until: None, withheld: None }));
    assert!((decision.facts.waited_s - 60.0).abs() < 1e-9);
}

#[test]
fn what_was_met_before_the_window_no_longer_counts() {
    let set = RoutingSettings::default();
    let mut router = Router::new(set);
    router.advance(start());
    for n in 0..2 {
        router.present(&agent(n), true);
        router.free(&agent(n), Some(start()));
    }
    router.met(&agent(0), 30.0);
    assert!((router.share_of(&agent(0)) - 2.0).abs() < 1e-6);
    router.advance(later(4 * 3_600));
    router.met(&agent(1), 30.0);
    assert!((router.share_of(&agent(0)) - 1.0).abs() < 1e-3);
    router.advance(later(9 * 3_600));
    assert!(router.share_of(&agent(0)) < 1e-9 && router.share_of(&agent(1)) > 1.9);
    router.advance(later(13 * 3_600));
    assert!(router.fairness().hard_minutes.abs() < 1e-9);
}
