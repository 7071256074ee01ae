//! Power cuts: a server that is killed again and again loses nothing that it acknowledged.

use std::{
    collections::HashSet,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use calmline_core::{Body, Timestamp};
use jiff::SignedDuration;
use serde_json::json;

use crate::{
    program::{Outcome, run, words},
    serving::{House, Serving, work},
};

const ROUNDS: u64 = 6;
const CLIENTS: usize = 4;
const BATCH: usize = 20;

/// Hours of work before the first cut, so that there is something to decide.
fn morning(serving: &Serving, key: &str) -> Outcome {
    let hours_ago = |hours: i64| Timestamp::now() - SignedDuration::from_mins(hours * 60);
    let state = |hours: i64| {
        let data = json!({"agent_id": "li.wei", "state": "busy", "occurred_at": hours_ago(hours)});
        work(&format!("morning {hours}"), "agent.state", &data)
    };
    serving.work(key, &[state(5), state(4), state(3), state(2), state(1)])?;
    Ok(())
}

/// Posts batches until the server is gone, and notes what it acknowledged.
fn post(serving: &Serving, key: &str, name: &str, over: &AtomicBool, acknowledged: &Mutex<Vec<String>>) {
    for number in 0.. {
        let calls: Vec<String> = (0..BATCH).map(|place| format!("c-{name}-{number}-{place}")).collect();
        let events: Vec<_> = calls
            .iter()
            .map(|call| {
                work(call, "call.answered", &json!({"call_id": call, "agent_id": format!("agent {name}")}))
            })
            .collect();
        match serving.work(key, &events) {
            Ok(taken) => {
                assert_eq!(taken["accepted"], BATCH, "{taken}");
                acknowledged.lock().unwrap_or_else(PoisonError::into_inner).extend(calls);
            }
            Err(error) => {
                assert!(over.load(Ordering::SeqCst), "refused while the server stood: {error:#}");
                return;
            }
        }
    }
}

/// One life of the server: clients post, and it dies under them.
fn life(house: &House, round: u64, acknowledged: &Mutex<Vec<String>>) -> Outcome {
    let serving = house.serve()?;
    if round == 0 {
        morning(&serving, &house.events_key)?;
    }
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for client in 0..CLIENTS {
            let (serving, over, key) = (&serving, &over, &house.events_key);
            scope.spawn(move || post(serving, key, &format!("{round}-{client}"), over, acknowledged));
        }
        // Moments that have nothing to do with the commits: 211 to 840 ms.
        std::thread::sleep(Duration::from_millis(
            210 + (round * 7_919 + u64::from(std::process::id())) % 631,
        ));
        over.store(true, Ordering::SeqCst);
        serving.kill_now()
    })
}

#[tokio::test]
async fn killed_again_and_again_it_loses_no_event_that_it_acknowledged() -> Outcome {
    let house = House::set_up("strict")?;
    let acknowledged = Mutex::new(Vec::new());
    let mut before = 0;
    for round in 0..ROUNDS {
        life(&house, round, &acknowledged)?;
        let now = acknowledged.lock().unwrap_or_else(PoisonError::into_inner).len();
        assert!(now > before, "round {round} acknowledged nothing, so it shows nothing");
        before = now;
    }
    let log = house.log().await?;
    let mut there: HashSet<&str> = HashSet::new();
    for event in &log {
        if let Body::CallAnswered { call, .. } = &event.body {
            assert!(there.insert(call.as_str()), "{call} is there twice");
        }
    }
    let acknowledged = acknowledged.into_inner().unwrap_or_else(PoisonError::into_inner);
    let lost: Vec<_> = acknowledged.iter().filter(|call| !there.contains(call.as_str())).collect();
    assert!(lost.is_empty(), "{} of {} events are lost: {lost:?}", lost.len(), acknowledged.len());
    // Batches are taken whole or not at all, also the ones that nobody was told of.
    assert_eq!(there.len() % BATCH, 0);
    // A last life ends decently, and what was decided in all of them follows from the facts.
    house.serve()?.stop()?;
    let again = run(words([&"replay", &"--log", &house.data(), &"--json"]))?.json()?;
    assert_eq!(again["same"], true);
    assert!(again["sites"][0]["same"].as_u64() > Some(0), "some decisions were made: {again}");
    Ok(())
}
