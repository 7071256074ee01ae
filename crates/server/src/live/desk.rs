//! One site's desk: its decider, who is in which call, and the task that follows the log.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU8, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use calmline_core::{AgentId, Body, CallId, Draft, Event, EventId, Position, SiteId};
use calmline_floor::{Decider, Ear};
use calmline_store::{Feed, Site, StoreError};
use jiff::SignedDuration;
use tokio::sync::broadcast;

use super::{Live, Readiness};
use crate::clock;

/// How many events one read takes while catching up.
const READ: u32 = 2_000;
/// Timers never fire more often than this, whatever a decider asks for.
const TIMER_GAP: Duration = Duration::from_millis(100);
/// Work events that are older than this when they are told are a backlog: the phone platform was away, say.
const BACKLOG_AGE: SignedDuration = SignedDuration::from_mins(2);
/// A backlog is over when none of it has come for so long.
const BACKLOG_QUIET: Duration = Duration::from_secs(3);
/// How many arrival times of audio are remembered for measuring latency.
const ARRIVALS: usize = 4_096;

/// Something that a call in progress has to know.
#[derive(Debug, Clone)]
pub enum Change {
    /// A notice or a consent changed.
    Policy,
    /// The agent of a call is known, is somebody else now, or is nobody known.
    Bound(CallId),
}

/// When the audio behind events arrived; the latest of them only.
#[derive(Default)]
struct Arrivals {
    at: HashMap<EventId, Instant>,
    order: VecDeque<EventId>,
}

impl Arrivals {
    fn note(&mut self, event: EventId, at: Instant) {
        if self.at.insert(event, at).is_none() {
            self.order.push_back(event);
        }
        while self.order.len() > ARRIVALS {
            let Some(oldest) = self.order.pop_front() else { break };
            self.at.remove(&oldest);
        }
    }
}

/// One site's desk.
pub struct Desk {
    site: SiteId,
    decider: Mutex<Decider>,
    bindings: Mutex<HashMap<CallId, AgentId>>,
    parked: Mutex<HashMap<CallId, (u64, Ear)>>,
    tickets: AtomicU64,
    arrivals: Mutex<Arrivals>,
    changes: broadcast::Sender<Change>,
    /// When work events were last told that had happened long before.
    backlog: Mutex<Option<Instant>>,
    state: AtomicU8,
}

impl Desk {
    /// Reads the site's log from its beginning, appends decisions that a crash kept from the log, and starts following.
    pub(super) async fn open(live: &Arc<Live>, site: &Site) -> Result<Arc<Self>, StoreError> {
        let decider = Decider::new(site.id.clone(), site.profile, live.care.clone());
        let desk = Arc::new(Self {
            site: site.id.clone(),
            decider: Mutex::new(decider),
            bindings: Mutex::default(),
            parked: Mutex::default(),
            tickets: AtomicU64::default(),
            arrivals: Mutex::default(),
            changes: broadcast::channel(1_024).0,
            backlog: Mutex::default(),
            state: AtomicU8::new(Readiness::CatchingUp as u8),
        });
        let after = desk.catch_up(live).await?;
        desk.state.store(Readiness::Ready as u8, Ordering::Release);
        live.deciding.spawn(Arc::clone(&desk).follow(Arc::clone(live), after));
        Ok(desk)
    }

    /// The site.
    pub fn site(&self) -> &SiteId {
        &self.site
    }

    /// Looks at the decider.
    pub fn with<T>(&self, look: impl FnOnce(&Decider) -> T) -> T {
        look(&hold(&self.decider))
    }

    /// Who is in a call.
    pub fn agent_of(&self, call: &CallId) -> Option<AgentId> {
        hold(&self.bindings).get(call).cloned()
    }

    /// Changes from now on.
    pub fn changes(&self) -> broadcast::Receiver<Change> {
        self.changes.subscribe()
    }

    /// Keeps the ear of a call whose connection is about to be made anew; the ticket tells this time from a later one.
    pub fn park(&self, ear: Ear) -> u64 {
        let ticket = self.tickets.fetch_add(1, Ordering::Relaxed);
        hold(&self.parked).insert(ear.call().clone(), (ticket, ear));
        ticket
    }

    /// Takes a parked ear back.
    pub fn unpark(&self, call: &CallId) -> Option<Ear> {
        hold(&self.parked).remove(call).map(|(_, ear)| ear)
    }

    /// Takes a parked ear back if it is still the one of this ticket.
    pub fn unpark_if(&self, call: &CallId, ticket: u64) -> Option<Ear> {
        let mut parked = hold(&self.parked);
        if parked.get(call)?.0 != ticket {
            return None;
        }
        parked.remove(call).map(|(_, ear)| ear)
    }

    /// Remembers when the audio behind an event arrived, so that the latency of what follows from it can be measured.
    pub fn arrived(&self, event: EventId, at: Instant) {
        hold(&self.arrivals).note(event, at);
    }

    pub(super) fn readiness(&self) -> Readiness {
        match self.state.load(Ordering::Acquire) {
            state if state == Readiness::Ready as u8 => Readiness::Ready,
            state if state == Readiness::CatchingUp as u8 => Readiness::CatchingUp,
            _ => Readiness::Failed,
        }
    }

    async fn catch_up(&self, live: &Live) -> Result<Position, StoreError> {
        let mut after = Position::default();
        let mut missing: Vec<Draft> = Vec::new();
        loop {
            let events = live.store.read(Some(&self.site), after, READ).await?;
            let Some(last) = events.last() else { break };
            after = last.position;
            let there: HashSet<EventId> = events.iter().map(|event| event.id).collect();
            for event in &events {
                // Decisions come after what they follow from. What follows from events before a logged decision, and is
                // not in the log, was never decided: thresholds or the program have changed since.
                if event.body.is_decision() {
                    missing.retain(|draft: &Draft| there.contains(&draft.id));
                }
                missing.extend(self.take(event));
            }
            missing.retain(|draft| !there.contains(&draft.id));
        }
        live.append(missing).await?;
        Ok(after)
    }

    async fn follow(self: Arc<Self>, live: Arc<Live>, after: Position) {
        let mut feed = Feed::new(Arc::clone(live.store()), Some(self.site.clone()), after);
        let mut timer_at = Position::default();
        let mut seen = after;
        loop {
            // While a backlog is being told, time stands still: else agents would be judged by half of their morning.
            let quiet = self.backlog_quiet();
            // A timer that was appended must come back through the log before the next one is thought of.
            let wake = self.with(Decider::next_wake).filter(|_| seen >= timer_at);
            let outcome = tokio::select! {
                biased;
                () = live.halt.cancelled() => return self.finish(&live, seen).await,
                events = feed.next() => match events {
                    Ok(events) => {
                        seen = events.last().map_or(seen, |event| event.position);
                        self.note_backlog(&events);
                        self.decide(&live, &events).await
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
            if let Err(error) = outcome {
                if matches!(error, StoreError::Closed) {
                    return;
                }
                tracing::error!(%error, site = %self.site, "the site's log cannot be followed; trying again");
                self.state.store(Readiness::Failed as u8, Ordering::Release);
                tokio::time::sleep(Duration::from_secs(1)).await;
            } else {
                self.state.store(Readiness::Ready as u8, Ordering::Release);
            }
        }
    }

    /// How long timers still wait for more of a backlog.
    fn backlog_quiet(&self) -> Duration {
        let told = *hold(&self.backlog);
        told.map_or(Duration::ZERO, |at| BACKLOG_QUIET.saturating_sub(at.elapsed()))
    }

    /// Notes that work events are being told late.
    fn note_backlog(&self, events: &[Event]) {
        let late = clock::now().saturating_sub(BACKLOG_AGE).unwrap_or(jiff::Timestamp::MIN);
        let told = events.iter().any(|event| {
            event.at < late && matches!(event.body, Body::AgentState { .. } | Body::CallEnded { .. })
        });
        if told {
            *hold(&self.backlog) = Some(Instant::now());
        }
    }

    /// Decides on what is in the log before the process ends. Decisions that follow from decisions there are none.
    async fn finish(&self, live: &Live, mut seen: Position) {
        loop {
            let events = match live.store.read(Some(&self.site), seen, READ).await {
                Ok(events) => events,
                Err(error) => {
                    tracing::error!(%error, site = %self.site, "the end of the site's log was not decided on");
                    return;
                }
            };
            let Some(last) = events.last() else { return };
            seen = last.position;
            if self.decide(live, &events).await.is_err() {
                return;
            }
        }
    }

    /// Applies events and appends what follows. If the append fails the events are gone for this decider, so it is tried
    /// again until it succeeds or the process stops.
    async fn decide(&self, live: &Live, events: &[Event]) -> Result<(), StoreError> {
        let mut drafts = Vec::new();
        let mut prompts = Vec::new();
        for event in events {
            let decided = self.take(event);
            if decided.iter().any(|draft| matches!(draft.body, Body::PromptShown { .. })) {
                prompts.push(event.id);
            }
            drafts.extend(decided);
        }
        let mut pause = Duration::from_millis(100);
        loop {
            match live.append(drafts.clone()).await {
                Ok(_) => break,
                Err(StoreError::Closed) => return Err(StoreError::Closed),
                Err(error) => {
                    tracing::error!(%error, site = %self.site, "decisions could not be appended; trying again");
                    self.state.store(Readiness::Failed as u8, Ordering::Release);
                    tokio::select! {
                        () = tokio::time::sleep(pause) => {}
                        () = live.halt.cancelled() => return Err(error),
                    }
                    pause = (pause * 2).min(Duration::from_secs(5));
                }
            }
        }
        self.measure(&prompts);
        for draft in &drafts {
            metrics::counter!("calmline_decisions_total", "kind" => draft.body.kind()).increment(1);
        }
        Ok(())
    }

    /// From the arrival of the audio that completed a cue to the commit of the prompt that it brought. Words have a time
    /// of their own: `calmline_words_real_time_factor`.
    fn measure(&self, prompted_by: &[EventId]) {
        let arrivals = hold(&self.arrivals);
        for arrived in prompted_by.iter().filter_map(|event| arrivals.at.get(event)) {
            metrics::histogram!("calmline_cue_latency_seconds").record(arrived.elapsed().as_secs_f64());
        }
    }

    fn take(&self, event: &Event) -> Vec<Draft> {
        let drafts = hold(&self.decider).apply(event);
        match &event.body {
            Body::CallAnswered { call, agent, .. } | Body::CallTransferred { call, to: Some(agent), .. } => {
                hold(&self.bindings).insert(call.clone(), agent.clone());
                self.tell(Change::Bound(call.clone()));
            }
            Body::CallTransferred { call, to: None, .. } => {
                hold(&self.bindings).remove(call);
                self.tell(Change::Bound(call.clone()));
            }
            Body::CallEnded { call, .. } => {
                hold(&self.bindings).remove(call);
            }
            Body::NoticeConfirmed { .. }
            | Body::NoticeWithdrawn { .. }
            | Body::ConsentGiven { .. }
            | Body::ConsentWithdrawn { .. } => self.tell(Change::Policy),
            _ => {}
        }
        drafts
    }

    fn tell(&self, change: Change) {
        // Nobody listens when no call is in progress.
        drop(self.changes.send(change));
    }
}

/// A panic while a lock was held leaves data that is whole: every change here is a single insertion or removal, and a
/// decider that panicked is better asked again than never.
fn hold<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}
