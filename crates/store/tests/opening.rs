//! What a store refuses to open, and what the hash chain finds.

use std::{error::Error, fs, path::Path};

use calmline_core::{AgentId, Body, Draft, SiteId, Timestamp, event::WorkState};
use calmline_store::{Log as _, Sqlite, StoreError, Upkeep as _, Views as _, sqlite::Durability};
use sqlx::{AssertSqlSafe, Connection as _};

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// A closed store with three events.
async fn filled() -> Outcome<tempfile::TempDir> {
    let dir = tempfile::tempdir()?;
    let store = Sqlite::open(dir.path()).await?;
    for number in 0..3 {
        let body = Body::AgentState { agent: AgentId::new("a")?, state: WorkState::Busy, reason: None };
        let at = Timestamp::from_second(number)?;
        let draft = Draft::told(SiteId::new("s")?, "test", &number.to_string(), at, body);
        store.append(vec![draft]).await?;
    }
    store.close().await?;
    Ok(dir)
}

async fn change(dir: &Path, sql: &str) -> Outcome {
    let url = format!("sqlite://{}", dir.join("calmline.db").display());
    let mut conn = sqlx::SqliteConnection::connect(&url).await?;
    sqlx::query(AssertSqlSafe(sql)).execute(&mut conn).await?;
    Ok(conn.close().await?)
}

#[tokio::test]
async fn two_processes_never_have_one_directory() -> Outcome {
    let dir = filled().await?;
    let first = Sqlite::open(dir.path()).await?;
    assert!(matches!(Sqlite::open(dir.path()).await, Err(StoreError::Locked { .. })));
    first.close().await?;
    Sqlite::open(dir.path()).await?.close().await?;
    Ok(())
}

#[tokio::test]
async fn a_newer_schema_is_refused_with_a_hint() -> Outcome {
    let dir = filled().await?;
    let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
                 VALUES (99, 'later', 1, x'00', 0)";
    change(dir.path(), newer).await?;
    match Sqlite::open(dir.path()).await.err() {
        Some(error @ StoreError::Newer { found: 99, known: 3, .. }) => {
            assert!(error.to_string().contains("use the newer calmline"), "{error}");
        }
        other => panic!("{other:?}"),
    }
    Ok(())
}

#[tokio::test]
async fn a_master_key_that_is_missing_open_to_others_or_damaged_is_refused() -> Outcome {
    let dir = filled().await?;
    let key = dir.path().join("master.key");
    let text = fs::read_to_string(&key)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&key)?.permissions().mode() & 0o777, 0o600);
        fs::set_permissions(&key, fs::Permissions::from_mode(0o644))?;
        let open = Sqlite::open(dir.path()).await.err().map(|e| e.to_string()).unwrap_or_default();
        assert!(open.contains("644") && open.contains("chmod 600"), "{open}");
        fs::set_permissions(&key, fs::Permissions::from_mode(0o600))?;
    }
    fs::write(&key, "short")?;
    assert!(matches!(Sqlite::open(dir.path()).await, Err(StoreError::MasterKey { .. })));
    fs::remove_file(&key)?;
    assert!(matches!(Sqlite::open(dir.path()).await, Err(StoreError::MasterKey { .. })));
    assert!(!key.exists(), "a new key was made over an old database");
    fs::write(&key, text)?;
    #[cfg(unix)]
    fs::set_permissions(&key, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    Sqlite::open(dir.path()).await?.close().await?;
    Ok(())
}

#[tokio::test]
async fn the_chain_finds_every_kind_of_change() -> Outcome {
    let changes = [
        ("UPDATE log SET body = replace(body, 'busy', 'away') WHERE position = 2", 2),
        ("UPDATE log SET at = at + 1 WHERE position = 2", 2),
        ("UPDATE log SET site = 't' WHERE position = 3", 3),
        ("UPDATE log SET id = randomblob(16) WHERE position = 1", 1),
        ("UPDATE log SET because = randomblob(16) WHERE position = 1", 1),
        ("UPDATE log SET seals = randomblob(32) WHERE position = 3", 3),
        ("DELETE FROM log WHERE position = 2", 3),
        ("UPDATE log SET position = 7 WHERE position = 3", 7),
    ];
    for (sql, position) in changes {
        let dir = filled().await?;
        change(dir.path(), sql).await?;
        let store = Sqlite::open(dir.path()).await?;
        match store.verify_chain().await {
            Err(StoreError::Damaged { place, .. }) => {
                assert_eq!(place, format!("position {position}"), "{sql}");
            }
            other => panic!("{sql}: {other:?}"),
        }
        store.close().await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_changed_index_is_found_and_built_again() -> Outcome {
    let changes = [
        "UPDATE places SET name = 'b' WHERE what = 'agent'",
        "UPDATE places SET name = 'call.held' WHERE what = 'kind'",
        "UPDATE places SET site = 't' WHERE what = 'site'",
        "UPDATE places SET positions = x'0202' WHERE what = 'agent'",
        "UPDATE places SET positions = x'01ff' WHERE what = 'agent'",
        "UPDATE places SET positions = x'01ffffffff0f' WHERE what = 'agent'",
        "DELETE FROM places WHERE what = 'site'",
    ];
    for sql in changes {
        let dir = filled().await?;
        change(dir.path(), sql).await?;
        let store = Sqlite::open(dir.path()).await?;
        match store.verify_chain().await {
            Err(StoreError::Damaged { place, .. }) => assert_eq!(place, "the index of the log", "{sql}"),
            other => panic!("{sql}: {other:?}"),
        }
        store.rebuild_views().await?;
        assert_eq!(store.verify_chain().await?.head.0, 3, "{sql}");
        store.close().await?;
    }
    Ok(())
}

#[tokio::test]
async fn ids_are_unique_for_ever_also_after_a_crash() -> Outcome {
    let (dir, copy) = (tempfile::tempdir()?, tempfile::tempdir()?);
    let site = SiteId::new("s")?;
    let drafts = (0..700).map(|number| {
        let (at, id) = (Timestamp::from_second(number).unwrap_or_default(), number.to_string());
        Draft::told(site.clone(), "test", &id, at, Body::TimerFired {})
    });
    let drafts = drafts.collect::<Vec<_>>();
    let store = Sqlite::open_with(dir.path(), Durability::Unsynced).await?;
    // Many small commits: some ids have reached their table, others wait.
    for draft in &drafts {
        store.append(vec![draft.clone()]).await?;
    }
    // The files as they are now, never closed.
    for name in ["calmline.db", "calmline.db-wal", "master.key"] {
        fs::copy(dir.path().join(name), copy.path().join(name))?;
    }
    for _ in 0..2 {
        let store = Sqlite::open(copy.path()).await?;
        for (draft, position) in drafts.iter().zip(1..) {
            let found = store.event(&site, &draft.id).await?.map(|event| event.position.0);
            assert_eq!(found, Some(position));
        }
        let again = store.append(drafts.clone()).await?;
        for (appended, position) in again.iter().zip(1..) {
            assert_eq!((appended.position.0, appended.duplicate, appended.conflict), (position, true, false));
        }
        store.close().await?;
    }
    Ok(())
}
