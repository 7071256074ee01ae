//! Rosters of weeks: planned in the background, checked, saved, published.

use std::time::{Duration, Instant};

use axum::{
    extract::{DefaultBodyLimit, State},
    response::IntoResponse,
};
use calmline_core::{AccountId, AgentId, Timestamp, catalog::Lang};
use jiff::{
    Span,
    civil::{Date, Weekday},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::UtoipaMethodRouter, routes};

use super::{
    CHANGE, READ,
    jobs::{JobBody, answer, forecast_of},
};
use crate::{
    access::{Route, route},
    error::{ApiError, ErrorBody},
    extract::{self, Json, LangQuery, Path, Query},
    planning::{
        DAY, SLOTS,
        documents::{self, Versions},
        forecast::{Forecast, MOST_DAYS},
        jobs::Outcome,
        roster::{MOST_PEOPLE, Person, Rules, Week, check_people},
        rules::{Fault, faults},
        solve::{Task, solve},
        staffing::{Assumptions, regrained, staff, wanted},
    },
    session::Signed,
    state::App,
    teams,
};

/// The largest roster.
const MOST_BYTES: usize = 8 * 1024 * 1024;
/// The longest search, in seconds.
const LONGEST: u32 = 300;

pub(super) fn routes() -> Vec<Route> {
    vec![
        route(READ, routes!(people)),
        route(READ, routes!(weeks)),
        route(READ, routes!(show)),
        route(READ, large(routes!(check))),
        route(CHANGE, large(routes!(plan))),
        route(CHANGE, large(routes!(save))),
    ]
}

fn large((schemas, paths, handler): UtoipaMethodRouter<App>) -> UtoipaMethodRouter<App> {
    (schemas, paths, handler.layer(DefaultBodyLimit::max(MOST_BYTES)))
}

/// Somebody who can be planned.
#[derive(Serialize, ToSchema)]
pub struct PlannedPerson {
    /// By pseudonym.
    #[schema(value_type = String)]
    agent: AgentId,
    /// The agent's id on the phone platform.
    name: String,
    team: Option<String>,
}

/// The agents of the site, by name.
#[utoipa::path(
    get, path = "/v1/plan/people", tag = "plan", security(("session" = [])),
    responses((status = 200, body = Vec<PlannedPerson>))
)]
async fn people(State(app): State<App>, signed: Signed) -> Result<axum::Json<Vec<PlannedPerson>>, ApiError> {
    let site = &signed.account.site;
    let mut teams = teams::teams(app.store(), site, Timestamp::MAX).await?;
    let names = app.store().outside_names(site).await?;
    let person = |(agent, name): (AgentId, String)| PlannedPerson { team: teams.remove(&agent), agent, name };
    let mut people: Vec<_> = names.into_iter().map(person).collect();
    people.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(axum::Json(people))
}

/// A week that has a roster.
#[derive(Serialize, ToSchema)]
pub struct WeekBody {
    /// Its Monday.
    #[schema(value_type = String, format = Date)]
    week: Date,
    /// When the draft was saved; null where what was saved last is published.
    #[schema(value_type = Option<String>, format = DateTime)]
    draft: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    published: Option<Timestamp>,
}

/// The weeks that have a roster, in order.
#[utoipa::path(
    get, path = "/v1/plan/rosters", tag = "plan", security(("session" = [])),
    responses((status = 200, body = Vec<WeekBody>))
)]
async fn weeks(State(app): State<App>, signed: Signed) -> Result<axum::Json<Vec<WeekBody>>, ApiError> {
    let week = |(week, Versions { draft, published }): (Date, Versions)| WeekBody {
        week,
        draft: draft.map(|kept| kept.at),
        published: published.map(|kept| kept.at),
    };
    let weeks = documents::rosters(app.store(), &signed.account.site).await?;
    Ok(axum::Json(weeks.into_iter().map(week).collect()))
}

/// A roster as it was saved.
#[derive(Serialize, ToSchema)]
pub struct SavedRoster {
    /// Which version this is: who changes it sends this back.
    version: String,
    /// Whether its people are told of it.
    published: bool,
    #[schema(value_type = String, format = DateTime)]
    saved: Timestamp,
    #[schema(value_type = String)]
    by: AccountId,
    roster: Week,
}

/// The roster of a week as it was saved last.
#[utoipa::path(
    get, path = "/v1/plan/rosters/{week}", tag = "plan", security(("session" = [])),
    params(("week" = String, Path, description = "The week's Monday, such as 2026-03-02.")),
    responses((status = 200, body = SavedRoster), (status = 404, body = ErrorBody))
)]
async fn show(
    State(app): State<App>,
    signed: Signed,
    Path(week): Path<String>,
) -> Result<axum::Json<SavedRoster>, ApiError> {
    let week = monday(&week)?;
    let site = &signed.account.site;
    let versions = documents::rosters(app.store(), site).await?.remove(&week).unwrap_or_default();
    let none = || ApiError::not_found("roster");
    let kept = versions.newest().cloned().ok_or_else(none)?;
    let roster = documents::open(app.store(), site, &kept.document).await?.ok_or_else(none)?;
    let published = versions.draft.is_none();
    let version = kept.document.to_string();
    Ok(axum::Json(SavedRoster { version, published, saved: kept.at, by: kept.by, roster }))
}

/// A week's Monday.
fn monday(text: &str) -> Result<Date, ApiError> {
    let date = text.parse::<Date>().ok().filter(|date| date.weekday() == Weekday::Monday);
    date.ok_or_else(|| {
        ApiError::invalid("week", format!("{text:?} is no Monday; write its date such as 2026-03-02"))
    })
}

/// What is to be planned.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RosterAsked {
    /// The history whose forecast says how many people are wanted.
    history: String,
    /// The week's Monday; its days have to be among the forecast's 28.
    #[schema(value_type = String, format = Date)]
    week: Date,
    assumptions: Assumptions,
    rules: Rules,
    /// Who can work. Shifts of theirs that are locked stay; others are planned anew.
    people: Vec<Person>,
    /// How long to search: 1 to 300 seconds.
    #[schema(example = 10)]
    seconds: u32,
}

/// Plans shifts and breaks of a week in the background: the staffing of the forecast, less what is locked. The job tells the best
/// roster so far and what none can be below; nothing is saved.
#[utoipa::path(
    post, path = "/v1/plan/rosters", tag = "plan", security(("session" = [])), request_body = RosterAsked,
    responses(
        (status = 202, body = JobBody), (status = 404, body = ErrorBody), (status = 422, body = ErrorBody)
    )
)]
async fn plan(
    State(app): State<App>,
    signed: Signed,
    Json(asked): Json<RosterAsked>,
) -> Result<impl IntoResponse, ApiError> {
    let RosterAsked { history, week, assumptions, rules, people, seconds } = asked;
    let invalid = |(field, why): (String, String)| ApiError::invalid(&field, why);
    monday(&week.to_string())?;
    rules.check().map_err(|(field, why)| invalid((format!("rules.{field}"), why)))?;
    assumptions.check().map_err(|(field, why)| invalid((format!("assumptions.{field}"), why)))?;
    check_people(&people).map_err(invalid)?;
    if people.is_empty() || people.len() > MOST_PEOPLE {
        return Err(ApiError::invalid(
            "people",
            format!("a roster is for 1 to {MOST_PEOPLE} people; choose some"),
        ));
    }
    if !(1..=LONGEST).contains(&seconds) {
        return Err(ApiError::invalid(
            "seconds",
            format!("{seconds} is not from 1 to {LONGEST}; give a number of seconds"),
        ));
    }
    let site = signed.account.site;
    let forecast = forecast_of(&app, &site, &history, MOST_DAYS).await?;
    let (name, _) = documents::history(&app, &site, &history).await?;
    let wanted = wanted_in(&forecast, week, &assumptions)?;
    if wanted.iter().flatten().all(|people| *people == 0) {
        return Err(ApiError::invalid("week", "the forecast has no open day in that week")
            .hint("choose a week that begins within the 28 open days after the history"));
    }
    let task = Task { week, history: name, rules, wanted, people };
    let longest = Duration::from_secs(u64::from(seconds));
    let started = app.planning.jobs.start(&site, move |job| {
        let began = Instant::now();
        let solved = solve(task, &mut |progress| {
            let share = began.elapsed().as_secs_f64() / longest.as_secs_f64();
            job.progress(share.min(1.0), Some((progress.objective, progress.bound)));
            !job.cancel.is_cancelled() && began.elapsed() < longest
        });
        let week = solved.map_err(|error| ApiError::invalid("rules", error.to_string()))?;
        Ok(Outcome::Roster(week.into()))
    });
    let job = started.map_err(|error| ApiError::internal(&error))?;
    Ok(answer(&job))
}

/// People wanted in each slot of a week; nobody on days that are closed.
fn wanted_in(forecast: &Forecast, week: Date, assumptions: &Assumptions) -> Result<Vec<Vec<u32>>, ApiError> {
    let on = |day: i64| {
        let date = week.checked_add(Span::new().days(day)).ok();
        let Some(day) = forecast.days.iter().find(|each| Some(each.date) == date) else {
            return Ok(vec![0; SLOTS]);
        };
        let (calls, opens, minutes) = regrained(&day.expected, forecast.opens, forecast.interval);
        Ok(wanted(&staff(&calls, opens, minutes, assumptions)?, minutes, assumptions))
    };
    (0..7).map(on).collect()
}

/// What is to be checked.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckAsked {
    rules: Rules,
    people: Vec<Person>,
}

/// A rule that is broken.
#[derive(Serialize, ToSchema)]
pub struct RosterFault {
    /// Whose shift.
    #[schema(value_type = String)]
    agent: AgentId,
    /// The day of the week, 0 for Monday.
    day: u32,
    /// For programs, such as `plan.rule.rest`.
    code: String,
    /// For people.
    text: String,
}

fn fault(Fault { person, day, reason }: Fault, people: &[Person], lang: Lang) -> Option<RosterFault> {
    let agent = people.get(person)?.agent.clone();
    Some(RosterFault { agent, day, text: lang.tell(&reason), code: reason.code })
}

/// Which rules shifts break, person by person; empty where none.
#[utoipa::path(
    post, path = "/v1/plan/check", tag = "plan", security(("session" = [])), params(LangQuery),
    request_body = CheckAsked,
    responses((status = 200, body = Vec<RosterFault>), (status = 422, body = ErrorBody))
)]
async fn check(
    signed: Signed,
    Query(query): Query<LangQuery>,
    Json(CheckAsked { rules, people }): Json<CheckAsked>,
) -> Result<axum::Json<Vec<RosterFault>>, ApiError> {
    let invalid = |(field, why): (String, String)| ApiError::invalid(&field, why);
    rules.check().map_err(|(field, why)| invalid((format!("rules.{field}"), why)))?;
    check_people(&people).map_err(invalid)?;
    let lang = extract::language(query, &signed);
    let found = faults(&rules, &people);
    Ok(axum::Json(found.into_iter().filter_map(|each| fault(each, &people, lang)).collect()))
}

/// A roster to be saved.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RosterToSave {
    roster: Week,
    /// Whether its people are told: they see their own shifts and breaks, and their calendars do.
    publish: bool,
    /// The version that was read; null where the week had none.
    seen: Option<String>,
}

/// The version that was saved.
#[derive(Serialize, ToSchema)]
pub struct RosterSaved {
    version: String,
    published: bool,
}

/// Saves the roster of a week, as a draft or for its people. A roster that breaks rules can be saved; who publishes it answers for it.
#[utoipa::path(
    put, path = "/v1/plan/rosters/{week}", tag = "plan", security(("session" = [])), request_body = RosterToSave,
    params(("week" = String, Path, description = "The week's Monday, such as 2026-03-02.")),
    responses(
        (status = 200, body = RosterSaved), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)
    )
)]
async fn save(
    State(app): State<App>,
    signed: Signed,
    Path(week): Path<String>,
    Json(RosterToSave { roster, publish, seen }): Json<RosterToSave>,
) -> Result<axum::Json<RosterSaved>, ApiError> {
    let (site, by) = (&signed.account.site, &signed.account.id);
    if monday(&week)? != roster.week {
        return Err(ApiError::invalid(
            "roster.week",
            "the roster is of another week; send it to its own address",
        ));
    }
    roster.check().map_err(|(field, why)| ApiError::invalid(&format!("roster.{field}"), why))?;
    let known = app.store().outside_names(site).await?;
    let stranger = |person: &&Person| known.iter().all(|(agent, _)| *agent != person.agent);
    if let Some(person) = roster.people.iter().find(stranger) {
        return Err(ApiError::invalid("roster.people", format!("{} is no agent of this site", person.agent))
            .hint("read GET /v1/plan/people and leave out who has gone"));
    }
    let version = documents::keep_roster(&app, site, by, &roster, publish, seen.as_deref()).await?;
    tracing::info!(by = %by, publish, people = roster.people.len(), "a roster was saved");
    Ok(axum::Json(RosterSaved { version: version.to_string(), published: publish }))
}

/// A time of a week's shift.
pub(super) fn at(week: Date, day: u32, minute: u32, zone: &jiff::tz::TimeZone) -> Option<Timestamp> {
    let span = Span::new().days(i64::from(day + minute / DAY)).minutes(i64::from(minute % DAY));
    let local = week.at(0, 0, 0, 0).checked_add(span).ok()?;
    Some(local.to_zoned(zone.clone()).ok()?.timestamp())
}
