//! Minutes that count as worked, told without the reason; and who sees what a break costs.

use calmline_core::{
    AccountId, AgentId, Body, Draft, OfferId, QueueId, Role, Share, Timestamp,
    event::WorkState,
    policy::{Notice, Profile},
};
use calmline_store::KeyKind;
use serde_json::json;

use crate::house::{Client, House, Outcome};

const DAY: &str = "from=2026-03-02T00:00:00Z&to=2026-03-03T00:00:00Z";

async fn at(house: &House, when: &str, body: Body) -> Outcome {
    let when: Timestamp = when.parse()?;
    house.append_draft(Draft::derived(house.site.clone(), when, Vec::new(), body)).await
}

async fn state(house: &House, when: &str, agent: &AgentId, state: WorkState) -> Outcome {
    at(house, when, Body::AgentState { agent: agent.clone(), state, reason: None }).await
}

/// One agent has a break that was offered, the other a coaching of the same length at the same time.
async fn a_morning(house: &House) -> Outcome {
    let (rested, _) = house.agent("li.wei").await?;
    let (coached, _) = house.agent("wang.fang").await?;
    let (began, ended) = ("2026-03-02T09:01:00Z", "2026-03-02T09:10:30Z");
    let offer = OfferId::new("o-1")?;
    state(house, began, &rested, WorkState::OnBreak).await?;
    at(house, began, Body::BreakBegan { offer: offer.clone(), agent: rested.clone() }).await?;
    state(house, ended, &rested, WorkState::Available).await?;
    at(house, ended, Body::BreakEnded { offer, agent: rested, minutes: 9.5 }).await?;
    state(house, began, &coached, WorkState::Training).await?;
    state(house, ended, &coached, WorkState::Available).await
}

#[tokio::test]
async fn a_break_and_a_coaching_of_the_same_length_are_told_alike() -> Outcome {
    let house = House::open(Profile::Cn).await?;
    a_morning(&house).await?;
    let planner = house.role(Role::Planner).await?;
    let told = planner.get(&format!("/v1/protected-minutes?{DAY}")).await?;
    assert_eq!(told.status, 200, "{}", told.text);
    let row = |agent: &str| json!({"agent": agent, "start": "2026-03-02T09:00:00Z", "minutes": 10, "code": "protected"});
    assert_eq!(told.json()["rows"], json!([row("li.wei"), row("wang.fang")]));
    let workforce = house.key(KeyKind::Workforce).await?;
    let csv = workforce.get(&format!("/v1/protected-minutes?{DAY}&format=csv&interval=60")).await?;
    let lines: Vec<&str> = csv.text.lines().collect();
    let wanted = [
        "agent,start,minutes,code",
        "li.wei,2026-03-02T09:00:00Z,10,protected",
        "wang.fang,2026-03-02T09:00:00Z,10,protected",
    ];
    assert_eq!(lines, wanted);
    house.close().await
}

#[tokio::test]
async fn planners_and_workforce_keys_alone_are_told_and_nonsense_is_explained() -> Outcome {
    let house = House::open(Profile::Cn).await?;
    let path = format!("/v1/protected-minutes?{DAY}");
    for role in Role::ALL.into_iter().filter(|&role| role != Role::Planner) {
        assert_eq!(house.role(role).await?.get(&path).await?.status, 403, "{role:?}");
    }
    assert_eq!(house.nobody().get(&path).await?.status, 401);
    assert_eq!(house.key(KeyKind::Events).await?.get(&path).await?.status, 401);
    let planner = house.role(Role::Planner).await?;
    let wrong = planner.get(&format!("{path}&interval=7")).await?;
    assert_eq!((wrong.status, wrong.json()["field"].clone()), (422, json!("interval")));
    let long = planner.get("/v1/protected-minutes?from=2026-01-01T00:00:00Z&to=2026-03-01T00:00:00Z").await?;
    assert_eq!(long.json()["field"], "to");
    house.close().await
}

fn price() -> anyhow::Result<Body> {
    Ok(Body::BreakPriced {
        queue: QueueId::new("billing")?,
        minutes: 8,
        agents: 12,
        service_level: Share::new(0.8),
        without: Share::new(0.7),
        moved_minutes: 4,
    })
}

/// Whether somebody is told the price on the live stream before they are told what comes after it.
async fn is_told(house: &House, client: &Client, after: Body) -> anyhow::Result<bool> {
    let mut stream = client.stream("").await?;
    house.append(price()?).await?;
    let last = after.kind();
    house.append(after).await?;
    loop {
        let shown = stream.next().await?;
        if shown.kind == "break.priced" {
            return Ok(true);
        }
        if shown.kind == last {
            return Ok(false);
        }
    }
}

#[tokio::test]
async fn what_a_break_costs_is_told_to_those_who_plan_and_to_nobody_else() -> Outcome {
    let house = House::open(Profile::Cn).await?;
    let (me, agent) = house.agent("li.wei").await?;
    let own = || Body::AgentState { agent: me.clone(), state: WorkState::Available, reason: None };
    assert!(!is_told(&house, &agent, own()).await?, "an agent");
    for role in Role::ALL.into_iter().filter(|&role| role != Role::Agent) {
        // Everybody who is signed in may see the policy.
        let policy = Body::NoticeWithdrawn { notice: Notice::Recording, by: AccountId::new("x")? };
        let told = is_told(&house, &house.role(role).await?, policy).await?;
        assert_eq!(told, matches!(role, Role::Planner | Role::Analyst), "{role:?}");
    }
    for path in ["/v1/me/export", "/v1/me/day"] {
        let text = agent.get(path).await?.text;
        assert!(!text.contains("priced") && !text.contains("service_level"), "{path}: {text}");
    }
    house.close().await
}
