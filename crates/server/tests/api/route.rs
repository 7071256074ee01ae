//! Who should take a call, by key and in the asked language; an agent's wish for easier calls; fairness.

use std::time::Duration;

use calmline_core::{AgentId, Body, Role, event::WorkState, policy::Profile};
use calmline_store::{Directory, KeyKind};
use serde_json::{Value, json};

use crate::house::{House, Outcome};

async fn free(house: &House, name: &str) -> anyhow::Result<AgentId> {
    let agent = house.store.pseudonym(&house.site, name).await?;
    let state = WorkState::Available;
    house.append(Body::AgentState { agent: agent.clone(), state, reason: None }).await?;
    Ok(agent)
}

async fn decided(house: &House) -> anyhow::Result<Vec<Body>> {
    let events = house.log().await?;
    Ok(events.into_iter().map(|e| e.body).filter(|body| matches!(body, Body::CallRouted { .. })).collect())
}

#[tokio::test]
async fn a_call_goes_to_whom_it_may_with_reasons_in_the_asked_language_and_the_log_has_it() -> Outcome {
    let house = House::open(Profile::Strict).await?;
    let router = house.key(KeyKind::Route).await?;
    let told = json!({"agents": [
        {"agent": "li.wei", "skills": [{"skill": "billing", "level": 80}], "languages": ["zh"]},
        {"agent": "ann", "skills": [{"skill": "billing", "level": 40}], "languages": ["en"]},
    ]});
    assert_eq!(router.call("PUT", "/v1/route/skills", &told).await?.status, 204);
    let agent = free(&house, "li.wei").await?;
    free(&house, "ann").await?;
    let needs = json!([{"skill": "billing", "level": 50}]);
    let routed =
        router.post("/v1/route?lang=zh", &json!({"call": "c-1", "needs": needs, "language": "ZH"})).await?;
    assert_eq!(routed.status, 200, "{}", routed.text);
    let said = routed.json();
    assert_eq!((&said["agent"], &said["codes"]), (&json!("li.wei"), &json!(["route.to.only_one"])));
    assert_eq!(said["reasons"][0], "唯一空闲且能接听的坐席");
    let log = house.log().await?;
    let event =
        log.iter().find(|event| json!(event.id) == said["decision"]).expect("the decision is in the log");
    assert_eq!(event.body.agent(), Some(&agent));
    assert!(!serde_json::to_string(&log)?.contains("li.wei"), "the log holds the outside name");
    // The same call again: kept. Another one: nobody else can take it.
    let again = router.post("/v1/route", &json!({"call": "c-1", "needs": needs})).await?.json();
    assert_eq!((&again["agent"], &again["codes"]), (&json!("li.wei"), &json!(["route.to.reserved"])));
    let waits = router.post("/v1/route", &json!({"call": "c-2", "needs": needs})).await?.json();
    assert_eq!((&waits["agent"], &waits["codes"]), (&Value::Null, &json!(["route.wait.nobody_free"])));
    let nobody =
        router.post("/v1/route", &json!({"call": "c-3", "needs": [{"skill": "ships"}]})).await?.json();
    assert_eq!(nobody["codes"], json!(["route.wait.no_skill"]));
    // The first call comes and ends: the one that waits is given without being asked about.
    house.append(Body::CallAnswered { call: "c-1".parse()?, agent: agent.clone(), queue: None }).await?;
    house.append(Body::CallEnded { call: "c-1".parse()?, reason: None }).await?;
    for _ in 0..200 {
        let given = |body: &Body| matches!(body, Body::CallRouted { call, agent: Some(_), .. } if call.as_str() == "c-2");
        if decided(&house).await?.iter().any(given) {
            return house.close().await;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    anyhow::bail!("nobody was given the call that waited")
}

#[tokio::test]
async fn the_candidates_of_another_router_are_ranked() -> Outcome {
    let house = House::open(Profile::Eu).await?;
    let router = house.key(KeyKind::Route).await?;
    free(&house, "ann").await?;
    free(&house, "bob").await?;
    let ask = json!({"call": "c-1", "candidates": ["eve", "bob", "ann"], "last_agent": "bob"});
    for _ in 0..2 {
        let said = router.post("/v1/route", &ask).await?.json();
        assert_eq!(said["ranking"], json!(["bob", "ann", "eve"]), "{said}");
        assert_eq!((&said["agent"], &said["codes"][0]), (&json!("bob"), &json!("route.to.last_agent")));
    }
    house.close().await
}

#[tokio::test]
async fn what_is_wrong_with_a_question_is_said_with_field_and_remedy() -> Outcome {
    let house = House::open(Profile::Cn).await?;
    let router = house.key(KeyKind::Route).await?;
    for (field, body) in [
        ("call", json!({"call": "a b"})),
        ("queue", json!({"call": "c", "queue": ""})),
        ("intent", json!({"call": "c", "intent": "a/b"})),
        ("language", json!({"call": "c", "language": "中文"})),
        ("priority", json!({"call": "c", "priority": 9})),
        ("needs.level", json!({"call": "c", "needs": [{"skill": "a", "level": 0}]})),
        ("needs.skill", json!({"call": "c", "needs": [{"skill": "a"}, {"skill": "a"}]})),
        ("waiting_since", json!({"call": "c", "waiting_since": "2999-01-01T00:00:00Z"})),
        ("candidates", json!({"call": "c", "candidates": []})),
        ("agent", json!({"call": "c", "last_agent": " "})),
    ] {
        let refused = router.post("/v1/route", &body).await?;
        assert_eq!((refused.status, &refused.json()["field"]), (422, &json!(field)), "{}", refused.text);
        assert!(refused.json()["hint"].is_string(), "{}", refused.text);
    }
    let wrong = json!({"agents": [{"agent": "ann", "languages": ["?"]}]});
    let refused = router.call("PUT", "/v1/route/skills", &wrong).await?.json();
    assert_eq!(refused["field"], "agents.languages");
    let events = house.key(KeyKind::Events).await?;
    assert_eq!(events.post("/v1/route", &json!({"call": "c"})).await?.status, 401, "a key of another kind");
    assert!(decided(&house).await?.is_empty());
    house.close().await
}

#[tokio::test]
async fn easier_calls_are_asked_for_by_the_agent_and_seen_by_nobody_else() -> Outcome {
    let house = House::open(Profile::Cn).await?;
    let (agent, me) = house.agent("li.wei").await?;
    let off = me.post("/v1/me/easier?lang=zh", &json!({})).await?;
    assert_eq!((off.status, &off.json()["message"]), (409, &json!("请先在电话平台登录")), "{}", off.text);
    free(&house, "li.wei").await?;
    let mut agreed = me.post("/v1/me/easier", &json!({})).await?;
    for _ in 0..200 {
        if agreed.status == 200 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
        agreed = me.post("/v1/me/easier", &json!({})).await?;
    }
    assert_eq!(agreed.json()["minutes"], 30, "{}", agreed.text);
    let asked = |body: &Body| matches!(body, Body::EasierAsked { agent: by, minutes: 30 } if *by == agent);
    assert_eq!(house.log().await?.iter().filter(|event| asked(&event.body)).count(), 1);
    let analyst = house.role(Role::Analyst).await?;
    for client in [&house.role(Role::Supervisor).await?, &analyst, &house.role(Role::Admin).await?] {
        let text = client.get("/v1/floor").await?.text;
        assert!(!text.contains("easier"), "{text}");
    }
    let fairness = analyst.get("/v1/route/fairness").await?.json();
    assert!(fairness["agents"].is_u64() && fairness["gini"].is_null(), "{fairness}");
    house.close().await
}
