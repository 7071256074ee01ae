//! A small site as the tests see it: everything that the router was told, in plain lists.

use calmline_care::routing::{Ask, Router, RoutingSettings, Spared};
use calmline_core::{
    AgentId, SkillId, Timestamp,
    event::{Skill, Waiting},
};
use jiff::SignedDuration;

pub const SPARED: [Spared; 3] = [Spared::EasierAsked, Spared::Exposed, Spared::CoolOff];

pub fn start() -> Timestamp {
    Timestamp::from_second(1_800_000_000).expect("in range")
}

pub fn later(by: i64) -> Timestamp {
    start() + SignedDuration::from_secs(by)
}

pub fn agent(n: usize) -> AgentId {
    AgentId::new(format!("a{n}")).expect("an id")
}

pub fn skill(n: u8, level: u8) -> Skill {
    Skill { skill: SkillId::new(format!("s{n}")).expect("an id"), level }
}

/// An agent as the tests know them.
#[derive(Debug, Clone, Default)]
pub struct Person {
    pub skills: Vec<(u8, u8)>,
    pub languages: Vec<String>,
    pub present: bool,
    pub free: Option<Timestamp>,
    pub kept: bool,
    pub spared: [Option<Timestamp>; 3],
}

/// What a test does to a site.
#[derive(Debug, Clone)]
pub enum Act {
    Skills { agent: usize, skills: Vec<(u8, u8)>, language: u8 },
    Present { agent: usize, present: bool },
    Free { agent: usize, free: bool },
    Keep { agent: usize, kept: bool },
    Spare { agent: usize, why: usize, seconds: i64 },
    Met { agent: usize, minutes: u32 },
    Erase { agent: usize },
    Remove { agent: usize },
    Pass { seconds: i64 },
}

pub struct World {
    pub router: Router,
    pub now: Timestamp,
    /// In the order in which the router came to know them.
    pub people: Vec<(usize, Person)>,
}

impl World {
    pub fn new(set: RoutingSettings) -> Self {
        let mut router = Router::new(set);
        router.advance(start());
        Self { router, now: start(), people: Vec::new() }
    }

    fn person(&mut self, n: usize) -> &mut Person {
        let at = self.people.iter().position(|(known, _)| *known == n).unwrap_or_else(|| {
            self.people.push((n, Person::default()));
            self.people.len() - 1
        });
        &mut self.people[at].1
    }

    pub fn act(&mut self, act: &Act) {
        let now = self.now;
        match act {
            Act::Skills { agent: n, skills, language } => {
                let languages: Vec<String> =
                    ["zh", "en"].iter().take(usize::from(*language)).map(|&l| l.to_owned()).collect();
                let person = self.person(*n);
                (person.skills, person.languages) = (skills.clone(), languages.clone());
                let skills: Vec<Skill> = skills.iter().map(|&(s, level)| skill(s, level)).collect();
                self.router.skills(&agent(*n), &skills, &languages);
            }
            Act::Present { agent: n, present } => {
                self.person(*n).present = *present;
                self.router.present(&agent(*n), *present);
            }
            Act::Free { agent: n, free } => {
                let since = free.then_some(now);
                self.person(*n).free = since;
                self.router.free(&agent(*n), since);
            }
            Act::Keep { agent: n, kept } => {
                self.person(*n).kept = *kept;
                self.router.keep(&agent(*n), *kept);
            }
            Act::Spare { agent: n, why, seconds } => {
                let until = now + SignedDuration::from_secs(*seconds);
                self.person(*n).spared[*why] = Some(until);
                self.router.spare(&agent(*n), SPARED[*why], until);
            }
            Act::Met { agent: n, minutes } => {
                self.person(*n);
                self.router.met(&agent(*n), f64::from(*minutes));
            }
            Act::Erase { agent: n } => {
                if let Some((_, person)) = self.people.iter_mut().find(|(known, _)| known == n) {
                    person.spared = [None; 3];
                }
                self.router.erase(&agent(*n));
            }
            Act::Remove { agent: n } => {
                self.people.retain(|(known, _)| known != n);
                self.router.remove(&agent(*n));
            }
            Act::Pass { seconds } => {
                self.now = now + SignedDuration::from_secs(*seconds);
                self.router.advance(self.now);
            }
        }
    }

    /// Whether somebody could take a call if they were free, and how far their skills are from the best.
    pub fn able(person: &Person, waiting: &Waiting) -> Option<i64> {
        let speaks = waiting.language.as_ref().is_none_or(|wanted| {
            person.languages.is_empty() || person.languages.iter().any(|spoken| spoken == wanted)
        });
        if !speaks {
            return None;
        }
        waiting.needs.iter().try_fold(0, |sum, need| {
            let has = person
                .skills
                .iter()
                .find(|(s, level)| skill(*s, *level).skill == need.skill && *level >= need.level);
            has.map(|(_, level)| sum + 100 - i64::from(*level))
        })
    }

    /// How an agent suits a call, by the order that the documentation gives; none if they are not free or not able.
    pub fn suits(
        &self,
        n: usize,
        person: &Person,
        ask: &Ask<'_>,
        set: &RoutingSettings,
    ) -> Option<(u8, bool, f64, i64, i64)> {
        let unfit = Self::able(person, ask.waiting)?;
        let since = person.free.filter(|_| person.present && !person.kept)?;
        let is = |why: usize| person.spared[why].is_some_and(|until| until > self.now);
        let (hard, easy) = (ask.hard >= set.hard_from, ask.hard < set.easy_below);
        let share = self.router.share_of(&agent(n));
        let tier = if is(2) {
            4
        } else if hard && is(1) {
            3
        } else if !easy && is(0) {
            2
        } else {
            u8::from(hard && share > self.router.spared_from(ask.minutes))
        };
        let flagged = ask.waiting.flagged_until.is_some_and(|until| until > self.now);
        let stranger = flagged || ask.waiting.last_agent != Some(agent(n));
        let free = -self.now.duration_since(since).as_secs();
        Some((tier, stranger, if hard { share } else { 0.0 }, unfit, free))
    }
}
