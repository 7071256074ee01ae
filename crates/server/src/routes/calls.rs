//! Calls and their timelines.

use axum::extract::State;
use calmline_core::{
    AgentId, Body, CallId, Event, Party, PayloadId, QueueId, SiteId, Timestamp,
    role::{Action, Resource},
};
use calmline_store::{CallFilter, CallRow};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::stream::{EventBody, holder_after};
use crate::{
    access::{Access, Route, route},
    error::{ApiError, ErrorBody},
    extract::{self, LangQuery, Path, Query},
    session::Signed,
    sight::Viewer,
    state::App,
};

const READ: Access = Access::Any(&[(Action::Read, Resource::Calls), (Action::Read, Resource::OwnDay)]);

pub(super) fn routes() -> Vec<Route> {
    vec![route(READ, routes!(list)), route(READ, routes!(show))]
}

/// A call and its operational facts.
#[derive(Serialize, ToSchema)]
pub struct CallBody {
    #[schema(value_type = String)]
    call: CallId,
    #[schema(value_type = String, format = DateTime)]
    began: Timestamp,
    #[schema(value_type = Option<String>)]
    queue: Option<QueueId>,
    /// The last agent that had it, by pseudonym.
    #[schema(value_type = Option<String>)]
    agent: Option<AgentId>,
    #[schema(value_type = Option<String>, format = DateTime)]
    offered: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    answered: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    ended: Option<Timestamp>,
    held: bool,
    transfers: u32,
    legs: Vec<LegBody>,
}

/// One leg's audio.
#[derive(Serialize, ToSchema)]
pub struct LegBody {
    #[schema(value_type = String, example = "customer")]
    party: Party,
    #[schema(example = "audiohook")]
    protocol: String,
    closed: bool,
    /// Samples that came.
    frames: u64,
    /// Samples that are missing.
    lost: u64,
    speech_s: Option<f64>,
}

impl From<CallRow> for CallBody {
    /// Leaves out how many prompts and alerts there were: those are the agent's and the supervisors' own.
    fn from(row: CallRow) -> Self {
        let leg = |leg: calmline_store::LegRow| LegBody {
            party: leg.party,
            protocol: leg.protocol,
            closed: leg.closed,
            frames: leg.frames,
            lost: leg.lost,
            speech_s: leg.speech_s.filter(|_| leg.party == Party::Customer),
        };
        Self {
            call: row.call,
            began: row.began,
            queue: row.queue,
            agent: row.agent,
            offered: row.offered,
            answered: row.answered,
            ended: row.ended,
            held: row.held,
            transfers: row.transfers,
            legs: row.legs.into_iter().map(leg).collect(),
        }
    }
}

/// Which calls are wanted.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CallsQuery {
    /// Only those of this agent, by pseudonym.
    #[param(value_type = Option<String>)]
    pub agent: Option<AgentId>,
    /// Only those that began at this time or later.
    #[param(value_type = Option<String>, format = DateTime)]
    pub from: Option<Timestamp>,
    /// Only those that began before this time.
    #[param(value_type = Option<String>, format = DateTime)]
    pub to: Option<Timestamp>,
    /// Only those in progress.
    #[serde(default)]
    pub open: bool,
    /// At most so many: 1 to 500, otherwise 100.
    pub limit: Option<u32>,
}

/// Calls, the latest first. An agent gets their own.
#[utoipa::path(
    get, path = "/v1/calls", tag = "calls", security(("session" = [])), params(CallsQuery),
    responses((status = 200, body = Vec<CallBody>))
)]
async fn list(
    State(app): State<App>,
    signed: Signed,
    Query(query): Query<CallsQuery>,
) -> Result<axum::Json<Vec<CallBody>>, ApiError> {
    let viewer = Viewer::new(&signed);
    let agent = if viewer.reads(Resource::Calls) {
        query.agent
    } else {
        // The role opens one's own calls; an account without an agent has none.
        let Some(me) = viewer.agent() else { return Ok(axum::Json(Vec::new())) };
        Some(me.clone())
    };
    let CallsQuery { from, to, open, limit, .. } = query;
    let filter = CallFilter { agent, from, to, open, limit: limit.unwrap_or(100).clamp(1, 500) };
    let rows = app.store().calls(&signed.account.site, &filter).await?;
    Ok(axum::Json(rows.into_iter().map(CallBody::from).collect()))
}

/// A call with its timeline.
#[derive(Serialize, ToSchema)]
pub struct CallStory {
    call: CallBody,
    timeline: Vec<Moment>,
}

/// One moment of a call.
#[derive(Serialize, ToSchema)]
pub struct Moment {
    #[serde(flatten)]
    event: EventBody,
    /// What was said, personal data replaced by placeholders; none if it was not recognised, or is erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    words: Option<String>,
}

/// A call's timeline. Words go to those who may read transcripts, and to the agent whose call it is; what was sensed of an
/// agent goes to that agent alone.
#[utoipa::path(
    get, path = "/v1/calls/{id}", tag = "calls", security(("session" = [])),
    params(("id" = String, Path, description = "The call."), LangQuery),
    responses((status = 200, body = CallStory), (status = 404, body = ErrorBody))
)]
async fn show(
    State(app): State<App>,
    signed: Signed,
    Path(id): Path<CallId>,
    Query(query): Query<LangQuery>,
) -> Result<axum::Json<CallStory>, ApiError> {
    let (site, lang) = (&signed.account.site, extract::language(query, &signed));
    let viewer = Viewer::new(&signed);
    let row = app.store().call(site, &id).await?.ok_or_else(|| ApiError::not_found("call"))?;
    let mut holder = None;
    let mut seen = Vec::new();
    for event in app.store().read_call(site, &id).await? {
        let next = holder_after(&event.body, holder.clone());
        let own = viewer.agent().is_some_and(|me| holder.as_ref() == Some(me) || next.as_ref() == Some(me));
        holder = next;
        seen.extend(viewer.see_in_call(&event, own));
    }
    // An agent who never had the call learns nothing, not even that there is one.
    if seen.is_empty() && !viewer.reads(Resource::Calls) {
        return Err(ApiError::not_found("call"));
    }
    let words = words_of(&app, site, &seen).await?;
    let moment = |(event, words)| Moment { event: EventBody::new(event, lang), words };
    let timeline = seen.into_iter().zip(words).map(moment).collect();
    Ok(axum::Json(CallStory { call: row.into(), timeline }))
}

/// The words of each event that has some.
async fn words_of(app: &App, site: &SiteId, events: &[Event]) -> Result<Vec<Option<String>>, ApiError> {
    let text_of = |event: &Event| match &event.body {
        Body::Utterance { text, .. } => text.clone(),
        _ => None,
    };
    let ids: Vec<PayloadId> = events.iter().filter_map(text_of).collect();
    let mut opened = app.store().open_payloads(site, &ids).await?.into_iter();
    let mut words = |event: &Event| {
        let _ = text_of(event)?;
        opened.next().flatten().and_then(|bytes| String::from_utf8(bytes).ok())
    };
    Ok(events.iter().map(&mut words).collect())
}

/// Who held an event's call when it happened.
pub(super) async fn held_at(app: &App, site: &SiteId, event: &Event) -> Result<Option<AgentId>, ApiError> {
    let Some(call) = event.body.call() else { return Ok(None) };
    let history = app.store().read_call(site, call).await?;
    let until = history.iter().take_while(|earlier| earlier.position <= event.position);
    Ok(until.fold(None, |holder, earlier| holder_after(&earlier.body, holder)))
}
