//! Simulated people whose strain is known: how they truly are, what they do all day, and what they answer.
//!
//! Their truth is of another shape than the model that is fitted to them, as it would be with people: see [`TRUTH`].

use std::f64::consts::TAU;

use calmline_care::{fusion::probability, model::Activity};
use calmline_core::Timestamp;
use jiff::SignedDuration;

use crate::measured::random;

/// In what the truth differs from the model that is fitted.
pub const TRUTH: [&str; 6] = [
    "answers saturate (logistic) and are whole points from 0 to 10; the model is linear",
    "days are good or bad (autocorrelated, rho 0.5), of which the model knows nothing",
    "strain fills at each person's own pace; the model has one pace for all",
    "each person has a low hour of their own after lunch; the model has none there",
    "abuse wears off at each person's own pace; the model has one",
    "people skip check-ins more often when little energy is left",
];

/// Chance that is the same for the same seed.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64, of: u64) -> Self {
        let mut state = seed ^ of.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        random(&mut state);
        Self(state)
    }

    /// From 0 to below 1.
    pub fn share(&mut self) -> f64 {
        (random(&mut self.0) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Normal with mean 0 and deviation 1 (Box & Muller 1958).
    pub fn normal(&mut self) -> f64 {
        (-2.0 * (1.0 - self.share()).ln()).sqrt() * (TAU * self.share()).cos()
    }

    fn exponential(&mut self, mean: f64) -> f64 {
        -mean * (1.0 - self.share()).ln()
    }
}

/// How a person truly is.
#[derive(Debug, Clone)]
pub struct Person {
    /// Energy at strain 0.35, as a logit of a tenth.
    level: f64,
    /// Logits per unit of strain, of abuse and of what earlier days left.
    strain: f64,
    exposure: f64,
    carried: f64,
    /// Minutes to fill and to recover, to wear off abuse and agitation.
    fills: f64,
    recovers: f64,
    wears_off: f64,
    /// The low hour after lunch, in logits at its depth.
    dip: f64,
    /// How far days differ, and answers within a day, in logits.
    day: f64,
    answer: f64,
}

/// What the model's five parameters should come out as for a person: the truth, straightened at a usual day.
pub type Straightened = [f64; 5];

const MIDDLE: f64 = 0.35;
const CARRIED_USUAL: f64 = 0.10;

impl Person {
    pub fn draw(dice: &mut Dice) -> Self {
        let mut about = |middle: f64, spread: f64| middle * (spread * dice.normal()).exp();
        Self {
            strain: about(3.6, 0.4),
            exposure: about(0.8, 0.5),
            carried: about(1.5, 0.5),
            fills: about(90.0, 0.25),
            recovers: about(15.0, 0.5),
            wears_off: about(110.0, 0.4),
            dip: about(0.25, 0.5),
            day: about(0.35, 0.3),
            answer: about(0.35, 0.25),
            level: 0.2 + 0.55 * dice.normal(),
        }
    }

    pub fn straightened(&self) -> Straightened {
        let share = probability(self.level);
        let slope = 10.0 * share * (1.0 - share);
        let longer = (self.recovers / 15.0).ln();
        [
            10.0 * share,
            -slope * self.strain,
            -slope * self.strain * longer,
            -slope * self.exposure,
            -slope * self.carried,
        ]
    }
}

/// Something that happens to a person.
#[derive(Debug, Clone, Copy)]
pub enum Happens {
    /// They do something else.
    Enter(Activity),
    /// They meet abuse.
    Abuse,
    /// They meet this many minutes of agitation.
    Agitation(f64),
    /// They answer the one question: energy left, 0 to 10.
    CheckIn { energy: f64, day: u32 },
}

/// One person's life at work: what happens, in order, over so many days of which five in seven are worked.
pub fn life(person: &Person, days: u32, dice: &mut Dice) -> Vec<(Timestamp, Happens)> {
    let mut body = Body { person, strain: 0.0, carried: 0.0, exposure: 0.0, at: 0.0, good: 0.0 };
    let mut all = Vec::new();
    for (worked, day) in (0_u32..).zip((0..days).filter(|day| day % 7 < 5)) {
        body.good = 0.5 * body.good + 0.75_f64.sqrt() * person.day * dice.normal();
        shift(&mut body, f64::from(day) * 1440.0 + 480.0, worked, dice, &mut all);
    }
    all.into_iter().map(|(minute, what)| (time(minute), what)).collect()
}

/// The first second of a Monday, and so many minutes on.
fn time(minute: f64) -> Timestamp {
    let monday = Timestamp::from_second(1_794_787_200).unwrap_or_default();
    monday.saturating_add(SignedDuration::from_secs((minute * 60.0) as i64)).unwrap_or(monday)
}

/// Eight hours of calls with breaks and lunch, busier on some days than on others.
fn shift(body: &mut Body<'_>, begins: f64, day: u32, dice: &mut Dice, out: &mut Vec<(f64, Happens)>) {
    let ends = begins + 480.0;
    let wait = 0.3 + 2.2 * dice.share();
    let every = 45.0 + 45.0 * dice.share();
    let mut ask = [140.0, 290.0, 450.0]
        .map(|minute| begins + minute + 30.0 * (dice.share() - 0.5))
        .into_iter()
        .peekable();
    let (mut at, mut next_break, mut lunch) = (begins, begins + every, Some(begins + 240.0));
    body.go(at, Activity::Off);
    while at < ends {
        spend(body, out, Activity::Waiting, dice.exponential(wait), &mut at);
        spend(body, out, Activity::InCall, 0.5 + dice.exponential(4.0), &mut at);
        if dice.share() < 0.006 {
            out.push((at, Happens::Abuse));
            body.meet(0.5);
        } else if dice.share() < 0.06 {
            let minutes = 1.0 + dice.exponential(2.0);
            out.push((at, Happens::Agitation(minutes)));
            body.meet(0.08 * minutes);
        }
        spend(body, out, Activity::WrapUp, dice.exponential(0.7), &mut at);
        if lunch.is_some_and(|due| at >= due) {
            lunch = None;
            spend(body, out, Activity::Rest, 30.0, &mut at);
            next_break = at + every;
        } else if at >= next_break {
            spend(body, out, Activity::Rest, 5.0 + 7.0 * dice.share(), &mut at);
            next_break = at + every;
        }
        if ask.next_if(|due| at >= *due).is_some() {
            let energy = body.energy(begins, dice);
            if dice.share() < 0.95 - 0.06 * (10.0 - energy) {
                out.push((at, Happens::CheckIn { energy, day }));
            }
        }
    }
    out.push((at, Happens::Enter(Activity::Off)));
}

/// So many minutes of one activity from `at` on.
fn spend(body: &mut Body<'_>, out: &mut Vec<(f64, Happens)>, activity: Activity, minutes: f64, at: &mut f64) {
    out.push((*at, Happens::Enter(activity)));
    *at += minutes;
    body.go(*at, activity);
}

/// The truth as it goes on, in steps of a minute and less.
struct Body<'a> {
    person: &'a Person,
    strain: f64,
    carried: f64,
    exposure: f64,
    at: f64,
    good: f64,
}

impl Body<'_> {
    fn go(&mut self, to: f64, activity: Activity) {
        while self.at < to {
            let step = (to - self.at).min(if activity == Activity::Off { 10.0 } else { 1.0 });
            self.at += step;
            let demand = match activity {
                Activity::InCall => 0.6,
                Activity::WrapUp => 0.5,
                Activity::Waiting | Activity::Aside => 0.2,
                Activity::Rest | Activity::Off => 0.0,
            };
            let towards = |value: &mut f64, end: f64, minutes: f64| {
                *value += (end - *value) * (1.0 - (-step / minutes).exp());
            };
            if activity.is_rest() {
                towards(&mut self.strain, 0.0, self.person.recovers);
            } else {
                towards(&mut self.strain, demand + 0.2 * self.exposure, self.person.fills);
            }
            towards(&mut self.carried, self.strain, 3.0 * 1440.0);
            towards(&mut self.exposure, 0.0, self.person.wears_off);
        }
    }

    fn meet(&mut self, size: f64) {
        self.exposure += (1.0 - self.exposure) * size.min(1.0);
    }

    fn energy(&self, begins: f64, dice: &mut Dice) -> f64 {
        let person = self.person;
        let from_dip = (self.at - begins - 390.0) / 60.0;
        let logit = person.level
            - person.strain * (self.strain - MIDDLE)
            - person.exposure * self.exposure
            - person.carried * (self.carried - CARRIED_USUAL)
            - person.dip * (-from_dip * from_dip / 2.0).exp()
            + self.good
            + person.answer * dice.normal();
        (10.0 * probability(logit)).round()
    }
}
