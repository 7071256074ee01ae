//! Keys of phone platforms and integrations.

use async_trait::async_trait;
use calmline_core::{KeyId, SiteId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::StoreError;

/// What a key opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyKind {
    /// The Genesys AudioHook listener.
    Audiohook,
    /// The Twilio Media Streams listener.
    Twilio,
    /// The work-event intake.
    Events,
    /// Routing.
    Route,
    /// Workforce management and payroll: the minutes that count as worked.
    Workforce,
}

impl KeyKind {
    /// All kinds.
    pub const ALL: [Self; 5] = [Self::Audiohook, Self::Twilio, Self::Events, Self::Route, Self::Workforce];

    /// The word used in JSON, on the command line and in the store.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Audiohook => "audiohook",
            Self::Twilio => "twilio",
            Self::Events => "events",
            Self::Route => "route",
            Self::Workforce => "workforce",
        }
    }
}

impl std::str::FromStr for KeyKind {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or_else(|| {
            let known = Self::ALL.map(Self::as_str).join(", ");
            format!("kind {text:?} is not one of {known}")
        })
    }
}

/// A key, without its secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IntegrationKey {
    /// Which.
    pub id: KeyId,
    /// Whose.
    pub site: SiteId,
    /// What it opens.
    pub kind: KeyKind,
    /// Whether messages are signed with a client secret.
    pub signed: bool,
    /// Since when.
    pub created: Timestamp,
    /// Until when, if it was revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked: Option<Timestamp>,
}

/// A key to be made; its id is drawn at random.
#[derive(Clone)]
pub struct NewKey {
    /// Whose.
    pub site: SiteId,
    /// What it opens.
    pub kind: KeyKind,
    /// SHA-256 of the API key. An API key is long and random, so a plain hash cannot be guessed back.
    pub api_key_sha256: [u8; 32],
    /// The secret that signs messages; kept sealed under the master key, since HMAC needs it in clear.
    pub client_secret: Option<Vec<u8>>,
    /// Now.
    pub created: Timestamp,
}

impl std::fmt::Debug for NewKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NewKey({}, {:?})", self.site, self.kind)
    }
}

/// Keys of phone platforms and integrations.
#[async_trait]
pub trait Keys: Send + Sync {
    /// Makes a key.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when the site is not there, [`StoreError::Exists`] when the API key is in use.
    async fn add_key(&self, new: NewKey) -> Result<KeyId, StoreError>;

    /// The key that an API key belongs to; none when it is unknown or revoked.
    ///
    /// # Errors
    /// When the database fails or a row is damaged. So too for the other reads.
    async fn key_by_hash(&self, api_key_sha256: &[u8; 32]) -> Result<Option<IntegrationKey>, StoreError>;

    /// The secret that signs a key's messages; none when it has none, is unknown or revoked.
    ///
    /// # Errors
    /// As for [`Self::key_by_hash`].
    async fn client_secret(&self, id: &KeyId) -> Result<Option<Vec<u8>>, StoreError>;

    /// All keys of a site, oldest first.
    ///
    /// # Errors
    /// As for [`Self::key_by_hash`].
    async fn keys(&self, site: &SiteId) -> Result<Vec<IntegrationKey>, StoreError>;

    /// Revokes a key and destroys its secret; whether there was one to revoke.
    ///
    /// # Errors
    /// When the disk fails.
    async fn revoke_key(&self, site: &SiteId, id: &KeyId, at: Timestamp) -> Result<bool, StoreError>;
}
