//! Who waits for what time: one entry per agent and call, one for the supervisors' desk, one for incidents.

use std::collections::BTreeSet;

use calmline_core::Timestamp;

/// Who waits. The order settles which of two that are due at once comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Waiter {
    Agent(usize),
    Call(usize),
    Desk,
    Incidents,
}

/// The earliest first; setting and taking cost O(log n).
#[derive(Debug, Clone, Default)]
pub(crate) struct Wakes {
    due: BTreeSet<(Timestamp, Waiter)>,
}

impl Wakes {
    /// Moves a waiter from the time held in `held` to another, or away.
    pub(crate) fn set(&mut self, waiter: Waiter, held: &mut Option<Timestamp>, at: Option<Timestamp>) {
        if *held == at {
            return;
        }
        if let Some(before) = *held {
            self.due.remove(&(before, waiter));
        }
        if let Some(after) = at {
            self.due.insert((after, waiter));
        }
        *held = at;
    }

    pub(crate) fn first(&self) -> Option<Timestamp> {
        self.due.first().map(|&(at, _)| at)
    }

    /// Takes the first waiter that is due.
    pub(crate) fn take_due(&mut self, now: Timestamp) -> Option<Waiter> {
        if self.first()? > now {
            return None;
        }
        self.due.pop_first().map(|(_, waiter)| waiter)
    }
}
