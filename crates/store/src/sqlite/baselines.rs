//! The usual of people's voices: one sealed row each, written over.

use async_trait::async_trait;
use calmline_core::{SiteId, SubjectId, Timestamp, event::PayloadKind};
use sqlx::{Connection as _, Row as _, SqliteConnection};

use super::{
    Sqlite,
    batch::data_key,
    payloads::{data_key_bound, unwrap_key},
};
use crate::{
    Baselines, StoreError,
    entry::{bound_of_range, nanoseconds},
    ledger::Expired,
    seal::bound,
};

const KIND: PayloadKind = PayloadKind::VoiceCue;

fn baseline_bound(site: &SiteId, subject: &SubjectId) -> Vec<u8> {
    bound(&["baseline 1", site.as_str(), subject.as_str(), KIND.as_str()])
}

#[async_trait]
impl Baselines for Sqlite {
    async fn baseline(&self, site: &SiteId, subject: &SubjectId) -> Result<Option<Vec<u8>>, StoreError> {
        let row = sqlx::query(
            "SELECT data_keys.id, data_keys.wrapped, baselines.sealed
             FROM baselines JOIN data_keys ON data_keys.id = baselines.key
             WHERE baselines.site = $1 AND baselines.subject = $2",
        )
        .bind(site.as_str())
        .bind(subject.as_str())
        .fetch_optional(&self.inner.readers)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let of_key = |id: &[u8]| data_key_bound(site.as_str(), subject.as_str(), KIND.as_str(), id);
        let key = unwrap_key(&self.inner.master, row.try_get(0)?, row.try_get(1)?, of_key)?;
        let known = key.key.open(&baseline_bound(site, subject), row.try_get(2)?);
        known.map(Some).ok_or_else(|| StoreError::damaged("a baseline", "its key does not open it"))
    }

    async fn keep_baseline(
        &self,
        site: &SiteId,
        subject: &SubjectId,
        known: &[u8],
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let learned = nanoseconds(at)?;
        let mut writer = self.inner.writer.lock().await;
        let writer = writer.as_mut().ok_or(StoreError::Closed)?;
        let mut transaction = writer.conn.begin().await?;
        let whose = (site.clone(), subject.clone(), KIND);
        let key = data_key(&mut transaction, &self.inner.master, &whose).await?;
        sqlx::query(
            "INSERT INTO baselines (site, subject, key, learned, sealed) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT DO UPDATE SET key = excluded.key, learned = excluded.learned, sealed = excluded.sealed",
        )
        .bind(site.as_str())
        .bind(subject.as_str())
        .bind(key.id.as_slice())
        .bind(learned)
        .bind(key.key.seal(&baseline_bound(site, subject), known)?)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(())
    }

    async fn has_baseline(&self, site: &SiteId, subject: &SubjectId) -> Result<bool, StoreError> {
        let found: bool = sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM data_keys WHERE site = $1 AND subject = $2 AND kind = $3)",
        )
        .bind(site.as_str())
        .bind(subject.as_str())
        .bind(KIND.as_str())
        .fetch_one(&self.inner.readers)
        .await?;
        Ok(found)
    }

    async fn with_baselines(&self, site: &SiteId) -> Result<Vec<SubjectId>, StoreError> {
        let rows =
            sqlx::query("SELECT subject FROM data_keys WHERE site = $1 AND kind = $2 ORDER BY subject")
                .bind(site.as_str())
                .bind(KIND.as_str())
                .fetch_all(&self.inner.readers)
                .await?;
        let subject =
            |subject: &str| SubjectId::new(subject).map_err(|e| StoreError::damaged("a data key", e));
        rows.iter().map(|row| subject(row.try_get(0)?)).collect()
    }
}

/// How many there are of which nothing was learned since a time.
pub(super) async fn count_older(conn: &mut SqliteConnection, expired: &Expired) -> Result<u64, StoreError> {
    let count: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM baselines WHERE site = $1 AND learned < $3
         AND key IN (SELECT id FROM data_keys WHERE kind = $2)",
    )
    .bind(expired.site.as_str())
    .bind(expired.kind.as_str())
    .bind(bound_of_range(expired.before))
    .fetch_one(conn)
    .await?;
    Ok(count.unsigned_abs())
}

/// Deletes those; says how many they were.
pub(super) async fn delete_older(conn: &mut SqliteConnection, expired: &Expired) -> Result<u64, StoreError> {
    let done = sqlx::query(
        "DELETE FROM baselines WHERE site = $1 AND learned < $3
         AND key IN (SELECT id FROM data_keys WHERE kind = $2)",
    )
    .bind(expired.site.as_str())
    .bind(expired.kind.as_str())
    .bind(bound_of_range(expired.before))
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}
