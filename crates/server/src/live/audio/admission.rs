//! Who may open a socket: the keys of the phone platforms.

use std::sync::Arc;

use axum::{
    Extension, Router,
    extract::{OriginalUri, State, WebSocketUpgrade},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::any,
};
use calmline_core::SiteId;
use calmline_media::{
    audiohook::{self, auth},
    twilio,
};
use calmline_store::{KeyKind, StoreError};

use super::drive;
use crate::{
    clock,
    connection::Connection,
    live::{Live, desk::Desk},
    token,
};

/// The routes of the phone platforms. They are authorised by their own keys, not by sessions.
pub fn routes(live: Arc<Live>) -> Router {
    Router::new()
        .route("/v1/audiohook/ws", any(audiohook))
        .route("/v1/twilio/ws", any(twilio))
        .with_state(live)
}

/// A refusal says nothing about why: what is wrong stands in our log.
fn refuse(protocol: &'static str, why: &dyn std::fmt::Display) -> Response {
    metrics::counter!("calmline_audio_refused_total", "protocol" => protocol).increment(1);
    tracing::warn!(protocol, %why, "a connection was refused");
    StatusCode::UNAUTHORIZED.into_response()
}

fn failed(error: &StoreError) -> Response {
    tracing::error!(%error, "keys could not be read");
    StatusCode::SERVICE_UNAVAILABLE.into_response()
}

async fn audiohook(
    State(live): State<Arc<Live>>,
    Extension(connection): Extension<Connection>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    let target = uri.path_and_query().map_or(uri.path(), |target| target.as_str());
    let fields: Vec<(&str, &str)> =
        headers.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?))).collect();
    let authority = connection.host.as_deref().unwrap_or_default();
    let request = auth::Request { target, authority, headers: &fields };
    let desk = match admit(&live, &request).await {
        Ok(Ok(desk)) => desk,
        Ok(Err(why)) => return refuse("audiohook", &why),
        Err(error) => return failed(&error),
    };
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let config = audiohook::Config {
        session_id: header("audiohook-session-id"),
        organization_id: header("audiohook-organization-id"),
        ..audiohook::Config::default()
    };
    let largest = config.max_audio.max(config.max_text);
    let session = audiohook::Session::new(config, clock::now());
    upgrade
        .max_message_size(largest)
        .on_upgrade(move |socket| {
            let hearing = live.hearing.clone();
            hearing.track_future(drive(live, desk, socket, session))
        })
        .into_response()
}

async fn admit(
    live: &Arc<Live>,
    request: &auth::Request<'_>,
) -> Result<Result<Arc<Desk>, String>, StoreError> {
    let api_key = match request.api_key() {
        Ok(api_key) => api_key,
        Err(error) => return Ok(Err(error.to_string())),
    };
    let found = live.store().key_by_hash(&token::hash(&api_key)).await?;
    let key = found.filter(|key| key.kind == KeyKind::Audiohook && key.revoked.is_none());
    let secret = match &key {
        Some(key) => live.store().client_secret(&key.id).await?,
        None => None,
    };
    let credentials =
        key.as_ref().map(|_| auth::Credentials { api_key: &api_key, client_secret: secret.as_deref() });
    let checked = {
        let mut nonces = live.nonces.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        auth::authenticate(request, credentials.as_ref(), clock::now(), &mut nonces)
    };
    if let Err(error) = checked {
        return Ok(Err(error.to_string()));
    }
    Ok(key.and_then(|key| live.desk(&key.site)).ok_or_else(|| "the key's site is not open".into()))
}

/// Twilio names no key, so its signature is tried with each that a site has for it; there are few.
async fn twilio(
    State(live): State<Arc<Live>>,
    Extension(connection): Extension<Connection>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    let target = uri.path_and_query().map_or(uri.path(), |target| target.as_str());
    let scheme = if connection.secure { "wss" } else { "ws" };
    let url = format!("{scheme}://{}{target}", connection.host.as_deref().unwrap_or_default());
    let Some(signature) = headers.get("x-twilio-signature").and_then(|value| value.to_str().ok()) else {
        return refuse("twilio", &"the request has no X-Twilio-Signature header");
    };
    let site = match signed_by(&live, &url, signature).await {
        Ok(Some(site)) => site,
        Ok(None) => return refuse("twilio", &"no key made this signature"),
        Err(error) => return failed(&error),
    };
    let Some(desk) = live.desk(&site) else { return refuse("twilio", &"the key's site is not open") };
    let config = live.twilio.clone();
    let largest = config.max_text;
    let session = twilio::Session::new(config, clock::now());
    upgrade
        .max_message_size(largest)
        .on_upgrade(move |socket| {
            let hearing = live.hearing.clone();
            hearing.track_future(drive(live, desk, socket, session))
        })
        .into_response()
}

async fn signed_by(live: &Live, url: &str, signature: &str) -> Result<Option<SiteId>, StoreError> {
    for site in live.store().sites().await? {
        let keys = live.store().keys(&site.id).await?;
        for key in keys.iter().filter(|key| key.kind == KeyKind::Twilio && key.revoked.is_none()) {
            let secret = live.store().client_secret(&key.id).await?;
            if secret.is_some_and(|secret| twilio::signature::verify(&secret, url, &[], signature)) {
                return Ok(Some(site.id));
            }
        }
    }
    Ok(None)
}
