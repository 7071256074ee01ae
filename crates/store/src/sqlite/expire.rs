//! The end of payloads that are older than their site keeps them.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError},
};

use calmline_core::{SiteId, Timestamp, event::PayloadKind};
use sqlx::{Connection as _, Row as _, SqliteConnection};

use super::{Inner, baselines, batch::json_text, erase::clear_wal, writer::Writer};
use crate::{StoreError, entry::bound_of_range, ledger::Expired};

/// How many payloads are destroyed in one commit; between two, appends go on.
const AT_ONCE: usize = 2_000;

/// Destroys what is older. Once begun it runs to its end, even if the caller goes away.
pub(super) async fn expire(inner: &Arc<Inner>, expired: Expired) -> Result<u64, StoreError> {
    let inner = Arc::clone(inner);
    let work = async move {
        let mut reader = inner.readers.acquire().await?;
        let rows = older(&mut reader, &expired.site, expired.kind, expired.before).await?;
        let baselines = baselines::count_older(&mut reader, &expired).await?;
        drop(reader);
        if rows.is_empty() && baselines == 0 {
            return Ok(0);
        }
        inner.ledger.lock().unwrap_or_else(PoisonError::into_inner).add([expired.line()?])?;
        let mut destroyed = 0;
        for rows in rows.chunks(AT_ONCE) {
            let mut writer = inner.writer.lock().await;
            let writer = writer.as_mut().ok_or(StoreError::Closed)?;
            destroyed += destroy(&mut writer.conn, &expired, rows).await?;
        }
        let mut writer = inner.writer.lock().await;
        let writer = writer.as_mut().ok_or(StoreError::Closed)?;
        destroyed += finish(writer, &expired, std::slice::from_ref(&expired)).await?;
        clear_wal(writer).await?;
        Ok(destroyed)
    };
    tokio::spawn(work).await.map_err(|_| StoreError::Closed)?
}

/// Destroys what the ledger says has reached its end and the database does not know of: after a restored backup, or after a
/// run that was interrupted. Answers for how many sites and kinds there was something.
pub(super) async fn apply(writer: &mut Writer, entries: &[Expired]) -> Result<u64, StoreError> {
    let mut unknown: BTreeMap<(&SiteId, PayloadKind), Vec<Expired>> = BTreeMap::new();
    for expired in entries {
        let known = sqlx::query("SELECT 1 FROM erasures WHERE line = $1")
            .bind(expired.line()?)
            .fetch_optional(&mut writer.conn)
            .await?;
        if known.is_none() {
            unknown.entry((&expired.site, expired.kind)).or_default().push(expired.clone());
        }
    }
    let mut applied = 0;
    for lines in unknown.values() {
        // The latest end holds all the others.
        let Some(last) = lines.iter().max_by_key(|expired| expired.before) else { continue };
        let rows = older(&mut writer.conn, &last.site, last.kind, last.before).await?;
        for rows in rows.chunks(AT_ONCE) {
            destroy(&mut writer.conn, last, rows).await?;
        }
        let baselines = finish(writer, last, lines).await?;
        applied += u64::from(!rows.is_empty() || baselines > 0);
    }
    Ok(applied)
}

/// The rows of payloads of a kind that stem from events before a time.
pub(super) async fn older(
    conn: &mut SqliteConnection,
    site: &SiteId,
    kind: PayloadKind,
    before: Timestamp,
) -> Result<Vec<i64>, StoreError> {
    let rows = sqlx::query(
        "SELECT payloads.rowid FROM data_keys
         JOIN payloads ON payloads.key = data_keys.id
         JOIN log ON log.position = payloads.position
         WHERE data_keys.site = $1 AND data_keys.kind = $2 AND log.at < $3",
    )
    .bind(site.as_str())
    .bind(kind.as_str())
    .bind(bound_of_range(before))
    .fetch_all(conn)
    .await?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}

/// Deletes payloads that are older. A row number that another payload has by now is passed over.
async fn destroy(conn: &mut SqliteConnection, expired: &Expired, rows: &[i64]) -> Result<u64, StoreError> {
    let done = sqlx::query(
        "DELETE FROM payloads WHERE rowid IN (SELECT value FROM json_each($1)) AND site = $2
         AND key IN (SELECT id FROM data_keys WHERE kind = $3)
         AND (SELECT at FROM log WHERE log.position = payloads.position) < $4",
    )
    .bind(json_text(&rows)?)
    .bind(expired.site.as_str())
    .bind(expired.kind.as_str())
    .bind(bound_of_range(expired.before))
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}

/// Destroys the baselines that are older and the keys that have nothing left to open, and takes note that the lines are done,
/// in one commit. Says how many baselines there were.
async fn finish(writer: &mut Writer, last: &Expired, lines: &[Expired]) -> Result<u64, StoreError> {
    // Keys in memory would seal later payloads under a key that is gone.
    writer.keys.clear();
    let mut transaction = writer.conn.begin().await?;
    let baselines = baselines::delete_older(&mut transaction, last).await?;
    sqlx::query(
        "DELETE FROM data_keys WHERE site = $1 AND kind = $2
         AND NOT EXISTS (SELECT 1 FROM payloads WHERE payloads.key = data_keys.id)
         AND NOT EXISTS (SELECT 1 FROM baselines WHERE baselines.key = data_keys.id)
         AND NOT EXISTS (SELECT 1 FROM directory WHERE directory.key = data_keys.id)",
    )
    .bind(last.site.as_str())
    .bind(last.kind.as_str())
    .execute(&mut *transaction)
    .await?;
    for expired in lines {
        sqlx::query("INSERT INTO erasures (line) VALUES ($1) ON CONFLICT DO NOTHING")
            .bind(expired.line()?)
            .execute(&mut *transaction)
            .await?;
    }
    transaction.commit().await?;
    Ok(baselines)
}
