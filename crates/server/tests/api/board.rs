//! The floor and its stream: whole rows of what changed, once a second at most, resumed by position.

use std::time::{Duration, Instant};

use calmline_core::{
    AgentId, AlertId, Body, CallId, Draft, OfferId, Role, Share, Timestamp,
    event::{OfferAnswer, Reason, WorkState},
    policy::Profile,
};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::{
    house::{House, Outcome, Stream},
    own::offer,
};

fn state(agent: &AgentId, state: WorkState) -> Body {
    Body::AgentState { agent: agent.clone(), state, reason: None }
}

/// Reads until one agent's row satisfies a condition.
async fn until(stream: &mut Stream, wanted: impl Fn(&Value) -> bool) -> anyhow::Result<Value> {
    loop {
        let shown = stream.next_of("floor").await?;
        let agents = shown.data["agents"].as_array().cloned().unwrap_or_default();
        if let Some(row) = agents.into_iter().find(|row| wanted(row)) {
            return Ok(row);
        }
    }
}

#[tokio::test]
async fn the_stream_holds_only_what_changed_and_goes_on_where_it_was() -> Outcome {
    let house = House::open(Profile::Cn).await?;
    let (li, _) = house.agent("li.wei").await?;
    let (wang, _) = house.agent("wang.fang").await?;
    house.append(state(&li, WorkState::Available)).await?;
    house.append(state(&wang, WorkState::Available)).await?;
    let analyst = house.role(Role::Analyst).await?;
    let floor = analyst.get("/v1/floor").await?.json();
    assert_eq!(floor["agents"].as_array().unwrap().len(), 2);
    let mut stream = analyst.follow(&format!("/v1/floor/stream?after={}", floor["position"])).await?;
    let call = CallId::new("c-1")?;
    house.append(Body::CallAnswered { call: call.clone(), agent: li.clone(), queue: None }).await?;
    let shown = stream.next_of("floor").await?;
    let rows = shown.data["agents"].as_array().unwrap();
    assert_eq!(rows.len(), 1, "only who changed: {}", shown.data);
    assert_eq!((&rows[0]["name"], &rows[0]["call"]["call"]), (&json!("li.wei"), &json!("c-1")));
    drop(stream);
    house.append(Body::CallHeld { call: call.clone() }).await?;
    house.append(Body::CallTransferred { call, to: Some(wang.clone()), queue: None }).await?;
    house.append(state(&li, WorkState::WrapUp)).await?;
    let mut stream = analyst.with("Last-Event-ID", &shown.id.to_string()).follow("/v1/floor/stream").await?;
    let row = until(&mut stream, |row| row["name"] == "wang.fang" && !row["call"].is_null()).await?;
    assert_eq!((&row["call"]["held"], &row["call"]["transfers"]), (&json!(false), &json!(1)));
    let whole = analyst.get("/v1/floor").await?.json();
    let li = whole["agents"].as_array().unwrap().iter().find(|row| row["name"] == "li.wei").unwrap();
    assert_eq!((&li["state"], &li["call"]), (&json!("wrap_up"), &Value::Null));
    assert_eq!(analyst.get("/v1/floor/stream?after=999999").await?.status, 422);
    house.close().await
}

#[tokio::test]
async fn five_hundred_agents_that_change_at_once_are_one_message() -> Outcome {
    let house = House::open(Profile::Cn).await?;
    use calmline_store::Directory;
    let names: Vec<String> = (0..500).map(|n| format!("agent-{n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let agents = house.store.pseudonyms(&house.site, &names).await?;
    let all = |next: WorkState, round: &'static str| {
        agents
            .iter()
            .map(|agent| {
                let id = format!("{round}-{agent}");
                Draft::told(house.site.clone(), "acd", &id, Timestamp::now(), state(agent, next))
            })
            .collect::<Vec<_>>()
    };
    house.live.append(all(WorkState::Available, "first")).await?;
    let analyst = house.role(Role::Analyst).await?;
    let floor = analyst.get("/v1/floor").await?.json();
    assert_eq!(floor["agents"].as_array().unwrap().len(), 500);
    let mut stream = analyst.follow(&format!("/v1/floor/stream?after={}", floor["position"])).await?;
    let start = Instant::now();
    // More at once than the bus keeps: the board reads on from the store.
    for (next, round) in
        [(WorkState::Busy, "second"), (WorkState::WrapUp, "third"), (WorkState::Away, "fourth")]
    {
        house.live.append(all(next, round)).await?;
    }
    let (mut messages, mut away) = (0, std::collections::HashSet::new());
    while away.len() < 500 {
        let shown = stream.next_of("floor").await?;
        messages += 1;
        for row in shown.data["agents"].as_array().unwrap() {
            if row["state"] == "away" {
                away.insert(row["agent"].as_str().unwrap().to_owned());
            }
        }
    }
    // One a second, and one at each end.
    assert!(messages <= start.elapsed().as_secs() + 2, "fifteen hundred events came in {messages} messages");
    house.close().await
}

#[tokio::test]
async fn a_break_that_was_taken_up_is_shown_and_approved_one_that_was_refused_is_not() -> Outcome {
    let house = House::open(Profile::Eu).await?;
    let (me, client) = house.agent("li.wei").await?;
    house.append(state(&me, WorkState::Available)).await?;
    for name in ["o-1", "o-2"] {
        offer(&house, &me, name).await?;
    }
    let supervisor = house.role(Role::Supervisor).await?;
    let breaks =
        async || -> anyhow::Result<Value> { Ok(supervisor.get("/v1/floor").await?.json()["breaks"].clone()) };
    assert_eq!(breaks().await?, json!([]), "an offer is the agent's own");
    let position = supervisor.get("/v1/floor").await?.json()["position"].clone();
    let mut floor = supervisor.follow(&format!("/v1/floor/stream?after={position}")).await?;
    let mut own = client.stream("?kinds=break.approved").await?;
    assert_eq!(client.post("/v1/me/offers/o-1/answer", &json!({"answer": "refused"})).await?.status, 204);
    let to = Timestamp::now() + SignedDuration::from_mins(20);
    let moved = json!({"answer": "moved", "to": to});
    assert_eq!(client.post("/v1/me/offers/o-2/answer", &moved).await?.status, 204);
    let shown = loop {
        let shown = floor.next_of("floor").await?;
        assert!(!shown.data.to_string().contains("o-1"), "{}", shown.data);
        if let Some(rest) = shown.data["breaks"].as_array().unwrap().first() {
            break rest.clone();
        }
    };
    assert_eq!(
        (&shown["offer"], &shown["state"], &shown["approved"]),
        (&json!("o-2"), &json!("moved"), &json!(false))
    );
    let approve = |offer: &str| format!("/v1/breaks/{offer}/approve");
    assert_eq!(supervisor.post(&approve("o-1"), &json!({})).await?.status, 404);
    assert_eq!(house.role(Role::Analyst).await?.post(&approve("o-2"), &json!({})).await?.status, 403);
    assert_eq!(supervisor.post(&approve("o-2"), &json!({})).await?.status, 204);
    let told = own.next().await?;
    assert!(told.data["text"].as_str().unwrap().contains("covered"), "{}", told.data);
    let day = client.get("/v1/me/day").await?.json();
    let approved: Vec<_> =
        day["breaks"].as_array().unwrap().iter().filter(|one| one["approved"] == true).collect();
    assert_eq!((approved.len(), &approved[0]["offer"]), (1, &json!("o-2")));
    let taken_back =
        Body::BreakAnswered { offer: OfferId::new("o-2")?, agent: me, answer: OfferAnswer::Refused };
    house.append(taken_back).await?;
    loop {
        let shown = floor.next_of("floor").await?;
        let over = shown.data["breaks"].as_array().unwrap().iter().any(|rest| rest["state"] == "over");
        if over {
            break;
        }
    }
    assert_eq!(breaks().await?, json!([]));
    house.close().await
}

#[tokio::test]
async fn a_board_that_is_made_anew_knows_teams_breaks_and_alerts() -> Outcome {
    let house = House::open(Profile::Cn).await?;
    let (me, client) = house.agent("li.wei").await?;
    house.append(state(&me, WorkState::Available)).await?;
    let by = calmline_core::AccountId::new("x")?;
    house.append(Body::AgentTeam { agent: me.clone(), team: Some("早班".into()), by }).await?;
    offer(&house, &me, "o-1").await?;
    assert_eq!(client.post("/v1/me/offers/o-1/answer", &json!({"answer": "accepted"})).await?.status, 204);
    let raised = Body::AlertRaised {
        alert: AlertId::new("a-1")?,
        agent: Some(me),
        queue: None,
        call: None,
        reason: Reason::new("alert.abuse"),
        confidence: Share::new(0.9),
        evidence: Vec::new(),
        action: "action.join_call".into(),
        expires: Timestamp::now() + SignedDuration::from_mins(5),
    };
    house.append(raised).await?;
    // The first look makes the board, from the store alone.
    let supervisor = house.role(Role::Supervisor).await?;
    let mut streams = [
        supervisor.follow("/v1/floor/stream?after=0").await?,
        house.role(Role::Analyst).await?.follow("/v1/floor/stream?after=0").await?,
    ];
    for (stream, alerts) in streams.iter_mut().zip([1, 0]) {
        let shown = stream.next_of("floor").await?;
        assert_eq!(shown.data["agents"][0]["team"], "早班");
        assert_eq!(shown.data["breaks"][0]["state"], "accepted");
        assert_eq!(shown.data["alerts"].as_array().map_or(0, Vec::len), alerts, "{}", shown.data);
    }
    let closed = json!({"outcome": "not_needed", "action": "action.none"});
    assert_eq!(supervisor.post("/v1/alerts/a-1/outcome", &closed).await?.status, 204);
    let shown = loop {
        let shown = streams[0].next_of("floor").await?;
        if let Some(alert) = shown.data["alerts"].as_array().and_then(|alerts| alerts.first()) {
            break alert.clone();
        }
    };
    assert_eq!((&shown["outcome"], &shown["done"]), (&json!("not_needed"), &json!("action.none")));
    house.close().await
}

#[tokio::test]
async fn nothing_of_load_strain_or_check_ins_is_on_the_floor() -> Outcome {
    let house = House::open(Profile::Cn).await?;
    let (me, client) = house.agent("li.wei").await?;
    house.append(state(&me, WorkState::Available)).await?;
    client.post("/v1/me/reports", &json!({"report": "check_in", "energy": 1})).await?;
    let supervisor = house.role(Role::Supervisor).await?;
    let start = Instant::now();
    // Once the decider knows of the agent, the time worked is there, and still nothing else.
    let text = loop {
        let floor = supervisor.get("/v1/floor").await?;
        if floor.json()["agents"][0]["work_since"].is_string() {
            break floor.text;
        }
        assert!(start.elapsed().as_secs() < 10, "the decider did not hear of the agent");
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    for word in ["strain", "load", "exposure", "energy", "check", "band"] {
        assert!(!text.contains(word), "{word} in {text}");
    }
    house.close().await
}
