//! One agent as routing follows them: what the phone platform says, their calls, an accepted break.

use calmline_core::{CallId, Timestamp, event::WorkState};

/// What is known of an agent.
#[derive(Debug, Clone)]
pub(super) struct Worker {
    state: WorkState,
    state_at: Timestamp,
    calls: Vec<(CallId, Timestamp)>,
    /// When the last call ended.
    ended: Timestamp,
    /// From when on they take the break that they accepted.
    pub(super) rests_from: Option<Timestamp>,
    /// When they may ask for easier calls again.
    pub(super) easier_again: Timestamp,
    pub(super) heard: Timestamp,
}

impl Worker {
    pub(super) fn new(at: Timestamp) -> Self {
        Self {
            state: WorkState::Offline,
            state_at: Timestamp::MIN,
            calls: Vec::new(),
            ended: Timestamp::MIN,
            rests_from: None,
            easier_again: Timestamp::MIN,
            heard: at,
        }
    }

    /// The platform says what the agent does; nothing changes if something newer is known. These states are in no call: the
    /// end of one was lost or comes late.
    pub(super) fn told(&mut self, state: WorkState, at: Timestamp) {
        if at < self.state_at {
            return;
        }
        (self.state, self.state_at) = (state, at);
        if matches!(state, WorkState::Available | WorkState::OnBreak | WorkState::Offline) {
            self.calls.retain(|(_, since)| *since >= at);
        }
        if matches!(state, WorkState::OnBreak | WorkState::Offline) {
            self.rests_from = None;
        }
    }

    pub(super) fn takes(&mut self, call: &CallId, at: Timestamp) {
        self.calls.retain(|(has, _)| has != call);
        self.calls.push((call.clone(), at));
    }

    /// A call is theirs no longer. Since when it was, if it was.
    pub(super) fn leaves(&mut self, call: &CallId, at: Timestamp) -> Option<Timestamp> {
        let place = self.calls.iter().position(|(has, _)| has == call)?;
        self.ended = self.ended.max(at);
        Some(self.calls.remove(place).1)
    }

    /// In calls, in wrap-up or waiting for one.
    pub(super) fn is_present(&self) -> bool {
        let works = matches!(self.state, WorkState::Available | WorkState::Busy | WorkState::WrapUp);
        works || !self.calls.is_empty()
    }

    /// Since when they are free for a call; nothing while they are not.
    pub(super) fn free(&self, now: Timestamp) -> Option<Timestamp> {
        let rests = self.rests_from.is_some_and(|from| from <= now);
        let free = self.state == WorkState::Available && self.calls.is_empty() && !rests;
        free.then(|| self.state_at.max(self.ended))
    }

    pub(super) fn is_off(&self) -> bool {
        self.state == WorkState::Offline && self.calls.is_empty()
    }
}
