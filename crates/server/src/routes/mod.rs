//! The routes, each with who may call it.

pub mod accounts;
pub mod alerts;
pub mod attest;
pub mod audit;
pub mod callers;
pub mod calls;
pub mod connections;
pub mod consents;
pub mod council;
pub mod cues;
pub mod data;
pub mod day;
pub mod doctor;
pub mod entrance;
pub mod envelopes;
pub mod events;
pub mod excluded;
pub mod fit;
pub mod flags;
pub mod floor;
pub mod groups;
pub mod help;
pub mod incidents;
pub mod keys;
pub mod me;
pub mod monitoring;
pub mod my_incidents;
pub mod people;
pub mod planning;
pub mod policy;
pub mod protected;
pub mod questionnaires;
pub mod reports;
pub mod retention;
pub mod rhythm;
pub mod route;
pub mod seconds;
pub mod session;
pub mod setup;
pub mod stream;
pub mod system;
pub mod thresholds;
pub mod webhooks;
pub mod why;

use utoipa::{
    OpenApi,
    openapi::{
        ComponentsBuilder,
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

use crate::{
    access::{self, Route},
    error::ErrorBody,
    live::audio,
    state::App,
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Calmline 宁线",
        description = "Wellbeing software for contact centres. Errors are `{code, message, hint, field}`. A change with a \
                       session needs the header `X-Calmline: 1`. Times are RFC 3339; seconds within a call count from the \
                       first frame of its audio.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    components(schemas(ErrorBody))
)]
struct Document;

/// Every route of the API.
#[must_use]
pub fn all() -> Vec<Route> {
    [
        setup::routes(),
        session::routes(),
        events::routes(),
        fit::routes(),
        audio::routes(),
        stream::routes(),
        day::routes(),
        me::routes(),
        reports::routes(),
        consents::routes(),
        cues::routes(),
        data::routes(),
        floor::routes(),
        groups::routes(),
        protected::routes(),
        questionnaires::routes(),
        alerts::routes(),
        incidents::routes(),
        flags::routes(),
        my_incidents::routes(),
        help::routes(),
        excluded::routes(),
        calls::routes(),
        envelopes::routes(),
        why::routes(),
        callers::routes(),
        keys::routes(),
        connections::routes(),
        council::routes(),
        accounts::routes(),
        people::routes(),
        planning::routes(),
        policy::routes(),
        audit::routes(),
        monitoring::routes(),
        retention::routes(),
        rhythm::routes(),
        seconds::routes(),
        attest::routes(),
        thresholds::routes(),
        entrance::routes(),
        route::routes(),
        webhooks::routes(),
        doctor::routes(),
        system::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The router of all routes behind their guards, and the document that describes it.
pub fn router(app: &App) -> (axum::Router<App>, utoipa::openapi::OpenApi) {
    access::router(app, all(), frame()).split_for_parts()
}

/// The document alone.
#[must_use]
pub fn document() -> utoipa::openapi::OpenApi {
    access::document(all(), frame())
}

fn frame() -> utoipa::openapi::OpenApi {
    let mut document = Document::openapi();
    let cookie = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new("calmline")));
    let header = SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::new("X-API-KEY")));
    let bearer = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build());
    let known = document.components.take().unwrap_or_default();
    let mut components = ComponentsBuilder::from(known)
        .security_scheme("session", cookie)
        .security_scheme("key", header)
        .security_scheme("bearer", bearer)
        .build();
    components.responses.clear();
    document.components = Some(components);
    document
}
