//! An agent's own incidents of abuse: the next words, what was done, and the evidence, which is theirs alone.

use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
};
use calmline_care::incident::{Incident, told};
use calmline_core::{
    Body, CallId, Draft, Event, IncidentId, PayloadId, SubjectId, Timestamp,
    catalog::Lang,
    event::{IncidentOutcome, IncidentStep, PayloadKind},
    role::{Action, Resource},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::incidents::{CloseBody, StepBody, open_incidents, steps_of};
use crate::{
    access::{Access, Route, route},
    bundle::incident_events,
    clock,
    error::{ApiError, ErrorBody},
    extract::{self, Json, LangQuery, Me, Path, Query},
    state::App,
};

const READ: Access = Access::Any(&[(Action::Read, Resource::OwnDay)]);
const CHANGE: Access = Access::Any(&[(Action::Change, Resource::OwnDay)]);

pub(super) fn routes() -> Vec<Route> {
    vec![
        route(READ, routes!(list)),
        route(CHANGE, routes!(step)),
        route(CHANGE, routes!(close)),
        route(READ, routes!(bundle)),
        route(CHANGE, routes!(forget)),
    ]
}

/// One of one's own incidents.
#[derive(Serialize, ToSchema)]
pub struct OwnIncident {
    #[schema(value_type = String)]
    incident: IncidentId,
    #[schema(value_type = String)]
    call: CallId,
    #[schema(value_type = String, format = DateTime)]
    opened: Timestamp,
    open: bool,
    /// The rung of the ladder that may be taken next: `first_warning`, `second_warning` or `ending`; null where there is none.
    #[schema(value_type = Option<String>, example = "first_warning")]
    next: Option<IncidentStep>,
    /// The words for it.
    say: Option<String>,
    /// What has happened, the first first.
    steps: Vec<StepBody>,
    /// Minutes of cool-off that were offered after the call; null while it lasts.
    cool_off_minutes: Option<u32>,
    /// Minutes of easier calls after that.
    easier_minutes: Option<u32>,
    /// Whether it is time that somebody asks how one is.
    due: bool,
    /// How it ended; null while it is open, and where it ended by itself.
    #[schema(value_type = Option<String>, example = "talked_over")]
    outcome: Option<IncidentOutcome>,
    /// `none` as long as it is open, `kept` or `deleted`.
    #[schema(example = "kept")]
    evidence: &'static str,
}

/// One's own incidents, the latest first. Nobody else can ask for them.
#[utoipa::path(
    get, path = "/v1/me/incidents", tag = "me", security(("session" = [])), params(LangQuery),
    responses((status = 200, body = Vec<OwnIncident>))
)]
async fn list(
    State(app): State<App>,
    me: Me,
    Query(query): Query<LangQuery>,
) -> Result<axum::Json<Vec<OwnIncident>>, ApiError> {
    let lang = extract::language(query, &me.signed);
    let events = incident_events(app.store(), &me.site, Some(&me.agent)).await?;
    let mut own = Vec::new();
    for incident in told(&events).into_iter().rev() {
        let evidence = match bundle_of(&events, &incident.id) {
            None => "none",
            Some(id) if app.store().open_payload(&me.site, &id).await?.is_some() => "kept",
            Some(_) => "deleted",
        };
        own.push(own_incident(&app, incident, evidence, lang));
    }
    Ok(axum::Json(own))
}

fn own_incident(app: &App, incident: Incident, evidence: &'static str, lang: Lang) -> OwnIncident {
    let open = incident.over.is_none();
    let next = incident.next.filter(|_| open);
    let words = |step: IncidentStep| {
        let own = app.live.care().incident.wording(step, lang).map(str::to_owned);
        own.unwrap_or_else(|| lang.say(&format!("incident.say.{}", step.as_str())).to_owned())
    };
    OwnIncident {
        say: next.map(words),
        next,
        open,
        steps: steps_of(&incident, lang),
        cool_off_minutes: incident.relief.map(|(cool_off, _)| cool_off),
        easier_minutes: incident.relief.map(|(_, easier)| easier),
        due: open && incident.due,
        outcome: incident.over.and_then(|(_, outcome)| outcome),
        evidence,
        opened: incident.opened,
        incident: incident.id,
        call: incident.call,
    }
}

fn bundle_of(events: &[Event], id: &IncidentId) -> Option<PayloadId> {
    events.iter().find_map(|event| match &event.body {
        Body::IncidentBundled { incident, bundle, .. } if incident == id => Some(bundle.clone()),
        _ => None,
    })
}

fn own_open(app: &App, me: &Me, id: &IncidentId) -> Result<Incident, ApiError> {
    let mine = |incident: &Incident| incident.id == *id && incident.agent == me.agent;
    open_incidents(app, &me.site).into_iter().find(mine).ok_or_else(|| ApiError::not_found("incident"))
}

/// A rung of the ladder.
#[derive(Deserialize, ToSchema)]
pub struct StepTaken {
    /// `first_warning`, `second_warning` or `ending`.
    #[schema(value_type = String, example = "first_warning")]
    pub step: IncidentStep,
}

/// Says that a rung of the ladder was taken. No warning can be skipped.
#[utoipa::path(
    post, path = "/v1/me/incidents/{id}/steps", tag = "me", security(("session" = [])), request_body = StepTaken,
    params(("id" = String, Path, description = "The incident.")),
    responses((status = 202), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody))
)]
async fn step(
    State(app): State<App>,
    me: Me,
    Path(id): Path<IncidentId>,
    Json(StepTaken { step }): Json<StepTaken>,
) -> Result<StatusCode, ApiError> {
    let incident = own_open(&app, &me, &id)?;
    if incident.next != Some(step) {
        let error = ApiError::conflict("wrong_step", "this is not the next step of the ladder").field("step");
        return Err(match incident.next {
            Some(next) => error.hint(format!("the next one is {}", next.as_str())),
            None => error.hint("there is none left, or the call is over"),
        });
    }
    let body = Body::IncidentStepped { incident: id, agent: me.agent, step };
    app.live.append(vec![Draft::derived(me.site, clock::now(), vec![incident.event], body)]).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Closes one's own incident. Supervisors do not see it any more; the evidence is put together.
#[utoipa::path(
    post, path = "/v1/me/incidents/{id}/close", tag = "me", security(("session" = [])), request_body = CloseBody,
    params(("id" = String, Path, description = "The incident.")),
    responses((status = 204), (status = 404, body = ErrorBody))
)]
async fn close(
    State(app): State<App>,
    me: Me,
    Path(id): Path<IncidentId>,
    Json(CloseBody { outcome }): Json<CloseBody>,
) -> Result<StatusCode, ApiError> {
    let incident = own_open(&app, &me, &id)?;
    let by = me.signed.account.id;
    let body = Body::IncidentClosed { incident: id, agent: me.agent, outcome, by };
    app.live.append(vec![Draft::derived(me.site, clock::now(), vec![incident.event], body)]).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The evidence of an incident that is over, as a file: what happened and what was said, in a chain of hashes that
/// `calmline attest --verify` checks.
#[utoipa::path(
    get, path = "/v1/me/incidents/{id}/bundle", tag = "me", security(("session" = [])),
    params(("id" = String, Path, description = "The incident.")),
    responses((status = 200, content_type = "application/json"), (status = 404, body = ErrorBody))
)]
async fn bundle(
    State(app): State<App>,
    me: Me,
    Path(id): Path<IncidentId>,
) -> Result<(HeaderMap, Vec<u8>), ApiError> {
    let bundle = own_bundle(&app, &me, &id).await?;
    let bytes = app.store().open_payload(&me.site, &bundle).await?;
    let bytes = bytes.ok_or_else(|| ApiError::not_found("evidence"))?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (
            header::CONTENT_DISPOSITION,
            HeaderValue::from_static("attachment; filename=\"calmline-incident.json\""),
        ),
    ];
    Ok((headers.into_iter().collect(), bytes))
}

async fn own_bundle(app: &App, me: &Me, id: &IncidentId) -> Result<PayloadId, ApiError> {
    let events = incident_events(app.store(), &me.site, Some(&me.agent)).await?;
    bundle_of(&events, id).ok_or_else(|| ApiError::not_found("evidence"))
}

/// Deletes the evidence of an incident for ever, in backups that are restored later too.
#[utoipa::path(
    delete, path = "/v1/me/incidents/{id}/bundle", tag = "me", security(("session" = [])),
    params(("id" = String, Path, description = "The incident.")),
    responses((status = 204), (status = 404, body = ErrorBody))
)]
async fn forget(State(app): State<App>, me: Me, Path(id): Path<IncidentId>) -> Result<StatusCode, ApiError> {
    own_bundle(&app, &me, &id).await?;
    let subject = SubjectId::of_incident(&id);
    app.store().erase(&me.site, &subject, &[PayloadKind::Incident], clock::now()).await?;
    Ok(StatusCode::NO_CONTENT)
}
