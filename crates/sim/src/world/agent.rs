//! One agent's state machine.

use calmline_core::{Timestamp, event::WorkState};

use super::roster::AgentCard;

/// A break that an agent is going to take.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Leave {
    pub(super) minutes: f64,
    pub(super) reason: &'static str,
}

/// An agent at work.
#[derive(Debug)]
pub(super) struct Agent {
    pub(super) card: AgentCard,
    pub(super) state: WorkState,
    /// Since when the present state holds.
    pub(super) since: Timestamp,
    /// When the present stretch of work began: signing in, or the end of the last break.
    pub(super) working_since: Timestamp,
    /// Available, but a call already rings or the platform is about to confirm a break.
    pub(super) reserved: bool,
    /// The break that comes as soon as the present call is done.
    pub(super) leave: Option<Leave>,
    /// Goes home as soon as the present call is done.
    pub(super) leaving: bool,
    pub(super) had_lunch: bool,
    /// When the next planned break falls due.
    pub(super) planned: Option<Timestamp>,
    /// Somebody else says what they do ([`super::World::lend`]).
    pub(super) lent: bool,
}

impl Agent {
    pub(super) fn new(card: AgentCard, opens: Timestamp) -> Self {
        Self {
            card,
            state: WorkState::Offline,
            since: opens,
            working_since: opens,
            reserved: false,
            leave: None,
            leaving: false,
            had_lunch: false,
            planned: None,
            lent: false,
        }
    }

    /// Whether a call can ring here.
    pub(super) fn is_free(&self) -> bool {
        self.state == WorkState::Available
            && !(self.reserved || self.leaving || self.lent)
            && self.leave.is_none()
    }

    pub(super) fn enter(&mut self, state: WorkState, now: Timestamp) {
        debug_assert!(is_legal(self.state, state), "{:?} to {state:?}", self.state);
        if self.state == WorkState::OnBreak || self.state == WorkState::Offline {
            self.working_since = now;
        }
        self.state = state;
        self.since = now;
        self.reserved = false;
    }
}

/// Which state may follow which on this platform.
pub(super) fn is_legal(from: WorkState, to: WorkState) -> bool {
    use WorkState::{Available, Busy, Offline, OnBreak, WrapUp};
    matches!(
        (from, to),
        (Offline | OnBreak, Available)
            | (Available, Busy | OnBreak | Offline)
            | (Busy, WrapUp)
            | (WrapUp, Available | OnBreak | Offline)
    )
}
