//! How fast events become durable: `cargo run --release -p calmline-store --example ingest [SECONDS] [BATCHERS]`.
//!
//! Batchers append at the same time, each waiting for its answer before the next call, as intake connections do. Each
//! call of a simulated day is fourteen events. The peer, in the same run and on the same disk, is a plain table filled in
//! transactions of 1,000 rows. `fsyncs` are commits; each syncs the write-ahead log once. The microseconds of processor
//! time per event hold on a busy machine too; they include making the events, and both have that.

use std::{
    io::Write as _,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::Context as _;
use calmline_core::{
    AgentId, Body, CallId, Draft, Party, QueueId, Share, SiteId, Timestamp,
    event::{SignalKind, WorkState},
};
use calmline_store::{Log as _, Sqlite, Upkeep as _};
use sqlx::{
    ConnectOptions as _, Connection as _,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};

/// Calls per append.
const CALLS: usize = 1;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let seconds: u64 =
        arguments.next().map_or(Ok(5), |text| text.parse()).context("SECONDS is not a number")?;
    let batchers: u32 =
        arguments.next().map_or(Ok(64), |text| text.parse()).context("BATCHERS is not a number")?;
    let dir = tempfile::tempdir()?;
    let time = Duration::from_secs(seconds);
    let began = cpu_s();
    let ours = ours(&dir.path().join("ours"), time, batchers).await?;
    let between = cpu_s();
    let (peer_per_s, peer_rows) = peer(&dir.path().join("peer.db"), time).await?;
    let ended = cpu_s();
    let per_event = |from: Option<f64>, to: Option<f64>, events: f64| Some((to? - from?) * 1e6 / events);
    let Measured { events, events_per_s, p50_ms, p99_ms, fsyncs } = ours;
    let line = serde_json::json!({
        "events_per_s": events_per_s.round(), "p50_ms": p50_ms, "p99_ms": p99_ms, "fsyncs": fsyncs,
        "cpu_us_per_event": per_event(began, between, events),
        "peer_events_per_s": peer_per_s.round(),
        "peer_cpu_us_per_event": per_event(between, ended, f64::from(peer_rows)),
        "batchers": batchers, "seconds": seconds,
    });
    writeln!(std::io::stdout(), "{line}")?;
    Ok(())
}

/// Processor time of this process so far, in seconds; none where the system does not say. Fields 14 and 15 of proc(5)'s
/// `stat`, in hundredths of a second.
fn cpu_s() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let (_, after_name) = stat.rsplit_once(')')?;
    let ticks = after_name.split_whitespace().skip(11).take(2).map(str::parse::<f64>);
    Some(ticks.sum::<Result<f64, _>>().ok()? / 100.0)
}

struct Measured {
    events: f64,
    events_per_s: f64,
    p50_ms: f64,
    p99_ms: f64,
    fsyncs: u64,
}

async fn ours(dir: &Path, time: Duration, batchers: u32) -> anyhow::Result<Measured> {
    let store = Arc::new(Sqlite::open(dir).await?);
    let begun = Instant::now();
    let tasks = (0..batchers).map(|batcher| {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            let mut waits = Vec::new();
            let mut events = 0;
            while begun.elapsed() < time {
                let mut drafts = Vec::with_capacity(CALLS * 14);
                for call in 0..CALLS {
                    drafts.extend(a_call(batcher, waits.len() * CALLS + call)?);
                }
                let asked = Instant::now();
                events += store.append(drafts).await?.len();
                waits.push(asked.elapsed());
            }
            anyhow::Ok((events, waits))
        })
    });
    let mut events = 0;
    let mut waits = Vec::new();
    for task in tasks.collect::<Vec<_>>() {
        let (more, its) = task.await??;
        events += more;
        waits.extend(its);
    }
    let took = begun.elapsed();
    let fsyncs = store.commits();
    anyhow::ensure!(store.head().0 == events as u64, "events are missing");
    store.close().await?;
    waits.sort_unstable();
    let quantile = |q: usize| waits[(waits.len() - 1) * q / 100].as_secs_f64() * 1000.0;
    let events_per_s = events as f64 / took.as_secs_f64();
    let events = events as f64;
    Ok(Measured { events, events_per_s, p50_ms: quantile(50), p99_ms: quantile(99), fsyncs })
}

/// The events of one call.
fn a_call(batcher: u32, number: usize) -> anyhow::Result<Vec<Draft>> {
    let site = SiteId::new("bench")?;
    let call = CallId::new(format!("{batcher:04}-{number:08}"))?;
    let agent = AgentId::new(format!("agent-{batcher}"))?;
    let queue = Some(QueueId::new("service")?);
    let state = |state| Body::AgentState { agent: agent.clone(), state, reason: None };
    let utterance = |start_s| Body::Utterance {
        call: call.clone(),
        party: Party::Customer,
        start_s,
        end_s: start_s + 2.5,
        language: Some("en".into()),
        confidence: Some(Share::new(0.91)),
        text: None,
        signs: None,
        intent: None,
    };
    let signal = |start_s| Body::Signal {
        call: call.clone(),
        party: Party::Customer,
        kind: SignalKind::Arousal,
        start_s,
        end_s: start_s + 2.5,
        value: 0.613,
        confidence: Share::new(0.7),
        drivers: vec!["driver.pitch".into()],
    };
    let opened =
        |party| Body::LegOpened { call: call.clone(), party, protocol: "audiohook".into(), rate: 8_000 };
    let bodies = [
        Body::CallOffered { call: call.clone(), agent: Some(agent.clone()), queue: queue.clone() },
        Body::CallAnswered { call: call.clone(), agent: agent.clone(), queue },
        state(WorkState::Busy),
        opened(Party::Agent),
        opened(Party::Customer),
        utterance(1.5),
        signal(1.5),
        utterance(6.25),
        signal(6.25),
        utterance(11.0),
        signal(11.0),
        Body::LegClosed {
            call: call.clone(),
            party: Party::Customer,
            frames: 120_000,
            lost: 0,
            speech_s: Some(9.5),
        },
        Body::CallEnded { call: call.clone(), reason: None },
        state(WorkState::WrapUp),
    ];
    let at = Timestamp::from_second(1_790_000_000 + i64::try_from(number)?)?;
    let drafts = bodies
        .into_iter()
        .enumerate()
        .map(|(n, body)| Draft::told(site.clone(), "acd", &format!("{batcher}-{number}-{n}"), at, body));
    Ok(drafts.collect())
}

/// Rows per second of a plain table with a unique id, 1,000 rows a transaction, and how many it were.
async fn peer(database: &Path, time: Duration) -> anyhow::Result<(f64, u32)> {
    let mut conn = SqliteConnectOptions::new()
        .filename(database)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .disable_statement_logging()
        .connect()
        .await?;
    sqlx::query("CREATE TABLE log (position INTEGER PRIMARY KEY, id BLOB UNIQUE, at INTEGER, body TEXT)")
        .execute(&mut conn)
        .await?;
    let begun = Instant::now();
    let mut rows = 0_u32;
    while begun.elapsed() < time {
        let mut drafts = Vec::new();
        while drafts.len() < 1_000 {
            drafts.extend(a_call(9_999, rows as usize + drafts.len())?);
        }
        let mut transaction = conn.begin().await?;
        for draft in &drafts[..1_000] {
            sqlx::query("INSERT INTO log (id, at, body) VALUES ($1, $2, $3)")
                .bind(draft.id.as_bytes().as_slice())
                .bind(draft.at.as_second())
                .bind(serde_json::to_string(&draft.body)?)
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        rows += 1_000;
    }
    let per_second = f64::from(rows) / begun.elapsed().as_secs_f64();
    conn.close().await?;
    Ok((per_second, rows))
}
