//! From events to rows.

use std::collections::HashMap;

use calmline_core::{
    Body, CallId, SiteId, Timestamp,
    event::{AlertOutcome, OfferAnswer},
};
use serde::{Serialize, de::DeserializeOwned};

use super::{AgentRow, AlertRow, CallRow, LegRow, OfferRow, OfferState};

/// A view; each has a table of its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum View {
    Calls,
    Alerts,
    Offers,
    Agents,
}

impl View {
    pub(crate) const ALL: [Self; 4] = [Self::Calls, Self::Alerts, Self::Offers, Self::Agents];

    pub(crate) fn table(self) -> &'static str {
        match self {
            Self::Calls => "calls",
            Self::Alerts => "alerts",
            Self::Offers => "offers",
            Self::Agents => "agents",
        }
    }
}

/// Which row of which view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Key<'e> {
    pub(crate) view: View,
    pub(crate) site: &'e SiteId,
    pub(crate) id: &'e str,
}

/// A row of any view.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Row {
    Call(CallRow),
    Alert(AlertRow),
    Offer(OfferRow),
    Agent(AgentRow),
}

impl Row {
    /// Reads a row's document.
    pub(crate) fn read(view: View, doc: &str) -> Result<Self, serde_json::Error> {
        fn from<T: DeserializeOwned>(doc: &str) -> Result<T, serde_json::Error> {
            serde_json::from_str(doc)
        }
        Ok(match view {
            View::Calls => Self::Call(from(doc)?),
            View::Alerts => Self::Alert(from(doc)?),
            View::Offers => Self::Offer(from(doc)?),
            View::Agents => Self::Agent(from(doc)?),
        })
    }

    /// The row's document.
    pub(crate) fn doc(&self) -> Result<String, serde_json::Error> {
        fn to(row: &impl Serialize) -> Result<String, serde_json::Error> {
            serde_json::to_string(row)
        }
        match self {
            Self::Call(row) => to(row),
            Self::Alert(row) => to(row),
            Self::Offer(row) => to(row),
            Self::Agent(row) => to(row),
        }
    }

    /// When the row began: what it is sorted by.
    fn at(&self) -> Timestamp {
        match self {
            Self::Call(row) => row.began,
            Self::Alert(row) => row.raised,
            Self::Offer(row) => row.offered,
            Self::Agent(row) => row.since,
        }
    }

    /// Whose row it is.
    fn agent(&self) -> Option<&str> {
        match self {
            Self::Call(row) => row.agent.as_ref().map(calmline_core::AgentId::as_str),
            Self::Alert(row) => row.agent.as_ref().map(calmline_core::AgentId::as_str),
            Self::Offer(row) => Some(row.agent.as_str()),
            Self::Agent(row) => Some(row.agent.as_str()),
        }
    }

    /// Whether something is still to come.
    fn open(&self) -> bool {
        match self {
            Self::Call(row) => row.ended.is_none(),
            Self::Alert(row) => row.outcome.is_none(),
            Self::Offer(row) => matches!(
                row.state,
                OfferState::Offered | OfferState::Accepted | OfferState::Moved { .. } | OfferState::Began
            ),
            Self::Agent(_) => true,
        }
    }
    /// What the row is found by, beside its key.
    pub(crate) fn found_by(&self) -> FoundBy {
        (self.at(), self.agent().map(str::to_owned), self.open())
    }
}

/// What a row is found by, beside its key: its time, its agent, and whether it is open.
pub(crate) type FoundBy = (Timestamp, Option<String>, bool);

/// A row on its way to a view.
#[derive(Debug, Default)]
struct Changed {
    /// What the stored row is found by; none if there is none.
    before: Option<FoundBy>,
    row: Option<Row>,
}

/// Rows on their way to a view: what was loaded, changed by what happened. Borrows the events' names.
#[derive(Debug, Default)]
pub(crate) struct Changes<'e> {
    rows: HashMap<Key<'e>, Changed>,
}

impl<'e> Changes<'e> {
    /// Makes place for the rows that an event touches.
    pub(crate) fn touch(&mut self, site: &'e SiteId, body: &'e Body) {
        for key in keys_of(site, body) {
            self.rows.entry(key).or_default();
        }
    }

    /// The rows that are touched in one view.
    pub(crate) fn touched(&self, view: View) -> Vec<Key<'e>> {
        self.rows.keys().filter(|key| key.view == view).copied().collect()
    }

    /// Notes a row as it is stored.
    pub(crate) fn load(&mut self, key: Key<'e>, row: Row) {
        self.rows.insert(key, Changed { before: Some(row.found_by()), row: Some(row) });
    }

    /// Folds an event into the rows that it touches; a row that was not loaded is taken to be new.
    pub(crate) fn apply(&mut self, site: &'e SiteId, at: Timestamp, body: &'e Body) {
        for key in keys_of(site, body) {
            let row = &mut self.rows.entry(key).or_default().row;
            match key.view {
                View::Calls => fold_call(row, at, body),
                View::Alerts => fold_alert(row, at, body),
                View::Offers => fold_offer(row, at, body),
                View::Agents => fold_agent(row, at, body),
            }
        }
    }

    /// The rows that are there, by key, with what the stored ones are found by.
    pub(crate) fn into_rows(self) -> impl Iterator<Item = (Key<'e>, Option<FoundBy>, Row)> {
        self.rows.into_iter().filter_map(|(key, changed)| Some((key, changed.before, changed.row?)))
    }
}

/// The rows that an event touches; two at most.
fn keys_of<'e>(site: &'e SiteId, body: &'e Body) -> impl Iterator<Item = Key<'e>> {
    let key = |view, id: &'e str| Some(Key { view, site, id });
    let call = |call: &'e CallId| key(View::Calls, call.as_str());
    let (first, second) = match body {
        Body::CallOffered { call: c, .. }
        | Body::CallAnswered { call: c, .. }
        | Body::CallHeld { call: c }
        | Body::CallResumed { call: c }
        | Body::CallTransferred { call: c, .. }
        | Body::CallEnded { call: c, .. }
        | Body::LegOpened { call: c, .. }
        | Body::LegClosed { call: c, .. }
        | Body::Utterance { call: c, .. }
        | Body::PromptShown { call: c, .. }
        | Body::AbuseReported { call: c, .. } => (call(c), None),
        Body::AlertRaised { alert, call: c, .. } => {
            (key(View::Alerts, alert.as_str()), c.as_ref().and_then(call))
        }
        Body::AlertClosed { alert, .. }
        | Body::AlertAcknowledged { alert, .. }
        | Body::AlertEscalated { alert, .. } => (key(View::Alerts, alert.as_str()), None),
        Body::BreakOffered { offer, .. }
        | Body::BreakAnswered { offer, .. }
        | Body::BreakBegan { offer, .. }
        | Body::BreakUnconfirmed { offer, .. }
        | Body::BreakEnded { offer, .. }
        | Body::BreakLapsed { offer, .. } => (key(View::Offers, offer.as_str()), None),
        Body::AgentState { agent, .. } => (key(View::Agents, agent.as_str()), None),
        _ => (None, None),
    };
    first.into_iter().chain(second)
}

fn fold_call(row: &mut Option<Row>, at: Timestamp, body: &Body) {
    let Some(call) = body.call() else { return };
    let row = row.get_or_insert_with(|| Row::Call(new_call(call, at)));
    let Row::Call(row) = row else { return };
    row.began = row.began.min(at);
    match body {
        Body::CallOffered { agent, queue, .. } => {
            row.offered.get_or_insert(at);
            row.agent = agent.clone().or(row.agent.take());
            row.queue = queue.clone().or(row.queue.take());
        }
        Body::CallAnswered { agent, queue, .. } => {
            row.answered.get_or_insert(at);
            row.agent = Some(agent.clone());
            row.queue = queue.clone().or(row.queue.take());
        }
        Body::CallHeld { .. } => row.held = true,
        Body::CallResumed { .. } => row.held = false,
        Body::CallTransferred { to, queue, .. } => {
            row.transfers += 1;
            row.held = false;
            row.agent.clone_from(to);
            row.queue = queue.clone().or(row.queue.take());
        }
        Body::CallEnded { .. } => {
            row.ended.get_or_insert(at);
            row.held = false;
        }
        Body::LegOpened { party, protocol, rate, .. } => row.legs.push(LegRow {
            party: *party,
            protocol: protocol.clone(),
            rate: *rate,
            closed: false,
            frames: 0,
            lost: 0,
            speech_s: None,
        }),
        Body::LegClosed { party, frames, lost, speech_s, .. } => {
            if let Some(leg) = row.legs.iter_mut().find(|leg| leg.party == *party && !leg.closed) {
                (leg.closed, leg.frames, leg.lost, leg.speech_s) = (true, *frames, *lost, *speech_s);
            }
        }
        Body::Utterance { .. } => row.utterances += 1,
        Body::PromptShown { .. } => row.cues += 1,
        Body::AlertRaised { .. } => row.alerts += 1,
        Body::AbuseReported { .. } => row.abuse_reported = true,
        _ => {}
    }
}

fn new_call(call: &CallId, began: Timestamp) -> CallRow {
    CallRow {
        call: call.clone(),
        began,
        queue: None,
        agent: None,
        offered: None,
        answered: None,
        ended: None,
        held: false,
        transfers: 0,
        legs: Vec::new(),
        utterances: 0,
        cues: 0,
        alerts: 0,
        abuse_reported: false,
    }
}

fn fold_alert(row: &mut Option<Row>, at: Timestamp, body: &Body) {
    match (body, row.as_mut()) {
        (
            Body::AlertRaised { alert, agent, queue, call, reason, confidence, evidence, action, expires },
            None,
        ) => {
            *row = Some(Row::Alert(AlertRow {
                alert: alert.clone(),
                raised: at,
                agent: agent.clone(),
                queue: queue.clone(),
                call: call.clone(),
                reason: reason.clone(),
                confidence: *confidence,
                evidence: evidence.clone(),
                action: action.clone(),
                expires: *expires,
                acknowledged: None,
                escalated: None,
                outcome: None,
                closed: None,
                closed_by: None,
                done: None,
            }));
        }
        (Body::AlertAcknowledged { .. }, Some(Row::Alert(row))) => {
            row.acknowledged = row.acknowledged.or(Some(at));
        }
        (Body::AlertEscalated { .. }, Some(Row::Alert(row))) => row.escalated = Some(at),
        // The first answer stands.
        (Body::AlertClosed { outcome, by, action, .. }, Some(Row::Alert(row))) if row.outcome.is_none() => {
            let outcome: AlertOutcome = *outcome;
            (row.outcome, row.closed, row.closed_by) = (Some(outcome), Some(at), Some(by.clone()));
            row.done.clone_from(action);
        }
        _ => {}
    }
}

fn fold_offer(row: &mut Option<Row>, at: Timestamp, body: &Body) {
    if let (Body::BreakOffered { offer, agent, minutes, reasons, expires }, None) = (body, row.as_ref()) {
        *row = Some(Row::Offer(OfferRow {
            offer: offer.clone(),
            agent: agent.clone(),
            offered: at,
            minutes: *minutes,
            reasons: reasons.clone(),
            expires: *expires,
            state: OfferState::Offered,
            changed: at,
        }));
        return;
    }
    let Some(Row::Offer(row)) = row else { return };
    let state = match body {
        Body::BreakAnswered { answer: OfferAnswer::Accepted, .. } => OfferState::Accepted,
        Body::BreakAnswered { answer: OfferAnswer::Moved { to }, .. } => OfferState::Moved { to: *to },
        Body::BreakAnswered { answer: OfferAnswer::Refused, .. } => OfferState::Refused,
        Body::BreakBegan { .. } => OfferState::Began,
        Body::BreakUnconfirmed { .. } => OfferState::Unconfirmed,
        Body::BreakEnded { minutes, .. } => OfferState::Ended { minutes: *minutes },
        Body::BreakLapsed { .. } => OfferState::Lapsed,
        _ => return,
    };
    (row.state, row.changed) = (state, at);
}

fn fold_agent(row: &mut Option<Row>, at: Timestamp, body: &Body) {
    let Body::AgentState { agent, state, reason } = body else { return };
    // A state that was told late does not undo a newer one.
    if matches!(row, Some(Row::Agent(row)) if row.since > at) {
        return;
    }
    let (agent, state, reason) = (agent.clone(), *state, reason.clone());
    *row = Some(Row::Agent(AgentRow { agent, state, since: at, reason }));
}
