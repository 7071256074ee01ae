//! Opening sealed payloads.

use std::collections::HashMap;

use async_trait::async_trait;
use calmline_core::{PayloadId, SiteId, SubjectId, Timestamp, event::PayloadKind};
use sqlx::{Row as _, sqlite::SqliteRow};

use super::{Sqlite, baselines, batch::json_text, erase, expire, writer::DataKey};
use crate::{
    Erasure, Payloads, StoreError,
    ledger::Expired,
    seal::{SealKey, bound, hex},
};

/// What a data key is bound to under the master key.
pub(super) fn data_key_bound(site: &str, subject: &str, kind: &str, id: &[u8]) -> Vec<u8> {
    bound(&["data key 1", site, subject, kind, &hex(id)])
}

/// What a payload is bound to under its data key.
pub(super) fn payload_bound(site: &SiteId, subject: &str, kind: &str, id: &PayloadId) -> Vec<u8> {
    bound(&["payload 1", site.as_str(), subject, kind, id.as_str()])
}

/// Opens a stored data key.
pub(super) fn unwrap_key(
    master: &SealKey,
    id: &[u8],
    wrapped: &[u8],
    bound: impl Fn(&[u8]) -> Vec<u8>,
) -> Result<DataKey, StoreError> {
    let place = || format!("data key {}", hex(id));
    let bytes = master
        .open(&bound(id), wrapped)
        .ok_or_else(|| StoreError::damaged(place(), "the master key does not open it"))?;
    let bytes: [u8; 32] = bytes.try_into().map_err(|_| StoreError::damaged(place(), "length"))?;
    let id: [u8; 16] = id.try_into().map_err(|_| StoreError::damaged(place(), "number"))?;
    Ok(DataKey { id, key: SealKey::new(&bytes)? })
}

#[async_trait]
impl Payloads for Sqlite {
    async fn open_payload(&self, site: &SiteId, id: &PayloadId) -> Result<Option<Vec<u8>>, StoreError> {
        let opened = self.open_payloads(site, std::slice::from_ref(id)).await?;
        Ok(opened.into_iter().next().flatten())
    }

    async fn open_payloads(
        &self,
        site: &SiteId,
        ids: &[PayloadId],
    ) -> Result<Vec<Option<Vec<u8>>>, StoreError> {
        let rows = sqlx::query(
            "SELECT payloads.id, payloads.sealed, data_keys.id, data_keys.wrapped,
                    data_keys.subject, data_keys.kind
             FROM json_each($2) AS wanted
             CROSS JOIN payloads ON payloads.site = $1 AND payloads.id = wanted.value
             JOIN data_keys ON data_keys.id = payloads.key",
        )
        .bind(site.as_str())
        .bind(json_text(&ids)?)
        .fetch_all(&self.inner.readers)
        .await?;
        let mut opened = HashMap::with_capacity(rows.len());
        let mut keys = HashMap::new();
        for row in &rows {
            let (id, bytes, _) = open(&self.inner.master, site, row, &mut keys)?;
            opened.insert(id, bytes);
        }
        Ok(ids.iter().map(|id| opened.get(id).cloned()).collect())
    }

    async fn payloads_about(
        &self,
        site: &SiteId,
        subject: &SubjectId,
    ) -> Result<Vec<(PayloadId, PayloadKind, Vec<u8>)>, StoreError> {
        let rows = sqlx::query(
            "SELECT payloads.id, payloads.sealed, data_keys.id, data_keys.wrapped,
                    data_keys.subject, data_keys.kind
             FROM data_keys JOIN payloads ON payloads.key = data_keys.id
             WHERE data_keys.site = $1 AND data_keys.subject = $2
             ORDER BY payloads.position, payloads.id",
        )
        .bind(site.as_str())
        .bind(subject.as_str())
        .fetch_all(&self.inner.readers)
        .await?;
        let mut keys = HashMap::new();
        rows.iter()
            .map(|row| {
                let (id, bytes, kind) = open(&self.inner.master, site, row, &mut keys)?;
                let kind = PayloadKind::ALL.into_iter().find(|k| k.as_str() == kind);
                let kind = kind.ok_or_else(|| StoreError::damaged(format!("payload {id}"), "kind"))?;
                Ok((id, kind, bytes))
            })
            .collect()
    }

    async fn erase(
        &self,
        site: &SiteId,
        subject: &SubjectId,
        kinds: &[PayloadKind],
        at: Timestamp,
    ) -> Result<Erasure, StoreError> {
        erase::erase(&self.inner, site, subject, kinds, at).await
    }

    async fn count_before(
        &self,
        site: &SiteId,
        kind: PayloadKind,
        before: Timestamp,
    ) -> Result<u64, StoreError> {
        let mut reader = self.inner.readers.acquire().await?;
        let payloads = expire::older(&mut reader, site, kind, before).await?.len() as u64;
        let expired = Expired::new(site, kind, before, before);
        Ok(payloads + baselines::count_older(&mut reader, &expired).await?)
    }

    async fn expire(
        &self,
        site: &SiteId,
        kind: PayloadKind,
        before: Timestamp,
        at: Timestamp,
    ) -> Result<u64, StoreError> {
        expire::expire(&self.inner, Expired::new(site, kind, before, at)).await
    }
}

/// Opens a payload from `id, sealed, key id, wrapped key, subject, kind`.
fn open(
    master: &SealKey,
    site: &SiteId,
    row: &SqliteRow,
    keys: &mut HashMap<Vec<u8>, DataKey>,
) -> Result<(PayloadId, Vec<u8>, String), StoreError> {
    let id = PayloadId::new(row.try_get::<&str, _>(0)?).map_err(|e| StoreError::damaged("a payload", e))?;
    let (key_id, wrapped): (&[u8], &[u8]) = (row.try_get(2)?, row.try_get(3)?);
    let (subject, kind): (&str, &str) = (row.try_get(4)?, row.try_get(5)?);
    if !keys.contains_key(key_id) {
        let bound = |id: &[u8]| data_key_bound(site.as_str(), subject, kind, id);
        keys.insert(key_id.to_vec(), unwrap_key(master, key_id, wrapped, bound)?);
    }
    let clear = keys
        .get(key_id)
        .and_then(|key| key.key.open(&payload_bound(site, subject, kind, &id), row.try_get(1).ok()?))
        .ok_or_else(|| StoreError::damaged(format!("payload {id}"), "its key does not open it"))?;
    Ok((id, clear, kind.to_owned()))
}
