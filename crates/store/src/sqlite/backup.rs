//! Backups and their way back.
//!
//! A backup is a database like any other with two more tables: `backup` holds the master key, sealed under a passphrase
//! if there is one, and `backup_files` the files that lie beside the database. Restoring builds the new database under
//! another name, destroys in it what the ledgers list, and only then gives it its name: nothing can be read before that.

use std::{
    num::NonZeroU32,
    path::{Path, PathBuf},
    sync::PoisonError,
};

use async_trait::async_trait;
use calmline_core::Position;
use ring::pbkdf2;
use sqlx::{ConnectOptions as _, Connection as _, Row as _, SqliteConnection, sqlite::SqliteJournalMode};
use tokio::sync::watch;

use super::{
    Durability, Inner, Sqlite, beside, connect_options,
    dir::{DataDir, copy_private, create_private, sync_dir, sync_file},
    erase, migrate,
    writer::Writer,
};
use crate::{
    StoreError, Upkeep,
    ledger::Ledger,
    seal::{SealKey, bound, random},
};

/// Rounds of PBKDF2-HMAC-SHA-256 (OWASP Password Storage Cheat Sheet, 2023).
const ROUNDS: NonZeroU32 = NonZeroU32::new(600_000).unwrap();

/// How a backup is restored.
#[derive(Debug, Clone, Default)]
pub struct Restore {
    /// The passphrase that the backup was made with.
    pub passphrase: Option<String>,
    /// A ledger of erasures from elsewhere, if the target directory does not hold it: that of the old machine.
    pub ledger: Option<PathBuf>,
    /// Whether a database in the target directory is replaced.
    pub replace: bool,
}

/// Restores a backup into a data directory, destroys in it what the directory's ledger, the given ledger and the backup
/// itself list as erased, and says how many erasures had to be done again.
///
/// # Errors
/// When the directory is open elsewhere or holds a database that may not be replaced, or when the backup, its
/// passphrase or a ledger is wrong. The directory is then as before.
pub async fn restore(backup: &Path, dir: &Path, how: Restore) -> Result<u64, StoreError> {
    let dir = DataDir::hold(dir)?;
    let database = dir.database();
    let wrong = |wrong: &str| StoreError::Backup { path: backup.to_owned(), wrong: wrong.into() };
    if database.exists() && !how.replace {
        let there = database.display();
        return Err(wrong(&format!(
            "{there} is there; restore into an empty directory, or ask to replace it"
        )));
    }
    let new = database.with_extension("restoring");
    remove_database(&new)?;
    beside::clear(dir.path())?;
    let outcome = async {
        copy_private(backup, &new)?;
        let mut ledger = Ledger::open(&dir.ledger())?;
        if let Some(path) = &how.ledger {
            ledger.add(Ledger::read(path)?)?;
        }
        let not_ours = |_| wrong("it is not a backup that calmline made");
        let mut conn = connect_options(&new, Durability::Synced)
            .journal_mode(SqliteJournalMode::Delete)
            .connect()
            .await
            .map_err(not_ours)?;
        let (master_bytes, key) = take_master(&mut conn, how.passphrase.as_deref(), &wrong).await?;
        let master = SealKey::new(&master_bytes)?;
        beside::unpack(&mut conn, key.as_ref(), dir.path(), &wrong).await?;
        migrate(&mut conn, backup).await?;
        ledger.add(erase::lines_in(&mut conn).await?)?;
        let (head, _) = watch::channel(Position(0));
        let mut writer = Writer::new(conn, head).await?;
        let again = erase::apply_ledger(&mut writer, &master, &ledger.entries).await?;
        writer.conn.close().await?;
        Ok((again, master_bytes))
    };
    let (again, master) = match outcome.await {
        Ok(done) => done,
        Err(error) => {
            remove_database(&new)?;
            beside::clear(dir.path())?;
            return Err(error);
        }
    };
    sync_file(&new)?;
    remove_database(&database)?;
    dir.write_master_key(&master)?;
    beside::place(dir.path())?;
    std::fs::rename(&new, &database).map_err(StoreError::file("rename", &new))?;
    dir.sync()?;
    Ok(again)
}

/// Checks the backup, reads its master key and removes it from the database; also gives the passphrase's key, if it took one.
async fn take_master(
    conn: &mut SqliteConnection,
    passphrase: Option<&str>,
    wrong: &(impl Fn(&str) -> StoreError + Sync),
) -> Result<([u8; 32], Option<SealKey>), StoreError> {
    let not_ours = |_| wrong("it is not a backup that calmline made");
    let row = sqlx::query("SELECT master, salt FROM backup").fetch_one(&mut *conn).await.map_err(not_ours)?;
    let check = sqlx::query("PRAGMA quick_check").fetch_one(&mut *conn).await?;
    if check.try_get::<&str, _>(0)? != "ok" {
        return Err(wrong("it is damaged; take another backup"));
    }
    let (master, salt): (Vec<u8>, Option<Vec<u8>>) = (row.try_get(0)?, row.try_get(1)?);
    let (master, key) = match (salt, passphrase) {
        (None, _) => (master, None),
        (Some(_), None) => return Err(wrong("it is sealed; give its passphrase")),
        (Some(salt), Some(passphrase)) => {
            let key = passphrase_key(passphrase, &salt)?;
            let opened = key.open(&bound(&["backup 1"]), &master);
            (opened.ok_or_else(|| wrong("the passphrase does not open it"))?, Some(key))
        }
    };
    sqlx::query("DROP TABLE backup").execute(&mut *conn).await?;
    let master = master.try_into().map_err(|_| wrong("its master key is damaged; take another backup"))?;
    Ok((master, key))
}

#[async_trait]
impl Upkeep for Sqlite {
    async fn backup(&self, to: &Path, passphrase: Option<&str>) -> Result<(), StoreError> {
        // Fails if something is there. SQLite fills an empty file.
        drop(create_private(to)?);
        let outcome = write_backup(&self.inner, to, passphrase).await;
        if outcome.is_err() {
            let _ = std::fs::remove_file(to);
        }
        outcome
    }

    async fn close(&self) -> Result<(), StoreError> {
        self.inner.close().await
    }
}

async fn write_backup(inner: &Inner, to: &Path, passphrase: Option<&str>) -> Result<(), StoreError> {
    let salt = random::<16>()?;
    let key = passphrase.map(|passphrase| passphrase_key(passphrase, &salt)).transpose()?;
    let master = match &key {
        Some(key) => key.seal(&bound(&["backup 1"]), &inner.master_bytes)?,
        None => inner.master_bytes.to_vec(),
    };
    let path = to.to_str().ok_or_else(|| StoreError::Backup {
        path: to.to_owned(),
        wrong: "its name is not UTF-8; give another".into(),
    })?;
    let dir =
        inner.dir.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map(|dir| dir.path().to_owned());
    let (Some(dir), Some(_)) = (dir, inner.writer.lock().await.as_ref()) else {
        return Err(StoreError::Closed);
    };
    // Listed before the log is copied: an attestation never speaks of a log that is longer than the backup's.
    let files = beside::list(&dir)?;
    let mut conn = inner.options.connect().await?;
    sqlx::query("VACUUM INTO $1").bind(path).execute(&mut conn).await?;
    conn.close().await?;

    let options = connect_options(to, Durability::Synced).journal_mode(SqliteJournalMode::Delete);
    let mut conn = options.connect().await?;
    sqlx::query("CREATE TABLE backup (master BLOB NOT NULL, salt BLOB) STRICT").execute(&mut conn).await?;
    sqlx::query("INSERT INTO backup (master, salt) VALUES ($1, $2)")
        .bind(master)
        .bind(key.is_some().then_some(salt.as_slice()))
        .execute(&mut conn)
        .await?;
    beside::pack(&dir, &files, &mut conn, key.as_ref()).await?;
    conn.close().await?;
    sync_file(to)?;
    sync_dir(to.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new(".")))
}

fn passphrase_key(passphrase: &str, salt: &[u8]) -> Result<SealKey, StoreError> {
    let mut key = [0; 32];
    pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, ROUNDS, salt, passphrase.as_bytes(), &mut key);
    SealKey::new(&key)
}

/// Removes a database with its companions.
fn remove_database(path: &Path) -> Result<(), StoreError> {
    for ending in ["", "-wal", "-shm", "-journal"] {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        let file = PathBuf::from(name);
        match std::fs::remove_file(&file) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                return Err(StoreError::file("remove", &file)(e));
            }
            _ => {}
        }
    }
    Ok(())
}
