//! What an agent sees of the plan: their own shifts and breaks, in the app and in their own calendar.

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use calmline_core::{
    AgentId, Body, Draft, SiteId, Timestamp,
    catalog::Lang,
    role::{Action, Resource},
};
use jiff::{SignedDuration, Span, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::{clock_and_profile, rosters::at, zone};
use crate::{
    access::{Access, Route, route},
    clock,
    error::{ApiError, ErrorBody},
    extract::{Me, Path, Query},
    planning::{
        calendar::{Entry, calendar},
        documents,
        roster::Week,
    },
    state::App,
    token,
};

const READ_OWN: Access = Access::Any(&[(Action::Read, Resource::OwnDay)]);
const CHANGE_OWN: Access = Access::Any(&[(Action::Change, Resource::OwnDay)]);
/// The most days that are told at once.
const MOST_DAYS: i64 = 62;
/// How far a calendar looks back and ahead.
const BACK: SignedDuration = SignedDuration::from_hours(28 * 24);
const AHEAD: SignedDuration = SignedDuration::from_hours(92 * 24);

pub(super) fn routes() -> Vec<Route> {
    vec![
        route(READ_OWN, routes!(shifts)),
        route(READ_OWN, routes!(address)),
        route(CHANGE_OWN, routes!(open)),
        route(CHANGE_OWN, routes!(end)),
        route(Access::Public, routes!(feed)),
    ]
}

/// Which days are wanted.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ShiftsQuery {
    /// The first day, on the site's clock; today if it is left out.
    #[param(value_type = Option<String>, format = Date)]
    pub from: Option<Date>,
    /// So many days: 1 to 62; 14 if it is left out.
    pub days: Option<i64>,
}

/// One of one's own shifts.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OwnShift {
    /// The day on which it begins, on the site's clock.
    #[schema(value_type = String, format = Date)]
    date: Date,
    #[schema(value_type = String, format = DateTime)]
    from: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    to: Timestamp,
    breaks: Vec<OwnBreak>,
}

/// A break within one's own shift.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OwnBreak {
    name: String,
    #[schema(value_type = String, format = DateTime)]
    from: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    to: Timestamp,
}

/// One's own shifts and breaks as they were published, in order. Nobody else's, and no drafts.
#[utoipa::path(
    get, path = "/v1/me/shifts", tag = "me", security(("session" = [])), params(ShiftsQuery),
    responses((status = 200, body = Vec<OwnShift>), (status = 422, body = ErrorBody))
)]
async fn shifts(
    State(app): State<App>,
    me: Me,
    Query(ShiftsQuery { from, days }): Query<ShiftsQuery>,
) -> Result<axum::Json<Vec<OwnShift>>, ApiError> {
    let days = days.unwrap_or(14);
    if !(1..=MOST_DAYS).contains(&days) {
        return Err(ApiError::invalid(
            "days",
            format!("{days} is not from 1 to {MOST_DAYS}; give a number of days"),
        ));
    }
    let (zone, _) = clock_and_profile(&app, &me.site).await?;
    let from = from.unwrap_or_else(|| clock::now().to_zoned(zone.clone()).date());
    let end = from.saturating_add(Span::new().days(days));
    let (mut found, _) = own(&app, &me.site, &me.agent, &zone, from, end).await?;
    found.retain(|shift| shift.date >= from && shift.date < end);
    Ok(axum::Json(found))
}

/// An agent's published shifts of the weeks that touch these days, and when the latest of those weeks was published.
async fn own(
    app: &App,
    site: &SiteId,
    agent: &AgentId,
    zone: &TimeZone,
    from: Date,
    to: Date,
) -> Result<(Vec<OwnShift>, Timestamp), ApiError> {
    let (mut shifts, mut latest) = (Vec::new(), Timestamp::UNIX_EPOCH);
    for (monday, versions) in documents::rosters(app.store(), site).await? {
        let after = monday.saturating_add(Span::new().days(7));
        let Some(kept) = versions.published.filter(|_| monday < to && after > from) else { continue };
        let Some(week) = documents::open::<Week>(app.store(), site, &kept.document).await? else { continue };
        latest = latest.max(kept.at);
        shifts.extend(of_agent(&week, agent, zone));
    }
    Ok((shifts, latest))
}

fn of_agent(week: &Week, agent: &AgentId, zone: &TimeZone) -> Vec<OwnShift> {
    let own = week.people.iter().filter(|person| person.agent == *agent).flat_map(|person| &person.shifts);
    let shift = |shift: &crate::planning::roster::Shift| {
        let time = |minute: u32| at(week.week, shift.day, minute, zone);
        let breaks = shift.breaks.iter().filter_map(|pause| {
            let (from, to) = (time(pause.start)?, time(pause.start + pause.minutes)?);
            Some(OwnBreak { name: pause.name.clone(), from, to })
        });
        let date = week.week.checked_add(Span::new().days(i64::from(shift.day))).ok()?;
        Some(OwnShift { date, from: time(shift.start)?, to: time(shift.end)?, breaks: breaks.collect() })
    };
    own.filter_map(shift).collect()
}

/// Whether one has an address for one's calendar.
#[derive(Serialize, ToSchema)]
pub struct CalendarBody {
    /// Since when; null where there is none.
    #[schema(value_type = Option<String>, format = DateTime)]
    since: Option<Timestamp>,
}

/// Whether one has an address for one's calendar. The address itself was told once, when it was made.
#[utoipa::path(
    get, path = "/v1/me/calendar", tag = "me", security(("session" = [])),
    responses((status = 200, body = CalendarBody))
)]
async fn address(State(app): State<App>, me: Me) -> Result<axum::Json<CalendarBody>, ApiError> {
    let mut feeds = documents::feeds(app.store(), &me.site).await?;
    Ok(axum::Json(CalendarBody { since: feeds.remove(&me.agent).map(|(_, since)| since) }))
}

/// An address that was made.
#[derive(Serialize, ToSchema)]
pub struct CalendarMade {
    /// The path to subscribe to on this server, shown this once. Who knows it reads one's shifts.
    #[schema(example = "/v1/calendar/k1TzKQ.ics")]
    path: String,
}

/// Makes an address for one's own calendar (iCalendar). One that was there before ends.
#[utoipa::path(
    post, path = "/v1/me/calendar", tag = "me", security(("session" = [])),
    responses((status = 200, body = CalendarMade))
)]
async fn open(State(app): State<App>, me: Me) -> Result<axum::Json<CalendarMade>, ApiError> {
    let secret = token::draw().map_err(|error| ApiError::internal(&error))?;
    tell(&app, &me, Some(token::hex(&token::hash(&secret)))).await?;
    Ok(axum::Json(CalendarMade { path: format!("/v1/calendar/{secret}.ics") }))
}

/// Ends the address of one's calendar: nothing can be read there any more.
#[utoipa::path(
    delete, path = "/v1/me/calendar", tag = "me", security(("session" = [])), responses((status = 204))
)]
async fn end(State(app): State<App>, me: Me) -> Result<StatusCode, ApiError> {
    if documents::feeds(app.store(), &me.site).await?.contains_key(&me.agent) {
        tell(&app, &me, None).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

async fn tell(app: &App, me: &Me, token_sha256: Option<String>) -> Result<(), ApiError> {
    let body = Body::CalendarFeed { agent: me.agent.clone(), token_sha256 };
    app.live.append(vec![Draft::derived(me.site.clone(), clock::now(), Vec::new(), body)]).await?;
    Ok(())
}

/// An agent's shifts for their calendar program (RFC 5545): four weeks back, three months ahead, times in UTC. The secret in the
/// address is the key; it ends when its agent ends it, or their account does.
#[utoipa::path(
    get, path = "/v1/calendar/{file}", tag = "me",
    params(("file" = String, Path, description = "The secret, and `.ics`.")),
    responses((status = 200, content((String = "text/calendar"))), (status = 404, body = ErrorBody))
)]
async fn feed(State(app): State<App>, Path(file): Path<String>) -> Result<Response, ApiError> {
    let none = || ApiError::not_found("calendar");
    let secret = file.strip_suffix(".ics").filter(|secret| secret.len() == 43).ok_or_else(none)?;
    let hash = token::hex(&token::hash(secret));
    for site in app.store().sites().await? {
        let feeds = documents::feeds(app.store(), &site.id).await?;
        let Some((agent, _)) = feeds.into_iter().find(|(_, (of, _))| *of == hash) else { continue };
        let accounts = app.store().accounts(&site.id).await?;
        let owner =
            accounts.into_iter().find(|account| account.agent.as_ref() == Some(&agent) && !account.disabled);
        let lang = owner.ok_or_else(none)?.language;
        let text = written(&app, &site.id, &agent, &zone(&site), lang).await?;
        let headers = [
            (header::CONTENT_TYPE, "text/calendar; charset=utf-8"),
            (header::CACHE_CONTROL, "private, no-cache"),
        ];
        return Ok((headers, text).into_response());
    }
    Err(none())
}

async fn written(
    app: &App,
    site: &SiteId,
    agent: &AgentId,
    zone: &TimeZone,
    lang: Lang,
) -> Result<String, ApiError> {
    let today = clock::now().to_zoned(zone.clone());
    let (from, to) = (today.saturating_sub(BACK).date(), today.saturating_add(AHEAD).date());
    let (shifts, stamp) = own(app, site, agent, zone, from, to).await?;
    let entries: Vec<Entry> = shifts.iter().map(|shift| entry(agent, shift, zone, lang)).collect();
    Ok(calendar(lang.say("calendar.name"), &entries, stamp))
}

fn entry(agent: &AgentId, shift: &OwnShift, zone: &TimeZone, lang: Lang) -> Entry {
    let time = |at: Timestamp| at.to_zoned(zone.clone()).strftime("%H:%M").to_string();
    let rest = |pause: &OwnBreak| format!("{} {}–{}", pause.name, time(pause.from), time(pause.to));
    Entry {
        uid: format!("{}-{agent}@calmline", shift.date),
        from: shift.from,
        to: shift.to,
        summary: lang.say("calendar.shift").to_owned(),
        description: shift.breaks.iter().map(rest).collect::<Vec<_>>().join("\n"),
    }
}
