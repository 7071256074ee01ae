//! Who is told of alerts that nobody answers: a second person of a team, or of the site.

use axum::{extract::State, http::StatusCode};
use calmline_core::{
    AccountId, Body, Draft, Position,
    role::{Action, Resource},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::{
    access::{Access, Route, route},
    clock,
    error::{ApiError, ErrorBody},
    extract::Json,
    session::Signed,
    state::App,
    teams,
};

const READ: Access = Access::Any(&[(Action::Read, Resource::Accounts)]);
const CHANGE: Access = Access::Any(&[(Action::Change, Resource::Accounts)]);

pub(super) fn routes() -> Vec<Route> {
    vec![route(READ, routes!(list)), route(CHANGE, routes!(choose))]
}

/// A second person.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct SecondBody {
    /// Of which team; without one, of the site.
    #[serde(default)]
    pub team: Option<String>,
    /// Who: a supervisor's account; without one, everybody who hears of alerts is told.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub second: Option<AccountId>,
}

/// The second persons, the site's first.
#[utoipa::path(
    get, path = "/v1/settings/seconds", tag = "accounts", security(("session" = [])),
    responses((status = 200, body = Vec<SecondBody>))
)]
async fn list(State(app): State<App>, signed: Signed) -> Result<axum::Json<Vec<SecondBody>>, ApiError> {
    let site = &signed.account.site;
    let mut named = std::collections::BTreeMap::new();
    for event in app.store().read_kind(site, "second.chosen", Position(0), u32::MAX).await? {
        if let Body::SecondChosen { team, second, .. } = event.body {
            named.insert(team, second);
        }
    }
    let body =
        |(team, second): (_, Option<_>)| second.map(|second| SecondBody { team, second: Some(second) });
    Ok(axum::Json(named.into_iter().filter_map(body).collect()))
}

/// Names who is told of alerts that nobody answers, for a team or the site; without a person, everybody is again.
#[utoipa::path(
    put, path = "/v1/settings/seconds", tag = "accounts", security(("session" = [])), request_body = SecondBody,
    responses((status = 204), (status = 422, body = ErrorBody))
)]
async fn choose(
    State(app): State<App>,
    signed: Signed,
    Json(SecondBody { team, second }): Json<SecondBody>,
) -> Result<StatusCode, ApiError> {
    let site = signed.account.site.clone();
    let team = team.map(|team| teams::name(&team)).transpose();
    let team = team.map_err(|problem| ApiError::invalid("team", problem))?;
    if let Some(id) = &second {
        let hears = app.store().account(id).await?.is_some_and(|account| {
            let may = |&role| calmline_core::role::may(role, Action::Change, Resource::Alerts);
            account.site == site && !account.disabled && account.roles.iter().any(may)
        });
        if !hears {
            return Err(ApiError::invalid("second", "this is no account that hears of alerts")
                .hint("name a supervisor's account"));
        }
    }
    let body = Body::SecondChosen { team, second, by: signed.account.id };
    app.live.append(vec![Draft::derived(site, clock::now(), Vec::new(), body)]).await?;
    Ok(StatusCode::NO_CONTENT)
}
