//! Endpoints of others that are told of events: which, of what, and whether they take it.

use axum::{extract::State, http::StatusCode};
use calmline_core::{
    AccountId, Body, Draft, SiteId, Timestamp, WebhookId,
    event::WebhookChange,
    role::{Action, Resource},
};
use calmline_store::{Delivery, NewWebhook, Webhook, WebhookState};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::{
    access::{Access, Route, route},
    clock,
    error::{ApiError, ErrorBody},
    extract::{Json, Path},
    session::Signed,
    state::App,
    token,
    webhooks::{
        Webhooks,
        courier::delivery,
        letter::{self, KINDS, Letter},
        of_site,
        target::{Target, TargetError},
    },
};

const READ: Access = Access::Any(&[(Action::Read, Resource::Keys)]);
const CHANGE: Access = Access::Any(&[(Action::Change, Resource::Keys)]);
/// How many endpoints a site has at most.
const MOST: usize = 20;
/// How long the secret before signs beside a new one.
const OVERLAP: SignedDuration = SignedDuration::from_hours(24);

pub(super) fn routes() -> Vec<Route> {
    vec![
        route(READ, routes!(list)),
        route(CHANGE, routes!(add)),
        route(CHANGE, routes!(change)),
        route(CHANGE, routes!(remove)),
        route(CHANGE, routes!(renew_secret)),
        route(CHANGE, routes!(test)),
        route(READ, routes!(deliveries)),
    ]
}

/// The endpoints of a site.
#[derive(Serialize, ToSchema)]
pub struct WebhookList {
    webhooks: Vec<WebhookBody>,
    /// The types of events that may be told.
    kinds: Vec<&'static str>,
}

/// An endpoint, without its secret.
#[derive(Serialize, ToSchema)]
pub struct WebhookBody {
    #[schema(value_type = String)]
    id: WebhookId,
    url: String,
    /// The types of events that it is told.
    kinds: Vec<String>,
    /// `on`, `paused`, `given_up` (it took nothing for five days) or `gone` (it answered 410).
    #[schema(value_type = String, example = "on")]
    state: WebhookState,
    /// Since when it took nothing; null while all is well.
    #[schema(value_type = Option<String>, format = DateTime)]
    failing: Option<Timestamp>,
    #[schema(value_type = String, format = DateTime)]
    created: Timestamp,
    /// The last attempt; null if there was none.
    last: Option<DeliveryBody>,
}

/// One attempt to tell an endpoint something.
#[derive(Serialize, ToSchema)]
pub struct DeliveryBody {
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// The event's id, which the endpoint gets as `webhook-id`.
    event: String,
    #[schema(example = "call.ended")]
    kind: String,
    /// Whether the endpoint took it: it answered with 2xx.
    taken: bool,
    /// The HTTP status; null if there was no answer.
    status: Option<u16>,
    /// Why there was none: `address`, `name`, `not_public`, `connect`, `tls`, `timeout` or `answer`.
    failure: Option<String>,
    millis: u32,
}

impl From<Delivery> for DeliveryBody {
    fn from(delivery: Delivery) -> Self {
        let Delivery { at, event, kind, status, failure, millis } = delivery;
        let taken = status.is_some_and(|status| (200..300).contains(&status));
        Self { at, event, kind, taken, status, failure, millis }
    }
}

async fn body(app: &App, webhook: Webhook) -> Result<WebhookBody, ApiError> {
    let last = app.store().deliveries(&webhook.id).await?.into_iter().next();
    let Webhook { id, url, kinds, state, failing, created, .. } = webhook;
    Ok(WebhookBody { id, url, kinds, state, failing, created, last: last.map(DeliveryBody::from) })
}

/// The endpoints that are told of events, oldest first.
#[utoipa::path(
    get, path = "/v1/webhooks", tag = "webhooks", security(("session" = [])),
    responses((status = 200, body = WebhookList))
)]
async fn list(State(app): State<App>, signed: Signed) -> Result<axum::Json<WebhookList>, ApiError> {
    let site = &signed.account.site;
    let mut webhooks = Vec::new();
    for webhook in app.store().webhooks().await? {
        if webhook.site == *site {
            webhooks.push(body(&app, webhook).await?);
        }
    }
    Ok(axum::Json(WebhookList { webhooks, kinds: KINDS.to_vec() }))
}

/// An endpoint that is wanted.
#[derive(Deserialize, ToSchema)]
pub struct NewWebhookBody {
    /// `https://…`, at most 500 characters.
    #[schema(example = "https://crm.example/calmline")]
    pub url: String,
    /// Types of events, as the list of endpoints names them.
    pub kinds: Vec<String>,
}

/// An endpoint with its secret, shown this once.
#[derive(Serialize, ToSchema)]
pub struct FreshWebhookBody {
    #[schema(value_type = String)]
    id: WebhookId,
    /// What signs: `whsec_` and base64.
    secret: String,
}

/// Adds an endpoint. It is told what happens from now on; its secret is shown this once.
#[utoipa::path(
    post, path = "/v1/webhooks", tag = "webhooks", security(("session" = [])), request_body = NewWebhookBody,
    responses(
        (status = 201, body = FreshWebhookBody), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)
    )
)]
async fn add(
    State(app): State<App>,
    signed: Signed,
    Json(NewWebhookBody { url, kinds }): Json<NewWebhookBody>,
) -> Result<(StatusCode, axum::Json<FreshWebhookBody>), ApiError> {
    let (site, by) = (signed.account.site, signed.account.id);
    let (url, kinds) = (checked_url(&app, &url)?, checked_kinds(kinds)?);
    let there = app.store().webhooks().await?;
    if there.iter().filter(|webhook| webhook.site == site).count() >= MOST {
        return Err(ApiError::conflict("too_many_webhooks", format!("a site has at most {MOST} webhooks"))
            .hint("remove one that is no longer needed"));
    }
    let secret = fresh_secret()?;
    let shown = letter::shown(&secret);
    let (position, created) = (app.store().head(), clock::now());
    let new = NewWebhook { site: site.clone(), url, kinds, secret, position, created };
    let id = app.store().add_webhook(new).await?;
    if let Some(webhook) = app.store().webhook(&id).await? {
        record(&app, &webhook, WebhookChange::Added, by).await?;
    }
    Webhooks::add(&app, &id).await?;
    Ok((StatusCode::CREATED, axum::Json(FreshWebhookBody { id, secret: shown })))
}

/// What is to change about an endpoint; what is left out stays.
#[derive(Deserialize, ToSchema)]
pub struct WebhookChangeBody {
    /// Another address.
    #[serde(default)]
    pub url: Option<String>,
    /// Other types of events.
    #[serde(default)]
    pub kinds: Option<Vec<String>>,
    /// Whether it is told nothing for now; `false` resumes, also what was given up.
    #[serde(default)]
    pub paused: Option<bool>,
    /// Passes over what happened up to now and was not told.
    #[serde(default)]
    pub skip: bool,
}

/// Changes, pauses or resumes an endpoint. One that is resumed is told what happened meanwhile, unless that is skipped.
#[utoipa::path(
    patch, path = "/v1/webhooks/{id}", tag = "webhooks", security(("session" = [])), request_body = WebhookChangeBody,
    params(("id" = String, Path, description = "The endpoint.")),
    responses(
        (status = 200, body = WebhookBody), (status = 404, body = ErrorBody), (status = 422, body = ErrorBody)
    )
)]
async fn change(
    State(app): State<App>,
    signed: Signed,
    Path(id): Path<WebhookId>,
    Json(wanted): Json<WebhookChangeBody>,
) -> Result<axum::Json<WebhookBody>, ApiError> {
    let (site, by) = (signed.account.site, signed.account.id);
    let url = wanted.url.map(|url| checked_url(&app, &url)).transpose()?;
    let kinds = wanted.kinds.map(checked_kinds).transpose()?;
    let apply = async |mut webhook: Webhook| {
        let before = (webhook.url.clone(), webhook.kinds.clone(), webhook.state);
        webhook.url = url.unwrap_or(webhook.url);
        webhook.kinds = kinds.unwrap_or(webhook.kinds);
        match wanted.paused {
            Some(true) => webhook.state = WebhookState::Paused,
            Some(false) if webhook.state != WebhookState::On => {
                (webhook.state, webhook.failing) = (WebhookState::On, None);
            }
            _ => {}
        }
        if wanted.skip {
            (webhook.position, webhook.failing) = (app.store().head(), None);
        }
        app.store().change_webhook(&webhook).await?;
        if before.0 != webhook.url || before.1 != webhook.kinds {
            record(&app, &webhook, WebhookChange::Changed, by.clone()).await?;
        }
        match (before.2, webhook.state) {
            (before, after) if before == after => {}
            (_, WebhookState::On) => record(&app, &webhook, WebhookChange::Resumed, by).await?,
            _ => record(&app, &webhook, WebhookChange::Paused, by).await?,
        }
        Ok(webhook)
    };
    let webhook = Webhooks::change(&app, &site, &id, apply).await?;
    Ok(axum::Json(body(&app, webhook).await?))
}

/// Removes an endpoint with its secret and what is remembered of it.
#[utoipa::path(
    delete, path = "/v1/webhooks/{id}", tag = "webhooks", security(("session" = [])),
    params(("id" = String, Path, description = "The endpoint.")),
    responses((status = 204), (status = 404, body = ErrorBody))
)]
async fn remove(
    State(app): State<App>,
    signed: Signed,
    Path(id): Path<WebhookId>,
) -> Result<StatusCode, ApiError> {
    let (site, by) = (signed.account.site, signed.account.id);
    let remove = async |webhook: Webhook| {
        app.store().remove_webhook(&site, &id).await?;
        record(&app, &webhook, WebhookChange::Removed, by).await
    };
    Webhooks::change(&app, &site, &id, remove).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A new secret, shown this once.
#[derive(Serialize, ToSchema)]
pub struct FreshSecretBody {
    /// What signs from now on: `whsec_` and base64.
    secret: String,
    /// Until then the secret before signs as well.
    #[schema(value_type = String, format = DateTime)]
    until: Timestamp,
}

/// Gives an endpoint a new secret. For a day what is sent is signed with the one before as well.
#[utoipa::path(
    post, path = "/v1/webhooks/{id}/secret", tag = "webhooks", security(("session" = [])),
    params(("id" = String, Path, description = "The endpoint.")),
    responses((status = 200, body = FreshSecretBody), (status = 404, body = ErrorBody))
)]
async fn renew_secret(
    State(app): State<App>,
    signed: Signed,
    Path(id): Path<WebhookId>,
) -> Result<axum::Json<FreshSecretBody>, ApiError> {
    let webhook = of_site(&app, &signed.account.site, &id).await?;
    let (secret, now) = (fresh_secret()?, clock::now());
    let until = now.saturating_add(OVERLAP).unwrap_or(now);
    app.store().renew_webhook_secret(&id, &secret, now, until).await?;
    record(&app, &webhook, WebhookChange::SecretRenewed, signed.account.id).await?;
    Ok(axum::Json(FreshSecretBody { secret: letter::shown(&secret), until }))
}

/// Sends an endpoint, at once and this once, an event of type `webhook.test` that tells nothing, paused or not.
#[utoipa::path(
    post, path = "/v1/webhooks/{id}/test", tag = "webhooks", security(("session" = [])),
    params(("id" = String, Path, description = "The endpoint.")),
    responses((status = 200, body = DeliveryBody), (status = 404, body = ErrorBody))
)]
async fn test(
    State(app): State<App>,
    signed: Signed,
    Path(id): Path<WebhookId>,
) -> Result<axum::Json<DeliveryBody>, ApiError> {
    let webhook = of_site(&app, &signed.account.site, &id).await?;
    let now = clock::now();
    let name = token::random::<16>().map_err(|error| ApiError::internal(&error))?;
    let letter = Letter::test(&webhook.site, token::hex(&name), now);
    let secrets = app.store().webhook_secrets(&id, now).await?;
    let attempt = app.webhooks.post.send(&webhook.url, &letter, &secrets, now).await;
    let delivery = delivery(&letter, &attempt, now);
    app.store().delivered(&id, &delivery, None).await?;
    Ok(axum::Json(delivery.into()))
}

/// The last attempts to tell an endpoint something, the latest first: a hundred at most, and never what was sent.
#[utoipa::path(
    get, path = "/v1/webhooks/{id}/deliveries", tag = "webhooks", security(("session" = [])),
    params(("id" = String, Path, description = "The endpoint.")),
    responses((status = 200, body = Vec<DeliveryBody>), (status = 404, body = ErrorBody))
)]
async fn deliveries(
    State(app): State<App>,
    signed: Signed,
    Path(id): Path<WebhookId>,
) -> Result<axum::Json<Vec<DeliveryBody>>, ApiError> {
    of_site(&app, &signed.account.site, &id).await?;
    let deliveries = app.store().deliveries(&id).await?;
    Ok(axum::Json(deliveries.into_iter().map(DeliveryBody::from).collect()))
}

fn checked_url(app: &App, url: &str) -> Result<String, ApiError> {
    let url = url.trim();
    let wrong = |error: TargetError| ApiError::invalid("url", error.to_string());
    Target::parse(url, app.webhooks.post.rules()).map_err(wrong)?;
    Ok(url.to_owned())
}

fn checked_kinds(mut kinds: Vec<String>) -> Result<Vec<String>, ApiError> {
    let known = || format!("the types that may be told are {}", KINDS.join(", "));
    if kinds.is_empty() {
        return Err(ApiError::invalid("kinds", "no type of event is named").hint(known()));
    }
    if let Some(kind) = kinds.iter().find(|kind| !KINDS.contains(&kind.as_str())) {
        return Err(ApiError::invalid("kinds", format!("events of type {kind:?} are not told")).hint(known()));
    }
    kinds.sort();
    kinds.dedup();
    Ok(kinds)
}

fn fresh_secret() -> Result<Vec<u8>, ApiError> {
    token::random::<32>().map(|secret| secret.to_vec()).map_err(|error| ApiError::internal(&error))
}

/// Writes a change to the log, for the policy's trail.
async fn record(app: &App, webhook: &Webhook, change: WebhookChange, by: AccountId) -> Result<(), ApiError> {
    let host = Target::parse(&webhook.url, app.webhooks.post.rules()).map(|target| target.host);
    let body = Body::WebhookChanged {
        webhook: webhook.id.clone(),
        change,
        host: host.unwrap_or_default(),
        kinds: webhook.kinds.clone(),
        by,
    };
    let site: SiteId = webhook.site.clone();
    app.live.append(vec![Draft::derived(site, clock::now(), Vec::new(), body)]).await?;
    Ok(())
}
