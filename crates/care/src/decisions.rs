//! Decisions on their way out: each at the site's time, each naming the events that caused it.

use calmline_core::{Body, Draft, EventId, SiteId, Timestamp};

/// What one event leads to.
pub(crate) struct Decisions {
    pub(crate) now: Timestamp,
    site: SiteId,
    /// The event being applied, if it may stand among the causes of what is decided now: it is about the same agent or
    /// call, or it is the timer that the decision waited for. Another agent's event may come at the right time for a
    /// decision, but did not cause it.
    trigger: Option<EventId>,
    drafts: Vec<Draft>,
}

impl Decisions {
    pub(crate) fn new(site: &SiteId, now: Timestamp, trigger: Option<EventId>) -> Self {
        Self { now, site: site.clone(), trigger, drafts: Vec::new() }
    }

    /// From now on this event may stand among the causes.
    pub(crate) fn triggered_by(&mut self, event: EventId) {
        self.trigger = Some(event);
    }

    /// An id for something that these events led to now.
    pub(crate) fn name(&self, what: &str, whom: &str, because: &[EventId]) -> String {
        let when = self.now.to_string();
        let why = because.iter().map(EventId::to_string).collect::<Vec<_>>().join(",");
        EventId::derive(&[self.site.as_str(), what, whom, &when, &why]).to_string()
    }

    /// Decides something; the event being applied joins the causes.
    pub(crate) fn decide(&mut self, because: Vec<EventId>, body: Body) -> EventId {
        let mut causes: Vec<EventId> = Vec::with_capacity(because.len() + 1);
        for cause in because.into_iter().chain(self.trigger) {
            if !causes.contains(&cause) {
                causes.push(cause);
            }
        }
        let draft = Draft::derived(self.site.clone(), self.now, causes, body);
        let id = draft.id;
        // A signal that two decisions rest on is told once.
        if self.drafts.iter().all(|told| told.id != id) {
            self.drafts.push(draft);
        }
        id
    }

    pub(crate) fn done(self) -> Vec<Draft> {
        self.drafts
    }
}
