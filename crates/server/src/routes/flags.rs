//! Flags on customers whose callers were abusive again and again: put, reviewed and lifted by people, never by the software.

use axum::{extract::State, http::StatusCode};
use calmline_care::customer::{Flag, LONGEST_DAYS};
use calmline_core::{
    Body, CustomerId, Draft, EventId, FlagId, PayloadId, SiteId, SubjectId, Timestamp,
    catalog::Lang,
    event::{Clear, FlagEnd, FlagReason, PayloadKind},
    role::{Action, Resource},
};
use jiff::SignedDuration;
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

const READ: Access = Access::Any(&[(Action::Read, Resource::Flags)]);
const CHANGE: Access = Access::Any(&[(Action::Change, Resource::Flags)]);
/// The longest text of an appeal, in characters.
const LONGEST: usize = 2_000;

pub(super) fn routes() -> Vec<Route> {
    vec![
        route(READ, routes!(list)),
        route(CHANGE, routes!(put)),
        route(CHANGE, routes!(renew)),
        route(CHANGE, routes!(appeal)),
        route(CHANGE, routes!(lift)),
    ]
}

/// The flags that hold, and the customers who may be flagged.
#[derive(Serialize, ToSchema)]
pub struct Flags {
    flags: Vec<FlagBody>,
    /// Customers with enough confirmed incidents of late who are not flagged. Nobody is flagged unless a person does it.
    candidates: Vec<Candidate>,
    /// From how many calls with a confirmed incident on a customer may be flagged.
    after: u32,
    /// Over how many days they are counted.
    window_days: u32,
    /// After how many days a flag is reviewed where nothing else is said.
    review_days: u32,
    /// After how many at most.
    longest_days: u32,
}

/// A flag.
#[derive(Serialize, ToSchema)]
pub struct FlagBody {
    #[schema(value_type = String)]
    flag: FlagId,
    /// A keyed hash of the CRM's id; nothing leads back to it.
    #[schema(value_type = String)]
    customer: CustomerId,
    /// `insults`, `threats`, `discrimination` or `harassment`.
    #[schema(value_type = String, example = "threats")]
    why: FlagReason,
    text: String,
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
    /// When it is reviewed; it ends by itself then.
    #[schema(value_type = String, format = DateTime)]
    until: Timestamp,
    /// What the customer says against it, the first first.
    appeals: Vec<AppealBody>,
}

/// An appeal.
#[derive(Serialize, ToSchema)]
pub struct AppealBody {
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// What was said; none once it is erased.
    text: Option<String>,
}

/// A customer who may be flagged.
#[derive(Serialize, ToSchema)]
pub struct Candidate {
    #[schema(value_type = String)]
    customer: CustomerId,
    /// How many of their calls had a confirmed incident.
    calls: usize,
    #[schema(value_type = String, format = DateTime)]
    last: Timestamp,
}

async fn flag_body(app: &App, site: &SiteId, flag: Flag, lang: Lang) -> Result<FlagBody, ApiError> {
    let ids: Vec<PayloadId> = flag.appeals.iter().map(|(_, text)| text.clone()).collect();
    let opened = app.store().open_payloads(site, &ids).await?;
    let appeals = flag.appeals.iter().zip(opened).map(|((at, _), bytes)| AppealBody {
        at: *at,
        text: bytes.and_then(|bytes| String::from_utf8(bytes).ok()),
    });
    Ok(FlagBody {
        appeals: appeals.collect(),
        text: lang.say(&format!("flag_why.{}", flag.why.as_str())).to_owned(),
        flag: flag.id,
        customer: flag.customer,
        why: flag.why,
        since: flag.since,
        until: flag.until,
    })
}

/// The flags that hold, and the customers who may be flagged. Nothing here tells who the agents were.
#[utoipa::path(
    get, path = "/v1/flags", tag = "alerts", security(("session" = [])), params(LangQuery),
    responses((status = 200, body = Flags))
)]
async fn list(
    State(app): State<App>,
    signed: Signed,
    Query(query): Query<LangQuery>,
) -> Result<axum::Json<Flags>, ApiError> {
    let (site, lang, now) = (&signed.account.site, extract::language(query, &signed), clock::now());
    let set = &app.live.care().incident;
    let known = app.live.with_decider(site, |decider| {
        let customers = decider.customers();
        let candidates = customers.candidates(now, set).map(|(customer, calls, last)| Candidate {
            customer: customer.clone(),
            calls,
            last,
        });
        (customers.flags(now).cloned().collect::<Vec<_>>(), candidates.collect())
    });
    let (held, candidates) = known.ok_or_else(|| ApiError::not_found("site"))?;
    let mut flags = Vec::new();
    for flag in held {
        flags.push(flag_body(&app, site, flag, lang).await?);
    }
    Ok(axum::Json(Flags {
        flags,
        candidates,
        after: set.flag_after,
        window_days: set.flag_window_days,
        review_days: set.flag_days,
        longest_days: LONGEST_DAYS,
    }))
}

/// A flag to be put.
#[derive(Deserialize, ToSchema)]
pub struct NewFlag {
    /// On whom, as the list of candidates names them.
    #[schema(value_type = String)]
    pub customer: CustomerId,
    /// `insults`, `threats`, `discrimination` or `harassment`.
    #[schema(value_type = String, example = "threats")]
    pub why: FlagReason,
    /// After how many days it is reviewed: 1 to 180.
    #[serde(default)]
    pub days: Option<u32>,
}

/// When a review is due, `days` from now.
fn review(days: u32, now: Timestamp) -> Result<Timestamp, ApiError> {
    if !(1..=LONGEST_DAYS).contains(&days) {
        return Err(ApiError::invalid("days", format!("{days} is not from 1 to {LONGEST_DAYS}")));
    }
    Ok(now.saturating_add(SignedDuration::from_hours(i64::from(days) * 24)).unwrap_or(Timestamp::MAX))
}

/// Flags a customer with enough confirmed incidents of late. The next agents are told that they were warned before; the flag
/// ends by itself at its review.
#[utoipa::path(
    post, path = "/v1/flags", tag = "alerts", security(("session" = [])), request_body = NewFlag,
    responses((status = 202), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody))
)]
async fn put(
    State(app): State<App>,
    signed: Signed,
    Json(NewFlag { customer, why, days }): Json<NewFlag>,
) -> Result<StatusCode, ApiError> {
    let (site, now, set) = (signed.account.site, clock::now(), &app.live.care().incident);
    let until = review(days.unwrap_or(set.flag_days), now)?;
    let may = app.live.with_decider(&site, |decider| {
        decider.customers().candidates(now, set).any(|(known, ..)| *known == customer)
    });
    if may != Some(true) {
        let message = "this customer is flagged already, or has too few confirmed incidents of late";
        return Err(
            ApiError::conflict("no_candidate", message).hint("GET /v1/flags lists who may be flagged")
        );
    }
    let id = EventId::derive(&[site.as_str(), "flag", customer.as_str(), &now.to_string()]);
    let flag = FlagId::new(id.to_string()).map_err(|error| ApiError::internal(&error))?;
    let body = Body::CustomerFlagged { flag, customer, why, until, by: signed.account.id };
    app.live.append(vec![Draft::derived(site, now, Vec::new(), body)]).await?;
    Ok(StatusCode::ACCEPTED)
}

fn holding(app: &App, site: &SiteId, id: &FlagId) -> Result<Flag, ApiError> {
    let now = clock::now();
    let found = app
        .live
        .with_decider(site, |decider| decider.customers().flags(now).find(|flag| flag.id == *id).cloned());
    found.flatten().ok_or_else(|| ApiError::not_found("flag"))
}

/// How long a flag is needed for.
#[derive(Deserialize, ToSchema)]
pub struct RenewBody {
    /// After how many days from now it is reviewed next: 1 to 180.
    pub days: u32,
}

/// Renews a flag after a review.
#[utoipa::path(
    post, path = "/v1/flags/{id}/renew", tag = "alerts", security(("session" = [])), request_body = RenewBody,
    params(("id" = String, Path, description = "The flag.")),
    responses((status = 202), (status = 404, body = ErrorBody), (status = 422, body = ErrorBody))
)]
async fn renew(
    State(app): State<App>,
    signed: Signed,
    Path(id): Path<FlagId>,
    Json(RenewBody { days }): Json<RenewBody>,
) -> Result<StatusCode, ApiError> {
    let (site, now) = (signed.account.site, clock::now());
    let flag = holding(&app, &site, &id)?;
    let body = Body::CustomerFlagRenewed { flag: id, until: review(days, now)?, by: signed.account.id };
    app.live.append(vec![Draft::derived(site, now, vec![flag.event], body)]).await?;
    Ok(StatusCode::ACCEPTED)
}

/// What a customer says against a flag.
#[derive(Deserialize, ToSchema)]
pub struct NewAppeal {
    /// Up to 2000 characters; kept sealed.
    pub text: String,
}

/// Takes down what a customer says against a flag. Who may review flags decides on it.
#[utoipa::path(
    post, path = "/v1/flags/{id}/appeals", tag = "alerts", security(("session" = [])), request_body = NewAppeal,
    params(("id" = String, Path, description = "The flag.")),
    responses((status = 202), (status = 404, body = ErrorBody), (status = 422, body = ErrorBody))
)]
async fn appeal(
    State(app): State<App>,
    signed: Signed,
    Path(id): Path<FlagId>,
    Json(NewAppeal { text }): Json<NewAppeal>,
) -> Result<StatusCode, ApiError> {
    let (site, now, text) = (signed.account.site, clock::now(), text.trim().to_owned());
    if text.is_empty() || text.chars().count() > LONGEST {
        return Err(ApiError::invalid("text", format!("an appeal has 1 to {LONGEST} characters")));
    }
    let flag = holding(&app, &site, &id)?;
    let name = EventId::derive(&[site.as_str(), "appeal", id.as_str(), &now.to_string()]);
    let payload = PayloadId::new(name.to_string()).map_err(|error| ApiError::internal(&error))?;
    let subject = SubjectId::of_customer(&flag.customer);
    let clear = Clear { id: payload.clone(), subject, kind: PayloadKind::Appeal, bytes: text.into_bytes() };
    let body = Body::CustomerAppealed { flag: id, text: payload, by: signed.account.id };
    app.live.append(vec![Draft::derived(site, now, vec![flag.event], body).with(clear)]).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Why a flag ends.
#[derive(Deserialize, ToSchema)]
pub struct LiftBody {
    /// `review` or `appeal`.
    #[schema(value_type = String, example = "review")]
    pub end: FlagEnd,
}

/// Lifts a flag.
#[utoipa::path(
    post, path = "/v1/flags/{id}/lift", tag = "alerts", security(("session" = [])), request_body = LiftBody,
    params(("id" = String, Path, description = "The flag.")),
    responses((status = 202), (status = 404, body = ErrorBody))
)]
async fn lift(
    State(app): State<App>,
    signed: Signed,
    Path(id): Path<FlagId>,
    Json(LiftBody { end }): Json<LiftBody>,
) -> Result<StatusCode, ApiError> {
    let site = signed.account.site;
    let flag = holding(&app, &site, &id)?;
    let body = Body::CustomerUnflagged { flag: id, end, by: signed.account.id };
    app.live.append(vec![Draft::derived(site, clock::now(), vec![flag.event], body)]).await?;
    Ok(StatusCode::ACCEPTED)
}
