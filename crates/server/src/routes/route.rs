//! Who should take a call, for the router in front of the queue; and an agent's wish for easier calls.

use std::{sync::Arc, time::Duration};

use axum::{extract::State, http::StatusCode};
use calmline_core::{
    AgentId, Body, CallId, Draft, Event, EventId, IntentId, QueueId, SiteId, SkillId, Timestamp,
    catalog::Lang,
    event::{Skill, Waiting},
    role::{Action, Resource},
};
use calmline_floor::Decider;
use calmline_store::{Feed, KeyKind};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::{
    access::{Access, Route, route},
    clock,
    error::{ApiError, ErrorBody},
    extract::{self, Json, LangQuery, Me, Query, ShownKey},
    session::Signed,
    state::App,
};

const KEY: Access = Access::Key(KeyKind::Route);
const CHANGE: Access = Access::Any(&[(Action::Change, Resource::OwnDay)]);
const READ: Access = Access::Any(&[(Action::Read, Resource::Operations)]);

/// How long the decider may take; it takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(2);
/// The most skills of a call or an agent, and the most languages of an agent.
const MOST_SKILLS: usize = 32;
/// The most candidates of one call, and the most agents of one request.
const MOST_AGENTS: usize = 500;
/// How far a router's clock may be ahead.
const CLOCK_AHEAD: SignedDuration = SignedDuration::from_mins(5);
/// Fairness among fewer would tell of persons.
const FEWEST: usize = 5;

pub(super) fn routes() -> Vec<Route> {
    vec![
        route(KEY, routes!(ask)),
        route(KEY, routes!(skills)),
        route(CHANGE, routes!(easier)),
        route(READ, routes!(fairness)),
    ]
}

/// A skill and how well.
#[derive(Deserialize, ToSchema)]
pub struct SkillBody {
    #[schema(example = "billing")]
    skill: String,
    /// 1 to 100; of a call, the least that it needs. 1 where it is left out.
    level: Option<i64>,
}

/// A call that waits for an agent.
#[derive(Deserialize, ToSchema)]
pub struct RouteBody {
    #[schema(example = "c-1")]
    call: String,
    queue: Option<String>,
    intent: Option<String>,
    /// The language that the caller wants, such as `zh`.
    language: Option<String>,
    /// 1 (first) to 5; otherwise 3.
    priority: Option<i64>,
    /// What an agent must be able to do.
    #[serde(default)]
    needs: Vec<SkillBody>,
    /// Since when the caller waits; otherwise from now.
    #[schema(value_type = Option<String>, format = DateTime)]
    waiting_since: Option<Timestamp>,
    /// The platform's id of the agent who spoke with this caller last.
    last_agent: Option<String>,
    /// Whether the caller has called about the same before.
    #[serde(default)]
    repeat: bool,
    /// Until when the caller is flagged for abuse: the date of the review.
    #[schema(value_type = Option<String>, format = DateTime)]
    flagged_until: Option<Timestamp>,
    /// The platform's ids of the agents that another router would choose from: they are ranked, nobody is kept for the call.
    /// Without them Calmline chooses among all who are free, and keeps that agent for a moment.
    candidates: Option<Vec<String>>,
}

/// Who should take the call.
#[derive(Serialize, ToSchema)]
pub struct Routed {
    /// The decision, as the log has it.
    #[schema(value_type = String)]
    decision: EventId,
    /// The platform's id of the agent; null while the call waits.
    agent: Option<String>,
    /// Where candidates were given: all of them, best first.
    ranking: Vec<String>,
    /// When to ask again at the latest, where the call waits for a time; where it waits for an agent, every second or so.
    #[schema(value_type = Option<String>, format = DateTime)]
    until: Option<Timestamp>,
    /// Why, in the language asked for.
    reasons: Vec<String>,
    /// The same as codes.
    codes: Vec<String>,
    /// How likely the call is a hard one, 0 to 1, by what calls of its kind were like.
    hard: f64,
}

/// Says who should take a call, or until when it waits. The decision is in the log with what was known, so that a replay
/// derives it again. A call that waits may be asked about again as often as wanted; whoever has become free for it meanwhile
/// is kept for it and named then.
#[utoipa::path(
    post, path = "/v1/route", tag = "routing", security(("key" = []), ("bearer" = [])), params(LangQuery),
    request_body = RouteBody,
    responses(
        (status = 200, body = Routed), (status = 401, body = ErrorBody), (status = 422, body = ErrorBody),
        (status = 429, body = ErrorBody), (status = 503, body = ErrorBody)
    )
)]
async fn ask(
    State(app): State<App>,
    ShownKey(key): ShownKey,
    Query(query): Query<LangQuery>,
    Json(asked): Json<RouteBody>,
) -> Result<axum::Json<Routed>, ApiError> {
    let now = clock::now();
    let (call, mut waiting) = read(&asked, now)?;
    let known = app.live.with_decider(&key.site, |decider| decider.flagged_until(&call, now)).flatten();
    waiting.flagged_until = waiting.flagged_until.or(known);
    waiting.candidates = pseudonyms(&app, &key.site, asked.candidates.as_deref().unwrap_or_default()).await?;
    if let Some(last) = &asked.last_agent {
        waiting.last_agent = pseudonyms(&app, &key.site, std::slice::from_ref(last)).await?.pop();
    }
    let advice = !waiting.candidates.is_empty();
    let body = Body::RouteAsked { call, waiting: Box::new(waiting) };
    let draft = Draft::derived(key.site.clone(), now, Vec::new(), body);
    let id = draft.id;
    let before = app.store().head();
    app.live.append(vec![draft]).await?;
    let mut feed = Feed::new(Arc::clone(app.live.store()), Some(key.site.clone()), before);
    let decided = tokio::time::timeout(PATIENCE, decision(&mut feed, id)).await;
    let event = decided.map_err(|_| {
        ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "busy", "nothing was decided in time")
            .hint("go by the platform's own rule for this call, and ask again for the next one")
            .retry_after(2)
    })??;
    let lang = query.lang.unwrap_or_default();
    answer(&app, &key.site, event, (advice, lang)).await.map(axum::Json)
}

/// What was decided on an event.
async fn decision(feed: &mut Feed, asked: EventId) -> Result<Event, ApiError> {
    loop {
        let events = feed.next().await?;
        let of = |event: &Event| {
            matches!(event.body, Body::CallRouted { .. }) && event.because.first() == Some(&asked)
        };
        if let Some(event) = events.into_iter().find(of) {
            return Ok(event);
        }
    }
}

async fn answer(
    app: &App,
    site: &SiteId,
    event: Event,
    (advice, lang): (bool, Lang),
) -> Result<Routed, ApiError> {
    let Body::CallRouted { agent, then, until, reasons, facts, .. } = event.body else {
        return Err(ApiError::not_found("decision"));
    };
    let mut names = Vec::with_capacity(then.len() + 1);
    for agent in agent.iter().chain(&then) {
        let name = app.store().outside_name(site, agent).await?;
        names.push(name.ok_or_else(|| ApiError::not_found("agent"))?);
    }
    Ok(Routed {
        decision: event.id,
        agent: names.first().cloned(),
        ranking: if advice { names } else { Vec::new() },
        until,
        reasons: reasons.iter().map(|reason| lang.tell(reason)).collect(),
        codes: reasons.into_iter().map(|reason| reason.code).collect(),
        hard: facts.hard.get(),
    })
}

/// Reads what was told of a call; agents apart.
fn read(asked: &RouteBody, now: Timestamp) -> Result<(CallId, Waiting), ApiError> {
    let call = CallId::new(&asked.call).map_err(|error| wrong("call", &error))?;
    let queue = asked.queue.as_ref().map(QueueId::new).transpose().map_err(|error| wrong("queue", &error))?;
    let intent = asked.intent.as_ref().map(IntentId::new).transpose();
    let since = asked.waiting_since.unwrap_or(now);
    if since.duration_since(now) > CLOCK_AHEAD {
        return Err(ApiError::invalid("waiting_since", "the caller cannot have begun to wait in the future")
            .hint("send the time in UTC or with its offset, and check the router's clock"));
    }
    if asked.candidates.as_ref().is_some_and(|given| given.is_empty() || given.len() > MOST_AGENTS) {
        let message = format!("there must be 1 to {MOST_AGENTS} candidates");
        let hint = "leave candidates out where Calmline is to choose among all who are free";
        return Err(ApiError::invalid("candidates", message).hint(hint));
    }
    let waiting = Waiting {
        queue,
        intent: intent.map_err(|error| wrong("intent", &error))?,
        language: asked.language.as_deref().map(|tag| language("language", tag)).transpose()?,
        priority: small("priority", asked.priority.unwrap_or(3), 5)?,
        needs: read_skills("needs", &asked.needs)?,
        since: since.min(now),
        last_agent: None,
        repeat: asked.repeat,
        flagged_until: asked.flagged_until,
        candidates: Vec::new(),
    };
    Ok((call, waiting))
}

fn wrong(field: &str, problem: &dyn std::error::Error) -> ApiError {
    ApiError::invalid(field, problem.to_string()).hint("send the name that the phone platform has for it")
}

fn small(field: &str, number: i64, most: u8) -> Result<u8, ApiError> {
    let fits = u8::try_from(number).ok().filter(|number| (1..=most).contains(number));
    fits.ok_or_else(|| {
        ApiError::invalid(field, format!("{number} is not from 1 to {most}"))
            .hint("1 is the least; leave it out for the usual")
    })
}

fn language(field: &str, tag: &str) -> Result<String, ApiError> {
    let fits = (2..=16).contains(&tag.len()) && tag.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if !fits {
        return Err(ApiError::invalid(field, "this is no language tag").hint("send a tag such as zh or en"));
    }
    Ok(tag.to_ascii_lowercase())
}

fn read_skills(field: &str, told: &[SkillBody]) -> Result<Vec<Skill>, ApiError> {
    if told.len() > MOST_SKILLS {
        return Err(ApiError::invalid(field, format!("at most {MOST_SKILLS} skills can be told"))
            .hint("tell those that decide who can take a call"));
    }
    let mut skills: Vec<Skill> = Vec::with_capacity(told.len());
    for one in told {
        let skill = SkillId::new(&one.skill).map_err(|error| wrong(&format!("{field}.skill"), &error))?;
        let level = small(&format!("{field}.level"), one.level.unwrap_or(1), 100)?;
        if skills.iter().any(|known| known.skill == skill) {
            let message = format!("the skill {skill} is told twice");
            return Err(ApiError::invalid(&format!("{field}.skill"), message).hint("tell each skill once"));
        }
        skills.push(Skill { skill, level });
    }
    Ok(skills)
}

async fn pseudonyms(app: &App, site: &SiteId, names: &[String]) -> Result<Vec<AgentId>, ApiError> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    if names.iter().any(|name| name.trim().is_empty() || name.len() > 256) {
        return Err(ApiError::invalid("agent", "an agent's id is empty or longer than 256 bytes")
            .hint("send the ids that the phone platform sends with its work events"));
    }
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    Ok(app.store().pseudonyms(site, &names).await?)
}

/// What an agent can do.
#[derive(Deserialize, ToSchema)]
pub struct AgentSkillsBody {
    /// The platform's id of the agent.
    agent: String,
    #[serde(default)]
    skills: Vec<SkillBody>,
    /// The languages that they speak, such as `zh`; somebody of whom none is told is taken to speak any.
    #[serde(default)]
    languages: Vec<String>,
}

/// What several agents can do.
#[derive(Deserialize, ToSchema)]
pub struct SkillsBody {
    agents: Vec<AgentSkillsBody>,
}

/// Tells what agents can do; what was told of an agent before holds no longer. Answers once it is on disk.
#[utoipa::path(
    put, path = "/v1/route/skills", tag = "routing", security(("key" = []), ("bearer" = [])), request_body = SkillsBody,
    responses((status = 204), (status = 401, body = ErrorBody), (status = 422, body = ErrorBody))
)]
async fn skills(
    State(app): State<App>,
    ShownKey(key): ShownKey,
    Json(SkillsBody { agents }): Json<SkillsBody>,
) -> Result<StatusCode, ApiError> {
    if agents.len() > MOST_AGENTS {
        return Err(ApiError::invalid("agents", format!("at most {MOST_AGENTS} agents can be told at once"))
            .hint("send several requests"));
    }
    let names: Vec<String> = agents.iter().map(|told| told.agent.clone()).collect();
    let ids = pseudonyms(&app, &key.site, &names).await?;
    let now = clock::now();
    let mut drafts = Vec::with_capacity(agents.len());
    for (told, agent) in agents.iter().zip(ids) {
        if told.languages.len() > MOST_SKILLS {
            return Err(ApiError::invalid(
                "agents.languages",
                format!("at most {MOST_SKILLS} languages can be told"),
            )
            .hint("tell those that callers ask for"));
        }
        let languages: Result<Vec<String>, ApiError> =
            told.languages.iter().map(|tag| language("agents.languages", tag)).collect();
        let skills = read_skills("agents.skills", &told.skills)?;
        let body = Body::AgentSkills { agent, skills, languages: languages? };
        drafts.push(Draft::derived(key.site.clone(), now, Vec::new(), body));
    }
    app.live.append(drafts).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What was agreed.
#[derive(Serialize, ToSchema)]
pub struct Easier {
    /// For how long, in minutes.
    minutes: u32,
}

/// Asks for easier calls for a while. Hard calls go to others as far as callers' waits allow. Nobody else is told, and it is
/// counted nowhere.
#[utoipa::path(
    post, path = "/v1/me/easier", tag = "me", security(("session" = [])), params(LangQuery),
    responses((status = 200, body = Easier), (status = 409, body = ErrorBody))
)]
async fn easier(
    State(app): State<App>,
    me: Me,
    Query(query): Query<LangQuery>,
) -> Result<axum::Json<Easier>, ApiError> {
    let lang = extract::language(query, &me.signed);
    let now = clock::now();
    let asked = app.live.with_decider(&me.site, |decider| decider.easier(&me.agent, now));
    let minutes = asked
        .ok_or_else(|| ApiError::not_found("site"))?
        .map_err(|reason| ApiError::conflict("not_now", lang.tell(&reason)))?;
    let body = Body::EasierAsked { agent: me.agent, minutes };
    app.live.append(vec![Draft::derived(me.site, now, Vec::new(), body)]).await?;
    Ok(axum::Json(Easier { minutes }))
}

/// How evenly hard calls are shared at a site over a shift.
#[derive(Serialize, ToSchema)]
pub struct FairnessBody {
    /// Agents at work in that time.
    agents: usize,
    /// Minutes of calls whose callers were abusive or agitated; null for fewer than five agents, as what follows.
    hard_minutes: Option<f64>,
    /// Gini's coefficient of these minutes for the time at work: 0 where all have met as many.
    gini: Option<f64>,
    /// The largest share in multiples of the fair one.
    highest_share: Option<f64>,
}

/// How evenly hard calls are shared; nothing of it is about one person.
#[utoipa::path(
    get, path = "/v1/route/fairness", tag = "routing", security(("session" = [])),
    responses((status = 200, body = FairnessBody))
)]
async fn fairness(State(app): State<App>, signed: Signed) -> Result<axum::Json<FairnessBody>, ApiError> {
    let fairness = app.live.with_decider(&signed.account.site, Decider::fairness);
    let fairness = fairness.ok_or_else(|| ApiError::not_found("site"))?;
    let enough = fairness.agents >= FEWEST;
    let rounded = |value: f64| enough.then_some((value * 100.0).round() / 100.0);
    Ok(axum::Json(FairnessBody {
        agents: fairness.agents,
        hard_minutes: rounded(fairness.hard_minutes),
        gini: rounded(fairness.gini),
        highest_share: rounded(fairness.highest),
    }))
}
