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
//! A weighted sum ([`crate::settings::LoadSettings`]) of six parts, each 0 to 1: occupancy over the last hour against the
//! ceiling, calls back to back, calls longer than this agent's usual, holds and transfers, work since the last break, and
//! time in the shift.
//!
//! ## Exposure, 0 to 1
//! Two pools, abuse `A` and agitation `G`. An experience of size `i` fills what is left (`A ← A + (1 − A)·i`), so that
//! no pool exceeds 1; both fade with a half-life. Exposure is `1 − (1 − A)(1 − G)`.
//!
//! ## Strain, 0 to 1
//! A reservoir `S`. At work it moves towards what the present demand would settle at, with time constant `τ`:
//! `dS/dt = (d + a·A(t) + g·G(t) − S) / τ`, where `d` depends on the activity; at rest and off work it recovers:
//! `dS/dt = −S / τ_rest`. This is the shape of the effort-recovery model (Meijman & Mulder 1998, *Psychological aspects
//! of workload*): load reactions build up under demand and return to the baseline when it stops; without enough time they
//! accumulate. That detaching from work is what lets them return is Sonnentag & Fritz's stressor-detachment model (2015).
//! The parameters are a choice. They lead to this: at 85 % occupancy a ten-minute break per 50 minutes keeps strain *usual*
//! for as long as the day lasts (settling near 0.33), five-minute breaks near 0.39, no break reaches *high* after
//! two hours and a quarter, and unbroken calls without a pause reach *heavy* after about four.

mod exposure;
mod load;
mod strain;
mod usual;
mod window;

use calmline_core::Timestamp;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

pub(crate) use exposure::Exposure;
pub(crate) use usual::Usual;

use crate::{
    settings::Settings,
    time::{between, fade, hours, minutes},
};
use load::Faded;
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
    /// Work since the last break.
    SinceBreak,
    /// Time in the shift.
    Shift,
    /// Abuse met.
    Abuse,
    /// Agitated callers met.
    Agitation,
    /// What the day's demands have added up to.
    Strain,
}

impl Part {
    /// All parts: seven of load, two of exposure, and strain.
    pub const ALL: [Self; 10] = [
        Self::Occupancy,
        Self::BackToBack,
        Self::Handling,
        Self::Holds,
        Self::Transfers,
        Self::SinceBreak,
        Self::Shift,
        Self::Abuse,
        Self::Agitation,
        Self::Strain,
    ];
}

/// The three values, and what each part contributes to its scale.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Reading {
    pub(crate) load: f64,
    pub(crate) exposure: f64,
    pub(crate) strain: f64,
    pub(crate) parts: [f64; 10],
    /// Share of the last hour's signed-in time spent on calls and after-call work, once it says something.
    pub(crate) occupancy: Option<f64>,
    pub(crate) calls_in_a_row: u32,
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
    pub(crate) exposure: Exposure,
    strain: f64,
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
            exposure: Exposure::default(),
            strain: 0.0,
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
        self.strain =
            strain::after(self.strain, self.activity, &self.exposure, span, &strain::Terms::of(settings));
        self.exposure.fade(span, &settings.exposure);
        let faded = fade(span, minutes(settings.load.half_life_minutes));
        for kept in [&mut self.long_calls, &mut self.holds, &mut self.transfers] {
            kept.fade(faded);
        }
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
        let hardly_a_pause = self.idle_since_call <= crate::time::seconds(settings.load.pause_seconds);
        self.calls_in_a_row = if hardly_a_pause { self.calls_in_a_row.saturating_add(1) } else { 1 };
        self.idle_since_call = SignedDuration::ZERO;
    }

    /// A call is over; `length` is the logarithm of its length against the usual one, where that is known.
    pub(crate) fn call_over(&mut self, length: Option<f64>) {
        self.idle_since_call = SignedDuration::ZERO;
        if let Some(length) = length {
            self.long_calls.add(length);
        }
    }

    pub(crate) fn held(&mut self) {
        self.holds.add(1.0);
    }

    pub(crate) fn transferred(&mut self) {
        self.transfers.add(1.0);
    }

    /// Where the agent stands at the time that the model has come to. `length_now` is the present call's length like in
    /// [`Self::call_over`].
    pub(crate) fn read(&self, length_now: Option<f64>, settings: &Settings) -> Reading {
        let set = &settings.load;
        let occupancy = self.occupancy(settings);
        let pausing = self.idle_since_call > crate::time::seconds(set.pause_seconds);
        let calls_in_a_row = if pausing { 0 } else { self.calls_in_a_row };
        let present = self.shift_began.filter(|_| self.activity != Activity::Off);
        let shift = present.map_or(SignedDuration::ZERO, |began| between(began, self.at));
        let (abuse, agitation) = (self.exposure.abuse(), self.exposure.agitation());
        let [holds, transfers] = load::complications(&self.holds, &self.transfers, set);
        let parts = [
            occupancy.map_or(0.0, |busy| load::occupancy(busy, set)),
            load::back_to_back(calls_in_a_row, set),
            load::handling(&self.long_calls, length_now, set),
            holds,
            transfers,
            load::since_break(self.work, minutes(settings.breaks.never_later_minutes), set),
            load::shift(shift, set),
            abuse,
            agitation,
            self.strain,
        ];
        Reading {
            load: parts[..7].iter().sum::<f64>().clamp(0.0, 1.0),
            exposure: self.exposure.total(),
            strain: self.strain,
            parts,
            occupancy,
            calls_in_a_row,
            work: self.work,
            shift,
        }
    }

    fn occupancy(&self, settings: &Settings) -> Option<f64> {
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
        let (activity, at) = (self.activity, self.at);
        let shift_began = (activity != Activity::Off).then_some(at);
        *self = Self { activity, shift_began, ..Self::new(at) };
    }
}

#[cfg(test)]
mod tests;
