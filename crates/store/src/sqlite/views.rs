//! Reading and rebuilding the views.

use std::sync::{Arc, PoisonError};

use async_trait::async_trait;
use calmline_core::{AgentId, AlertId, CallId, OfferId, SiteId, Timestamp};
use serde::de::DeserializeOwned;
use sqlx::{Connection as _, Row as _, sqlite::SqliteRow};

use super::{
    Inner, Sqlite,
    batch::stored,
    log::event,
    places::Lists,
    view_rows::{self, ViewRow},
};
use crate::{
    AgentRow, AlertRow, CallFilter, CallRow, OfferRow, StoreError, Views,
    entry::{bound_of_range, nanoseconds},
    views::Changes,
};

/// How many events a rebuild folds at a time.
const REBUILD: i64 = 5_000;

fn doc<T: DeserializeOwned>(row: &SqliteRow) -> Result<T, StoreError> {
    serde_json::from_str(row.try_get(0)?).map_err(|e| StoreError::damaged("a view; rebuild the views", e))
}

macro_rules! one {
    ($store:expr, $sql:literal, $site:expr, $id:expr) => {{
        let row = sqlx::query($sql)
            .bind($site.as_str())
            .bind($id.as_str())
            .fetch_optional(&$store.inner.readers)
            .await?;
        row.as_ref().map(doc).transpose()
    }};
}

#[async_trait]
impl Views for Sqlite {
    async fn call(&self, site: &SiteId, call: &CallId) -> Result<Option<CallRow>, StoreError> {
        one!(self, "SELECT doc FROM calls WHERE site = $1 AND id = $2", site, call)
    }

    async fn calls(&self, site: &SiteId, filter: &CallFilter) -> Result<Vec<CallRow>, StoreError> {
        let sql = if filter.open {
            "SELECT doc FROM calls
             WHERE site = $1 AND at >= $2 AND at < $3 AND ($4 IS NULL OR agent = $4) AND open
             ORDER BY at DESC, id LIMIT $5"
        } else {
            "SELECT doc FROM calls
             WHERE site = $1 AND at >= $2 AND at < $3 AND ($4 IS NULL OR agent = $4)
             ORDER BY at DESC, id LIMIT $5"
        };
        let rows = sqlx::query(sql)
            .bind(site.as_str())
            .bind(filter.from.map_or(i64::MIN, bound_of_range))
            .bind(filter.to.map_or(i64::MAX, bound_of_range))
            .bind(filter.agent.as_ref().map(AgentId::as_str))
            .bind(if filter.limit == 0 { 100 } else { filter.limit })
            .fetch_all(&self.inner.readers)
            .await?;
        rows.iter().map(doc).collect()
    }

    async fn alert(&self, site: &SiteId, alert: &AlertId) -> Result<Option<AlertRow>, StoreError> {
        one!(self, "SELECT doc FROM alerts WHERE site = $1 AND id = $2", site, alert)
    }

    async fn alerts(&self, site: &SiteId, from: Timestamp, limit: u32) -> Result<Vec<AlertRow>, StoreError> {
        let rows =
            sqlx::query("SELECT doc FROM alerts WHERE site = $1 AND at >= $2 ORDER BY at DESC, id LIMIT $3")
                .bind(site.as_str())
                .bind(bound_of_range(from))
                .bind(limit)
                .fetch_all(&self.inner.readers)
                .await?;
        rows.iter().map(doc).collect()
    }

    async fn offer(&self, site: &SiteId, offer: &OfferId) -> Result<Option<OfferRow>, StoreError> {
        one!(self, "SELECT doc FROM offers WHERE site = $1 AND id = $2", site, offer)
    }

    async fn offers(
        &self,
        site: &SiteId,
        agent: &AgentId,
        from: Timestamp,
    ) -> Result<Vec<OfferRow>, StoreError> {
        let rows = sqlx::query(
            "SELECT doc FROM offers WHERE site = $1 AND agent = $2 AND at >= $3 ORDER BY at DESC, id",
        )
        .bind(site.as_str())
        .bind(agent.as_str())
        .bind(bound_of_range(from))
        .fetch_all(&self.inner.readers)
        .await?;
        rows.iter().map(doc).collect()
    }

    async fn agent(&self, site: &SiteId, agent: &AgentId) -> Result<Option<AgentRow>, StoreError> {
        one!(self, "SELECT doc FROM agents WHERE site = $1 AND id = $2", site, agent)
    }

    async fn agents(&self, site: &SiteId) -> Result<Vec<AgentRow>, StoreError> {
        let rows = sqlx::query("SELECT doc FROM agents WHERE site = $1 ORDER BY id")
            .bind(site.as_str())
            .fetch_all(&self.inner.readers)
            .await?;
        rows.iter().map(doc).collect()
    }

    async fn rebuild_views(&self) -> Result<u64, StoreError> {
        let inner = Arc::clone(&self.inner);
        tokio::spawn(async move { rebuild(&inner).await }).await.map_err(|_| StoreError::Closed)?
    }
}

async fn rebuild(inner: &Inner) -> Result<u64, StoreError> {
    let mut writer = inner.writer.lock().await;
    let writer = writer.as_mut().ok_or(StoreError::Closed)?;
    let mut transaction = writer.conn.begin().await?;
    for sql in [
        "DELETE FROM calls",
        "DELETE FROM alerts",
        "DELETE FROM offers",
        "DELETE FROM agents",
        "DELETE FROM places",
    ] {
        sqlx::query(sql).execute(&mut *transaction).await?;
    }
    let mut after = 0;
    let mut count = 0;
    loop {
        let rows = sqlx::query(
            "SELECT position, site, id, at, because, body FROM log
             WHERE position > $1 ORDER BY position LIMIT $2",
        )
        .bind(after)
        .bind(REBUILD)
        .fetch_all(&mut *transaction)
        .await?;
        let events = rows.iter().map(event).collect::<Result<Vec<_>, _>>()?;
        let Some(last) = events.last() else { break };
        after = stored(last.position);
        count += events.len() as u64;
        let (mut changes, mut lists) = (Changes::default(), Lists::default());
        for event in &events {
            changes.touch(&event.site, &event.body);
            lists.add(event.position, &event.site, nanoseconds(event.at)?, &event.body);
        }
        view_rows::load(&mut transaction, &mut changes).await?;
        for event in &events {
            changes.apply(&event.site, event.at, &event.body);
        }
        view_rows::store(&mut transaction, &ViewRow::all(changes)?).await?;
        lists.moved(last.position).write(&mut transaction).await?;
    }
    transaction.commit().await?;
    *writer.waiting_places.write().unwrap_or_else(PoisonError::into_inner) = Lists::after(writer.head);
    Ok(count)
}
