//! Telling others what happens: each endpoint is told of the events that it wants, in their order, from its own place in the
//! log, until it has taken them.
//!
//! * [`target`] is where an endpoint may be; [`letter`] is what may be told it, and signs it; [`post`] sends one letter;
//!   [`courier`] is one endpoint's way along the log.
//!
//! At least once: an endpoint may get an event again after a restart, by the same `webhook-id`. In order: while an event is
//! not taken, those after it wait, in the log and not in memory.

pub mod courier;
pub mod letter;
pub mod post;
pub mod target;

use std::collections::BTreeMap;

use calmline_core::{SiteId, WebhookId};
use calmline_store::{StoreError, Webhook, WebhookState};
use tokio::{sync::Mutex, task::JoinHandle};
use tokio_util::sync::CancellationToken;

use self::post::Post;
use crate::{error::ApiError, state::App};

/// Those who deliver.
pub struct Webhooks {
    /// The way out.
    pub post: Post,
    running: Mutex<BTreeMap<WebhookId, Courier>>,
}

struct Courier {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Webhooks {
    /// With a way out, and nobody under way.
    #[must_use]
    pub fn new(post: Post) -> Self {
        Self { post, running: Mutex::default() }
    }

    /// Sends everybody on their way, when the server starts.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn start(app: &App) -> Result<(), StoreError> {
        let mut running = app.webhooks.running.lock().await;
        for webhook in app.store().webhooks().await? {
            set_out(app, &mut running, &webhook);
        }
        Ok(())
    }

    /// Sends somebody on their way who is new.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn add(app: &App, id: &WebhookId) -> Result<(), StoreError> {
        let mut running = app.webhooks.running.lock().await;
        if let Some(webhook) = app.store().webhook(id).await? {
            set_out(app, &mut running, &webhook);
        }
        Ok(())
    }

    /// Changes an endpoint of a site while nobody is under way to it, and goes on as it is then.
    ///
    /// # Errors
    /// When there is none, or the change fails; then it goes on as before.
    pub async fn change<T>(
        app: &App,
        site: &SiteId,
        id: &WebhookId,
        change: impl AsyncFnOnce(Webhook) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        let mut running = app.webhooks.running.lock().await;
        let webhook = of_site(app, site, id).await?;
        if let Some(courier) = running.remove(id) {
            courier.stop.cancel();
            // One that panicked is under way no more either.
            let _ = courier.task.await;
        }
        // Read again: it may have gone on until it stopped.
        let webhook = app.store().webhook(id).await?.unwrap_or(webhook);
        let changed = change(webhook).await;
        if let Some(webhook) = app.store().webhook(id).await? {
            set_out(app, &mut running, &webhook);
        }
        changed
    }
}

/// An endpoint, if it is the site's.
///
/// # Errors
/// When there is none.
pub async fn of_site(app: &App, site: &SiteId, id: &WebhookId) -> Result<Webhook, ApiError> {
    let found = app.store().webhook(id).await?;
    found.filter(|webhook| webhook.site == *site).ok_or_else(|| ApiError::not_found("webhook"))
}

fn set_out(app: &App, running: &mut BTreeMap<WebhookId, Courier>, webhook: &Webhook) {
    if webhook.state != WebhookState::On {
        return;
    }
    let stop = app.stopping.child_token();
    let task = tokio::spawn(courier::keep(App::clone(app), webhook.id.clone(), stop.clone()));
    running.insert(webhook.id.clone(), Courier { stop, task });
}
