//! Incidents of abuse as supervisors see them: those that are open, one by one, and nothing of those that are over.

use axum::{extract::State, http::StatusCode};
use calmline_care::incident::{Incident, duties};
use calmline_core::{
    AgentId, Body, CallId, Draft, IncidentId, SiteId, Timestamp,
    catalog::Lang,
    event::{IncidentOutcome, IncidentStep, Joining},
    role::{Action, Resource},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::{
    access::{Access, Route, route},
    clock,
    error::{ApiError, ErrorBody},
    extract::{self, Json, LangQuery, Path, Query},
    session::Signed,
    state::App,
};

const READ: Access = Access::Any(&[(Action::Read, Resource::Alerts)]);
const CHANGE: Access = Access::Any(&[(Action::Change, Resource::Alerts)]);

pub(super) fn routes() -> Vec<Route> {
    vec![
        route(READ, routes!(list)),
        route(CHANGE, routes!(join)),
        route(CHANGE, routes!(duty)),
        route(CHANGE, routes!(close)),
    ]
}

/// An incident of abuse that is open.
#[derive(Serialize, ToSchema)]
pub struct OpenIncident {
    #[schema(value_type = String)]
    incident: IncidentId,
    #[schema(value_type = String)]
    agent: AgentId,
    /// Their id on the phone platform; none once it is erased.
    name: Option<String>,
    #[schema(value_type = String)]
    call: CallId,
    #[schema(value_type = String, format = DateTime)]
    opened: Timestamp,
    /// Whether the agent is still in the call, as far as is known.
    in_call: bool,
    /// What has happened, the first first.
    steps: Vec<StepBody>,
    /// Whether it is time to ask the agent how they are.
    due: bool,
    /// What the employer owes the agent under the law of the site's profile.
    duties: Vec<DutyBody>,
}

/// Something that was done in an incident.
#[derive(Serialize, ToSchema)]
pub struct StepBody {
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// `first_warning`, `second_warning`, `ending`, `listen`, `whisper` or `take_over`.
    step: &'static str,
    pub(super) text: String,
}

/// A duty of the employer.
#[derive(Serialize, ToSchema)]
pub struct DutyBody {
    #[schema(example = "duty.kr.rest")]
    duty: &'static str,
    text: String,
    done: bool,
}

/// What was done in an incident, in words.
pub(super) fn steps_of(incident: &Incident, lang: Lang) -> Vec<StepBody> {
    let body = |at, step: &'static str, code: String| StepBody { at, step, text: lang.say(&code).to_owned() };
    let taken = |&(step, at): &(IncidentStep, Timestamp)| {
        body(at, step.as_str(), format!("incident.step.{}", step.as_str()))
    };
    let joined = |&(join, at): &(Joining, Timestamp)| {
        body(at, join.as_str(), format!("incident.join.{}", join.as_str()))
    };
    let mut steps: Vec<_> =
        incident.taken.iter().map(taken).chain(incident.joins.iter().map(joined)).collect();
    steps.sort_by_key(|step| step.at);
    steps
}

/// The incidents that are open. One that is over is in no list, and nobody's incidents are counted.
#[utoipa::path(
    get, path = "/v1/incidents", tag = "alerts", security(("session" = [])), params(LangQuery),
    responses((status = 200, body = Vec<OpenIncident>))
)]
async fn list(
    State(app): State<App>,
    signed: Signed,
    Query(query): Query<LangQuery>,
) -> Result<axum::Json<Vec<OpenIncident>>, ApiError> {
    let (site, lang) = (&signed.account.site, extract::language(query, &signed));
    let Some(known) = app.store().site(site).await? else { return Err(ApiError::not_found("site")) };
    let mut open = Vec::new();
    for incident in open_incidents(&app, site) {
        let duty = |&duty: &&'static str| DutyBody {
            duty,
            text: lang.say(duty).to_owned(),
            done: incident.duties.contains(duty),
        };
        open.push(OpenIncident {
            name: app.store().outside_name(site, &incident.agent).await?,
            in_call: incident.relief.is_none(),
            steps: steps_of(&incident, lang),
            duties: duties(known.profile).iter().map(duty).collect(),
            due: incident.due,
            opened: incident.opened,
            incident: incident.id,
            agent: incident.agent,
            call: incident.call,
        });
    }
    open.sort_by_key(|incident| std::cmp::Reverse(incident.opened));
    Ok(axum::Json(open))
}

pub(super) fn open_incidents(app: &App, site: &SiteId) -> Vec<Incident> {
    let incidents = app.live.with_decider(site, |decider| decider.incidents().cloned().collect());
    incidents.unwrap_or_default()
}

fn open_one(app: &App, site: &SiteId, id: &IncidentId) -> Result<Incident, ApiError> {
    let found = open_incidents(app, site).into_iter().find(|incident| incident.id == *id);
    found.ok_or_else(|| ApiError::not_found("incident"))
}

/// How a supervisor wants to come into the call.
#[derive(Deserialize, ToSchema)]
pub struct JoinBody {
    /// `listen`, `whisper` or `take_over`.
    #[schema(value_type = String, example = "listen")]
    pub join: Joining,
}

/// Asks to come into the call of an incident. The agent sees it at once; the phone platform is told by webhook, and it is the
/// platform that does it.
#[utoipa::path(
    post, path = "/v1/incidents/{id}/join", tag = "alerts", security(("session" = [])), request_body = JoinBody,
    params(("id" = String, Path, description = "The incident.")),
    responses((status = 202), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody))
)]
async fn join(
    State(app): State<App>,
    signed: Signed,
    Path(id): Path<IncidentId>,
    Json(JoinBody { join }): Json<JoinBody>,
) -> Result<StatusCode, ApiError> {
    let site = signed.account.site;
    let incident = open_one(&app, &site, &id)?;
    if incident.relief.is_some() {
        return Err(ApiError::conflict("call_over", "the agent is out of this call")
            .hint("speak with the agent instead"));
    }
    let Incident { agent, call, event, .. } = incident;
    let body = Body::IncidentJoinAsked { incident: id, agent, call, join, by: signed.account.id };
    app.live.append(vec![Draft::derived(site, clock::now(), vec![event], body)]).await?;
    Ok(StatusCode::ACCEPTED)
}

/// A duty that was done.
#[derive(Deserialize, ToSchema)]
pub struct DutyDone {
    /// Which, as the incident lists it.
    #[schema(example = "duty.kr.rest")]
    pub duty: String,
}

/// Says that a duty after an incident was done.
#[utoipa::path(
    post, path = "/v1/incidents/{id}/duties", tag = "alerts", security(("session" = [])), request_body = DutyDone,
    params(("id" = String, Path, description = "The incident.")),
    responses((status = 204), (status = 404, body = ErrorBody), (status = 422, body = ErrorBody))
)]
async fn duty(
    State(app): State<App>,
    signed: Signed,
    Path(id): Path<IncidentId>,
    Json(DutyDone { duty }): Json<DutyDone>,
) -> Result<StatusCode, ApiError> {
    let site = signed.account.site;
    let incident = open_one(&app, &site, &id)?;
    let profile = app.store().site(&site).await?.map(|site| site.profile).unwrap_or_default();
    if !duties(profile).contains(&duty.as_str()) {
        let hint = format!("send one of {}", duties(profile).join(", "));
        return Err(ApiError::invalid("duty", "this is no duty under the site's profile").hint(hint));
    }
    if !incident.duties.contains(&duty) {
        let Incident { agent, event, .. } = incident;
        let body = Body::IncidentDutyDone { incident: id, agent, duty, by: signed.account.id };
        app.live.append(vec![Draft::derived(site, clock::now(), vec![event], body)]).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// How an incident ends.
#[derive(Deserialize, ToSchema)]
pub struct CloseBody {
    /// `talked_over`, `passed_on` or `withdrawn`; the last is the agent's alone.
    #[schema(value_type = String, example = "talked_over")]
    pub outcome: IncidentOutcome,
}

/// Closes an incident. From then on only its agent can find it.
#[utoipa::path(
    post, path = "/v1/incidents/{id}/close", tag = "alerts", security(("session" = [])), request_body = CloseBody,
    params(("id" = String, Path, description = "The incident.")),
    responses((status = 204), (status = 404, body = ErrorBody), (status = 422, body = ErrorBody))
)]
async fn close(
    State(app): State<App>,
    signed: Signed,
    Path(id): Path<IncidentId>,
    Json(CloseBody { outcome }): Json<CloseBody>,
) -> Result<StatusCode, ApiError> {
    let site = signed.account.site;
    let incident = open_one(&app, &site, &id)?;
    if outcome == IncidentOutcome::Withdrawn {
        return Err(ApiError::invalid("outcome", "only the agent can withdraw an incident")
            .hint("send talked_over or passed_on"));
    }
    let Incident { agent, event, .. } = incident;
    let body = Body::IncidentClosed { incident: id, agent, outcome, by: signed.account.id };
    app.live.append(vec![Draft::derived(site, clock::now(), vec![event], body)]).await?;
    Ok(StatusCode::NO_CONTENT)
}
