//! Files that lie beside the database: into a backup and back.
//!
//! The server keeps the texts of notices, its attestations and the key that signs them in the data directory. In a backup
//! each is a row of the table `backup_files`, with the hash of what is stored; under a passphrase it is sealed as the master
//! key is.

use std::path::{Path, PathBuf};

use sqlx::{Connection as _, Row as _, SqliteConnection};

use super::dir::{create_private, private_folder, sync_dir};
use crate::{
    StoreError,
    entry::sha256,
    seal::{SealKey, bound},
};

/// Folders, each with the ending of the files in it that are complete.
const FOLDERS: [(&str, &str); 2] = [("notices", ".txt"), ("attestations", ".json")];
/// A file of its own.
const KEY: &str = "attestation.key";

/// The files that are there now, by their names within the data directory.
pub(super) fn list(dir: &Path) -> Result<Vec<String>, StoreError> {
    let mut names = Vec::new();
    for (folder, _) in FOLDERS {
        let path = dir.join(folder);
        let entries = match std::fs::read_dir(&path) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => return Err(StoreError::file("list", &path)(error)),
        };
        for entry in entries {
            let entry = entry.map_err(StoreError::file("list", &path))?;
            names.extend(entry.file_name().to_str().map(|name| format!("{folder}/{name}")));
        }
    }
    if dir.join(KEY).exists() {
        names.push(KEY.into());
    }
    names.retain(|name| is_kept(name));
    names.sort_unstable();
    Ok(names)
}

/// Whether this is the name of a file that a backup keeps. It leads nowhere else.
fn is_kept(name: &str) -> bool {
    let in_folder = |(folder, ending): &(&str, &str)| {
        let file = name.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/'));
        file.and_then(|file| file.strip_suffix(ending))
            .is_some_and(|stem| !stem.is_empty() && stem.bytes().all(|byte| byte.is_ascii_alphanumeric()))
    };
    name == KEY || FOLDERS.iter().any(in_folder)
}

fn binding(name: &str) -> Vec<u8> {
    bound(&["backup file 1", name])
}

/// Puts files of a data directory into a backup, sealed if there is a key.
pub(super) async fn pack(
    dir: &Path,
    names: &[String],
    backup: &mut SqliteConnection,
    key: Option<&SealKey>,
) -> Result<(), StoreError> {
    let mut transaction = backup.begin().await?;
    let table = "CREATE TABLE backup_files (name TEXT PRIMARY KEY, sha256 BLOB NOT NULL, content BLOB NOT NULL) STRICT";
    sqlx::query(table).execute(&mut *transaction).await?;
    for name in names {
        let path = dir.join(name);
        let clear = std::fs::read(&path).map_err(StoreError::file("read", &path))?;
        let content = match key {
            Some(key) => key.seal(&binding(name), &clear)?,
            None => clear,
        };
        sqlx::query("INSERT INTO backup_files (name, sha256, content) VALUES ($1, $2, $3)")
            .bind(name)
            .bind(sha256(&content).as_slice())
            .bind(content)
            .execute(&mut *transaction)
            .await?;
    }
    Ok(transaction.commit().await?)
}

/// Takes the files out of a backup, each checked, to where they wait for their place in a data directory. Backups of
/// earlier versions have none. A file that the directory has with another content is never replaced: attestations are
/// chained, and each is somebody's proof.
pub(super) async fn unpack(
    backup: &mut SqliteConnection,
    key: Option<&SealKey>,
    dir: &Path,
    wrong: &(impl Fn(&str) -> StoreError + Sync),
) -> Result<(), StoreError> {
    let table = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'backup_files'";
    if sqlx::query(table).fetch_one(&mut *backup).await?.try_get::<i64, _>(0)? == 0 {
        return Ok(());
    }
    for (folder, _) in FOLDERS {
        private_folder(&waiting(dir).join(folder))?;
    }
    for row in sqlx::query("SELECT name FROM backup_files").fetch_all(&mut *backup).await? {
        let name: String = row.try_get(0)?;
        let clear = file(backup, &name, key, wrong).await?;
        match std::fs::read(dir.join(&name)) {
            Ok(there) if there == clear => {}
            Ok(_) => {
                return Err(wrong(&format!(
                    "{name} is another one in the directory; move that one away first"
                )));
            }
            Err(_) => write(&waiting(dir).join(&name), &clear)?,
        }
    }
    sqlx::query("DROP TABLE backup_files").execute(backup).await?;
    Ok(())
}

/// One file of a backup.
async fn file(
    backup: &mut SqliteConnection,
    name: &str,
    key: Option<&SealKey>,
    wrong: &(impl Fn(&str) -> StoreError + Sync),
) -> Result<Vec<u8>, StoreError> {
    if !is_kept(name) {
        return Err(wrong(&format!("it holds a file {name:?} that calmline does not keep")));
    }
    let row = sqlx::query("SELECT sha256, content FROM backup_files WHERE name = $1")
        .bind(name)
        .fetch_one(backup)
        .await?;
    let (hash, content): (Vec<u8>, Vec<u8>) = (row.try_get(0)?, row.try_get(1)?);
    let clear = match key {
        Some(key) => key.open(&binding(name), &content),
        None => Some(content.clone()),
    };
    clear
        .filter(|_| hash == sha256(&content))
        .ok_or_else(|| wrong(&format!("its file {name} is damaged; take another backup")))
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let mut file = create_private(path)?;
    std::io::Write::write_all(&mut file, bytes).map_err(StoreError::file("write", path))?;
    file.sync_all().map_err(StoreError::file("sync", path))
}

/// Puts unpacked files in their place.
pub(super) fn place(dir: &Path) -> Result<(), StoreError> {
    let from = waiting(dir);
    for (folder, _) in FOLDERS {
        private_folder(&dir.join(folder))?;
    }
    for name in list(&from)? {
        let path = from.join(&name);
        std::fs::rename(&path, dir.join(&name)).map_err(StoreError::file("rename", &path))?;
    }
    for (folder, _) in FOLDERS {
        sync_dir(&dir.join(folder))?;
    }
    clear(dir)
}

/// Where unpacked files wait.
fn waiting(dir: &Path) -> PathBuf {
    dir.join("files.restoring")
}

/// Removes what waits.
pub(super) fn clear(dir: &Path) -> Result<(), StoreError> {
    let path = waiting(dir);
    match std::fs::remove_dir_all(&path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(StoreError::file("remove", &path)(error))
        }
        _ => Ok(()),
    }
}
