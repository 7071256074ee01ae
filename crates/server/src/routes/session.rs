//! Signing in and out, and one's own account.

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use calmline_core::{
    AgentId, Role, SiteId,
    catalog::Lang,
    policy::Profile,
    role::{Action, Resource},
};
use calmline_store::{Account, Site};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::{
    access::{Access, Route, route, slow_down},
    clock,
    connection::Connection,
    error::ApiError,
    extract::Json,
    invitation, password,
    session::{self, Signed},
    state::App,
    throttle::Address,
};

const READ: Access = Access::Any(&[(Action::Read, Resource::OwnAccount)]);
const CHANGE: Access = Access::Any(&[(Action::Change, Resource::OwnAccount)]);

pub(super) fn routes() -> Vec<Route> {
    vec![
        route(Access::Public, routes!(sign_in)),
        route(Access::Public, routes!(take_up)),
        route(READ, routes!(show)),
        route(CHANGE, routes!(sign_out)),
        route(CHANGE, routes!(change)),
    ]
}

/// What signing in takes.
#[derive(Deserialize, ToSchema)]
pub struct SignIn {
    /// The name to sign in with.
    #[schema(example = "wang.fang")]
    pub login: String,
    /// The password.
    pub password: String,
    /// The site, if the same login exists at several.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub site: Option<SiteId>,
}

/// Who is signed in.
#[derive(Serialize, ToSchema)]
pub struct Me {
    account: String,
    login: String,
    #[schema(value_type = Vec<String>, example = json!(["supervisor"]))]
    roles: Vec<Role>,
    /// The agent that this account is, by pseudonym.
    #[schema(value_type = Option<String>)]
    agent: Option<AgentId>,
    #[schema(value_type = String, example = "en")]
    language: Lang,
    site: SiteBody,
}

/// A site.
#[derive(Serialize, ToSchema)]
pub struct SiteBody {
    #[schema(value_type = String)]
    id: SiteId,
    name: String,
    #[schema(value_type = String, example = "strict")]
    profile: Profile,
    #[schema(example = "Asia/Shanghai")]
    time_zone: String,
}

impl From<Site> for SiteBody {
    fn from(site: Site) -> Self {
        Self { id: site.id, name: site.name, profile: site.profile, time_zone: site.time_zone }
    }
}

async fn describe(app: &App, account: &Account) -> Result<Me, ApiError> {
    let site = app.store().site(&account.site).await?.ok_or_else(|| ApiError::not_found("site"))?;
    Ok(Me {
        account: account.id.to_string(),
        login: account.login.clone(),
        roles: account.roles.clone(),
        agent: account.agent.clone(),
        language: account.language,
        site: site.into(),
    })
}

/// Signs in. The session is a cookie that scripts cannot read.
#[utoipa::path(
    post, path = "/v1/session", tag = "session", request_body = SignIn,
    responses((status = 200, body = Me), (status = 401, body = crate::error::ErrorBody), (status = 429, body = crate::error::ErrorBody))
)]
async fn sign_in(
    State(app): State<App>,
    connection: Connection,
    Json(SignIn { login, password, site }): Json<SignIn>,
) -> Result<Response, ApiError> {
    let attempt = Attempt::count(&app, &connection, &login)?;
    let Some(account) = find(&app, &login, &password, site).await? else {
        return Err(ApiError::new(
            StatusCode::UNAUTHORIZED,
            "wrong_password",
            "login and password do not fit",
        ));
    };
    attempt.welcome(&app);
    enter(&app, &connection, &account).await
}

/// Begins a session.
async fn enter(app: &App, connection: &Connection, account: &Account) -> Result<Response, ApiError> {
    let token = session::begin(app.store(), account, clock::now()).await?;
    tracing::info!(account = %account.id, site = %account.site, "signed in");
    let me = describe(app, account).await?;
    Ok((cookie_headers(Some(&token), connection.secure), axum::Json(me)).into_response())
}

/// A try to sign in, counted against whoever tries and against the login.
struct Attempt {
    name: String,
    address: Address,
}

impl Attempt {
    fn count(app: &App, connection: &Connection, login: &str) -> Result<Self, ApiError> {
        let address = Address::from(connection.address);
        let name: String = login.to_lowercase().chars().take(100).collect();
        slow_down(app.throttles.sign_ins.take((name.clone(), address), app.tick()))?;
        slow_down(app.throttles.logins.take(name.clone(), app.tick()))?;
        Ok(Self { name, address })
    }

    /// It was right: it does not count.
    fn welcome(self, app: &App) {
        app.throttles.logins.give_back(&self.name);
        app.throttles.sign_ins.give_back(&(self.name, self.address));
    }
}

/// What taking up an invitation needs.
#[derive(Deserialize, ToSchema)]
pub struct TakeUp {
    /// The name to sign in with.
    #[schema(example = "wang.fang")]
    pub login: String,
    /// The invitation's code.
    pub code: String,
    /// The password to sign in with from now on: at least 12 characters.
    pub new_password: String,
    /// The site, if the same login exists at several.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub site: Option<SiteId>,
}

/// Takes up an invitation: sets the account's first password and signs in.
#[utoipa::path(
    post, path = "/v1/session/invitation", tag = "session", request_body = TakeUp,
    responses((status = 200, body = Me), (status = 401, body = crate::error::ErrorBody), (status = 422, body = crate::error::ErrorBody), (status = 429, body = crate::error::ErrorBody))
)]
async fn take_up(
    State(app): State<App>,
    connection: Connection,
    Json(TakeUp { login, code, new_password, site }): Json<TakeUp>,
) -> Result<Response, ApiError> {
    let attempt = Attempt::count(&app, &connection, &login)?;
    let mut found = None;
    for site in sites(&app, site).await? {
        let account = app.store().account_by_login(&site, &login).await?;
        let fits = |account: &Account| {
            !account.disabled && invitation::opens(&account.password_hash, code.trim(), clock::now())
        };
        found = found.or(account.filter(fits));
    }
    let mut account = found.ok_or_else(|| {
        ApiError::new(
            StatusCode::UNAUTHORIZED,
            "wrong_code",
            "login and code do not fit, or the code is too old",
        )
        .hint("whoever sent the invitation can send another")
    })?;
    attempt.welcome(&app);
    password::check(&new_password, &[&account.login, account.site.as_str()])
        .map_err(|weak| ApiError::invalid("new_password", weak.to_string()))?;
    account.password_hash = password::hash(new_password).await.map_err(|error| ApiError::internal(&error))?;
    app.store().change_account(&account).await?;
    enter(&app, &connection, &account).await
}

async fn sites(app: &App, site: Option<SiteId>) -> Result<Vec<SiteId>, ApiError> {
    Ok(match site {
        Some(site) => vec![site],
        None => app.store().sites().await?.into_iter().map(|site| site.id).collect(),
    })
}

/// The account whose login and password fit. Each try costs at least one hash, so that its time tells nothing.
async fn find(
    app: &App,
    login: &str,
    password: &str,
    site: Option<SiteId>,
) -> Result<Option<Account>, ApiError> {
    let mut tried = false;
    for site in sites(app, site).await? {
        let Some(account) = app.store().account_by_login(&site, login).await? else { continue };
        tried = true;
        let may = !account.disabled && !invitation::waits(&account.password_hash);
        let stored = may.then(|| account.password_hash.clone());
        if password::fits(password.to_owned(), stored).await {
            return Ok(Some(account));
        }
    }
    if !tried {
        password::fits(password.to_owned(), None).await;
    }
    Ok(None)
}

fn cookie_headers(token: Option<&str>, secure: bool) -> HeaderMap {
    session::set_cookie(token, secure).map(|cookie| (header::SET_COOKIE, cookie)).into_iter().collect()
}

/// Who is signed in.
#[utoipa::path(
    get, path = "/v1/session", tag = "session", security(("session" = [])),
    responses((status = 200, body = Me), (status = 401, body = crate::error::ErrorBody))
)]
async fn show(State(app): State<App>, signed: Signed) -> Result<axum::Json<Me>, ApiError> {
    Ok(axum::Json(describe(&app, &signed.account).await?))
}

/// Signs out.
#[utoipa::path(delete, path = "/v1/session", tag = "session", security(("session" = [])), responses((status = 204)))]
async fn sign_out(
    State(app): State<App>,
    connection: Connection,
    signed: Signed,
) -> Result<Response, ApiError> {
    app.store().end_session(&signed.token).await?;
    app.last_use.forget(&signed.token);
    Ok((StatusCode::NO_CONTENT, cookie_headers(None, connection.secure)).into_response())
}

/// A change of one's own account.
#[derive(Deserialize, ToSchema)]
pub struct ChangeAccount {
    /// The present password; needed to set a new one.
    #[serde(default)]
    pub password: Option<String>,
    /// A new password. Ends all sessions of the account.
    #[serde(default)]
    pub new_password: Option<String>,
    /// The language to read, `en` or `zh`.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub language: Option<Lang>,
}

/// Changes one's own password or language.
#[utoipa::path(
    patch, path = "/v1/session/account", tag = "session", security(("session" = [])), request_body = ChangeAccount,
    responses((status = 204), (status = 422, body = crate::error::ErrorBody))
)]
async fn change(
    State(app): State<App>,
    signed: Signed,
    Json(wanted): Json<ChangeAccount>,
) -> Result<StatusCode, ApiError> {
    let mut account = signed.account.clone();
    if let Some(new) = wanted.new_password {
        check_own_password(&app, &signed, wanted.password).await?;
        let site = account.site.to_string();
        password::check(&new, &[&account.login, &site])
            .map_err(|weak| ApiError::invalid("new_password", weak.to_string()))?;
        account.password_hash = password::hash(new).await.map_err(|error| ApiError::internal(&error))?;
    }
    if let Some(language) = wanted.language {
        account.language = language;
    }
    app.store().change_account(&account).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes sure that whoever holds the session also knows the password: before what cannot be undone.
///
/// # Errors
/// When it does not fit, or was tried too often.
pub(super) async fn check_own_password(
    app: &App,
    signed: &Signed,
    password: Option<String>,
) -> Result<(), ApiError> {
    let wrong = || ApiError::invalid("password", "the present password does not fit");
    slow_down(app.throttles.logins.take(format!("account {}", signed.account.id), app.tick()))?;
    let password = password.ok_or_else(wrong)?;
    let fits = password::fits(password, Some(signed.account.password_hash.clone())).await;
    if fits { Ok(()) } else { Err(wrong()) }
}
