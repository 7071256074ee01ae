//! A site's decider: it follows the log, and what it decides is appended. Started anew after a panic, it derives the same
//! from the log as before.

use std::{
    collections::HashSet,
    sync::Arc,
    time::{Duration, Instant},
};

use calmline_core::{Body, Draft, Event, EventId, Position};
use calmline_floor::Decider;
use calmline_store::{Feed, StoreError};

use super::{
    Live,
    desk::Desk,
    health::{Fault, Up, keep},
    lateness::{ClockWatch, Lateness},
    outbox::Outbox,
};
use crate::clock;

/// How many events one read takes while catching up.
const READ: u32 = 2_000;
/// Timers never fire more often than this, whatever a decider asks for.
const TIMER_GAP: Duration = Duration::from_millis(100);

impl Desk {
    /// Reads the site's log into a fresh decider and appends the decisions that are missing at its end. Every event is shown
    /// to `also`.
    pub(super) async fn catch_up(
        &self,
        live: &Live,
        mut also: impl FnMut(&Event),
    ) -> Result<Position, StoreError> {
        let mut decider = Decider::new(self.site().clone());
        let mut after = Position::default();
        let mut missing: Vec<Draft> = Vec::new();
        loop {
            let events = live.store.read(Some(self.site()), after, READ).await?;
            let Some(last) = events.last() else { break };
            after = last.position;
            let there: HashSet<EventId> = events.iter().map(|event| event.id).collect();
            for event in &events {
                also(event);
                // Decisions come after what they follow from. What follows from events before a logged decision, and is
                // not in the log, was never decided: the program has changed since.
                if event.body.is_decision() {
                    missing.retain(|draft: &Draft| there.contains(&draft.id));
                }
                missing.extend(decider.apply(event));
            }
            missing.retain(|draft| !there.contains(&draft.id));
        }
        live.append(missing).await?;
        self.change(|current| *current = decider);
        Ok(after)
    }

    /// Decides until the process stops, from a position up to which the decider has caught up.
    pub(super) async fn keep_deciding(self: Arc<Self>, live: Arc<Live>, after: Position) {
        let (health, halt) = (Arc::clone(&live.health), live.halt.clone());
        let mut caught_up = Some(after);
        let run = |up| Arc::clone(&self).decide(Arc::clone(&live), caught_up.take(), up);
        keep(&health, &halt, (Fault::Decider, self.site().as_str()), run).await;
    }

    async fn decide(self: Arc<Self>, live: Arc<Live>, caught_up: Option<Position>, up: Up) {
        let after = match caught_up {
            Some(after) => Ok(after),
            None => self.catch_up(&live, |_| {}).await,
        };
        match after {
            Ok(after) => {
                // Nobody waits for it where the part is not watched any more.
                let _ = up.send(());
                self.follow(&live, after).await;
            }
            Err(error) => tracing::error!(%error, site = %self.site(), "the site's log cannot be read"),
        }
    }

    async fn follow(&self, live: &Live, after: Position) {
        let mut feed = Feed::new(Arc::clone(&live.store), Some(self.site().clone()), after);
        let (mut lateness, mut clocks) = (Lateness::default(), ClockWatch::default());
        let mut trouble = None;
        let mut timer_at = Position::default();
        let mut seen = after;
        loop {
            // While a backlog is being told, time stands still: else agents would be judged by half of their morning.
            let quiet = lateness.quiet(Instant::now());
            // A timer that was appended must come back through the log before the next one is thought of.
            let wake = self.with(Decider::next_wake).filter(|_| seen >= timer_at);
            let outcome = tokio::select! {
                biased;
                () = live.halt.cancelled() => return self.finish(live, seen).await,
                events = feed.next() => match events {
                    Ok(events) => {
                        seen = events.last().map_or(seen, |event| event.position);
                        if let Some(behind) = lateness.note(&events, clock::now(), Instant::now()) {
                            clocks.measured(self.site().as_str(), behind);
                        }
                        self.decide_on(live, &events).await;
                        Ok(())
                    }
                    Err(error) => Err(error),
                },
                () = clock::sleep_until(wake, quiet.max(TIMER_GAP)) => {
                    let timer = self.with(|decider| decider.timer(clock::now()));
                    live.append(vec![timer]).await.map(|appended| {
                        timer_at = appended.first().map_or(timer_at, |appended| appended.position);
                    })
                }
            };
            match outcome {
                Ok(()) => trouble = None,
                Err(StoreError::Closed) => return,
                Err(error) => {
                    tracing::error!(%error, site = %self.site(), "the site's log cannot be followed; trying again");
                    trouble.get_or_insert_with(|| live.health.trouble(Fault::Log));
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
            }
        }
    }

    /// Decides on what is in the log before the process ends. Decisions that follow from decisions there are none.
    async fn finish(&self, live: &Live, mut seen: Position) {
        loop {
            let events = match live.store.read(Some(self.site()), seen, READ).await {
                Ok(events) => events,
                Err(error) => {
                    tracing::error!(%error, site = %self.site(), "the end of the site's log was not decided on");
                    return;
                }
            };
            let Some(last) = events.last() else { return };
            seen = last.position;
            if !self.decide_on(live, &events).await {
                return;
            }
        }
    }

    /// Applies events and appends what follows. If the append fails the events are gone for this decider, so it is tried
    /// again until it succeeds; false if the process stops before, and the next one decides.
    async fn decide_on(&self, live: &Live, events: &[Event]) -> bool {
        let mut drafts = Vec::new();
        let mut prompted_by = Vec::new();
        for event in events {
            let decided = self.change(|decider| decider.apply(event));
            if decided.iter().any(|draft| matches!(draft.body, Body::PromptShown { .. })) {
                prompted_by.push(event.id);
            }
            drafts.extend(decided);
        }
        let kinds: Vec<_> = drafts.iter().map(|draft| draft.body.kind()).collect();
        let mut outbox = Outbox::of(drafts);
        while !outbox.send(live).await {
            tokio::select! {
                () = tokio::time::sleep(outbox.pause()) => {}
                () = live.halt.cancelled() => return false,
            }
        }
        self.measure(&prompted_by);
        for kind in kinds {
            metrics::counter!("calmline_decisions_total", "kind" => kind).increment(1);
        }
        true
    }
}

#[cfg(test)]
mod tests;
