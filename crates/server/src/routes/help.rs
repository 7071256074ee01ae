//! What an agent asks for, and says in private of what was asked on their behalf.

use axum::{extract::State, http::StatusCode};
use calmline_core::{
    AlertId, Body, CallId, Draft, Position, Timestamp,
    catalog::Lang,
    event::CueSharing,
    role::{Action, Resource},
};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::me::own_call;
use crate::{
    access::{Access, Route, route},
    clock,
    error::{ApiError, ErrorBody},
    extract::{self, Json, LangQuery, Me, Path, Query},
    live::voices::sharing_of,
    state::App,
};

const READ: Access = Access::Any(&[(Action::Read, Resource::OwnDay)]);
const CHANGE: Access = Access::Any(&[(Action::Change, Resource::OwnDay)]);
/// What an agent can ask for.
const WANTED: [&str; 4] = ["action.check_in", "action.join_call", "action.take_over", "action.lighter"];
/// How long an alert can be rated: it vanishes after that.
const DAY: SignedDuration = SignedDuration::from_hours(24);

pub(super) fn routes() -> Vec<Route> {
    vec![
        route(CHANGE, routes!(ask)),
        route(READ, routes!(alerts)),
        route(CHANGE, routes!(rate)),
        route(READ, routes!(sharing)),
        route(CHANGE, routes!(share)),
        route(READ, routes!(returns)),
        route(CHANGE, routes!(choose_return)),
    ]
}

/// What an agent asks for.
#[derive(Deserialize, ToSchema)]
pub struct HelpBody {
    /// `action.check_in` (look in after the call), `action.join_call`, `action.take_over` or `action.lighter`.
    #[schema(example = "action.check_in")]
    pub action: String,
    /// In which call, if in one.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub call: Option<CallId>,
}

/// Asks for a supervisor. They see what is asked for, never why.
#[utoipa::path(
    post, path = "/v1/me/help", tag = "me", security(("session" = [])), request_body = HelpBody,
    responses((status = 202), (status = 404, body = ErrorBody), (status = 422, body = ErrorBody))
)]
async fn ask(
    State(app): State<App>,
    me: Me,
    Json(HelpBody { action, call }): Json<HelpBody>,
) -> Result<StatusCode, ApiError> {
    if !WANTED.contains(&action.as_str()) {
        let hint = format!("send one of {}", WANTED.join(", "));
        return Err(ApiError::invalid("action", "this is nothing that can be asked for").hint(hint));
    }
    if let Some(call) = &call {
        own_call(&app, &me, call).await?;
    }
    let body = Body::HelpAsked { agent: me.agent, call, action };
    app.live.append(vec![Draft::derived(me.site, clock::now(), Vec::new(), body)]).await?;
    Ok(StatusCode::ACCEPTED)
}

/// An alert about oneself.
#[derive(Serialize, ToSchema)]
pub struct OwnAlert {
    #[schema(value_type = String)]
    alert: AlertId,
    #[schema(value_type = String, format = DateTime)]
    raised: Timestamp,
    #[schema(value_type = Option<String>)]
    call: Option<CallId>,
    text: String,
    /// What was suggested to the supervisor.
    action: String,
    /// Whether one has rated it.
    rated: bool,
}

/// What supervisors were told about oneself in the last day.
#[utoipa::path(
    get, path = "/v1/me/alerts", tag = "me", security(("session" = [])), params(LangQuery),
    responses((status = 200, body = Vec<OwnAlert>))
)]
async fn alerts(
    State(app): State<App>,
    me: Me,
    Query(query): Query<LangQuery>,
) -> Result<axum::Json<Vec<OwnAlert>>, ApiError> {
    let lang: Lang = extract::language(query, &me.signed);
    let from = clock::now().saturating_sub(DAY).unwrap_or(Timestamp::MIN);
    let events = app.store().read_agent(&me.site, &me.agent, from, Timestamp::MAX).await?;
    let rated = |id: &AlertId| {
        events.iter().any(|event| matches!(&event.body, Body::AlertRated { alert, .. } if alert == id))
    };
    let own = events.iter().rev().filter_map(|event| match &event.body {
        Body::AlertRaised { alert, call, reason, action, .. } => Some(OwnAlert {
            alert: alert.clone(),
            raised: event.at,
            call: call.clone(),
            text: lang.tell(reason),
            action: lang.say(action).to_owned(),
            rated: rated(alert),
        }),
        _ => None,
    });
    Ok(axum::Json(own.collect()))
}

/// What an agent says of an alert about them.
#[derive(Deserialize, ToSchema)]
pub struct RatingBody {
    /// Whether it was right.
    pub right: bool,
    /// Whether it was welcome.
    pub welcome: bool,
}

/// Says in private whether an alert about oneself was right and welcome. It counts into how often its rule is right at the
/// site, and nowhere else. The first answer counts.
#[utoipa::path(
    post, path = "/v1/me/alerts/{id}/rating", tag = "me", security(("session" = [])), request_body = RatingBody,
    params(("id" = String, Path, description = "The alert.")),
    responses((status = 204), (status = 404, body = ErrorBody))
)]
async fn rate(
    State(app): State<App>,
    me: Me,
    Path(alert): Path<AlertId>,
    Json(RatingBody { right, welcome }): Json<RatingBody>,
) -> Result<StatusCode, ApiError> {
    let row = app.store().alert(&me.site, &alert).await?;
    row.filter(|row| row.agent.as_ref() == Some(&me.agent)).ok_or_else(|| ApiError::not_found("alert"))?;
    let body = Body::AlertRated { alert, agent: me.agent, right, welcome };
    app.live.append(vec![Draft::derived(me.site, clock::now(), Vec::new(), body)]).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What becomes of cues in one's voice.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct SharingBody {
    /// `ask_me`, `tell_at_once` or `never`.
    #[schema(value_type = String, example = "ask_me")]
    pub sharing: CueSharing,
}

/// What becomes of cues in one's voice, as one has chosen.
#[utoipa::path(
    get, path = "/v1/me/cue-sharing", tag = "me", security(("session" = [])),
    responses((status = 200, body = SharingBody))
)]
async fn sharing(State(app): State<App>, me: Me) -> Result<axum::Json<SharingBody>, ApiError> {
    let sharing = sharing_of(app.store(), &me.site, &me.agent).await?;
    Ok(axum::Json(SharingBody { sharing }))
}

/// Chooses beforehand what becomes of cues in one's voice. A supervisor who is asked sees what is asked for, not the cue.
#[utoipa::path(
    put, path = "/v1/me/cue-sharing", tag = "me", security(("session" = [])), request_body = SharingBody,
    responses((status = 204))
)]
async fn share(
    State(app): State<App>,
    me: Me,
    Json(SharingBody { sharing }): Json<SharingBody>,
) -> Result<StatusCode, ApiError> {
    let body = Body::CueSharingChosen { agent: me.agent, sharing };
    app.live.append(vec![Draft::derived(me.site, clock::now(), Vec::new(), body)]).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// How one comes back from a break.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct ReturnBody {
    /// Whether one is available again by oneself once a break is over.
    pub automatic: bool,
}

/// How one comes back from a break, as one has chosen.
#[utoipa::path(
    get, path = "/v1/me/return", tag = "me", security(("session" = [])),
    responses((status = 200, body = ReturnBody))
)]
async fn returns(State(app): State<App>, me: Me) -> Result<axum::Json<ReturnBody>, ApiError> {
    let chosen = app.store().read_kind(&me.site, "return.chosen", Position(0), u32::MAX).await?;
    let mine = chosen.iter().rev().find_map(|event| match &event.body {
        Body::ReturnChosen { agent, automatic } if *agent == me.agent => Some(*automatic),
        _ => None,
    });
    Ok(axum::Json(ReturnBody { automatic: mine.unwrap_or(true) }))
}

/// Chooses whether one is available again by oneself once a break is over. Whoever does not says so on the phone platform, when
/// they are ready.
#[utoipa::path(
    put, path = "/v1/me/return", tag = "me", security(("session" = [])), request_body = ReturnBody,
    responses((status = 204))
)]
async fn choose_return(
    State(app): State<App>,
    me: Me,
    Json(ReturnBody { automatic }): Json<ReturnBody>,
) -> Result<StatusCode, ApiError> {
    let body = Body::ReturnChosen { agent: me.agent, automatic };
    app.live.append(vec![Draft::derived(me.site, clock::now(), Vec::new(), body)]).await?;
    Ok(StatusCode::NO_CONTENT)
}
