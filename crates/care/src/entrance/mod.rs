//! Callers in front of the queues: what they want, one question where that is unclear, and where they are passed on to.
//!
//! It is a state machine like the rest of this crate: events in, [`Body::EntranceDecided`] out, the same ones from the same
//! events. What a caller wants it takes from the intents that were read from their words, spoken or typed. Nobody is asked
//! twice: whoever is not understood after one question speaks with a person, and so does at once who asks for one, or whose
//! words tell of danger. Nothing of an agent is looked at.

mod settings;

use std::collections::BTreeMap;

use calmline_core::{
    Body, CallId, Draft, Event, EventId, IntentId, Party, QueueId, Share, SiteId, Timestamp,
    event::{EntranceDecision, EntranceStep, Intent, Reason, WordSigns},
};

pub use self::settings::{EntranceSettings, Name};
use crate::time::{after, seconds};

/// How surely words must ask for a person, or tell of danger. Choice: as likely as not.
const SIGN_FROM: f64 = 0.5;
/// Callers who are followed at once; further ones are passed on to a person unheard.
const MOST: usize = 10_000;

/// A caller who has not been passed on yet.
#[derive(Debug, Clone)]
struct Caller {
    /// When nobody waits any longer for something to be understood.
    until: Timestamp,
    /// Whether they were asked, and between what.
    asked: Option<Vec<IntentId>>,
    /// What the next decision rests on.
    because: Vec<EventId>,
}

/// The callers in front of a site's queues.
#[derive(Debug, Clone)]
pub struct Entrance {
    site: SiteId,
    set: EntranceSettings,
    now: Timestamp,
    callers: BTreeMap<CallId, Caller>,
}

impl Entrance {
    /// The entrance of a site to which nobody has come yet.
    #[must_use]
    pub fn new(site: SiteId, set: EntranceSettings) -> Self {
        Self { site, set, now: Timestamp::MIN, callers: BTreeMap::new() }
    }

    /// Decides by other settings from now on.
    pub fn adopt(&mut self, set: EntranceSettings) {
        self.set = set;
    }

    /// Takes an event in; returns what is decided. Decisions that come back from the log and events of other sites change
    /// nothing.
    pub fn apply(&mut self, event: &Event) -> Vec<Draft> {
        if event.site != self.site || event.body.is_decision() {
            return Vec::new();
        }
        if event.body.moves_time() {
            self.now = self.now.max(event.at);
        }
        let mut out = Vec::new();
        self.take(event, &mut out);
        self.lapse(event, &mut out);
        out
    }

    /// When the time must be told at the latest, if nothing else comes before.
    #[must_use]
    pub fn next_wake(&self) -> Option<Timestamp> {
        self.callers.values().map(|caller| caller.until).min()
    }

    /// How many callers are followed.
    #[must_use]
    pub fn kept(&self) -> usize {
        self.callers.len()
    }

    fn take(&mut self, event: &Event, out: &mut Vec<Draft>) {
        match &event.body {
            Body::EntranceOpened { call } => self.opened(call, event, out),
            Body::Utterance { call, party: Party::Customer, signs, intent, .. } => {
                let Some(caller) = self.callers.get_mut(call) else { return };
                caller.because.push(event.id);
                if let Some(decided) = heard(&self.set, caller, signs.as_ref(), intent.as_ref()) {
                    self.decide(call, decided, out);
                }
            }
            Body::CallAnswered { call, .. }
            | Body::CallTransferred { call, .. }
            | Body::CallEnded { call, .. }
            | Body::EntranceMoved { call, .. } => {
                self.callers.remove(call);
            }
            _ => {}
        }
    }

    fn opened(&mut self, call: &CallId, event: &Event, out: &mut Vec<Draft>) {
        if self.set.otherwise.is_none() || self.callers.contains_key(call) {
            return;
        }
        let until = after(self.now, seconds(self.set.patience_seconds));
        let room = self.callers.len() < MOST;
        self.callers.insert(call.clone(), Caller { until, asked: None, because: vec![event.id] });
        if !room && let Some(step) = self.set.to_a_person(None, Reason::new("entrance.why.silent")) {
            self.decide(call, step, out);
        }
    }

    /// Callers of whom nothing was understood in time speak with a person.
    fn lapse(&mut self, event: &Event, out: &mut Vec<Draft>) {
        let now = self.now;
        let silent = self.callers.iter().filter(|(_, caller)| caller.until <= now);
        let silent: Vec<CallId> = silent.map(|(call, _)| call.clone()).collect();
        for call in silent {
            if let Some(caller) = self.callers.get_mut(&call)
                && !caller.because.contains(&event.id)
            {
                caller.because.push(event.id);
            }
            match self.set.to_a_person(None, Reason::new("entrance.why.silent")) {
                Some(decided) => self.decide(&call, decided, out),
                // The entrance was closed meanwhile; the platform does as it would without.
                None => {
                    self.callers.remove(&call);
                }
            }
        }
    }

    fn decide(&mut self, call: &CallId, decided: EntranceDecision, out: &mut Vec<Draft>) {
        let Some(caller) = self.callers.get_mut(call) else { return };
        let because = std::mem::take(&mut caller.because);
        match &decided.step {
            EntranceStep::Ask { choices } => {
                caller.asked = Some(choices.clone());
                caller.until = after(self.now, seconds(self.set.patience_seconds));
            }
            EntranceStep::Transfer { .. } => {
                self.callers.remove(call);
            }
        }
        let body = Body::EntranceDecided { call: call.clone(), decided };
        out.push(Draft::derived(self.site.clone(), self.now, because, body));
    }
}

/// What follows from a caller's words; nothing where they say too little.
fn heard(
    set: &EntranceSettings,
    caller: &Caller,
    signs: Option<&WordSigns>,
    intent: Option<&Intent>,
) -> Option<EntranceDecision> {
    let from = |sign: Share| sign.get() >= SIGN_FROM;
    if signs.is_some_and(|signs| from(signs.crisis)) {
        return set.to_a_person(None, Reason::new("entrance.why.danger"));
    }
    let read = Read::of(intent);
    if signs.is_some_and(|signs| from(signs.help)) {
        let known = read.first.filter(|(_, share)| *share >= set.sure_from);
        return set.to_a_person(known.map(|(intent, _)| intent), Reason::new("entrance.why.person"));
    }
    intent?;
    match &caller.asked {
        None => set.first_words(read),
        Some(choices) => set.answer(&read, choices),
    }
}

/// The two likeliest intents, with their probabilities.
#[derive(Debug, Default)]
struct Read {
    first: Option<(IntentId, f64)>,
    second: Option<(IntentId, f64)>,
}

impl Read {
    fn of(intent: Option<&Intent>) -> Self {
        let Some(intent) = intent else { return Self::default() };
        let id = |name: &str, share: Share| Some((IntentId::new(name).ok()?, share.get()));
        Self {
            first: intent.name.as_ref().and_then(|name| id(name, intent.confidence)),
            second: intent.runner_up.as_ref().and_then(|(name, share)| id(name, *share)),
        }
    }
}

fn percent(share: f64) -> f64 {
    (share * 100.0).round()
}

impl EntranceSettings {
    fn queue_of(&self, intent: &IntentId) -> Option<&QueueId> {
        self.departments.get(intent).or(self.otherwise.as_ref())
    }

    fn to_a_person(&self, intent: Option<IntentId>, reason: Reason) -> Option<EntranceDecision> {
        let queue = match &intent {
            Some(intent) => self.queue_of(intent),
            None => self.otherwise.as_ref(),
        }?;
        Some(EntranceDecision { step: EntranceStep::Transfer { queue: queue.clone(), intent }, reason })
    }

    /// The first words: understood, or one question.
    fn first_words(&self, read: Read) -> Option<EntranceDecision> {
        let ask = |choices, reason| Some(EntranceDecision { step: EntranceStep::Ask { choices }, reason });
        let Some((first, share)) = read.first else {
            return ask(Vec::new(), Reason::new("entrance.why.outside"));
        };
        let second = read.second.filter(|(_, share)| *share >= self.ask_from);
        let one_place =
            second.as_ref().is_some_and(|(other, _)| self.queue_of(other) == self.queue_of(&first));
        let sure = share + second.as_ref().filter(|_| one_place).map_or(0.0, |(_, share)| *share);
        if sure >= self.sure_from {
            return self
                .to_a_person(Some(first), Reason::new("entrance.why.sure").with("percent", percent(sure)));
        }
        let unsure = Reason::new("entrance.why.unsure").with("percent", percent(share));
        let named = |intent: &IntentId| self.names.contains_key(intent);
        match second {
            Some((second, _)) if !one_place && named(&first) && named(&second) => {
                ask(vec![first, second], unsure)
            }
            _ => ask(Vec::new(), unsure),
        }
    }

    /// The words after a question: whatever they are, nobody is asked again.
    fn answer(&self, read: &Read, choices: &[IntentId]) -> Option<EntranceDecision> {
        let told = [&read.first, &read.second];
        let chosen = told.into_iter().flatten().find(|(intent, _)| choices.contains(intent));
        if let Some((intent, _)) = chosen {
            return self.to_a_person(Some(intent.clone()), Reason::new("entrance.why.chosen"));
        }
        match &read.first {
            // An open question was asked, and the answer is as good as the second likeliest was not.
            Some((intent, share)) if *share >= self.sure_from || choices.is_empty() => {
                let reason = Reason::new("entrance.why.sure").with("percent", percent(*share));
                self.to_a_person(Some(intent.clone()), reason)
            }
            _ => self.to_a_person(None, Reason::new("entrance.why.still_unsure")),
        }
    }
}

#[cfg(test)]
mod tests;
