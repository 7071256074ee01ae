//! One site's desk: its policy, who is in which call, and its decider.
//!
//! Two tasks follow the site's log. [`heed`](Desk::heed) applies what decides whether something may be sensed: notices,
//! consents, and who is in a call. It waits for nothing but the log, so that a withdrawal is heeded while decisions cannot
//! be stored, or while the decider is being started anew. [`decide`](super::decide) has the decider.

use std::{
    collections::{HashMap, VecDeque},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use calmline_care::Settings;
use calmline_core::{
    AgentId, Body, CallId, Draft, Event, EventId, Position, SiteId, Timestamp,
    policy::{Purpose, SitePolicy},
};
use calmline_floor::{Decider, Ear};
use calmline_store::{Feed, Site, StoreError};
use jiff::tz::TimeZone;
use tokio::sync::broadcast;

use super::{
    Live,
    health::{Fault, Up, keep},
    outbox::Outbox,
    voices,
};
use crate::{clock, models};

/// How many arrival times of audio are remembered for measuring latency.
const ARRIVALS: usize = 4_096;

/// Something that a call in progress has to know.
#[derive(Debug, Clone)]
pub enum Change {
    /// A notice or a consent changed.
    Policy,
    /// The agent of a call is known, is somebody else now, or is nobody known.
    Bound(CallId),
    /// A call was put on hold or taken off it.
    Held(CallId, bool),
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
    policy: Mutex<SitePolicy>,
    bindings: Mutex<HashMap<CallId, AgentId>>,
    /// Up to where the log has been heeded.
    heeded: AtomicU64,
    decider: Mutex<Decider>,
    parked: Mutex<HashMap<CallId, (u64, Ear)>>,
    tickets: AtomicU64,
    arrivals: Mutex<Arrivals>,
    changes: broadcast::Sender<Change>,
}

impl Desk {
    /// Reads the site's log from its beginning, appends decisions that a crash kept from the log, records the settings and the
    /// models that sense if they are new, and starts following.
    pub(super) async fn open(live: &Arc<Live>, site: &Site) -> Result<Arc<Self>, StoreError> {
        let desk = Arc::new(Self {
            site: site.id.clone(),
            policy: Mutex::new(SitePolicy::new(site.id.clone(), site.profile)),
            bindings: Mutex::default(),
            heeded: AtomicU64::default(),
            decider: Mutex::new(Decider::new(site.id.clone())),
            parked: Mutex::default(),
            tickets: AtomicU64::default(),
            arrivals: Mutex::default(),
            changes: broadcast::channel(1_024).0,
        });
        let take = |event: &Event| {
            desk.take(event);
        };
        let after = desk.catch_up(live, take).await?;
        voices::forget_withdrawn(live, &desk).await?;
        let now = clock::now();
        let settings = desk.with(|decider| decider.record(&by_its_clock(&live.care, site, now), now));
        let models = models::record(live.store().as_ref(), &site.id, &live.models, now).await?;
        live.append(settings.into_iter().chain(models).collect()).await?;
        live.deciding.spawn(Arc::clone(&desk).keep_heeding(Arc::clone(live)));
        live.deciding.spawn(Arc::clone(&desk).keep_deciding(Arc::clone(live), after));
        Ok(desk)
    }

    /// The site.
    pub fn site(&self) -> &SiteId {
        &self.site
    }

    /// Looks at the policy.
    pub fn with_policy<T>(&self, look: impl FnOnce(&SitePolicy) -> T) -> T {
        look(&hold(&self.policy))
    }

    /// Looks at the decider.
    pub fn with<T>(&self, look: impl FnOnce(&Decider) -> T) -> T {
        look(&hold(&self.decider))
    }

    /// Changes the decider.
    pub(super) fn change<T>(&self, change: impl FnOnce(&mut Decider) -> T) -> T {
        change(&mut hold(&self.decider))
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

    /// From the arrival of the audio that completed a cue to the commit of the prompt that it brought. Words have a time
    /// of their own: `calmline_words_real_time_factor`.
    pub(super) fn measure(&self, prompted_by: &[EventId]) {
        let arrivals = hold(&self.arrivals);
        for arrived in prompted_by.iter().filter_map(|event| arrivals.at.get(event)) {
            metrics::histogram!("calmline_cue_latency_seconds").record(arrived.elapsed().as_secs_f64());
        }
    }

    async fn keep_heeding(self: Arc<Self>, live: Arc<Live>) {
        let (health, halt) = (Arc::clone(&live.health), live.halt.clone());
        let run = |up| Arc::clone(&self).heed(Arc::clone(&live), up);
        keep(&health, &halt, (Fault::Policy, self.site.as_str()), run).await;
    }

    /// Follows the log for notices, consents and bindings.
    async fn heed(self: Arc<Self>, live: Arc<Live>, up: Up) {
        let after = Position(self.heeded.load(Ordering::Acquire));
        let mut feed = Feed::new(Arc::clone(live.store()), Some(self.site.clone()), after);
        let mut trouble = None;
        // Nobody waits for it where the part is not watched any more.
        let _ = up.send(());
        loop {
            let events = tokio::select! {
                events = feed.next() => events,
                () = live.halt.cancelled() => return,
            };
            match events {
                Ok(events) => {
                    trouble = None;
                    let mut ended = false;
                    for event in &events {
                        ended |= self.take(event);
                        if let Body::ConsentWithdrawn { agent, purpose: Purpose::VoiceAffect } = &event.body {
                            let forget = voices::forget(Arc::clone(&live), self.site.clone(), agent.clone());
                            live.deciding.spawn(forget);
                        }
                    }
                    if ended {
                        // What waits for its words may no longer be heard.
                        settle(&live, live.speech.sweep());
                    }
                }
                Err(StoreError::Closed) => return,
                Err(error) => {
                    tracing::error!(%error, site = %self.site, "the site's policy cannot be followed; trying again");
                    trouble.get_or_insert_with(|| live.health.trouble(Fault::Log));
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
            }
        }
    }

    /// Takes note of an event; true if something that was permitted no longer is.
    fn take(&self, event: &Event) -> bool {
        hold(&self.policy).apply(&event.body);
        self.heeded.store(event.position.0, Ordering::Release);
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
            Body::CallHeld { call } => self.tell(Change::Held(call.clone(), true)),
            Body::CallResumed { call } => self.tell(Change::Held(call.clone(), false)),
            Body::NoticeConfirmed { .. } | Body::ConsentGiven { .. } => self.tell(Change::Policy),
            Body::NoticeWithdrawn { .. } | Body::ConsentWithdrawn { .. } => {
                self.tell(Change::Policy);
                return true;
            }
            _ => {}
        }
        false
    }

    fn tell(&self, change: Change) {
        // Nobody listens when no call is in progress.
        drop(self.changes.send(change));
    }
}

/// Stores what is finished without anybody waiting for it.
fn settle(live: &Arc<Live>, drafts: Vec<Draft>) {
    let live = Arc::clone(live);
    live.deciding.clone().spawn(async move { Outbox::of(drafts).settle(&live).await });
}

/// A panic while a lock was held leaves data that is whole: every change here is a single insertion or removal, and a
/// decider that panicked is better asked again than never.
fn hold<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The settings with the site's clock, which care has no other way to know; a configuration that sets it goes before.
fn by_its_clock(settings: &Settings, site: &Site, now: Timestamp) -> Settings {
    let mut settings = settings.clone();
    if settings.strain.utc_offset_hours == 0.0
        && let Ok(zone) = TimeZone::get(&site.time_zone)
    {
        settings.strain.utc_offset_hours = f64::from(zone.to_offset(now).seconds()) / 3600.0;
    }
    settings
}
