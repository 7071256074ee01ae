//! Setting up sites.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError},
};

use async_trait::async_trait;
use calmline_core::{AccountId, Body, Draft, SiteId};
use ring::hmac;
use sqlx::{Connection as _, Row as _, SqliteConnection};

use super::{Inner, Sqlite, accounts::insert_account, batch::Batch};
use crate::{
    NewSite, Site, Sites, StoreError,
    entry::{Entry, nanoseconds, timestamp},
    seal::{SealKey, bound, random},
};

fn secret_bound(site: &str) -> Vec<u8> {
    bound(&["directory secret 1", site])
}

/// The HMAC keys of all sites' directories.
pub(super) async fn secrets(
    conn: &mut SqliteConnection,
    master: &SealKey,
) -> Result<HashMap<SiteId, hmac::Key>, StoreError> {
    let rows = sqlx::query("SELECT id, secret FROM sites").fetch_all(conn).await?;
    rows.iter()
        .map(|row| {
            let id: &str = row.try_get(0)?;
            let secret = master.open(&secret_bound(id), row.try_get(1)?).ok_or_else(|| {
                StoreError::damaged(format!("site {id}"), "the master key does not open it")
            })?;
            let site = SiteId::new(id).map_err(|e| StoreError::damaged("a site", e))?;
            Ok((site, hmac::Key::new(hmac::HMAC_SHA256, &secret)))
        })
        .collect()
}

#[async_trait]
impl Sites for Sqlite {
    async fn create_site(&self, new: NewSite) -> Result<Option<AccountId>, StoreError> {
        let inner = Arc::clone(&self.inner);
        // Once begun it runs to its end, so that memory and disk agree.
        tokio::spawn(async move { create(&inner, new).await }).await.map_err(|_| StoreError::Closed)?
    }

    async fn sites(&self) -> Result<Vec<Site>, StoreError> {
        let rows = sqlx::query("SELECT id, name, profile, time_zone, opened FROM sites ORDER BY id")
            .fetch_all(&self.inner.readers)
            .await?;
        rows.iter()
            .map(|row| {
                let id: &str = row.try_get(0)?;
                let wrong = |e: String| StoreError::damaged(format!("site {id}"), e);
                Ok(Site {
                    id: SiteId::new(id).map_err(|e| wrong(e.to_string()))?,
                    name: row.try_get(1)?,
                    profile: row.try_get::<&str, _>(2)?.parse().map_err(wrong)?,
                    time_zone: row.try_get(3)?,
                    opened: timestamp(row.try_get(4)?),
                })
            })
            .collect()
    }
}

async fn create(inner: &Inner, NewSite { site, admin }: NewSite) -> Result<Option<AccountId>, StoreError> {
    let mut writer = inner.writer.lock().await;
    let writer = writer.as_mut().ok_or(StoreError::Closed)?;
    let known = sqlx::query("SELECT 1 FROM sites WHERE id = $1")
        .bind(site.id.as_str())
        .fetch_optional(&mut writer.conn)
        .await?;
    if known.is_some() {
        return Err(StoreError::Exists { what: "site", name: site.id.to_string() });
    }
    let secret = random::<32>()?;
    let wrapped = inner.master.seal(&secret_bound(site.id.as_str()), &secret)?;
    let body = Body::SiteOpened {
        name: site.name.clone(),
        profile: site.profile,
        time_zone: site.time_zone.clone(),
    };
    let entry = [Entry::new(Draft::derived(site.id.clone(), site.opened, Vec::new(), body))?];
    let (batch, _) = Batch::plan(writer, &inner.master, &[&entry]).await?;

    let mut transaction = writer.conn.begin().await?;
    sqlx::query(
        "INSERT INTO sites (id, name, profile, time_zone, opened, secret) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(site.id.as_str())
    .bind(&site.name)
    .bind(site.profile.as_str())
    .bind(&site.time_zone)
    .bind(nanoseconds(site.opened)?)
    .bind(&wrapped)
    .execute(&mut *transaction)
    .await?;
    let account = match admin {
        Some(admin) => Some(insert_account(&mut transaction, &admin).await?),
        None => None,
    };
    batch.write(&mut transaction).await?;
    transaction.commit().await?;
    writer.committed(batch);
    let key = hmac::Key::new(hmac::HMAC_SHA256, &secret);
    inner.secrets.write().unwrap_or_else(PoisonError::into_inner).insert(site.id, key);
    Ok(account)
}
