//! Where in the log the events of a site, a kind, a call or an agent stand.
//!
//! An index row for each event and name would cost more than the event itself. Positions therefore wait in memory, in
//! one list for each name, and every few thousand events the lists become rows of `places`: one for each name, however
//! often it occurs. The log itself names everything, so after a crash the waiting ones are read from its end;
//! `progress` says from where.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, PoisonError, RwLock},
};

use calmline_core::{AgentId, Body, Position, SiteId};
use sqlx::{Row as _, SqliteConnection, sqlite::SqliteRow};

use super::{
    Inner,
    batch::stored,
    many::Many,
    progress,
    runs::{pack, unpack},
};
use crate::StoreError;

/// The table, as `progress` names it.
pub(super) const TABLE: &str = "places";

/// After how many events the lists become rows.
const FLUSH: usize = 8_192;

/// How many rows are read at a time where not all are wanted.
const ROWS: i64 = 64;

/// What an event is found by, beside its site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// Nothing: all events of the site.
    Site,
    Kind,
    Call,
    Agent,
}

impl What {
    const ALL: [Self; 4] = [Self::Site, Self::Kind, Self::Call, Self::Agent];

    /// The word in the table.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Site => "site",
            Self::Kind => "kind",
            Self::Call => "call",
            Self::Agent => "agent",
        }
    }
}

/// The names that an event is found by.
pub(super) fn names(body: &Body) -> impl Iterator<Item = (What, &str)> {
    let call = body.call().map(|call| (What::Call, call.as_str()));
    let agent = body.agent().map(|agent| (What::Agent, agent.as_str()));
    [(What::Site, ""), (What::Kind, body.kind())].into_iter().chain(call).chain(agent)
}

/// Positions of one name, rising, and the times between which their events happened.
#[derive(Debug)]
struct List {
    positions: Vec<u64>,
    earliest: i64,
    latest: i64,
}

/// The lists that are not in the table yet.
#[derive(Debug, Default)]
pub(super) struct Lists {
    sites: HashMap<SiteId, [HashMap<String, List>; What::ALL.len()]>,
    events: usize,
    /// Every position up to here is in the table.
    complete: u64,
}

/// Shared with readers.
pub(super) type Waiting = Arc<RwLock<Lists>>;

/// A row of the table.
pub(super) struct PlaceRow {
    site: SiteId,
    what: What,
    name: String,
    /// The first and the last position; for an agent the earliest and the latest time.
    first: i64,
    last: i64,
    positions: Vec<u8>,
}

/// What one commit moves into the table.
pub(super) struct Moved {
    rows: Vec<PlaceRow>,
    complete: Position,
}

impl Lists {
    /// No lists, and a table that has every position up to here.
    pub(super) fn after(complete: Position) -> Self {
        Self { complete: complete.0, ..Self::default() }
    }

    /// Adds an event; positions must rise.
    pub(super) fn add(&mut self, position: Position, site: &SiteId, at: i64, body: &Body) {
        self.events += 1;
        if !self.sites.contains_key(site) {
            self.sites.insert(site.clone(), Default::default());
        }
        let Some(lists) = self.sites.get_mut(site) else { return };
        for (what, name) in names(body) {
            let lists = &mut lists[what as usize];
            match lists.get_mut(name) {
                Some(list) => {
                    list.positions.push(position.0);
                    (list.earliest, list.latest) = (list.earliest.min(at), list.latest.max(at));
                }
                None => {
                    let list = List { positions: vec![position.0], earliest: at, latest: at };
                    lists.insert(name.to_owned(), list);
                }
            }
        }
    }

    /// Whether it is time to move the lists into the table.
    pub(super) fn full(&self) -> bool {
        self.events >= FLUSH
    }

    /// All lists, up to the head of the log.
    pub(super) fn moved(&self, head: Position) -> Moved {
        let mut rows = Vec::new();
        for (site, lists) in &self.sites {
            for (what, lists) in What::ALL.into_iter().zip(lists) {
                rows.extend(lists.iter().map(|(name, list)| PlaceRow::new(site, what, name, list)));
            }
        }
        // In the order of the table's key.
        rows.sort_unstable_by(|a, b| {
            (&a.site, a.what.as_str(), &a.name).cmp(&(&b.site, b.what.as_str(), &b.name))
        });
        Moved { rows, complete: head }
    }

    /// What waits for one name after a position, and up to where the table is complete.
    fn waiting(&self, site: &SiteId, what: What, name: &str, after: u64) -> (Vec<u64>, u64) {
        let list = self.sites.get(site).and_then(|lists| lists[what as usize].get(name));
        let waiting = list.map_or(&[][..], |list| {
            &list.positions[list.positions.partition_point(|position| *position <= after)..]
        });
        (waiting.to_vec(), self.complete)
    }
}

impl PlaceRow {
    fn new(site: &SiteId, what: What, name: &str, list: &List) -> Self {
        let (first, last) = match (what, &list.positions[..]) {
            (What::Agent, _) | (_, []) => (list.earliest, list.latest),
            (_, [first, .., last]) => (stored(Position(*first)), stored(Position(*last))),
            (_, [only]) => (stored(Position(*only)), stored(Position(*only))),
        };
        let positions = pack(&list.positions);
        Self { site: site.clone(), what, name: name.to_owned(), first, last, positions }
    }
}

static INSERT: LazyLock<Many> = LazyLock::new(|| {
    let insert = "INSERT OR FAIL INTO places (site, what, name, last, complete, first, positions)";
    Many::insert(insert, 7, "")
});

impl Moved {
    /// Moves the rows, in an open transaction.
    pub(super) async fn write(&self, conn: &mut SqliteConnection) -> Result<(), StoreError> {
        let complete = stored(self.complete);
        INSERT
            .execute(conn, &self.rows, |query, row| {
                query
                    .bind(row.site.as_str())
                    .bind(row.what.as_str())
                    .bind(row.name.as_str())
                    .bind(row.last)
                    .bind(complete)
                    .bind(row.first)
                    .bind(row.positions.as_slice())
            })
            .await?;
        progress::note(conn, TABLE, self.complete).await
    }
}

/// Reads the lists that may not be in the table from the end of the log.
pub(super) async fn load(conn: &mut SqliteConnection) -> Result<Lists, StoreError> {
    let complete = progress::read(conn, TABLE).await?;
    let mut lists = Lists::after(complete);
    let rows = sqlx::query("SELECT position, site, at, body FROM log WHERE position > $1 ORDER BY position")
        .bind(stored(complete))
        .fetch_all(conn)
        .await?;
    for row in &rows {
        let position = Position(row.try_get::<i64, _>(0)?.unsigned_abs());
        let wrong = |e: &dyn std::fmt::Display| StoreError::damaged(format!("position {}", position.0), e);
        let site = SiteId::new(row.try_get::<&str, _>(1)?).map_err(|e| wrong(&e))?;
        let body: Body = serde_json::from_str(row.try_get(3)?).map_err(|e| wrong(&e))?;
        lists.add(position, &site, row.try_get(2)?, &body);
    }
    Ok(lists)
}

/// At most `limit` positions of one name after another position.
pub(super) async fn after(
    inner: &Inner,
    site: &SiteId,
    (what, name): (What, &str),
    after: Position,
    limit: usize,
) -> Result<Vec<u64>, StoreError> {
    // First what waits, then the table: what leaves the one is in the other already.
    let (waiting, complete) = {
        let lists = inner.waiting_places.read().unwrap_or_else(PoisonError::into_inner);
        lists.waiting(site, what, name, after.0)
    };
    let mut found = Vec::new();
    let mut last = stored(after);
    while found.len() < limit && last.unsigned_abs() < complete {
        let rows = sqlx::query(
            "SELECT positions, last FROM places
             WHERE site = $1 AND what = $2 AND name = $3 AND last > $4 ORDER BY last LIMIT $5",
        )
        .bind(site.as_str())
        .bind(what.as_str())
        .bind(name)
        .bind(last)
        .bind(ROWS)
        .fetch_all(&inner.readers)
        .await?;
        let Some(end) = rows.last() else { break };
        last = end.try_get(1)?;
        unpack_all(inner, &rows, &mut found)?;
        found.retain(|position| *position > after.0);
    }
    Ok(together(found, waiting, limit))
}

/// The positions of an agent's events that may have happened from one time until just before another.
pub(super) async fn between(
    inner: &Inner,
    site: &SiteId,
    agent: &AgentId,
    from: i64,
    to: i64,
) -> Result<Vec<u64>, StoreError> {
    let (waiting, _) = {
        let lists = inner.waiting_places.read().unwrap_or_else(PoisonError::into_inner);
        lists.waiting(site, What::Agent, agent.as_str(), 0)
    };
    let rows = sqlx::query(
        "SELECT positions FROM places
         WHERE site = $1 AND what = 'agent' AND name = $2 AND last >= $3 AND first < $4",
    )
    .bind(site.as_str())
    .bind(agent.as_str())
    .bind(from)
    .bind(to)
    .fetch_all(&inner.readers)
    .await?;
    let mut found = Vec::new();
    unpack_all(inner, &rows, &mut found)?;
    Ok(together(found, waiting, usize::MAX))
}

fn unpack_all(inner: &Inner, rows: &[SqliteRow], into: &mut Vec<u64>) -> Result<(), StoreError> {
    let head = inner.head.borrow().0;
    for row in rows {
        if !unpack(row.try_get(0)?, head, into) {
            return Err(StoreError::damaged("the index of the log", "a list of positions"));
        }
    }
    Ok(())
}

fn together(mut found: Vec<u64>, waiting: Vec<u64>, limit: usize) -> Vec<u64> {
    found.extend(waiting);
    found.sort_unstable();
    found.dedup();
    found.truncate(limit);
    found
}
