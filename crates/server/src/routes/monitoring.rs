//! How often the software was right, by rule, signal and week; never by person.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use axum::extract::State;
use calmline_core::{
    Position, SiteId, Timestamp,
    catalog::Lang,
    event::{ModelUsed, Objection},
    role::{Action, Resource},
};
use calmline_prove::{
    CONCLUSIVE, Drift, FEWEST, Group, GroupFigures, Interval, Monitor, Report, RuleFigures, ScoreFigures,
    WRONG_AT_MOST, WeekReport, quantile,
};
use jiff::tz::TimeZone;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::{
    access::{Access, Route, route},
    error::ApiError,
    extract::{self, LangQuery, Query},
    measure,
    models::{self, Span},
    routes::entrance::EntranceReport,
    session::Signed,
    state::App,
};

const READ: Access = Access::Any(&[(Action::Read, Resource::Monitoring)]);
/// Events read at once.
const BATCH: u32 = 2_000;

pub(super) fn routes() -> Vec<Route> {
    vec![route(READ, routes!(monitoring))]
}

/// What was counted at each site, and how far in the log. Each site waits for its own counting alone.
#[derive(Default)]
pub struct Monitors(Mutex<HashMap<SiteId, Arc<Counted>>>);

type Counted = tokio::sync::Mutex<Option<(Position, Monitor)>>;

impl Monitors {
    /// A site's figures as of now: what came since they were last asked for is counted first.
    async fn report(&self, app: &App, site: &SiteId) -> Result<Report, ApiError> {
        self.look(app, site, Monitor::report).await
    }

    /// What a look at a site's figures as of now gives.
    pub(super) async fn look<T>(
        &self,
        app: &App,
        site: &SiteId,
        look: impl FnOnce(&Monitor) -> T,
    ) -> Result<T, ApiError> {
        let row = app.store().site(site).await?.ok_or_else(|| ApiError::not_found("site"))?;
        let counted = {
            let mut sites = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(sites.entry(site.clone()).or_default())
        };
        let mut counted = counted.lock_owned().await;
        // The zone was checked when the site was set up; without its data a week is one of UTC.
        let zone = TimeZone::get(&row.time_zone).unwrap_or(TimeZone::UTC);
        loop {
            let (after, _) = counted.get_or_insert_with(|| (Position(0), Monitor::new(zone.clone())));
            let events = app.store().read(Some(site), *after, BATCH).await?;
            if events.is_empty() {
                break;
            }
            // A log of months takes a while: nobody else's request waits for it on this thread, and it is counted even where
            // nobody waits for it any more. What was cut off in its midst begins anew.
            let counting = tokio::task::spawn_blocking(move || {
                if let Some((mut after, mut monitor)) = counted.take() {
                    after = events.last().map_or(after, |last| last.position);
                    events.iter().for_each(|event| monitor.apply(event));
                    *counted = Some((after, monitor));
                }
                counted
            });
            counted = counting.await.map_err(|error| ApiError::internal(&error))?;
        }
        counted.as_ref().map(|(_, monitor)| look(monitor)).ok_or_else(|| ApiError::not_found("site"))
    }
}

/// How often the software was right.
#[derive(Serialize, ToSchema)]
pub struct Monitoring {
    /// The last eight weeks, the latest first.
    weeks: Vec<WeekFigures>,
    /// Rules of which more was wrong than may be, in the weeks told here taken together, in words.
    under_review: Vec<CodeBody>,
    /// The share of wrong inferences that no rule may exceed, even at the lower end of its interval.
    wrong_at_most: f64,
    /// The fewest agents of whom a group is made.
    fewest: usize,
    /// The Monday of the week with which distributions are compared; none before a whole week is over.
    compared_with: Option<String>,
    latency: LatencyBody,
    /// The models in use.
    models: Vec<ModelBody>,
    entrance: EntranceReport,
}

/// From the arrival of the last audio behind a prompt to the prompt's commit, in this process since it
/// started, all sites together.
#[derive(Serialize, ToSchema)]
pub struct LatencyBody {
    /// Half of the prompts took no longer, in seconds; none before the first.
    p50_s: Option<f64>,
    /// 99 in 100 took no longer.
    p99_s: Option<f64>,
    /// How many.
    n: u64,
}

/// A model in use.
#[derive(Serialize, ToSchema)]
pub struct ModelBody {
    /// `voice_affect`, `speech`, `word_signs`, `intents` or `encoder`.
    task: &'static str,
    /// What it is used for, in words.
    text: String,
    /// Its name.
    name: String,
    /// SHA-256 of its weights in hexadecimal; none where they lie on another's server.
    sha256: Option<String>,
    /// Since when, by the log.
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
}

/// A code and its sentence.
#[derive(Serialize, ToSchema)]
pub struct CodeBody {
    /// A code of the catalogue.
    code: String,
    /// What it says.
    text: String,
}

/// One week.
#[derive(Serialize, ToSchema)]
pub struct WeekFigures {
    /// Its Monday.
    #[schema(example = "2026-03-02")]
    week: String,
    /// Whether it is over.
    whole: bool,
    /// Everybody's calls, then those by language and by protocol; empty where fewer than five agents took
    /// calls.
    groups: Vec<MonitoredGroup>,
    /// Whether a group was left out because it is too small.
    left_out: bool,
    /// How readings are distributed.
    scores: Vec<ScoreBody>,
}

/// The calls of a group.
#[derive(Serialize, ToSchema)]
pub struct MonitoredGroup {
    /// `all`, `language` or `protocol`.
    by: &'static str,
    /// Which language or protocol.
    name: Option<String>,
    rules: Vec<MonitoredRule>,
}

/// How a rule or signal did.
#[derive(Serialize, ToSchema)]
pub struct MonitoredRule {
    /// The code of what people were told.
    code: String,
    /// What it says.
    text: String,
    /// How often.
    shown: u64,
    /// Agents said that it was not the caller.
    wrong_person: u64,
    /// Agents said that it was read wrongly.
    wrong_reading: u64,
    /// Agents said that it was right, but no help.
    unwelcome: u64,
    /// The share that agents said to be wrong.
    wrong: Option<ShareBody>,
    /// Supervisors: it led to help, was right but not needed, was wrong.
    outcomes: OutcomesBody,
    /// How many agents said in private of alerts about them, and how many of these that they were right and welcome.
    rated: u64,
    rated_well: u64,
    /// Of how many answers, of supervisors and agents together, what follows is the share.
    answers: u64,
    /// Whether there are enough of them to conclude anything: twenty.
    conclusive: bool,
    /// The share of the answers that said that it was right.
    right: Option<ShareBody>,
    /// Of what foretells something, the share that came about.
    came_true: Option<ShareBody>,
}

/// What supervisors said became of alerts.
#[derive(Serialize, ToSchema)]
pub struct OutcomesBody {
    helped: u64,
    not_needed: u64,
    wrong: u64,
}

/// A share with its 95 % interval (Wilson).
#[derive(Serialize, ToSchema)]
pub struct ShareBody {
    share: f64,
    low: f64,
    high: f64,
}

/// How a reading is distributed.
#[derive(Serialize, ToSchema)]
pub struct ScoreBody {
    /// `arousal, sentiment, abuse` or `help`.
    score: &'static str,
    /// What it is.
    text: String,
    n: u64,
    /// The share of values in each tenth of the scale.
    shares: Vec<f64>,
    /// The population stability index against the first whole week; none where either week holds fewer than
    /// 200 values.
    psi: Option<f64>,
    /// `little` (below 0.1), `some` or `much` (from 0.25).
    drift: Option<&'static str>,
}

fn rounded(value: f64) -> f64 {
    (value * 10_000.0).round() / 10_000.0
}

pub(super) fn share(interval: Interval) -> ShareBody {
    let Interval { share, low, high } = interval;
    ShareBody { share: rounded(share), low: rounded(low), high: rounded(high) }
}

/// What a code says where it stands for all of its kind.
fn said(code: &str, lang: Lang) -> CodeBody {
    CodeBody { text: lang.say(&format!("monitored.{code}")).to_owned(), code: code.to_owned() }
}

fn rule(figures: RuleFigures, lang: Lang) -> MonitoredRule {
    let RuleFigures { told, tally, wrong, right, came_true } = figures;
    let objected = |objection| tally.objections.get(&objection).copied().unwrap_or(0);
    let CodeBody { code, text } = said(&told, lang);
    let [helped, not_needed, outcome_wrong] = tally.outcomes;
    MonitoredRule {
        code,
        text,
        shown: tally.shown,
        wrong_person: objected(Objection::WrongPerson),
        wrong_reading: objected(Objection::WrongReading),
        unwelcome: objected(Objection::Unwelcome),
        wrong: wrong.map(share),
        outcomes: OutcomesBody { helped, not_needed, wrong: outcome_wrong },
        rated: tally.rated[1],
        rated_well: tally.rated[0],
        answers: tally.answers(),
        conclusive: tally.answers() >= CONCLUSIVE,
        right: right.map(share),
        came_true: came_true.map(share),
    }
}

fn group(figures: GroupFigures, lang: Lang) -> MonitoredGroup {
    let (by, name) = match figures.group {
        Group::All => ("all", None),
        Group::Language(language) => ("language", Some(language)),
        Group::Protocol(protocol) => ("protocol", Some(protocol)),
    };
    MonitoredGroup { by, name, rules: figures.rules.into_iter().map(|figures| rule(figures, lang)).collect() }
}

fn score(figures: ScoreFigures, lang: Lang) -> ScoreBody {
    let word = |drift| match drift {
        Drift::Little => "little",
        Drift::Some => "some",
        Drift::Much => "much",
    };
    let name = figures.score.as_str();
    ScoreBody {
        score: name,
        text: said(&format!("score.{name}"), lang).text,
        n: figures.n,
        shares: figures.shares.into_iter().map(rounded).collect(),
        psi: figures.drift.map(|(index, _)| rounded(index)),
        drift: figures.drift.map(|(_, drift)| word(drift)),
    }
}

fn week(report: WeekReport, lang: Lang) -> WeekFigures {
    let WeekReport { week, whole, groups, left_out, scores } = report;
    WeekFigures {
        week: week.to_string(),
        whole,
        groups: groups.into_iter().map(|figures| group(figures, lang)).collect(),
        left_out,
        scores: scores.into_iter().map(|figures| score(figures, lang)).collect(),
    }
}

/// A model, where it is in use.
fn model(Span { model, since, until }: Span, lang: Lang) -> Option<ModelBody> {
    let ModelUsed { task, name, sha256 } = model;
    let text = lang.say(&format!("models.task.{}", task.as_str())).to_owned();
    until.is_none().then(|| ModelBody { task: task.as_str(), text, name, sha256, since })
}

/// Cue latency as the metrics of this process have it.
fn latency(rendered: &str) -> LatencyBody {
    let bound = |line: &str| {
        let (label, count) = line.strip_prefix("calmline_cue_latency_seconds_bucket{")?.split_once("} ")?;
        let bound = label.split("le=\"").nth(1)?.split('"').next()?;
        Some((bound.parse().ok()?, count.parse().ok()?))
    };
    let parts: Vec<(f64, u64)> = rendered.lines().filter_map(bound).collect();
    LatencyBody {
        p50_s: quantile(&parts, 0.5).map(rounded),
        p99_s: quantile(&parts, 0.99).map(rounded),
        n: parts.last().map_or(0, |(_, count)| *count),
    }
}

/// How often the software was right: what people were told in each of the last eight weeks, how often agents
/// and supervisors said that it was wrong, how readings drift, and how fast prompts come. By rule, language
/// and protocol, never by person; groups of fewer than five agents are left out.
#[utoipa::path(
    get, path = "/v1/monitoring", tag = "policy", security(("session" = [])), params(LangQuery),
    responses((status = 200, body = Monitoring))
)]
async fn monitoring(
    State(app): State<App>,
    signed: Signed,
    Query(query): Query<LangQuery>,
) -> Result<axum::Json<Monitoring>, ApiError> {
    let (site, lang) = (&signed.account.site, extract::language(query, &signed));
    let report = app.monitors.report(&app, site).await?;
    let models = models::recorded(app.store(), site).await?;
    Ok(axum::Json(Monitoring {
        weeks: report.weeks.into_iter().map(|one| week(one, lang)).collect(),
        under_review: report.under_review.iter().map(|code| said(code, lang)).collect(),
        wrong_at_most: WRONG_AT_MOST,
        fewest: FEWEST,
        compared_with: report.compared_with.map(|monday| monday.to_string()),
        latency: latency(&measure::recorder().render()),
        models: models::spans(&models).into_iter().filter_map(|span| model(span, lang)).collect(),
        entrance: report.entrance.into(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latency_is_read_from_the_process_own_metrics() {
        let text = "# TYPE calmline_cue_latency_seconds histogram\n\
                    calmline_cue_latency_seconds_bucket{le=\"0.1\"} 50\n\
                    calmline_cue_latency_seconds_bucket{le=\"0.25\"} 100\n\
                    calmline_cue_latency_seconds_bucket{le=\"+Inf\"} 100\n\
                    calmline_http_seconds_bucket{le=\"0.1\"} 7\n";
        let told = latency(text);
        assert_eq!((told.p50_s, told.p99_s, told.n), (Some(0.1), Some(0.247), 100));
        assert_eq!(latency("").p50_s, None);
    }
}
