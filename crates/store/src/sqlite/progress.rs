//! How far a table that follows the log has come.

use calmline_core::Position;
use sqlx::{Row as _, SqliteConnection};

use super::batch::stored;
use crate::StoreError;

/// Everything of the log up to here is in the table; 0 when nothing was moved yet.
pub(super) async fn read(conn: &mut SqliteConnection, table: &str) -> Result<Position, StoreError> {
    let row =
        sqlx::query("SELECT position FROM progress WHERE name = $1").bind(table).fetch_optional(conn).await?;
    Ok(Position(row.map_or(Ok(0), |row| row.try_get::<i64, _>(0))?.unsigned_abs()))
}

/// Says how far a table has come, in an open transaction.
pub(super) async fn note(
    conn: &mut SqliteConnection,
    table: &str,
    complete: Position,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO progress (name, position) VALUES ($1, $2)
         ON CONFLICT (name) DO UPDATE SET position = excluded.position",
    )
    .bind(table)
    .bind(stored(complete))
    .execute(conn)
    .await?;
    Ok(())
}
