//! What is in the store already of what is to be stored.

use std::{
    collections::{HashMap, HashSet},
    sync::{LazyLock, PoisonError},
};

use calmline_core::{EventId, PayloadId, Position, SiteId};
use sqlx::{Row as _, SqliteConnection, sqlite::SqliteRow};

use super::{
    batch::{json_text, stored},
    ids::Waiting,
    many::Many,
};
use crate::{
    StoreError,
    entry::{Entry, content_digest},
};

/// Where events stand, with the digests of what stands there.
pub(super) type Known = HashMap<EventId, (Position, [u8; 32])>;

static BY_ID: LazyLock<Many> = LazyLock::new(|| {
    let found = "SELECT log.id, log.position, log.site, log.at, log.because, log.body FROM wanted
                 CROSS JOIN event_ids ON event_ids.id = wanted.id
                 CROSS JOIN log ON log.position = event_ids.position";
    Many::new("WITH wanted (id) AS", 1, found)
});

/// Where the entries' ids stand already.
pub(super) async fn known_events(
    conn: &mut SqliteConnection,
    waiting: &Waiting,
    groups: &[&[Entry]],
) -> Result<Known, StoreError> {
    let (mut recent, mut wanted) = (Vec::new(), Vec::new());
    {
        let waiting = waiting.read().unwrap_or_else(PoisonError::into_inner);
        for entry in groups.iter().copied().flatten() {
            match waiting.get(&entry.draft.id) {
                Some(position) => recent.push(stored(position)),
                None => wanted.push(entry.draft.id),
            }
        }
    }
    let mut rows = BY_ID.fetch(conn, &wanted, |query, id| query.bind(id.as_bytes().as_slice())).await?;
    if !recent.is_empty() {
        let more = sqlx::query(
            "SELECT log.id, log.position, log.site, log.at, log.because, log.body
             FROM json_each($1) AS wanted CROSS JOIN log ON log.position = wanted.value",
        )
        .bind(json_text(&recent)?)
        .fetch_all(conn)
        .await?;
        rows.extend(more);
    }
    rows.iter().map(known_event).collect()
}

fn known_event(row: &SqliteRow) -> Result<(EventId, (Position, [u8; 32])), StoreError> {
    let position = Position(row.try_get::<i64, _>(1)?.unsigned_abs());
    let wrong = |e: &dyn std::fmt::Display| StoreError::damaged(format!("position {}", position.0), e);
    let id: [u8; 16] = row.try_get::<&[u8], _>(0)?.try_into().map_err(|_| wrong(&"id"))?;
    let site = SiteId::new(row.try_get::<&str, _>(2)?).map_err(|e| wrong(&e))?;
    let id = EventId::from_bytes(id);
    let digest = content_digest(&site, &id, row.try_get(3)?, row.try_get(4)?, row.try_get(5)?);
    Ok((id, (position, digest)))
}

/// Which of the entries' payload ids are in use.
pub(super) async fn taken_payloads(
    conn: &mut SqliteConnection,
    groups: &[&[Entry]],
) -> Result<HashSet<(SiteId, PayloadId)>, StoreError> {
    let mut wanted = Vec::new();
    for entry in groups.iter().copied().flatten() {
        let site = entry.draft.site.as_str();
        wanted.extend(entry.draft.clear.iter().map(|clear| [site, clear.id.as_str()]));
    }
    if wanted.is_empty() {
        return Ok(HashSet::new());
    }
    let rows = sqlx::query(
        "SELECT payloads.site, payloads.id FROM json_each($1) AS wanted
         CROSS JOIN payloads ON payloads.site = wanted.value ->> 0 AND payloads.id = wanted.value ->> 1",
    )
    .bind(json_text(&wanted)?)
    .fetch_all(conn)
    .await?;
    let wrong = |e| StoreError::damaged("a payload", e);
    rows.iter()
        .map(|row| {
            let site = SiteId::new(row.try_get::<&str, _>(0)?).map_err(wrong)?;
            let id = PayloadId::new(row.try_get::<&str, _>(1)?).map_err(wrong)?;
            Ok((site, id))
        })
        .collect()
}

/// Claims the payload ids of a call's new entries, or none of them.
pub(super) fn claim_payloads(
    taken: &mut HashSet<(SiteId, PayloadId)>,
    known: &Known,
    group: &[Entry],
) -> Result<(), StoreError> {
    let mut claimed = HashSet::new();
    let mut seen = HashSet::new();
    for entry in group {
        if entry.draft.clear.is_empty() || known.contains_key(&entry.draft.id) || !seen.insert(entry.draft.id)
        {
            continue;
        }
        for clear in &entry.draft.clear {
            let claim = (entry.draft.site.clone(), clear.id.clone());
            if taken.contains(&claim) || !claimed.insert(claim) {
                return Err(StoreError::PayloadTaken { id: clear.id.to_string() });
            }
        }
    }
    taken.extend(claimed);
    Ok(())
}
