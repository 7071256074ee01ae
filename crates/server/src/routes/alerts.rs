//! Alerts: few and good, with what shows them, and what became of them.

use axum::{extract::State, http::StatusCode};
use calmline_care::incident::Incident;
use calmline_core::{
    AgentId, AlertId, Body, CallId, Draft, Event, EventId, PayloadId, QueueId, SiteId, Timestamp,
    catalog::Lang,
    event::{AlertOutcome, Evidence, Reason, Spoken},
    role::{Action, Resource},
};
use calmline_store::{AlertRow, StoreError};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::incidents::{open_incidents, steps_of};
use crate::{
    access::{Access, Route, route},
    clock,
    error::{ApiError, ErrorBody},
    extract::{Json, Path, Query},
    session::Signed,
    state::App,
};

const READ: Access = Access::Any(&[(Action::Read, Resource::Alerts)]);
const CHANGE: Access = Access::Any(&[(Action::Change, Resource::Alerts)]);
const MOST: u32 = 500;
/// How long an alert can be found: it vanishes with its outcome, or after this.
const STANDS: SignedDuration = SignedDuration::from_hours(24);
/// Over how long outcomes are counted: so many that no single alert can be told from two counts.
const COUNTED: SignedDuration = SignedDuration::from_hours(24 * 7);

pub(super) fn routes() -> Vec<Route> {
    vec![route(READ, routes!(list)), route(CHANGE, routes!(acknowledge)), route(CHANGE, routes!(outcome))]
}

/// Alerts and how good they were.
#[derive(Serialize, ToSchema)]
pub struct Alerts {
    /// Those that nobody has answered, of the last day; the latest first.
    alerts: Vec<AlertBody>,
    /// What supervisors said about all alerts of the last seven days.
    outcomes: Outcomes,
}

/// What became of alerts.
#[derive(Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct Outcomes {
    helped: u32,
    not_needed: u32,
    wrong: u32,
    /// The share of answered alerts that were right; none before the first answer.
    precision: Option<f64>,
}

impl Outcomes {
    fn of(rows: &[AlertRow]) -> Self {
        let count = |wanted| rows.iter().filter(|row| row.outcome == Some(wanted)).count() as u32;
        let (helped, not_needed) = (count(AlertOutcome::Helped), count(AlertOutcome::NotNeeded));
        let wrong = count(AlertOutcome::Wrong);
        let answered = helped + not_needed + wrong;
        let precision = (answered > 0).then(|| f64::from(helped + not_needed) / f64::from(answered));
        Self { helped, not_needed, wrong, precision }
    }
}

/// An alert.
#[derive(Serialize, ToSchema)]
pub struct AlertBody {
    #[schema(value_type = String)]
    alert: AlertId,
    #[schema(value_type = String, format = DateTime)]
    raised: Timestamp,
    /// Who needs help, by pseudonym; null where a queue does.
    #[schema(value_type = Option<String>)]
    agent: Option<AgentId>,
    /// Which queue needs help.
    #[schema(value_type = Option<String>)]
    queue: Option<QueueId>,
    /// Their id on the phone platform; none once it is erased.
    name: Option<String>,
    #[schema(value_type = Option<String>)]
    call: Option<CallId>,
    /// What is the matter.
    code: String,
    text: String,
    /// How sure, 0 to 1.
    confidence: f64,
    evidence: Vec<EvidenceBody>,
    /// What would help.
    action: String,
    action_text: String,
    /// What the agent has been given already, in words.
    relief: Vec<String>,
    /// Words to begin with.
    first_words: String,
    /// When somebody said that they look after it.
    #[schema(value_type = Option<String>, format = DateTime)]
    acknowledged: Option<Timestamp>,
    /// When a second person was told, since nobody had answered.
    #[schema(value_type = Option<String>, format = DateTime)]
    escalated: Option<Timestamp>,
    /// What was done.
    done: Option<String>,
    done_text: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    expires: Timestamp,
    /// Whether it waits for an answer.
    open: bool,
    #[schema(value_type = Option<String>, example = "helped")]
    outcome: Option<AlertOutcome>,
    #[schema(value_type = Option<String>, format = DateTime)]
    closed: Option<Timestamp>,
}

/// One piece of evidence.
#[derive(Serialize, ToSchema)]
pub struct EvidenceBody {
    text: String,
    /// The event that recorded it.
    #[schema(value_type = String)]
    event: EventId,
    /// The words; none if there are none, they are erased, or the viewer may not read transcripts.
    quote: Option<String>,
}

/// Which alerts are wanted.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AlertsQuery {
    /// Only those that have not expired yet.
    #[serde(default)]
    pub open: bool,
    /// `en` or `zh`; otherwise the account's language.
    #[param(value_type = Option<String>)]
    pub lang: Option<Lang>,
}

/// The alerts that nobody has answered, with what shows them, what was given already, and words to begin with. One that has its
/// outcome, or is a day old, can be found by nobody but its agent; how good alerts were is told of all of them together.
#[utoipa::path(
    get, path = "/v1/alerts", tag = "alerts", security(("session" = [])), params(AlertsQuery),
    responses((status = 200, body = Alerts))
)]
async fn list(
    State(app): State<App>,
    signed: Signed,
    Query(AlertsQuery { open, lang }): Query<AlertsQuery>,
) -> Result<axum::Json<Alerts>, ApiError> {
    let (site, now) = (&signed.account.site, clock::now());
    let lang = lang.unwrap_or(signed.account.language);
    let since = |span| now.saturating_sub(span).unwrap_or(Timestamp::MIN);
    let rows = app.store().alerts(site, since(COUNTED), MOST).await?;
    let outcomes = Outcomes::of(&rows);
    let quotes = signed.may(Action::Read, Resource::Transcripts);
    let mut alerts = Vec::new();
    let stands = |row: &AlertRow| row.outcome.is_none() && row.raised > since(STANDS);
    for row in rows.into_iter().filter(|row| stands(row) && (!open || is_open(row, now))) {
        alerts.push(alert_body(&app, site, row, quotes, lang).await?);
    }
    Ok(axum::Json(Alerts { alerts, outcomes }))
}

/// Whether an event tells others of somebody's alert that has vanished: its outcome is known, or it is a day old.
pub(super) async fn has_vanished(app: &App, event: &Event) -> Result<bool, StoreError> {
    let alert = match &event.body {
        Body::AlertRaised { alert, .. } | Body::AlertEscalated { alert, .. } => Some(alert),
        Body::AlertHeld { .. } => None,
        // The phone platform's to do, by webhook; supervisors see it with the incident, as long as that is open.
        Body::IncidentJoinAsked { .. } => return Ok(true),
        _ => return Ok(false),
    };
    if clock::now().duration_since(event.at) >= STANDS {
        return Ok(true);
    }
    let Some(alert) = alert else { return Ok(false) };
    Ok(app.store().alert(&event.site, alert).await?.is_some_and(|row| row.outcome.is_some()))
}

/// What the agent has been given already, as far as it is no secret of theirs: the cool-off after an abusive call.
fn relief_of(app: &App, site: &SiteId, row: &AlertRow, lang: Lang) -> Vec<String> {
    let same = |incident: &Incident| {
        Some(&incident.agent) == row.agent.as_ref() && Some(&incident.call) == row.call.as_ref()
    };
    let incident = open_incidents(app, site).into_iter().find(same);
    let mut given = incident
        .as_ref()
        .map(|incident| steps_of(incident, lang))
        .unwrap_or_default()
        .into_iter()
        .map(|step| step.text)
        .collect::<Vec<_>>();
    if let Some((cool_off, _)) = incident.and_then(|incident| incident.relief) {
        given.push(lang.tell(&Reason::new("brief.cool_off").with("minutes", f64::from(cool_off))));
    }
    if given.is_empty() {
        given.push(lang.say("brief.nothing").to_owned());
    }
    given
}

fn is_open(row: &AlertRow, now: Timestamp) -> bool {
    row.outcome.is_none() && now < row.expires
}

/// An alert in words; with `quotes` what was said too.
pub(super) async fn alert_body(
    app: &App,
    site: &SiteId,
    row: AlertRow,
    quotes: bool,
    lang: Lang,
) -> Result<AlertBody, StoreError> {
    let open = is_open(&row, clock::now());
    let ids: Vec<PayloadId> = row.evidence.iter().filter_map(|piece| piece.quote.clone()).collect();
    let mut opened =
        if quotes { app.store().open_payloads(site, &ids).await? } else { Vec::new() }.into_iter();
    let piece = |piece: &Evidence| {
        let bytes = piece.quote.as_ref().and_then(|_| opened.next().flatten());
        EvidenceBody {
            text: lang.tell(&piece.reason),
            event: piece.event,
            quote: bytes.and_then(|bytes| Spoken::read(&bytes)).map(|spoken| spoken.text),
        }
    };
    Ok(AlertBody {
        evidence: row.evidence.iter().map(piece).collect(),
        relief: relief_of(app, site, &row, lang),
        first_words: lang.say(&format!("first_words.{}", row.reason.code)).to_owned(),
        name: match &row.agent {
            Some(agent) => app.store().outside_name(site, agent).await?,
            None => None,
        },
        queue: row.queue,
        acknowledged: row.acknowledged,
        escalated: row.escalated,
        alert: row.alert,
        raised: row.raised,
        agent: row.agent,
        call: row.call,
        text: lang.tell(&row.reason),
        code: row.reason.code,
        confidence: row.confidence.get(),
        action_text: lang.say(&row.action).to_owned(),
        action: row.action,
        done_text: row.done.as_deref().map(|done| lang.say(done).to_owned()),
        done: row.done,
        expires: row.expires,
        open,
        outcome: row.outcome,
        closed: row.closed,
    })
}

/// What became of an alert.
#[derive(Deserialize, ToSchema)]
pub struct OutcomeBody {
    /// `helped`, `not_needed` or `wrong`.
    #[schema(value_type = String, example = "helped")]
    pub outcome: AlertOutcome,
    /// What was done: `action.join_call`, `action.take_over`, `action.check_in`, `action.more_hands`, `action.lighter`,
    /// `action.ears` or `action.none`.
    #[serde(default)]
    #[schema(example = "action.join_call")]
    pub action: Option<String>,
}

/// What a supervisor can say to have done.
const ACTIONS: [&str; 7] = [
    "action.join_call",
    "action.take_over",
    "action.check_in",
    "action.more_hands",
    "action.lighter",
    "action.ears",
    "action.none",
];

/// Says that one looks after an alert: no second person is told.
#[utoipa::path(
    post, path = "/v1/alerts/{id}/acknowledge", tag = "alerts", security(("session" = [])),
    params(("id" = String, Path, description = "The alert.")),
    responses((status = 204), (status = 404, body = ErrorBody))
)]
async fn acknowledge(
    State(app): State<App>,
    signed: Signed,
    Path(id): Path<AlertId>,
) -> Result<StatusCode, ApiError> {
    let site = signed.account.site;
    let row = app.store().alert(&site, &id).await?.ok_or_else(|| ApiError::not_found("alert"))?;
    if row.acknowledged.is_none() && row.outcome.is_none() {
        let body = Body::AlertAcknowledged { alert: id, by: signed.account.id };
        app.live.append(vec![Draft::derived(site, clock::now(), Vec::new(), body)]).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Says what was done about an alert and what became of it. Of two answers the first one counts.
#[utoipa::path(
    post, path = "/v1/alerts/{id}/outcome", tag = "alerts", security(("session" = [])), request_body = OutcomeBody,
    params(("id" = String, Path, description = "The alert.")),
    responses((status = 204), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody))
)]
async fn outcome(
    State(app): State<App>,
    signed: Signed,
    Path(id): Path<AlertId>,
    Json(OutcomeBody { outcome, action }): Json<OutcomeBody>,
) -> Result<StatusCode, ApiError> {
    if action.as_deref().is_some_and(|action| !ACTIONS.contains(&action)) {
        let hint = format!("send one of {}, or leave it out", ACTIONS.join(", "));
        return Err(ApiError::invalid("action", "this is no action that is known").hint(hint));
    }
    let site = signed.account.site;
    let row = app.store().alert(&site, &id).await?.ok_or_else(|| ApiError::not_found("alert"))?;
    if let Some(known) = row.outcome {
        if known == outcome {
            return Ok(StatusCode::NO_CONTENT);
        }
        return Err(ApiError::conflict("closed", "somebody has answered this alert already"));
    }
    let body = Body::AlertClosed { alert: id, outcome, by: signed.account.id, action };
    app.live.append(vec![Draft::derived(site, clock::now(), Vec::new(), body)]).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_an_answer_there_is_no_precision() {
        assert_eq!(Outcomes::of(&[]), Outcomes::default());
    }
}
