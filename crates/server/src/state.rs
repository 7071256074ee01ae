//! What every request can reach.

use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Instant,
};

use calmline_core::Timestamp;
use calmline_prove::questionnaire::Questionnaire;
use calmline_store::Store;
use tokio_util::sync::CancellationToken;

use crate::{
    board::Boards,
    heard::Heard,
    live::Live,
    planning::Planning,
    queues::Queues,
    routes::monitoring::Monitors,
    session::LastUse,
    throttle::{Limits, Throttles},
    webhooks::{Webhooks, target::Rules},
};

/// How the server listens.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where.
    pub listen: SocketAddr,
    /// The certificate and key, if the server itself speaks TLS.
    pub tls: Option<TlsFiles>,
    /// Addresses of proxies whose `X-Forwarded-*` headers are believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// The data directory: attestations and their key, texts of notices.
    pub data: PathBuf,
    /// Rate limits.
    pub limits: Limits,
    /// Which endpoints of others may be told of events.
    pub webhooks: Rules,
    /// The questionnaires whose wording the site has installed.
    pub questionnaires: Vec<Questionnaire>,
}

impl Config {
    /// The configuration that `calmline serve` has without options.
    #[must_use]
    pub fn new(listen: SocketAddr, data: PathBuf) -> Self {
        Self {
            listen,
            tls: None,
            trusted_proxies: Vec::new(),
            data,
            limits: Limits::default(),
            webhooks: Rules::default(),
            questionnaires: Vec::new(),
        }
    }
}

/// PEM files of a certificate chain and its private key.
#[derive(Debug, Clone)]
pub struct TlsFiles {
    /// The chain, the server's own certificate first.
    pub certificates: PathBuf,
    /// The private key: PKCS #8, PKCS #1 or SEC 1.
    pub key: PathBuf,
}

/// What every request can reach.
pub type App = Arc<State>;

/// See [`App`].
pub struct State {
    /// The configuration.
    pub config: Config,
    /// The log as it lives: appending, policy, standing.
    pub live: Arc<Live>,
    /// Rate limits.
    pub throttles: Throttles,
    /// When sessions were last used.
    pub last_use: LastUse,
    /// The hash of the token that allows the first set-up; none once a site is there.
    pub setup_token: Mutex<Option<[u8; 32]>>,
    /// How queues stand.
    pub queues: Queues,
    /// When platforms were last heard of.
    pub heard: Heard,
    /// The floors as they are shown.
    pub boards: Boards,
    /// What was counted of the software's own mistakes.
    pub monitors: Monitors,
    /// Held while the groups of past weeks are looked at: each week is written once.
    pub freezing: tokio::sync::Mutex<()>,
    /// Held while people are imported: of two imports the second sees what the first did.
    pub importing: tokio::sync::Mutex<()>,
    /// Held while an attestation is made: each names the one before.
    pub attesting: tokio::sync::Mutex<()>,
    /// The planner's desk.
    pub planning: Planning,
    /// Those who tell endpoints of others.
    pub webhooks: Webhooks,
    /// When the server started.
    pub started: Timestamp,
    /// Cancelled when the server stops: long answers end then.
    pub stopping: CancellationToken,
}

impl State {
    /// The store.
    #[must_use]
    pub fn store(&self) -> &dyn Store {
        self.live.store().as_ref()
    }

    /// The time that rate limits go by.
    #[must_use]
    pub fn tick(&self) -> Instant {
        Instant::now()
    }
}
