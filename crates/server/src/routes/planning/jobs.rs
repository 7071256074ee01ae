//! Forecasts and other work in the background: started, followed, cancelled.

use std::{sync::Arc, time::Duration};

use axum::{extract::State, http::StatusCode, response::IntoResponse};
use calmline_core::SiteId;
use calmline_plan::forecast::{ForecastError, Parts};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::{READ, clock_and_profile};
use crate::{
    access::{Route, route},
    error::{ApiError, ErrorBody},
    extract::{Json, Path, Query},
    planning::{
        documents,
        forecast::{Forecast, MOST_DAYS, country, forecast},
        jobs::{Job, News, Outcome, Standing},
        roster::Week,
    },
    session::Signed,
    state::App,
};

/// How long an answer waits for news: shorter than the server takes to stop.
const PATIENCE: Duration = Duration::from_secs(8);

pub(super) fn routes() -> Vec<Route> {
    vec![route(READ, routes!(start)), route(READ, routes!(follow)), route(READ, routes!(cancel))]
}

/// How a job stands.
#[derive(Serialize, ToSchema)]
pub struct JobBody {
    id: String,
    /// `running`, `done`, `failed` or `cancelled`.
    #[schema(example = "running")]
    state: &'static str,
    /// The how-manieth news this is; ask for later ones with `seen`.
    seen: u64,
    /// The share that is done: 0 to 1.
    done: f64,
    /// The best roster so far.
    objective: Option<i64>,
    /// No roster costs less.
    bound: Option<i64>,
    /// Why it failed.
    error: Option<ErrorBody>,
    forecast: Option<ForecastBody>,
    roster: Option<Week>,
}

impl JobBody {
    pub(super) fn new(job: &Job, News { number, standing }: News) -> Self {
        let blank = |state, done| Self {
            id: job.id.clone(),
            state,
            seen: number,
            done,
            objective: None,
            bound: None,
            error: None,
            forecast: None,
            roster: None,
        };
        match standing {
            Standing::Running { done, found } => {
                let (objective, bound) = found.unzip();
                Self { objective, bound, ..blank("running", done) }
            }
            Standing::Cancelled => blank("cancelled", 1.0),
            Standing::Failed(error) => Self { error: Some(error.into_body()), ..blank("failed", 1.0) },
            Standing::Done(Outcome::Forecast(made)) => {
                Self { forecast: Some(ForecastBody::from(&*made)), ..blank("done", 1.0) }
            }
            Standing::Done(Outcome::Roster(week)) => {
                Self { roster: Some(Week::clone(&week)), ..blank("done", 1.0) }
            }
        }
    }
}

/// The coming open days of a queue.
#[derive(Serialize, ToSchema)]
pub struct ForecastBody {
    interval_minutes: u32,
    /// Minutes from midnight to the first interval.
    opens: u32,
    /// The last day that is known.
    #[schema(value_type = String, format = Date)]
    known_until: Date,
    /// Open days that were learned from.
    known_days: usize,
    /// Intervals that were missing or out of all likelihood, and were replaced for learning.
    replaced: usize,
    days: Vec<ForecastDay>,
}

/// The forecast of an open day: calls of each interval with the ends of their intervals.
#[derive(Serialize, ToSchema)]
pub struct ForecastDay {
    #[schema(value_type = String, format = Date)]
    date: Date,
    /// What the day is called, where it is a holiday or worked for one.
    name: Option<String>,
    expected: Vec<f64>,
    low_80: Vec<f64>,
    high_80: Vec<f64>,
    low_95: Vec<f64>,
    high_95: Vec<f64>,
    parts: PartsBody,
}

/// What a day's volume is made of: a level in calls, times each of the factors.
#[derive(Serialize, ToSchema)]
pub struct PartsBody {
    level: f64,
    weekday: f64,
    month: f64,
    closed_beside: f64,
    named: f64,
}

impl From<&Forecast> for ForecastBody {
    fn from(made: &Forecast) -> Self {
        let end = |ends: &[[f64; 2]], at: usize| ends.iter().map(|each| each[at]).collect();
        let day = |day: &calmline_plan::forecast::DayForecast| {
            let Parts { level, weekday, month, closed_beside, named } = day.parts;
            ForecastDay {
                date: day.date,
                name: made.names.get(&day.date).cloned(),
                expected: day.expected.clone(),
                low_80: end(&day.within_80, 0),
                high_80: end(&day.within_80, 1),
                low_95: end(&day.within_95, 0),
                high_95: end(&day.within_95, 1),
                parts: PartsBody { level, weekday, month, closed_beside, named },
            }
        };
        Self {
            interval_minutes: made.interval,
            opens: made.opens,
            known_until: made.known_until,
            known_days: made.known_days,
            replaced: made.replaced,
            days: made.days.iter().map(day).collect(),
        }
    }
}

/// What is to be forecast.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ForecastAsked {
    /// The history.
    history: String,
    /// The next open days after it: 1 to 28.
    #[schema(example = 14)]
    days: usize,
}

/// Forecasts the next open days of a queue in the background.
#[utoipa::path(
    post, path = "/v1/plan/forecasts", tag = "plan", security(("session" = [])), request_body = ForecastAsked,
    responses(
        (status = 202, body = JobBody), (status = 404, body = ErrorBody), (status = 422, body = ErrorBody)
    )
)]
async fn start(
    State(app): State<App>,
    signed: Signed,
    Json(ForecastAsked { history, days }): Json<ForecastAsked>,
) -> Result<impl IntoResponse, ApiError> {
    if !(1..=MOST_DAYS).contains(&days) {
        return Err(ApiError::invalid(
            "days",
            format!("{days} is not from 1 to {MOST_DAYS}; give a number of days"),
        ));
    }
    let site = signed.account.site;
    let (_, kept) = documents::history(&app, &site, &history).await?;
    let (_, profile) = clock_and_profile(&app, &site).await?;
    let inner = App::clone(&app);
    let started = app.planning.jobs.start(&site, move |job| {
        job.progress(0.1, None);
        let made = Arc::new(forecast(&kept, days, country(profile)).map_err(|error| refused(&error))?);
        inner.planning.forecasts.put(&history, days, &made);
        Ok(Outcome::Forecast(made))
    });
    let job = started.map_err(|error| ApiError::internal(&error))?;
    Ok(answer(&job))
}

/// The answer to whoever started a job.
pub(super) fn answer(job: &Job) -> (StatusCode, axum::Json<JobBody>) {
    let news = News { number: 0, standing: Standing::Running { done: 0.0, found: None } };
    (StatusCode::ACCEPTED, axum::Json(JobBody::new(job, news)))
}

/// Why there is no forecast.
pub(super) fn refused(error: &ForecastError) -> ApiError {
    let code = if matches!(error, ForecastError::TooShort { .. }) { "too_short" } else { "no_forecast" };
    ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, code, error.to_string()).field("history")
}

/// The forecast of a history for so many days: from lately, or made now.
pub(super) async fn forecast_of(
    app: &App,
    site: &SiteId,
    history: &str,
    days: usize,
) -> Result<Arc<Forecast>, ApiError> {
    // Whose history it is was found out when it was made; of another site's nothing is told.
    let (_, kept) = documents::history(app, site, history).await?;
    if let Some(made) = app.planning.forecasts.get(history, days) {
        return Ok(made);
    }
    let (_, profile) = clock_and_profile(app, site).await?;
    let made = super::aside(move || forecast(&kept, days, country(profile))).await?;
    let made = Arc::new(made.map_err(|error| refused(&error))?);
    app.planning.forecasts.put(history, days, &made);
    Ok(made)
}

/// What the asker knows.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SeenQuery {
    /// The news that was seen; the answer waits some seconds for later ones.
    #[serde(default)]
    pub seen: u64,
}

/// How a job stands. With `seen` the answer comes when there is news, or after eight seconds.
#[utoipa::path(
    get, path = "/v1/plan/jobs/{id}", tag = "plan", security(("session" = [])),
    params(SeenQuery, ("id" = String, Path, description = "The job.")),
    responses((status = 200, body = JobBody), (status = 404, body = ErrorBody))
)]
async fn follow(
    State(app): State<App>,
    signed: Signed,
    Path(id): Path<String>,
    Query(SeenQuery { seen }): Query<SeenQuery>,
) -> Result<axum::Json<JobBody>, ApiError> {
    let job = app.planning.jobs.get(&signed.account.site, &id).ok_or_else(|| ApiError::not_found("job"))?;
    let news = job.after(seen, PATIENCE).await;
    Ok(axum::Json(JobBody::new(&job, news)))
}

/// Cancels a job.
#[utoipa::path(
    delete, path = "/v1/plan/jobs/{id}", tag = "plan", security(("session" = [])),
    params(("id" = String, Path, description = "The job.")),
    responses((status = 204), (status = 404, body = ErrorBody))
)]
async fn cancel(
    State(app): State<App>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    let job = app.planning.jobs.get(&signed.account.site, &id).ok_or_else(|| ApiError::not_found("job"))?;
    job.stop();
    Ok(StatusCode::NO_CONTENT)
}
