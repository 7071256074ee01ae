//! Appending to and reading from the log.

use std::sync::PoisonError;

use async_trait::async_trait;
use calmline_core::{AgentId, Body, CallId, Draft, Event, EventId, Position, SiteId, Timestamp};
use sqlx::{Row as _, sqlite::SqliteRow};
use tokio::sync::{oneshot, watch};

use super::{Inner, Sqlite, batch::stored, writer::Job};
use crate::{
    Appended, Chain, Log, StoreError,
    entry::{Entry, GENESIS, bound_of_range, chain, content_digest, sha256, timestamp},
};

/// How many rows the chain is checked in at a time.
const CHECK: i64 = 2_000;

#[async_trait]
impl Log for Sqlite {
    async fn append(&self, drafts: Vec<Draft>) -> Result<Vec<Appended>, StoreError> {
        if drafts.is_empty() {
            return Ok(Vec::new());
        }
        let entries = drafts.into_iter().map(Entry::new).collect::<Result<_, _>>()?;
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
        let rows = match site {
            Some(site) => {
                sqlx::query(
                    "SELECT position, site, id, at, because, body FROM log
                     WHERE site = $1 AND position > $2 ORDER BY position LIMIT $3",
                )
                .bind(site.as_str())
                .bind(stored(after))
                .bind(limit)
                .fetch_all(&self.inner.readers)
                .await
            }
            None => {
                sqlx::query(
                    "SELECT position, site, id, at, because, body FROM log
                     WHERE position > $1 ORDER BY position LIMIT $2",
                )
                .bind(stored(after))
                .bind(limit)
                .fetch_all(&self.inner.readers)
                .await
            }
        };
        rows?.iter().map(event).collect()
    }

    async fn read_call(&self, site: &SiteId, call: &CallId) -> Result<Vec<Event>, StoreError> {
        let rows = sqlx::query(
            "SELECT position, site, id, at, because, body FROM log
             WHERE site = $1 AND call = $2 ORDER BY position",
        )
        .bind(site.as_str())
        .bind(call.as_str())
        .fetch_all(&self.inner.readers)
        .await?;
        rows.iter().map(event).collect()
    }

    async fn read_agent(
        &self,
        site: &SiteId,
        agent: &AgentId,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Event>, StoreError> {
        let rows = sqlx::query(
            "SELECT position, site, id, at, because, body FROM log
             WHERE site = $1 AND agent = $2 AND at >= $3 AND at < $4 ORDER BY position",
        )
        .bind(site.as_str())
        .bind(agent.as_str())
        .bind(bound_of_range(from))
        .bind(bound_of_range(to))
        .fetch_all(&self.inner.readers)
        .await?;
        rows.iter().map(event).collect()
    }

    async fn read_kind(
        &self,
        site: &SiteId,
        kind: &str,
        after: Position,
        limit: u32,
    ) -> Result<Vec<Event>, StoreError> {
        let rows = sqlx::query(
            "SELECT position, site, id, at, because, body FROM log
             WHERE site = $1 AND kind = $2 AND position > $3 ORDER BY position LIMIT $4",
        )
        .bind(site.as_str())
        .bind(kind)
        .bind(stored(after))
        .bind(limit)
        .fetch_all(&self.inner.readers)
        .await?;
        rows.iter().map(event).collect()
    }

    async fn event(&self, site: &SiteId, id: &EventId) -> Result<Option<Event>, StoreError> {
        // First those that wait, then the table: what leaves the one is in the other already.
        let waiting = {
            let waiting = self.inner.waiting_ids.read().unwrap_or_else(PoisonError::into_inner);
            waiting.get(id).copied()
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
        verify(&self.inner).await
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

async fn verify(inner: &Inner) -> Result<Chain, StoreError> {
    let mut found = Chain { head: Position(0), hash: GENESIS, payloads: 0 };
    loop {
        let after = stored(found.head);
        // One statement, so that an erasure cannot come between a row and its payloads.
        let rows = sqlx::query(
            "SELECT log.position, log.site, log.id, log.at, log.because, log.body, log.seals, log.hash,
                    payloads.sealed, log.kind, log.call, log.agent
             FROM (SELECT * FROM log WHERE position > $1 ORDER BY position LIMIT $2) AS log
             LEFT JOIN payloads ON payloads.position = log.position
             ORDER BY log.position",
        )
        .bind(after)
        .bind(CHECK)
        .fetch_all(&inner.readers)
        .await?;
        if rows.is_empty() {
            return Ok(found);
        }
        for row in &rows {
            check_row(&mut found, row)?;
        }
    }
}

fn check_row(found: &mut Chain, row: &SqliteRow) -> Result<(), StoreError> {
    let position = Position(row.try_get::<i64, _>(0)?.unsigned_abs());
    let wrong = |e: &dyn std::fmt::Display| StoreError::damaged(format!("position {}", position.0), e);
    let seals: &[u8] = row.try_get(6)?;
    // A row with several payloads comes once for each.
    if position != found.head {
        if position.0 != found.head.0 + 1 {
            return Err(wrong(&format!("it follows position {}", found.head.0)));
        }
        let id: [u8; 16] = row.try_get::<&[u8], _>(2)?.try_into().map_err(|_| wrong(&"id"))?;
        let site = SiteId::new(row.try_get::<&str, _>(1)?).map_err(|e| wrong(&e))?;
        let (at, because, body) = (row.try_get(3)?, row.try_get(4)?, row.try_get(5)?);
        let digest = content_digest(&site, &EventId::from_bytes(id), at, because, body);
        let hash = chain(&found.hash, &digest, seals);
        if row.try_get::<&[u8], _>(7)? != hash {
            return Err(wrong(&"its hash is not that of its content"));
        }
        // What the row is found by must be what its body says.
        let body: Body = serde_json::from_str(body).map_err(|e| wrong(&e))?;
        let (kind, call, agent): (&str, Option<&str>, Option<&str>) =
            (row.try_get(9)?, row.try_get(10)?, row.try_get(11)?);
        let named = (body.kind(), body.call().map(CallId::as_str), body.agent().map(AgentId::as_str));
        if named != (kind, call, agent) {
            return Err(wrong(&"its index is not that of its content"));
        }
        (found.head, found.hash) = (position, hash);
    }
    if let Some(sealed) = row.try_get::<Option<&[u8]>, _>(8)? {
        if !seals.as_chunks::<32>().0.contains(&sha256(sealed)) {
            return Err(wrong(&"a sealed payload is not the one that was sealed"));
        }
        found.payloads += 1;
    }
    Ok(())
}
