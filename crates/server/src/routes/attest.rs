//! What this installation recorded as computed and not computed, signed; and the check of such a statement.

use axum::{
    body::Bytes,
    extract::{DefaultBodyLimit, State, rejection::BytesRejection},
};
use calmline_core::{
    SiteId, Timestamp,
    role::{Action, Resource},
};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::{
    access::{Access, Route, route},
    attestation::{self, Attestation, NotValid, Verified},
    clock,
    error::{ApiError, ErrorBody},
    session::Signed,
    state::App,
};

const READ: Access = Access::Any(&[(Action::Read, Resource::Attestation)]);

/// The largest statement that is checked.
const MOST_BYTES: usize = 1024 * 1024;

pub(super) fn routes() -> Vec<Route> {
    let (schemas, paths, handler) = routes!(verify);
    let handler = handler.layer(DefaultBodyLimit::max(MOST_BYTES));
    vec![route(READ, routes!(show)), route(READ, (schemas, paths, handler))]
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

/// Whether a statement holds.
#[derive(Serialize, ToSchema)]
pub struct Checked {
    valid: bool,
    /// What does not fit; null if it is valid.
    why: Option<String>,
    /// What a valid statement is about.
    about: Option<CheckedBody>,
}

/// What a valid statement is about.
#[derive(Serialize, ToSchema)]
pub struct CheckedBody {
    #[schema(value_type = String)]
    site: SiteId,
    number: u64,
    #[schema(value_type = String, format = DateTime)]
    made: Timestamp,
    /// SHA-256 of the public key: compare it with the one that you were given at the start.
    key: String,
    /// Whether it is the key of this installation.
    own_key: bool,
    /// The hash by which the next statement names this one.
    hash: String,
}

/// Checks a statement as it was downloaded: its signature, and its self-test where it rests on the policy table of this
/// program.
#[utoipa::path(
    post, path = "/v1/attestation/verify", tag = "attestation", security(("session" = [])),
    request_body(content((serde_json::Value = "application/json"))),
    responses((status = 200, body = Checked), (status = 413, body = ErrorBody))
)]
async fn verify(
    State(app): State<App>,
    signed: Signed,
    body: Result<Bytes, BytesRejection>,
) -> Result<axum::Json<Checked>, ApiError> {
    let checked = match attestation::verify(&body?) {
        Ok(verified) => {
            let folder =
                attestation::Folder::open(&app.config.data).map_err(|error| ApiError::internal(&error))?;
            let last = folder.last_of(&signed.account.site).map_err(|error| ApiError::internal(&error))?;
            let own = last.map(|last| last.signature.public_key);
            let own_key = own.as_ref() == Some(&verified.attestation.signature.public_key);
            Checked { valid: true, why: None, about: Some(about(verified, own_key)) }
        }
        Err(not) => Checked { valid: false, why: Some(reason(&not)), about: None },
    };
    Ok(axum::Json(checked))
}

fn about(verified: Verified, own_key: bool) -> CheckedBody {
    let Verified { attestation, key, hash } = verified;
    let statement = attestation.statement;
    let (site, number, made) = (statement.site, statement.number, statement.made);
    CheckedBody { site, number, made, key, own_key, hash }
}

fn reason(not: &NotValid) -> String {
    match not {
        NotValid::Unreadable(why) => format!("{not}: {why}"),
        _ => not.to_string(),
    }
}
