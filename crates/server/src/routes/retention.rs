//! How long texts are kept: what holds, what a change would erase, and the change.

use std::collections::BTreeMap;

use axum::extract::State;
use calmline_core::{
    Body, Draft, Timestamp,
    catalog::Lang,
    event::PayloadKind,
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
    retention::{DEFAULTS, LONGEST, Retention, end, run},
    session::Signed,
    state::App,
};

const READ: Access = Access::Any(&[(Action::Read, Resource::Policy)]);
const CHANGE: Access = Access::Any(&[(Action::Change, Resource::Policy)]);

pub(super) fn routes() -> Vec<Route> {
    vec![route(READ, routes!(show)), route(CHANGE, routes!(preview)), route(CHANGE, routes!(set))]
}

/// How long a site keeps texts.
#[derive(Serialize, ToSchema)]
pub struct RetentionSettings {
    kinds: Vec<KeptBody>,
    /// When it was set; null where the defaults hold.
    #[schema(value_type = Option<String>, format = DateTime)]
    set: Option<Timestamp>,
    /// The last daily run; null if there was none.
    ran: Option<RanBody>,
}

/// One kind of text.
#[derive(Serialize, ToSchema)]
pub struct KeptBody {
    #[schema(value_type = String, example = "transcript")]
    kind: PayloadKind,
    /// What it is.
    text: String,
    /// After how many days it goes; null if it is kept until somebody has it erased.
    days: Option<u32>,
    default: u32,
    /// Where the default comes from.
    source: String,
}

/// A run.
#[derive(Serialize, ToSchema)]
pub struct RanBody {
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// How many texts it erased.
    erased: u64,
}

/// How long texts are kept here, with the source of each default, and the last daily run.
#[utoipa::path(
    get, path = "/v1/policy/retention", tag = "policy", security(("session" = [])), params(LangQuery),
    responses((status = 200, body = RetentionSettings))
)]
async fn show(
    State(app): State<App>,
    signed: Signed,
    Query(query): Query<LangQuery>,
) -> Result<axum::Json<RetentionSettings>, ApiError> {
    let lang = extract::language(query, &signed);
    let retention = Retention::of(app.store(), &signed.account.site).await?;
    Ok(axum::Json(body(retention, lang)))
}

fn body(retention: Retention, lang: Lang) -> RetentionSettings {
    let say = |part: &str, kind: PayloadKind| lang.say(&format!("{part}.{}", kind.as_str())).to_owned();
    let kept = |(kind, default)| KeptBody {
        kind,
        text: say("kept", kind),
        days: retention.days.get(&kind).copied(),
        default,
        source: say("kept.source", kind),
    };
    RetentionSettings {
        kinds: DEFAULTS.into_iter().map(kept).collect(),
        set: retention.set.map(|(at, _)| at),
        ran: retention.ran.map(|(at, erased)| RanBody { at, erased: erased.values().sum() }),
    }
}

/// Which time is thought of.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RetentionQuery {
    /// `transcript`, `original`, `envelope`, `self_report` or `voice_cue`.
    #[param(value_type = String)]
    pub kind: PayloadKind,
    /// After how many days it would go: 1 to 3650.
    pub days: u32,
}

/// What a time would erase at once.
#[derive(Serialize, ToSchema)]
pub struct RetentionPreview {
    /// How many texts are older by now.
    erased: u64,
}

/// How many texts of a kind would be erased at once if they were kept for so many days.
#[utoipa::path(
    get, path = "/v1/policy/retention/preview", tag = "policy", security(("session" = [])), params(RetentionQuery),
    responses((status = 200, body = RetentionPreview), (status = 422, body = ErrorBody))
)]
async fn preview(
    State(app): State<App>,
    signed: Signed,
    Query(RetentionQuery { kind, days }): Query<RetentionQuery>,
) -> Result<axum::Json<RetentionPreview>, ApiError> {
    check(kind, days)?;
    let before = end(clock::now(), days);
    let erased = app.store().count_before(&signed.account.site, kind, before).await?;
    Ok(axum::Json(RetentionPreview { erased }))
}

/// How long texts are to be kept.
#[derive(Deserialize, ToSchema)]
pub struct RetentionChange {
    /// After how many days each kind goes, 1 to 3650; a kind that is not named is kept until somebody has it erased.
    #[schema(value_type = BTreeMap<String, u32>)]
    pub days: BTreeMap<PayloadKind, u32>,
}

/// What a change erased.
#[derive(Serialize, ToSchema)]
pub struct RetentionChanged {
    /// How many texts were past their new time; they are gone for ever.
    erased: u64,
}

/// Sets how long texts are kept, and erases at once, for ever, what is older.
#[utoipa::path(
    put, path = "/v1/policy/retention", tag = "policy", security(("session" = [])), request_body = RetentionChange,
    responses((status = 200, body = RetentionChanged), (status = 422, body = ErrorBody))
)]
async fn set(
    State(app): State<App>,
    signed: Signed,
    Json(RetentionChange { days }): Json<RetentionChange>,
) -> Result<axum::Json<RetentionChanged>, ApiError> {
    days.iter().try_for_each(|(kind, days)| check(*kind, *days))?;
    let (site, by) = (signed.account.site, signed.account.id);
    if Retention::of(app.store(), &site).await?.days != days {
        let body = Body::RetentionSet { days, by };
        app.live.append(vec![Draft::derived(site.clone(), clock::now(), Vec::new(), body)]).await?;
    }
    let erased = run(&app, &site).await?;
    Ok(axum::Json(RetentionChanged { erased: erased.values().sum() }))
}

fn check(kind: PayloadKind, days: u32) -> Result<(), ApiError> {
    if !DEFAULTS.iter().any(|(known, _)| *known == kind) {
        let known = DEFAULTS.map(|(kind, _)| kind.as_str()).join(", ");
        return Err(ApiError::invalid("kind", format!("{} has no end by age", kind.as_str()))
            .hint(format!("the kinds that have one are {known}")));
    }
    if !(1..=LONGEST).contains(&days) {
        let wrong = format!("{days} days for {} are not between 1 and {LONGEST}", kind.as_str());
        return Err(ApiError::invalid("days", wrong).hint("leave the kind out to keep it until it is erased"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_has_an_end_has_words_in_both_languages() {
        for lang in [Lang::En, Lang::Zh] {
            let body = body(Retention { days: DEFAULTS.into(), set: None, ran: None }, lang);
            assert_eq!(body.kinds.len(), PayloadKind::ALL.len() - 1, "all but names have an end");
            for kept in &body.kinds {
                assert_eq!(kept.days, Some(kept.default));
                for text in [&kept.text, &kept.source] {
                    assert!(!text.starts_with("kept."), "{text} has no words");
                }
            }
        }
    }
}
