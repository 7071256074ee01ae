//! Outside names and their pseudonyms.

use std::sync::{Arc, PoisonError};

use async_trait::async_trait;
use calmline_core::{AgentId, CustomerId, SiteId, SubjectId, event::PayloadKind};
use ring::hmac;
use sqlx::{Connection as _, Row as _, SqliteConnection, sqlite::SqliteRow};

use super::{
    Inner, Sqlite,
    batch::{insert_key, new_data_key},
    payloads::{data_key_bound, unwrap_key},
};
use crate::{
    Directory, StoreError,
    seal::{SealKey, bound, hex, random},
};

fn name_bound(site: &SiteId, agent: &str) -> Vec<u8> {
    bound(&["outside name 1", site.as_str(), agent])
}

impl Inner {
    fn lookup(&self, site: &SiteId, name: &str) -> Result<[u8; 32], StoreError> {
        let secrets = self.secrets.read().unwrap_or_else(PoisonError::into_inner);
        let key =
            secrets.get(site).ok_or_else(|| StoreError::Missing { what: "site", name: site.to_string() })?;
        let mut lookup = [0; 32];
        lookup.copy_from_slice(hmac::sign(key, name.as_bytes()).as_ref());
        Ok(lookup)
    }

    fn known(&self, site: &SiteId, lookups: &[[u8; 32]]) -> Option<Vec<AgentId>> {
        let names = self.names.read().unwrap_or_else(PoisonError::into_inner);
        let mut key = (site.clone(), [0; 32]);
        lookups
            .iter()
            .map(|lookup| {
                key.1 = *lookup;
                names.get(&key).cloned()
            })
            .collect()
    }
}

#[async_trait]
impl Directory for Sqlite {
    async fn pseudonyms(&self, site: &SiteId, names: &[&str]) -> Result<Vec<AgentId>, StoreError> {
        let lookups =
            names.iter().map(|name| self.inner.lookup(site, name)).collect::<Result<Vec<_>, _>>()?;
        if let Some(agents) = self.inner.known(site, &lookups) {
            return Ok(agents);
        }
        let (inner, site) = (Arc::clone(&self.inner), site.clone());
        let names = names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        // Once begun it runs to its end, so that memory and disk agree.
        tokio::spawn(async move { find_or_make(&inner, &site, &names, &lookups).await })
            .await
            .map_err(|_| StoreError::Closed)?
    }

    fn customer(&self, site: &SiteId, id: &str) -> Result<CustomerId, StoreError> {
        // No name of an agent holds a control character: the two never meet.
        let lookup = self.inner.lookup(site, &format!("customer\0{id}"))?;
        CustomerId::new(format!("cu-{}", hex(&lookup[..16])))
            .map_err(|e| StoreError::damaged("a customer", e))
    }

    async fn outside_name(&self, site: &SiteId, agent: &AgentId) -> Result<Option<String>, StoreError> {
        let row = sqlx::query(
            "SELECT directory.agent, directory.sealed, data_keys.id, data_keys.wrapped
             FROM directory JOIN data_keys ON data_keys.id = directory.key
             WHERE directory.site = $1 AND directory.agent = $2",
        )
        .bind(site.as_str())
        .bind(agent.as_str())
        .fetch_optional(&self.inner.readers)
        .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(open_name(&self.inner.master, site, &row)?.1))
    }

    async fn outside_names(&self, site: &SiteId) -> Result<Vec<(AgentId, String)>, StoreError> {
        let rows = sqlx::query(
            "SELECT directory.agent, directory.sealed, data_keys.id, data_keys.wrapped
             FROM directory JOIN data_keys ON data_keys.id = directory.key
             WHERE directory.site = $1 ORDER BY directory.agent",
        )
        .bind(site.as_str())
        .fetch_all(&self.inner.readers)
        .await?;
        rows.iter().map(|row| open_name(&self.inner.master, site, row)).collect()
    }
}

/// Opens a name from `agent, sealed, key id, wrapped key`.
fn open_name(master: &SealKey, site: &SiteId, row: &SqliteRow) -> Result<(AgentId, String), StoreError> {
    let agent: &str = row.try_get(0)?;
    let wrong = |e: &dyn std::fmt::Display| StoreError::damaged(format!("name of {agent}"), e);
    let bound = |id: &[u8]| data_key_bound(site.as_str(), agent, PayloadKind::Identity.as_str(), id);
    let key = unwrap_key(master, row.try_get(2)?, row.try_get(3)?, bound)?;
    let name = key
        .key
        .open(&name_bound(site, agent), row.try_get(1)?)
        .ok_or_else(|| wrong(&"its key does not open it"))?;
    let name = String::from_utf8(name).map_err(|e| wrong(&e))?;
    Ok((AgentId::new(agent).map_err(|e| wrong(&e))?, name))
}

async fn find_or_make(
    inner: &Inner,
    site: &SiteId,
    names: &[String],
    lookups: &[[u8; 32]],
) -> Result<Vec<AgentId>, StoreError> {
    let mut writer = inner.writer.lock().await;
    let writer = writer.as_mut().ok_or(StoreError::Closed)?;
    let mut transaction = writer.conn.begin().await?;
    let mut agents = Vec::with_capacity(names.len());
    for (name, lookup) in names.iter().zip(lookups) {
        let agent = match stored_agent(&mut transaction, site, lookup).await? {
            Some(agent) => agent,
            None => make(&mut transaction, &inner.master, site, name, lookup).await?,
        };
        agents.push(agent);
    }
    transaction.commit().await?;
    let mut known = inner.names.write().unwrap_or_else(PoisonError::into_inner);
    known.extend(lookups.iter().map(|lookup| (site.clone(), *lookup)).zip(agents.iter().cloned()));
    Ok(agents)
}

async fn stored_agent(
    conn: &mut SqliteConnection,
    site: &SiteId,
    lookup: &[u8; 32],
) -> Result<Option<AgentId>, StoreError> {
    let row = sqlx::query("SELECT agent FROM directory WHERE site = $1 AND lookup = $2")
        .bind(site.as_str())
        .bind(lookup.as_slice())
        .fetch_optional(conn)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let agent = AgentId::new(row.try_get::<&str, _>(0)?);
    agent.map(Some).map_err(|e| StoreError::damaged("the directory", e))
}

async fn make(
    conn: &mut SqliteConnection,
    master: &SealKey,
    site: &SiteId,
    name: &str,
    lookup: &[u8; 32],
) -> Result<AgentId, StoreError> {
    let agent = AgentId::new(format!("a-{}", hex(&random::<10>()?)))
        .map_err(|e| StoreError::damaged("a new pseudonym", e))?;
    let whose = (site.clone(), SubjectId::of_agent(&agent), PayloadKind::Identity);
    let (key, wrapped) = new_data_key(master, &whose)?;
    let sealed = key.key.seal(&name_bound(site, agent.as_str()), name.as_bytes())?;
    insert_key(conn, &whose, &key, &wrapped).await?;
    sqlx::query("INSERT INTO directory (site, agent, lookup, key, sealed) VALUES ($1, $2, $3, $4, $5)")
        .bind(site.as_str())
        .bind(agent.as_str())
        .bind(lookup.as_slice())
        .bind(key.id.as_slice())
        .bind(sealed)
        .execute(conn)
        .await?;
    Ok(agent)
}
