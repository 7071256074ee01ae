//! How loud the legs of a call were, to be drawn.

use axum::extract::State;
use calmline_core::{
    Body, CallId, Party, PayloadId,
    event::{Level, Levels},
    policy::{Envelope, Refusal},
};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::calls::{READ, opened, refused};
use crate::{
    access::{Route, route},
    error::{ApiError, ErrorBody},
    extract::{self, LangQuery, Path, Query},
    session::Signed,
    sight::Viewer,
    state::App,
};

pub(super) fn routes() -> Vec<Route> {
    vec![route(READ, routes!(show))]
}

/// The peak envelope of a call, as far as the reader may see it.
#[derive(Serialize, ToSchema)]
pub struct EnvelopeBody {
    /// Stretches in the order of the log; those that were erased are missing.
    stretches: Vec<StretchBody>,
    /// Why the agent's leg has none: what the policy says, or that the reader is not that agent.
    text: Option<String>,
}

/// A stretch of one leg.
#[derive(Serialize, ToSchema)]
pub struct StretchBody {
    #[schema(value_type = String, example = "customer")]
    party: Party,
    /// Where it begins: seconds from the first frame of the leg's audio.
    start_s: f64,
    /// How long each level lasts, in seconds.
    step_s: f64,
    /// The loudest sample of each step in decibels relative to full scale, -60 (or quieter) to 0; null where no sound came.
    #[schema(value_type = Vec<Option<i32>>, example = json!([-60, -18, null]))]
    levels: Vec<Level>,
}

/// How loud the legs of a call were: peaks of a tenth of a second, of which no sound can be made. The caller's go to those who
/// may read the call's words; an agent's to that agent alone, where the policy lets it be measured at all.
#[utoipa::path(
    get, path = "/v1/calls/{id}/envelope", tag = "calls", security(("session" = [])),
    params(("id" = String, Path, description = "The call."), LangQuery),
    responses((status = 200, body = EnvelopeBody), (status = 404, body = ErrorBody))
)]
async fn show(
    State(app): State<App>,
    signed: Signed,
    Path(id): Path<CallId>,
    Query(query): Query<LangQuery>,
) -> Result<axum::Json<EnvelopeBody>, ApiError> {
    let (site, lang) = (&signed.account.site, extract::language(query, &signed));
    let viewer = Viewer::new(&signed);
    let (row, seen) = opened(&app, &viewer, site, &id).await?;
    let (mut found, mut ids): (Vec<_>, Vec<PayloadId>) = (Vec::new(), Vec::new());
    for event in seen {
        if let Body::LegEnvelope { party, start_s, step_s, levels, .. } = event.body {
            found.push((party, start_s, step_s));
            ids.push(levels);
        }
    }
    let texts = app.store().open_payloads(site, &ids).await?;
    let stretch = |((party, start_s, step_s), text): (_, Option<Vec<u8>>)| {
        let levels = Levels::of_text(std::str::from_utf8(&text?).ok()?)?.get().to_vec();
        Some(StretchBody { party, start_s, step_s, levels })
    };
    let stretches = found.into_iter().zip(texts).filter_map(stretch).collect();
    let me = viewer.agent().filter(|me| row.agent.as_ref() == Some(me));
    let text = match (refused::<Envelope>(&app, site, &id, me), me) {
        (Some(Refusal::Forbidden { .. }), _) => Some("envelope.forbidden"),
        (_, None) => Some("envelope.own"),
        (Some(_), Some(_)) => Some("envelope.missing"),
        (None, Some(_)) => None,
    };
    Ok(axum::Json(EnvelopeBody { stretches, text: text.map(|code| lang.say(code).to_owned()) }))
}
