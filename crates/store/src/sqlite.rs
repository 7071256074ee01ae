//! The backend for one machine: SQLite with a write-ahead log, one writer connection and a pool of readers.
//!
//! Appends go through a channel to one task, which commits all that wait in one transaction; with
//! `synchronous=FULL` each commit syncs the write-ahead log before it returns. While one commit is on its way to the
//! disk the next one gathers. Other changes are rare and take the writer connection between two commits.
//!
//! A row of the log is written once and in order. What would be written in many places for each event follows the log,
//! many events at a time: which ids there are (`ids`), where the events of a call, an agent or a kind stand (`places`), and
//! the way of pages from the write-ahead log into the database (`checkpoint`).

mod accounts;
mod backup;
mod baselines;
mod batch;
mod beside;
mod checkpoint;
mod dir;
mod directory;
mod erase;
mod expire;
mod ids;
mod keys;
mod known;
mod log;
mod many;
mod payloads;
mod places;
mod progress;
mod runs;
mod sites;
mod verify;
mod view_rows;
mod views;
mod webhooks;
mod writer;

use std::{
    collections::HashMap,
    path::Path,
    sync::{
        Arc, Mutex, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use calmline_core::{AgentId, Position, SiteId};
use ring::hmac;
use sqlx::{
    ConnectOptions as _, Connection as _, Row as _, SqlStr, SqliteConnection, SqlitePool,
    migrate::{MigrateError, Migration, MigrationType, Migrator},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use tokio::sync::{mpsc, watch};

pub use backup::{Restore, restore};

use crate::{StoreError, ledger::Ledger, seal::SealKey};
use dir::DataDir;
use writer::{Job, Writer};

/// How surely an acknowledged event is on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Durability {
    /// Each commit is synced before it is acknowledged.
    #[default]
    Synced,
    /// Nothing is synced: faster, survives the end of the process but not of the machine. For simulations whose
    /// directory is thrown away, and as the control of the durability tests.
    Unsynced,
}

/// A store in a data directory. Cheap to clone; clones are the same store.
#[derive(Clone)]
pub struct Sqlite {
    inner: Arc<Inner>,
    jobs: mpsc::Sender<Job>,
}

struct Inner {
    /// Dropped on closing, so that another process may take the directory.
    dir: Mutex<Option<DataDir>>,
    options: SqliteConnectOptions,
    readers: SqlitePool,
    writer: tokio::sync::Mutex<Option<Writer>>,
    head: watch::Receiver<Position>,
    waiting_ids: ids::Waiting,
    waiting_places: places::Waiting,
    commits: AtomicU64,
    ledger: Mutex<Ledger>,
    master: SealKey,
    master_bytes: [u8; 32],
    /// The HMAC key of each site's directory.
    secrets: RwLock<HashMap<SiteId, hmac::Key>>,
    /// Outside names met so far, by their HMAC. Only the holder of the writer adds or removes.
    names: RwLock<HashMap<(SiteId, [u8; 32]), AgentId>>,
}

impl Sqlite {
    /// Opens the store in a data directory; makes both if they are not there. Completes erasures that were interrupted,
    /// and those of the ledger that the database does not know of.
    ///
    /// # Errors
    /// When another process has the directory, a newer version wrote it, a file of it is missing or damaged, or the
    /// disk fails.
    pub async fn open(dir: &Path) -> Result<Self, StoreError> {
        Self::open_with(dir, Durability::Synced).await
    }

    /// Opens the store with another durability.
    ///
    /// # Errors
    /// As for [`Self::open`].
    pub async fn open_with(dir: &Path, durability: Durability) -> Result<Self, StoreError> {
        let dir = DataDir::hold(dir)?;
        let master_bytes = dir.master_key()?;
        let master = SealKey::new(&master_bytes)?;
        let mut ledger = Ledger::open(&dir.ledger())?;
        let options = connect_options(&dir.database(), durability);
        let mut conn = options.connect().await?;
        migrate(&mut conn, &dir.database()).await?;
        dir.sync()?;
        ledger.add(erase::lines_in(&mut conn).await?)?;

        let (head_sender, head) = watch::channel(Position(0));
        let mut writer = Writer::new(conn, head_sender).await?;
        erase::apply_ledger(&mut writer, &master, &ledger.entries).await?;
        let waiting_ids = Arc::clone(&writer.ids.waiting);
        let waiting_places = Arc::clone(&writer.waiting_places);
        *writer.beside.lock().await = Some(options.connect().await?);
        tokio::spawn(checkpoint::run(Arc::clone(&writer.beside), head.clone()));
        let secrets = sites::secrets(&mut writer.conn, &master).await?;

        let readers = SqlitePoolOptions::new()
            .max_connections(4)
            .connect_with(options.clone().pragma("query_only", "ON"))
            .await?;
        let inner = Arc::new(Inner {
            dir: Mutex::new(Some(dir)),
            options,
            readers,
            writer: tokio::sync::Mutex::new(Some(writer)),
            head,
            waiting_ids,
            waiting_places,
            commits: AtomicU64::new(0),
            ledger: Mutex::new(ledger),
            master,
            master_bytes,
            secrets: RwLock::new(secrets),
            names: RwLock::default(),
        });
        let (jobs, queue) = mpsc::channel(writer::QUEUE);
        tokio::spawn(writer::run(Arc::clone(&inner), queue));
        Ok(Self { inner, jobs })
    }

    /// Commits of appends so far; each synced the write-ahead log once, however many calls it carried.
    #[must_use]
    pub fn commits(&self) -> u64 {
        self.inner.commits.load(Ordering::Relaxed)
    }
}

impl Inner {
    async fn close(&self) -> Result<(), StoreError> {
        let Some(mut writer) = self.writer.lock().await.take() else { return Ok(()) };
        self.readers.close().await;
        checkpoint::end(&writer.beside).await?;
        // So that the next opening has nothing to read from the end of the log.
        let (ids, places) = (writer.ids.all(writer.head), writer.places_all());
        let mut transaction = writer.conn.begin().await?;
        ids.write(&mut transaction).await?;
        places.write(&mut transaction).await?;
        transaction.commit().await?;
        sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut writer.conn).await?;
        writer.conn.close().await?;
        // Readers of the head learn of the end, and another process may take the directory.
        drop(writer.head_sender);
        self.dir.lock().unwrap_or_else(PoisonError::into_inner).take();
        Ok(())
    }
}

fn connect_options(database: &Path, durability: Durability) -> SqliteConnectOptions {
    let synchronous = match durability {
        Durability::Synced => SqliteSynchronous::Full,
        Durability::Unsynced => SqliteSynchronous::Off,
    };
    SqliteConnectOptions::new()
        .filename(database)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(synchronous)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(10))
        // What is deleted is overwritten: erased keys must not stay in free pages.
        .pragma("secure_delete", "ON")
        // 32 MiB. Larger than the default: what a commit brings in itself is the rest that `checkpoint` left.
        .pragma("wal_autocheckpoint", "8000")
        .pragma("cache_size", "-65536")
        .pragma("temp_store", "MEMORY")
        // Statements over many rows come in several sizes.
        .statement_cache_capacity(256)
        .disable_statement_logging()
}

/// The steps of the schema, in their order; the newest that this program knows is the last.
const STEPS: [(&str, &str); 3] = [
    ("first", include_str!("../migrations/sqlite/0001_first.sql")),
    ("webhooks", include_str!("../migrations/sqlite/0002_webhooks.sql")),
    ("baselines", include_str!("../migrations/sqlite/0003_baselines.sql")),
];

async fn migrate(conn: &mut SqliteConnection, database: &Path) -> Result<(), StoreError> {
    let step = |(version, (name, sql)): (i64, (&'static str, &'static str))| {
        Migration::new(version, name.into(), MigrationType::Simple, SqlStr::from_static(sql), false)
    };
    let steps = (1..).zip(STEPS).map(step).collect();
    match Migrator::with_migrations(steps).run(&mut *conn).await {
        Err(MigrateError::VersionMissing(_)) => {
            let found =
                sqlx::query("SELECT max(version) FROM _sqlx_migrations").fetch_one(conn).await?.try_get(0)?;
            Err(StoreError::Newer { path: database.to_owned(), found, known: STEPS.len() as i64 })
        }
        outcome => Ok(outcome?),
    }
}
