//! What follows the log: its index gives the same whether positions wait in memory or lie in their table, and the
//! write-ahead log is brought into the database beside the writer.

use std::{error::Error, fs, path::Path, time::Duration};

use calmline_core::{AgentId, Body, CallId, Draft, Event, Position, SiteId, Timestamp, event::WorkState};
use calmline_store::{Log as _, Sqlite, Upkeep as _, Views as _, sqlite::Durability};
use sqlx::{Connection as _, Row as _};

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// More than twice as many events as wait in memory at most.
const EVENTS: i64 = 20_000;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + seconds).unwrap_or_default()
}

/// Events of three sites, their agents and calls, with times that go back and forth.
fn draft(number: i64) -> Outcome<Draft> {
    let site = SiteId::new(format!("s{}", number * number % 3))?;
    let (agent, call) =
        (AgentId::new(format!("a{}", number % 11))?, CallId::new(format!("c{}", number / 40))?);
    let body = match number % 4 {
        0 => Body::AgentState { agent, state: WorkState::Busy, reason: None },
        1 => Body::CallHeld { call },
        2 => Body::CallAnswered { call, agent, queue: None },
        _ => Body::TimerFired {},
    };
    Ok(Draft::told(site, "test", &number.to_string(), at(number * 7 % 977), body))
}

async fn fill(store: &Sqlite, numbers: std::ops::Range<i64>) -> Outcome {
    let drafts = numbers.map(draft).collect::<Result<Vec<_>, _>>()?;
    for some in drafts.chunks(500) {
        store.append(some.to_vec()).await?;
    }
    Ok(())
}

/// Every read finds what going through the whole log finds.
async fn check_reads(store: &Sqlite) -> Outcome {
    let all = store.read(None, Position(0), u32::MAX).await?;
    assert_eq!(all.len() as u64, store.head().0);
    let want = |wanted: &dyn Fn(&&Event) -> bool| all.iter().filter(wanted).cloned().collect::<Vec<_>>();
    for (site, after, limit) in
        [("s0", 0, 9), ("s1", 0, 9_000), ("s1", 8_000, 500), ("s0", 19_950, 500), ("s2", 0, 9)]
    {
        let site = SiteId::new(site)?;
        let mut found = want(&|e| e.site == site && e.position.0 > after);
        found.truncate(limit as usize);
        assert_eq!(store.read(Some(&site), Position(after), limit).await?, found, "{site} after {after}");
        let mut found = want(&|e| e.site == site && e.position.0 > after && e.body.kind() == "call.held");
        found.truncate(limit as usize);
        assert_eq!(store.read_kind(&site, "call.held", Position(after), limit).await?, found);
    }
    let site = SiteId::new("s1")?;
    for call in [0, 204, 205, 499] {
        let call = CallId::new(format!("c{call}"))?;
        let found = want(&|e| e.site == site && e.body.call() == Some(&call));
        assert_eq!(store.read_call(&site, &call).await?, found, "{call}");
    }
    let agent = AgentId::new("a3")?;
    for (from, to) in
        [(at(0), at(977)), (at(500), at(600)), (Timestamp::MIN, at(300)), (at(900), Timestamp::MAX)]
    {
        let mine = |e: &&Event| e.site == site && e.body.agent() == Some(&agent);
        let found = want(&|e| mine(e) && e.at >= from && e.at < to);
        assert!(!found.is_empty());
        assert_eq!(store.read_agent(&site, &agent, from, to).await?, found, "{from} to {to}");
    }
    assert_eq!(store.verify_chain().await?.head, store.head());
    Ok(())
}

/// Up to where the index's table is complete.
async fn complete(dir: &Path) -> Outcome<u64> {
    let url = format!("sqlite://{}?mode=ro", dir.join("calmline.db").display());
    let mut conn = sqlx::SqliteConnection::connect(&url).await?;
    let row = sqlx::query("SELECT coalesce(max(complete), 0) FROM places").fetch_one(&mut conn).await?;
    conn.close().await?;
    Ok(row.try_get::<i64, _>(0)?.unsigned_abs())
}

#[tokio::test]
async fn the_index_gives_the_same_wherever_positions_are() -> Outcome {
    let (dir, copy) = (tempfile::tempdir()?, tempfile::tempdir()?);
    let store = Sqlite::open_with(dir.path(), Durability::Unsynced).await?;
    fill(&store, 0..EVENTS / 4).await?;
    assert_eq!(complete(dir.path()).await?, 0, "nothing waits");
    check_reads(&store).await?;
    fill(&store, EVENTS / 4..EVENTS).await?;
    let moved = complete(dir.path()).await?;
    assert!(moved > 0 && moved < store.head().0, "{moved} events are in the table");
    check_reads(&store).await?;

    // The files as they are now, never closed.
    for name in ["calmline.db", "calmline.db-wal", "master.key"] {
        fs::copy(dir.path().join(name), copy.path().join(name))?;
    }
    let crashed = Sqlite::open(copy.path()).await?;
    check_reads(&crashed).await?;
    assert_eq!(crashed.rebuild_views().await?, store.head().0);
    check_reads(&crashed).await?;
    fill(&crashed, EVENTS..EVENTS + 10).await?;
    check_reads(&crashed).await?;
    crashed.close().await?;

    store.close().await?;
    assert_eq!(complete(dir.path()).await?, EVENTS.unsigned_abs());
    let again = Sqlite::open(dir.path()).await?;
    check_reads(&again).await?;
    again.close().await?;
    Ok(())
}

#[tokio::test]
async fn the_write_ahead_log_is_brought_in_beside_the_writer() -> Outcome {
    let dir = tempfile::tempdir()?;
    let store = Sqlite::open_with(dir.path(), Durability::Unsynced).await?;
    fill(&store, 0..EVENTS / 2).await?;
    let size = |name| fs::metadata(dir.path().join(name)).map(|file| file.len());
    // The writer itself does it at 8,000 pages.
    assert!(size("calmline.db-wal")? < 8_000 * 4_096);
    for _ in 0..400 {
        if size("calmline.db")? > 1_000_000 {
            return Ok(store.close().await?);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{} bytes are in the database", size("calmline.db")?);
}
