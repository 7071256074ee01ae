//! How likely a call is a hard one: what calls of its kind were like.
//!
//! Operational facts alone: whether callers were abusive, whether they were agitated, how long the calls took. Calls of a
//! kind (queue and intent) are counted with the site's own average mixed in as so many calls, so that a new kind begins at
//! the average (the mean of a beta distribution with that prior). The last five hundred calls of a kind weigh.

use std::collections::HashMap;

use calmline_core::{IntentId, QueueId};

/// A call of five hundred ago weighs a third of the last one. Choice.
const KEPT: f64 = 1.0 - 1.0 / 500.0;
/// Kinds told apart; calls of further kinds are taken as the site's average.
const KINDS: usize = 1_024;
/// How hard a long call is beside an abusive one. Choice.
const LONG: f64 = 0.5;
/// How much likelier a caller who has called about the same before is agitated. Choice.
const REPEAT: f64 = 1.5;
/// How likely a caller who is flagged for abuse is abusive again, at least. Choice.
const FLAGGED: f64 = 0.5;

type Kind = (Option<QueueId>, Option<IntentId>);

/// What a call was like.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Met {
    /// Whether the caller was abusive.
    pub abusive: bool,
    /// Whether the caller was agitated.
    pub agitated: bool,
    /// Whether it took twice as long as usual, or longer.
    pub long: bool,
    /// How long it took.
    pub minutes: f64,
}

impl Met {
    /// Minutes of a hard call: all of it where the caller was abusive or agitated.
    #[must_use]
    pub fn hard_minutes(&self) -> f64 {
        if self.abusive || self.agitated { self.minutes } else { 0.0 }
    }
}

/// What a call will probably be like.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Predicted {
    /// How likely it is a hard one, 0 to 1.
    pub hard: f64,
    /// How long it will probably take.
    pub minutes: f64,
}

#[derive(Debug, Clone, Copy)]
struct Tally {
    calls: f64,
    abusive: f64,
    agitated: f64,
    long: f64,
    minutes: f64,
}

impl Tally {
    const NONE: Self = Self { calls: 0.0, abusive: 0.0, agitated: 0.0, long: 0.0, minutes: 0.0 };
    /// Before anything is known of a site: twenty calls as they may be anywhere. Choice.
    const ANYWHERE: Self = Self { calls: 20.0, abusive: 0.4, agitated: 1.6, long: 2.0, minutes: 100.0 };

    fn add(&mut self, met: &Met) {
        let one = |is: bool| f64::from(u8::from(is));
        self.calls = self.calls * KEPT + 1.0;
        self.abusive = self.abusive * KEPT + one(met.abusive);
        self.agitated = self.agitated * KEPT + one(met.agitated);
        self.long = self.long * KEPT + one(met.long);
        self.minutes = self.minutes * KEPT + met.minutes;
    }

    /// The shares of one kind, the site's mixed in as so many calls: abusive, agitated, long; and the mean length.
    fn shares(&self, site: &Self, prior: f64) -> [f64; 4] {
        let share = |own: f64, all: f64| (own + prior * all / site.calls) / (self.calls + prior);
        [
            share(self.abusive, site.abusive),
            share(self.agitated, site.agitated),
            share(self.long, site.long),
            share(self.minutes, site.minutes),
        ]
    }
}

/// What calls of a site were like, by kind.
#[derive(Debug, Clone)]
pub struct Norms {
    site: Tally,
    kinds: HashMap<Kind, Tally>,
}

impl Default for Norms {
    fn default() -> Self {
        Self { site: Tally::ANYWHERE, kinds: HashMap::new() }
    }
}

impl Norms {
    /// Learns from a call that is over.
    pub fn learn(&mut self, queue: Option<&QueueId>, intent: Option<&IntentId>, met: &Met) {
        if !met.minutes.is_finite() || met.minutes < 0.0 {
            return;
        }
        self.site.add(met);
        let kind = (queue.cloned(), intent.cloned());
        if self.kinds.len() < KINDS || self.kinds.contains_key(&kind) {
            self.kinds.entry(kind).or_insert(Tally::NONE).add(met);
        }
    }

    /// What a call will probably be like. `prior` is [`super::RoutingSettings::norm_calls`]; `repeat` and `flagged` are
    /// what is known of the caller.
    #[must_use]
    pub fn predict(
        &self,
        queue: Option<&QueueId>,
        intent: Option<&IntentId>,
        (repeat, flagged): (bool, bool),
        prior: u32,
    ) -> Predicted {
        let kind = (queue.cloned(), intent.cloned());
        let tally = self.kinds.get(&kind).unwrap_or(&Tally::NONE);
        let [mut abusive, mut agitated, long, minutes] = tally.shares(&self.site, f64::from(prior.max(1)));
        if repeat {
            agitated = (agitated * REPEAT).min(1.0);
        }
        if flagged {
            abusive = abusive.max(FLAGGED);
        }
        Predicted { hard: 1.0 - (1.0 - abusive) * (1.0 - agitated) * (1.0 - LONG * long), minutes }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn met(agitated: bool) -> Met {
        Met { abusive: false, agitated, long: false, minutes: 4.0 }
    }

    #[test]
    fn a_kind_begins_at_the_sites_average_and_ends_at_its_own() {
        let mut norms = Norms::default();
        let (refunds, queue) = (IntentId::new("refund").ok(), QueueId::new("main").ok());
        let hard = |norms: &Norms, intent: Option<&IntentId>| {
            norms.predict(queue.as_ref(), intent, (false, false), 20).hard
        };
        let before = hard(&norms, refunds.as_ref());
        assert!((before - hard(&norms, None)).abs() < 1e-12);
        for n in 0..400 {
            norms.learn(queue.as_ref(), refunds.as_ref(), &met(n % 2 == 0));
            norms.learn(queue.as_ref(), None, &met(false));
        }
        assert!((hard(&norms, refunds.as_ref()) - 0.5).abs() < 0.05);
        assert!(hard(&norms, None) < before);
    }

    #[test]
    fn what_is_known_of_the_caller_counts() {
        let norms = Norms::default();
        let hard = |known| norms.predict(None, None, known, 20).hard;
        assert!(hard((true, false)) > hard((false, false)));
        assert!(hard((false, true)) >= 0.5);
    }
}
