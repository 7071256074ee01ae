//! What this installation recorded as computed and not computed, signed.

use axum::extract::State;
use calmline_core::role::{Action, Resource};
use utoipa_axum::routes;

use crate::{
    access::{Access, Route, route},
    attestation::{self, Attestation},
    clock,
    error::ApiError,
    session::Signed,
    state::App,
};

const READ: Access = Access::Any(&[(Action::Read, Resource::Attestation)]);

pub(super) fn routes() -> Vec<Route> {
    vec![route(READ, routes!(show))]
}

/// The site's attestation: what was permitted, refused and recorded, with a self-test, signed and chained to the one before.
/// Made anew at most once a minute, because the whole log is read and checked for it.
#[utoipa::path(
    get, path = "/v1/attestation", tag = "attestation", security(("session" = [])),
    responses((status = 200, body = Attestation))
)]
async fn show(State(app): State<App>, signed: Signed) -> Result<axum::Json<Attestation>, ApiError> {
    let site = &signed.account.site;
    let _one_at_a_time = app.attesting.lock().await;
    let folder = attestation::Folder::open(&app.config.data).map_err(|error| ApiError::internal(&error))?;
    let now = clock::now();
    let last = folder.last_of(site).map_err(|error| ApiError::internal(&error))?;
    let fresh = |last: &Attestation| now.duration_since(last.statement.made).as_secs() < 60;
    if let Some(last) = last.filter(fresh) {
        return Ok(axum::Json(last));
    }
    let made = attestation::make(app.store(), &folder, site, now).await;
    made.map(axum::Json).map_err(|error| ApiError::internal(&error))
}
