//! Files beside the database: in a backup, damaged there, and put there by somebody else.

use std::{error::Error, fs, path::Path};

use calmline_store::{
    Sqlite, StoreError, Upkeep as _,
    sqlite::{Restore, restore},
};
use sqlx::{AssertSqlSafe, Connection as _, SqliteConnection};

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// A backup of a directory with a notice, and with files that are none of a backup's business.
async fn backed_up(files: &Path, passphrase: Option<&str>) -> Outcome<std::path::PathBuf> {
    let (dir, backup) = (files.join("dir"), files.join("backup"));
    fs::create_dir_all(dir.join("notices"))?;
    for name in ["notices/0a.txt", "notices/0b.part", "notes.txt"] {
        fs::write(dir.join(name), format!("the text of {name}"))?;
    }
    let store = Sqlite::open(&dir).await?;
    store.backup(&backup, passphrase).await?;
    store.close().await?;
    Ok(backup)
}

async fn change(backup: &Path, sql: &str) -> Outcome {
    let url = format!("sqlite://{}", backup.display());
    let mut conn = SqliteConnection::connect(&url).await?;
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut conn).await?;
    Ok(conn.close().await?)
}

#[tokio::test]
async fn complete_files_come_back_and_no_others() -> Outcome {
    for passphrase in [None, Some("correct horse")] {
        let files = tempfile::tempdir()?;
        let (backup, new) = (backed_up(files.path(), passphrase).await?, files.path().join("new"));
        let how = Restore { passphrase: passphrase.map(Into::into), ..Restore::default() };
        restore(&backup, &new, how).await?;
        assert_eq!(fs::read_to_string(new.join("notices/0a.txt"))?, "the text of notices/0a.txt");
        assert!(!new.join("notices/0b.part").exists() && !new.join("notes.txt").exists());
        assert!(!new.join("files.restoring").exists());
        Sqlite::open(&new).await?.close().await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_damaged_file_or_one_that_leads_elsewhere_is_refused() -> Outcome {
    for passphrase in [None, Some("correct horse")] {
        for (sql, named) in [
            ("UPDATE backup_files SET content = zeroblob(8)", "0a.txt is damaged"),
            ("UPDATE backup_files SET name = 'notices/../../0a.txt'", "../../0a.txt"),
            ("UPDATE backup_files SET name = 'master.key'", "master.key"),
            ("UPDATE backup_files SET name = 'notices/0c.txt'", "0c.txt is damaged"),
        ] {
            // Without a passphrase nothing binds a content to its name.
            if passphrase.is_none() && sql.contains("0c.txt") {
                continue;
            }
            let files = tempfile::tempdir()?;
            let (backup, new) = (backed_up(files.path(), passphrase).await?, files.path().join("new"));
            change(&backup, sql).await?;
            let how = Restore { passphrase: passphrase.map(Into::into), ..Restore::default() };
            let answer = restore(&backup, &new, how).await;
            assert!(
                matches!(&answer, Err(StoreError::Backup { wrong, .. }) if wrong.contains(named)),
                "{sql}: {answer:?}"
            );
            assert!(!new.join("calmline.db").exists() && !new.join("files.restoring").exists());
            assert!(!new.join("notices").exists() && !files.path().join("0a.txt").exists());
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_backup_of_an_earlier_version_has_no_files_and_is_restored() -> Outcome {
    let files = tempfile::tempdir()?;
    let (backup, new) = (backed_up(files.path(), None).await?, files.path().join("new"));
    change(&backup, "DROP TABLE backup_files").await?;
    restore(&backup, &new, Restore::default()).await?;
    Ok(Sqlite::open(&new).await?.close().await?)
}

#[tokio::test]
async fn what_the_directory_has_is_not_replaced() -> Outcome {
    let files = tempfile::tempdir()?;
    let (backup, dir) = (backed_up(files.path(), None).await?, files.path().join("dir"));
    fs::write(dir.join("notices/0d.txt"), "newer")?;
    let how = Restore { replace: true, ..Restore::default() };
    restore(&backup, &dir, how.clone()).await?;
    assert_eq!(fs::read_to_string(dir.join("notices/0d.txt"))?, "newer");
    fs::write(dir.join("notices/0a.txt"), "another")?;
    let answer = restore(&backup, &dir, how).await;
    assert!(
        matches!(&answer, Err(StoreError::Backup { wrong, .. }) if wrong.contains("move that one away")),
        "{answer:?}"
    );
    assert_eq!(fs::read_to_string(dir.join("notices/0a.txt"))?, "another");
    Ok(Sqlite::open(&dir).await?.close().await?)
}
