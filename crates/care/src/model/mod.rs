//! Load, exposure and strain of one agent as a continuous-time model.
//!
//! The words are those of ISO 10075-1: *load* (the standard's mental stress) is what acts on the person, *strain* is
//! its effect in the person. They are kept apart, and apart from *exposure*, the abuse and agitation that the person
//! met. Nothing acoustic of the agent enters; the caller's agitation enters exposure only; without any voice or words
//! the model runs on work events alone.
//!
//! ## Time
//! What an agent is doing ([`Activity`]) changes at events and is constant between them, so every part has a closed form
//! over the time between: counts of time are exact, and everything that fades or fills does so exponentially. Splitting a
//! stretch of time changes nothing (property-tested); there is no tick.
//!
//! ## Load, 0 to 1
//! A weighted sum ([`crate::settings::LoadSettings`]) of parts, each 0 to 1: occupancy over the last hour against the
//! ceiling, calls back to back, calls longer than usual, complexity (holds, transfers, systems, hard requests), work since
//! the last break, and time in the shift; on top of these, several contacts at once, more hard calls than is usual at the
//! site, and one kind of request in a row. The sum is cut at 1.
//!
//! ## Exposure, 0 to 1
//! Three pools, abuse `A`, agitation `G` and distressing content `D`. An experience of size `i` fills what is left
//! (`A ← A + (1 − A)·i`), so that no pool exceeds 1; each fades with a half-life. Exposure is `1 − (1 − A)(1 − G)(1 − D)`.
//!
//! ## Strain, 0 to 1
//! Two reservoirs. The day's, `S`, moves at work towards what the present demand would settle at, with time constant `τ`:
//! `dS/dt = (d + a·A(t) + g·G(t) + c·D(t) − S) / τ`, where `d` depends on the activity; at rest and off work it recovers:
//! `dS/dt = −S / τ_rest`. This is the shape of the effort-recovery model (Meijman & Mulder 1998, *Psychological aspects
//! of workload*): load reactions build up under demand and return to the baseline when it stops; without enough time they
//! accumulate. That detaching from work is what lets them return is Sonnentag & Fritz's stressor-detachment model (2015).
//! What accumulates is the second reservoir, `L`, which follows the first over days: `dL/dt = (S − L) / T`. What it holds
//! beyond an ordinary week's rest adds to strain, and so do the body clock's low hours and the last hours of a long shift,
//! after the three-process model of alertness (Åkerstedt & Folkard 1997; Folkard & Tucker 2003).
//! The parameters are a choice. They lead to this: at 85 % occupancy a ten-minute break per 50 minutes keeps strain *usual*
//! for as long as the day lasts (settling near 0.33), five-minute breaks near 0.39, no break reaches *high* after
//! two hours and a quarter, and unbroken calls without a pause reach *heavy* after about four.
//!
//! ## One person's own
//! The numbers above are the same for everybody. [`personal`] fits what a person's own check-ins say about them, for that
//! person alone; nothing of it enters [`crate::Care`].

mod clock;
mod exposure;
mod load;
mod person;
pub mod personal;
mod strain;
mod usual;
mod window;

use calmline_core::Timestamp;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

pub(crate) use exposure::Exposure;
pub(crate) use load::complexity;
pub use person::Person;
pub(crate) use usual::{Kind, Norms, Usual};

use crate::{
    settings::Settings,
    time::{between, fade, hours, minutes},
};
use load::Faded;
use strain::{Reservoirs, Terms};
use window::Window;

/// What an agent is doing, as far as demand and rest go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activity {
    /// In a call, caller on hold or not.
    InCall,
    /// After-call work.
    WrapUp,
    /// Waiting for a call.
    Waiting,
    /// On a break.
    Rest,
    /// Meeting, training, or not available for another reason.
    Aside,
    /// Not signed in.
    Off,
}

impl Activity {
    /// Whether this is work on calls, which a break is owed for.
    #[must_use]
    pub fn is_work(self) -> bool {
        matches!(self, Self::InCall | Self::WrapUp | Self::Waiting)
    }

    /// Whether this is rest from work.
    #[must_use]
    pub fn is_rest(self) -> bool {
        matches!(self, Self::Rest | Self::Off)
    }
}

/// A part of load, exposure or strain, for saying what moved it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Occupancy over the last hour.
    Occupancy,
    /// Calls with hardly a pause between.
    BackToBack,
    /// Calls longer than usual.
    Handling,
    /// Putting callers on hold.
    Holds,
    /// Handing calls over.
    Transfers,
    /// Several systems, or requests that are hard of their kind.
    Complexity,
    /// Several contacts at once.
    Concurrency,
    /// More hard calls than is usual here.
    Mix,
    /// One kind of request in a row.
    Monotony,
    /// Work since the last break.
    SinceBreak,
    /// Time in the shift.
    Shift,
    /// Abuse met.
    Abuse,
    /// Agitated callers met.
    Agitation,
    /// Calls with distressing content.
    Distress,
    /// What the day's demands have added up to.
    Strain,
    /// What earlier days have left.
    Carried,
    /// The body clock's low hours, and the last hours of a long shift.
    Clock,
}

impl Part {
    /// All parts: eleven of load, three of exposure, three of strain.
    pub const ALL: [Self; 17] = [
        Self::Occupancy,
        Self::BackToBack,
        Self::Handling,
        Self::Holds,
        Self::Transfers,
        Self::Complexity,
        Self::Concurrency,
        Self::Mix,
        Self::Monotony,
        Self::SinceBreak,
        Self::Shift,
        Self::Abuse,
        Self::Agitation,
        Self::Distress,
        Self::Strain,
        Self::Carried,
        Self::Clock,
    ];
    pub(crate) const LOAD: std::ops::Range<usize> = 0..11;
    pub(crate) const EXPOSURE: std::ops::Range<usize> = 11..14;
    pub(crate) const STRAIN: std::ops::Range<usize> = 14..17;
}

/// One number for each of [`Part::ALL`].
pub(crate) type Parts = [f64; Part::ALL.len()];

/// The three values, and what each part contributes to its scale.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Reading {
    pub(crate) load: f64,
    pub(crate) exposure: f64,
    pub(crate) strain: f64,
    pub(crate) parts: Parts,
    /// Share of the last hour's signed-in time spent on calls and after-call work, once it says something.
    pub(crate) occupancy: Option<f64>,
    pub(crate) calls_in_a_row: u32,
    /// Contacts now.
    pub(crate) contacts: u32,
    /// The share of recent calls that were hard, where it counts.
    pub(crate) hard: f64,
    pub(crate) same_in_a_row: u32,
    /// Whether the body clock, and not the length of the shift, weighs in [`Part::Clock`].
    pub(crate) night: bool,
    pub(crate) work: SignedDuration,
    pub(crate) shift: SignedDuration,
}

/// The model of one agent at one time.
#[derive(Debug, Clone)]
pub(crate) struct Model {
    at: Timestamp,
    activity: Activity,
    since: Timestamp,
    window: Window,
    work: SignedDuration,
    shift_began: Option<Timestamp>,
    idle_since_call: SignedDuration,
    calls_in_a_row: u32,
    long_calls: Faded,
    holds: Faded,
    transfers: Faded,
    complexity: Faded,
    /// Whether recent calls were hard ones.
    hard: Faded,
    contacts: u32,
    /// Contacts at once, as a faded mean.
    at_once: f64,
    last_request: Option<String>,
    same_in_a_row: u32,
    pub(crate) exposure: Exposure,
    strain: Reservoirs,
}

/// What is known of a call as an agent's part in it ends.
#[derive(Debug, Default)]
pub(crate) struct Over {
    /// The logarithm of its length against the usual one, where that is known.
    pub(crate) length: Option<f64>,
    /// What the caller wanted, where that was told.
    pub(crate) request: Option<String>,
    /// What its systems and its kind add to its complexity.
    pub(crate) complexity: f64,
    /// Whether it was one of the hard ones.
    pub(crate) hard: bool,
}

/// What is known beyond the model when it is read.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Now {
    /// The present call's length as in [`Over::length`].
    pub(crate) length: Option<f64>,
    /// The share of calls at the site that are usually hard.
    pub(crate) usual_hard: Option<f64>,
}

impl Model {
    pub(crate) fn new(at: Timestamp) -> Self {
        Self {
            at,
            activity: Activity::Off,
            since: at,
            window: Window::new(),
            work: SignedDuration::ZERO,
            shift_began: None,
            idle_since_call: SignedDuration::MAX,
            calls_in_a_row: 0,
            long_calls: Faded::default(),
            holds: Faded::default(),
            transfers: Faded::default(),
            complexity: Faded::default(),
            hard: Faded::default(),
            contacts: 0,
            at_once: 0.0,
            last_request: None,
            same_in_a_row: 0,
            exposure: Exposure::default(),
            strain: Reservoirs::default(),
        }
    }

    pub(crate) fn at(&self) -> Timestamp {
        self.at
    }

    pub(crate) fn activity(&self) -> Activity {
        self.activity
    }

    /// Since when the agent has been doing what they do.
    pub(crate) fn since(&self) -> Timestamp {
        self.since
    }

    /// Work since the last break.
    pub(crate) fn work(&self) -> SignedDuration {
        self.work
    }

    /// Lets time pass. An earlier time changes nothing.
    pub(crate) fn advance(&mut self, to: Timestamp, settings: &Settings) {
        let span = between(self.at, to);
        if span.is_zero() {
            return;
        }
        self.at = to;
        self.strain = self.strain.after(self.activity, &self.exposure, span, &Terms::of(settings));
        self.exposure.fade(span, &settings.exposure);
        let faded = fade(span, minutes(settings.load.half_life_minutes));
        for kept in [&mut self.long_calls, &mut self.holds, &mut self.transfers, &mut self.complexity] {
            kept.fade(faded);
        }
        // The mix of calls is a matter of hours: four times as slow.
        self.hard.fade(faded.sqrt().sqrt());
        let contacts = f64::from(self.contacts);
        self.at_once = contacts + (self.at_once - contacts) * faded;
        if self.activity.is_work() {
            self.work = self.work.saturating_add(span);
        } else if self.activity.is_rest()
            && between(self.since, to) >= minutes(settings.breaks.counts_from_minutes)
        {
            self.work = SignedDuration::ZERO;
        }
        if !matches!(self.activity, Activity::InCall | Activity::WrapUp) {
            self.idle_since_call = self.idle_since_call.saturating_add(span);
        }
    }

    /// The agent does something else from now on.
    pub(crate) fn enter(&mut self, activity: Activity, settings: &Settings) {
        if activity == self.activity {
            return;
        }
        let span = (self.since, self.at);
        match self.activity {
            Activity::InCall | Activity::WrapUp => self.window.handling(span),
            Activity::Waiting => self.window.waiting(span),
            Activity::Rest | Activity::Aside | Activity::Off => {}
        }
        let long_away = between(self.since, self.at) >= hours(settings.load.new_shift_after_hours);
        if self.activity == Activity::Off && (long_away || self.shift_began.is_none()) {
            self.shift_began = Some(self.at);
        }
        self.window.forget_before(self.at, minutes(settings.load.window_minutes));
        self.activity = activity;
        self.since = self.at;
    }

    /// The agent has signed off without a word, and nobody knows when: neither their work nor their shift goes on from here.
    pub(crate) fn gone(&mut self, settings: &Settings) {
        self.enter(Activity::Off, settings);
        (self.work, self.shift_began) = (SignedDuration::ZERO, None);
    }

    /// A call was taken.
    pub(crate) fn call_began(&mut self, settings: &Settings) {
        // One of several contacts at once does not come after another.
        if self.contacts == 0 {
            let hardly_a_pause = self.idle_since_call <= crate::time::seconds(settings.load.pause_seconds);
            self.calls_in_a_row = if hardly_a_pause { self.calls_in_a_row.saturating_add(1) } else { 1 };
        }
        self.contacts = self.contacts.saturating_add(1);
        self.idle_since_call = SignedDuration::ZERO;
    }

    /// A call is over.
    pub(crate) fn call_over(&mut self, over: Over) {
        self.idle_since_call = SignedDuration::ZERO;
        self.contacts = self.contacts.saturating_sub(1);
        if let Some(length) = over.length {
            self.long_calls.add(length);
        }
        self.complexity.add(over.complexity);
        self.hard.add(f64::from(u8::from(over.hard)));
        let same = over.request.is_some() && over.request == self.last_request;
        self.same_in_a_row = match over.request {
            Some(_) if same => self.same_in_a_row.saturating_add(1),
            Some(_) => 1,
            None => 0,
        };
        self.last_request = over.request;
    }

    pub(crate) fn held(&mut self) {
        self.holds.add(1.0);
    }

    pub(crate) fn transferred(&mut self) {
        self.transfers.add(1.0);
    }

    /// Where the agent stands at the time that the model has come to.
    pub(crate) fn read(&self, now: Now, settings: &Settings) -> Reading {
        let set = &settings.load;
        let occupancy = self.occupancy(settings);
        let pausing = self.idle_since_call > crate::time::seconds(set.pause_seconds);
        let calls_in_a_row = if pausing { 0 } else { self.calls_in_a_row };
        let shift = self.shift();
        let [holds, transfers, complex] =
            load::complications([&self.holds, &self.transfers, &self.complexity], set);
        let ([strain, carried, clock], night) = self.strain_parts(settings);
        let parts: Parts = [
            occupancy.map_or(0.0, |busy| load::occupancy(busy, set)),
            load::back_to_back(calls_in_a_row, set),
            load::handling(&self.long_calls, now.length, set),
            holds,
            transfers,
            complex,
            load::concurrency(self.at_once, set),
            load::mix(&self.hard, now.usual_hard, set),
            load::monotony(self.same_in_a_row, set),
            load::since_break(self.work, minutes(settings.breaks.never_later_minutes), set),
            load::shift(shift, set),
            self.exposure.abuse(),
            self.exposure.agitation(),
            self.exposure.distress(),
            strain,
            carried,
            clock,
        ];
        let sum = |range: std::ops::Range<usize>| parts[range].iter().sum::<f64>().clamp(0.0, 1.0);
        Reading {
            load: sum(Part::LOAD),
            exposure: self.exposure.total(),
            strain: sum(Part::STRAIN),
            parts,
            occupancy,
            calls_in_a_row,
            contacts: self.contacts,
            hard: self.hard.mean().unwrap_or(0.0),
            same_in_a_row: self.same_in_a_row,
            night,
            work: self.work,
            shift,
        }
    }

    fn shift(&self) -> SignedDuration {
        let present = self.shift_began.filter(|_| self.activity != Activity::Off);
        present.map_or(SignedDuration::ZERO, |began| between(began, self.at))
    }

    /// [`Part::STRAIN`], and whether the body clock weighs more in the last than the length of the shift.
    fn strain_parts(&self, settings: &Settings) -> ([f64; 3], bool) {
        let (night, long) = clock::terms(self.at, self.shift(), settings);
        let on_duty = f64::from(u8::from(!self.activity.is_rest()));
        let beyond = (self.strain.carried - settings.strain.carried_usual).max(0.0);
        let parts = [self.strain.now, settings.strain.weight_carried * beyond, on_duty * (night + long)];
        (parts, night >= long)
    }

    /// How many calls came one upon the other.
    pub(crate) fn calls_in_a_row(&self) -> u32 {
        self.calls_in_a_row
    }

    pub(crate) fn occupancy(&self, settings: &Settings) -> Option<f64> {
        let present = (self.since, self.at);
        let (handling, waiting) = match self.activity {
            Activity::InCall | Activity::WrapUp => (Some(present), None),
            Activity::Waiting => (None, Some(present)),
            Activity::Rest | Activity::Aside | Activity::Off => (None, None),
        };
        let enough = minutes(settings.load.occupancy_needs_minutes);
        self.window.occupancy(self.at, minutes(settings.load.window_minutes), enough, handling, waiting)
    }

    /// Forgets everything about the person; what they are doing now remains.
    pub(crate) fn erase(&mut self) {
        let (activity, at, contacts) = (self.activity, self.at, self.contacts);
        let shift_began = (activity != Activity::Off).then_some(at);
        *self = Self { activity, shift_began, contacts, ..Self::new(at) };
    }
}

#[cfg(test)]
mod tests;
