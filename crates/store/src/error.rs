//! What can go wrong in a store, and what to do about it.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// An error of a store. Cloneable, because one failed commit fails every append that it carried.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// A file could not be read or written.
    #[error("cannot {what} {}", path.display())]
    File {
        /// What was tried: a verb.
        what: &'static str,
        /// On which file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: Arc<std::io::Error>,
    },
    /// The database refused a statement or could not reach its disk. Nothing of the call was stored.
    #[error("the database failed")]
    Database(#[source] Arc<sqlx::Error>),
    /// The database's tables could not be brought up to date.
    #[error("the database's tables cannot be brought up to date")]
    Migration(#[source] Arc<sqlx::migrate::MigrateError>),
    /// A newer Calmline has written here.
    #[error("{} has schema {found}, this program knows {known}; use the newer calmline, or restore a backup made by this version", path.display())]
    Newer {
        /// Which database.
        path: PathBuf,
        /// Its schema.
        found: i64,
        /// The newest schema that this program knows.
        known: i64,
    },
    /// Another process has the directory open.
    #[error("another process has {} open; stop it first", dir.display())]
    Locked {
        /// Which directory.
        dir: PathBuf,
    },
    /// A master key that does not fit or lies open.
    #[error("master key {}: {wrong}", path.display())]
    MasterKey {
        /// Which file.
        path: PathBuf,
        /// What is wrong and what to do.
        wrong: String,
    },
    /// A line of the ledger of erasures cannot be read.
    #[error("{} line {line} is not an erasure: {wrong}; put back the ledger as it was, never remove a line", path.display())]
    Ledger {
        /// Which file.
        path: PathBuf,
        /// Which line, from 1.
        line: usize,
        /// What is wrong.
        wrong: String,
    },
    /// A stored row is not what it was when it was written.
    #[error("the row at {place} is damaged: {wrong}; restore a backup")]
    Damaged {
        /// Which row.
        place: String,
        /// What is wrong.
        wrong: String,
    },
    /// An event's time cannot be stored.
    #[error("at is {at}; give a time between 1678 and 2261")]
    Time {
        /// The time.
        at: jiff::Timestamp,
    },
    /// A draft's payload has an id that is already sealed, or that the same call uses twice.
    #[error("payload_id {id} is already in use; derive payload ids from their event")]
    PayloadTaken {
        /// The id.
        id: String,
    },
    /// Something is there already.
    #[error("{what} {name:?} exists already")]
    Exists {
        /// What.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// Something is not there.
    #[error("there is no {what} {name:?}")]
    Missing {
        /// What.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// A backup cannot be restored.
    #[error("backup {}: {wrong}", path.display())]
    Backup {
        /// Which file.
        path: PathBuf,
        /// What is wrong and what to do.
        wrong: String,
    },
    /// Readers kept an old state of the database open, so the write-ahead log still holds what was erased.
    #[error("the erasure is done, but the write-ahead log is still being read; erase again to clear it")]
    Busy,
    /// The system's source of randomness failed.
    #[error("the system gives no random bytes")]
    Random,
    /// The store was closed.
    #[error("the store is closed")]
    Closed,
}

impl StoreError {
    pub(crate) fn file(what: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { what, path, source: Arc::new(source) }
    }

    pub(crate) fn damaged(place: impl std::fmt::Display, wrong: impl std::fmt::Display) -> Self {
        Self::Damaged { place: place.to_string(), wrong: wrong.to_string() }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(source: sqlx::Error) -> Self {
        Self::Database(Arc::new(source))
    }
}

impl From<sqlx::migrate::MigrateError> for StoreError {
    fn from(source: sqlx::migrate::MigrateError) -> Self {
        Self::Migration(Arc::new(source))
    }
}
