//! Many rows in few statements.

use std::{fmt::Write as _, sync::Arc};

use sqlx::{
    AssertSqlSafe, Sqlite, SqliteConnection,
    query::Query,
    sqlite::{SqliteArguments, SqliteRow},
};

use crate::StoreError;

/// Rows per statement, smallest first; each size is prepared once. Rows that are not there are null and are passed over:
/// one statement costs less than the same rows in several, since each wakes the connection's thread.
const SIZES: [usize; 6] = [1, 4, 16, 64, 256, 1_024];

/// A query with its arguments.
pub(super) type Bound = Query<'static, Sqlite, SqliteArguments>;

/// A statement over a list of rows, for each of [`SIZES`].
pub(super) struct Many([Arc<str>; SIZES.len()]);

impl Many {
    /// `before`, then a list of rows with the column names, then `after`. In rows that are not there the first column is
    /// null. Placeholders have no numbers: SQLite looks numbered ones up one by one.
    pub(super) fn new(before: &str, columns: usize, after: &str) -> Self {
        let row = format!("({})", vec!["?"; columns].join(", "));
        Self(SIZES.map(|rows| {
            let mut sql = String::from(before);
            sql.push_str(" (VALUES");
            for number in 0..rows {
                // Writing to a string does not fail.
                let _ = write!(sql, "{}{row}", if number == 0 { " " } else { ", " });
            }
            sql.push_str(") ");
            sql.push_str(after);
            sql.into()
        }))
    }

    /// Inserts into columns of a table; `after` says what becomes of conflicts.
    pub(super) fn insert(insert: &str, columns: usize, after: &str) -> Self {
        Self::new(&format!("{insert} SELECT * FROM"), columns, &format!("WHERE column1 IS NOT NULL {after}"))
    }

    /// Runs the statement over all rows.
    pub(super) async fn execute<T>(
        &self,
        conn: &mut SqliteConnection,
        rows: &[T],
        bind: impl Fn(Bound, &T) -> Bound,
    ) -> Result<(), StoreError> {
        for (sql, chunk) in self.chunks(rows) {
            let query = chunk.iter().fold(sqlx::query(AssertSqlSafe(sql)), &bind);
            query.execute(&mut *conn).await?;
        }
        Ok(())
    }

    /// Runs the statement over all rows and gives what it answers.
    pub(super) async fn fetch<T>(
        &self,
        conn: &mut SqliteConnection,
        rows: &[T],
        bind: impl Fn(Bound, &T) -> Bound,
    ) -> Result<Vec<SqliteRow>, StoreError> {
        let mut found = Vec::new();
        for (sql, chunk) in self.chunks(rows) {
            let query = chunk.iter().fold(sqlx::query(AssertSqlSafe(sql)), &bind);
            found.extend(query.fetch_all(&mut *conn).await?);
        }
        Ok(found)
    }

    fn chunks<'r, T>(&self, rows: &'r [T]) -> impl Iterator<Item = (Arc<str>, &'r [T])> {
        let [.., most] = SIZES;
        rows.chunks(most).filter_map(|chunk| {
            let (_, sql) = SIZES.into_iter().zip(&self.0).find(|(size, _)| *size >= chunk.len())?;
            Some((Arc::clone(sql), chunk))
        })
    }
}
