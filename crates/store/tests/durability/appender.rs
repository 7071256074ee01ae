//! The child process of the durability tests: appends until it is ended.

use std::{error::Error, io::Write as _, path::PathBuf, sync::Arc};

use calmline_core::{
    AgentId, Body, CallId, Draft, Event, Party, PayloadId, SiteId, SubjectId, Timestamp,
    event::{Clear, PayloadKind, WorkState},
};
use calmline_store::{AgentRow, Log as _, Payloads as _, Sqlite, StoreError, Views as _, sqlite::Durability};

const WORDS: &str = "please call me back";

/// Appends for ever, if this is the child; else does nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn appender() -> Result<(), Box<dyn Error>> {
    let Some(dir) = std::env::var_os("CALMLINE_TEST_APPENDER").map(PathBuf::from) else { return Ok(()) };
    let round = std::env::var("CALMLINE_TEST_ROUND")?;
    let unsynced = std::env::var_os("CALMLINE_TEST_UNSYNCED").is_some();
    let durability = if unsynced { Durability::Unsynced } else { Durability::Synced };
    let store = Arc::new(Sqlite::open_with(&dir, durability).await?);
    if std::env::var_os("CALMLINE_TEST_FILLED").is_some() {
        for number in 0..FILL {
            store.append(filling(number)?).await?;
        }
    }
    let tasks = (0..8).map(|task| {
        let (store, round) = (Arc::clone(&store), round.clone());
        tokio::spawn(async move {
            for number in 0_u32.. {
                let drafts = batch(&format!("{round}-{task}-{number}")).map_err(|e| e.to_string())?;
                let appended = store.append(drafts).await.map_err(|e| e.to_string())?;
                let mut lines = String::new();
                for event in appended {
                    lines += &format!("\nacknowledged {}\n", event.id);
                }
                let mut out = std::io::stdout().lock();
                out.write_all(lines.as_bytes()).and_then(|()| out.flush()).map_err(|e| e.to_string())?;
            }
            Ok::<_, String>(())
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await??;
    }
    Ok(())
}

/// Calls of [`filling`]: 8,160 events, not quite the 8,192 after which what follows the log is moved.
const FILL: u32 = 8;

/// Many events.
fn filling(number: u32) -> Result<Vec<Draft>, Box<dyn Error>> {
    let (site, agent) = (SiteId::new("s")?, AgentId::new(format!("filling-{number}"))?);
    let drafts = (0..1_020).map(|second| {
        let body = Body::AgentState { agent: agent.clone(), state: WorkState::Busy, reason: None };
        let at = Timestamp::from_second(1_780_000_000 + second).unwrap_or_default();
        Draft::told(site.clone(), "child", &format!("filling-{number}-{second}"), at, body)
    });
    Ok(drafts.collect())
}

/// A state, a timer and an utterance with sealed words.
fn batch(name: &str) -> Result<Vec<Draft>, Box<dyn Error>> {
    let site = SiteId::new("s")?;
    let at = Timestamp::from_second(1_790_000_000)?;
    let (call, payload) = (CallId::new(name)?, PayloadId::new(format!("p-{name}"))?);
    let busy = Body::AgentState { agent: AgentId::new(name)?, state: WorkState::Busy, reason: None };
    let said = Body::Utterance {
        call: call.clone(),
        party: Party::Customer,
        start_s: 0.0,
        end_s: 1.0,
        language: None,
        confidence: None,
        text: Some(payload.clone()),
        signs: None,
        intent: None,
    };
    let clear = Clear {
        id: payload,
        subject: SubjectId::of_caller(&call),
        kind: PayloadKind::Transcript,
        bytes: WORDS.into(),
    };
    let told = |id: &str, body| Draft::told(site.clone(), "child", &format!("{name}-{id}"), at, body);
    Ok(vec![told("state", busy), told("timer", Body::TimerFired {}), told("said", said).with(clear)])
}

/// Every utterance's words are there.
pub(crate) async fn check_payloads(store: &Sqlite, events: &[Event]) -> Result<(), StoreError> {
    let mut words = Vec::new();
    for event in events {
        if let Body::Utterance { text: Some(text), .. } = &event.body {
            words.push(text.clone());
        }
    }
    let Some(first) = events.first() else { return Ok(()) };
    for opened in store.open_payloads(&first.site, &words).await? {
        assert_eq!(opened.as_deref(), Some(WORDS.as_bytes()));
    }
    Ok(())
}

/// All rows of the agents' view.
pub(crate) async fn agents(store: &Sqlite) -> Result<Vec<AgentRow>, StoreError> {
    let site = SiteId::new("s").map_err(|_| StoreError::Closed)?;
    store.agents(&site).await
}
