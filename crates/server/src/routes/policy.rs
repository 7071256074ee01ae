//! What may be sensed at the site, under which law, and the notices that people are given.

use std::path::{Path as FilePath, PathBuf};

use axum::{extract::State, http::StatusCode};
use calmline_core::{
    Body, Draft, Event, Party, Position, SiteId, Timestamp,
    catalog::Lang,
    policy::{Condition, Notice, Profile, Purpose, TABLE_VERSION, Verdict, rule, table_fingerprint},
    role::{Action, Resource},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::{
    access::{Access, Route, route},
    clock,
    error::{ApiError, ErrorBody},
    extract::{self, Json, LangQuery, Path, Query},
    session::Signed,
    state::App,
    token,
};

const READ: Access = Access::Any(&[(Action::Read, Resource::Policy)]);
const CHANGE: Access = Access::Any(&[(Action::Change, Resource::Policy)]);
/// The longest text of a notice, in characters.
const LONGEST_NOTICE: usize = 20_000;

pub(super) fn routes() -> Vec<Route> {
    vec![route(READ, routes!(show)), route(CHANGE, routes!(confirm)), route(CHANGE, routes!(withdraw))]
}

/// A site's policy.
#[derive(Serialize, ToSchema)]
pub struct PolicyBody {
    #[schema(value_type = String)]
    profile: Profile,
    profile_text: String,
    /// The version of the policy table.
    version: u32,
    /// SHA-256 over the whole table.
    fingerprint: String,
    rules: Vec<RuleBody>,
    notices: Vec<NoticeBody>,
    /// What is kept for how long.
    retention: Vec<RetentionBody>,
}

/// How long something is kept.
#[derive(Serialize, ToSchema)]
pub struct RetentionBody {
    #[schema(example = "transcripts")]
    what: &'static str,
    text: String,
}

/// What is kept, as the program does it today; no site can set it otherwise.
const KEPT: [&str; 10] = [
    "audio",
    "envelopes",
    "transcripts",
    "originals",
    "self_reports",
    "voice_cues",
    "evidence",
    "identities",
    "events",
    "sessions",
];

fn retention(lang: Lang) -> Vec<RetentionBody> {
    let body = |what| RetentionBody { what, text: lang.say(&format!("retention.{what}")).to_owned() };
    KEPT.into_iter().map(body).collect()
}

/// One cell of the table under the site's profile.
#[derive(Serialize, ToSchema)]
pub struct RuleBody {
    #[schema(value_type = String)]
    purpose: Purpose,
    purpose_text: String,
    #[schema(value_type = String)]
    party: Party,
    party_text: String,
    /// `allowed` or `forbidden`.
    #[schema(value_type = String)]
    verdict: Verdict,
    /// The verdict in words.
    text: String,
    /// What must hold first.
    conditions: Vec<ConditionBody>,
    /// The law that says so.
    laws: Vec<LawBody>,
}

/// A condition.
#[derive(Serialize, ToSchema)]
pub struct ConditionBody {
    code: String,
    /// What is missing while it does not hold.
    text: String,
    /// Whether it holds; null where each agent decides, and where no site is asked about.
    met: Option<bool>,
}

/// A law.
#[derive(Serialize, ToSchema)]
pub struct LawBody {
    code: String,
    text: String,
}

/// A notice that people are given.
#[derive(Serialize, ToSchema)]
pub struct NoticeBody {
    #[schema(value_type = String)]
    notice: Notice,
    text: String,
    /// Whether the site has confirmed that it is given.
    confirmed: bool,
    /// Since when.
    #[schema(value_type = Option<String>, format = DateTime)]
    since: Option<Timestamp>,
    /// SHA-256 of the text, in hexadecimal, as the log has it.
    text_sha256: Option<String>,
    /// The text that people are given.
    given: Option<String>,
}

/// What may be sensed at the site, about whom, under which law, and the site's notices.
#[utoipa::path(
    get, path = "/v1/policy", tag = "policy", security(("session" = [])), params(LangQuery),
    responses((status = 200, body = PolicyBody))
)]
async fn show(
    State(app): State<App>,
    signed: Signed,
    Query(query): Query<LangQuery>,
) -> Result<axum::Json<PolicyBody>, ApiError> {
    let (site, lang) = (&signed.account.site, extract::language(query, &signed));
    let known = app.live.with_policy(site, |policy| {
        let confirmed =
            Notice::ALL.into_iter().filter(|&notice| policy.has_notice(notice)).collect::<Vec<_>>();
        (policy.profile(), confirmed)
    });
    let (profile, confirmed) = known.ok_or_else(|| ApiError::not_found("site"))?;
    let records = app.store().read_kind(site, "notice.confirmed", Position(0), u32::MAX).await?;
    let mut notices = Vec::new();
    for notice in Notice::ALL {
        let stands = confirmed.contains(&notice);
        notices.push(notice_body(&app.config.data, notice, stands, &records, lang).await);
    }
    Ok(axum::Json(PolicyBody {
        profile,
        profile_text: lang.say(&format!("profile.{}", profile.as_str())).to_owned(),
        version: TABLE_VERSION,
        fingerprint: table_fingerprint(),
        rules: rules(profile, Some(&confirmed), lang),
        notices,
        retention: retention(lang),
    }))
}

/// The table under a profile; without notices it is not said what is met.
pub(super) fn rules(profile: Profile, confirmed: Option<&[Notice]>, lang: Lang) -> Vec<RuleBody> {
    let cells = Purpose::ALL.into_iter().flat_map(|purpose| Party::ALL.map(|party| (purpose, party)));
    let body = |(purpose, party): (Purpose, Party)| {
        let rule = rule(profile, purpose, party);
        let verdict = match (rule.verdict, rule.conditions.is_empty()) {
            (Verdict::Forbidden, _) => "policy.forbidden",
            (Verdict::Allowed, true) => "policy.allowed",
            (Verdict::Allowed, false) => "policy.allowed_if",
        };
        let condition = |condition: Condition| ConditionBody {
            code: condition.code(),
            text: lang.say(&condition.code()).to_owned(),
            met: match condition {
                Condition::Notice(notice) => confirmed.map(|confirmed| confirmed.contains(&notice)),
                Condition::AgentConsent => None,
            },
        };
        RuleBody {
            purpose,
            purpose_text: lang.say(&format!("purpose.{}", purpose.as_str())).to_owned(),
            party,
            party_text: lang.say(&format!("party.{}", party.as_str())).to_owned(),
            verdict: rule.verdict,
            text: lang.say(verdict).to_owned(),
            conditions: rule.conditions.into_iter().map(condition).collect(),
            laws: rule
                .laws
                .into_iter()
                .map(|code| LawBody { text: lang.say(&code).to_owned(), code })
                .collect(),
        }
    };
    cells.map(body).collect()
}

async fn notice_body(
    data: &FilePath,
    notice: Notice,
    stands: bool,
    records: &[Event],
    lang: Lang,
) -> NoticeBody {
    let last = records.iter().rev().filter(|_| stands).find_map(|event| match &event.body {
        Body::NoticeConfirmed { notice: of, text_sha256, .. } if *of == notice => {
            Some((event.at, text_sha256))
        }
        _ => None,
    });
    let given = match last {
        Some((_, sha)) => tokio::fs::read_to_string(text_file(data, sha)).await.ok(),
        None => None,
    };
    NoticeBody {
        notice,
        text: lang.say(&format!("notice.{}", notice.as_str())).to_owned(),
        confirmed: stands,
        since: last.map(|(at, _)| at),
        text_sha256: last.map(|(_, sha)| sha.clone()),
        given,
    }
}

/// Texts lie in the data directory under their own hash, so none is ever changed.
fn text_file(data: &FilePath, sha256: &str) -> PathBuf {
    data.join("notices").join(format!("{sha256}.txt"))
}

/// A notice's text.
#[derive(Deserialize, ToSchema)]
pub struct ConfirmBody {
    /// What people are told, word for word, in all languages used.
    pub text: String,
}

/// Confirms that a notice is given, with its text. What rests on it may be sensed from now on.
#[utoipa::path(
    put, path = "/v1/policy/notices/{notice}", tag = "policy", security(("session" = [])), request_body = ConfirmBody,
    params(("notice" = String, Path, description = "`recording`, `caller_emotion` or `workers`.")),
    responses((status = 204), (status = 400, body = ErrorBody), (status = 422, body = ErrorBody))
)]
async fn confirm(
    State(app): State<App>,
    signed: Signed,
    Path(notice): Path<Notice>,
    Json(ConfirmBody { text }): Json<ConfirmBody>,
) -> Result<StatusCode, ApiError> {
    let length = text.trim().chars().count();
    if !(20..=LONGEST_NOTICE).contains(&length) {
        let message = format!("the text of a notice has 20 to {LONGEST_NOTICE} characters");
        return Err(ApiError::invalid("text", message).hint("send the words that people are really given"));
    }
    let text_sha256 = token::hex(&token::hash(&text));
    keep_text(&app.config.data, &text_sha256, &text).await.map_err(|error| ApiError::internal(&error))?;
    let (site, by) = (signed.account.site, signed.account.id);
    record(&app, site, Body::NoticeConfirmed { notice, text_sha256, by }).await
}

async fn keep_text(data: &FilePath, sha256: &str, text: &str) -> std::io::Result<()> {
    let path = text_file(data, sha256);
    if let Some(folder) = path.parent() {
        tokio::fs::create_dir_all(folder).await?;
    }
    // Written whole beside its place first: a text that is there is complete.
    let part = path.with_extension("part");
    tokio::fs::write(&part, text).await?;
    tokio::fs::File::open(&part).await?.sync_all().await?;
    tokio::fs::rename(&part, &path).await
}

/// Says that a notice is no longer given. What rests on it stops within a second.
#[utoipa::path(
    delete, path = "/v1/policy/notices/{notice}", tag = "policy", security(("session" = [])),
    params(("notice" = String, Path, description = "`recording`, `caller_emotion` or `workers`.")),
    responses((status = 204), (status = 400, body = ErrorBody))
)]
async fn withdraw(
    State(app): State<App>,
    signed: Signed,
    Path(notice): Path<Notice>,
) -> Result<StatusCode, ApiError> {
    let (site, by) = (signed.account.site, signed.account.id);
    record(&app, site, Body::NoticeWithdrawn { notice, by }).await
}

async fn record(app: &App, site: SiteId, body: Body) -> Result<StatusCode, ApiError> {
    app.live.append(vec![Draft::derived(site, clock::now(), Vec::new(), body)]).await?;
    Ok(StatusCode::NO_CONTENT)
}
