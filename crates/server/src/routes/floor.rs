//! The floor: who works on what, operational facts only.

use std::collections::HashMap;

use axum::extract::State;
use calmline_core::{
    AgentId, CallId, QueueId, Timestamp,
    event::WorkState,
    role::{Action, Resource},
};
use calmline_store::CallFilter;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::calls::CallBody;
use crate::{
    access::{Access, Route, route},
    error::ApiError,
    extract::{self, LangQuery, Query},
    queues::QueueRow,
    session::Signed,
    state::App,
    told::state_code,
};

const READ: Access = Access::Any(&[(Action::Read, Resource::Floor)]);
const QUEUES: Access = Access::Any(&[(Action::Read, Resource::Operations)]);

pub(super) fn routes() -> Vec<Route> {
    vec![route(READ, routes!(floor)), route(QUEUES, routes!(queues))]
}

/// The floor now.
#[derive(Serialize, ToSchema)]
pub struct Floor {
    /// The log's position that this was read at: follow the stream after it.
    position: u64,
    agents: Vec<AgentBody>,
    queues: Vec<QueueBody>,
    /// Calls in progress, the latest first.
    calls: Vec<CallBody>,
}

/// An agent as the phone platform last told it.
#[derive(Serialize, ToSchema)]
pub struct AgentBody {
    /// By pseudonym.
    #[schema(value_type = String)]
    agent: AgentId,
    /// The agent's id on the phone platform; none once it is erased.
    name: Option<String>,
    #[schema(value_type = String, example = "available")]
    state: WorkState,
    /// The state in words.
    text: String,
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
    /// The platform's reason code.
    reason: Option<String>,
    /// The call in progress.
    #[schema(value_type = Option<String>)]
    call: Option<CallId>,
}

/// How a queue stands.
#[derive(Serialize, ToSchema)]
pub struct QueueBody {
    #[schema(value_type = String)]
    queue: QueueId,
    /// Callers waiting.
    waiting: u32,
    /// Agents free.
    available: u32,
    /// The longest present wait in seconds.
    longest_wait_s: f64,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
}

impl From<QueueRow> for QueueBody {
    fn from(row: QueueRow) -> Self {
        let QueueRow { queue, waiting, available, longest_wait_s, at } = row;
        Self { queue, waiting, available, longest_wait_s, at }
    }
}

/// The floor now: agents, queues and calls in progress. No load, no strain, no answers to offers.
#[utoipa::path(
    get, path = "/v1/floor", tag = "floor", security(("session" = [])), params(LangQuery),
    responses((status = 200, body = Floor))
)]
async fn floor(
    State(app): State<App>,
    signed: Signed,
    Query(query): Query<LangQuery>,
) -> Result<axum::Json<Floor>, ApiError> {
    let (site, lang) = (&signed.account.site, extract::language(query, &signed));
    let position = app.store().head().0;
    let filter = CallFilter { open: true, limit: 1_000, ..CallFilter::default() };
    let calls = app.store().calls(site, &filter).await?;
    let held = calls.iter().filter(|row| row.answered.is_some());
    let in_call: HashMap<AgentId, CallId> =
        held.filter_map(|row| Some((row.agent.clone()?, row.call.clone()))).collect();
    let mut names: HashMap<AgentId, String> = app.store().outside_names(site).await?.into_iter().collect();
    let agents = app.store().agents(site).await?.into_iter().map(|row| AgentBody {
        name: names.remove(&row.agent),
        text: lang.say(state_code(row.state)).to_owned(),
        call: in_call.get(&row.agent).cloned(),
        agent: row.agent,
        state: row.state,
        since: row.since,
        reason: row.reason,
    });
    let agents = agents.collect();
    let queues = app.queues.rows(app.store(), site).await?;
    Ok(axum::Json(Floor {
        position,
        agents,
        queues: queues.into_iter().map(QueueBody::from).collect(),
        calls: calls.into_iter().map(CallBody::from).collect(),
    }))
}

/// How the queues stand.
#[utoipa::path(
    get, path = "/v1/queues", tag = "floor", security(("session" = [])),
    responses((status = 200, body = Vec<QueueBody>))
)]
async fn queues(State(app): State<App>, signed: Signed) -> Result<axum::Json<Vec<QueueBody>>, ApiError> {
    let rows = app.queues.rows(app.store(), &signed.account.site).await?;
    Ok(axum::Json(rows.into_iter().map(QueueBody::from).collect()))
}
