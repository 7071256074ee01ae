//! Keys of phone platforms and integrations.

use axum::{extract::State, http::StatusCode};
use calmline_core::{
    KeyId, Timestamp,
    role::{Action, Resource},
};
use calmline_store::{IntegrationKey, KeyKind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::{
    access::{Access, Route, route},
    clock,
    error::ApiError,
    extract::{Json, Path},
    keys::FreshKey,
    session::Signed,
    state::App,
};

const READ: Access = Access::Any(&[(Action::Read, Resource::Keys)]);
const CHANGE: Access = Access::Any(&[(Action::Change, Resource::Keys)]);

pub(super) fn routes() -> Vec<Route> {
    vec![route(READ, routes!(list)), route(CHANGE, routes!(add)), route(CHANGE, routes!(revoke))]
}

/// A key, without its secrets.
#[derive(Serialize, ToSchema)]
pub struct KeyBody {
    #[schema(value_type = String)]
    id: KeyId,
    #[schema(value_type = String, example = "audiohook")]
    kind: KeyKind,
    /// Whether messages are signed with a client secret.
    signed: bool,
    #[schema(value_type = String, format = DateTime)]
    created: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    revoked: Option<Timestamp>,
}

impl From<IntegrationKey> for KeyBody {
    fn from(key: IntegrationKey) -> Self {
        Self { id: key.id, kind: key.kind, signed: key.signed, created: key.created, revoked: key.revoked }
    }
}

/// All keys of the site.
#[utoipa::path(get, path = "/v1/keys", tag = "keys", security(("session" = [])), responses((status = 200, body = Vec<KeyBody>)))]
async fn list(State(app): State<App>, signed: Signed) -> Result<axum::Json<Vec<KeyBody>>, ApiError> {
    let keys = app.store().keys(&signed.account.site).await?;
    Ok(axum::Json(keys.into_iter().map(KeyBody::from).collect()))
}

/// A key that is wanted.
#[derive(Deserialize, ToSchema)]
pub struct NewKeyBody {
    /// `audiohook`, `twilio`, `events` or `route`.
    #[schema(value_type = String, example = "events")]
    pub kind: KeyKind,
    /// For `twilio`: the auth token of the Twilio account, with which Twilio signs its requests.
    #[serde(default)]
    pub auth_token: Option<String>,
}

/// A key with its secrets, shown this once.
#[derive(Serialize, ToSchema)]
pub struct FreshKeyBody {
    #[schema(value_type = String)]
    id: KeyId,
    api_key: String,
    /// Base64.
    client_secret: Option<String>,
}

/// Makes a key. Its secrets are shown this once.
#[utoipa::path(
    post, path = "/v1/keys", tag = "keys", security(("session" = [])), request_body = NewKeyBody,
    responses((status = 201, body = FreshKeyBody))
)]
async fn add(
    State(app): State<App>,
    signed: Signed,
    Json(NewKeyBody { kind, auth_token }): Json<NewKeyBody>,
) -> Result<(StatusCode, axum::Json<FreshKeyBody>), ApiError> {
    if auth_token.is_some() && kind != KeyKind::Twilio {
        return Err(ApiError::invalid("auth_token", "only a key of kind twilio has an auth token"));
    }
    let secret = auth_token.map(String::into_bytes);
    let fresh = FreshKey::draw(signed.account.site, kind, secret, clock::now())
        .map_err(|error| ApiError::internal(&error))?;
    let id = app.store().add_key(fresh.new).await?;
    tracing::info!(key = %id, kind = kind.as_str(), "key made");
    let body = FreshKeyBody { id, api_key: fresh.api_key, client_secret: fresh.client_secret };
    Ok((StatusCode::CREATED, axum::Json(body)))
}

/// Revokes a key at once.
#[utoipa::path(
    delete, path = "/v1/keys/{id}", tag = "keys", security(("session" = [])), params(("id" = String, Path, description = "The key.")),
    responses((status = 204), (status = 404, body = crate::error::ErrorBody))
)]
async fn revoke(
    State(app): State<App>,
    signed: Signed,
    Path(id): Path<KeyId>,
) -> Result<StatusCode, ApiError> {
    if app.store().revoke_key(&signed.account.site, &id, clock::now()).await? {
        tracing::info!(key = %id, "key revoked");
        return Ok(StatusCode::NO_CONTENT);
    }
    Err(ApiError::not_found("key"))
}
