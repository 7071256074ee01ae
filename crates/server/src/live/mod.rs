//! The live side: audio and events in, decisions out.
//!
//! Moves bytes and events between the world and `floor`, and decides nothing. The order is always the same: append,
//! sync, acknowledge, publish. See [`desk`] for a site's decisions, [`audio`] for a call's way from socket to facts, and
//! [`speech`] for words.

pub mod audio;
pub mod desk;
pub mod speech;

use std::{
    collections::BTreeMap,
    sync::{Arc, RwLock},
};

use calmline_bus::Bus;
use calmline_care::{Settings, Standing};
use calmline_core::{AgentId, Draft, SiteId, Timestamp, policy::SitePolicy};
use calmline_sense::{AffectModel, Recogniser};
use calmline_store::{Appended, Feed, Site, Store, StoreError};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use self::{desk::Desk, speech::Speech};

/// What the live side is started with.
#[derive(Default)]
pub struct Options {
    /// One speech worker for each; none means that calls have no words.
    pub recognisers: Vec<Box<dyn Recogniser>>,
    /// The thresholds of care.
    pub care: Settings,
    /// How Twilio's streams are read: whose voice each track carries is unknown unless it is said here.
    pub twilio: calmline_media::twilio::Config,
}

/// Whether the live side can serve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readiness {
    /// Every site's decider has caught up with the log.
    Ready,
    /// Still reading the log.
    CatchingUp,
    /// The log cannot be read or written any more.
    Failed,
}

/// The live side of one process.
pub struct Live {
    store: Arc<dyn Store>,
    bus: Arc<dyn Bus>,
    model: Arc<AffectModel>,
    speech: Speech,
    care: Settings,
    twilio: calmline_media::twilio::Config,
    desks: RwLock<BTreeMap<SiteId, Arc<Desk>>>,
    nonces: std::sync::Mutex<calmline_media::audiohook::auth::Nonces>,
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
        let live = Arc::new(Self {
            speech: Speech::new(options.recognisers.len()),
            model: AffectModel::shipped(),
            care: options.care,
            twilio: options.twilio,
            desks: RwLock::default(),
            nonces: std::sync::Mutex::default(),
            store,
            bus,
            stop: CancellationToken::new(),
            hearing: TaskTracker::new(),
            halt: CancellationToken::new(),
            deciding: TaskTracker::new(),
        });
        live.deciding.spawn(publish(Arc::clone(&live)));
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

    /// Looks at a site's policy.
    pub fn with_policy<T>(&self, site: &SiteId, look: impl FnOnce(&SitePolicy) -> T) -> Option<T> {
        Some(self.desk(site)?.with(|decider| look(decider.policy())))
    }

    /// Whether this process can serve.
    #[must_use]
    pub fn ready(&self) -> Readiness {
        let Ok(desks) = self.desks.read() else { return Readiness::Failed };
        desks
            .values()
            .map(|desk| desk.readiness())
            .find(|state| *state != Readiness::Ready)
            .unwrap_or(Readiness::Ready)
    }

    /// Whether calls get words.
    #[must_use]
    pub fn has_words(&self) -> bool {
        self.speech.workers() > 0
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

    /// The routes of the phone platforms.
    pub fn audio_routes(self: &Arc<Self>) -> axum::Router {
        audio::routes(Arc::clone(self))
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

/// The one place from which committed events are published.
async fn publish(live: Arc<Live>) {
    let mut feed = Feed::new(Arc::clone(&live.store), None, live.store.head());
    loop {
        let events = tokio::select! {
            events = feed.next() => events,
            () = live.halt.cancelled() => return,
        };
        let published = match events {
            Ok(events) => live.bus.publish(events).await.map_err(|error| error.to_string()),
            Err(StoreError::Closed) => return,
            Err(error) => Err(error.to_string()),
        };
        if let Err(error) = published {
            tracing::error!(%error, "events could not be published; trying again");
            tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        }
    }
}
