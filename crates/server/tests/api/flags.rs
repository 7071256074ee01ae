//! Flags on customers: put by people after confirmed incidents, told to the next agent, appealed against and lifted.

use std::time::{Duration, Instant};

use calmline_core::{Role, policy::Profile};
use calmline_store::KeyKind;
use serde_json::{Value, json};

use crate::house::{Client, House, Outcome};

async fn until(client: &Client, path: &str, wanted: impl Fn(&Value) -> bool) -> anyhow::Result<Value> {
    let start = Instant::now();
    loop {
        let answer = client.get(path).await?;
        anyhow::ensure!(answer.status == 200, "{path}: {}", answer.text);
        let json = answer.json();
        if wanted(&json) {
            return Ok(json);
        }
        anyhow::ensure!(start.elapsed() < Duration::from_secs(20), "{path} stays {json}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// A work event of a call, told just now.
fn event(id: &str, kind: &str, data: &Value) -> Value {
    json!({"specversion": "1.0", "id": id, "source": "acd", "type": kind, "data": data})
}

/// An abusive call of a customer, up to its confirmed incident.
async fn abusive(platform: &Client, agent: &Client, boss: &Client, call: &str) -> anyhow::Result<()> {
    let answered = json!({"call_id": call, "agent_id": "li.wei", "customer": "crm-4711 Wang Xiaoming"});
    let taken = platform.events(&event(&format!("{call}-a"), "call.answered", &answered)).await?;
    anyhow::ensure!(taken.status == 200 && taken.json()["accepted"] == 1, "{}", taken.text);
    until(agent, "/v1/me/day", |day| day.to_string().contains(call)).await?;
    let pressed = agent.post("/v1/me/abuse", &json!({"call": call})).await?;
    anyhow::ensure!(pressed.status == 202, "{}", pressed.text);
    let open = until(boss, "/v1/incidents", |open| open[0]["call"] == call).await?;
    let incident = open[0]["incident"].as_str().unwrap_or_default().to_owned();
    platform.events(&event(&format!("{call}-e"), "call.ended", &json!({"call_id": call}))).await?;
    let path = format!("/v1/incidents/{incident}/close");
    let closed = boss.post(&path, &json!({"outcome": "passed_on"})).await?;
    anyhow::ensure!(closed.status == 204, "{}", closed.text);
    Ok(())
}

#[tokio::test]
async fn after_two_confirmed_incidents_a_supervisor_may_flag_and_the_next_agent_is_told() -> Outcome {
    let house = House::open(Profile::Kr).await?;
    let (platform, boss) = (house.key(KeyKind::Events).await?, house.role(Role::Supervisor).await?);
    let (_, agent) = house.agent("li.wei").await?;
    abusive(&platform, &agent, &boss, "c-1").await?;
    let one = until(&boss, "/v1/incidents", |open| *open == json!([])).await?;
    assert_eq!(one, json!([]));
    let flags = boss.get("/v1/flags").await?.json();
    assert_eq!((&flags["flags"], &flags["candidates"]), (&json!([]), &json!([])), "one bad day marks nobody");
    abusive(&platform, &agent, &boss, "c-2").await?;
    let flags = until(&boss, "/v1/flags", |flags| flags["candidates"][0].is_object()).await?;
    assert_eq!(flags["candidates"][0]["calls"], 2);
    let customer = flags["candidates"][0]["customer"].clone();
    for log in house.log().await? {
        let text = serde_json::to_string(&log)?;
        assert!(!text.contains("4711") && !text.contains("Xiaoming"), "{text}");
    }
    let wrong = boss.post("/v1/flags", &json!({"customer": customer, "why": "threats", "days": 181})).await?;
    assert_eq!((wrong.status, &wrong.json()["field"]), (422, &json!("days")));
    let put = boss.post("/v1/flags", &json!({"customer": customer, "why": "threats"})).await?;
    assert_eq!(put.status, 202, "{}", put.text);
    let flags = until(&boss, "/v1/flags?lang=zh", |flags| flags["flags"][0].is_object()).await?;
    assert_eq!((&flags["flags"][0]["text"], &flags["candidates"]), (&json!("威胁"), &json!([])));
    let again = boss.post("/v1/flags", &json!({"customer": customer, "why": "threats"})).await?;
    assert_eq!((again.status, &again.json()["code"]), (409, &json!("no_candidate")));
    // The next agent on the line is told, and nobody but who may review flags sees them.
    let (_, other) = house.agent("wang.fang").await?;
    let mut stream = other.stream("?lang=en").await?;
    let answered = json!({"call_id": "c-3", "agent_id": "wang.fang", "customer": "crm-4711 Wang Xiaoming"});
    platform.events(&event("c-3-a", "call.answered", &answered)).await?;
    let prompt = stream.next_of("prompt.shown").await?;
    assert!(prompt.data.to_string().contains("prompt.warned_before"), "{}", prompt.data);
    for role in [Role::Analyst, Role::Planner, Role::Coach, Role::WorksCouncil, Role::Admin] {
        assert_eq!(house.role(role).await?.get("/v1/flags").await?.status, 403, "{role:?}");
    }
    assert_eq!(other.get("/v1/flags").await?.status, 403);
    let id = flags["flags"][0]["flag"].as_str().unwrap_or_default().to_owned();
    let appeal =
        boss.post(&format!("/v1/flags/{id}/appeals"), &json!({"text": "It was my brother."})).await?;
    assert_eq!(appeal.status, 202, "{}", appeal.text);
    let shown = until(&boss, "/v1/flags", |flags| flags["flags"][0]["appeals"][0].is_object()).await?;
    assert_eq!(shown["flags"][0]["appeals"][0]["text"], "It was my brother.");
    assert_eq!(boss.post(&format!("/v1/flags/{id}/renew"), &json!({"days": 60})).await?.status, 202);
    let before = shown["flags"][0]["until"].clone();
    until(&boss, "/v1/flags", |flags| flags["flags"][0]["until"] != before).await?;
    assert_eq!(boss.post(&format!("/v1/flags/{id}/lift"), &json!({"end": "appeal"})).await?.status, 202);
    until(&boss, "/v1/flags", |flags| flags["flags"] == json!([])).await?;
    assert_eq!(boss.post(&format!("/v1/flags/{id}/lift"), &json!({"end": "review"})).await?.status, 404);
    house.close().await
}
