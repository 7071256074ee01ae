//! The floor: who works on what, operational facts only; and breaks that were taken up.

use std::convert::Infallible;

use axum::{
    extract::State,
    http::StatusCode,
    response::sse::{Event as Sent, KeepAlive, Sse},
};
use calmline_core::{
    AgentId, Body, CallId, Draft, OfferId, Position, QueueId, SiteId, Timestamp,
    catalog::Lang,
    event::WorkState,
    role::{Action, Resource},
};
use calmline_store::{OfferState, StoreError};
use futures_util::{Stream, stream};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::{
    alerts::{AlertBody, alert_body},
    stream::{Ticket, begin},
};
use crate::{
    access::{Access, Route, route},
    board::{Board, Changed, Rest, Seat, Talk},
    clock,
    error::{ApiError, ErrorBody},
    extract::{self, LangQuery, LastEventId, Path, Query},
    queues::QueueRow,
    session::Signed,
    state::App,
    told::state_code,
};

const READ: Access = Access::Any(&[(Action::Read, Resource::Floor)]);
const CHANGE: Access = Access::Any(&[(Action::Change, Resource::Floor)]);
const QUEUES: Access = Access::Any(&[(Action::Read, Resource::Operations)]);
/// How far back alerts are told anew to a reader who was away since before the board was made.
const ALERTS_SINCE: SignedDuration = SignedDuration::from_hours(12);
const ALERTS: u32 = 500;

pub(super) fn routes() -> Vec<Route> {
    vec![
        route(READ, routes!(floor)),
        route(READ, routes!(follow)),
        route(CHANGE, routes!(approve)),
        route(QUEUES, routes!(queues)),
    ]
}

/// The floor, or what changed on it.
#[derive(Serialize, ToSchema)]
pub struct Floor {
    /// The log's position that this was read at: follow `/v1/floor/stream` after it.
    position: u64,
    agents: Vec<AgentBody>,
    queues: Vec<QueueBody>,
    /// Breaks that agents have taken up.
    breaks: Vec<BreakBody>,
    /// Alerts that were raised or answered, for those who may see alerts; on the stream alone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    alerts: Vec<AlertBody>,
}

/// An agent as the phone platform last told it.
#[derive(Serialize, ToSchema)]
pub struct AgentBody {
    /// By pseudonym.
    #[schema(value_type = String)]
    agent: AgentId,
    /// The agent's id on the phone platform; none once it is erased.
    name: Option<String>,
    team: Option<String>,
    #[schema(value_type = String, example = "available")]
    state: WorkState,
    /// The state in words.
    text: String,
    #[schema(value_type = Option<String>, format = DateTime)]
    since: Option<Timestamp>,
    /// The platform's reason code.
    reason: Option<String>,
    /// The call in progress.
    call: Option<TalkBody>,
    /// When the work since the last break would have begun if it had been without interruption: it has lasted since then.
    /// None while the agent does not work on calls.
    #[schema(value_type = Option<String>, format = DateTime)]
    work_since: Option<Timestamp>,
}

/// The call that an agent has.
#[derive(Serialize, ToSchema)]
pub struct TalkBody {
    #[schema(value_type = String)]
    call: CallId,
    #[schema(value_type = Option<String>)]
    queue: Option<QueueId>,
    /// Since when the agent has it.
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
    /// Whether the caller is on hold.
    held: bool,
    transfers: u32,
}

impl From<Talk> for TalkBody {
    fn from(Talk { call, queue, since, held, transfers }: Talk) -> Self {
        Self { call, queue, since, held, transfers }
    }
}

/// A break that an agent has taken up.
#[derive(Serialize, ToSchema)]
pub struct BreakBody {
    #[schema(value_type = String)]
    offer: OfferId,
    /// Whose, by pseudonym.
    #[schema(value_type = String)]
    agent: AgentId,
    /// How long it is meant to be.
    minutes: u32,
    /// `accepted`, `moved`, `began`, `unconfirmed`, or `over`: then it goes from the list.
    #[schema(example = "accepted")]
    state: &'static str,
    /// When the agent wants to go, if they moved it.
    #[schema(value_type = Option<String>, format = DateTime)]
    to: Option<Timestamp>,
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
    /// Whether a supervisor has said that the floor is covered.
    approved: bool,
}

impl From<Rest> for BreakBody {
    fn from(rest: Rest) -> Self {
        let (state, to) = match rest.state {
            OfferState::Accepted => ("accepted", None),
            OfferState::Moved { to } => ("moved", Some(to)),
            OfferState::Began => ("began", None),
            OfferState::Unconfirmed => ("unconfirmed", None),
            _ => ("over", None),
        };
        let Rest { offer, agent, minutes, since, approved, .. } = rest;
        Self { offer, agent, minutes, state, to, since, approved }
    }
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

impl Floor {
    fn new(app: &App, site: &SiteId, changed: Changed, lang: Lang) -> Self {
        let now = clock::now();
        Self {
            position: changed.position.0,
            agents: changed.seats.into_iter().map(|seat| agent_body(app, site, seat, now, lang)).collect(),
            queues: changed.queues.into_iter().map(QueueBody::from).collect(),
            breaks: changed.breaks.into_iter().map(BreakBody::from).collect(),
            alerts: Vec::new(),
        }
    }
}

fn agent_body(app: &App, site: &SiteId, seat: Seat, now: Timestamp, lang: Lang) -> AgentBody {
    // Of where the agent stands, the time worked alone is a fact of the floor.
    let standing = app.live.standing(site, &seat.agent, now).filter(|standing| standing.activity.is_work());
    let worked =
        standing.and_then(|standing| SignedDuration::try_from_secs_f64(standing.work_minutes * 60.0).ok());
    AgentBody {
        work_since: worked.and_then(|worked| now.saturating_sub(worked).ok()),
        text: lang.say(state_code(seat.state)).to_owned(),
        agent: seat.agent,
        name: seat.name,
        team: seat.team,
        state: seat.state,
        since: seat.since,
        reason: seat.reason,
        call: seat.talk.map(TalkBody::from),
    }
}

/// The floor now: agents, queues, and breaks that were taken up. No load, no strain, no offer that was not taken up.
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
    let board = app.boards.of(&app, site).await?;
    Ok(axum::Json(Floor::new(&app, site, board.whole(), lang)))
}

/// What the floor's stream can be asked for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FloorQuery {
    /// `en` or `zh`; otherwise the account's language.
    #[param(value_type = Option<String>)]
    pub lang: Option<Lang>,
    /// Begin after this position, that of `/v1/floor`; `Last-Event-ID` goes before it.
    pub after: Option<u64>,
}

/// The floor as it changes: once a second at most, an event `floor` with the rows that changed, each whole. Its `id` is a
/// position; resumes after `Last-Event-ID`, and what changed meanwhile comes in one event. Supervisors get alerts with it.
#[utoipa::path(
    get, path = "/v1/floor/stream", tag = "floor", security(("session" = [])), params(FloorQuery),
    responses((status = 200, content_type = "text/event-stream", body = Floor), (status = 422, body = ErrorBody))
)]
async fn follow(
    State(app): State<App>,
    signed: Signed,
    last: Option<LastEventId>,
    Query(query): Query<FloorQuery>,
) -> Result<Sse<impl Stream<Item = Result<Sent, Infallible>>>, ApiError> {
    let after = begin(last, query.after, app.store().head())?;
    let site = signed.account.site.clone();
    let board = app.boards.of(&app, &site).await?;
    let reader = Reader {
        news: board.watch(),
        lang: query.lang.unwrap_or(signed.account.language),
        alerts: signed.may(Action::Read, Resource::Alerts),
        quotes: signed.may(Action::Read, Resource::Transcripts),
        ticket: Ticket::new(signed),
        fresh: true,
        app,
        site,
        board,
        after,
    };
    let events = stream::unfold(reader, |mut reader| async move {
        let event = reader.next().await?;
        Some((Ok(event), reader))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(super::stream::HEARTBEAT).text("heartbeat")))
}

/// One reader of the floor's stream.
struct Reader {
    app: App,
    site: SiteId,
    ticket: Ticket,
    board: std::sync::Arc<Board>,
    news: watch::Receiver<Position>,
    /// What the reader has.
    after: Position,
    lang: Lang,
    alerts: bool,
    quotes: bool,
    /// Nothing was read yet.
    fresh: bool,
}

impl Reader {
    /// The next message; none when the stream ends.
    async fn next(&mut self) -> Option<Sent> {
        loop {
            if !std::mem::take(&mut self.fresh) && !self.wait().await? {
                continue;
            }
            match self.read().await {
                Ok(Some(body)) => {
                    let sent = Sent::default().id(body.position.to_string()).event("floor").json_data(&body);
                    match sent {
                        Ok(sent) => return Some(sent),
                        Err(error) => tracing::error!(%error, "the floor could not be written as JSON"),
                    }
                }
                Ok(None) => {}
                Err(error) => {
                    tracing::warn!(%error, "a stream of the floor ended early");
                    return None;
                }
            }
        }
    }

    /// Waits for news; false when it only became time to look at the session. None when the stream ends.
    async fn wait(&mut self) -> Option<bool> {
        let (ended, stopping) = (self.board.ended(), self.app.stopping.clone());
        let news = tokio::select! {
            () = stopping.cancelled() => return None,
            () = ended.cancelled() => return None,
            changed = self.news.changed() => changed.ok().map(|()| true)?,
            () = tokio::time::sleep(std::time::Duration::from_secs(60)) => false,
        };
        self.ticket.holds(&self.app).await.ok().filter(|holds| *holds).map(|_| news)
    }

    async fn read(&mut self) -> Result<Option<Floor>, StoreError> {
        let mut changed = self.board.after(self.after);
        let alerts = if self.alerts { self.read_alerts(&changed).await? } else { Vec::new() };
        changed.alerts.clear();
        self.after = changed.position.max(self.after);
        if changed.is_empty() && alerts.is_empty() {
            return Ok(None);
        }
        Ok(Some(Floor { alerts, ..Floor::new(&self.app, &self.site, changed, self.lang) }))
    }

    async fn read_alerts(&self, changed: &Changed) -> Result<Vec<AlertBody>, StoreError> {
        let store = self.app.store();
        let mut rows = Vec::new();
        if self.after < self.board.built() {
            let from = clock::now().saturating_sub(ALERTS_SINCE).unwrap_or(Timestamp::MIN);
            rows = store.alerts(&self.site, from, ALERTS).await?;
        } else {
            for id in &changed.alerts {
                rows.extend(store.alert(&self.site, id).await?);
            }
        }
        let mut alerts = Vec::with_capacity(rows.len());
        for row in rows {
            alerts.push(alert_body(&self.app, &self.site, row, self.quotes, self.lang).await?);
        }
        Ok(alerts)
    }
}

/// Tells an agent that the floor is covered while they take a break that they have taken up. The break is theirs either way.
#[utoipa::path(
    post, path = "/v1/breaks/{id}/approve", tag = "floor", security(("session" = [])),
    params(("id" = String, Path, description = "The offer that the break goes back to.")),
    responses((status = 204), (status = 404, body = ErrorBody))
)]
async fn approve(
    State(app): State<App>,
    signed: Signed,
    Path(id): Path<OfferId>,
) -> Result<StatusCode, ApiError> {
    let (site, by) = (signed.account.site, signed.account.id);
    let board = app.boards.of(&app, &site).await?;
    // Whether an offer was made or refused is not told here either.
    let rest = board.whole().breaks.into_iter().find(|rest| rest.offer == id);
    let rest = rest.ok_or_else(|| ApiError::not_found("break"))?;
    if !rest.approved {
        let body = Body::BreakApproved { offer: id, agent: rest.agent, by };
        app.live.append(vec![Draft::derived(site, clock::now(), Vec::new(), body)]).await?;
    }
    Ok(StatusCode::NO_CONTENT)
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
