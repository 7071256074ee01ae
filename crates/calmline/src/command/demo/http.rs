//! The product's API, as the world outside uses it.

use std::{collections::HashMap, time::Duration};

use anyhow::{Context, Result, anyhow};
use calmline_core::{OfferId, event::OfferAnswer};
use calmline_sim::work::WorkEvent;
use serde_json::{Value, json};

/// The phone platform's client, and the pages of agents who are signed in.
pub struct Http {
    agent: ureq::Agent,
    url: String,
    password: String,
    events_key: String,
    /// Who is signed in, by login.
    sessions: HashMap<String, Person>,
}

impl Http {
    /// A client of the product at an address.
    pub fn new(url: &str, password: &str, events_key: &str) -> Self {
        Self {
            agent: client(),
            url: url.into(),
            password: password.into(),
            events_key: events_key.into(),
            sessions: HashMap::new(),
        }
    }

    /// Tells work events; once this answers they are on disk.
    pub async fn work(&self, events: &[WorkEvent]) -> Result<()> {
        let batch: Vec<_> = events.iter().map(WorkEvent::cloud_event).collect();
        let (agent, url) = (self.agent.clone(), format!("{}/v1/events", self.url));
        let key = self.events_key.clone();
        let taken = blocking(move || {
            let mut response = agent
                .post(url)
                .header("x-api-key", key)
                .content_type("application/cloudevents-batch+json")
                .send(serde_json::to_vec(&batch)?)?;
            if response.status().is_success() {
                return Ok(());
            }
            Err(anyhow!(
                "the intake answered {}: {}",
                response.status(),
                response.body_mut().read_to_string()?
            ))
        });
        taken.await?;
        if let (Some(first), Some(last)) = (events.first(), events.last()) {
            let WorkEvent { site, source, id: from, .. } = first;
            tracing::debug!(%site, source, from, to = last.id, "work events acknowledged");
        }
        Ok(())
    }

    /// Answers an offer; false if it is no longer open.
    pub async fn answer(&mut self, login: &str, offer: &OfferId, answer: OfferAnswer) -> Result<bool> {
        if !self.sessions.contains_key(login) {
            let person = Person::sign_in(&self.url, login, &self.password).await?;
            self.sessions.insert(login.into(), person);
        }
        let Some(person) = self.sessions.get(login) else { return Ok(false) };
        let body = serde_json::to_value(answer)?;
        match person.send("POST", &format!("/v1/me/offers/{offer}/answer"), Some(&body)).await?.status {
            200..300 => Ok(true),
            404 | 409 | 410 => Ok(false),
            status => Err(anyhow!("answering an offer was answered {status}")),
        }
    }
}

fn client() -> ureq::Agent {
    let config = ureq::Agent::config_builder()
        .timeout_global(Some(Duration::from_secs(20)))
        .http_status_as_error(false)
        .build();
    config.into()
}

/// Somebody who asks the API: a person by their session, a program by its key.
#[derive(Clone)]
pub struct Person {
    agent: ureq::Agent,
    url: String,
    /// Name and value of the header that says who asks.
    shows: (&'static str, String),
    /// The whole cookie, as a browser is given it.
    pub cookie: String,
}

/// What was answered.
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as JSON; null where it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The same answer, if it is a success.
    pub fn good(self, what: &str) -> Result<Self> {
        if (200..300).contains(&self.status) {
            return Ok(self);
        }
        Err(anyhow!("{what} was answered {}: {}", self.status, String::from_utf8_lossy(&self.body)))
    }
}

impl Person {
    /// Signs somebody in.
    pub async fn sign_in(url: &str, login: &str, password: &str) -> Result<Self> {
        let (agent, url) = (client(), url.to_owned());
        let body = serde_json::to_vec(&json!({ "login": login, "password": password }))?;
        blocking(move || {
            let response =
                agent.post(format!("{url}/v1/session")).content_type("application/json").send(body)?;
            let cookie = response.headers().get("set-cookie").and_then(|value| value.to_str().ok());
            let cookie = cookie.map(str::to_owned);
            let cookie = cookie.with_context(|| format!("signing in was answered {}", response.status()))?;
            let pair = cookie.split(';').next().unwrap_or_default().to_owned();
            Ok(Self { agent, url, shows: ("cookie", pair), cookie })
        })
        .await
    }

    /// A program that shows a key.
    pub fn with_key(url: &str, key: &str) -> Self {
        let shows = ("x-api-key", key.to_owned());
        Self { agent: client(), url: url.into(), shows, cookie: String::new() }
    }

    /// Asks for something.
    pub async fn get(&self, path: &str) -> Result<Answer> {
        self.send("GET", path, None).await
    }

    /// Sends a request.
    pub async fn send(&self, method: &'static str, path: &str, body: Option<&Value>) -> Result<Answer> {
        let body = body.map(serde_json::to_vec).transpose()?;
        let (agent, request) = (self.agent.clone(), self.request(method, path));
        blocking(move || {
            let mut response = match body {
                Some(body) => agent.run(request.header("content-type", "application/json").body(body)?)?,
                None => agent.run(request.body(())?)?,
            };
            Ok(Answer { status: response.status().as_u16(), body: response.body_mut().read_to_vec()? })
        })
        .await
    }

    /// Opens the live stream; what comes is read until the product ends it.
    pub async fn follow(&self) -> Result<ureq::BodyReader<'static>> {
        let config = ureq::Agent::config_builder().http_status_as_error(false).build();
        let (agent, request) = (ureq::Agent::from(config), self.request("GET", "/v1/stream?lang=en"));
        blocking(move || {
            let response = agent.run(request.body(())?)?;
            anyhow::ensure!(response.status().is_success(), "the stream was answered {}", response.status());
            Ok(response.into_body().into_reader())
        })
        .await
    }

    fn request(&self, method: &str, path: &str) -> ureq::http::request::Builder {
        let (name, value) = (self.shows.0, self.shows.1.as_str());
        let request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.url));
        request.header(name, value).header("x-calmline", "1")
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await?
}
