//! Minutes that count as worked whatever was done in them: for workforce management, payroll and planners.

use axum::{
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, header},
    response::{IntoResponse, Response},
};
use calmline_core::{
    Timestamp,
    role::{Action, Resource},
};
use calmline_prove::protected::{BEFORE, protected};
use calmline_store::KeyKind;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::{
    access::{Access, Route, route},
    clock,
    error::{ApiError, ErrorBody},
    extract::{AtSite, Query},
    state::App,
};

const READ: Access = Access::KeyOr(KeyKind::Workforce, &[(Action::Read, Resource::ProtectedMinutes)]);
/// The one code that all of it has, whatever it was.
const CODE: &str = "protected";
/// The longest time that is told at once.
const LONGEST: SignedDuration = SignedDuration::from_hours(31 * 24);

pub(super) fn routes() -> Vec<Route> {
    vec![route(READ, routes!(list))]
}

/// Which minutes are wanted, and how.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ProtectedQuery {
    /// Intervals that begin at this time or later.
    #[param(value_type = String, format = DateTime)]
    pub from: Timestamp,
    /// Intervals that begin before this time; at most 31 days later.
    #[param(value_type = String, format = DateTime)]
    pub to: Timestamp,
    /// 15 (unless said otherwise), 30 or 60 minutes.
    pub interval: Option<i64>,
    /// `json` (unless said otherwise) or `csv`.
    #[param(value_type = Option<String>, example = "csv")]
    pub format: Option<Format>,
}

/// In which form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// One JSON document.
    Json,
    /// `agent,start,minutes,code`, one row an agent and interval.
    Csv,
}

/// Minutes that count as worked.
#[derive(Serialize, ToSchema)]
pub struct ProtectedBody {
    #[schema(value_type = String, format = DateTime)]
    from: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    to: Timestamp,
    interval_minutes: i64,
    /// By agent and time; intervals without any are left out.
    rows: Vec<ProtectedRow>,
}

/// The minutes of one agent in one interval.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub struct ProtectedRow {
    /// The phone platform's id of the agent.
    agent: String,
    /// When the interval begins.
    #[schema(value_type = String, format = DateTime)]
    start: Timestamp,
    /// A multiple of five.
    minutes: i64,
    /// The same for all.
    #[schema(example = "protected")]
    code: &'static str,
}

/// The minutes by which adherence, targets by the hour and piece pay are to be corrected: offered breaks, relief and cool-offs,
/// meetings, coaching and training, all under one code. Beginnings and ends are rounded to five minutes; no reason, offer or
/// refusal is told. Agents whose identity is erased are left out.
#[utoipa::path(
    get, path = "/v1/protected-minutes", tag = "floor", params(ProtectedQuery),
    security(("session" = []), ("key" = []), ("bearer" = [])),
    responses(
        (status = 200, content((ProtectedBody = "application/json"), (String = "text/csv"))),
        (status = 400, body = ErrorBody), (status = 422, body = ErrorBody)
    )
)]
async fn list(
    State(app): State<App>,
    AtSite(site): AtSite,
    Query(query): Query<ProtectedQuery>,
) -> Result<Response, ApiError> {
    let interval_minutes = check(&query)?;
    let interval = SignedDuration::from_mins(interval_minutes);
    let (from, to, now) = (query.from, query.to, clock::now());
    let mut people = app.store().outside_names(&site).await?;
    people.sort_by(|(_, one), (_, other)| one.cmp(other));
    let before = from.saturating_sub(BEFORE).unwrap_or(Timestamp::MIN);
    let mut rows = Vec::new();
    for (agent, name) in people {
        let events = app.store().read_agent(&site, &agent, before, to).await?;
        let found = protected(&events, from, to, interval, now.min(to));
        let row = |each: calmline_prove::protected::Protected| ProtectedRow {
            agent: name.clone(),
            start: each.start,
            minutes: each.minutes,
            code: CODE,
        };
        rows.extend(found.into_iter().map(row));
    }
    if query.format == Some(Format::Csv) {
        return as_csv(&rows);
    }
    Ok(axum::Json(ProtectedBody { from, to, interval_minutes, rows }).into_response())
}

/// The interval in minutes.
fn check(query: &ProtectedQuery) -> Result<i64, ApiError> {
    if query.from >= query.to || query.to.duration_since(query.from) > LONGEST {
        return Err(ApiError::invalid("to", "to is a time after from, at most 31 days after it")
            .hint("ask for one month at a time"));
    }
    match query.interval.unwrap_or(15) {
        interval @ (15 | 30 | 60) => Ok(interval),
        _ => Err(ApiError::invalid("interval", "an interval is 15, 30 or 60 minutes long")),
    }
}

fn as_csv(rows: &[ProtectedRow]) -> Result<Response, ApiError> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["agent", "start", "minutes", "code"]).map_err(|error| ApiError::internal(&error))?;
    for ProtectedRow { agent, start, minutes, code } in rows {
        let record = [spelled(agent), start.to_string(), minutes.to_string(), (*code).to_owned()];
        writer.write_record(record).map_err(|error| ApiError::internal(&error))?;
    }
    let bytes = writer.into_inner().map_err(|error| ApiError::internal(&error))?;
    let headers: [(HeaderName, HeaderValue); 2] = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8")),
        (
            header::CONTENT_DISPOSITION,
            HeaderValue::from_static("attachment; filename=\"protected-minutes.csv\""),
        ),
    ];
    Ok((HeaderMap::from_iter(headers), bytes).into_response())
}

/// A name that a spreadsheet does not take for a formula.
fn spelled(name: &str) -> String {
    if name.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{name}") } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_no_formula() {
        assert_eq!(spelled("=1+1"), "'=1+1");
        assert_eq!(spelled("li.wei"), "li.wei");
    }

    #[test]
    fn the_times_and_the_interval_must_make_sense() {
        let query = |from: &str, to: &str, interval| ProtectedQuery {
            from: from.parse().unwrap(),
            to: to.parse().unwrap(),
            interval,
            format: None,
        };
        let (monday, tuesday, june) =
            ("2026-03-02T00:00:00Z", "2026-03-03T00:00:00Z", "2026-06-02T00:00:00Z");
        assert_eq!(check(&query(monday, tuesday, None)).ok(), Some(15));
        assert_eq!(check(&query(monday, tuesday, Some(60))).ok(), Some(60));
        assert!(check(&query(monday, tuesday, Some(7))).is_err());
        assert!(check(&query(tuesday, monday, None)).is_err());
        assert!(check(&query(monday, june, None)).is_err());
    }
}
