//! Accounts of the site.

use axum::{extract::State, http::StatusCode};
use calmline_core::{
    AccountId, AgentId, Role, Timestamp,
    catalog::Lang,
    role::{Action, Resource},
};
use calmline_store::{Account, NewAccount};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::setup::check_login;
use crate::{
    access::{Access, Route, route},
    clock,
    error::ApiError,
    extract::{Json, Path},
    invitation::{self, Invitation},
    password,
    session::Signed,
    state::App,
};

const READ: Access = Access::Any(&[(Action::Read, Resource::Accounts)]);
const CHANGE: Access = Access::Any(&[(Action::Change, Resource::Accounts)]);

pub(super) fn routes() -> Vec<Route> {
    vec![
        route(READ, routes!(list)),
        route(CHANGE, routes!(add)),
        route(CHANGE, routes!(invite)),
        route(CHANGE, routes!(change)),
        route(CHANGE, routes!(remove)),
    ]
}

/// An account.
#[derive(Serialize, ToSchema)]
pub struct AccountBody {
    #[schema(value_type = String)]
    id: AccountId,
    login: String,
    #[schema(value_type = Vec<String>)]
    roles: Vec<Role>,
    /// The agent that this account is, by pseudonym.
    #[schema(value_type = Option<String>)]
    agent: Option<AgentId>,
    #[schema(value_type = String)]
    language: Lang,
    disabled: bool,
    /// Whether its owner has still to choose a password.
    invited: bool,
    #[schema(value_type = String, format = DateTime)]
    created: Timestamp,
}

impl From<Account> for AccountBody {
    fn from(account: Account) -> Self {
        let invited = invitation::waits(&account.password_hash);
        let Account { id, login, roles, agent, language, disabled, created, .. } = account;
        Self { id, login, roles, agent, language, disabled, invited, created }
    }
}

/// A new account, and its invitation where no password was given.
#[derive(Serialize, ToSchema)]
pub struct FreshAccountBody {
    #[serde(flatten)]
    account: AccountBody,
    #[serde(skip_serializing_if = "Option::is_none")]
    invitation: Option<InvitationBody>,
}

/// An invitation, shown this once. Its owner sends the code with their first password to `POST /v1/session/invitation`.
#[derive(Serialize, ToSchema)]
pub struct InvitationBody {
    pub(super) login: String,
    pub(super) code: String,
    #[schema(value_type = String, format = DateTime)]
    pub(super) expires: Timestamp,
}

/// All accounts of the site.
#[utoipa::path(get, path = "/v1/accounts", tag = "accounts", security(("session" = [])), responses((status = 200, body = Vec<AccountBody>)))]
async fn list(State(app): State<App>, signed: Signed) -> Result<axum::Json<Vec<AccountBody>>, ApiError> {
    let accounts = app.store().accounts(&signed.account.site).await?;
    Ok(axum::Json(accounts.into_iter().map(AccountBody::from).collect()))
}

/// An account that is wanted.
#[derive(Deserialize, ToSchema)]
pub struct NewAccountBody {
    /// The name to sign in with.
    pub login: String,
    /// A first password, at least 12 characters. Without it the answer holds an invitation, with which its owner chooses one:
    /// better, because nobody else ever knows it.
    #[serde(default)]
    pub password: Option<String>,
    /// What they may do.
    #[schema(value_type = Vec<String>, example = json!(["agent"]))]
    pub roles: Vec<Role>,
    /// Their id on the phone platform, if they are an agent there.
    #[serde(default)]
    pub agent_id: Option<String>,
    /// The language that they read.
    #[serde(default)]
    #[schema(value_type = String, example = "en")]
    pub language: Lang,
}

/// Makes an account.
#[utoipa::path(
    post, path = "/v1/accounts", tag = "accounts", security(("session" = [])), request_body = NewAccountBody,
    responses((status = 201, body = FreshAccountBody), (status = 409, body = crate::error::ErrorBody), (status = 422, body = crate::error::ErrorBody))
)]
async fn add(
    State(app): State<App>,
    signed: Signed,
    Json(wanted): Json<NewAccountBody>,
) -> Result<(StatusCode, axum::Json<FreshAccountBody>), ApiError> {
    let site = signed.account.site;
    check_login(&wanted.login)?;
    check_roles(&wanted.roles, wanted.agent_id.as_deref())?;
    let (password_hash, invitation) = match wanted.password {
        Some(password) => {
            password::check(&password, &[&wanted.login, site.as_str()])
                .map_err(|weak| ApiError::invalid("password", weak.to_string()))?;
            (password::hash(password).await.map_err(|error| ApiError::internal(&error))?, None)
        }
        None => {
            let (kept, invitation) = draw(&wanted.login)?;
            (kept, Some(invitation))
        }
    };
    let agent = match &wanted.agent_id {
        Some(name) => Some(app.store().pseudonym(&site, name).await?),
        None => None,
    };
    if let Some(agent) = &agent {
        check_link(&app, &signed.account.id, &site, agent).await?;
    }
    let new = NewAccount {
        site,
        login: wanted.login,
        roles: wanted.roles,
        agent,
        language: wanted.language,
        password_hash,
        created: clock::now(),
    };
    let id = app.store().add_account(new).await?;
    tracing::info!(account = %id, "account made");
    let account = app.store().account(&id).await?.ok_or_else(|| ApiError::not_found("account"))?;
    Ok((StatusCode::CREATED, axum::Json(FreshAccountBody { account: account.into(), invitation })))
}

/// What is kept of a fresh invitation, and what is shown of it.
pub(super) fn draw(login: &str) -> Result<(String, InvitationBody), ApiError> {
    let drawn = Invitation::draw(clock::now()).map_err(|error| ApiError::internal(&error))?;
    Ok((drawn.kept, InvitationBody { login: login.to_owned(), code: drawn.code, expires: drawn.expires }))
}

/// Draws another invitation for an account whose owner has not taken up the first; that one holds no longer.
#[utoipa::path(
    post, path = "/v1/accounts/{id}/invitation", tag = "accounts", security(("session" = [])),
    params(("id" = String, Path, description = "The account.")),
    responses((status = 201, body = InvitationBody), (status = 404, body = crate::error::ErrorBody), (status = 409, body = crate::error::ErrorBody))
)]
async fn invite(
    State(app): State<App>,
    signed: Signed,
    Path(id): Path<AccountId>,
) -> Result<(StatusCode, axum::Json<InvitationBody>), ApiError> {
    let mut account = other_account(&app, &signed, &id).await?;
    if !invitation::waits(&account.password_hash) {
        return Err(ApiError::conflict("taken_up", "this account has a password already")
            .hint("whoever forgot theirs gets a new account for the removed one"));
    }
    let (kept, fresh) = draw(&account.login)?;
    account.password_hash = kept;
    app.store().change_account(&account).await?;
    Ok((StatusCode::CREATED, axum::Json(fresh)))
}

fn check_roles(roles: &[Role], agent_id: Option<&str>) -> Result<(), ApiError> {
    if roles.is_empty() {
        return Err(ApiError::invalid("roles", "an account needs a role").hint("send one or more roles"));
    }
    if agent_id.is_some_and(|name| name.trim().is_empty() || name.chars().count() > 256) {
        return Err(ApiError::invalid("agent_id", "an agent's id has 1 to 256 characters"));
    }
    if agent_id.is_some() && !roles.contains(&Role::Agent) {
        return Err(ApiError::invalid(
            "agent_id",
            "only an account with the role agent is linked to an agent",
        ));
    }
    Ok(())
}

/// One agent, one account: a second one would let somebody else read their day.
async fn check_link(
    app: &App,
    admin: &AccountId,
    site: &calmline_core::SiteId,
    agent: &AgentId,
) -> Result<(), ApiError> {
    let taken =
        app.store().accounts(site).await?.into_iter().any(|account| account.agent.as_ref() == Some(agent));
    if !taken {
        return Ok(());
    }
    tracing::warn!(by = %admin, "an account for an agent who has one already was refused");
    Err(ApiError::conflict("agent_taken", "this agent has an account already").field("agent_id"))
}

/// A change of an account.
#[derive(Deserialize, ToSchema)]
pub struct ChangeAccountBody {
    /// Whether they may no longer sign in. Ends their sessions.
    #[serde(default)]
    pub disabled: Option<bool>,
    /// What they may do. Ends their sessions.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>)]
    pub roles: Option<Vec<Role>>,
}

/// Changes an account's roles, or whether it may sign in. Nobody changes their own, so that a site keeps an administrator,
/// and an account takes no password from anybody else. Whoever forgot theirs gets a new account for the removed one: an
/// administrator who does that to read an agent's day cannot do it unnoticed.
#[utoipa::path(
    patch, path = "/v1/accounts/{id}", tag = "accounts", security(("session" = [])), request_body = ChangeAccountBody,
    params(("id" = String, Path, description = "The account.")),
    responses((status = 200, body = AccountBody), (status = 404, body = crate::error::ErrorBody), (status = 409, body = crate::error::ErrorBody))
)]
async fn change(
    State(app): State<App>,
    signed: Signed,
    Path(id): Path<AccountId>,
    Json(wanted): Json<ChangeAccountBody>,
) -> Result<axum::Json<AccountBody>, ApiError> {
    let mut account = other_account(&app, &signed, &id).await?;
    if let Some(roles) = wanted.roles {
        check_roles(&roles, None)?;
        if account.agent.is_some() && !roles.contains(&Role::Agent) {
            return Err(ApiError::invalid(
                "roles",
                "an account that is linked to an agent keeps the role agent",
            ));
        }
        account.roles = roles;
    }
    account.disabled = wanted.disabled.unwrap_or(account.disabled);
    app.store().change_account(&account).await?;
    tracing::info!(account = %account.id, disabled = account.disabled, "account changed");
    Ok(axum::Json(account.into()))
}

/// Removes an account and ends its sessions. What the log holds about an agent stays; agents erase that themselves.
#[utoipa::path(
    delete, path = "/v1/accounts/{id}", tag = "accounts", security(("session" = [])),
    params(("id" = String, Path, description = "The account.")),
    responses((status = 204), (status = 404, body = crate::error::ErrorBody), (status = 409, body = crate::error::ErrorBody))
)]
async fn remove(
    State(app): State<App>,
    signed: Signed,
    Path(id): Path<AccountId>,
) -> Result<StatusCode, ApiError> {
    let account = other_account(&app, &signed, &id).await?;
    app.store().remove_account(&account.id).await?;
    tracing::info!(account = %account.id, by = %signed.account.id, "account removed");
    Ok(StatusCode::NO_CONTENT)
}

/// Somebody else's account at the same site.
async fn other_account(app: &App, signed: &Signed, id: &AccountId) -> Result<Account, ApiError> {
    let found = app.store().account(id).await?.filter(|account| account.site == signed.account.site);
    let account = found.ok_or_else(|| ApiError::not_found("account"))?;
    if account.id == signed.account.id {
        let message = "nobody changes or removes their own account here";
        return Err(ApiError::conflict("own_account", message).hint("another administrator can do it"));
    }
    Ok(account)
}
