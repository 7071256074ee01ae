//! How long texts are kept: the defaults, what a change would erase, the change, and the daily run.

use std::{sync::Arc, time::Duration};

use calmline_core::{
    Body, CallId, Draft, Party, PayloadId, Role, SubjectId, Timestamp,
    event::{Clear, PayloadKind, Spoken},
    policy::Profile,
};
use calmline_server::Server;
use calmline_store::{Log, Payloads};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::house::{House, Outcome};

/// Something that was said so many days ago.
async fn say(house: &House, call: &str, days: i64) -> anyhow::Result<PayloadId> {
    let (id, payload) = (CallId::new(call)?, PayloadId::new(format!("p-{call}"))?);
    let body = Body::Utterance {
        call: id.clone(),
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
        id: payload.clone(),
        subject: SubjectId::of_caller(&id),
        kind: PayloadKind::Transcript,
        bytes: Spoken::of("where is my parcel").to_bytes(),
    };
    let at = Timestamp::now().checked_sub(SignedDuration::from_hours(24 * days))?;
    house.append_draft(Draft::derived(house.site.clone(), at, Vec::new(), body).with(clear)).await?;
    Ok(payload)
}

async fn is_there(house: &House, payload: &PayloadId) -> anyhow::Result<bool> {
    Ok(house.store.open_payload(&house.site, payload).await?.is_some())
}

fn days(settings: &Value) -> Vec<(String, Value)> {
    let kinds = settings["kinds"].as_array().cloned().unwrap_or_default();
    kinds
        .iter()
        .map(|kind| (kind["kind"].as_str().unwrap_or_default().to_owned(), kind["days"].clone()))
        .collect()
}

#[tokio::test]
async fn a_shorter_time_is_weighed_first_then_erases_at_once_and_stands_in_the_trail() -> Outcome {
    let house = House::open(Profile::Eu).await?;
    let (admin, agent) = (house.role(Role::Admin).await?, house.role(Role::Agent).await?);
    let (old, new) = (say(&house, "old", 40).await?, say(&house, "new", 20).await?);
    let place = "/v1/policy/retention";
    let before = agent.get(place).await?.json();
    assert_eq!(before["set"], Value::Null);
    assert!(days(&before).contains(&("transcript".into(), json!(90))), "{before}");

    let weighed = |days: u32| format!("{place}/preview?kind=transcript&days={days}");
    assert_eq!(admin.get(&weighed(30)).await?.json(), json!({"erased": 1}));
    assert_eq!(admin.get(&weighed(10)).await?.json(), json!({"erased": 2}));
    assert_eq!(agent.get(&weighed(30)).await?.status, 403);
    assert!(is_there(&house, &old).await?, "looking erased something");

    let wanted = json!({"days": {"transcript": 30, "envelope": 90}});
    assert_eq!(agent.call("PUT", place, &wanted).await?.status, 403);
    let set = admin.call("PUT", place, &wanted).await?;
    assert_eq!((set.status, set.json()), (200, json!({"erased": 1})), "{}", set.text);
    assert!(!is_there(&house, &old).await? && is_there(&house, &new).await?);
    let after = agent.get(place).await?.json();
    let kept = days(&after);
    assert!(
        kept.contains(&("transcript".into(), json!(30)))
            && kept.contains(&("self_report".into(), Value::Null))
    );
    assert!(after["set"].is_string() && after["ran"]["erased"] == 1, "{after}");

    // The same once more is no change, but a run.
    admin.call("PUT", place, &wanted).await?;
    let trail = house.role(Role::WorksCouncil).await?.get("/v1/policy/trail").await?.json();
    let kinds: Vec<_> =
        trail.as_array().unwrap().iter().map(|entry| entry["type"].as_str().unwrap()).collect();
    assert_eq!(kinds[..3], ["retention.ran", "retention.ran", "retention.set"]);
    assert!(trail[1]["text"].as_str().unwrap().ends_with(": 1") && trail[2]["by"].is_string(), "{trail}");

    for (wrong, field) in [
        (json!({"days": {"transcript": 0}}), Some("days")),
        (json!({"days": {"transcript": 3651}}), Some("days")),
        (json!({"days": {"identity": 30}}), Some("kind")),
    ] {
        let refused = admin.call("PUT", place, &wrong).await?;
        assert_eq!((refused.status, refused.json()["field"].as_str()), (422, field), "{wrong}");
    }
    house.store.verify_chain().await?;
    house.close().await
}

#[tokio::test]
async fn once_a_day_what_is_past_its_time_goes_by_itself() -> Outcome {
    let mut house = House::open(Profile::Eu).await?;
    let (old, new) = (say(&house, "old", 91).await?, say(&house, "new", 89).await?);
    // The last run was a day ago, as the log says.
    let yesterday = Timestamp::now().checked_sub(SignedDuration::from_hours(24))?;
    let ran = Body::RetentionRan { erased: [(PayloadKind::Transcript, 7)].into() };
    house.append_draft(Draft::derived(house.site.clone(), yesterday, Vec::new(), ran)).await?;
    assert!(is_there(&house, &old).await?);

    let config = calmline_server::Config::new("127.0.0.1:0".parse()?, house.data());
    let stopped = std::mem::replace(&mut house.server, Server::start(config, Arc::clone(&house.live)).await?);
    stopped.stop().await?;
    for _ in 0..1_000 {
        if house.store.read_kind(&house.site, "retention.ran", calmline_core::Position(0), 10).await?.len()
            == 2
        {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(!is_there(&house, &old).await? && is_there(&house, &new).await?);
    let ran = house.role(Role::Admin).await?.get("/v1/policy/retention").await?.json()["ran"].clone();
    assert_eq!(ran["erased"], 1, "{ran}");
    house.close().await
}
