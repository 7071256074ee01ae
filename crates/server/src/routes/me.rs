//! An agent's own day: for that agent alone.

use axum::{extract::State, http::StatusCode};
use calmline_care::Standing;
use calmline_core::{
    Body, CallId, Draft, EventId, OfferId, SiteId, Timestamp,
    catalog::Lang,
    event::{Band, OfferAnswer, Reason},
    role::{Action, Resource},
};
use calmline_store::{CallFilter, CallRow, OfferRow, OfferState};
use jiff::{SignedDuration, tz::TimeZone};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::{calls::CallBody, stream::EventBody};
use crate::{
    access::{Access, Route, route},
    clock,
    error::{ApiError, ErrorBody},
    extract::{self, Json, LangQuery, Path, Query},
    sight::Viewer,
    state::App,
};

const READ: Access = Access::Any(&[(Action::Read, Resource::OwnDay)]);
const CHANGE: Access = Access::Any(&[(Action::Change, Resource::OwnDay)]);
/// A night shift began yesterday: a day reaches back at least so far.
const LONGEST_SHIFT: SignedDuration = SignedDuration::from_hours(12);

pub(super) fn routes() -> Vec<Route> {
    vec![
        route(READ, routes!(day)),
        route(CHANGE, routes!(answer)),
        route(CHANGE, routes!(abuse)),
        route(CHANGE, routes!(dispute)),
    ]
}

/// An agent's day.
#[derive(Serialize, ToSchema)]
pub struct Day {
    /// Since when: midnight at the site, or twelve hours ago if that is earlier.
    #[schema(value_type = String, format = DateTime)]
    from: Timestamp,
    /// Load, exposure and strain now; none before the first work event.
    standing: Option<StandingBody>,
    /// Offers of breaks, the latest first.
    breaks: Vec<OfferBody>,
    /// Calls, the latest first.
    calls: Vec<CallBody>,
    /// Prompts of the day, the latest first.
    prompts: Vec<EventBody>,
}

/// Where the agent stands.
#[derive(Serialize, ToSchema)]
pub struct StandingBody {
    /// What they do now.
    #[schema(value_type = String, example = "in_call")]
    activity: serde_json::Value,
    /// Demand acting on the person now (ISO 10075-1: mental stress).
    load: ScaleBody,
    /// Abuse and agitation met, fading with time.
    exposure: ScaleBody,
    /// The effect on the person (ISO 10075-1: mental strain), as the model sees it.
    strain: ScaleBody,
    /// What weighs most, in words, strongest first.
    reasons: Vec<String>,
    /// Every part of the three scales with what it adds.
    parts: Vec<PartBody>,
    /// Minutes of work since the last break.
    work_minutes: f64,
    /// Minutes since signing in.
    shift_minutes: f64,
}

/// A value from 0 to 1, its band and the band's word.
#[derive(Serialize, ToSchema)]
pub struct ScaleBody {
    value: f64,
    #[schema(value_type = String, example = "usual")]
    band: Band,
    text: String,
}

/// One part of a scale.
#[derive(Serialize, ToSchema)]
pub struct PartBody {
    #[schema(value_type = String)]
    part: serde_json::Value,
    share: f64,
    text: String,
}

impl StandingBody {
    fn new(standing: Standing, lang: Lang) -> Self {
        let scale = |scale: calmline_care::Scale| ScaleBody {
            value: scale.value.get(),
            band: scale.band,
            text: lang.say(&format!("band.{}", scale.band.as_str())).to_owned(),
        };
        let part = |part: calmline_care::Contribution| PartBody {
            part: serde_json::json!(part.part),
            share: part.share.get(),
            text: lang.tell(&part.reason),
        };
        Self {
            activity: serde_json::json!(standing.activity),
            load: scale(standing.load),
            exposure: scale(standing.exposure),
            strain: scale(standing.strain),
            reasons: standing.reasons.iter().map(|reason| lang.tell(reason)).collect(),
            parts: standing.parts.into_iter().map(part).collect(),
            work_minutes: standing.work_minutes,
            shift_minutes: standing.shift_minutes,
        }
    }
}

/// An offer of a break.
#[derive(Serialize, ToSchema)]
pub struct OfferBody {
    #[schema(value_type = String)]
    offer: OfferId,
    #[schema(value_type = String, format = DateTime)]
    offered: Timestamp,
    minutes: u32,
    #[schema(value_type = String, format = DateTime)]
    expires: Timestamp,
    /// `offered, accepted, moved, refused, lapsed, began, unconfirmed` or `ended`, with `to` or `minutes`.
    #[schema(value_type = Object)]
    state: OfferState,
    text: String,
    reasons: Vec<String>,
}

impl OfferBody {
    fn new(row: OfferRow, lang: Lang) -> Self {
        let offer = Reason::new("break.offer").with("minutes", f64::from(row.minutes));
        Self {
            offer: row.offer,
            offered: row.offered,
            minutes: row.minutes,
            expires: row.expires,
            state: row.state,
            text: lang.tell(&offer),
            reasons: row.reasons.iter().map(|reason| lang.tell(reason)).collect(),
        }
    }
}

/// The agent's own day: standing with reasons in words, breaks, calls and prompts.
#[utoipa::path(
    get, path = "/v1/me/day", tag = "me", security(("session" = [])), params(LangQuery),
    responses((status = 200, body = Day), (status = 409, body = ErrorBody))
)]
async fn day(
    State(app): State<App>,
    me: extract::Me,
    Query(query): Query<LangQuery>,
) -> Result<axum::Json<Day>, ApiError> {
    let (now, lang) = (clock::now(), extract::language(query, &me.signed));
    let from = day_of(&app, &me.site, now).await?;
    let (site, agent) = (&me.site, &me.agent);
    let standing = app.live.standing(site, agent, now).map(|standing| StandingBody::new(standing, lang));
    let offers = app.store().offers(site, agent, from).await?;
    let filter =
        CallFilter { agent: Some(agent.clone()), from: Some(from), limit: 500, ..CallFilter::default() };
    let calls = app.store().calls(site, &filter).await?;
    let events = app.store().read_agent(site, agent, from, Timestamp::MAX).await?;
    let prompts = events
        .into_iter()
        .rev()
        .filter(|event| matches!(event.body, Body::PromptShown { .. }))
        .map(|event| EventBody::new(event, lang))
        .collect();
    Ok(axum::Json(Day {
        from,
        standing,
        breaks: offers.into_iter().map(|row| OfferBody::new(row, lang)).collect(),
        calls: calls.into_iter().map(CallBody::from).collect(),
        prompts,
    }))
}

/// When the present day began at a site: midnight there, or twelve hours ago if that is earlier.
pub(super) async fn day_of(app: &App, site: &SiteId, now: Timestamp) -> Result<Timestamp, ApiError> {
    let site = app.store().site(site).await?.ok_or_else(|| ApiError::not_found("site"))?;
    // The zone was checked when the site was set up; without its data a day is one of UTC.
    let zone = TimeZone::get(&site.time_zone).unwrap_or(TimeZone::UTC);
    let midnight = now.to_zoned(zone).start_of_day().map_or(now, |start| start.timestamp());
    let earlier = now.saturating_sub(LONGEST_SHIFT).unwrap_or(Timestamp::MIN);
    Ok(midnight.min(earlier))
}

/// An answer to an offer of a break.
#[derive(Deserialize, ToSchema)]
pub struct AnswerBody {
    /// `{"answer": "accepted"}`, `{"answer": "refused"}` or `{"answer": "moved", "to": "2026-03-02T10:30:00Z"}`.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    pub answer: OfferAnswer,
}

/// Takes, moves or refuses a break. Nobody else sees the answer.
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

async fn own_call(app: &App, me: &extract::Me, call: &CallId) -> Result<CallRow, ApiError> {
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
}

/// Says that something the software inferred is wrong.
#[utoipa::path(
    post, path = "/v1/me/disputes", tag = "me", security(("session" = [])), request_body = DisputeBody,
    responses((status = 204), (status = 404, body = ErrorBody), (status = 422, body = ErrorBody))
)]
async fn dispute(
    State(app): State<App>,
    me: extract::Me,
    Json(DisputeBody { event: id }): Json<DisputeBody>,
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
    let inferred =
        matches!(event.body, Body::Signal { .. } | Body::Utterance { .. }) || event.body.is_decision();
    if !inferred {
        return Err(ApiError::invalid("event", "this event is a fact that somebody told, not an inference")
            .hint("a fact is corrected where it comes from: on the phone platform"));
    }
    let body = Body::InferenceDisputed { agent: me.agent, event: id };
    app.live.append(vec![Draft::derived(me.site, clock::now(), vec![id], body)]).await?;
    Ok(StatusCode::NO_CONTENT)
}
