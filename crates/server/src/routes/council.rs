//! The works council's view: what ran, how often and for how many, and never who.

use axum::extract::State;
use calmline_core::{
    Party,
    catalog::Lang,
    event::PayloadKind,
    role::{Action, Resource},
};
use calmline_prove::council::CouncilWeek;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::{
    access::{Access, Route, route},
    error::ApiError,
    extract::{self, LangQuery, Query},
    models,
    session::Signed,
    state::App,
};

const READ: Access = Access::Any(&[(Action::Read, Resource::Attestation)]);

pub(super) fn routes() -> Vec<Route> {
    vec![route(READ, routes!(show))]
}

/// What ran.
#[derive(Serialize, ToSchema)]
pub struct CouncilBody {
    /// The last eight weeks that anything was told of, the latest first.
    weeks: Vec<CouncilWeekBody>,
    /// The models that sense, by name.
    models: Vec<CouncilModel>,
}

/// A model in use.
#[derive(Serialize, ToSchema)]
pub struct CouncilModel {
    /// What it is used for, in words.
    task: String,
    name: String,
    /// SHA-256 of its weights; none where they lie on another's server.
    sha256: Option<String>,
}

/// One week. Numbers of people, and of what people chose, contradicted or had erased, are rounded down to fives; null stands for
/// fewer than five.
#[derive(Serialize, ToSchema)]
pub struct CouncilWeekBody {
    /// Its Monday.
    #[schema(example = "2026-03-02")]
    week: String,
    /// Agents who took calls.
    agents: Option<u64>,
    calls: u64,
    sensed: Vec<Sensed>,
    decisions: Vec<Counted>,
    /// What became of alerts.
    outcomes: Vec<Counted>,
    /// Accepted breaks, and how many of them were kept; null where fewer than five agents worked. Refusals are counted nowhere.
    breaks: Option<BreaksBody>,
    disputes: Option<u64>,
    erasures: Option<u64>,
    /// Check-ins and questionnaires that were answered.
    answers: Vec<CoarseCount>,
    retention_runs: u64,
    /// Texts destroyed because their time was over, by kind.
    expired: Vec<Expired>,
}

/// How often something was measured of one leg.
#[derive(Serialize, ToSchema)]
pub struct Sensed {
    #[schema(value_type = String)]
    party: Party,
    /// The leg and the measurement in words.
    text: String,
    what: &'static str,
    count: u64,
}

/// How often something was.
#[derive(Serialize, ToSchema)]
pub struct Counted {
    what: &'static str,
    count: u64,
}

/// How often something was, in fives.
#[derive(Serialize, ToSchema)]
pub struct CoarseCount {
    what: &'static str,
    count: Option<u64>,
}

/// Texts of one kind.
#[derive(Serialize, ToSchema)]
pub struct Expired {
    #[schema(value_type = String)]
    kind: PayloadKind,
    count: u64,
}

/// How breaks went.
#[derive(Serialize, ToSchema)]
pub struct BreaksBody {
    accepted: u64,
    /// Begun, as the phone platform confirmed.
    kept: u64,
    /// Not confirmed in time.
    unconfirmed: u64,
}

impl CouncilWeekBody {
    fn new(week: CouncilWeek, lang: Lang) -> Self {
        let sensed = |(party, what, count): (Party, &'static str, u64)| {
            let of = format!("party.{}", party.as_str());
            let said =
                if what == "utterance" { "purpose.transcription".into() } else { format!("signal.{what}") };
            Sensed { party, text: format!("{}: {}", lang.say(&of), lang.say(&said)), what, count }
        };
        let counted = |(what, count)| Counted { what, count };
        Self {
            week: week.week.to_string(),
            agents: week.agents,
            calls: week.calls,
            sensed: week.sensed.into_iter().map(sensed).collect(),
            decisions: week.decisions.into_iter().map(counted).collect(),
            outcomes: week.outcomes.into_iter().map(counted).collect(),
            breaks: week.breaks.map(|breaks| BreaksBody {
                accepted: breaks.accepted,
                kept: breaks.kept,
                unconfirmed: breaks.unconfirmed,
            }),
            disputes: week.disputes,
            erasures: week.erasures,
            answers: week.answers.into_iter().map(|(what, count)| CoarseCount { what, count }).collect(),
            retention_runs: week.retention_runs,
            expired: week.expired.into_iter().map(|(kind, count)| Expired { kind, count }).collect(),
        }
    }
}

/// What ran, how often and for how many, week by week: never who. Consents in coarse numbers are at `/v1/policy/consents`.
#[utoipa::path(
    get, path = "/v1/council", tag = "policy", security(("session" = [])), params(LangQuery),
    responses((status = 200, body = CouncilBody))
)]
async fn show(
    State(app): State<App>,
    signed: Signed,
    Query(query): Query<LangQuery>,
) -> Result<axum::Json<CouncilBody>, ApiError> {
    let (site, lang) = (&signed.account.site, extract::language(query, &signed));
    let weeks = app.monitors.look(&app, site, calmline_prove::Monitor::council).await?;
    let recorded = models::recorded(app.store(), site).await?;
    let in_use = models::spans(&recorded).into_iter().filter(|span| span.until.is_none());
    let models = in_use.map(|span| CouncilModel {
        task: lang.say(&format!("models.task.{}", span.model.task.as_str())).to_owned(),
        name: span.model.name,
        sha256: span.model.sha256,
    });
    Ok(axum::Json(CouncilBody {
        weeks: weeks.into_iter().map(|week| CouncilWeekBody::new(week, lang)).collect(),
        models: models.collect(),
    }))
}
