//! No acknowledged event is lost: not when the process is killed, and not when the power fails.
//!
//! A child process (this program again) appends from several tasks and prints the id of each event once it is
//! acknowledged. It is ended at a moment of chance; then every printed id must be in the log, and the hash chain must
//! hold. `kill -9` ends the process but leaves the system's file cache; the *lossy file layer* (`lossy.c`, preloaded
//! into the child) also throws away what was written and not synced. A control shows that the layer bites: without
//! syncing, acknowledged events are lost.

mod appender;

use std::{
    collections::HashSet,
    error::Error,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use calmline_core::{EventId, Position};
use calmline_store::{Log as _, Sqlite, StoreError, Upkeep as _, Views as _};
use calmline_testing::skipped;
use sqlx::Connection as _;

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// How a child ends.
#[derive(Clone, Copy)]
enum End<'a> {
    Killed,
    PowerCut { layer: &'a Path, keep_percent: u32 },
}

/// How a child begins.
#[derive(Clone, Copy)]
enum Start {
    Synced,
    Unsynced,
    /// With so many events that the index of the log is due to be moved into its table, and the write-ahead log to be
    /// brought into the database, when the end comes.
    Filled,
}

/// Runs a child on a data directory, ends it after a while, and returns what it saw acknowledged.
fn run_child(dir: &Path, end: End<'_>, start: Start, round: u32) -> Outcome<Vec<EventId>> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["--exact", "appender::appender", "--nocapture"]).env("CALMLINE_TEST_APPENDER", dir);
    command.env("CALMLINE_TEST_ROUND", round.to_string());
    match start {
        Start::Synced => {}
        Start::Unsynced => _ = command.env("CALMLINE_TEST_UNSYNCED", "1"),
        Start::Filled => _ = command.env("CALMLINE_TEST_FILLED", "1"),
    }
    if let End::PowerCut { layer, keep_percent } = end {
        command.env("LD_PRELOAD", layer).env("LOSSY_DIR", dir);
        command.env("LOSSY_KEEP", keep_percent.to_string()).env("LOSSY_SEED", round.to_string());
    }
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn()?;
    let lines = BufReader::new(child.stdout.take().ok_or("no output")?);
    let id = child.id();
    let mut acknowledged = Vec::new();
    let mut ended = false;
    for line in lines.lines() {
        let line = line?;
        let Some(event) = line.split_once("acknowledged ").map(|(_, id)| id) else { continue };
        // A line that the end cut short is not an acknowledgement that anybody saw.
        let Ok(event) = event.parse() else { continue };
        acknowledged.push(event);
        if ended {
            continue;
        }
        ended = true;
        // Not always at the same moment, but the same in every run of the test.
        std::thread::sleep(Duration::from_millis(u64::from(round * 37 % 120)));
        match end {
            End::Killed => child.kill()?,
            End::PowerCut { .. } => {
                assert!(Command::new("kill").args(["-USR1", &id.to_string()]).status()?.success());
            }
        }
    }
    let status = child.wait()?;
    match end {
        End::Killed => assert_eq!(status.code(), None, "the child was not killed: {status}"),
        End::PowerCut { .. } => assert_eq!(status.code(), Some(99), "the power was not cut: {status}"),
    }
    assert!(!acknowledged.is_empty(), "the child acknowledged nothing");
    Ok(acknowledged)
}

/// How many acknowledged events are not in the log; the chain must hold and payloads must open.
async fn lost(dir: &Path, acknowledged: &[EventId]) -> Result<usize, StoreError> {
    let store = Sqlite::open(dir).await?;
    let mut found = HashSet::new();
    let mut after = Position(0);
    loop {
        let events = store.read(None, after, 1_000).await?;
        let Some(last) = events.last() else { break };
        after = last.position;
        for event in &events {
            found.insert(event.id);
        }
        appender::check_payloads(&store, &events).await?;
    }
    assert_eq!(store.verify_chain().await?.head, store.head());
    // Views are part of the same commit: a rebuild finds nothing to mend.
    let agents = appender::agents(&store).await?;
    store.rebuild_views().await?;
    assert_eq!(appender::agents(&store).await?, agents);
    store.close().await?;
    Ok(acknowledged.iter().filter(|id| !found.contains(id)).count())
}

/// Whether a part of the log's index is in its table.
async fn index_was_moved(dir: &Path) -> Result<bool, sqlx::Error> {
    let url = format!("sqlite://{}", dir.join("calmline.db").display());
    let mut conn = sqlx::SqliteConnection::connect(&url).await?;
    let row = sqlx::query("SELECT 1 FROM places").fetch_optional(&mut conn).await?;
    conn.close().await?;
    Ok(row.is_some())
}

#[tokio::test]
async fn nothing_acknowledged_is_lost_when_the_process_is_killed_again_and_again() -> Outcome {
    let dir = tempfile::tempdir()?;
    let mut acknowledged = Vec::new();
    for round in 0..12 {
        acknowledged.extend(run_child(dir.path(), End::Killed, Start::Synced, round)?);
        assert_eq!(lost(dir.path(), &acknowledged).await?, 0, "after round {round}");
    }
    Ok(())
}

#[tokio::test]
async fn nothing_acknowledged_is_lost_when_unsynced_writes_are() -> Outcome {
    let Some(layer) = Layer::build()? else { return Ok(()) };
    let dir = tempfile::tempdir()?;
    let path = dir.path().canonicalize()?;
    let mut acknowledged = Vec::new();
    for round in 0..16 {
        // All unsynced writes are lost in one half of the rounds, any half of them in the other.
        let end = End::PowerCut { layer: &layer.library, keep_percent: 50 * (round % 2) };
        acknowledged.extend(run_child(&path, end, Start::Synced, round)?);
        assert_eq!(lost(&path, &acknowledged).await?, 0, "after round {round}");
    }
    Ok(())
}

#[tokio::test]
async fn nothing_is_lost_while_what_follows_the_log_is_moved() -> Outcome {
    let Some(layer) = Layer::build()? else { return Ok(()) };
    let mut moved = 0;
    for round in 0..6 {
        let dir = tempfile::tempdir()?;
        let path = dir.path().canonicalize()?;
        let end = match round % 3 {
            0 => End::Killed,
            cut => End::PowerCut { layer: &layer.library, keep_percent: 50 * (cut - 1) },
        };
        let acknowledged = run_child(&path, end, Start::Filled, round)?;
        moved += usize::from(index_was_moved(&path).await?);
        assert_eq!(lost(&path, &acknowledged).await?, 0, "after round {round}");
    }
    assert!(moved > 0, "nothing was moved before the end: the test proves nothing");
    Ok(())
}

#[tokio::test]
async fn control_without_syncing_the_lossy_layer_loses_events() -> Outcome {
    let Some(layer) = Layer::build()? else { return Ok(()) };
    let mut hurt = 0;
    for round in 0..4 {
        let dir = tempfile::tempdir()?;
        let path = dir.path().canonicalize()?;
        // The tables are there and synced; what is lost is lost by the child.
        Sqlite::open(&path).await?.close().await?;
        let end = End::PowerCut { layer: &layer.library, keep_percent: 0 };
        let acknowledged = run_child(&path, end, Start::Unsynced, round)?;
        match lost(&path, &acknowledged).await {
            Ok(0) => {}
            Ok(_) | Err(_) => hurt += 1,
        }
    }
    assert_eq!(hurt, 4, "the layer let unsynced writes survive: the durability test above proves nothing");
    Ok(())
}

/// The lossy file layer, built.
struct Layer {
    library: PathBuf,
    _dir: tempfile::TempDir,
}

impl Layer {
    /// Builds the layer with the system's C compiler; none where there is no Linux or no compiler.
    fn build() -> Outcome<Option<Self>> {
        if !cfg!(target_os = "linux") {
            skipped("the lossy file layer needs Linux");
            return Ok(None);
        }
        let dir = tempfile::tempdir()?;
        let library = dir.path().join("lossy.so");
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/durability/lossy.c");
        let compiler = std::env::var("CC").unwrap_or_else(|_| "cc".into());
        let built = Command::new(&compiler)
            .args(["-O1", "-shared", "-fPIC", "-o"])
            .arg(&library)
            .args([source, "-ldl", "-lpthread"])
            .status();
        match built {
            Ok(status) if status.success() => Ok(Some(Self { library, _dir: dir })),
            Ok(status) => Err(format!("{compiler} could not build {source}: {status}").into()),
            Err(error) => {
                skipped(format_args!("there is no C compiler {compiler}: {error}"));
                Ok(None)
            }
        }
    }
}
