//! What one commit writes: planned first, with nothing changed, then written in one transaction.

use std::{
    collections::{HashMap, HashSet},
    fmt::Write as _,
    sync::{Arc, LazyLock, PoisonError},
};

use calmline_core::{EventId, PayloadId, Position, SiteId};
use sqlx::{AssertSqlSafe, Row as _, SqliteConnection, sqlite::SqliteRow};

use super::{
    ids::{Due, Waiting},
    payloads::{data_key_bound, payload_bound},
    writer::{DataKey, KeyFor, Writer},
};
use crate::{
    Appended, StoreError,
    entry::{Entry, chain, content_digest, event_at, nanoseconds, sha256},
    seal::{SealKey, hex, random},
    views::{Changes, Key, Row, View, keys_of},
};

/// Rows for one transaction.
pub(super) struct Batch {
    pub(super) head: Position,
    pub(super) hash: [u8; 32],
    log: Vec<LogRow>,
    payloads: Vec<PayloadRow>,
    keys: Vec<(KeyFor, Arc<DataKey>, Vec<u8>)>,
    views: Vec<(Key, Row)>,
    ids: Due,
}

struct LogRow {
    position: i64,
    id: EventId,
    site: SiteId,
    at: i64,
    kind: &'static str,
    call: Option<String>,
    agent: Option<String>,
    because: Vec<u8>,
    body: String,
    seals: Vec<u8>,
    hash: [u8; 32],
}

struct PayloadRow {
    site: SiteId,
    id: PayloadId,
    position: i64,
    key: [u8; 16],
    sealed: Vec<u8>,
}

/// What `append` answers to one call.
pub(super) type Answer = Result<Vec<Appended>, StoreError>;

impl Batch {
    /// Plans the commit of some calls' entries. A call that cannot be stored gets its error and has no part in it.
    pub(super) async fn plan(
        writer: &mut Writer,
        master: &SealKey,
        groups: &[&[Entry]],
    ) -> Result<(Self, Vec<Answer>), StoreError> {
        let mut known = known_events(&mut writer.conn, &writer.ids.waiting, groups).await?;
        let mut taken = taken_payloads(&mut writer.conn, groups).await?;
        let mut head = writer.head.0;
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
                head += 1;
                known.insert(id, (Position(head), entry.digest));
                new.push((head, entry));
                answer.push(Appended { position: Position(head), id, duplicate: false, conflict: false });
            }
            answers.push(Ok(answer));
        }
        let mut batch = Self {
            head: Position(head),
            hash: writer.hash,
            log: Vec::with_capacity(new.len()),
            payloads: Vec::new(),
            keys: Vec::new(),
            views: Vec::new(),
            ids: writer.ids.due(),
        };
        let keys = batch.data_keys(writer, master, &new).await?;
        for (position, entry) in &new {
            batch.add(*position, entry, &keys)?;
        }
        batch.views = fold(&mut writer.conn, &new).await?;
        Ok((batch, answers))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.log.is_empty()
    }

    /// The ids of the new events.
    pub(super) fn ids(&self) -> impl Iterator<Item = (EventId, Position)> {
        self.log.iter().map(|row| (row.id, Position(row.position.unsigned_abs())))
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
        new: &[(u64, &Entry)],
    ) -> Result<HashMap<KeyFor, Arc<DataKey>>, StoreError> {
        let mut keys = HashMap::new();
        for (_, entry) in new {
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
        position: u64,
        entry: &Entry,
        keys: &HashMap<KeyFor, Arc<DataKey>>,
    ) -> Result<(), StoreError> {
        let position = stored(Position(position));
        let draft = &entry.draft;
        let mut seals = Vec::with_capacity(draft.clear.len() * 32);
        for clear in &draft.clear {
            let Some(key) = keys.get(&(draft.site.clone(), clear.subject.clone(), clear.kind)) else {
                return Err(StoreError::Missing { what: "data key for", name: clear.id.to_string() });
            };
            let bound = payload_bound(&draft.site, clear.subject.as_str(), clear.kind.as_str(), &clear.id);
            let sealed = key.key.seal(&bound, &clear.bytes)?;
            seals.extend_from_slice(&sha256(&sealed));
            let (site, id) = (draft.site.clone(), clear.id.clone());
            self.payloads.push(PayloadRow { site, id, position, key: key.id, sealed });
        }
        self.hash = chain(&self.hash, &entry.digest, &seals);
        self.log.push(LogRow {
            position,
            id: draft.id,
            site: draft.site.clone(),
            at: entry.at,
            kind: draft.body.kind(),
            call: draft.body.call().map(ToString::to_string),
            agent: draft.body.agent().map(ToString::to_string),
            because: entry.because.clone(),
            body: entry.body.clone(),
            seals,
            hash: self.hash,
        });
        Ok(())
    }

    /// Writes the batch into an open transaction.
    pub(super) async fn write(&self, conn: &mut SqliteConnection) -> Result<(), StoreError> {
        write_log(conn, &self.log).await?;
        for (whose, key, wrapped) in &self.keys {
            insert_key(conn, whose, key, wrapped).await?;
        }
        for row in &self.payloads {
            sqlx::query("INSERT INTO payloads (site, id, position, key, sealed) VALUES ($1, $2, $3, $4, $5)")
                .bind(row.site.as_str())
                .bind(row.id.as_str())
                .bind(row.position)
                .bind(row.key.as_slice())
                .bind(row.sealed.as_slice())
                .execute(&mut *conn)
                .await?;
        }
        write_views(conn, &self.views).await?;
        if self.log.is_empty() { Ok(()) } else { self.ids.write(conn).await }
    }
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

/// Where the entries' ids stand already, with the digest of what stands there.
async fn known_events(
    conn: &mut SqliteConnection,
    waiting: &Waiting,
    groups: &[&[Entry]],
) -> Result<HashMap<EventId, (Position, [u8; 32])>, StoreError> {
    let ids = json_list(groups.iter().copied().flatten().map(|entry| hex(entry.draft.id.as_bytes())));
    let recent = {
        let waiting = waiting.read().unwrap_or_else(PoisonError::into_inner);
        let entries = groups.iter().copied().flatten();
        entries.filter_map(|entry| waiting.get(&entry.draft.id)).map(|at| at.0).collect::<Vec<_>>()
    };
    let rows = sqlx::query(
        "SELECT log.id, log.position, log.site, log.at, log.because, log.body
         FROM json_each($1) AS wanted CROSS JOIN event_ids ON event_ids.id = unhex(wanted.value)
         CROSS JOIN log ON log.position = event_ids.position",
    )
    .bind(ids)
    .fetch_all(&mut *conn)
    .await?;
    let mut known = rows.iter().map(known_event).collect::<Result<HashMap<_, _>, _>>()?;
    if !recent.is_empty() {
        let rows = sqlx::query(
            "SELECT log.id, log.position, log.site, log.at, log.because, log.body
             FROM json_each($1) AS wanted CROSS JOIN log ON log.position = wanted.value",
        )
        .bind(json_text(&recent)?)
        .fetch_all(conn)
        .await?;
        for row in &rows {
            let (id, place) = known_event(row)?;
            known.insert(id, place);
        }
    }
    Ok(known)
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
async fn taken_payloads(
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
fn claim_payloads(
    taken: &mut HashSet<(SiteId, PayloadId)>,
    known: &HashMap<EventId, (Position, [u8; 32])>,
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

/// Loads the rows that the new events touch and folds the events into them.
async fn fold(conn: &mut SqliteConnection, new: &[(u64, &Entry)]) -> Result<Vec<(Key, Row)>, StoreError> {
    let events = new.iter().map(|(position, entry)| event_at(entry, *position)).collect::<Vec<_>>();
    let mut changes = Changes::default();
    let keys = events.iter().flat_map(keys_of).collect::<HashSet<_>>();
    load_views(conn, &mut changes, keys).await?;
    for event in &events {
        changes.apply(event);
    }
    Ok(changes.into_rows().collect())
}

/// Loads rows of the views.
pub(super) async fn load_views(
    conn: &mut SqliteConnection,
    changes: &mut Changes,
    keys: HashSet<Key>,
) -> Result<(), StoreError> {
    for view in View::ALL {
        let keys = keys.iter().filter(|key| key.view == view && !changes.has(key)).collect::<Vec<_>>();
        if keys.is_empty() {
            continue;
        }
        let wanted = keys.iter().map(|key| [key.site.as_str(), key.id.as_str()]).collect::<Vec<_>>();
        let rows = sqlx::query(view_sql(view).load).bind(json_text(&wanted)?).fetch_all(&mut *conn).await?;
        for row in rows {
            let (site, id, doc): (&str, &str, &str) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
            let wrong = |e: &dyn std::fmt::Display| StoreError::damaged(format!("{} {id}", view.table()), e);
            let site = SiteId::new(site).map_err(|e| wrong(&e))?;
            let row = Row::read(view, doc).map_err(|e| wrong(&e))?;
            changes.load(Key { view, site, id: id.to_owned() }, Some(row));
        }
    }
    Ok(())
}

/// Stores rows of the views, over those that are there.
pub(super) async fn write_views(conn: &mut SqliteConnection, rows: &[(Key, Row)]) -> Result<(), StoreError> {
    for view in View::ALL {
        let mut docs = Vec::new();
        for (key, row) in rows.iter().filter(|(key, _)| key.view == view) {
            let doc = row.doc().map_err(|e| StoreError::damaged(&key.id, e))?;
            let at = nanoseconds(row.at())?;
            docs.push((key.site.as_str(), key.id.as_str(), at, row.agent(), i64::from(row.open()), doc));
        }
        if !docs.is_empty() {
            sqlx::query(view_sql(view).store).bind(json_text(&docs)?).execute(&mut *conn).await?;
        }
    }
    Ok(())
}

struct ViewSql {
    load: &'static str,
    store: &'static str,
}

macro_rules! view_sql {
    ($table:literal) => {
        ViewSql {
            load: concat!(
                "SELECT v.site, v.id, v.doc FROM json_each($1) AS wanted CROSS JOIN ",
                $table,
                " AS v ON v.site = wanted.value ->> 0 AND v.id = wanted.value ->> 1"
            ),
            store: concat!(
                "INSERT INTO ",
                $table,
                " (site, id, at, agent, open, doc) ",
                "SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5 ",
                "FROM json_each($1) WHERE true ",
                "ON CONFLICT (site, id) DO UPDATE SET at = excluded.at, agent = excluded.agent, ",
                "open = excluded.open, doc = excluded.doc"
            ),
        }
    };
}

fn view_sql(view: View) -> ViewSql {
    match view {
        View::Calls => view_sql!("calls"),
        View::Alerts => view_sql!("alerts"),
        View::Offers => view_sql!("offers"),
        View::Agents => view_sql!("agents"),
    }
}

/// Rows per INSERT statement, largest first: few statements for many rows, each prepared once.
const CHUNKS: [usize; 3] = [128, 16, 1];

/// The INSERT statements for [`CHUNKS`]. Placeholders without numbers: SQLite looks numbered ones up one by one.
static INSERTS: LazyLock<[Arc<str>; 3]> = LazyLock::new(|| {
    CHUNKS.map(|rows| {
        let mut sql = String::from(
            "INSERT INTO log (position, id, site, at, kind, call, agent, because, body, seals, hash) VALUES ",
        );
        for row in 0..rows {
            let comma = if row == 0 { "" } else { ", " };
            // Writing to a string does not fail.
            let _ = write!(sql, "{comma}(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
        }
        sql.into()
    })
});

async fn write_log(conn: &mut SqliteConnection, mut rows: &[LogRow]) -> Result<(), StoreError> {
    for (chunk, sql) in CHUNKS.into_iter().zip(INSERTS.iter()) {
        while rows.len() >= chunk {
            let (now, later) = rows.split_at(chunk);
            let mut query = sqlx::query(AssertSqlSafe(Arc::clone(sql)));
            for row in now {
                query = query
                    .bind(row.position)
                    .bind(row.id.as_bytes().as_slice())
                    .bind(row.site.as_str())
                    .bind(row.at)
                    .bind(row.kind)
                    .bind(row.call.as_deref())
                    .bind(row.agent.as_deref())
                    .bind(row.because.as_slice())
                    .bind(row.body.as_str())
                    .bind(row.seals.as_slice())
                    .bind(row.hash.as_slice());
            }
            query.execute(&mut *conn).await?;
            rows = later;
        }
    }
    Ok(())
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
