//! Health, readiness, metrics, the API's own description, and the state of the system.

use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
};
use calmline_core::{
    Timestamp,
    role::{Action, Resource},
};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::{
    access::{Access, Route, route},
    clock,
    error::ApiError,
    live::health::{Fault, FaultBody},
    measure,
    session::Signed,
    state::App,
};

const READ: Access = Access::Any(&[(Action::Read, Resource::Operations)]);

pub(super) fn routes() -> Vec<Route> {
    vec![
        route(Access::Public, routes!(health)),
        route(Access::Public, routes!(ready)),
        route(Access::Public, routes!(metrics)),
        route(Access::Public, routes!(document)),
        route(READ, routes!(system)),
    ]
}

/// A state in one word.
#[derive(Serialize, ToSchema)]
pub struct Status {
    /// `ok` or `failed`.
    #[schema(example = "ok")]
    status: &'static str,
}

/// Whether the process can serve, and what does not work.
#[derive(Serialize, ToSchema)]
pub struct Readiness {
    /// `ok` or `failed`.
    #[schema(example = "ok")]
    status: &'static str,
    /// What does not work. Nothing in it is about a person or a site.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    faults: Vec<FaultBody>,
}

/// Whether the process answers.
#[utoipa::path(get, path = "/healthz", tag = "system", responses((status = 200, body = Status)))]
async fn health() -> axum::Json<Status> {
    axum::Json(Status { status: "ok" })
}

fn readiness(app: &App) -> Readiness {
    let faults: Vec<_> = app.live.faults().into_iter().map(Fault::body).collect();
    Readiness { status: if faults.is_empty() { "ok" } else { "failed" }, faults }
}

/// Whether calls and events can be taken: the log can be read and written, the deciders follow it, and words are recognised
/// where they should be. What does not work is named.
#[utoipa::path(
    get, path = "/readyz", tag = "system",
    responses((status = 200, body = Readiness), (status = 503, body = Readiness))
)]
async fn ready(State(app): State<App>) -> (StatusCode, axum::Json<Readiness>) {
    let readiness = readiness(&app);
    let code = if readiness.faults.is_empty() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (code, axum::Json(readiness))
}

/// Metrics in the Prometheus text format. Nothing in them is about a person.
#[utoipa::path(get, path = "/metrics", tag = "system", responses((status = 200, content_type = "text/plain", body = String)))]
async fn metrics() -> (HeaderMap, String) {
    let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    ([(header::CONTENT_TYPE, kind)].into_iter().collect(), measure::recorder().render())
}

/// This document.
#[utoipa::path(get, path = "/openapi.json", tag = "system", responses((status = 200, body = serde_json::Value)))]
async fn document() -> axum::Json<utoipa::openapi::OpenApi> {
    axum::Json(super::document())
}

/// The state of the system.
#[derive(Serialize, ToSchema)]
pub struct SystemBody {
    version: &'static str,
    #[schema(value_type = String, format = DateTime)]
    started: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    now: Timestamp,
    /// `ok` or `failed`.
    status: &'static str,
    /// The last position of the log.
    position: u64,
    /// Whether calls get words.
    words: bool,
}

/// The state of the system.
#[utoipa::path(
    get, path = "/v1/system", tag = "system", security(("session" = [])), responses((status = 200, body = SystemBody))
)]
async fn system(State(app): State<App>, _: Signed) -> Result<axum::Json<SystemBody>, ApiError> {
    Ok(axum::Json(SystemBody {
        version: env!("CARGO_PKG_VERSION"),
        started: app.started,
        now: clock::now(),
        status: readiness(&app).status,
        position: app.store().head().0,
        words: app.live.has_words(),
    }))
}
