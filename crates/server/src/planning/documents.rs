//! What is kept of the planner's desk: each document sealed beside the event that tells of it, so that it can be erased by
//! itself and goes with the site's times of keeping. What was replaced is erased.

use std::collections::BTreeMap;

use calmline_core::{
    AccountId, AgentId, Body, Draft, PayloadId, Position, SiteId, SubjectId, Timestamp,
    event::{Clear, PayloadKind},
};
use calmline_store::{Store, StoreError};
use jiff::civil::Date;
use serde::{Serialize, de::DeserializeOwned};

use super::{history::History, roster::Week};
use crate::{clock, error::ApiError, state::App, token};

/// A document, as the log tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Its name for programs; each version has its own.
    pub document: PayloadId,
    /// When it was saved.
    pub at: Timestamp,
    /// By whom.
    pub by: AccountId,
}

/// The versions of a week's roster that stand.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Versions {
    /// What was saved last, if it was not published.
    pub draft: Option<Kept>,
    /// What the people in it are told.
    pub published: Option<Kept>,
}

impl Versions {
    /// What was saved last.
    #[must_use]
    pub fn newest(&self) -> Option<&Kept> {
        self.draft.as_ref().or(self.published.as_ref())
    }
}

/// The histories that stand, by name.
///
/// # Errors
/// When the store fails. So too for the others here.
pub async fn histories(store: &dyn Store, site: &SiteId) -> Result<BTreeMap<String, Kept>, StoreError> {
    let mut kept = BTreeMap::new();
    for event in store.read_kind(site, "plan.history", Position(0), u32::MAX).await? {
        let Body::PlanHistory { name, document, by } = event.body else { continue };
        match document {
            Some(document) => kept.insert(name, Kept { document, at: event.at, by }),
            None => kept.remove(&name),
        };
    }
    Ok(kept)
}

/// A history by the name of its document, with the name that the planner gave it.
///
/// # Errors
/// When there is none, or its time of keeping is over.
pub async fn history(app: &App, site: &SiteId, id: &str) -> Result<(String, History), ApiError> {
    let all = histories(app.store(), site).await?;
    let found = all.into_iter().find(|(_, kept)| kept.document.as_str() == id);
    let (name, kept) = found.ok_or_else(|| ApiError::not_found("history"))?;
    let history =
        open(app.store(), site, &kept.document).await?.ok_or_else(|| ApiError::not_found("history"))?;
    Ok((name, history))
}

/// Opens a document; none where the time of keeping is over.
///
/// # Errors
/// When the store fails.
pub async fn open<T: DeserializeOwned>(
    store: &dyn Store,
    site: &SiteId,
    document: &PayloadId,
) -> Result<Option<T>, StoreError> {
    let bytes = store.open_payload(site, document).await?;
    Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
}

/// Keeps a history under a name; one of the same name is replaced.
///
/// # Errors
/// When the store fails.
pub async fn keep_history(
    app: &App,
    site: &SiteId,
    by: &AccountId,
    name: &str,
    history: &History,
) -> Result<PayloadId, ApiError> {
    let before = histories(app.store(), site).await?.remove(name);
    let document = name_of_new()?;
    let body = Body::PlanHistory { name: name.to_owned(), document: Some(document.clone()), by: by.clone() };
    keep(app, site, body, &document, history).await?;
    erase(app, site, before.as_ref()).await;
    Ok(document)
}

/// Deletes a history.
///
/// # Errors
/// When there is none, or the store fails.
pub async fn delete_history(app: &App, site: &SiteId, by: &AccountId, id: &str) -> Result<(), ApiError> {
    let all = histories(app.store(), site).await?;
    let found = all.into_iter().find(|(_, kept)| kept.document.as_str() == id);
    let (name, kept) = found.ok_or_else(|| ApiError::not_found("history"))?;
    let body = Body::PlanHistory { name, document: None, by: by.clone() };
    app.live.append(vec![Draft::derived(site.clone(), clock::now(), Vec::new(), body)]).await?;
    erase(app, site, Some(&kept)).await;
    Ok(())
}

/// The rosters that stand, by their Monday.
///
/// # Errors
/// When the store fails.
pub async fn rosters(store: &dyn Store, site: &SiteId) -> Result<BTreeMap<Date, Versions>, StoreError> {
    let mut weeks: BTreeMap<Date, Versions> = BTreeMap::new();
    for event in store.read_kind(site, "plan.roster", Position(0), u32::MAX).await? {
        let Body::PlanRoster { week, document, published, by } = event.body else { continue };
        let Ok(week) = week.parse() else { continue };
        let kept = Some(Kept { document, at: event.at, by });
        let versions = weeks.entry(week).or_default();
        if published {
            *versions = Versions { draft: None, published: kept };
        } else {
            versions.draft = kept;
        }
    }
    Ok(weeks)
}

/// Keeps a week's roster, as a draft or for the people in it.
///
/// # Errors
/// When somebody saved another since the caller read what `seen` names, or the store fails.
pub async fn keep_roster(
    app: &App,
    site: &SiteId,
    by: &AccountId,
    week: &Week,
    published: bool,
    seen: Option<&str>,
) -> Result<PayloadId, ApiError> {
    let _one_at_a_time = app.planning.saving.lock().await;
    let before = rosters(app.store(), site).await?.remove(&week.week).unwrap_or_default();
    if before.newest().map(|kept| kept.document.as_str()) != seen {
        let why = "somebody saved another roster of this week meanwhile";
        return Err(ApiError::conflict("roster_changed", why).hint("read the week again, then change it"));
    }
    let document = name_of_new()?;
    let body = Body::PlanRoster {
        week: week.week.to_string(),
        document: document.clone(),
        published,
        by: by.clone(),
    };
    keep(app, site, body, &document, week).await?;
    erase(app, site, before.draft.as_ref()).await;
    if published {
        erase(app, site, before.published.as_ref()).await;
    }
    Ok(document)
}

/// The hash that is in an agent's calendar address, and since when; none where there is no address.
///
/// # Errors
/// When the store fails.
pub async fn feeds(
    store: &dyn Store,
    site: &SiteId,
) -> Result<BTreeMap<AgentId, (String, Timestamp)>, StoreError> {
    let mut feeds = BTreeMap::new();
    for event in store.read_kind(site, "calendar.feed", Position(0), u32::MAX).await? {
        let Body::CalendarFeed { agent, token_sha256 } = event.body else { continue };
        match token_sha256 {
            Some(hash) => feeds.insert(agent, (hash, event.at)),
            None => feeds.remove(&agent),
        };
    }
    Ok(feeds)
}

fn name_of_new() -> Result<PayloadId, ApiError> {
    let drawn = token::random::<12>().map_err(|error| ApiError::internal(&error))?;
    PayloadId::new(format!("plan-{}", token::hex(&drawn))).map_err(|error| ApiError::internal(&error))
}

async fn keep<T: Serialize>(
    app: &App,
    site: &SiteId,
    body: Body,
    document: &PayloadId,
    content: &T,
) -> Result<(), ApiError> {
    let bytes = serde_json::to_vec(content).map_err(|error| ApiError::internal(&error))?;
    let subject = SubjectId::of_plan(document);
    let clear = Clear { id: document.clone(), subject, kind: PayloadKind::Plan, bytes };
    let draft = Draft::derived(site.clone(), clock::now(), Vec::new(), body).with(clear);
    app.live.append(vec![draft]).await?;
    Ok(())
}

/// Erases what no event stands for any more. If that fails it stays sealed until the site's time of keeping is over.
async fn erase(app: &App, site: &SiteId, kept: Option<&Kept>) {
    let Some(kept) = kept else { return };
    let subject = SubjectId::of_plan(&kept.document);
    if let Err(error) = app.store().erase(site, &subject, &[PayloadKind::Plan], clock::now()).await {
        tracing::warn!(%error, "a planner's document that was replaced could not be erased");
    }
}
