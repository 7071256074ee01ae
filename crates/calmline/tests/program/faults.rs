//! A disk that fails, as far as the program can tell: its own database refuses some of what is to be stored.

use std::path::Path;

use anyhow::Context;
use sqlx::{AssertSqlSafe, Connection, SqliteConnection, sqlite::SqliteConnectOptions};

/// A data directory whose log refuses some events until this is [over](Self::over).
pub struct Refusing {
    database: SqliteConnection,
}

impl Refusing {
    /// Refuses events for which this SQL condition holds; `NEW` is the row of the log.
    pub async fn events(data: &Path, condition: &str) -> anyhow::Result<Self> {
        let options = SqliteConnectOptions::new().filename(data.join("calmline.db"));
        let mut database = SqliteConnection::connect_with(&options).await.context("opening the database")?;
        let trigger = format!(
            "CREATE TRIGGER refuses BEFORE INSERT ON log WHEN {condition} \
             BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
        );
        sqlx::query(AssertSqlSafe(trigger)).execute(&mut database).await?;
        Ok(Self { database })
    }

    /// The disk is well again.
    pub async fn over(mut self) -> anyhow::Result<()> {
        sqlx::query("DROP TRIGGER refuses").execute(&mut self.database).await?;
        Ok(self.database.close().await?)
    }
}
