//! Keys of phone platforms and integrations.

use async_trait::async_trait;
use calmline_core::{KeyId, SiteId, Timestamp};
use sqlx::{Row as _, sqlite::SqliteRow};

use super::{Sqlite, accounts::taken_or_missing};
use crate::{
    IntegrationKey, Keys, NewKey, StoreError,
    entry::{nanoseconds, timestamp},
    seal::{bound, hex, random},
};

fn secret_bound(id: &str) -> Vec<u8> {
    bound(&["client secret 1", id])
}

fn key(row: &SqliteRow) -> Result<IntegrationKey, StoreError> {
    let id: &str = row.try_get(0)?;
    let wrong = |e: String| StoreError::damaged(format!("key {id}"), e);
    Ok(IntegrationKey {
        id: KeyId::new(id).map_err(|e| wrong(e.to_string()))?,
        site: SiteId::new(row.try_get::<&str, _>(1)?).map_err(|e| wrong(e.to_string()))?,
        kind: row.try_get::<&str, _>(2)?.parse().map_err(wrong)?,
        signed: row.try_get(3)?,
        created: timestamp(row.try_get(4)?),
        revoked: row.try_get::<Option<i64>, _>(5)?.map(timestamp),
    })
}

#[async_trait]
impl Keys for Sqlite {
    async fn add_key(&self, new: NewKey) -> Result<KeyId, StoreError> {
        let id = KeyId::new(format!("k-{}", hex(&random::<6>()?)))
            .map_err(|e| StoreError::damaged("a new key", e))?;
        let secret = new
            .client_secret
            .as_deref()
            .map(|secret| self.inner.master.seal(&secret_bound(id.as_str()), secret))
            .transpose()?;
        let mut writer = self.inner.writer.lock().await;
        let writer = writer.as_mut().ok_or(StoreError::Closed)?;
        sqlx::query(
            "INSERT INTO integration_keys (id, site, kind, api_key, signed, secret, created)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(id.as_str())
        .bind(new.site.as_str())
        .bind(new.kind.as_str())
        .bind(new.api_key_sha256.as_slice())
        .bind(secret.is_some())
        .bind(secret)
        .bind(nanoseconds(new.created)?)
        .execute(&mut writer.conn)
        .await
        .map_err(|e| taken_or_missing(e, "key", id.as_str(), &new.site))?;
        Ok(id)
    }

    async fn key_by_hash(&self, api_key_sha256: &[u8; 32]) -> Result<Option<IntegrationKey>, StoreError> {
        let row = sqlx::query(
            "SELECT id, site, kind, signed, created, revoked FROM integration_keys
             WHERE api_key = $1 AND revoked IS NULL",
        )
        .bind(api_key_sha256.as_slice())
        .fetch_optional(&self.inner.readers)
        .await?;
        row.as_ref().map(key).transpose()
    }

    async fn client_secret(&self, id: &KeyId) -> Result<Option<Vec<u8>>, StoreError> {
        let row = sqlx::query("SELECT secret FROM integration_keys WHERE id = $1 AND secret IS NOT NULL")
            .bind(id.as_str())
            .fetch_optional(&self.inner.readers)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let secret = self.inner.master.open(&secret_bound(id.as_str()), row.try_get(0)?);
        let wrong = || StoreError::damaged(format!("key {id}"), "the master key does not open its secret");
        secret.map(Some).ok_or_else(wrong)
    }

    async fn keys(&self, site: &SiteId) -> Result<Vec<IntegrationKey>, StoreError> {
        let rows = sqlx::query(
            "SELECT id, site, kind, signed, created, revoked FROM integration_keys
             WHERE site = $1 ORDER BY created, id",
        )
        .bind(site.as_str())
        .fetch_all(&self.inner.readers)
        .await?;
        rows.iter().map(key).collect()
    }

    async fn revoke_key(&self, site: &SiteId, id: &KeyId, at: Timestamp) -> Result<bool, StoreError> {
        let mut writer = self.inner.writer.lock().await;
        let writer = writer.as_mut().ok_or(StoreError::Closed)?;
        let done = sqlx::query(
            "UPDATE integration_keys SET revoked = $3, secret = NULL
             WHERE site = $1 AND id = $2 AND revoked IS NULL",
        )
        .bind(site.as_str())
        .bind(id.as_str())
        .bind(nanoseconds(at)?)
        .execute(&mut writer.conn)
        .await?;
        Ok(done.rows_affected() > 0)
    }
}
