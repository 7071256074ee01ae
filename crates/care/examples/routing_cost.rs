//! What routing costs: a site of 500 agents with skills of their own, calls that come and go, and every decision timed.
//! Prints one JSON line. `cargo run --release -p calmline-care --example routing_cost`
#![expect(clippy::print_stdout, reason = "its purpose")]

use std::{collections::BinaryHeap, time::Instant};

use calmline_care::routing::{Ask, Outcome, Router, RoutingSettings, Spared};
use calmline_core::{
    AgentId, IdError, SkillId, Timestamp,
    event::{Skill, Waiting},
};
use calmline_testing::cpu_seconds;
use jiff::SignedDuration;

const AGENTS: usize = 500;
const DECISIONS: usize = 200_000;
/// Groups of calls that wait together, and how many calls each has.
const BATCHES: usize = 500;
const WAITING: usize = 20;

/// A small generator of its own, so that every run is of the same day (Steele, Lea & Flood 2014: SplitMix).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % limit
    }

    fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        let place = usize::try_from(self.below(of.len() as u64)).unwrap_or_default();
        &of[place]
    }
}

const LEVELS: [u8; 3] = [50, 70, 90];

fn skill(name: u64, level: u8) -> Result<Skill, IdError> {
    Ok(Skill { skill: SkillId::new(format!("skill-{name}"))?, level })
}

fn site(dice: &mut Dice, agents: &[AgentId], start: Timestamp) -> Result<Router, IdError> {
    let mut router = Router::new(RoutingSettings::default());
    router.advance(start);
    for agent in agents {
        let mut skills = Vec::new();
        for name in 0..8 {
            if dice.below(3) == 0 {
                skills.push(skill(name, *dice.pick(&LEVELS))?);
            }
        }
        let languages = [vec!["zh".to_owned()], vec!["zh".to_owned(), "en".to_owned()]];
        let spoken: &Vec<String> = dice.pick(&languages);
        router.skills(agent, &skills, spoken);
        router.present(agent, true);
        router.free(agent, Some(start));
    }
    Ok(router)
}

fn calls(dice: &mut Dice, agents: &[AgentId], start: Timestamp) -> Result<Vec<Waiting>, IdError> {
    let mut calls = Vec::new();
    for n in 0..=u8::MAX {
        let needs = match n % 4 {
            0 => Vec::new(),
            1 | 2 => vec![skill(dice.below(8), 50)?],
            _ => vec![skill(dice.below(4), 50)?, skill(4 + dice.below(4), 70)?],
        };
        calls.push(Waiting {
            queue: None,
            intent: None,
            language: Some(if dice.below(5) == 0 { "en" } else { "zh" }.to_owned()),
            priority: 1 + n % 5,
            needs,
            since: start,
            last_agent: (dice.below(4) == 0).then(|| dice.pick(agents).clone()),
            repeat: dice.below(6) == 0,
            flagged_until: None,
            candidates: Vec::new(),
        });
    }
    Ok(calls)
}

struct Floor {
    router: Router,
    now: Timestamp,
    ends: BinaryHeap<(std::cmp::Reverse<Timestamp>, usize)>,
}

impl Floor {
    /// Calls end whose time has come.
    fn end_calls(&mut self, agents: &[AgentId], dice: &mut Dice) {
        while let Some(&(std::cmp::Reverse(at), n)) = self.ends.peek()
            && at <= self.now
        {
            self.ends.pop();
            self.router.free(&agents[n], Some(at));
            if dice.below(50) == 0 {
                self.router.spare(&agents[n], Spared::CoolOff, at + SignedDuration::from_mins(5));
            }
        }
    }

    fn take(&mut self, agent: &AgentId, n: usize, hard: bool, seconds: u64) {
        self.router.free(agent, None);
        if hard {
            self.router.met(agent, seconds as f64 / 60.0);
        }
        let length = SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(300));
        self.ends.push((std::cmp::Reverse(self.now + length), n));
    }
}

fn hardness(dice: &mut Dice) -> f64 {
    [0.05, 0.1, 0.2, 0.2, 0.5][usize::try_from(dice.below(5)).unwrap_or_default()]
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut dice = Dice(7);
    let start: Timestamp = "2026-11-23T00:00:00Z".parse()?;
    let agents: Vec<AgentId> =
        (0..AGENTS).map(|n| AgentId::new(format!("agent-{n}"))).collect::<Result<_, _>>()?;
    let router = site(&mut dice, &agents, start)?;
    let mut calls = calls(&mut dice, &agents, start)?;
    let place = |agent: &AgentId| agent.as_str()[6..].parse::<usize>().unwrap_or_default();
    let mut floor = Floor { router, now: start, ends: BinaryHeap::new() };

    let mut took: Vec<u128> = Vec::with_capacity(DECISIONS);
    let mut given = 0_usize;
    let began = cpu_seconds();
    for n in 0..DECISIONS {
        // About 85 % of the agents are busy.
        floor.now += SignedDuration::from_millis(700);
        let clock = Instant::now();
        floor.router.advance(floor.now);
        floor.end_calls(&agents, &mut dice);
        let hard = hardness(&mut dice);
        let at = n % calls.len();
        calls[at].since = floor.now;
        let decision = floor.router.decide(&Ask { waiting: &calls[at], hard, minutes: 5.0, withheld: None });
        if let Outcome::To { agent, .. } = decision.outcome {
            given += 1;
            let seconds = 120 + dice.below(350);
            floor.take(&agent, place(&agent), hard > 0.4, seconds);
        }
        took.push(clock.elapsed().as_nanos());
    }
    let seconds = cpu_seconds() - began;
    took.sort_unstable();
    let fairness = floor.router.fairness();

    let batches = cpu_seconds();
    let mut together = 0_usize;
    for _ in 0..BATCHES {
        floor.now += SignedDuration::from_secs(14);
        floor.router.advance(floor.now);
        floor.end_calls(&agents, &mut dice);
        let first = usize::try_from(dice.below((calls.len() - WAITING) as u64))?;
        let hard: Vec<f64> = (0..WAITING).map(|_| hardness(&mut dice)).collect();
        let asks: Vec<Ask<'_>> = calls[first..first + WAITING]
            .iter()
            .zip(&hard)
            .map(|(waiting, &hard)| Ask { waiting, hard, minutes: 5.0, withheld: None })
            .collect();
        let decisions = floor.router.assign(&asks);
        for (decision, hard) in decisions.into_iter().zip(hard) {
            if let Outcome::To { agent, .. } = decision.outcome {
                together += 1;
                let seconds = 120 + dice.below(350);
                floor.take(&agent, place(&agent), hard > 0.4, seconds);
            }
        }
    }
    let batches = cpu_seconds() - batches;
    println!(
        "{{\"decisions_per_cpu_s\":{:.0},\"p99_ms\":{:.4},\"worst_ms\":{:.4},\"given\":{given},\"agents\":{AGENTS},\
         \"batch_calls_per_cpu_s\":{:.0},\"batch_given\":{together},\"gini\":{:.4},\"highest_share\":{:.3},\
         \"seconds\":{seconds:.3}}}",
        DECISIONS as f64 / seconds,
        took[took.len() * 99 / 100] as f64 / 1e6,
        took.last().copied().unwrap_or_default() as f64 / 1e6,
        (BATCHES * WAITING) as f64 / batches,
        fairness.gini,
        fairness.highest,
    );
    Ok(())
}
