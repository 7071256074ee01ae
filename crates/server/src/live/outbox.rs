//! The way of drafts to the log while the log may fail: they are held, in order, and tried again.

use std::time::{Duration, Instant};

use calmline_core::{Body, Draft};
use calmline_store::StoreError;

use super::{
    Live,
    health::{Fault, Trouble},
};

/// How many drafts are held at most: a call says about this many things in a quarter of an hour.
const MOST: usize = 1_000;
/// How soon a failed append is tried again, at first and at last.
const PAUSE: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));
/// How long drafts are kept after what told them is over.
const PATIENCE: Duration = Duration::from_secs(120);
/// How long the end of the process waits for them.
const FAREWELL: Duration = Duration::from_secs(5);

/// Drafts on their way to the log.
#[derive(Default)]
pub struct Outbox {
    held: Vec<Draft>,
    failing: Option<Failing>,
}

/// The log did not take them the last time.
struct Failing {
    again: Instant,
    pause: Duration,
    trouble: Trouble,
}

impl Outbox {
    /// With these drafts, however many.
    pub fn of(drafts: Vec<Draft>) -> Self {
        Self { held: drafts, failing: None }
    }

    /// Takes drafts on. Beyond [`MOST`] the newest are given up, except for the end of a leg, which says what came of it.
    pub fn push(&mut self, drafts: impl IntoIterator<Item = Draft>) {
        for draft in drafts {
            if self.held.len() < MOST || matches!(draft.body, Body::LegClosed { .. }) {
                self.held.push(draft);
            } else {
                given_up("overflow", 1);
            }
        }
    }

    /// Appends what is held, unless that failed just now. What the store will never take is given up. True once nothing is
    /// held; else the next try is due after [`Self::pause`].
    pub async fn send(&mut self, live: &Live) -> bool {
        if self.held.is_empty() || !self.pause().is_zero() {
            return self.held.is_empty();
        }
        let outcome = match live.append(self.held.clone()).await {
            Ok(_) => {
                self.held.clear();
                Ok(())
            }
            Err(error) if may_pass(&error) => Err(error),
            Err(error) => self.one_by_one(live, &error).await,
        };
        match &outcome {
            Ok(()) => self.failing = None,
            Err(error) => self.fails(live, error),
        }
        outcome.is_ok()
    }

    /// How long the next try still waits.
    pub fn pause(&self) -> Duration {
        self.failing
            .as_ref()
            .map_or(Duration::ZERO, |failing| failing.again.saturating_duration_since(Instant::now()))
    }

    /// Tries until all is in the log, for a while; less long when the process stops.
    pub async fn settle(mut self, live: &Live) {
        let mut until = Instant::now() + PATIENCE;
        let mut stopping = false;
        while !self.send(live).await {
            if Instant::now() >= until {
                given_up("unavailable", self.held.len());
                return;
            }
            tokio::select! {
                () = tokio::time::sleep(self.pause()) => {}
                () = live.stop.cancelled(), if !stopping => {
                    stopping = true;
                    until = until.min(Instant::now() + FAREWELL);
                }
            }
        }
    }

    /// A draft that the store refuses must not keep back the others.
    async fn one_by_one(&mut self, live: &Live, refusal: &StoreError) -> Result<(), StoreError> {
        tracing::error!(error = %refusal, "the store refuses some of these events");
        while let Some(draft) = self.held.first() {
            match live.append(vec![draft.clone()]).await {
                Ok(_) => {}
                Err(error) if may_pass(&error) => return Err(error),
                Err(_) => given_up("refused", 1),
            }
            self.held.remove(0);
        }
        Ok(())
    }

    fn fails(&mut self, live: &Live, error: &StoreError) {
        let (soon, late) = PAUSE;
        let failing = self.failing.take();
        if failing.is_none() {
            tracing::error!(%error, held = self.held.len(), "events could not be stored; they are held and tried again");
        }
        let pause = failing.as_ref().map_or(soon, |failing| (failing.pause * 2).min(late));
        let trouble = failing.map_or_else(|| live.health.trouble(Fault::Log), |failing| failing.trouble);
        self.failing = Some(Failing { again: Instant::now() + pause, pause, trouble });
    }
}

/// Whether the same append may succeed later.
fn may_pass(error: &StoreError) -> bool {
    !matches!(
        error,
        StoreError::Time { .. }
            | StoreError::PayloadTaken { .. }
            | StoreError::Exists { .. }
            | StoreError::Missing { .. }
            | StoreError::Closed
    )
}

fn given_up(reason: &'static str, drafts: usize) {
    metrics::counter!("calmline_events_given_up_total", "reason" => reason).increment(drafts as u64);
    if reason != "overflow" {
        tracing::error!(drafts, reason, "events were given up");
    }
}

#[cfg(test)]
mod tests {
    use calmline_core::{CallId, Party, SiteId, Timestamp};

    use super::*;
    use crate::live::{
        Options,
        stage::{Outcome, Stage},
    };

    #[test]
    fn what_is_held_is_bounded_but_the_end_of_a_leg_is_always_kept() -> Outcome {
        let site = SiteId::new("s")?;
        let call = CallId::new("c")?;
        let draft = |body| Draft::derived(site.clone(), Timestamp::UNIX_EPOCH, Vec::new(), body);
        let mut outbox = Outbox::default();
        outbox.push((0..2 * MOST).map(|_| draft(Body::CallHeld { call: call.clone() })));
        assert_eq!(outbox.held.len(), MOST);
        let closed =
            Body::LegClosed { call: call.clone(), party: Party::Agent, frames: 8, lost: 0, speech_s: None };
        outbox.push([draft(closed)]);
        assert_eq!(outbox.held.last().map(|draft| draft.body.kind()), Some("leg.closed"));
        Ok(())
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn facts_that_the_store_refuses_do_not_keep_back_the_others() -> Outcome {
        let stage = Stage::open(Options::default()).await?;
        let site = stage.site.clone();
        let held = |at, call: &str| -> anyhow::Result<Draft> {
            Ok(Draft::derived(site.clone(), at, Vec::new(), Body::CallHeld { call: CallId::new(call)? }))
        };
        let now = Timestamp::now();
        let drafts = vec![held(now, "first")?, held(Timestamp::MIN, "before-all-logs")?, held(now, "last")?];
        let mut outbox = Outbox::of(drafts);
        assert!(outbox.send(&stage.live).await, "nothing waits for what will never be");
        let calls: Vec<_> =
            stage.log().await?.iter().filter_map(|event| event.body.call().cloned()).collect();
        assert_eq!(calls, [CallId::new("first")?, CallId::new("last")?]);
        stage.live.stop().await;
        Ok(())
    }
}
