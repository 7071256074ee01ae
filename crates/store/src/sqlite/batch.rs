//! What one commit writes: planned first, with nothing changed, then written in one transaction.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock},
};

use calmline_core::{PayloadId, Position, SiteId};
use sqlx::{Row as _, SqliteConnection};

use super::{
    ids::Due,
    known::{claim_payloads, known_events, taken_payloads},
    many::Many,
    payloads::{data_key_bound, payload_bound},
    places::Moved,
    view_rows::{self, ViewRow},
    writer::{DataKey, KeyFor, Writer},
};
use crate::{
    Appended, StoreError,
    entry::{Entry, chain, sha256},
    seal::{SealKey, random},
    views::Changes,
};

/// Rows for one transaction.
pub(super) struct Batch<'e> {
    pub(super) head: Position,
    pub(super) hash: [u8; 32],
    pub(super) log: Vec<LogRow<'e>>,
    payloads: Vec<PayloadRow<'e>>,
    keys: Vec<(KeyFor, Arc<DataKey>, Vec<u8>)>,
    views: Vec<ViewRow<'e>>,
    ids: Due,
    pub(super) places: Option<Moved>,
}

/// An event at its position.
pub(super) struct LogRow<'e> {
    pub(super) position: Position,
    pub(super) entry: &'e Entry,
    seals: Vec<u8>,
    hash: [u8; 32],
}

struct PayloadRow<'e> {
    site: &'e SiteId,
    id: &'e PayloadId,
    position: Position,
    key: [u8; 16],
    sealed: Vec<u8>,
}

/// What `append` answers to one call.
pub(super) type Answer = Result<Vec<Appended>, StoreError>;

impl<'e> Batch<'e> {
    /// Plans the commit of some calls' entries. A call that cannot be stored gets its error and has no part in it.
    pub(super) async fn plan(
        writer: &mut Writer,
        master: &SealKey,
        groups: &[&'e [Entry]],
    ) -> Result<(Self, Vec<Answer>), StoreError> {
        let (new, answers) = place(writer, groups).await?;
        let mut batch = Self {
            head: Position(writer.head.0 + new.len() as u64),
            hash: writer.hash,
            log: Vec::with_capacity(new.len()),
            payloads: Vec::new(),
            keys: Vec::new(),
            views: Vec::new(),
            ids: writer.ids.due(),
            places: writer.places_due(),
        };
        let keys = batch.data_keys(writer, master, &new).await?;
        for (position, entry) in (writer.head.0 + 1..).zip(new) {
            batch.add(Position(position), entry, &keys)?;
        }
        batch.views = batch.fold(&mut writer.conn).await?;
        Ok((batch, answers))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.log.is_empty()
    }

    /// The data keys that this batch made.
    pub(super) fn new_keys(self) -> impl Iterator<Item = (KeyFor, Arc<DataKey>)> {
        self.keys.into_iter().map(|(whose, key, _)| (whose, key))
    }

    /// Finds or makes the data keys that these entries' payloads need.
    async fn data_keys(
        &mut self,
        writer: &mut Writer,
        master: &SealKey,
        new: &[&Entry],
    ) -> Result<HashMap<KeyFor, Arc<DataKey>>, StoreError> {
        let mut keys = HashMap::new();
        for entry in new {
            for clear in &entry.draft.clear {
                let whose = (entry.draft.site.clone(), clear.subject.clone(), clear.kind);
                if keys.contains_key(&whose) {
                    continue;
                }
                let key = match writer.keys.get(&whose) {
                    Some(key) => Arc::clone(key),
                    None => match stored_key(&mut writer.conn, master, &whose).await? {
                        Some(key) => Arc::new(key),
                        None => {
                            let (key, wrapped) = new_data_key(master, &whose)?;
                            let key = Arc::new(key);
                            self.keys.push((whose.clone(), Arc::clone(&key), wrapped));
                            key
                        }
                    },
                };
                keys.insert(whose, key);
            }
        }
        Ok(keys)
    }

    fn add(
        &mut self,
        position: Position,
        entry: &'e Entry,
        keys: &HashMap<KeyFor, Arc<DataKey>>,
    ) -> Result<(), StoreError> {
        let draft = &entry.draft;
        let mut seals = Vec::with_capacity(draft.clear.len() * 32);
        for clear in &draft.clear {
            let Some(key) = keys.get(&(draft.site.clone(), clear.subject.clone(), clear.kind)) else {
                return Err(StoreError::Missing { what: "data key for", name: clear.id.to_string() });
            };
            let bound = payload_bound(&draft.site, clear.subject.as_str(), clear.kind.as_str(), &clear.id);
            let sealed = key.key.seal(&bound, &clear.bytes)?;
            seals.extend_from_slice(&sha256(&sealed));
            self.payloads.push(PayloadRow {
                site: &draft.site,
                id: &clear.id,
                position,
                key: key.id,
                sealed,
            });
        }
        self.hash = chain(&self.hash, &entry.digest, &seals);
        self.log.push(LogRow { position, entry, seals, hash: self.hash });
        Ok(())
    }

    /// Folds the new events into the rows of the views that they touch.
    async fn fold(&self, conn: &mut SqliteConnection) -> Result<Vec<ViewRow<'e>>, StoreError> {
        let mut changes = Changes::default();
        let drafts = || self.log.iter().map(|row| &row.entry.draft);
        for draft in drafts() {
            changes.touch(&draft.site, &draft.body);
        }
        view_rows::load(conn, &mut changes).await?;
        for draft in drafts() {
            changes.apply(&draft.site, draft.at, &draft.body);
        }
        ViewRow::all(changes)
    }

    /// Writes the batch into an open transaction.
    pub(super) async fn write(&self, conn: &mut SqliteConnection) -> Result<(), StoreError> {
        write_log(conn, &self.log).await?;
        for (whose, key, wrapped) in &self.keys {
            insert_key(conn, whose, key, wrapped).await?;
        }
        write_payloads(conn, &self.payloads).await?;
        view_rows::store(conn, &self.views).await?;
        if self.log.is_empty() {
            return Ok(());
        }
        self.ids.write(conn).await?;
        match &self.places {
            Some(places) => places.write(conn).await,
            None => Ok(()),
        }
    }
}

/// Gives the entries that are new their places after the head, and every call its answer.
async fn place<'e>(
    writer: &mut Writer,
    groups: &[&'e [Entry]],
) -> Result<(Vec<&'e Entry>, Vec<Answer>), StoreError> {
    let mut known = known_events(&mut writer.conn, &writer.ids.waiting, groups).await?;
    let mut taken = taken_payloads(&mut writer.conn, groups).await?;
    let mut new = Vec::new();
    let mut answers = Vec::with_capacity(groups.len());
    for group in groups {
        if let Err(error) = claim_payloads(&mut taken, &known, group) {
            answers.push(Err(error));
            continue;
        }
        let mut answer = Vec::with_capacity(group.len());
        for entry in *group {
            let id = entry.draft.id;
            if let Some((position, digest)) = known.get(&id) {
                let conflict = *digest != entry.digest;
                answer.push(Appended { position: *position, id, duplicate: true, conflict });
                continue;
            }
            new.push(entry);
            let position = Position(writer.head.0 + new.len() as u64);
            known.insert(id, (position, entry.digest));
            answer.push(Appended { position, id, duplicate: false, conflict: false });
        }
        answers.push(Ok(answer));
    }
    Ok((new, answers))
}

/// Draws a data key and wraps it.
pub(super) fn new_data_key(master: &SealKey, whose: &KeyFor) -> Result<(DataKey, Vec<u8>), StoreError> {
    let (id, bytes) = (random::<16>()?, random::<32>()?);
    let wrapped =
        master.seal(&data_key_bound(whose.0.as_str(), whose.1.as_str(), whose.2.as_str(), &id), &bytes)?;
    Ok((DataKey { id, key: SealKey::new(&bytes)? }, wrapped))
}

/// Stores a data key.
pub(super) async fn insert_key(
    conn: &mut SqliteConnection,
    (site, subject, kind): &KeyFor,
    key: &DataKey,
    wrapped: &[u8],
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO data_keys (id, site, subject, kind, wrapped) VALUES ($1, $2, $3, $4, $5)")
        .bind(key.id.as_slice())
        .bind(site.as_str())
        .bind(subject.as_str())
        .bind(kind.as_str())
        .bind(wrapped)
        .execute(conn)
        .await?;
    Ok(())
}

/// The data key of someone; one that is new is stored.
pub(super) async fn data_key(
    conn: &mut SqliteConnection,
    master: &SealKey,
    whose: &KeyFor,
) -> Result<DataKey, StoreError> {
    if let Some(key) = stored_key(conn, master, whose).await? {
        return Ok(key);
    }
    let (key, wrapped) = new_data_key(master, whose)?;
    insert_key(conn, whose, &key, &wrapped).await?;
    Ok(key)
}

/// The data key of someone, if there is one.
async fn stored_key(
    conn: &mut SqliteConnection,
    master: &SealKey,
    (site, subject, kind): &KeyFor,
) -> Result<Option<DataKey>, StoreError> {
    let row = sqlx::query("SELECT id, wrapped FROM data_keys WHERE site = $1 AND subject = $2 AND kind = $3")
        .bind(site.as_str())
        .bind(subject.as_str())
        .bind(kind.as_str())
        .fetch_optional(conn)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let bound = |id: &[u8]| data_key_bound(site.as_str(), subject.as_str(), kind.as_str(), id);
    super::payloads::unwrap_key(master, row.try_get(0)?, row.try_get(1)?, bound).map(Some)
}

static INSERT_LOG: LazyLock<Many> = LazyLock::new(|| {
    // Where one row fails the whole transaction is taken back; to fail is enough, and SQLite need not remember how to
    // undo one statement.
    let insert = "INSERT OR FAIL INTO log (position, id, site, at, because, body, seals, hash)";
    Many::insert(insert, 8, "")
});

async fn write_log(conn: &mut SqliteConnection, rows: &[LogRow<'_>]) -> Result<(), StoreError> {
    INSERT_LOG
        .execute(conn, rows, |query, row| {
            query
                .bind(stored(row.position))
                .bind(row.entry.draft.id.as_bytes().as_slice())
                .bind(row.entry.draft.site.as_str())
                .bind(row.entry.at)
                .bind(row.entry.because.as_slice())
                .bind(row.entry.body.as_str())
                .bind(row.seals.as_slice())
                .bind(row.hash.as_slice())
        })
        .await
}

static INSERT_PAYLOADS: LazyLock<Many> =
    LazyLock::new(|| Many::insert("INSERT INTO payloads (site, id, position, key, sealed)", 5, ""));

async fn write_payloads(conn: &mut SqliteConnection, rows: &[PayloadRow<'_>]) -> Result<(), StoreError> {
    INSERT_PAYLOADS
        .execute(conn, rows, |query, row| {
            query
                .bind(row.site.as_str())
                .bind(row.id.as_str())
                .bind(stored(row.position))
                .bind(row.key.as_slice())
                .bind(row.sealed.as_slice())
        })
        .await
}

/// A position as it is stored.
pub(super) fn stored(position: Position) -> i64 {
    i64::try_from(position.0).unwrap_or(i64::MAX)
}

/// A JSON list of words that need no escaping.
pub(super) fn json_list(words: impl Iterator<Item = String>) -> String {
    let words = words.map(|word| format!("\"{word}\"")).collect::<Vec<_>>();
    format!("[{}]", words.join(","))
}

pub(super) fn json_text(value: &impl serde::Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|e| StoreError::damaged("a list of keys", e))
}
