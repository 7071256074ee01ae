//! What an agent answers and contradicts, and the abuse key: for that agent alone.

use axum::{extract::State, http::StatusCode};
use calmline_core::{
    Body, CallId, Draft, EventId, OfferId, Timestamp,
    event::{Objection, OfferAnswer},
    role::{Action, Resource},
};
use calmline_store::{CallFilter, CallRow, OfferRow, OfferState};
use jiff::SignedDuration;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::{
    access::{Access, Route, route},
    clock,
    error::{ApiError, ErrorBody},
    extract::{self, Json, Path},
    sight::Viewer,
    state::App,
};

const CHANGE: Access = Access::Any(&[(Action::Change, Resource::OwnDay)]);
/// A break can be moved so far, and no farther.
const LONGEST_SHIFT: SignedDuration = SignedDuration::from_hours(12);

pub(super) fn routes() -> Vec<Route> {
    vec![route(CHANGE, routes!(answer)), route(CHANGE, routes!(abuse)), route(CHANGE, routes!(dispute))]
}

/// An answer to an offer of a break.
#[derive(Deserialize, ToSchema)]
pub struct AnswerBody {
    /// `{"answer": "accepted"}`, `{"answer": "refused"}` or `{"answer": "moved", "to": "2026-03-02T10:30:00Z"}`.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    pub answer: OfferAnswer,
}

/// Takes, moves or refuses a break. Those who run the floor see a break that was taken or moved, because it has to be covered;
/// that one was offered or refused nobody else sees.
#[utoipa::path(
    post, path = "/v1/me/offers/{id}/answer", tag = "me", security(("session" = [])), request_body = AnswerBody,
    params(("id" = String, Path, description = "The offer.")),
    responses((status = 204), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody))
)]
async fn answer(
    State(app): State<App>,
    me: extract::Me,
    Path(id): Path<OfferId>,
    Json(AnswerBody { answer }): Json<AnswerBody>,
) -> Result<StatusCode, ApiError> {
    let now = clock::now();
    let row = app.store().offer(&me.site, &id).await?.filter(|row| row.agent == me.agent);
    let row = row.ok_or_else(|| ApiError::not_found("offer"))?;
    check_answer(&row, answer, now)?;
    let because: Vec<EventId> = offer_event(&app, &me, &row).await?.into_iter().collect();
    let body = Body::BreakAnswered { offer: id, agent: me.agent, answer };
    app.live.append(vec![Draft::derived(me.site, now, because, body)]).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// An answer can be changed until the break begins or the offer is gone.
fn check_answer(row: &OfferRow, answer: OfferAnswer, now: Timestamp) -> Result<(), ApiError> {
    let open = match row.state {
        OfferState::Offered => now < row.expires,
        OfferState::Accepted | OfferState::Moved { .. } => true,
        _ => false,
    };
    if !open {
        return Err(ApiError::conflict("offer_closed", "this offer is over").hint("another one will come"));
    }
    if let OfferAnswer::Moved { to } = answer {
        let latest = now.saturating_add(LONGEST_SHIFT).unwrap_or(Timestamp::MAX);
        if to <= now || to > latest {
            return Err(ApiError::invalid(
                "to",
                "a break can be moved to a time within the next twelve hours",
            ));
        }
    }
    Ok(())
}

/// The event that made the offer, as the cause of its answer.
async fn offer_event(app: &App, me: &extract::Me, row: &OfferRow) -> Result<Option<EventId>, ApiError> {
    let after = row.offered.saturating_add(SignedDuration::from_micros(1)).unwrap_or(Timestamp::MAX);
    let events = app.store().read_agent(&me.site, &me.agent, row.offered, after).await?;
    let made = |body: &Body| matches!(body, Body::BreakOffered { offer, .. } if *offer == row.offer);
    Ok(events.into_iter().find(|event| made(&event.body)).map(|event| event.id))
}

/// A press of the abuse key.
#[derive(Deserialize, ToSchema)]
pub struct AbuseBody {
    /// In which call; otherwise the one in progress.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub call: Option<CallId>,
}

/// Says that the caller is abusive: help comes.
#[utoipa::path(
    post, path = "/v1/me/abuse", tag = "me", security(("session" = [])), request_body = AbuseBody,
    responses((status = 202), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody))
)]
async fn abuse(
    State(app): State<App>,
    me: extract::Me,
    Json(AbuseBody { call }): Json<AbuseBody>,
) -> Result<StatusCode, ApiError> {
    let row = match call {
        Some(call) => own_call(&app, &me, &call).await?,
        None => current_call(&app, &me).await?,
    };
    let body = Body::AbuseReported { agent: me.agent, call: row.call };
    app.live.append(vec![Draft::derived(me.site, clock::now(), Vec::new(), body)]).await?;
    Ok(StatusCode::ACCEPTED)
}

pub(super) async fn own_call(app: &App, me: &extract::Me, call: &CallId) -> Result<CallRow, ApiError> {
    let row = app.store().call(&me.site, call).await?;
    row.filter(|row| row.agent.as_ref() == Some(&me.agent)).ok_or_else(|| ApiError::not_found("call"))
}

async fn current_call(app: &App, me: &extract::Me) -> Result<CallRow, ApiError> {
    let filter = CallFilter { agent: Some(me.agent.clone()), open: true, limit: 1, ..CallFilter::default() };
    let rows = app.store().calls(&me.site, &filter).await?;
    rows.into_iter().next().ok_or_else(|| {
        ApiError::conflict("no_call", "no call is in progress")
            .hint("send the call that it was in")
            .field("call")
    })
}

/// An objection to something that the software inferred.
#[derive(Deserialize, ToSchema)]
pub struct DisputeBody {
    /// The id of the event that is wrong.
    #[schema(value_type = String)]
    pub event: EventId,
    /// In what way: `wrong_person`, `wrong_reading` or `unwelcome` (right, but no help); `wrong_reading` unless said.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "wrong_reading")]
    pub objection: Objection,
}

/// Says that something the software inferred is wrong.
#[utoipa::path(
    post, path = "/v1/me/disputes", tag = "me", security(("session" = [])), request_body = DisputeBody,
    responses((status = 204), (status = 404, body = ErrorBody), (status = 422, body = ErrorBody))
)]
async fn dispute(
    State(app): State<App>,
    me: extract::Me,
    Json(DisputeBody { event: id, objection }): Json<DisputeBody>,
) -> Result<StatusCode, ApiError> {
    let event = app.store().event(&me.site, &id).await?;
    let mine = match &event {
        Some(event) => {
            let own = super::calls::held_at(&app, &me.site, event).await?;
            Viewer::new(&me.signed).see(event, own.as_ref() == Some(&me.agent)).is_some()
        }
        None => false,
    };
    let event = event.filter(|_| mine).ok_or_else(|| ApiError::not_found("event"))?;
    let inferred = matches!(event.body, Body::Signal { .. } | Body::Utterance { .. } | Body::AgentCue { .. })
        || event.body.is_decision();
    if !inferred {
        return Err(ApiError::invalid("event", "this event is a fact that somebody told, not an inference")
            .hint("a fact is corrected where it comes from: on the phone platform"));
    }
    let body = Body::InferenceDisputed { agent: me.agent, event: id, objection };
    app.live.append(vec![Draft::derived(me.site, clock::now(), vec![id], body)]).await?;
    Ok(StatusCode::NO_CONTENT)
}
