//! Endpoints of others that are told of events.

use async_trait::async_trait;
use calmline_core::{Position, SiteId, Timestamp, WebhookId};
use serde::{Deserialize, Serialize};

use crate::StoreError;

/// How many attempts are remembered of each endpoint.
pub const DELIVERIES: u32 = 100;

/// How an endpoint stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WebhookState {
    /// It is told what happens.
    On,
    /// Somebody paused it; what happens meanwhile waits in the log.
    Paused,
    /// It took nothing for days; paused by the software.
    GivenUp,
    /// It answered that it is gone for good (410); paused by the software.
    Gone,
}

impl WebhookState {
    /// All states.
    pub const ALL: [Self; 4] = [Self::On, Self::Paused, Self::GivenUp, Self::Gone];

    /// The word used in JSON and in the store.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::On => "on",
            Self::Paused => "paused",
            Self::GivenUp => "given_up",
            Self::Gone => "gone",
        }
    }
}

/// An endpoint, without its secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// Which.
    pub id: WebhookId,
    /// Whose.
    pub site: SiteId,
    /// Where it is told.
    pub url: String,
    /// Which types of events it is told.
    pub kinds: Vec<String>,
    /// How it stands.
    pub state: WebhookState,
    /// Everything up to here is delivered or not wanted.
    pub position: Position,
    /// Since when it took nothing; none while all is well.
    pub failing: Option<Timestamp>,
    /// Since when it is there.
    pub created: Timestamp,
}

/// An endpoint to be made; its id is drawn at random.
#[derive(Clone)]
pub struct NewWebhook {
    /// Whose.
    pub site: SiteId,
    /// Where it is told.
    pub url: String,
    /// Which types of events it is told.
    pub kinds: Vec<String>,
    /// What signs; kept sealed under the master key, since HMAC needs it in clear.
    pub secret: Vec<u8>,
    /// It is told what comes after this.
    pub position: Position,
    /// Now.
    pub created: Timestamp,
}

impl std::fmt::Debug for NewWebhook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NewWebhook({}, {:?})", self.site, self.kinds)
    }
}

/// One attempt to tell an endpoint something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// When it was made.
    pub at: Timestamp,
    /// What the receiver knows the event by.
    pub event: String,
    /// The event's type.
    pub kind: String,
    /// The HTTP status, if there was an answer.
    pub status: Option<u16>,
    /// Why there was none: a word of the server's.
    pub failure: Option<String>,
    /// How long it took, in milliseconds.
    pub millis: u32,
}

/// Endpoints of others that are told of events.
#[async_trait]
pub trait Webhooks: Send + Sync {
    /// Makes an endpoint.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when the site is not there.
    async fn add_webhook(&self, new: NewWebhook) -> Result<WebhookId, StoreError>;

    /// One endpoint.
    ///
    /// # Errors
    /// When the database fails or a row is damaged. So too for the other reads.
    async fn webhook(&self, id: &WebhookId) -> Result<Option<Webhook>, StoreError>;

    /// All endpoints of all sites, oldest first.
    ///
    /// # Errors
    /// As for [`Self::webhook`].
    async fn webhooks(&self) -> Result<Vec<Webhook>, StoreError>;

    /// Stores address, types, state, place and failure of an endpoint anew; whether there is one.
    ///
    /// # Errors
    /// When the disk fails. So too for the other changes.
    async fn change_webhook(&self, changed: &Webhook) -> Result<bool, StoreError>;

    /// Removes an endpoint with its secrets and what is remembered of it; whether there was one.
    ///
    /// # Errors
    /// As for [`Self::change_webhook`].
    async fn remove_webhook(&self, site: &SiteId, id: &WebhookId) -> Result<bool, StoreError>;

    /// The secrets that sign at a time, the newest first.
    ///
    /// # Errors
    /// As for [`Self::webhook`].
    async fn webhook_secrets(&self, id: &WebhookId, now: Timestamp) -> Result<Vec<Vec<u8>>, StoreError>;

    /// Gives an endpoint a new secret. The one before signs beside it until `until`; older ones are destroyed.
    ///
    /// # Errors
    /// As for [`Self::change_webhook`].
    async fn renew_webhook_secret(
        &self,
        id: &WebhookId,
        secret: &[u8],
        made: Timestamp,
        until: Timestamp,
    ) -> Result<(), StoreError>;

    /// Remembers an attempt, and stores place, state and failure of the endpoint in the same commit if it `moved` by it.
    ///
    /// # Errors
    /// As for [`Self::change_webhook`].
    async fn delivered(
        &self,
        id: &WebhookId,
        delivery: &Delivery,
        moved: Option<&Webhook>,
    ) -> Result<(), StoreError>;

    /// The last attempts of an endpoint, the latest first; at most [`DELIVERIES`].
    ///
    /// # Errors
    /// As for [`Self::webhook`].
    async fn deliveries(&self, id: &WebhookId) -> Result<Vec<Delivery>, StoreError>;
}
