//! The people of a site: who signs in, who is an agent, in which team; and their import from a table.

use std::collections::HashMap;

use axum::{
    body::Bytes,
    extract::{DefaultBodyLimit, State, rejection::BytesRejection},
    http::StatusCode,
};
use calmline_core::{
    AccountId, AgentId, Body, Draft, Role, SiteId, Timestamp,
    catalog::Lang,
    role::{Action, Resource},
};
use calmline_store::{Account, NewAccount};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::accounts::{InvitationBody, draw};
use crate::{
    access::{Access, Route, route},
    clock,
    error::{ApiError, ErrorBody, FaultBody},
    extract::{Json, Path, Query},
    invitation,
    people::{Change, Fault, Plan, Present, Row, plan},
    session::Signed,
    state::App,
    teams,
};

const READ: Access = Access::Any(&[(Action::Read, Resource::Accounts)]);
const CHANGE: Access = Access::Any(&[(Action::Change, Resource::Accounts)]);
/// The largest table.
const MOST_BYTES: usize = 1024 * 1024;

pub(super) fn routes() -> Vec<Route> {
    let (schemas, paths, handler) = routes!(import);
    let handler = handler.layer(DefaultBodyLimit::max(MOST_BYTES));
    vec![
        route(READ, routes!(list)),
        route(CHANGE, routes!(put_team)),
        route(CHANGE, (schemas, paths, handler)),
    ]
}

/// Somebody with an account, or an agent of the phone platform without one.
#[derive(Serialize, ToSchema)]
pub struct PersonBody {
    #[schema(value_type = Option<String>)]
    account: Option<AccountId>,
    login: Option<String>,
    #[schema(value_type = Vec<String>)]
    roles: Vec<Role>,
    /// By pseudonym.
    #[schema(value_type = Option<String>)]
    agent: Option<AgentId>,
    /// The agent's id on the phone platform.
    name: Option<String>,
    team: Option<String>,
    #[schema(value_type = Option<String>)]
    language: Option<Lang>,
    disabled: bool,
    /// Whether they have still to choose a password.
    invited: bool,
    #[schema(value_type = Option<String>, format = DateTime)]
    created: Option<Timestamp>,
}

/// Everybody of the site: accounts by login, then agents without an account.
#[utoipa::path(
    get, path = "/v1/people", tag = "accounts", security(("session" = [])),
    responses((status = 200, body = Vec<PersonBody>))
)]
async fn list(State(app): State<App>, signed: Signed) -> Result<axum::Json<Vec<PersonBody>>, ApiError> {
    let site = &signed.account.site;
    let mut teams = teams::teams(app.store(), site, Timestamp::MAX).await?;
    let mut names: HashMap<AgentId, String> = app.store().outside_names(site).await?.into_iter().collect();
    let person = |account: Account| {
        let agent = account.agent.as_ref();
        PersonBody {
            name: agent.and_then(|agent| names.remove(agent)),
            team: agent.and_then(|agent| teams.remove(agent)),
            invited: invitation::waits(&account.password_hash),
            account: Some(account.id),
            login: Some(account.login),
            roles: account.roles,
            agent: account.agent,
            language: Some(account.language),
            disabled: account.disabled,
            created: Some(account.created),
        }
    };
    let mut people: Vec<_> = app.store().accounts(site).await?.into_iter().map(person).collect();
    let mut others: Vec<_> = names.into_iter().collect();
    others.sort_by(|one, other| one.1.cmp(&other.1));
    people.extend(others.into_iter().map(|(agent, name)| PersonBody {
        account: None,
        login: None,
        roles: Vec::new(),
        team: teams.remove(&agent),
        agent: Some(agent),
        name: Some(name),
        language: None,
        disabled: false,
        invited: false,
        created: None,
    }));
    Ok(axum::Json(people))
}

/// An agent's team.
#[derive(Deserialize, ToSchema)]
pub struct TeamBody {
    /// Its name, 1 to 60 characters; null for none.
    #[schema(example = "Billing")]
    pub team: Option<String>,
}

/// Puts an agent into a team, or into none. A team is there as long as somebody is in it.
#[utoipa::path(
    put, path = "/v1/agents/{id}/team", tag = "accounts", security(("session" = [])), request_body = TeamBody,
    params(("id" = String, Path, description = "The agent, by pseudonym.")),
    responses((status = 204), (status = 404, body = ErrorBody), (status = 422, body = ErrorBody))
)]
async fn put_team(
    State(app): State<App>,
    signed: Signed,
    Path(agent): Path<AgentId>,
    Json(TeamBody { team }): Json<TeamBody>,
) -> Result<StatusCode, ApiError> {
    let Account { site, id: by, .. } = signed.account;
    let team = team.as_deref().map(teams::name).transpose();
    let team = team.map_err(|problem| ApiError::invalid("team", problem))?;
    app.store().outside_name(&site, &agent).await?.ok_or_else(|| ApiError::not_found("agent"))?;
    let known = teams::teams(app.store(), &site, Timestamp::MAX).await?;
    if known.get(&agent) != team.as_ref() {
        let body = Body::AgentTeam { agent, team, by };
        app.live.append(vec![Draft::derived(site, clock::now(), Vec::new(), body)]).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// How an import is to be made.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ImportQuery {
    /// Only say what would be done.
    #[serde(default)]
    pub dry_run: bool,
    /// `en` or `zh`; otherwise the account's language.
    #[param(value_type = Option<String>)]
    pub lang: Option<Lang>,
}

/// What an import does, or would do.
#[derive(Serialize, ToSchema)]
pub struct Imported {
    dry_run: bool,
    /// Accounts that are made.
    add: Vec<AddBody>,
    /// Accounts that change.
    change: Vec<ChangeBody>,
    /// Lines that say what is so already.
    same: usize,
    /// Lines that cannot be taken; while there is one nothing is imported.
    bad: Vec<BadBody>,
    /// One for each account that was made, shown this once.
    invitations: Vec<InvitationBody>,
}

/// An account that is made.
#[derive(Serialize, ToSchema)]
pub struct AddBody {
    line: u64,
    login: String,
    #[schema(value_type = Vec<String>)]
    roles: Vec<Role>,
    agent_id: Option<String>,
    team: Option<String>,
    #[schema(value_type = String)]
    language: Lang,
}

impl From<&Row> for AddBody {
    fn from(row: &Row) -> Self {
        let Row { line, login, roles, agent_id, team, language } = row.clone();
        Self { line, login, roles, agent_id, team: team.flatten(), language }
    }
}

/// An account that changes.
#[derive(Serialize, ToSchema)]
pub struct ChangeBody {
    line: u64,
    login: String,
    /// Null if they stay.
    roles: Option<RolesChange>,
    /// Null if it stays.
    team: Option<TeamChange>,
}

/// Roles before and after.
#[derive(Serialize, ToSchema)]
pub struct RolesChange {
    #[schema(value_type = Vec<String>)]
    before: Vec<Role>,
    #[schema(value_type = Vec<String>)]
    after: Vec<Role>,
}

/// A team before and after.
#[derive(Serialize, ToSchema)]
pub struct TeamChange {
    before: Option<String>,
    after: Option<String>,
}

impl From<&Change> for ChangeBody {
    fn from(change: &Change) -> Self {
        let Change { line, account, roles, team } = change.clone();
        let before = account.roles;
        Self {
            line,
            login: account.login,
            roles: roles.map(|after| RolesChange { before, after }),
            team: team.map(|(before, after)| TeamChange { before, after }),
        }
    }
}

/// A line that cannot be taken.
#[derive(Serialize, ToSchema)]
pub struct BadBody {
    line: u64,
    field: &'static str,
    code: String,
    /// What is wrong.
    text: String,
    /// What to do about it.
    remedy: String,
}

impl BadBody {
    fn new(fault: &Fault, lang: Lang) -> Self {
        let Fault { line, field, reason } = fault;
        let remedy = lang.say(&format!("{}.remedy", reason.code)).to_owned();
        Self { line: *line, field, code: reason.code.clone(), text: lang.tell(reason), remedy }
    }
}

/// Imports people from a CSV table with the columns `login`, `roles`, `agent_id`, `team`, `language`: all lines or none. With
/// `dry_run=true` it says what would be done and every line that cannot be taken. Importing a table again changes nothing.
#[utoipa::path(
    post, path = "/v1/people/import", tag = "accounts", security(("session" = [])), params(ImportQuery),
    request_body(content((String = "text/csv"))),
    responses(
        (status = 200, body = Imported), (status = 413, body = ErrorBody), (status = 422, body = ErrorBody)
    )
)]
async fn import(
    State(app): State<App>,
    signed: Signed,
    Query(ImportQuery { dry_run, lang }): Query<ImportQuery>,
    body: Result<Bytes, BytesRejection>,
) -> Result<axum::Json<Imported>, ApiError> {
    let body = body?;
    let lang = lang.unwrap_or(signed.account.language);
    let (site, me) = (&signed.account.site, &signed.account.id);
    let _one_at_a_time = app.importing.lock().await;
    let present = present(&app, site).await?;
    let plan = plan(&body, &present, me).map_err(|error| ApiError::invalid("body", error.to_string()))?;
    let bad: Vec<_> = plan.bad.iter().map(|fault| BadBody::new(fault, lang)).collect();
    if !dry_run && !bad.is_empty() {
        return Err(refused(bad));
    }
    let mut imported = Imported {
        dry_run,
        add: plan.add.iter().map(AddBody::from).collect(),
        change: plan.change.iter().map(ChangeBody::from).collect(),
        same: plan.same,
        bad,
        invitations: Vec::new(),
    };
    if !dry_run {
        imported.invitations = carry_out(&app, site, me, plan).await?;
    }
    Ok(axum::Json(imported))
}

async fn present(app: &App, site: &SiteId) -> Result<Present, ApiError> {
    let names = app.store().outside_names(site).await?;
    Ok(Present {
        accounts: app.store().accounts(site).await?,
        agents: names.into_iter().map(|(agent, name)| (name, agent)).collect(),
        teams: teams::teams(app.store(), site, Timestamp::MAX).await?,
    })
}

fn refused(bad: Vec<BadBody>) -> ApiError {
    let faults = bad.into_iter().map(|bad| FaultBody {
        index: usize::try_from(bad.line).unwrap_or(usize::MAX),
        field: bad.field.into(),
        message: bad.text,
        hint: bad.remedy,
    });
    ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_rows", "some lines cannot be taken, so none was")
        .hint("mend the lines that are named and import the table again")
        .faults(faults.collect())
}

/// Accounts in one commit, then teams in one. If the process dies between, importing the same table again sets the teams.
async fn carry_out(
    app: &App,
    site: &SiteId,
    by: &AccountId,
    plan: Plan,
) -> Result<Vec<InvitationBody>, ApiError> {
    let now = clock::now();
    let names: Vec<&str> = plan.add.iter().filter_map(|row| row.agent_id.as_deref()).collect();
    let mut agents = app.store().pseudonyms(site, &names).await?.into_iter();
    let (mut new, mut invitations, mut teams) = (Vec::new(), Vec::new(), Vec::new());
    for row in &plan.add {
        let agent = row.agent_id.as_ref().and_then(|_| agents.next());
        teams.extend(agent.clone().zip(row.team.clone().flatten()).map(|(agent, team)| (agent, Some(team))));
        let (password_hash, invitation) = draw(&row.login)?;
        invitations.push(invitation);
        new.push(NewAccount {
            site: site.clone(),
            login: row.login.clone(),
            roles: row.roles.clone(),
            agent,
            language: row.language,
            password_hash,
            created: now,
        });
    }
    let mut changed = Vec::new();
    for Change { mut account, roles, team, .. } in plan.change {
        teams.extend(account.agent.clone().zip(team).map(|(agent, (_, after))| (agent, after)));
        if let Some(roles) = roles {
            account.roles = roles;
            changed.push(account);
        }
    }
    app.store().import_accounts(&new, &changed).await?;
    let draft = |(agent, team)| {
        let body = Body::AgentTeam { agent, team, by: by.clone() };
        Draft::derived(site.clone(), now, Vec::new(), body)
    };
    app.live.append(teams.into_iter().map(draft).collect()).await?;
    tracing::info!(made = new.len(), changed = changed.len(), by = %by, "people imported");
    Ok(invitations)
}
