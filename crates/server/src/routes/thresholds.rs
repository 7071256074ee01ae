//! The thresholds of care that hold at a site, each with what it means and where its default comes from.

use axum::extract::State;
use calmline_care::Settings;
use calmline_core::{
    Body, Position, Timestamp,
    catalog::Lang,
    event::RhythmMinutes,
    role::{Action, Resource},
};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::rhythm::chosen;
use crate::{
    access::{Access, Route, route},
    error::ApiError,
    extract::{self, LangQuery, Query},
    session::Signed,
    state::App,
};

const READ: Access = Access::Any(&[(Action::Read, Resource::Policy)]);

/// Where defaults come from that are not a choice: by group and name, the code of the source's sentence. The settings' own
/// documentation says the same (`calmline_care::settings`).
const SOURCES: [(&str, &str, &str); 28] = [
    ("load", "window_minutes", "trade"),
    ("load", "occupancy_ceiling", "occupancy"),
    ("load", "shift_from_hours", "shift"),
    ("load", "shift_full_hours", "shift"),
    ("load", "weight_since_break", "since_break"),
    ("exposure", "abusive_calls_a_shift", "design"),
    ("exposure", "abuse_half_life_minutes", "evening"),
    ("strain", "fills_minutes", "effort_recovery"),
    ("strain", "recovers_minutes", "short_breaks"),
    ("strain", "in_call", "effort_recovery"),
    ("strain", "wrap_up", "effort_recovery"),
    ("strain", "waiting", "effort_recovery"),
    ("strain", "from_abuse", "exhaustion"),
    ("strain", "carried_days", "recovery"),
    ("strain", "weight_night", "body_clock"),
    ("strain", "weight_shift", "shift"),
    ("breaks", "offer_after_minutes", "hse"),
    ("breaks", "never_later_minutes", "hse"),
    ("breaks", "shortest_minutes", "hse"),
    ("breaks", "longest_minutes", "hse"),
    ("breaks", "depleted_minutes", "short_breaks"),
    ("breaks", "confirm_seconds", "product"),
    ("breaks", "answer_within_seconds", "trade"),
    ("breaks", "put_off_minutes", "product"),
    ("alerts", "per_hour", "design"),
    ("incident", "cool_off_minutes", "short_breaks"),
    ("incident", "follow_up_hours", "design"),
    ("memory", "silent_agent_hours", "daily_rest"),
];

pub(super) fn routes() -> Vec<Route> {
    vec![route(READ, routes!(show))]
}

/// The thresholds of a site.
#[derive(Serialize, ToSchema)]
pub struct Thresholds {
    /// Since when these hold; null where none are recorded, and the defaults hold.
    #[schema(value_type = Option<String>, format = DateTime)]
    since: Option<Timestamp>,
    groups: Vec<GroupBody>,
}

/// Thresholds that belong together.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub struct GroupBody {
    #[schema(example = "breaks")]
    group: String,
    text: String,
    values: Vec<ThresholdBody>,
}

/// One threshold.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub struct ThresholdBody {
    #[schema(example = "offer_after_minutes")]
    name: String,
    /// What it means.
    text: String,
    value: f64,
    default: f64,
    /// Where the default comes from.
    source: String,
}

/// The thresholds that decide about load, prompts, breaks and alerts here, with their sources. They are set in the
/// configuration file; each change of them is in the policy's trail.
#[utoipa::path(
    get, path = "/v1/settings/care", tag = "policy", security(("session" = [])), params(LangQuery),
    responses((status = 200, body = Thresholds))
)]
async fn show(
    State(app): State<App>,
    signed: Signed,
    Query(query): Query<LangQuery>,
) -> Result<axum::Json<Thresholds>, ApiError> {
    let lang = extract::language(query, &signed);
    let events = app.store().read_kind(&signed.account.site, "care.settings", Position(0), u32::MAX).await?;
    let recorded = events.into_iter().next_back().and_then(|event| match event.body {
        Body::CareSettings { settings, .. } => Some((event.at, settings)),
        _ => None,
    });
    let (since, mut settings) = recorded.map_or((None, Value::Null), |(at, settings)| (Some(at), settings));
    if let Some((_, _, minutes)) = chosen(&app, &signed.account.site).await? {
        put(&mut settings, &minutes);
    }
    Ok(axum::Json(Thresholds { since, groups: groups(&settings, lang) }))
}

/// The rhythm of breaks that was chosen in the app goes before what is recorded.
fn put(settings: &mut Value, minutes: &RhythmMinutes) {
    if settings.is_null() {
        *settings = serde_json::json!({});
    }
    let chosen = serde_json::to_value(minutes).unwrap_or_default();
    for (name, value) in chosen.as_object().into_iter().flatten() {
        settings["breaks"][name] = value.clone();
    }
}

/// Every setting that this program knows; what is not recorded has its default.
fn groups(recorded: &Value, lang: Lang) -> Vec<GroupBody> {
    let defaults = serde_json::to_value(Settings::default()).unwrap_or_default();
    let group = |(group, defaults): (&String, &Value)| {
        let mut values = Vec::new();
        gather(group, "", (defaults, &recorded[group]), lang, &mut values);
        GroupBody { group: group.clone(), text: lang.say(&format!("threshold.{group}")).to_owned(), values }
    };
    defaults.as_object().into_iter().flatten().map(group).collect()
}

fn gather(
    group: &str,
    path: &str,
    (default, recorded): (&Value, &Value),
    lang: Lang,
    values: &mut Vec<ThresholdBody>,
) {
    if let Some(parts) = default.as_object() {
        for (name, default) in parts {
            let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            gather(group, &path, (default, &recorded[name]), lang, values);
        }
        return;
    }
    let number =
        |value: &Value| value.as_f64().or_else(|| value.as_bool().map(|yes| f64::from(u8::from(yes))));
    let Some(default) = number(default) else { return };
    // The bands of the three scales mean the same.
    let code = match path.starts_with("bands.") {
        true => format!("threshold.{path}"),
        false => format!("threshold.{group}.{path}"),
    };
    let source = SOURCES.iter().find(|(of, name, _)| *of == group && *name == path);
    let source = source.map_or("choice", |(.., source)| source);
    values.push(ThresholdBody {
        name: path.to_owned(),
        text: lang.say(&code).to_owned(),
        value: number(recorded).unwrap_or(default),
        default,
        source: lang.say(&format!("source.{source}")).to_owned(),
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_threshold_and_source_has_words_and_every_source_a_threshold() {
        for lang in [Lang::En, Lang::Zh] {
            let groups = groups(&Value::Null, lang);
            assert!(groups.len() >= 7);
            let mut sources = 0;
            for group in &groups {
                assert!(!group.text.starts_with("threshold."), "{} has no words", group.group);
                for value in &group.values {
                    let name = format!("{}.{}", group.group, value.name);
                    assert!(!value.text.starts_with("threshold."), "{name} has no words");
                    assert!(!value.source.starts_with("source."), "{name}: {}", value.source);
                    assert_eq!(value.value, value.default);
                    sources += usize::from(value.source != lang.say("source.choice"));
                }
            }
            assert_eq!(sources, SOURCES.len(), "a source names a threshold that is no more");
        }
    }

    #[test]
    fn what_a_site_sets_stands_beside_its_default() {
        let recorded = serde_json::json!({"breaks": {"offer_after_minutes": 45}});
        let groups = groups(&recorded, Lang::En);
        let breaks = groups.iter().find(|group| group.group == "breaks").unwrap();
        let offer = breaks.values.iter().find(|value| value.name == "offer_after_minutes").unwrap();
        assert_eq!((offer.value, offer.default), (45.0, 50.0));
        assert!(offer.source.contains("HSE"), "{}", offer.source);
    }
}
