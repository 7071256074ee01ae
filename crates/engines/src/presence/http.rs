//! Platforms that are spoken with over HTTP.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use calmline_core::{Timestamp, event::Presence};
use calmline_media::presence::{
    PresenceError, PresencePort, Shown,
    genesys::Genesys,
    http::{Answer, Method, Request},
    taskrouter::TaskRouter,
    webhook::Service,
};
use ureq::{
    Agent,
    tls::{Certificate, RootCerts, TlsConfig},
};

use crate::remote::roots;

/// The most bytes of an answer that are read. A TaskRouter worker's attributes may be 4 KiB.
const MOST_ANSWER: u64 = 256 * 1024;

/// Sends requests.
struct Client(Agent);

impl Client {
    fn new(patience: Duration) -> Self {
        let certificates: Vec<_> = roots().iter().map(|one| Certificate::from_der(one).to_owned()).collect();
        let tls = TlsConfig::builder().root_certs(RootCerts::new_with_certs(&certificates)).build();
        let agent = Agent::config_builder()
            .timeout_global(Some(patience))
            .max_redirects(0)
            .http_status_as_error(false)
            .tls_config(tls)
            .build();
        Self(agent.into())
    }

    fn send(&self, request: Request) -> Result<Answer, PresenceError> {
        let mut sent = ureq::http::Request::builder().uri(&request.url).method(match request.method {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Patch => "PATCH",
        });
        for (name, value) in request.headers {
            sent = sent.header(name, value);
        }
        let unreachable = |error: &dyn std::fmt::Display| PresenceError::Unreachable(error.to_string());
        let answer = if request.method == Method::Get {
            self.0.run(sent.body(()).map_err(|error| unreachable(&error))?)
        } else {
            self.0.run(sent.body(request.body).map_err(|error| unreachable(&error))?)
        };
        let mut answer = answer.map_err(|error| failed(&error))?;
        let wait =
            answer.headers().get("retry-after").and_then(|value| value.to_str().ok()?.trim().parse().ok());
        let body = answer.body_mut().with_config().limit(MOST_ANSWER).read_to_vec();
        Ok(Answer {
            status: answer.status().as_u16(),
            retry_after: wait,
            body: body.map_err(|error| failed(&error))?,
        })
    }
}

fn failed(error: &ureq::Error) -> PresenceError {
    match error {
        ureq::Error::Timeout(_) => PresenceError::TimedOut,
        other => PresenceError::Unreachable(other.to_string()),
    }
}

/// Genesys Cloud.
pub struct GenesysPort {
    client: Client,
    genesys: Genesys,
    /// The token of the last sign-on.
    token: Mutex<Option<String>>,
}

impl GenesysPort {
    pub fn new(genesys: Genesys, patience: Duration) -> Self {
        Self { client: Client::new(patience), genesys, token: Mutex::default() }
    }

    /// Sends a request with a token; with a new one where the old is over, once.
    fn with_token(&self, request: impl Fn(&str) -> Request) -> Result<Answer, PresenceError> {
        let held = self.hold().clone();
        if let Some(token) = held {
            let answer = self.client.send(request(&token))?;
            if answer.status != 401 {
                return Ok(answer);
            }
        }
        let token = self.genesys.token(&self.client.send(self.genesys.ask_token())?)?;
        *self.hold() = Some(token.clone());
        self.client.send(request(&token))
    }

    /// A panic elsewhere leaves a token or none.
    fn hold(&self) -> std::sync::MutexGuard<'_, Option<String>> {
        self.token.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl PresencePort for GenesysPort {
    fn name(&self) -> &str {
        &self.genesys.api
    }

    fn set(&self, agent: &str, presence: Presence) -> Result<(), PresenceError> {
        self.with_token(|token| self.genesys.set(agent, presence, token))?.taken().map(|_| ())
    }

    fn read(&self, agent: &str) -> Result<Shown, PresenceError> {
        self.genesys.shown(&self.with_token(|token| self.genesys.read(agent, token))?)
    }
}

/// Twilio TaskRouter.
pub struct TaskRouterPort {
    client: Client,
    router: TaskRouter,
}

impl TaskRouterPort {
    pub fn new(router: TaskRouter, patience: Duration) -> Self {
        Self { client: Client::new(patience), router }
    }
}

impl PresencePort for TaskRouterPort {
    fn name(&self) -> &str {
        &self.router.api
    }

    fn set(&self, agent: &str, presence: Presence) -> Result<(), PresenceError> {
        self.client.send(self.router.set(agent, presence))?.taken().map(|_| ())
    }

    fn read(&self, agent: &str) -> Result<Shown, PresenceError> {
        self.router.shown(&self.client.send(self.router.read(agent))?)
    }
}

/// A service of the site.
pub struct ServicePort {
    client: Client,
    service: Service,
}

impl ServicePort {
    pub fn new(service: Service, patience: Duration) -> Self {
        Self { client: Client::new(patience), service }
    }
}

impl PresencePort for ServicePort {
    fn name(&self) -> &str {
        &self.service.url
    }

    fn set(&self, agent: &str, presence: Presence) -> Result<(), PresenceError> {
        self.client.send(self.service.set(agent, presence, now()))?.taken().map(|_| ())
    }

    fn read(&self, agent: &str) -> Result<Shown, PresenceError> {
        self.service.shown(&self.client.send(self.service.read(agent, now()))?)
    }
}

/// The time that requests are signed with.
fn now() -> Timestamp {
    Timestamp::try_from(SystemTime::now()).unwrap_or(Timestamp::UNIX_EPOCH)
}
