//! How often the software was right: counted from the log, and never by person.

use calmline_core::{AgentId, AlertId, Body, CallId, Role, Share, Timestamp, event::Reason, policy::Profile};
use serde_json::{Value, json};

use crate::house::{House, Outcome};

fn alert(agent: AgentId, call: CallId) -> anyhow::Result<Body> {
    Ok(Body::AlertRaised {
        alert: AlertId::new("a-1")?,
        agent: Some(agent),
        queue: None,
        call: Some(call),
        reason: Reason::new("alert.abuse"),
        confidence: Share::new(0.9),
        evidence: Vec::new(),
        action: "action.join_call".into(),
        expires: Timestamp::MAX,
    })
}

fn groups(told: &Value) -> &Value {
    &told["weeks"][0]["groups"]
}

#[tokio::test]
async fn objections_are_told_by_rule_once_five_agents_took_calls() -> Outcome {
    let house = House::open(Profile::Cn).await?;
    let council = house.role(Role::WorksCouncil).await?;
    let nothing = council.get("/v1/monitoring").await?.json();
    assert_eq!((&nothing["weeks"], &nothing["fewest"]), (&json!([]), &json!(5)));
    let (first, client) = house.agent("agent-0").await?;
    let mut agents = vec![first.clone()];
    for n in 1..5 {
        agents.push(house.agent(&format!("agent-{n}")).await?.0);
    }
    for (n, agent) in agents.into_iter().enumerate() {
        let told = council.get("/v1/monitoring").await?.json();
        assert!(groups(&told).is_null() || groups(&told) == &json!([]), "told of {n} agents: {told}");
        let call = CallId::new(format!("c-{n}"))?;
        house.append(Body::CallAnswered { call, agent, queue: None }).await?;
    }
    house.append(alert(first, CallId::new("c-0")?)?).await?;
    let log = house.log().await?;
    let raised = log.iter().find(|event| event.body.kind() == "alert.raised").map(|event| event.id);
    let dispute = |objection: &str| json!({"event": raised, "objection": objection});
    assert_eq!(client.post("/v1/me/disputes", &dispute("telepathy")).await?.status, 422);
    assert_eq!(client.post("/v1/me/disputes", &dispute("wrong_person")).await?.status, 204);
    let told = council.get("/v1/monitoring?lang=zh").await?.json();
    let rules = groups(&told)[0]["rules"].as_array().cloned().unwrap_or_default();
    let rule = rules.iter().find(|rule| rule["code"] == "alert.abuse").expect("told of");
    assert_eq!((&rule["wrong_person"], &rule["shown"]), (&json!(1), &json!(1)));
    assert_eq!(rule["text"], "提醒：来电者出言不逊");
    assert!(!told.to_string().contains("agent-0"), "nobody is named");
    assert_eq!(house.role(Role::Supervisor).await?.get("/v1/monitoring").await?.status, 403);
    house.close().await
}
