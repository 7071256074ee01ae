//! Which event ids are in the log.
//!
//! Ids are hashes, so each new one falls on another page of an index; writing it at once would cost a page of
//! write-ahead log per event. New ids therefore wait in memory, and each commit moves one of 256 slices of the id space
//! into the table: the same rows, many to a page. The log itself holds every id, so after a crash the waiting ones are
//! read from its end; `progress` says from where.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, PoisonError, RwLock},
};

use calmline_core::{EventId, Position};
use sqlx::{Row as _, SqliteConnection};

use super::{
    batch::stored,
    many::{Bound, Many},
    progress,
};
use crate::StoreError;

const TABLE: &str = "event_ids";

/// Ids that are not in the table yet, with their positions, by their first byte.
pub(super) struct WaitingIds([HashMap<EventId, Position>; 256]);

/// Shared with readers.
pub(super) type Waiting = Arc<RwLock<WaitingIds>>;

/// The writer's side.
pub(super) struct Ids {
    pub(super) waiting: Waiting,
    /// The slice that the next commit moves: the ids that begin with this byte.
    slice: u8,
    /// The head when slice 0 was last due: once all slices have had their turn, every id up to here is in the table.
    round_began: Position,
}

/// What one commit moves.
pub(super) struct Due {
    rows: Vec<(EventId, Position)>,
    /// Every id up to here is in the table, if that has become more.
    complete: Option<Position>,
}

impl WaitingIds {
    /// Where an id stands, if it waits.
    pub(super) fn get(&self, id: &EventId) -> Option<Position> {
        self.0[slice_of(id)].get(id).copied()
    }

    fn add(&mut self, id: EventId, position: Position) {
        self.0[slice_of(&id)].insert(id, position);
    }
}

fn slice_of(id: &EventId) -> usize {
    let [first, ..] = *id.as_bytes();
    usize::from(first)
}

impl Ids {
    /// Reads the ids that may not be in the table.
    pub(super) async fn load(conn: &mut SqliteConnection, head: Position) -> Result<Self, StoreError> {
        let complete = progress::read(conn, TABLE).await?;
        let rows = sqlx::query("SELECT id, position FROM log WHERE position > $1")
            .bind(stored(complete))
            .fetch_all(conn)
            .await?;
        let mut waiting = WaitingIds(std::array::from_fn(|_| HashMap::new()));
        for row in &rows {
            let position: i64 = row.try_get(1)?;
            let id: [u8; 16] = row
                .try_get::<&[u8], _>(0)?
                .try_into()
                .map_err(|_| StoreError::damaged(format!("position {position}"), "id"))?;
            waiting.add(EventId::from_bytes(id), Position(position.unsigned_abs()));
        }
        Ok(Self { waiting: Arc::new(RwLock::new(waiting)), slice: 0, round_began: head })
    }

    /// What the next commit moves.
    pub(super) fn due(&self) -> Due {
        let waiting = self.waiting.read().unwrap_or_else(PoisonError::into_inner);
        // Said with the last slice of a round.
        let complete = (self.slice == u8::MAX).then_some(self.round_began);
        Due::new(waiting.0[usize::from(self.slice)].iter(), complete)
    }

    /// Everything that waits.
    pub(super) fn all(&self, head: Position) -> Due {
        let waiting = self.waiting.read().unwrap_or_else(PoisonError::into_inner);
        Due::new(waiting.0.iter().flatten(), Some(head))
    }

    /// Takes note of a commit that moved what was due.
    pub(super) fn committed(&mut self, new: impl Iterator<Item = (EventId, Position)>, head: Position) {
        let mut waiting = self.waiting.write().unwrap_or_else(PoisonError::into_inner);
        waiting.0[usize::from(self.slice)].clear();
        for (id, position) in new {
            waiting.add(id, position);
        }
        self.slice = self.slice.wrapping_add(1);
        if self.slice == 0 {
            self.round_began = head;
        }
    }
}

static INSERT: LazyLock<Many> =
    LazyLock::new(|| Many::insert("INSERT OR IGNORE INTO event_ids (id, position)", 2, ""));

impl Due {
    fn new<'i>(ids: impl Iterator<Item = (&'i EventId, &'i Position)>, complete: Option<Position>) -> Self {
        let mut rows = ids.map(|(id, position)| (*id, *position)).collect::<Vec<_>>();
        // In the order of the table's key.
        rows.sort_unstable();
        Self { rows, complete }
    }

    /// Moves the rows, in an open transaction.
    pub(super) async fn write(&self, conn: &mut SqliteConnection) -> Result<(), StoreError> {
        let bind = |query: Bound, (id, position): &(EventId, Position)| {
            query.bind(id.as_bytes().as_slice()).bind(stored(*position))
        };
        INSERT.execute(conn, &self.rows, bind).await?;
        match self.complete {
            Some(complete) => progress::note(conn, TABLE, complete).await,
            None => Ok(()),
        }
    }
}
