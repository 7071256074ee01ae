//! Load, exposure and strain of the agents, by the model of `calmline_care`, and how hard calls fell among them.

use calmline_care::{
    Settings,
    model::{Activity, Person},
    routing::gini,
};
use calmline_core::Timestamp;

use super::{
    plan::{DAY, Plan},
    tally::{PeopleTally, Tallies},
};

/// The share of an agitated call in which the caller speaks, and how agitated they sound: as much as the care of a real
/// site would hear. Choice.
const SPEAKS: f64 = 0.4;
const AGITATED: f64 = 0.85;

struct Followed {
    person: Person,
    since: f64,
    strain: f64,
    /// Minutes at work and of hard calls since midnight.
    today: f64,
    hard: f64,
}

pub(super) struct People {
    settings: Settings,
    clock: Clock,
    people: Vec<Followed>,
    day: f64,
    midnight: f64,
}

/// From the scenario's time to that of the care of agents. The first day begins at midnight of a Monday.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock {
    micros: f64,
}

/// 2026-11-23T00:00:00Z, a Monday, in microseconds.
const ORIGIN: i64 = 1_795_392_000_000_000;

impl Clock {
    pub(super) fn new(plan: &Plan) -> Self {
        Self { micros: plan.unit_s * 1e6 }
    }

    #[inline]
    pub(super) fn stamp(self, now: f64) -> Timestamp {
        Timestamp::from_microsecond(ORIGIN + (now * self.micros) as i64).unwrap_or(Timestamp::MAX)
    }

    pub(super) fn time(self, at: Timestamp) -> f64 {
        (at.as_microsecond() - ORIGIN).max(0) as f64 / self.micros
    }

    fn minutes(self, span: f64) -> f64 {
        span * self.micros / 60e6
    }
}

impl People {
    pub(super) fn new(plan: &Plan) -> Self {
        let clock = Clock::new(plan);
        let day = DAY * 60.0 / plan.unit_s;
        let person = Person::new(clock.stamp(0.0));
        let new = || Followed { person: person.clone(), since: 0.0, strain: 0.0, today: 0.0, hard: 0.0 };
        Self {
            settings: Settings::default(),
            clock,
            people: plan.agents.iter().map(|_| new()).collect(),
            day,
            midnight: day,
        }
    }

    /// An agent does something else from now on.
    pub(super) fn enter(&mut self, agent: usize, activity: Activity, now: f64, tallies: &mut Tallies) {
        if now >= self.midnight {
            self.day_over(now, tallies);
        }
        let (high, at) = (self.settings.strain.bands.high, self.clock.stamp(now));
        let one = &mut self.people[agent];
        one.person.advance(at, &self.settings);
        let (since, before) = (one.since, one.strain);
        let strain = one.person.strain(&self.settings);
        let was = one.person.activity();
        one.person.enter(at, activity, &self.settings);
        (one.since, one.strain) = (now, one.person.strain(&self.settings));
        if was.is_work() {
            let span = now - since;
            one.today += self.clock.minutes(span);
            if let Some((tally, counted)) = tallies.within(since, now) {
                let tally: &mut PeopleTally = &mut tally.people;
                let mean = f64::midpoint(before, strain);
                tally.work += counted;
                tally.strain += counted * mean;
                tally.high += if mean >= high { counted } else { 0.0 };
                if activity == Activity::Off {
                    tally.shifts += 1.0;
                    tally.end_strain += strain;
                }
            }
        }
        if was == Activity::Rest
            && let Some((tally, counted)) = tallies.within(since, now)
        {
            tally.people.pauses += 1.0;
            tally.people.pause_time += counted;
        }
    }

    /// An agent's call is over, which began at `since`, with an agitated or abusive caller.
    pub(super) fn met(&mut self, agent: usize, abusive: bool, since: f64, now: f64) {
        let minutes = self.clock.minutes(now - since);
        let one = &mut self.people[agent];
        one.person.advance(self.clock.stamp(now), &self.settings);
        one.hard += minutes;
        one.person.meet_agitation(minutes * SPEAKS, AGITATED, &self.settings);
        if abusive {
            one.person.meet_abuse(&self.settings);
        }
    }

    /// How evenly the hard calls of the day that is over fell, for the time at work.
    fn day_over(&mut self, now: f64, tallies: &mut Tallies) {
        let here = || self.people.iter().filter(|one| one.today > 0.0);
        let (work, hard) = here().fold((0.0, 0.0), |(work, hard), one| (work + one.today, hard + one.hard));
        if hard > 0.0
            && let Some(tally) = tallies.at(self.midnight - self.day / 2.0)
        {
            let mut shares: Vec<f64> = here().map(|one| one.hard / one.today * work / hard).collect();
            tally.people.days += 1.0;
            tally.people.highest += shares.iter().copied().fold(0.0, f64::max);
            tally.people.gini += gini(&mut shares);
        }
        for one in &mut self.people {
            (one.today, one.hard) = (0.0, 0.0);
        }
        while self.midnight <= now {
            self.midnight += self.day;
        }
    }
}
