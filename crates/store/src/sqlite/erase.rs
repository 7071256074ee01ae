//! Erasing someone, and making sure that it stays so.

use std::{
    sync::{Arc, PoisonError},
    time::Duration,
};

use calmline_core::{Body, Draft, SiteId, SubjectId, Timestamp, event::PayloadKind};
use sqlx::{Connection as _, Row as _, SqliteConnection};

use super::{
    Inner,
    batch::{Batch, json_list, json_text},
    expire,
    writer::Writer,
};
use crate::{
    Erasure, StoreError,
    entry::Entry,
    ledger::{Entries, Erased, subject_hash},
    seal::{SealKey, hex},
};

/// Erases someone. Once begun it runs to its end, even if the caller goes away.
pub(super) async fn erase(
    inner: &Arc<Inner>,
    site: &SiteId,
    subject: &SubjectId,
    kinds: &[PayloadKind],
    at: Timestamp,
) -> Result<Erasure, StoreError> {
    let (inner, site, subject) = (Arc::clone(inner), site.clone(), subject.clone());
    let kinds = kinds.to_vec();
    let work = async move {
        let mut writer = inner.writer.lock().await;
        let writer = writer.as_mut().ok_or(StoreError::Closed)?;
        let keys = keys_of(&mut writer.conn, &site, &subject, &kinds).await?;
        let erased = Erased::new(&site, &subject, &kinds, keys, at);
        inner.ledger.lock().unwrap_or_else(PoisonError::into_inner).add([erased.line()?])?;
        // The pseudonym is not used for the outside name from here on, whatever becomes of the commit.
        if kinds.contains(&PayloadKind::Identity) {
            let mut names = inner.names.write().unwrap_or_else(PoisonError::into_inner);
            names.retain(|(of, _), agent| *of != site || agent.as_str() != subject.as_str());
        }
        let erasure = destroy(writer, &inner.master, &erased, &subject).await?;
        clear_wal(writer).await?;
        Ok(erasure)
    };
    tokio::spawn(work).await.map_err(|_| StoreError::Closed)?
}

/// Destroys what the ledger lists and the database still has: after a restored backup, or after an erasure that was
/// interrupted.
pub(super) async fn apply_ledger(
    writer: &mut Writer,
    master: &SealKey,
    entries: &Entries,
) -> Result<u64, StoreError> {
    let mut applied = expire::apply(writer, &entries.expired).await?;
    for entry in &entries.erased {
        for subject in subjects_left(&mut writer.conn, entry).await? {
            destroy(writer, master, entry, &subject).await?;
            applied += 1;
        }
    }
    if applied > 0 {
        clear_wal(writer).await?;
    }
    Ok(applied)
}

/// The erasures that the database itself knows of.
pub(super) async fn lines_in(conn: &mut SqliteConnection) -> Result<Vec<String>, StoreError> {
    let rows = sqlx::query("SELECT line FROM erasures ORDER BY rowid").fetch_all(conn).await?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}

async fn keys_of(
    conn: &mut SqliteConnection,
    site: &SiteId,
    subject: &SubjectId,
    kinds: &[PayloadKind],
) -> Result<Vec<String>, StoreError> {
    let rows = sqlx::query(
        "SELECT id FROM data_keys
         WHERE site = $1 AND subject = $2 AND kind IN (SELECT value FROM json_each($3))",
    )
    .bind(site.as_str())
    .bind(subject.as_str())
    .bind(json_text(&kinds)?)
    .fetch_all(conn)
    .await?;
    rows.iter().map(|row| Ok(hex(row.try_get(0)?))).collect()
}

/// Who of an erasure still has something in the database: by its keys, or by an account of an erased identity.
async fn subjects_left(conn: &mut SqliteConnection, entry: &Erased) -> Result<Vec<SubjectId>, StoreError> {
    let mut rows = sqlx::query(
        "SELECT DISTINCT subject FROM data_keys WHERE id IN (SELECT unhex(value) FROM json_each($1))",
    )
    .bind(json_text(&entry.keys)?)
    .fetch_all(&mut *conn)
    .await?;
    if entry.kinds.contains(&PayloadKind::Identity) {
        let accounts =
            sqlx::query("SELECT DISTINCT agent FROM accounts WHERE site = $1 AND agent IS NOT NULL")
                .bind(entry.site.as_str())
                .fetch_all(&mut *conn)
                .await?;
        rows.extend(accounts);
    }
    let mut subjects = Vec::new();
    for row in &rows {
        let subject: &str = row.try_get(0)?;
        if subject_hash(&entry.site, subject) != entry.subject_sha256 {
            continue;
        }
        let subject = SubjectId::new(subject).map_err(|e| StoreError::damaged("a data key", e))?;
        if !subjects.contains(&subject) {
            subjects.push(subject);
        }
    }
    Ok(subjects)
}

/// Deletes keys, payloads, the way to the pseudonym and accounts, and records it, in one commit.
async fn destroy(
    writer: &mut Writer,
    master: &SealKey,
    erased: &Erased,
    subject: &SubjectId,
) -> Result<Erasure, StoreError> {
    let body = Body::Erased { subject: subject.clone(), kinds: erased.kinds.clone() };
    let draft = Draft::derived(erased.site.clone(), erased.at, Vec::new(), body);
    let entry = [Entry::new(draft)?];
    // Keys in memory would seal later payloads under a key that is gone.
    writer.keys.clear();
    let (batch, answers) = Batch::plan(writer, master, &[&entry]).await?;
    let answer = answers.into_iter().next().unwrap_or(Err(StoreError::Closed))?;
    let position = answer.first().map_or(batch.head, |appended| appended.position);

    let keys = json_list(erased.keys.iter().cloned());
    let mut transaction = writer.conn.begin().await?;
    let mut counts = [0; 4];
    for (count, sql) in counts.iter_mut().zip([
        "DELETE FROM payloads WHERE key IN (SELECT unhex(value) FROM json_each($1))",
        "DELETE FROM baselines WHERE key IN (SELECT unhex(value) FROM json_each($1))",
        "DELETE FROM directory WHERE key IN (SELECT unhex(value) FROM json_each($1))",
        "DELETE FROM data_keys WHERE id IN (SELECT unhex(value) FROM json_each($1))",
    ]) {
        *count = sqlx::query(sql).bind(&keys).execute(&mut *transaction).await?.rows_affected();
    }
    let mut accounts = 0;
    if erased.kinds.contains(&PayloadKind::Identity) {
        accounts = sqlx::query("DELETE FROM accounts WHERE site = $1 AND agent = $2")
            .bind(erased.site.as_str())
            .bind(subject.as_str())
            .execute(&mut *transaction)
            .await?
            .rows_affected();
    }
    sqlx::query("INSERT INTO erasures (line) VALUES ($1) ON CONFLICT DO NOTHING")
        .bind(erased.line()?)
        .execute(&mut *transaction)
        .await?;
    batch.write(&mut transaction).await?;
    transaction.commit().await?;
    writer.committed(batch);
    Ok(Erasure { position, keys: counts[3], payloads: counts[0] + counts[1], accounts })
}

/// Brings the write-ahead log into the database and empties it, so that no older image of a page is left in it.
pub(super) async fn clear_wal(writer: &mut Writer) -> Result<(), StoreError> {
    // SQLite refuses where another checkpoint is under way.
    let _held = writer.beside.lock().await;
    // The connection itself waits for readers; this is for a reader that comes between.
    for _ in 0..20 {
        let row = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(&mut writer.conn).await?;
        if row.try_get::<i64, _>(0)? == 0 {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Err(StoreError::Busy)
}
