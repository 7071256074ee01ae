//! The product's API, as the world outside uses it.

use std::{collections::HashMap, time::Duration};

use anyhow::{Context, Result, anyhow};
use calmline_core::{OfferId, event::OfferAnswer};
use calmline_sim::work::WorkEvent;
use serde_json::json;

/// The phone platform's client, and the pages of agents who are signed in.
pub struct Http {
    agent: ureq::Agent,
    url: String,
    password: String,
    events_key: String,
    /// Session cookies by login.
    sessions: HashMap<String, String>,
}

impl Http {
    /// A client of the product at an address.
    pub fn new(url: &str, password: &str, events_key: &str) -> Self {
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(20)))
            .http_status_as_error(false)
            .build();
        Self {
            agent: config.into(),
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
        let cookie = match self.sessions.get(login) {
            Some(cookie) => cookie.clone(),
            None => {
                let cookie = self.sign_in(login).await?;
                self.sessions.insert(login.into(), cookie.clone());
                cookie
            }
        };
        let (agent, url) = (self.agent.clone(), format!("{}/v1/me/offers/{offer}/answer", self.url));
        let status = blocking(move || {
            let response = agent
                .post(url)
                .header("cookie", cookie)
                .header("x-calmline", "1")
                .content_type("application/json")
                .send(serde_json::to_vec(&answer)?)?;
            Ok(response.status().as_u16())
        })
        .await?;
        match status {
            200..300 => Ok(true),
            404 | 409 | 410 => Ok(false),
            status => Err(anyhow!("answering an offer was answered {status}")),
        }
    }

    async fn sign_in(&self, login: &str) -> Result<String> {
        let (agent, url) = (self.agent.clone(), format!("{}/v1/session", self.url));
        let body = serde_json::to_vec(&json!({ "login": login, "password": self.password }))?;
        blocking(move || {
            let response = agent.post(url).content_type("application/json").send(body)?;
            let cookie = response.headers().get("set-cookie").and_then(|value| value.to_str().ok());
            let pair = cookie.and_then(|cookie| cookie.split(';').next()).map(str::to_owned);
            pair.with_context(|| format!("signing in was answered {}", response.status()))
        })
        .await
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await?
}
