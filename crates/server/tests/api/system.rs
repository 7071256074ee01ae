//! Health, metrics, headers, the floor, the policy page, and errors in one shape.

use calmline_core::{Role, policy::Profile};
use calmline_store::KeyKind;
use serde_json::json;

use crate::house::{House, Outcome};

#[tokio::test]
async fn health_readiness_and_metrics_need_no_session_and_tell_of_nobody() -> Outcome {
    let house = House::open(Profile::Cn).await?;
    let platform = house.key(KeyKind::Events).await?;
    let state = json!({"specversion": "1.0", "id": "1", "source": "acd", "type": "agent.state",
        "data": {"agent_id": "li.wei", "state": "available"}});
    assert_eq!(platform.events(&state).await?.status, 200);
    let nobody = house.nobody();
    assert_eq!(nobody.get("/healthz").await?.json(), json!({"status": "ok"}));
    assert_eq!(nobody.get("/readyz").await?.json(), json!({"status": "ok"}));
    let metrics = nobody.get("/metrics").await?.text;
    let committed = metrics.lines().find_map(|line| line.strip_prefix("calmline_events_committed_total "));
    assert!(committed.unwrap().parse::<f64>()? >= 1.0);
    assert!(metrics.contains("route=\"/v1/events\"") && metrics.contains("calmline_audio_frames_lost_total"));
    assert!(!metrics.contains("li.wei"));
    assert_eq!(nobody.get("/openapi.json").await?.json()["info"]["title"], "Calmline 宁线");
    house.close().await
}

#[tokio::test]
async fn every_answer_carries_the_headers_that_protect_a_browser() -> Outcome {
    let house = House::open(Profile::Cn).await?;
    for path in ["/healthz", "/v1/session", "/nowhere"] {
        let answer = house.nobody().get(path).await?;
        assert!(
            answer.header("content-security-policy").unwrap().contains("frame-ancestors 'none'"),
            "{path}"
        );
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
    }
    let api = house.nobody().get("/v1/session").await?;
    assert_eq!(api.header("cache-control"), Some("no-store"));
    assert_eq!(api.header("www-authenticate"), Some("Bearer"));
    house.close().await
}

#[tokio::test]
async fn every_refusal_has_a_code_and_a_sentence() -> Outcome {
    let house = House::open(Profile::Cn).await?;
    let admin = house.role(Role::Admin).await?;
    let long = json!({"kind": "events", "auth_token": "x".repeat(70_000)});
    let cases = [
        (admin.get("/v1/nothing").await?, 404, "not_found"),
        (admin.call("PUT", "/v1/keys", &json!({})).await?, 405, "wrong_method"),
        (admin.post("/v1/keys", &json!({})).await?, 422, "not_json"),
        (admin.with("Content-Type", "text/plain").post("/v1/keys", &json!({})).await?, 415, "content_type"),
        (admin.post("/v1/keys", &long).await?, 413, "too_large"),
        (admin.get("/v1/floor").await?, 403, "forbidden"),
        (house.nobody().get("/v1/floor").await?, 401, "unauthenticated"),
    ];
    for (answer, status, code) in cases {
        assert_eq!((answer.status, answer.json()["code"].as_str()), (status, Some(code)), "{}", answer.text);
        assert!(answer.json()["message"].as_str().is_some_and(|message| !message.is_empty()));
    }
    house.close().await
}

#[tokio::test]
async fn the_floor_shows_agents_queues_and_calls_as_the_platform_told_them() -> Outcome {
    let house = House::open(Profile::Cn).await?;
    let platform = house.key(KeyKind::Events).await?;
    let event = |id: &str, kind: &str, data: serde_json::Value| json!({"specversion": "1.0", "id": id, "source": "acd", "type": kind, "data": data});
    let batch = json!([
        event("1", "agent.state", json!({"agent_id": "li.wei", "state": "busy"})),
        event("2", "call.answered", json!({"agent_id": "li.wei", "call_id": "c-1", "queue": "billing"})),
        event(
            "3",
            "queue.snapshot",
            json!({"queue": "billing", "waiting": 7, "available": 0, "longest_wait_s": 42})
        ),
    ]);
    assert_eq!(platform.events(&batch).await?.json()["accepted"], 3);
    let supervisor = house.role(Role::Supervisor).await?;
    let floor = supervisor.get("/v1/floor?lang=zh").await?.json();
    let agent = &floor["agents"][0];
    assert_eq!((&agent["name"], &agent["call"]["call"]), (&json!("li.wei"), &json!("c-1")));
    assert_eq!((&agent["text"], &agent["call"]["queue"]), (&json!("通话中"), &json!("billing")));
    assert_eq!(floor["queues"][0]["waiting"], 7);
    let later = event("4", "queue.snapshot", json!({"queue": "billing", "waiting": 2, "available": 1}));
    platform.events(&later).await?;
    assert_eq!(supervisor.get("/v1/queues").await?.json()[0]["waiting"], 2);
    house.close().await
}

#[tokio::test]
async fn the_policy_page_cites_its_laws_and_a_notice_opens_what_rests_on_it() -> Outcome {
    let house = House::open(Profile::Cn).await?;
    let admin = house.role(Role::Admin).await?;
    let met = async || -> anyhow::Result<(serde_json::Value, serde_json::Value)> {
        let policy = admin.get("/v1/policy?lang=en").await?.json();
        let rules = policy["rules"].as_array().unwrap();
        let rule =
            rules.iter().find(|rule| rule["purpose"] == "transcription" && rule["party"] == "customer");
        let rule = rule.unwrap();
        assert!(rule["laws"][0]["text"].as_str().unwrap().contains("Personal Information Protection Law"));
        Ok((rule["conditions"][0]["met"].clone(), policy["notices"][0].clone()))
    };
    assert_eq!(met().await?.0, false);
    let path = "/v1/policy/notices/recording";
    assert_eq!(admin.call("PUT", path, &json!({"text": "short"})).await?.json()["field"], "text");
    let text = "This call is listened to and transcribed by software. 本次通话将由软件转写。";
    assert_eq!(admin.call("PUT", path, &json!({"text": text})).await?.status, 204);
    let start = std::time::Instant::now();
    while met().await?.0 != true {
        assert!(start.elapsed().as_secs() < 2, "the policy did not hear of it");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let (_, notice) = met().await?;
    assert_eq!((&notice["given"], notice["text_sha256"].as_str().unwrap().len()), (&json!(text), 64));
    assert_eq!(admin.call("DELETE", path, &json!({})).await?.status, 204);
    while met().await?.0 != false {
        assert!(start.elapsed().as_secs() < 4, "the policy did not hear of it");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    house.close().await
}
