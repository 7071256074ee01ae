//! The first set-up: a site and its first administrator.

use std::sync::PoisonError;

use axum::{extract::State, http::StatusCode};
use calmline_core::{
    Party, Role, SiteId,
    catalog::Lang,
    policy::{Profile, Purpose, Verdict, rule},
};
use calmline_store::{NewAccount, NewSite, Site};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::policy::{RuleBody, rules};
use crate::{
    access::{Access, Route, route, slow_down},
    clock,
    connection::Connection,
    error::ApiError,
    extract::{Json, LangQuery, Query},
    password,
    state::App,
    throttle::Address,
    token,
};

pub(super) fn routes() -> Vec<Route> {
    vec![
        route(Access::Public, routes!(show)),
        route(Access::Public, routes!(profiles)),
        route(Access::Public, routes!(set_up)),
    ]
}

/// Whether the installation is set up.
#[derive(Serialize, ToSchema)]
pub struct SetupState {
    /// False until the first site is there.
    pub done: bool,
}

/// Whether the installation is set up.
#[utoipa::path(get, path = "/v1/setup", tag = "setup", responses((status = 200, body = SetupState)))]
async fn show(State(app): State<App>) -> Result<axum::Json<SetupState>, ApiError> {
    Ok(axum::Json(SetupState { done: !app.store().sites().await?.is_empty() }))
}

/// A policy profile that a site can have.
#[derive(Serialize, ToSchema)]
pub struct ProfileBody {
    #[schema(value_type = String, example = "eu")]
    profile: Profile,
    text: String,
    /// What it means for people, in plain words.
    consequences: Vec<String>,
    /// What may be sensed under it, about whom, and which law says so.
    rules: Vec<RuleBody>,
}

/// The policy profiles with what each allows, so that one can be chosen. Nothing in them is about a site.
#[utoipa::path(get, path = "/v1/setup/profiles", tag = "setup", params(LangQuery), responses((status = 200, body = Vec<ProfileBody>)))]
async fn profiles(Query(LangQuery { lang }): Query<LangQuery>) -> axum::Json<Vec<ProfileBody>> {
    let lang = lang.unwrap_or_default();
    let body = |profile: Profile| ProfileBody {
        profile,
        text: lang.say(&format!("profile.{}", profile.as_str())).to_owned(),
        consequences: consequences(profile).into_iter().map(|code| lang.say(code).to_owned()).collect(),
        rules: rules(profile, None, lang),
    };
    axum::Json(Profile::ALL.map(body).into())
}

/// What a profile means for people, read from its table.
fn consequences(profile: Profile) -> Vec<&'static str> {
    let allowed = |purpose, party| rule(profile, purpose, party).verdict == Verdict::Allowed;
    let agents = if allowed(Purpose::VoiceAffect, Party::Agent) {
        "profile_means.agent_voice_consent"
    } else {
        "profile_means.agent_voice_never"
    };
    let mut codes = vec!["profile_means.words"];
    if allowed(Purpose::VoiceAffect, Party::Customer) {
        codes.push("profile_means.caller_voice");
    }
    codes.extend([agents, "profile_means.work_events", "profile_means.fixed"]);
    codes
}

/// What the first set-up takes.
#[derive(Deserialize, ToSchema)]
pub struct SetUp {
    /// The token that `calmline serve` printed when it started.
    pub token: String,
    /// The site's short name, as work events will carry it.
    #[schema(value_type = String, example = "hangzhou")]
    pub site: SiteId,
    /// The site's name for people; otherwise the short one.
    #[serde(default)]
    pub name: Option<String>,
    /// The policy profile. It can never be changed.
    #[serde(default)]
    #[schema(value_type = String, example = "strict")]
    pub profile: Profile,
    /// The IANA time zone.
    #[serde(default)]
    #[schema(example = "Asia/Shanghai")]
    pub time_zone: Option<String>,
    /// The first administrator's login.
    pub login: String,
    /// The first administrator's password: at least 12 characters.
    pub password: String,
    /// The administrator's language.
    #[serde(default)]
    #[schema(value_type = String, example = "en")]
    pub language: Lang,
}

/// What was set up.
#[derive(Serialize, ToSchema)]
pub struct WasSetUp {
    #[schema(value_type = String)]
    site: SiteId,
    #[schema(value_type = String)]
    profile: Profile,
    admin: String,
}

/// Sets up the first site and its administrator. Works once, with the token that `calmline serve` printed.
#[utoipa::path(
    post, path = "/v1/setup", tag = "setup", request_body = SetUp,
    responses((status = 201, body = WasSetUp), (status = 403, body = crate::error::ErrorBody), (status = 409, body = crate::error::ErrorBody))
)]
async fn set_up(
    State(app): State<App>,
    connection: Connection,
    Json(wanted): Json<SetUp>,
) -> Result<(StatusCode, axum::Json<WasSetUp>), ApiError> {
    let expected = *app.setup_token.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(expected) = expected else {
        return Err(ApiError::conflict("set_up", "this installation is set up already")
            .hint("sign in; further sites are made with `calmline setup`"));
    };
    // Hashes are compared, so the time that takes tells nothing about the token.
    if token::hash(wanted.token.trim()) != expected {
        slow_down(app.throttles.strangers.take(Address::from(connection.address), app.tick()))?;
        return Err(ApiError::new(StatusCode::FORBIDDEN, "wrong_token", "the set-up token does not fit")
            .field("token")
            .hint("`calmline serve` prints it when it starts"));
    }
    let admin = wanted.login.clone();
    let new = new_site(wanted).await?;
    let (site, profile) = (new.site.id.clone(), new.site.profile);
    let opened = new.site.clone();
    app.store().create_site(new).await?;
    *app.setup_token.lock().unwrap_or_else(PoisonError::into_inner) = None;
    app.live.open_site(&opened).await?;
    tracing::info!(%site, profile = profile.as_str(), "set up");
    Ok((StatusCode::CREATED, axum::Json(WasSetUp { site, profile, admin })))
}

async fn new_site(wanted: SetUp) -> Result<NewSite, ApiError> {
    let SetUp { site, name, profile, time_zone, login, password, language, .. } = wanted;
    check_login(&login)?;
    let time_zone = time_zone.unwrap_or_else(|| "UTC".into());
    jiff::tz::TimeZone::get(&time_zone).map_err(|_| {
        ApiError::invalid("time_zone", format!("{time_zone:.60?} is not an IANA time zone"))
            .hint("send a name such as Asia/Shanghai")
    })?;
    password::check(&password, &[&login, site.as_str()])
        .map_err(|weak| ApiError::invalid("password", weak.to_string()))?;
    let password_hash = password::hash(password).await.map_err(|error| ApiError::internal(&error))?;
    let name = name.filter(|name| !name.trim().is_empty()).unwrap_or_else(|| site.to_string());
    let opened = clock::now();
    let admin = NewAccount {
        site: site.clone(),
        login,
        roles: vec![Role::Admin],
        agent: None,
        language,
        password_hash,
        created: opened,
    };
    Ok(NewSite { site: Site { id: site, name, profile, time_zone, opened }, admin: Some(admin) })
}

/// Whether a login can be typed and shown.
///
/// # Errors
/// When it is empty, too long, or holds white space or control characters.
pub(super) fn check_login(login: &str) -> Result<(), ApiError> {
    let length = login.chars().count();
    let odd = login.chars().any(|c| c.is_whitespace() || c.is_control());
    if length == 0 || length > 100 || odd {
        return Err(ApiError::invalid("login", "a login has 1 to 100 characters and no spaces"));
    }
    Ok(())
}
