//! Bringing the write-ahead log into the database, beside the writer.
//!
//! SQLite does this within a commit once the log is long enough, and that commit waits for all of it. Here a connection
//! of its own does most of it while the writer goes on, so that the commit finds little left to do. The length at which
//! a commit does the rest bounds the log.

use std::sync::Arc;

use calmline_core::Position;
use sqlx::{Connection as _, SqliteConnection};
use tokio::sync::{Mutex, watch};

use crate::StoreError;

/// After how many events.
const EVERY: u64 = 4_096;

/// The connection that brings the log in. None where nothing runs beside the writer, and after the end. Whoever holds it
/// keeps others from it.
pub(super) type Beside = Arc<Mutex<Option<SqliteConnection>>>;

/// Works until the writer is gone.
pub(super) async fn run(beside: Beside, mut head: watch::Receiver<Position>) {
    let mut done = *head.borrow();
    while head.changed().await.is_ok() {
        let now = *head.borrow_and_update();
        if now.0 - done.0 < EVERY {
            continue;
        }
        done = now;
        let mut conn = beside.lock().await;
        let Some(conn) = conn.as_mut() else { return };
        // Passive: nobody waits for it, and it waits for nobody. What it cannot do now is left for the next time or for
        // the writer, who also tells of a disk that fails.
        let _ = sqlx::query("PRAGMA wal_checkpoint(PASSIVE)").execute(conn).await;
    }
}

/// Closes the connection, after what it is doing.
pub(super) async fn end(beside: &Beside) -> Result<(), StoreError> {
    match beside.lock().await.take() {
        Some(conn) => Ok(conn.close().await?),
        None => Ok(()),
    }
}
