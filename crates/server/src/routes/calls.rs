//! Calls and their timelines.

use axum::extract::State;
use calmline_core::{
    AgentId, Body, CallId, Event, Party, QueueId, SiteId, Timestamp,
    policy::{Ask, Refusal, Sense, TalkDynamics},
    role::{Action, Resource},
};
use calmline_store::{CallFilter, CallRow};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::{
    alerts::has_vanished,
    stream::{EventBody, holder_after, with_words},
};
use crate::{
    access::{Access, Route, route},
    clock,
    error::{ApiError, ErrorBody},
    extract::{self, LangQuery, Path, Query},
    session::Signed,
    sight::Viewer,
    state::App,
};

pub(super) const READ: Access =
    Access::Any(&[(Action::Read, Resource::Calls), (Action::Read, Resource::OwnDay)]);

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
    /// Moments in the order of the log.
    timeline: Vec<EventBody>,
    /// Whose turn it was how much, for the agent whose call it is and where the policy lets the agent's talk be measured.
    balance: Option<Balance>,
    /// Why there is no balance, for the agent whose call it is.
    balance_text: Option<String>,
}

/// How the speech of a call is shared, from 0 to 1; together they are 1.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub struct Balance {
    agent: f64,
    customer: f64,
}

impl Balance {
    /// By seconds of utterances; none before anybody spoke.
    fn of(events: &[Event]) -> Option<Self> {
        let seconds = |wanted: Party| -> f64 {
            let length = |event: &Event| match &event.body {
                Body::Utterance { party, start_s, end_s, .. } if *party == wanted => {
                    (end_s - start_s).max(0.0)
                }
                _ => 0.0,
            };
            events.iter().map(length).sum()
        };
        let (agent, customer) = (seconds(Party::Agent), seconds(Party::Customer));
        let whole = agent + customer;
        let percent = (agent / whole * 100.0).round();
        (whole > 0.0).then(|| Self { agent: percent / 100.0, customer: (100.0 - percent) / 100.0 })
    }
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
    let (row, seen) = opened(&app, &viewer, site, &id).await?;
    let me = viewer.agent().filter(|me| row.agent.as_ref() == Some(me));
    let refused = me.and_then(|me| refused::<TalkDynamics>(&app, site, &id, Some(me))).map(|why| match why {
        Refusal::Forbidden { .. } => "balance.forbidden",
        Refusal::Missing { .. } | Refusal::AgentUnknown => "balance.missing",
    });
    let balance = Balance::of(&seen).filter(|_| me.is_some() && refused.is_none());
    let balance_text = refused.map(|code| lang.say(code).to_owned());
    let timeline = with_words(&app, site, seen, lang).await?;
    Ok(axum::Json(CallStory { call: row.into(), timeline, balance, balance_text }))
}

/// A call, and what of its events the viewer may see.
pub(super) async fn opened(
    app: &App,
    viewer: &Viewer,
    site: &SiteId,
    id: &CallId,
) -> Result<(CallRow, Vec<Event>), ApiError> {
    let row = app.store().call(site, id).await?.ok_or_else(|| ApiError::not_found("call"))?;
    let mut holder = None;
    let mut seen = Vec::new();
    for event in app.store().read_call(site, id).await? {
        let next = holder_after(&event.body, holder.clone());
        let own = viewer.agent().is_some_and(|me| holder.as_ref() == Some(me) || next.as_ref() == Some(me));
        holder = next;
        let about_me = viewer.agent().is_some() && event.body.agent() == viewer.agent();
        if !about_me && has_vanished(app, &event).await? {
            continue;
        }
        seen.extend(viewer.see_in_call(&event, own));
    }
    // An agent who never had the call learns nothing, not even that there is one.
    if seen.is_empty() && !viewer.reads(Resource::Calls) {
        return Err(ApiError::not_found("call"));
    }
    Ok((row, seen))
}

/// Why something may not be sensed on the agent's leg of a call: the policy is asked as a sensor would ask it.
pub(super) fn refused<S: Sense>(
    app: &App,
    site: &SiteId,
    call: &CallId,
    agent: Option<&AgentId>,
) -> Option<Refusal> {
    let ask = Ask { call, party: Party::Agent, agent, now: clock::now() };
    app.live.with_policy(site, |policy| policy.ask::<S>(&ask).err())?
}

/// Whether a viewer may see an event outside of a stream, as the call's history stood when it happened; and what of it.
pub(super) async fn seen(app: &App, viewer: &Viewer, event: &Event) -> Result<Option<Event>, ApiError> {
    let holder = match viewer.agent() {
        Some(_) => held_at(app, &event.site, event).await?,
        None => None,
    };
    let about_me = viewer.agent().is_some() && event.body.agent() == viewer.agent();
    if !about_me && has_vanished(app, event).await? {
        return Ok(None);
    }
    let own = viewer.agent().is_some_and(|me| holder.as_ref() == Some(me));
    Ok(viewer.see_in_call(event, own))
}

/// Who held an event's call when it happened.
pub(super) async fn held_at(app: &App, site: &SiteId, event: &Event) -> Result<Option<AgentId>, ApiError> {
    let Some(call) = event.body.call() else { return Ok(None) };
    let history = app.store().read_call(site, call).await?;
    let until = history.iter().take_while(|earlier| earlier.position <= event.position);
    Ok(until.fold(None, |holder, earlier| holder_after(&earlier.body, holder)))
}

#[cfg(test)]
mod tests {
    use calmline_core::{EventId, Position};

    use super::*;

    fn said(party: Party, start_s: f64, end_s: f64) -> Event {
        let body = Body::Utterance {
            call: CallId::new("c").unwrap(),
            party,
            start_s,
            end_s,
            language: None,
            confidence: None,
            text: None,
            signs: None,
            intent: None,
        };
        let site = SiteId::new("s").unwrap();
        Event {
            position: Position(1),
            site,
            id: EventId::derive(&["x"]),
            at: Timestamp::UNIX_EPOCH,
            because: Vec::new(),
            body,
        }
    }

    #[test]
    fn the_balance_is_by_seconds_and_of_nothing_there_is_none() {
        assert_eq!(Balance::of(&[]), None);
        assert_eq!(Balance::of(&[said(Party::Unknown, 0.0, 9.0)]), None);
        let talk =
            [said(Party::Agent, 0.0, 3.0), said(Party::Customer, 3.0, 4.0), said(Party::Agent, 5.0, 5.0)];
        assert_eq!(Balance::of(&talk), Some(Balance { agent: 0.75, customer: 0.25 }));
    }
}
