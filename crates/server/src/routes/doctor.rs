//! What is missing or wrong with the running installation, as a page.

use axum::extract::State;
use calmline_core::{
    Role, SiteId,
    catalog::Lang,
    event::Reason,
    policy::Notice,
    role::{Action, Resource},
};
use calmline_store::KeyKind;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::{
    access::{Access, Route, route},
    attestation, clock,
    connection::Connection,
    error::ApiError,
    extract::{self, LangQuery, Query},
    session::Signed,
    state::App,
};

const READ: Access = Access::Any(&[(Action::Read, Resource::Keys)]);
/// An attestation that is older says little about now. Choice.
const FRESH_DAYS: i64 = 31;

/// What is looked at, and how bad it is where it is not good.
const CHECKS: [(&str, &str); 11] = [
    ("log", "wrong"),
    ("words", "missing"),
    ("notices", "missing"),
    ("events_key", "missing"),
    ("events_heard", "missing"),
    ("audio_key", "missing"),
    ("audio_heard", "missing"),
    ("way", "wrong"),
    ("second_admin", "missing"),
    ("works_council", "missing"),
    ("attestation", "missing"),
];

pub(super) fn routes() -> Vec<Route> {
    vec![route(READ, routes!(doctor))]
}

/// What was found.
#[derive(Serialize, ToSchema)]
pub struct Doctor {
    /// Whether nothing is wrong; something may be missing.
    good: bool,
    findings: Vec<Finding>,
}

/// One finding.
#[derive(Serialize, ToSchema)]
pub struct Finding {
    #[schema(example = "log")]
    what: &'static str,
    /// `good`, `missing` (it works, with less) or `wrong`.
    #[schema(example = "good")]
    state: &'static str,
    text: String,
    /// What to do about it; null if it is good.
    remedy: Option<String>,
}

/// Makes findings in one language.
struct Findings {
    lang: Lang,
    found: Vec<Finding>,
}

impl Findings {
    /// Notes whether one of [`CHECKS`] is good; its sentence has the gaps of `reason`.
    fn note(&mut self, what: &'static str, good: bool, reason: &Reason) {
        let bad = CHECKS.iter().find(|(known, _)| *known == what).map_or("wrong", |(_, bad)| *bad);
        let state = if good { "good" } else { bad };
        let remedy = (!good).then(|| self.lang.say(&format!("doctor.{what}.remedy")).to_owned());
        let reason = Reason { code: format!("doctor.{what}.{state}"), params: reason.params.clone() };
        self.found.push(Finding { what, state, text: self.lang.tell(&reason), remedy });
    }

    fn plain(&mut self, what: &'static str, good: bool) {
        self.note(what, good, &Reason::new(what));
    }
}

/// Looks at the running installation: the log, words, notices, keys, what is heard of the platforms, the way to it, who looks
/// after it, attestations. `calmline doctor` looks at a data directory and the machine.
#[utoipa::path(
    get, path = "/v1/doctor", tag = "system", security(("session" = [])), params(LangQuery),
    responses((status = 200, body = Doctor))
)]
async fn doctor(
    State(app): State<App>,
    connection: Connection,
    signed: Signed,
    Query(query): Query<LangQuery>,
) -> Result<axum::Json<Doctor>, ApiError> {
    let site = &signed.account.site;
    let mut findings = Findings { lang: extract::language(query, &signed), found: Vec::new() };
    let events = u32::try_from(app.store().head().0).unwrap_or(u32::MAX);
    let reason = Reason::new("log").with("events", f64::from(events));
    findings.note("log", app.live.faults().is_empty(), &reason);
    findings.plain("words", app.live.has_words());
    notices(&app, site, &mut findings);
    platforms(&app, site, &mut findings).await?;
    // From the machine itself nobody listens in between.
    findings.plain("way", connection.secure || connection.address.is_loopback());
    people(&app, site, &mut findings).await?;
    findings.plain("attestation", attested(&app, site)?);
    let good = findings.found.iter().all(|finding| finding.state != "wrong");
    Ok(axum::Json(Doctor { good, findings: findings.found }))
}

fn notices(app: &App, site: &SiteId, findings: &mut Findings) {
    let missing = app.live.with_policy(site, |policy| {
        Notice::ALL.into_iter().filter(|&notice| !policy.has_notice(notice)).collect::<Vec<_>>()
    });
    let missing = missing.unwrap_or_default();
    let lang = findings.lang;
    let names: Vec<_> =
        missing.iter().map(|notice| lang.say(&format!("notice.{}", notice.as_str())).to_owned()).collect();
    let mark = if lang == Lang::Zh { "、" } else { ", " };
    let reason = Reason::new("notices").with("notices", names.join(mark).as_str());
    findings.note("notices", missing.is_empty(), &reason);
}

async fn platforms(app: &App, site: &SiteId, findings: &mut Findings) -> Result<(), ApiError> {
    let keys = app.store().keys(site).await?;
    let key = |kind: KeyKind| keys.iter().any(|key| key.kind == kind && key.revoked.is_none());
    let heard = |kind: KeyKind| app.heard.last(site, kind).is_some();
    let audio = [KeyKind::Audiohook, KeyKind::Twilio];
    findings.plain("events_key", key(KeyKind::Events));
    if key(KeyKind::Events) {
        findings.plain("events_heard", heard(KeyKind::Events));
    }
    findings.plain("audio_key", audio.into_iter().any(key));
    if audio.into_iter().any(key) {
        findings.plain("audio_heard", audio.into_iter().any(heard));
    }
    Ok(())
}

async fn people(app: &App, site: &SiteId, findings: &mut Findings) -> Result<(), ApiError> {
    let accounts = app.store().accounts(site).await?;
    let with = |role: Role| {
        accounts.iter().filter(|account| !account.disabled && account.roles.contains(&role)).count()
    };
    findings.plain("second_admin", with(Role::Admin) > 1);
    findings.plain("works_council", with(Role::WorksCouncil) > 0);
    Ok(())
}

fn attested(app: &App, site: &SiteId) -> Result<bool, ApiError> {
    let folder = attestation::Folder::open(&app.config.data).map_err(|error| ApiError::internal(&error))?;
    let last = folder.last_of(site).map_err(|error| ApiError::internal(&error))?;
    let fresh = |last: attestation::Attestation| {
        clock::now().duration_since(last.statement.made).as_hours() < FRESH_DAYS * 24
    };
    Ok(last.is_some_and(fresh))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_finding_has_its_words_and_remedy() {
        for (what, bad) in CHECKS {
            for lang in [Lang::En, Lang::Zh] {
                for part in ["good", bad, "remedy"] {
                    let code = format!("doctor.{what}.{part}");
                    assert_ne!(lang.say(&code), code);
                }
            }
        }
    }
}
