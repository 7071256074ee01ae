//! The rhythm of breaks: which there are, where they come from, and which one holds here.

use axum::{extract::State, http::StatusCode};
use calmline_care::{
    rhythm::{minutes_of, ten_in_fifty},
    settings::BreakSettings,
};
use calmline_core::{
    Body, Draft, Position, SiteId, Timestamp,
    catalog::Lang,
    event::{Rhythm, RhythmMinutes},
    role::{Action, Resource},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::{
    access::{Access, Route, route},
    clock,
    error::{ApiError, ErrorBody},
    extract::{self, Json, LangQuery, Query},
    session::Signed,
    state::App,
};

const READ: Access = Access::Any(&[(Action::Read, Resource::Policy)]);
const CHANGE: Access = Access::Any(&[(Action::Change, Resource::Policy)]);
/// The shift that presets are told for.
const SHIFT_MINUTES: u32 = 8 * 60;

pub(super) fn routes() -> Vec<Route> {
    vec![route(READ, routes!(show)), route(CHANGE, routes!(choose))]
}

/// The minutes of a rhythm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MinutesBody {
    /// Work after which a break is offered.
    #[schema(example = 50)]
    offer_after_minutes: u32,
    /// Work after which it is offered whatever else holds.
    never_later_minutes: u32,
    shortest_minutes: u32,
    longest_minutes: u32,
}

impl From<RhythmMinutes> for MinutesBody {
    fn from(minutes: RhythmMinutes) -> Self {
        let RhythmMinutes { offer_after_minutes, never_later_minutes, shortest_minutes, longest_minutes } =
            minutes;
        Self { offer_after_minutes, never_later_minutes, shortest_minutes, longest_minutes }
    }
}

impl From<MinutesBody> for RhythmMinutes {
    fn from(minutes: MinutesBody) -> Self {
        let MinutesBody { offer_after_minutes, never_later_minutes, shortest_minutes, longest_minutes } =
            minutes;
        Self { offer_after_minutes, never_later_minutes, shortest_minutes, longest_minutes }
    }
}

/// The rhythm of breaks.
#[derive(Serialize, ToSchema)]
pub struct RhythmBody {
    /// `hse`, `ten_in_fifty` or `own`.
    #[schema(value_type = String)]
    rhythm: Rhythm,
    /// The minutes that hold.
    minutes: MinutesBody,
    /// When it was chosen in the app; null where the configuration says it.
    #[schema(value_type = Option<String>, format = DateTime)]
    chosen: Option<Timestamp>,
    presets: Vec<PresetBody>,
}

/// A rhythm that can be chosen by name.
#[derive(Serialize, ToSchema)]
pub struct PresetBody {
    #[schema(value_type = String)]
    rhythm: Rhythm,
    text: String,
    /// Where it comes from.
    source: String,
    minutes: MinutesBody,
    /// The minutes of break in a shift of eight hours, where the rhythm fixes them.
    in_eight_hours: Option<u32>,
}

fn presets(lang: Lang) -> Vec<PresetBody> {
    let preset = |rhythm: Rhythm| {
        let source = if rhythm == Rhythm::Hse { "source.hse" } else { "source.product" };
        Some(PresetBody {
            rhythm,
            text: lang.say(&format!("rhythm.{}", rhythm.as_str())).to_owned(),
            source: lang.say(source).to_owned(),
            minutes: minutes_of(rhythm)?.into(),
            in_eight_hours: (rhythm == Rhythm::TenInFifty).then(|| ten_in_fifty(SHIFT_MINUTES)),
        })
    };
    Rhythm::ALL.into_iter().filter_map(preset).collect()
}

/// The rhythm that was last chosen in the app.
pub(super) async fn chosen(
    app: &App,
    site: &SiteId,
) -> Result<Option<(Timestamp, Rhythm, RhythmMinutes)>, ApiError> {
    let events = app.store().read_kind(site, "rhythm.chosen", Position(0), u32::MAX).await?;
    Ok(events.into_iter().next_back().and_then(|event| match event.body {
        Body::RhythmChosen { rhythm, minutes, .. } => Some((event.at, rhythm, minutes)),
        _ => None,
    }))
}

/// By which name these minutes go.
fn named(breaks: &BreakSettings) -> Rhythm {
    let is = |rhythm: &Rhythm| minutes_of(*rhythm) == Some(breaks.minutes());
    Rhythm::ALL.into_iter().find(is).unwrap_or(Rhythm::Own)
}

/// The rhythm of breaks that holds, and those that could be chosen, with their sources. What a break costs is told to planners.
#[utoipa::path(
    get, path = "/v1/settings/breaks", tag = "policy", security(("session" = [])), params(LangQuery),
    responses((status = 200, body = RhythmBody))
)]
async fn show(
    State(app): State<App>,
    signed: Signed,
    Query(query): Query<LangQuery>,
) -> Result<axum::Json<RhythmBody>, ApiError> {
    let chosen = chosen(&app, &signed.account.site).await?;
    let breaks = app.live.care().clone().resolved().breaks;
    let (rhythm, minutes) =
        chosen.map_or_else(|| (named(&breaks), breaks.minutes()), |(_, rhythm, minutes)| (rhythm, minutes));
    Ok(axum::Json(RhythmBody {
        rhythm,
        minutes: minutes.into(),
        chosen: chosen.map(|(at, ..)| at),
        presets: presets(extract::language(query, &signed)),
    }))
}

/// A choice of rhythm.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChosenBody {
    /// `hse`, `ten_in_fifty` or `own`.
    #[schema(value_type = String, example = "ten_in_fifty")]
    rhythm: Rhythm,
    /// The site's own minutes; with `own` alone.
    minutes: Option<MinutesBody>,
}

/// Chooses the rhythm of breaks. It holds at once, goes before what the configuration says, and stands in the policy's trail.
#[utoipa::path(
    put, path = "/v1/settings/breaks", tag = "policy", security(("session" = [])), request_body = ChosenBody,
    responses((status = 204), (status = 422, body = ErrorBody))
)]
async fn choose(
    State(app): State<App>,
    signed: Signed,
    Json(ChosenBody { rhythm, minutes }): Json<ChosenBody>,
) -> Result<StatusCode, ApiError> {
    let minutes = match (minutes_of(rhythm), minutes) {
        (Some(minutes), None) => minutes,
        (None, Some(minutes)) => RhythmMinutes::from(minutes),
        (Some(_), Some(_)) => {
            return Err(ApiError::invalid("minutes", "a rhythm by name has its own minutes")
                .hint("leave minutes out, or choose own"));
        }
        (None, None) => return Err(ApiError::invalid("minutes", "the site's own rhythm needs its minutes")),
    };
    let mut settings = app.live.care().clone().resolved();
    settings.breaks.follow(minutes);
    settings.check().map_err(|error| ApiError::invalid("minutes", error.to_string()))?;
    let site = signed.account.site.clone();
    let body = Body::RhythmChosen { rhythm, minutes, by: signed.account.id };
    app.live.append(vec![Draft::derived(site, clock::now(), Vec::new(), body)]).await?;
    Ok(StatusCode::NO_CONTENT)
}
