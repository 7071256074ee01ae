//! Why: what an event rests on, down to the words and signals behind it.

use axum::extract::State;
use calmline_core::{
    EventId, SiteId,
    catalog::Lang,
    role::{Action, Resource},
};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::{
    calls::seen,
    stream::{EventBody, with_words},
};
use crate::{
    access::{Access, Route, route},
    error::{ApiError, ErrorBody},
    extract::{self, LangQuery, Path, Query},
    session::Signed,
    sight::Viewer,
    state::App,
};

const READ: Access = Access::Any(&[
    (Action::Read, Resource::OwnDay),
    (Action::Read, Resource::Alerts),
    (Action::Read, Resource::Calls),
]);

pub(super) fn routes() -> Vec<Route> {
    vec![route(READ, routes!(why))]
}

/// An event and what it rests on.
#[derive(Serialize, ToSchema)]
pub struct Why {
    event: EventBody,
    /// The events that caused it, as far as the reader may see them, in the order in which it names them.
    because: Vec<EventBody>,
}

/// What an event rests on. A prompt, an offer of a break, a change of load or an alert names the events that caused it; each
/// comes with its sentence and, where the reader may read them, the words.
#[utoipa::path(
    get, path = "/v1/why/{id}", tag = "calls", security(("session" = [])),
    params(("id" = String, Path, description = "The event."), LangQuery),
    responses((status = 200, body = Why), (status = 404, body = ErrorBody))
)]
async fn why(
    State(app): State<App>,
    signed: Signed,
    Path(id): Path<EventId>,
    Query(query): Query<LangQuery>,
) -> Result<axum::Json<Why>, ApiError> {
    let (site, lang) = (&signed.account.site, extract::language(query, &signed));
    let viewer = Viewer::new(&signed);
    let event = shown(&app, &viewer, site, &id, lang).await?.ok_or_else(|| ApiError::not_found("event"))?;
    let mut because = Vec::new();
    for cause in &event.event.because {
        because.extend(shown(&app, &viewer, site, cause, lang).await?);
    }
    Ok(axum::Json(Why { event, because }))
}

/// An event in words; none if there is none or the viewer may not see it.
pub(super) async fn shown(
    app: &App,
    viewer: &Viewer,
    site: &SiteId,
    id: &EventId,
    lang: Lang,
) -> Result<Option<EventBody>, ApiError> {
    let Some(event) = app.store().event(site, id).await? else { return Ok(None) };
    let Some(event) = seen(app, viewer, &event).await? else { return Ok(None) };
    Ok(with_words(app, site, vec![event], lang).await?.pop())
}
