//! Appending to and reading from the log.

use std::sync::PoisonError;

use async_trait::async_trait;
use calmline_core::{AgentId, CallId, Draft, Event, EventId, Position, SiteId, Timestamp};
use sqlx::{Row as _, sqlite::SqliteRow};
use tokio::sync::{oneshot, watch};

use super::{
    Sqlite,
    batch::{json_text, stored},
    places::{self, What},
    verify,
    writer::Job,
};
use crate::{
    Appended, Chain, Log, StoreError,
    entry::{Entry, bound_of_range, timestamp},
};

#[async_trait]
impl Log for Sqlite {
    async fn append(&self, drafts: Vec<Draft>) -> Result<Vec<Appended>, StoreError> {
        if drafts.is_empty() {
            return Ok(Vec::new());
        }
        let mut entries = Vec::with_capacity(drafts.len());
        for draft in drafts {
            entries.push(Entry::new(draft)?);
        }
        let (answer, answered) = oneshot::channel();
        self.jobs.send(Job { entries, answer }).await.map_err(|_| StoreError::Closed)?;
        answered.await.map_err(|_| StoreError::Closed)?
    }

    async fn read(
        &self,
        site: Option<&SiteId>,
        after: Position,
        limit: u32,
    ) -> Result<Vec<Event>, StoreError> {
        let Some(site) = site else {
            let rows = sqlx::query(
                "SELECT position, site, id, at, because, body FROM log
                 WHERE position > $1 ORDER BY position LIMIT $2",
            )
            .bind(stored(after))
            .bind(limit)
            .fetch_all(&self.inner.readers)
            .await?;
            return rows.iter().map(event).collect();
        };
        let positions = places::after(&self.inner, site, (What::Site, ""), after, limit as usize).await?;
        self.events_at(site, &positions, i64::MIN, i64::MAX).await
    }

    async fn read_call(&self, site: &SiteId, call: &CallId) -> Result<Vec<Event>, StoreError> {
        let name = (What::Call, call.as_str());
        let positions = places::after(&self.inner, site, name, Position(0), usize::MAX).await?;
        self.events_at(site, &positions, i64::MIN, i64::MAX).await
    }

    async fn read_agent(
        &self,
        site: &SiteId,
        agent: &AgentId,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Event>, StoreError> {
        let (from, to) = (bound_of_range(from), bound_of_range(to));
        let positions = places::between(&self.inner, site, agent, from, to).await?;
        self.events_at(site, &positions, from, to).await
    }

    async fn read_kind(
        &self,
        site: &SiteId,
        kind: &str,
        after: Position,
        limit: u32,
    ) -> Result<Vec<Event>, StoreError> {
        let positions = places::after(&self.inner, site, (What::Kind, kind), after, limit as usize).await?;
        self.events_at(site, &positions, i64::MIN, i64::MAX).await
    }

    async fn event(&self, site: &SiteId, id: &EventId) -> Result<Option<Event>, StoreError> {
        // First those that wait, then the table: what leaves the one is in the other already.
        let waiting = {
            let waiting = self.inner.waiting_ids.read().unwrap_or_else(PoisonError::into_inner);
            waiting.get(id)
        };
        let row = sqlx::query(
            "SELECT position, site, id, at, because, body FROM log
             WHERE position = coalesce($1, (SELECT position FROM event_ids WHERE id = $2)) AND site = $3",
        )
        .bind(waiting.map(stored))
        .bind(id.as_bytes().as_slice())
        .bind(site.as_str())
        .fetch_optional(&self.inner.readers)
        .await?;
        row.as_ref().map(event).transpose()
    }

    fn head(&self) -> Position {
        *self.inner.head.borrow()
    }

    fn watch_head(&self) -> watch::Receiver<Position> {
        self.inner.head.clone()
    }

    async fn verify_chain(&self) -> Result<Chain, StoreError> {
        verify::verify(&self.inner).await
    }
}

impl Sqlite {
    /// The events at rising positions that happened from one time until just before another.
    async fn events_at(
        &self,
        site: &SiteId,
        positions: &[u64],
        from: i64,
        to: i64,
    ) -> Result<Vec<Event>, StoreError> {
        if positions.is_empty() {
            return Ok(Vec::new());
        }
        let rows = sqlx::query(
            "SELECT log.position, log.site, log.id, log.at, log.because, log.body
             FROM json_each($1) AS wanted CROSS JOIN log ON log.position = wanted.value
             WHERE log.site = $2 AND log.at >= $3 AND log.at < $4",
        )
        .bind(json_text(&positions)?)
        .bind(site.as_str())
        .bind(from)
        .bind(to)
        .fetch_all(&self.inner.readers)
        .await?;
        rows.iter().map(event).collect()
    }
}

/// An event from `position, site, id, at, because, body`.
pub(super) fn event(row: &SqliteRow) -> Result<Event, StoreError> {
    let position = Position(row.try_get::<i64, _>(0)?.unsigned_abs());
    let wrong = |e: &dyn std::fmt::Display| StoreError::damaged(format!("position {}", position.0), e);
    let id: [u8; 16] = row.try_get::<&[u8], _>(2)?.try_into().map_err(|_| wrong(&"id"))?;
    let (because, rest) = row.try_get::<&[u8], _>(4)?.as_chunks::<16>();
    if !rest.is_empty() {
        return Err(wrong(&"because"));
    }
    Ok(Event {
        position,
        site: SiteId::new(row.try_get::<&str, _>(1)?).map_err(|e| wrong(&e))?,
        id: EventId::from_bytes(id),
        at: timestamp(row.try_get(3)?),
        because: because.iter().copied().map(EventId::from_bytes).collect(),
        body: serde_json::from_str(row.try_get(5)?).map_err(|e| wrong(&e))?,
    })
}
