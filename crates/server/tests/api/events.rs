//! Intake of work events.

use calmline_core::{Body, Position, policy::Profile};
use calmline_store::{Directory, KeyKind, Log, sqlite::Sqlite};
use serde_json::{Value, json};

use crate::house::{House, Outcome};

fn answered(id: &str, call: &str) -> Value {
    json!({"specversion": "1.0", "id": id, "source": "acd", "type": "call.answered",
        "data": {"call_id": call, "agent_id": "li.wei@example.com", "queue": "billing",
            "occurred_at": "2026-03-02T09:00:00+08:00"}})
}

async fn answers(house: &House) -> anyhow::Result<Vec<Body>> {
    let events = house.log().await?;
    Ok(events.into_iter().map(|e| e.body).filter(|body| matches!(body, Body::CallAnswered { .. })).collect())
}

#[tokio::test]
async fn events_are_taken_once_on_disk_and_under_a_pseudonym() -> Outcome {
    let house = House::open(Profile::Cn).await?;
    let platform = house.key(KeyKind::Events).await?;
    let first = platform.events(&answered("1", "c-1")).await?;
    assert_eq!(first.status, 200, "{}", first.text);
    assert_eq!((&first.json()["accepted"], &first.json()["duplicates"]), (&json!(1), &json!(0)));
    let batch = json!([answered("1", "c-1"), answered("2", "c-2"), answered("2", "c-2")]);
    let again = platform.events(&batch).await?.json();
    assert_eq!(
        (&again["accepted"], &again["duplicates"], &again["conflicts"]),
        (&json!(1), &json!(2), &json!(0))
    );
    let other = platform.events(&answered("1", "c-other")).await?.json();
    assert_eq!((&other["accepted"], &other["conflicts"]), (&json!(0), &json!(1)));
    let bodies = answers(&house).await?;
    assert_eq!(bodies.len(), 2);
    let agent = house.store.pseudonym(&house.site, "li.wei@example.com").await?;
    assert!(bodies.iter().all(|body| body.agent() == Some(&agent)));
    let log = serde_json::to_string(&house.log().await?)?;
    assert!(!log.contains("li.wei"), "the log holds the outside name");
    house.close().await
}

#[tokio::test]
async fn what_was_answered_is_there_after_the_process_is_gone() -> Outcome {
    let house = House::open(Profile::Cn).await?;
    let platform = house.key(KeyKind::Events).await?;
    let position = platform.events(&answered("1", "c-1")).await?.json()["position"].as_u64().unwrap();
    // Copied while the first process still has it open: nothing was closed or flushed for it.
    let copy = tempfile::tempdir()?;
    for file in std::fs::read_dir(house.data())? {
        let file = file?;
        if file.file_type()?.is_file() {
            std::fs::copy(file.path(), copy.path().join(file.file_name()))?;
        }
    }
    let store = Sqlite::open(copy.path()).await?;
    let events = store.read(None, Position(position - 1), 1).await?;
    assert!(matches!(&events[0].body, Body::CallAnswered { call, .. } if call.as_str() == "c-1"));
    house.close().await
}

#[tokio::test]
async fn a_batch_with_one_wrong_event_is_refused_whole_and_says_what_is_wrong() -> Outcome {
    let house = House::open(Profile::Cn).await?;
    let platform = house.key(KeyKind::Events).await?;
    let mut wrong = answered("2", "c-2");
    wrong["data"]["call_id"] = "two words".into();
    let refused = platform.events(&json!([answered("1", "c-1"), wrong])).await?;
    insta::assert_json_snapshot!(refused.json());
    assert_eq!(refused.status, 422);
    let mut ahead = answered("3", "c-3");
    ahead["data"]["occurred_at"] = "2199-01-01T00:00:00Z".into();
    let refused = platform.events(&ahead).await?;
    assert_eq!(refused.json()["field"], "data.occurred_at");
    let mut foreign = answered("4", "c-4");
    foreign["data"]["site"] = "elsewhere".into();
    let refused = platform.events(&json!([answered("5", "c-5"), foreign])).await?;
    assert_eq!((refused.status, refused.json()["field"].as_str()), (403, Some("data.site")));
    assert_eq!(answers(&house).await?, Vec::new());
    house.close().await
}

#[tokio::test]
async fn wrong_keys_types_and_sizes_are_refused() -> Outcome {
    let house = House::open(Profile::Cn).await?;
    let platform = house.key(KeyKind::Events).await?;
    let event = answered("1", "c-1");
    assert_eq!(house.nobody().events(&event).await?.status, 401);
    assert_eq!(platform.with("X-API-KEY", "cl_guess").events(&event).await?.status, 401);
    assert_eq!(platform.post("/v1/events", &event).await?.status, 415);
    let large = vec![b' '; 1024 * 1024 + 1];
    let kind = platform.with("Content-Type", "application/cloudevents+json");
    assert_eq!(kind.send_bytes("POST", "/v1/events", Some(&large)).await?.status, 413);
    let many: Vec<Value> = (0..1_001).map(|n| json!({"id": n})).collect();
    assert_eq!(platform.events(&Value::Array(many)).await?.status, 413);
    let most: Vec<Value> = (0..1_000).map(|n| answered(&n.to_string(), &format!("c-{n}"))).collect();
    let taken = platform.events(&Value::Array(most)).await?;
    assert_eq!(taken.json()["accepted"], 1_000, "{}", taken.text);
    house.close().await
}

#[tokio::test]
async fn strangers_who_guess_keys_are_slowed_down() -> Outcome {
    let house = House::open(Profile::Cn).await?;
    let guess = house.nobody().with("X-API-KEY", "cl_guess");
    let mut last = 0;
    for _ in 0..40 {
        last = guess.events(&json!([])).await?.status;
    }
    assert_eq!(last, 429);
    // Who has a key is not held up by them, from the same address even.
    assert_eq!(house.key(KeyKind::Events).await?.events(&json!([])).await?.status, 200);
    house.close().await
}
