//! Making keys for phone platforms and integrations: the secrets that are shown once.

use base64::{Engine, engine::general_purpose::STANDARD};
use calmline_core::{SiteId, Timestamp};
use calmline_store::{KeyKind, NewKey};

use crate::token::{self, NoRandomness};

/// A fresh key with its secrets, which the store does not give back.
pub struct FreshKey {
    /// What the platform shows with every request.
    pub api_key: String,
    /// What it signs messages with, base64; none where nothing is signed.
    pub client_secret: Option<String>,
    /// What the store keeps.
    pub new: NewKey,
}

impl FreshKey {
    /// Draws a key. The AudioHook listener's comes with a client secret for HTTP message signatures. Twilio signs with the
    /// account's own auth token, which is therefore given here as `secret`.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub fn draw(
        site: SiteId,
        kind: KeyKind,
        secret: Option<Vec<u8>>,
        created: Timestamp,
    ) -> Result<Self, NoRandomness> {
        let api_key = format!("cl_{}", token::draw()?);
        let secret = match (secret, kind) {
            (Some(secret), _) => Some(secret),
            (None, KeyKind::Audiohook | KeyKind::Twilio) => Some(token::random::<32>()?.to_vec()),
            (None, KeyKind::Events | KeyKind::Route | KeyKind::Workforce) => None,
        };
        let client_secret = secret.as_deref().map(|secret| STANDARD.encode(secret));
        let new =
            NewKey { site, kind, api_key_sha256: token::hash(&api_key), client_secret: secret, created };
        Ok(Self { api_key, client_secret, new })
    }
}
