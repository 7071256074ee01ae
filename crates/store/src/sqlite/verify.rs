//! Checking the log: its hash chain, its index, and the hashes of the payloads that are left.

use calmline_core::{Body, EventId, Position, SiteId};
use sqlx::{Row as _, SqliteConnection, sqlite::SqliteRow};

use super::{
    Inner,
    batch::stored,
    places::{self, names},
    progress,
    runs::unpack,
};
use crate::{
    Chain, StoreError,
    entry::{GENESIS, chain, content_digest, sha256},
    seal::bound,
};

/// How many rows are checked at a time.
const CHECK: i64 = 2_000;

/// Checks the whole log, its index and the payloads that are left.
pub(super) async fn verify(inner: &Inner) -> Result<Chain, StoreError> {
    let mut index = Index::stored(inner).await?;
    let mut found = Chain { head: Position(0), hash: GENESIS, payloads: 0 };
    loop {
        let after = stored(found.head);
        // One statement, so that an erasure cannot come between a row and its payloads.
        let rows = sqlx::query(
            "SELECT log.position, log.site, log.id, log.at, log.because, log.body, log.seals, log.hash,
                    payloads.sealed
             FROM (SELECT * FROM log WHERE position > $1 ORDER BY position LIMIT $2) AS log
             LEFT JOIN payloads ON payloads.position = log.position
             ORDER BY log.position",
        )
        .bind(after)
        .bind(CHECK)
        .fetch_all(&inner.readers)
        .await?;
        if rows.is_empty() {
            return index.check().map(|()| found);
        }
        for row in &rows {
            check_row(&mut found, &mut index, row)?;
        }
    }
}

fn check_row(found: &mut Chain, index: &mut Index, row: &SqliteRow) -> Result<(), StoreError> {
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
        let body: Body = serde_json::from_str(body).map_err(|e| wrong(&e))?;
        index.expect(position, &site, &body);
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

/// The index of the log beside what it should be. Both are sums of hashes, one for each place of each name, since they
/// come in different orders.
struct Index {
    /// Every event up to here is in the index.
    complete: Position,
    stored: u128,
    expected: u128,
}

impl Index {
    /// Reads the whole index.
    async fn stored(inner: &Inner) -> Result<Self, StoreError> {
        // One state of the database, since rows are added and rebuilt.
        let mut snapshot = inner.readers.begin().await?;
        let complete = progress::read(&mut snapshot, places::TABLE).await?;
        let mut index = Self { complete, stored: 0, expected: 0 };
        let mut last = None;
        loop {
            let rows = rows_after(&mut snapshot, last.as_ref()).await?;
            for row in &rows {
                index.add_row(row)?;
            }
            match rows.into_iter().last() {
                Some(row) => last = Some(row),
                None => return Ok(index),
            }
        }
    }

    fn add_row(&mut self, row: &SqliteRow) -> Result<(), StoreError> {
        let mut positions = Vec::new();
        if !unpack(row.try_get(5)?, self.complete.0, &mut positions) {
            return Err(wrong_index());
        }
        for position in positions {
            let place = place(row.try_get(0)?, row.try_get(1)?, row.try_get(2)?, position);
            self.stored = self.stored.wrapping_add(place);
        }
        Ok(())
    }

    /// Takes note of an event that the index should have.
    fn expect(&mut self, position: Position, site: &SiteId, body: &Body) {
        if position > self.complete {
            return;
        }
        for (what, name) in names(body) {
            let place = place(site.as_str(), what.as_str(), name, position.0);
            self.expected = self.expected.wrapping_add(place);
        }
    }

    fn check(&self) -> Result<(), StoreError> {
        if self.stored == self.expected { Ok(()) } else { Err(wrong_index()) }
    }
}

fn wrong_index() -> StoreError {
    StoreError::damaged("the index of the log", "it is not that of the log's content")
}

fn place(site: &str, what: &str, name: &str, position: u64) -> u128 {
    let hash = sha256(&bound(&[site, what, name, &position.to_string()]));
    hash.as_chunks::<16>().0.first().map_or(0, |first| u128::from_le_bytes(*first))
}

/// The next rows of the index, in the order of its key.
async fn rows_after(
    conn: &mut SqliteConnection,
    last: Option<&SqliteRow>,
) -> Result<Vec<SqliteRow>, StoreError> {
    let (site, what, name, end, complete) = match last {
        Some(row) => (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?, row.try_get(3)?, row.try_get(4)?),
        None => ("", "", "", i64::MIN, i64::MIN),
    };
    let rows = sqlx::query(
        "SELECT site, what, name, last, complete, positions FROM places
         WHERE (site, what, name, last, complete) > ($1, $2, $3, $4, $5)
         ORDER BY site, what, name, last, complete LIMIT $6",
    )
    .bind(site)
    .bind(what)
    .bind(name)
    .bind(end)
    .bind(complete)
    .bind(CHECK)
    .fetch_all(conn)
    .await?;
    Ok(rows)
}
