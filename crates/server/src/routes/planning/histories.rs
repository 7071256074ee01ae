//! Histories of calls: import from a table, list, delete.

use axum::{
    body::Bytes,
    extract::{DefaultBodyLimit, State, rejection::BytesRejection},
    http::StatusCode,
};
use calmline_core::{SiteId, Timestamp, catalog::Lang};
use calmline_plan::history::Named;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::{CHANGE, READ, aside, clock_and_profile};
use crate::{
    access::{Route, route},
    error::{ApiError, ErrorBody},
    extract::{Path, Query},
    planning::{
        documents,
        history::{History, ReadError, Reading, Wish, read},
    },
    session::Signed,
    state::App,
    teams,
};

/// The largest table.
const MOST_BYTES: usize = 64 * 1024 * 1024;

pub(super) fn routes() -> Vec<Route> {
    let (schemas, paths, handler) = routes!(import);
    let handler = handler.layer(DefaultBodyLimit::max(MOST_BYTES));
    vec![route(READ, routes!(list)), route(CHANGE, (schemas, paths, handler)), route(CHANGE, routes!(delete))]
}

/// A history of calls.
#[derive(Serialize, ToSchema)]
pub struct HistoryBody {
    /// Its name for programs; it changes when the history is replaced.
    id: String,
    /// The name that the planner gave it.
    name: String,
    /// The queue, if one of several was taken.
    queue: Option<String>,
    /// Length of an interval.
    interval_minutes: u32,
    /// Open days.
    days: usize,
    #[schema(value_type = String, format = Date)]
    first: Date,
    #[schema(value_type = String, format = Date)]
    last: Date,
    /// All calls.
    calls: f64,
    /// Outages that were marked: their counts are not known.
    outages: usize,
    #[schema(value_type = String, format = DateTime)]
    imported: Timestamp,
}

fn told(name: String, kept: &documents::Kept, history: &History) -> HistoryBody {
    let date = |day: Option<&crate::planning::history::KeptDay>| day.map_or(Date::ZERO, |day| day.date);
    HistoryBody {
        id: kept.document.to_string(),
        name,
        queue: history.queue.clone(),
        interval_minutes: history.interval,
        days: history.days.len(),
        first: date(history.days.first()),
        last: date(history.days.last()),
        calls: history.calls(),
        outages: history.outages,
        imported: kept.at,
    }
}

/// The histories of the site, by name.
#[utoipa::path(
    get, path = "/v1/plan/histories", tag = "plan", security(("session" = [])),
    responses((status = 200, body = Vec<HistoryBody>))
)]
async fn list(State(app): State<App>, signed: Signed) -> Result<axum::Json<Vec<HistoryBody>>, ApiError> {
    let site = &signed.account.site;
    let mut list = Vec::new();
    for (name, kept) in documents::histories(app.store(), site).await? {
        if let Some(history) = documents::open::<History>(app.store(), site, &kept.document).await? {
            list.push(told(name, &kept, &history));
        }
    }
    Ok(axum::Json(list))
}

/// How a table is to be read. What is left out is guessed, and told with the answer.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct HistoryQuery {
    /// What the history is called, 1 to 60 characters; one of that name is replaced.
    pub name: String,
    /// Only say what would be taken.
    #[serde(default)]
    pub dry_run: bool,
    /// The column of the times.
    pub time: Option<String>,
    /// The column of the counts; an empty text where each row is one call.
    pub calls: Option<String>,
    /// The column of the queues.
    pub queue_column: Option<String>,
    /// One queue of several.
    pub queue: Option<String>,
    /// Length of an interval: 5, 10, 15, 30 or 60 minutes.
    pub interval_minutes: Option<u32>,
    /// `en` or `zh`; otherwise the account's language.
    #[param(value_type = Option<String>)]
    pub lang: Option<Lang>,
}

/// What an import takes, or would take.
#[derive(Serialize, ToSchema)]
pub struct HistoryImport {
    dry_run: bool,
    /// All columns of the table.
    columns: Vec<String>,
    /// The column of the times.
    time: String,
    /// The column of the counts; null where each row is one call.
    calls: Option<String>,
    /// The column of the queues.
    queue_column: Option<String>,
    /// The queues that were met.
    queues: Vec<String>,
    interval_minutes: u32,
    /// The first rows, field by field.
    sample: Vec<Vec<String>>,
    /// Rows that were read.
    rows: u64,
    /// Rows that cannot be taken; while there is one nothing is imported.
    bad_rows: u64,
    /// The first of them.
    bad: Vec<BadRowBody>,
    /// Why no history comes out although no row is bad.
    problem: Option<String>,
    /// Open days; null while there is a bad row.
    days: Option<usize>,
    #[schema(value_type = Option<String>, format = Date)]
    first: Option<Date>,
    #[schema(value_type = Option<String>, format = Date)]
    last: Option<Date>,
    total_calls: Option<f64>,
    /// Outages that are marked: their counts are not known.
    outages: Option<usize>,
    /// The history that was kept.
    history: Option<String>,
}

/// A row that cannot be taken.
#[derive(Serialize, ToSchema)]
pub struct BadRowBody {
    line: u64,
    /// What is wrong.
    text: String,
    /// What to do about it.
    remedy: String,
}

impl From<ReadError> for ApiError {
    fn from(error: ReadError) -> Self {
        let field = match error {
            ReadError::Interval(_) => "interval_minutes",
            ReadError::Columns(_) => "columns",
            _ => "body",
        };
        Self::invalid(field, error.to_string())
    }
}

/// Imports the calls of a queue from a table of counts by interval, or of calls one a row (CSV with comma, semicolon or tab): all
/// rows or none. With `dry_run=true` it says which columns it takes for what, shows the first rows and lists those that cannot
/// be taken. Times without an offset are on the site's clock.
#[utoipa::path(
    post, path = "/v1/plan/histories", tag = "plan", security(("session" = [])), params(HistoryQuery),
    request_body(content((String = "text/csv"))),
    responses(
        (status = 200, body = HistoryImport), (status = 413, body = ErrorBody), (status = 422, body = ErrorBody)
    )
)]
async fn import(
    State(app): State<App>,
    signed: Signed,
    Query(query): Query<HistoryQuery>,
    body: Result<Bytes, BytesRejection>,
) -> Result<axum::Json<HistoryImport>, ApiError> {
    let body = body?;
    let site: &SiteId = &signed.account.site;
    let name = teams::name(&query.name)
        .map_err(|_| ApiError::invalid("name", "the name of a history has 1 to 60 characters"))?;
    let lang = query.lang.unwrap_or(signed.account.language);
    let (zone, _) = clock_and_profile(&app, site).await?;
    let dry_run = query.dry_run;
    let (mut import, history) = aside(move || {
        let wish = Wish {
            named: Named {
                time: query.time.as_deref(),
                calls: query.calls.as_deref().filter(|name| !name.is_empty()),
                queue: query.queue_column.as_deref(),
            },
            each_row_is_a_call: query.calls.as_deref() == Some(""),
            queue: query.queue.as_deref(),
            interval: query.interval_minutes,
            zone,
        };
        read(&body, &wish).map(|reading| taken(reading, lang))
    })
    .await??;
    import.dry_run = dry_run;
    if !dry_run {
        let Some(history) = history else {
            return Err(ApiError::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "invalid_rows",
                "some rows cannot be taken, so none was",
            )
            .hint("mend the rows that a dry run names and import the table again"));
        };
        let kept = documents::keep_history(&app, site, &signed.account.id, &name, &history).await?;
        import.history = Some(kept.to_string());
    }
    Ok(axum::Json(import))
}

fn taken(reading: Reading, lang: Lang) -> (HistoryImport, Option<History>) {
    let column = |at: usize| reading.header.get(at).cloned().unwrap_or_default();
    let (bad, bad_rows) = reading.bad();
    let bad = bad.into_iter().map(|(line, reason)| BadRowBody {
        line,
        text: lang.tell(&reason),
        remedy: lang.say(&format!("{}.remedy", reason.code)).to_owned(),
    });
    let mut import = HistoryImport {
        dry_run: true,
        time: column(reading.columns.time),
        calls: reading.columns.calls.map(column),
        queue_column: reading.columns.queue.map(column),
        queues: reading.queues().iter().take(200).cloned().collect(),
        interval_minutes: reading.interval,
        rows: reading.rows(),
        bad_rows,
        bad: bad.collect(),
        problem: None,
        columns: reading.header.clone(),
        sample: reading.sample.clone(),
        days: None,
        first: None,
        last: None,
        total_calls: None,
        outages: None,
        history: None,
    };
    match reading.finish() {
        Ok(history) => {
            import.days = Some(history.days.len());
            import.first = history.days.first().map(|day| day.date);
            import.last = history.days.last().map(|day| day.date);
            import.total_calls = Some(history.calls());
            import.outages = Some(history.outages);
            (import, Some(history))
        }
        Err(error) => {
            import.problem = (bad_rows == 0).then(|| error.to_string());
            (import, None)
        }
    }
}

/// Deletes a history for ever.
#[utoipa::path(
    delete, path = "/v1/plan/histories/{id}", tag = "plan", security(("session" = [])),
    params(("id" = String, Path, description = "The history.")),
    responses((status = 204), (status = 404, body = ErrorBody))
)]
async fn delete(
    State(app): State<App>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    documents::delete_history(&app, &signed.account.site, &signed.account.id, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
