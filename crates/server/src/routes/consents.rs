//! An agent's consents: what each is about, what is kept, who sees it; given and withdrawn by the agent alone.

use axum::{extract::State, http::StatusCode};
use calmline_core::{
    Body, Draft, Party, SubjectId,
    catalog::Lang,
    event::PayloadKind,
    policy::{Profile, Purpose, TABLE_VERSION, Verdict, consents_wanted, rule},
    role::{Action, Resource},
};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::{
    access::{Access, Route, route},
    clock,
    error::{ApiError, ErrorBody},
    extract::{self, LangQuery, Me, Path, Query},
    live::voices,
    state::App,
};

const READ: Access = Access::Any(&[(Action::Read, Resource::OwnData)]);
const CHANGE: Access = Access::Any(&[(Action::Change, Resource::OwnData)]);

pub(super) fn routes() -> Vec<Route> {
    vec![
        route(READ, routes!(list)),
        route(READ, routes!(show)),
        route(CHANGE, routes!(give)),
        route(CHANGE, routes!(withdraw)),
    ]
}

/// How one consent stands.
#[derive(Serialize, ToSchema)]
pub struct ConsentBody {
    #[schema(value_type = String, example = "voice_affect")]
    purpose: Purpose,
    /// What it is for, in words.
    text: String,
    /// Whether the site's profile asks for it; if not, it changes nothing and cannot be given.
    wanted: bool,
    /// Whether it stands.
    given: bool,
    /// What is kept because of it.
    stored: String,
    /// Who sees that.
    seen_by: String,
    /// The law behind it.
    laws: Vec<String>,
}

impl ConsentBody {
    fn new(profile: Profile, purpose: Purpose, given: bool, lang: Lang) -> Self {
        let name = purpose.as_str();
        let rule = rule(profile, purpose, Party::Agent);
        let say = |code: &str| lang.say(&format!("consent.{code}")).to_owned();
        let forbidden = rule.verdict == Verdict::Forbidden;
        Self {
            purpose,
            text: lang.say(&format!("purpose.{name}")).to_owned(),
            wanted: consents_wanted(profile).contains(&purpose),
            given,
            stored: say(&if forbidden { "stored.nothing".into() } else { format!("stored.{name}") }),
            seen_by: say(if forbidden { "seen_by.nobody" } else { seen_by(purpose) }),
            laws: rule.laws.iter().map(|law| lang.say(law).to_owned()).collect(),
        }
    }
}

fn seen_by(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Transcription => "seen_by.transcripts",
        Purpose::Segmentation
        | Purpose::Envelope
        | Purpose::WordReading
        | Purpose::TalkDynamics
        | Purpose::VoiceAffect => "seen_by.agent",
    }
}

fn standing(app: &App, me: &Me, purposes: &[Purpose], lang: Lang) -> Result<Vec<ConsentBody>, ApiError> {
    let bodies = app.live.with_policy(&me.site, |policy| {
        let body = |&purpose: &Purpose| {
            ConsentBody::new(policy.profile(), purpose, policy.has_consent(&me.agent, purpose), lang)
        };
        purposes.iter().map(body).collect()
    });
    bodies.ok_or_else(|| ApiError::not_found("site"))
}

/// All purposes, what is kept for each, and whether the agent agreed.
#[utoipa::path(
    get, path = "/v1/me/consents", tag = "me", security(("session" = [])), params(LangQuery),
    responses((status = 200, body = Vec<ConsentBody>))
)]
async fn list(
    State(app): State<App>,
    me: Me,
    Query(query): Query<LangQuery>,
) -> Result<axum::Json<Vec<ConsentBody>>, ApiError> {
    Ok(axum::Json(standing(&app, &me, &Purpose::ALL, extract::language(query, &me.signed))?))
}

/// One purpose.
#[utoipa::path(
    get, path = "/v1/me/consents/{purpose}", tag = "me", security(("session" = [])),
    params(("purpose" = String, Path, description = "The purpose."), LangQuery),
    responses((status = 200, body = ConsentBody), (status = 400, body = ErrorBody))
)]
async fn show(
    State(app): State<App>,
    me: Me,
    Path(purpose): Path<Purpose>,
    Query(query): Query<LangQuery>,
) -> Result<axum::Json<ConsentBody>, ApiError> {
    let bodies = standing(&app, &me, &[purpose], extract::language(query, &me.signed))?;
    bodies.into_iter().next().map(axum::Json).ok_or_else(|| ApiError::not_found("purpose"))
}

/// Agrees to one purpose.
#[utoipa::path(
    put, path = "/v1/me/consents/{purpose}", tag = "me", security(("session" = [])),
    params(("purpose" = String, Path, description = "The purpose.")),
    responses((status = 204), (status = 400, body = ErrorBody), (status = 409, body = ErrorBody))
)]
async fn give(State(app): State<App>, me: Me, Path(purpose): Path<Purpose>) -> Result<StatusCode, ApiError> {
    let profile = app.live.with_policy(&me.site, calmline_core::policy::SitePolicy::profile);
    let profile = profile.ok_or_else(|| ApiError::not_found("site"))?;
    if !consents_wanted(profile).contains(&purpose) {
        let words = match rule(profile, purpose, Party::Agent).verdict {
            Verdict::Forbidden => {
                "the site's policy profile forbids this purpose; consent does not change that"
            }
            Verdict::Allowed => "the site's policy profile does not ask for consent to this purpose",
        };
        return Err(ApiError::conflict("not_wanted", words).field("purpose"));
    }
    let given = app.live.with_policy(&me.site, |policy| policy.has_consent(&me.agent, purpose));
    if given != Some(true) {
        let body = Body::ConsentGiven { agent: me.agent, purpose, policy_version: TABLE_VERSION };
        app.live.append(vec![Draft::derived(me.site, clock::now(), Vec::new(), body)]).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// What a withdrawal erased.
#[derive(Serialize, ToSchema)]
pub struct Withdrawn {
    /// Sealed texts that were erased for ever: with `voice_affect` what was told of calls, and what the voice is usually like;
    /// with `envelope` how loud one was from moment to moment.
    erased: u64,
    /// The same in a sentence.
    deleted: String,
    /// What stays, in a sentence: what the log holds of measurements is numbers under a pseudonym.
    stays: String,
}

/// Withdraws a consent. What is sensed under it stops within a second, in the middle of a call too; what was derived under it and
/// kept is erased with it, and the answer says what that was.
#[utoipa::path(
    delete, path = "/v1/me/consents/{purpose}", tag = "me", security(("session" = [])),
    params(("purpose" = String, Path, description = "The purpose."), LangQuery),
    responses((status = 200, body = Withdrawn), (status = 400, body = ErrorBody))
)]
async fn withdraw(
    State(app): State<App>,
    me: Me,
    Path(purpose): Path<Purpose>,
    Query(query): Query<LangQuery>,
) -> Result<axum::Json<Withdrawn>, ApiError> {
    let lang = extract::language(query, &me.signed);
    let voice = purpose == Purpose::VoiceAffect;
    let mut erased = if voice { super::cues::kept(&app, &me).await? } else { 0 };
    // Recorded even where no consent is known to stand: one that is on its way must not win.
    let body = Body::ConsentWithdrawn { agent: me.agent.clone(), purpose };
    app.live.append(vec![Draft::derived(me.site.clone(), clock::now(), Vec::new(), body)]).await?;
    if purpose == Purpose::Envelope {
        let subject = SubjectId::of_agent(&me.agent);
        let erasure = app.store().erase(&me.site, &subject, &[PayloadKind::Envelope], clock::now()).await?;
        erased = erasure.payloads;
    }
    if voice {
        // Whoever heeds the log does so as well; this waits until it is done.
        voices::forget(app.live.clone(), me.site, me.agent).await;
    }
    let deleted = match (erased, purpose) {
        (1.., Purpose::VoiceAffect | Purpose::Envelope) => {
            let code = format!("withdrawn.{}", purpose.as_str());
            lang.say(&code).replace("{count}", &erased.to_string())
        }
        _ => lang.say("withdrawn.nothing").to_owned(),
    };
    Ok(axum::Json(Withdrawn { erased, deleted, stays: lang.say("withdrawn.stays").to_owned() }))
}
