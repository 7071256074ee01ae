//! The live side: audio and events in, decisions out.
//!
//! Moves bytes and events between the world and `floor`, and decides nothing. The order is always the same: append,
//! sync, acknowledge, publish. See [`desk`] for a site's policy and decisions, [`audio`] for a call's way from socket to
//! facts, [`speech`] for words, and [`health`] for what becomes of a part that fails.

pub mod audio;
mod decide;
pub mod desk;
pub mod health;
mod lateness;
mod outbox;
pub mod presence;
pub mod speech;
#[cfg(test)]
mod stage;
pub mod voices;

use std::{
    collections::BTreeMap,
    sync::{
        Arc, RwLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use calmline_bus::Bus;
use calmline_care::{Settings, Standing};
use calmline_core::{
    AgentId, CallId, Draft, Position, SiteId, Timestamp, event::ModelUsed, policy::SitePolicy,
};
use calmline_floor::Decider;
use calmline_language::intent::Intents;
use calmline_sense::{AffectModel, Recogniser};
use calmline_store::{Appended, Feed, Site, Store, StoreError};
use tokio::sync::broadcast;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use self::{
    desk::Desk,
    health::{Fault, Health, Up, keep},
    speech::{Guess, Speech},
};
use crate::models;

/// So many guesses are kept for a stream that is slow; it does without older ones.
const GUESSES: usize = 256;

/// What the live side is started with.
#[derive(Default)]
pub struct Options {
    /// One speech worker for each; none means that calls have no words.
    pub recognisers: Vec<Box<dyn Recogniser>>,
    /// The thresholds of care.
    pub care: Settings,
    /// How Twilio's streams are read: whose voice each track carries is unknown unless it is said here.
    pub twilio: calmline_media::twilio::Config,
    /// The model of voice affect; the one that comes with Calmline unless another is given.
    pub affect: Option<Arc<AffectModel>>,
    /// What callers may want, where that was taught: read from their words, where those may be read.
    pub intents: Option<Arc<Intents>>,
}

/// The live side of one process.
pub struct Live {
    store: Arc<dyn Store>,
    bus: Arc<dyn Bus>,
    model: Arc<AffectModel>,
    /// All models that sense, for the record.
    models: Vec<ModelUsed>,
    speech: Speech,
    /// Whether an engine guesses at words while they are spoken, and who follows its guesses.
    streams_words: bool,
    guesses: broadcast::Sender<Arc<Guess>>,
    care: Settings,
    twilio: calmline_media::twilio::Config,
    intents: Option<Arc<Intents>>,
    health: Arc<Health>,
    desks: RwLock<BTreeMap<SiteId, Arc<Desk>>>,
    nonces: std::sync::Mutex<calmline_media::audiohook::auth::Nonces>,
    /// Held by whoever reads and writes what is kept of agents' voices.
    voices: tokio::sync::Mutex<()>,
    /// Ends what hears: connections and speech workers.
    stop: CancellationToken,
    hearing: TaskTracker,
    /// Ends what decides and publishes, once nothing is heard any more.
    halt: CancellationToken,
    deciding: TaskTracker,
}

impl Live {
    /// Starts publishing, the speech workers, and a decider for each site; answers once all have caught up.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub async fn start(
        store: Arc<dyn Store>,
        bus: Arc<dyn Bus>,
        options: Options,
    ) -> Result<Arc<Self>, StoreError> {
        let model = options.affect.unwrap_or_else(AffectModel::shipped);
        let live = Arc::new(Self {
            models: models::in_use(&model, &options.recognisers, options.intents.as_deref()),
            model,
            speech: Speech::new(options.recognisers.len()),
            streams_words: options.recognisers.iter().any(|recogniser| recogniser.streams()),
            guesses: broadcast::channel(GUESSES).0,
            care: options.care,
            twilio: options.twilio,
            intents: options.intents,
            health: Arc::default(),
            desks: RwLock::default(),
            nonces: std::sync::Mutex::default(),
            voices: tokio::sync::Mutex::default(),
            store,
            bus,
            stop: CancellationToken::new(),
            hearing: TaskTracker::new(),
            halt: CancellationToken::new(),
            deciding: TaskTracker::new(),
        });
        live.deciding.spawn(keep_publishing(Arc::clone(&live), live.store.head()));
        for recogniser in options.recognisers {
            speech::work(&live, recogniser);
        }
        for site in live.store.sites().await? {
            live.open_site(&site).await?;
        }
        Ok(live)
    }

    /// Starts a site's decider.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub async fn open_site(self: &Arc<Self>, site: &Site) -> Result<(), StoreError> {
        if self.desk(&site.id).is_some() {
            return Ok(());
        }
        let desk = Desk::open(self, site).await?;
        if let Ok(mut desks) = self.desks.write() {
            desks.insert(site.id.clone(), desk);
        }
        Ok(())
    }

    /// Appends drafts; they are on disk when this answers, and then on their way to everyone who listens.
    ///
    /// # Errors
    /// When the store cannot take them; then none was stored.
    pub async fn append(&self, drafts: Vec<Draft>) -> Result<Vec<Appended>, StoreError> {
        if drafts.is_empty() {
            return Ok(Vec::new());
        }
        let appended = self.store.append(drafts).await?;
        let new = appended.iter().filter(|appended| !appended.duplicate).count();
        metrics::counter!("calmline_events_committed_total").increment(new as u64);
        Ok(appended)
    }

    /// How an agent stands, for that agent alone.
    #[must_use]
    pub fn standing(&self, site: &SiteId, agent: &AgentId, now: Timestamp) -> Option<Standing> {
        self.desk(site)?.with(|decider| decider.standing(agent, now))
    }

    /// Looks at a site's decider.
    pub fn with_decider<T>(&self, site: &SiteId, look: impl FnOnce(&Decider) -> T) -> Option<T> {
        Some(self.desk(site)?.with(look))
    }

    /// Looks at a site's policy.
    pub fn with_policy<T>(&self, site: &SiteId, look: impl FnOnce(&SitePolicy) -> T) -> Option<T> {
        Some(self.desk(site)?.with_policy(look))
    }

    /// What does not work; nothing when this process can serve.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        self.health.faults()
    }

    /// Whether calls get words.
    #[must_use]
    pub fn has_words(&self) -> bool {
        self.speech.workers() > 0
    }

    /// Guesses at what is being said just now, of all sites, from now on.
    #[must_use]
    pub fn guesses(&self) -> broadcast::Receiver<Arc<Guess>> {
        self.guesses.subscribe()
    }

    /// Who is in a call of a site just now.
    #[must_use]
    pub fn agent_of(&self, site: &SiteId, call: &CallId) -> Option<AgentId> {
        self.desk(site)?.agent_of(call)
    }

    /// The thresholds of care.
    #[must_use]
    pub fn care(&self) -> &Settings {
        &self.care
    }

    /// What callers may want, where that was taught.
    #[must_use]
    pub fn intents(&self) -> Option<&Arc<Intents>> {
        self.intents.as_ref()
    }

    /// Runs a task until the live side stops.
    pub(crate) fn until_halt(&self, work: impl Future<Output = ()> + Send + 'static) {
        let halt = self.halt.clone();
        self.deciding.spawn(async move {
            halt.run_until_cancelled(work).await;
        });
    }

    /// The store.
    #[must_use]
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    /// The bus.
    #[must_use]
    pub fn bus(&self) -> &Arc<dyn Bus> {
        &self.bus
    }

    /// Ends calls politely, finishes what is in hand, decides on it, and stops. The store stays open.
    pub async fn stop(&self) {
        self.stop.cancel();
        self.speech.stop();
        self.hearing.close();
        self.hearing.wait().await;
        self.halt.cancel();
        self.deciding.close();
        self.deciding.wait().await;
    }

    pub(crate) fn desk(&self, site: &SiteId) -> Option<Arc<Desk>> {
        self.desks.read().ok()?.get(site).cloned()
    }
}

async fn keep_publishing(live: Arc<Live>, head: Position) {
    let (health, halt) = (Arc::clone(&live.health), live.halt.clone());
    let published = Arc::new(AtomicU64::new(head.0));
    let run = |up| publish(Arc::clone(&live), Arc::clone(&published), up);
    keep(&health, &halt, (Fault::Publisher, ""), run).await;
}

/// The one place from which committed events are published, after the position up to which they have been.
async fn publish(live: Arc<Live>, published: Arc<AtomicU64>, up: Up) {
    let mut trouble = None;
    // Nobody waits for it where the part is not watched any more.
    let _ = up.send(());
    loop {
        let after = Position(published.load(Ordering::Acquire));
        let mut feed = Feed::new(Arc::clone(&live.store), None, after);
        let error = loop {
            let events = tokio::select! {
                events = feed.next() => events,
                () = live.halt.cancelled() => return,
            };
            let events = match events {
                Ok(events) => events,
                Err(StoreError::Closed) => return,
                Err(error) => break error.to_string(),
            };
            let last = events.last().map(|event| event.position.0);
            if let Err(error) = live.bus.publish(events).await {
                break error.to_string();
            }
            published.fetch_max(last.unwrap_or_default(), Ordering::AcqRel);
            trouble = None;
        };
        tracing::error!(error, "events could not be published; trying again");
        trouble.get_or_insert_with(|| live.health.trouble(Fault::Publisher));
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}
