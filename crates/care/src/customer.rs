//! Customers whose callers were abusive again and again.
//!
//! Nobody is flagged by the software: it counts the incidents of abuse that people have confirmed, and says from when on a
//! supervisor may put a flag. A flag tells the next agents that help is near; it ends by itself at its review, is renewed by a
//! person alone, and can be lifted at any time, by review or by an appeal. A customer is known by a keyed hash.

use std::collections::BTreeMap;

use calmline_core::{
    Body, CallId, CustomerId, Event, EventId, FlagId, IncidentId, PayloadId, Timestamp, event::FlagReason,
};

use crate::{
    incident::IncidentSettings,
    time::{before, hours},
};

/// The longest time from a flag, or its last review, to the next review, in days. Choice: half a year, so that nobody is
/// marked for what they said long ago.
pub const LONGEST_DAYS: u32 = 180;

/// A flag on a customer.
#[derive(Debug, Clone, PartialEq)]
pub struct Flag {
    /// Which.
    pub id: FlagId,
    /// On whom.
    pub customer: CustomerId,
    /// Why.
    pub why: FlagReason,
    /// When it was put.
    pub since: Timestamp,
    /// When it is reviewed, and ends unless it is renewed.
    pub until: Timestamp,
    /// What the customer says against it, and when that was taken down; the words are sealed.
    pub appeals: Vec<(Timestamp, PayloadId)>,
    /// The event that put it.
    pub event: EventId,
}

/// The customers of one site.
#[derive(Debug, Clone, Default)]
pub struct Customers {
    /// Whose callers the incidents that are open are about.
    open: BTreeMap<IncidentId, CustomerId>,
    /// The calls with a confirmed incident, and when it was confirmed.
    confirmed: BTreeMap<CustomerId, BTreeMap<CallId, Timestamp>>,
    flags: BTreeMap<CustomerId, Flag>,
}

impl Customers {
    /// An incident is about a call with this customer.
    pub(crate) fn meets(&mut self, incident: &IncidentId, customer: &CustomerId) {
        self.open.insert(incident.clone(), customer.clone());
    }

    /// An incident is over; one that was not withdrawn counts for its customer, once a call.
    pub(crate) fn over(&mut self, incident: &IncidentId, call: &CallId, confirmed: bool, at: Timestamp) {
        let Some(customer) = self.open.remove(incident) else { return };
        if confirmed {
            self.confirmed.entry(customer).or_default().entry(call.clone()).or_insert(at);
        }
    }

    /// What people decide about flags.
    pub(crate) fn take(&mut self, event: &Event) {
        match &event.body {
            Body::CustomerFlagged { flag, customer, why, until, .. } => {
                let flag = Flag {
                    id: flag.clone(),
                    customer: customer.clone(),
                    why: *why,
                    since: event.at,
                    until: *until,
                    appeals: Vec::new(),
                    event: event.id,
                };
                self.flags.insert(customer.clone(), flag);
            }
            Body::CustomerFlagRenewed { flag, until, .. } => {
                if let Some(known) = self.of_id(flag) {
                    known.until = *until;
                }
            }
            Body::CustomerAppealed { flag, text, .. } => {
                if let Some(known) = self.of_id(flag) {
                    known.appeals.push((event.at, text.clone()));
                }
            }
            Body::CustomerUnflagged { flag, .. } => self.flags.retain(|_, known| known.id != *flag),
            _ => {}
        }
    }

    fn of_id(&mut self, flag: &FlagId) -> Option<&mut Flag> {
        self.flags.values_mut().find(|known| known.id == *flag)
    }

    /// Everything of a customer is forgotten.
    pub(crate) fn erase(&mut self, customer: &CustomerId) {
        self.open.retain(|_, known| known != customer);
        self.confirmed.remove(customer);
        self.flags.remove(customer);
    }

    /// The flag on a customer that holds at a time.
    #[must_use]
    pub fn flag(&self, customer: &CustomerId, now: Timestamp) -> Option<&Flag> {
        self.flags.get(customer).filter(|flag| now < flag.until)
    }

    /// All flags that hold at a time, by customer.
    pub fn flags(&self, now: Timestamp) -> impl Iterator<Item = &Flag> {
        self.flags.values().filter(move |flag| now < flag.until)
    }

    /// How many calls with a confirmed incident a customer has had of late, and when the last was confirmed.
    #[must_use]
    pub fn confirmed(
        &self,
        customer: &CustomerId,
        now: Timestamp,
        set: &IncidentSettings,
    ) -> Option<(usize, Timestamp)> {
        let from = before(now, hours(set.flag_window_days.saturating_mul(24)));
        let of_late = self.confirmed.get(customer)?.values().filter(|at| **at > from);
        Some((of_late.clone().count(), *of_late.max()?))
    }

    /// The customers whom a supervisor may flag: none is flagged already, and each has had enough confirmed incidents of late.
    pub fn candidates(
        &self,
        now: Timestamp,
        set: &IncidentSettings,
    ) -> impl Iterator<Item = (&CustomerId, usize, Timestamp)> {
        let open = self.confirmed.keys().filter(move |customer| self.flag(customer, now).is_none());
        let counted = open.filter_map(move |customer| {
            let (count, last) = self.confirmed(customer, now, set)?;
            Some((customer, count, last))
        });
        let enough = set.flag_after as usize;
        counted.filter(move |(_, count, _)| *count >= enough)
    }
}
