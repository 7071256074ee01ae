//! Intake of work events from the phone platform.

use std::collections::HashMap;

use axum::{
    body::Bytes,
    extract::{DefaultBodyLimit, State, rejection::BytesRejection},
    http::{HeaderMap, StatusCode, header},
};
use calmline_core::{AgentId, Draft, SiteId, Timestamp};
use calmline_store::{Appended, IntegrationKey, KeyKind};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::{
    access::{Access, Route, route},
    clock,
    error::{ApiError, ErrorBody},
    extract::ShownKey,
    intake::{self, WorkEvent},
    state::App,
};

pub(super) fn routes() -> Vec<Route> {
    let (schemas, paths, handler) = routes!(take);
    let handler = handler.layer(DefaultBodyLimit::max(intake::MOST_BYTES));
    vec![route(Access::Key(KeyKind::Events), (schemas, paths, handler))]
}

/// What became of the events.
#[derive(Serialize, ToSchema)]
pub struct Taken {
    /// Events that are new; they are on disk.
    accepted: usize,
    /// Events that were there already, by source and id.
    duplicates: usize,
    /// Of these, how many came with another content than before: somebody uses an id twice. The first one stays.
    conflicts: usize,
    /// The log's position of the last of them.
    position: u64,
}

/// Takes work events: CloudEvents 1.0 JSON, one or a batch of up to 1000. Answers once they are on disk; all or none are
/// taken. `(source, id)` is unique for ever, so a request may be repeated without harm.
#[utoipa::path(
    post, path = "/v1/events", tag = "events", security(("key" = []), ("bearer" = [])),
    request_body(content(
        (serde_json::Value = "application/cloudevents+json"),
        (serde_json::Value = "application/cloudevents-batch+json"),
    )),
    responses(
        (status = 200, body = Taken),
        (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 413, body = ErrorBody),
        (status = 415, body = ErrorBody), (status = 422, body = ErrorBody), (status = 429, body = ErrorBody)
    )
)]
async fn take(
    State(app): State<App>,
    ShownKey(key): ShownKey,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<axum::Json<Taken>, ApiError> {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let now = clock::now();
    let events = intake::parse(content_type.unwrap_or_default(), &body?)?;
    let events = intake::check_times(events, now)?;
    check_sites(&events, &key)?;
    let agents = pseudonyms(&app, &key.site, &events).await?;
    let customers = customers(&app, &key.site, now, &events)?;
    let draft = |event: WorkEvent| event.draft(key.site.clone(), now, |name| agents.get(name).cloned());
    // Every name has a pseudonym by now; if one had not, nothing may be taken rather than all but one.
    let drafts: Option<Vec<Draft>> = events.into_iter().map(draft).collect();
    let mut drafts = drafts.ok_or_else(|| ApiError::not_found("agent"))?;
    let told = drafts.len();
    drafts.extend(customers);
    let appended = app.live.append(drafts).await?;
    Ok(axum::Json(count(&app, &appended[..told.min(appended.len())])))
}

/// A key speaks for its own site alone.
fn check_sites(events: &[WorkEvent], key: &IntegrationKey) -> Result<(), ApiError> {
    let foreign = events.iter().position(|event| event.site.as_ref().is_some_and(|site| *site != key.site));
    let Some(index) = foreign else { return Ok(()) };
    let message = format!("event {index} is of another site than the key");
    Err(ApiError::new(StatusCode::FORBIDDEN, "foreign_site", message)
        .field("data.site")
        .hint(format!("send {} or leave it out", key.site)))
}

/// Which customers calls are with, by the keyed hash of the CRM's ids.
fn customers(app: &App, site: &SiteId, now: Timestamp, events: &[WorkEvent]) -> Result<Vec<Draft>, ApiError> {
    let mut drafts = Vec::new();
    for event in events {
        if let Some(id) = &event.customer {
            let customer = app.store().customer(site, id)?;
            drafts.extend(event.customer_draft(site.clone(), now, customer));
        }
    }
    Ok(drafts)
}

async fn pseudonyms(
    app: &App,
    site: &SiteId,
    events: &[WorkEvent],
) -> Result<HashMap<String, AgentId>, ApiError> {
    let mut names: Vec<&str> = events.iter().filter_map(WorkEvent::agent).collect();
    names.sort_unstable();
    names.dedup();
    if names.is_empty() {
        return Ok(HashMap::new());
    }
    let agents = app.store().pseudonyms(site, &names).await?;
    Ok(names.into_iter().map(str::to_owned).zip(agents).collect())
}

fn count(app: &App, appended: &[Appended]) -> Taken {
    let duplicates = appended.iter().filter(|one| one.duplicate).count();
    let conflicts = appended.iter().filter(|one| one.conflict).count();
    if conflicts > 0 {
        tracing::warn!(conflicts, "work events came with ids that stand for other events");
    }
    metrics::counter!("calmline_intake_duplicates_total").increment(duplicates as u64);
    let head = app.store().head();
    let position = appended.iter().map(|one| one.position).max().unwrap_or(head).0;
    Taken { accepted: appended.len() - duplicates, duplicates, conflicts, position }
}
