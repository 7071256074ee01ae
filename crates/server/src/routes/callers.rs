//! The end of what is kept of a caller.

use axum::extract::State;
use calmline_core::{
    Body, CallId, Draft, SubjectId,
    event::PayloadKind,
    role::{Action, Resource},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::session::check_own_password;
use crate::{
    access::{Access, Route, route},
    clock,
    error::{ApiError, ErrorBody},
    extract::{Json, Path},
    session::Signed,
    state::App,
};

const CHANGE: Access = Access::Any(&[(Action::Change, Resource::Callers)]);

pub(super) fn routes() -> Vec<Route> {
    vec![route(CHANGE, routes!(erase))]
}

/// What erasing a caller takes.
#[derive(Deserialize, ToSchema)]
pub struct EraseCaller {
    /// The administrator's own password, since this cannot be undone.
    pub password: Option<String>,
}

/// What was erased.
#[derive(Serialize, ToSchema)]
pub struct CallerErased {
    /// Keys destroyed.
    keys: u64,
    /// Texts destroyed.
    texts: u64,
}

/// Makes what the caller of a call said unreadable for ever, in backups that are restored later too. Callers have no identity
/// here but that of their calls: someone who rang three times is erased in three calls. Who asked for it is in the log.
#[utoipa::path(
    post, path = "/v1/calls/{id}/caller/erase", tag = "calls", security(("session" = [])), request_body = EraseCaller,
    params(("id" = String, Path, description = "The call.")),
    responses((status = 200, body = CallerErased), (status = 404, body = ErrorBody), (status = 422, body = ErrorBody))
)]
async fn erase(
    State(app): State<App>,
    signed: Signed,
    Path(call): Path<CallId>,
    Json(EraseCaller { password }): Json<EraseCaller>,
) -> Result<axum::Json<CallerErased>, ApiError> {
    let site = signed.account.site.clone();
    app.store().call(&site, &call).await?.ok_or_else(|| ApiError::not_found("call"))?;
    check_own_password(&app, &signed, password).await?;
    let subject = SubjectId::of_caller(&call);
    let body = Body::ErasureAsked { call, by: signed.account.id };
    app.live.append(vec![Draft::derived(site.clone(), clock::now(), Vec::new(), body)]).await?;
    let erasure = app.store().erase(&site, &subject, &PayloadKind::ALL, clock::now()).await?;
    tracing::info!(texts = erasure.payloads, "a caller's texts erased");
    Ok(axum::Json(CallerErased { keys: erasure.keys, texts: erasure.payloads }))
}
