//! Presence: every platform against the same contract, behind small servers that answer as the platforms' documents say.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod asterisk;
mod genesys;
mod service;
mod taskrouter;
mod web;

use std::{
    net::TcpListener,
    sync::{Arc, Mutex},
    time::Duration,
};

use calmline_engines::presence::{
    PATIENCE, Platform,
    contract::{self, Stage},
};
use calmline_media::presence::PresencePort;
use serde_json::Value;

/// The agent whom the platforms know.
const AGENT: &str = "1001";
/// The secret that they take.
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
/// Another.
const WRONG: &str = "whsec_AAAA9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// What a platform knows of its agent.
struct Desk {
    /// The code that it shows.
    shows: String,
    declines: bool,
    /// What else a test wants to know or to change.
    notes: Vec<String>,
}

type Shared = Arc<Mutex<Desk>>;

fn desk(shows: &str) -> Shared {
    Arc::new(Mutex::new(Desk { shows: shows.into(), declines: false, notes: Vec::new() }))
}

fn open(platform: &Value, secret: &str, patience: Duration) -> Arc<dyn PresencePort> {
    let platform: Platform = serde_json::from_value(platform.clone()).unwrap();
    platform.open(Some(secret.into()), patience).unwrap()
}

/// Checks the contract; `at` is a platform's configuration on a port, `own` the code of a pause of the agent's own.
fn check(at: impl Fn(u16) -> Value, port: u16, desk: &Shared, own: &str) {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let empty = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let [there, stranger, nobody] = [(port, SECRET), (port, WRONG), (empty, SECRET)]
        .map(|(port, secret)| open(&at(port), secret, PATIENCE));
    let quiet = open(&at(silent.local_addr().unwrap().port()), SECRET, Duration::from_millis(200));
    contract::check(&Stage {
        port: &*there,
        agent: AGENT,
        nobody: "nobody/../1001",
        own_pause: &|| desk.lock().unwrap().shows = own.into(),
        decline: &|declines| desk.lock().unwrap().declines = declines,
        stranger: &*stranger,
        silent: &*quiet,
        empty: &*nobody,
        secret: SECRET,
    });
}
