//! Calls that count in nobody's figures, for whoever works figures out.

use axum::extract::State;
use calmline_core::{
    Body, CallId, Position, Timestamp,
    role::{Action, Resource},
};
use calmline_store::KeyKind;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::{
    access::{Access, Route, route},
    error::{ApiError, ErrorBody},
    extract::{AtSite, Query},
    state::App,
};

const READ: Access = Access::KeyOr(KeyKind::Workforce, &[(Action::Read, Resource::Exclusions)]);

pub(super) fn routes() -> Vec<Route> {
    vec![route(READ, routes!(list))]
}

/// Of which time.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ExcludedQuery {
    /// Excluded at this time or later.
    #[param(value_type = String, format = DateTime)]
    pub from: Timestamp,
    /// Excluded before this time.
    #[param(value_type = String, format = DateTime)]
    pub to: Timestamp,
}

/// Calls that count in no figures.
#[derive(Serialize, ToSchema)]
pub struct Excluded {
    /// By the phone platform's id, in the order of the ids.
    #[schema(value_type = Vec<String>)]
    calls: Vec<CallId>,
}

/// Calls that leave the figures of satisfaction, quality, handling time and complaints. Neither why nor whose they were is
/// told, and the roles that see whose a call was cannot ask.
#[utoipa::path(
    get, path = "/v1/calls/excluded", tag = "calls", security(("session" = []), ("bearer" = [])), params(ExcludedQuery),
    responses((status = 200, body = Excluded), (status = 422, body = ErrorBody))
)]
async fn list(
    State(app): State<App>,
    AtSite(site): AtSite,
    Query(ExcludedQuery { from, to }): Query<ExcludedQuery>,
) -> Result<axum::Json<Excluded>, ApiError> {
    if to <= from {
        return Err(ApiError::invalid("to", "the end is not after the beginning").hint("send a later time"));
    }
    let events = app.store().read_kind(&site, "call.excluded", Position(0), u32::MAX).await?;
    let within = events.into_iter().filter(|event| from <= event.at && event.at < to);
    let call = |body| if let Body::CallExcluded { call } = body { Some(call) } else { None };
    let mut calls: Vec<CallId> = within.filter_map(|event| call(event.body)).collect();
    calls.sort();
    Ok(axum::Json(Excluded { calls }))
}
