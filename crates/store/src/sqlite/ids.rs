//! Which event ids are in the log.
//!
//! Ids are hashes, so each new one falls on another page of an index; writing it at once would cost a page of
//! write-ahead log per event. New ids therefore wait in memory, and each commit moves one of 256 slices of the id space
//! into the table: the same rows, many to a page. The log itself holds every id, so after a crash the waiting ones are
//! read from its end; `progress` says from where.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
};

use calmline_core::{EventId, Position};
use sqlx::{Row as _, SqliteConnection};

use super::batch::{json_text, stored};
use crate::{StoreError, seal::hex};

/// Ids that are not in the table yet, with their positions. Shared with readers.
pub(super) type Waiting = Arc<RwLock<BTreeMap<EventId, Position>>>;

/// The writer's side.
pub(super) struct Ids {
    pub(super) waiting: Waiting,
    /// The slice that the next commit moves.
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

impl Ids {
    /// Reads the ids that may not be in the table.
    pub(super) async fn load(conn: &mut SqliteConnection, head: Position) -> Result<Self, StoreError> {
        let complete = sqlx::query("SELECT position FROM progress WHERE name = 'event_ids'")
            .fetch_optional(&mut *conn)
            .await?;
        let complete: i64 = complete.map_or(Ok(0), |row| row.try_get(0))?;
        let rows = sqlx::query("SELECT id, position FROM log WHERE position > $1")
            .bind(complete)
            .fetch_all(conn)
            .await?;
        let mut waiting = BTreeMap::new();
        for row in &rows {
            let position: i64 = row.try_get(1)?;
            let id: [u8; 16] = row
                .try_get::<&[u8], _>(0)?
                .try_into()
                .map_err(|_| StoreError::damaged(format!("position {position}"), "id"))?;
            waiting.insert(EventId::from_bytes(id), Position(position.unsigned_abs()));
        }
        Ok(Self { waiting: Arc::new(RwLock::new(waiting)), slice: 0, round_began: head })
    }

    /// What the next commit moves.
    pub(super) fn due(&self) -> Due {
        let waiting = self.waiting.read().unwrap_or_else(PoisonError::into_inner);
        let rows = waiting.range(slice(self.slice)).map(|(id, position)| (*id, *position)).collect();
        // Said with the last slice of a round.
        let complete = (self.slice == u8::MAX).then_some(self.round_began);
        Due { rows, complete }
    }

    /// Everything that waits.
    pub(super) fn all(&self, head: Position) -> Due {
        let waiting = self.waiting.read().unwrap_or_else(PoisonError::into_inner);
        Due { rows: waiting.iter().map(|(id, position)| (*id, *position)).collect(), complete: Some(head) }
    }

    /// Takes note of a commit that moved what was due.
    pub(super) fn committed(&mut self, new: impl Iterator<Item = (EventId, Position)>, head: Position) {
        let mut waiting = self.waiting.write().unwrap_or_else(PoisonError::into_inner);
        let moved = waiting.range(slice(self.slice)).map(|(id, _)| *id).collect::<Vec<_>>();
        for id in moved {
            waiting.remove(&id);
        }
        waiting.extend(new);
        self.slice = self.slice.wrapping_add(1);
        if self.slice == 0 {
            self.round_began = head;
        }
    }
}

impl Due {
    /// Moves the rows, in an open transaction.
    pub(super) async fn write(&self, conn: &mut SqliteConnection) -> Result<(), StoreError> {
        if !self.rows.is_empty() {
            let rows = self.rows.iter().map(|(id, at)| (hex(id.as_bytes()), at.0)).collect::<Vec<_>>();
            sqlx::query(
                "INSERT INTO event_ids (id, position)
                 SELECT unhex(value ->> 0), value ->> 1 FROM json_each($1) WHERE true
                 ON CONFLICT (id) DO NOTHING",
            )
            .bind(json_text(&rows)?)
            .execute(&mut *conn)
            .await?;
        }
        if let Some(complete) = self.complete {
            sqlx::query(
                "INSERT INTO progress (name, position) VALUES ('event_ids', $1)
                 ON CONFLICT (name) DO UPDATE SET position = excluded.position",
            )
            .bind(stored(complete))
            .execute(conn)
            .await?;
        }
        Ok(())
    }
}

fn slice(first_byte: u8) -> std::ops::RangeInclusive<EventId> {
    let (mut low, mut high) = ([0; 16], [u8::MAX; 16]);
    (low[0], high[0]) = (first_byte, first_byte);
    EventId::from_bytes(low)..=EventId::from_bytes(high)
}
