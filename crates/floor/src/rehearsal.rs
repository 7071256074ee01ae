//! A site in virtual time, with its log in memory.

use std::collections::{HashMap, HashSet};

use calmline_core::{
    Draft, Event, EventId, PayloadId, Position, SiteId, Timestamp,
    event::{Clear, Spoken},
    policy::{Profile, SitePolicy},
};

use crate::Decider;

/// Runs a site's policy and its [`Decider`] over drafts in virtual time: what comes in is given a position, decisions that follow are logged
/// after it, and timers fire when the time of the next draft has passed them.
#[derive(Debug)]
pub struct Rehearsal {
    policy: SitePolicy,
    decider: Decider,
    log: Vec<Event>,
    known: HashSet<EventId>,
    payloads: HashMap<PayloadId, Clear>,
}

impl Rehearsal {
    /// A rehearsal of a site under a profile, with an empty log.
    #[must_use]
    pub fn new(site: SiteId, profile: Profile) -> Self {
        Self {
            policy: SitePolicy::new(site.clone(), profile),
            decider: Decider::new(site),
            log: Vec::new(),
            known: HashSet::new(),
            payloads: HashMap::new(),
        }
    }

    /// Logs a draft, after the timers that were due before it, and everything that follows from it. Known ids are passed over.
    pub fn tell(&mut self, draft: Draft) {
        self.wait_until(draft.at);
        self.log(draft);
    }

    /// Lets time pass.
    pub fn wait_until(&mut self, now: Timestamp) {
        // A timer that leads to no later one would fire for ever; time must move with each.
        let mut last = None;
        while let Some(due) = self.decider.next_wake().filter(|&due| due <= now && Some(due) != last) {
            last = Some(due);
            self.log(self.decider.timer(due));
        }
    }

    fn log(&mut self, draft: Draft) {
        let mut waiting = std::collections::VecDeque::from([draft]);
        while let Some(mut draft) = waiting.pop_front() {
            if !self.known.insert(draft.id) {
                continue;
            }
            for clear in std::mem::take(&mut draft.clear) {
                self.payloads.insert(clear.id.clone(), clear);
            }
            let event = draft.at_position(Position(self.log.len() as u64 + 1));
            self.policy.apply(&event.body);
            waiting.extend(self.decider.apply(&event));
            self.log.push(event);
        }
    }

    /// The log so far.
    #[must_use]
    pub fn events(&self) -> &[Event] {
        &self.log
    }

    /// What was said, behind the name of an utterance's payload.
    #[must_use]
    pub fn spoken(&self, payload: &PayloadId) -> Option<Spoken> {
        Spoken::read(&self.payloads.get(payload)?.bytes)
    }

    /// The site's policy as the log makes it.
    #[must_use]
    pub fn policy(&self) -> &SitePolicy {
        &self.policy
    }

    /// The decider, to ask how things stand.
    #[must_use]
    pub fn decider(&self) -> &Decider {
        &self.decider
    }
}
