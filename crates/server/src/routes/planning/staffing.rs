//! How many people each interval needs, and what if.

use axum::extract::State;
use calmline_core::SiteId;
use calmline_queueing::LoadError;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::{READ, aside, jobs::forecast_of};
use crate::{
    access::{Route, route},
    error::{ApiError, ErrorBody},
    extract::Json,
    planning::{
        forecast::{Forecast, MOST_DAYS},
        simulate::{Simulated, simulate},
        staffing::{Assumptions, Staffed, regrained, staff},
    },
    session::Signed,
    state::App,
};

pub(super) fn routes() -> Vec<Route> {
    vec![route(READ, routes!(ask))]
}

/// What is asked.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StaffingAsked {
    /// The history.
    history: String,
    /// A day of its forecast.
    #[schema(value_type = String, format = Date)]
    date: Date,
    assumptions: Assumptions,
    /// Whether the day is simulated too.
    #[serde(default)]
    simulate: bool,
}

/// The staffing of a day.
#[derive(Serialize, ToSchema)]
pub struct StaffingBody {
    #[schema(value_type = String, format = Date)]
    date: Date,
    interval_minutes: u32,
    intervals: Vec<Staffed>,
    /// Expected calls of the day.
    calls: f64,
    /// Hours that people are on calls or wait for one.
    agent_hours: f64,
    /// Hours that are paid for that, breaks and shrinkage included.
    paid_hours: f64,
    /// The most people that an interval needs on calls.
    peak: u32,
    /// The share of the day's calls answered in time.
    service_level: f64,
    /// The share of their time that agents are on calls.
    occupancy: f64,
    /// The day as it is simulated; null where that was not asked for, or nobody calls.
    simulated: Option<Simulated>,
}

impl From<LoadError> for ApiError {
    fn from(error: LoadError) -> Self {
        Self::invalid("assumptions", error.to_string())
    }
}

/// The people that each interval of a day needs by Erlang A (Erlang C without patience), under a ceiling of occupancy; with
/// `simulate` also how such a day goes when a queue is left to the next interval.
#[utoipa::path(
    post, path = "/v1/plan/staffing", tag = "plan", security(("session" = [])), request_body = StaffingAsked,
    responses(
        (status = 200, body = StaffingBody), (status = 404, body = ErrorBody), (status = 422, body = ErrorBody)
    )
)]
async fn ask(
    State(app): State<App>,
    signed: Signed,
    Json(asked): Json<StaffingAsked>,
) -> Result<axum::Json<StaffingBody>, ApiError> {
    let StaffingAsked { history, date, assumptions, simulate: simulated } = asked;
    let forecast = day_of(&app, &signed.account.site, &history, date, &assumptions).await?;
    aside(move || answer(&forecast, date, &assumptions, simulated)).await?.map(axum::Json)
}

/// The forecast that has a day, if the assumptions make sense.
async fn day_of(
    app: &App,
    site: &SiteId,
    history: &str,
    date: Date,
    assumptions: &Assumptions,
) -> Result<std::sync::Arc<Forecast>, ApiError> {
    assumptions.check().map_err(|(member, why)| ApiError::invalid(&format!("assumptions.{member}"), why))?;
    let forecast = forecast_of(app, site, history, MOST_DAYS).await?;
    if forecast.days.iter().all(|day| day.date != date) {
        let first = forecast.days.first().map_or(Date::ZERO, |day| day.date);
        return Err(ApiError::invalid("date", format!("{date} is no open day of the forecast"))
            .hint(format!("choose one of its {} days from {first} on", forecast.days.len())));
    }
    Ok(forecast)
}

fn answer(
    forecast: &Forecast,
    date: Date,
    assumptions: &Assumptions,
    simulated: bool,
) -> Result<StaffingBody, ApiError> {
    let day = forecast.days.iter().find(|day| day.date == date);
    let expected = day.map(|day| day.expected.as_slice()).unwrap_or_default();
    let (calls, opens, minutes) = regrained(expected, forecast.opens, forecast.interval);
    let intervals = staff(&calls, opens, minutes, assumptions)?;
    let sum = |of: &dyn Fn(&Staffed) -> f64| intervals.iter().map(of).sum::<f64>();
    let calls = sum(&|each| each.calls);
    let agents = sum(&|each| f64::from(each.agents));
    let share = |part: f64, whole: f64| if whole > 0.0 { part / whole } else { 0.0 };
    let hours = f64::from(minutes) / 60.0;
    let simulated = if simulated {
        simulate(&intervals, minutes, assumptions).map_err(|error| ApiError::internal(&error))?
    } else {
        None
    };
    Ok(StaffingBody {
        date,
        interval_minutes: minutes,
        calls,
        agent_hours: agents * hours,
        paid_hours: sum(&|each| f64::from(each.scheduled)) * hours,
        peak: intervals.iter().map(|each| each.agents).max().unwrap_or(0),
        service_level: share(sum(&|each| each.calls * each.service_level), calls),
        occupancy: share(sum(&|each| f64::from(each.agents) * each.occupancy), agents),
        simulated,
        intervals,
    })
}
