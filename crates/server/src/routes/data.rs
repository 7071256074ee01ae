//! An agent's data: all of it to take along, and its end.

use std::collections::BTreeMap;

use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, header},
};
use calmline_core::{
    Body, Event, Position, SubjectId, Timestamp,
    event::PayloadKind,
    role::{Action, Resource},
};
use calmline_store::StoreError;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::{session::check_own_password, stream::EventBody};
use crate::{
    access::{Access, Route, route},
    clock,
    error::{ApiError, ErrorBody},
    extract::{self, Json, LangQuery, Me, Query},
    state::App,
};

const READ: Access = Access::Any(&[(Action::Read, Resource::OwnData)]);
const CHANGE: Access = Access::Any(&[(Action::Change, Resource::OwnData)]);

pub(super) fn routes() -> Vec<Route> {
    vec![route(READ, routes!(export)), route(CHANGE, routes!(erase)), route(READ, routes!(erasable))]
}

/// Everything kept about an agent.
#[derive(Serialize, ToSchema)]
pub struct Export {
    #[schema(value_type = String, format = DateTime)]
    made: Timestamp,
    site: String,
    /// The pseudonym under which the log knows the agent.
    agent: String,
    /// The agent's id on the phone platform.
    outside_name: Option<String>,
    login: String,
    /// Every event that names the agent, in words too.
    events: Vec<EventBody>,
    /// Every sealed text about the agent, opened.
    texts: Vec<ExportText>,
}

/// A sealed text about the agent, opened.
#[derive(Serialize, ToSchema)]
pub struct ExportText {
    /// The name by which events refer to it; `voice_usual` is what the agent's voice is compared with.
    id: String,
    /// `transcript, original, identity, self_report, envelope, voice_cue` or `incident`.
    #[schema(value_type = String)]
    kind: PayloadKind,
    text: String,
}

/// Everything kept about the agent, as a file (GDPR Art. 15 and 20, PIPL Art. 45).
#[utoipa::path(
    get, path = "/v1/me/export", tag = "me", security(("session" = [])), params(LangQuery),
    responses((status = 200, body = Export))
)]
async fn export(
    State(app): State<App>,
    me: Me,
    Query(query): Query<LangQuery>,
) -> Result<(HeaderMap, axum::Json<Export>), ApiError> {
    let lang = extract::language(query, &me.signed);
    let (site, subject) = (&me.site, SubjectId::of_agent(&me.agent));
    let from = Timestamp::UNIX_EPOCH;
    let events: Vec<Event> = app.store().read_agent(site, &me.agent, from, Timestamp::MAX).await?;
    let mut texts = app.store().payloads_about(site, &subject).await?;
    for subject in own_incidents(&app, &me).await? {
        texts.extend(app.store().payloads_about(site, &subject).await?);
    }
    let usual = app.store().baseline(site, &subject).await?;
    let export = Export {
        made: clock::now(),
        site: site.to_string(),
        agent: me.agent.to_string(),
        outside_name: app.store().outside_name(site, &me.agent).await?,
        login: me.signed.account.login.clone(),
        events: events.into_iter().map(|event| EventBody::new(event, lang)).collect(),
        texts: texts
            .into_iter()
            .map(|(id, kind, bytes)| (id.to_string(), kind, bytes))
            .chain(usual.map(|usual| ("voice_usual".into(), PayloadKind::VoiceCue, usual)))
            .map(|(id, kind, bytes)| ExportText {
                id,
                kind,
                text: String::from_utf8_lossy(&bytes).into_owned(),
            })
            .collect(),
    };
    let name = HeaderValue::from_static("attachment; filename=\"calmline-my-data.json\"");
    Ok(([(header::CONTENT_DISPOSITION, name)].into_iter().collect(), axum::Json(export)))
}

/// What can be erased: how many sealed texts there are of each kind.
#[utoipa::path(
    get, path = "/v1/me/erase", tag = "me", security(("session" = [])),
    responses((status = 200, body = BTreeMap<String, usize>))
)]
async fn erasable(State(app): State<App>, me: Me) -> Result<axum::Json<BTreeMap<String, usize>>, ApiError> {
    let mut counts: BTreeMap<String, usize> =
        PayloadKind::ALL.into_iter().map(|kind| (kind.as_str().to_owned(), 0)).collect();
    for (_, kind, _) in app.store().payloads_about(&me.site, &SubjectId::of_agent(&me.agent)).await? {
        *counts.entry(kind.as_str().to_owned()).or_default() += 1;
    }
    for subject in own_incidents(&app, &me).await? {
        let kept = app.store().payloads_about(&me.site, &subject).await?.len();
        *counts.entry(PayloadKind::Incident.as_str().to_owned()).or_default() += kept;
    }
    let usual = app.store().baseline(&me.site, &SubjectId::of_agent(&me.agent)).await?;
    *counts.entry(PayloadKind::VoiceCue.as_str().to_owned()).or_default() += usize::from(usual.is_some());
    Ok(axum::Json(counts))
}

/// The subjects of one's own evidence: each incident is one of its own, so that it can be erased by itself.
async fn own_incidents(app: &App, me: &Me) -> Result<Vec<SubjectId>, StoreError> {
    let events = app.store().read_kind(&me.site, "incident.bundled", Position(0), u32::MAX).await?;
    let own = events.into_iter().filter_map(|event| match event.body {
        Body::IncidentBundled { incident, agent, .. } if agent == me.agent => {
            Some(SubjectId::of_incident(&incident))
        }
        _ => None,
    });
    Ok(own.collect())
}

/// What is to be erased.
#[derive(Deserialize, ToSchema)]
pub struct EraseBody {
    /// `transcript, original, self_report, envelope, voice_cue, incident`; with `identity` the account ends too, and nobody can tell any more whom the
    /// rest of the log is about. Otherwise all but `identity`.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>)]
    pub kinds: Option<Vec<PayloadKind>>,
    /// The account's password, since this cannot be undone.
    pub password: Option<String>,
}

/// What was erased.
#[derive(Serialize, ToSchema)]
pub struct Erased {
    /// Keys destroyed.
    keys: u64,
    /// Texts destroyed.
    texts: u64,
    /// Accounts ended.
    accounts: u64,
}

/// Makes one's own texts unreadable for ever, in backups that are restored later too.
#[utoipa::path(
    post, path = "/v1/me/erase", tag = "me", security(("session" = [])), request_body = EraseBody,
    responses((status = 200, body = Erased), (status = 422, body = ErrorBody))
)]
async fn erase(
    State(app): State<App>,
    me: Me,
    Json(EraseBody { kinds, password }): Json<EraseBody>,
) -> Result<axum::Json<Erased>, ApiError> {
    check_own_password(&app, &me.signed, password).await?;
    let kinds = kinds.unwrap_or_else(|| {
        PayloadKind::ALL.into_iter().filter(|&kind| kind != PayloadKind::Identity).collect()
    });
    if kinds.is_empty() {
        return Err(ApiError::invalid("kinds", "nothing is named that could be erased"));
    }
    let subject = SubjectId::of_agent(&me.agent);
    let incidents =
        if kinds.contains(&PayloadKind::Incident) { own_incidents(&app, &me).await? } else { Vec::new() };
    let mut erasure = app.store().erase(&me.site, &subject, &kinds, clock::now()).await?;
    for subject in incidents {
        let of = app.store().erase(&me.site, &subject, &[PayloadKind::Incident], clock::now()).await?;
        erasure.keys += of.keys;
        erasure.payloads += of.payloads;
    }
    tracing::info!(texts = erasure.payloads, "texts erased at an agent's wish");
    Ok(axum::Json(Erased { keys: erasure.keys, texts: erasure.payloads, accounts: erasure.accounts }))
}
