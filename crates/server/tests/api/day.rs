//! My day: what an agent says about themselves, why a number is what it is, the words of a call as it happens.

use calmline_core::{
    Body, CallId, Party, Role, SubjectId, Timestamp,
    event::{Band, Reason, WorkState},
    policy::{Notice, Profile, Purpose},
};
use serde_json::{Value, json};

use crate::{
    house::{House, Outcome, PASSWORD},
    own::{offer, say, talk},
};

#[tokio::test]
async fn a_check_in_is_sealed_asked_three_times_a_shift_and_seen_by_nobody_else() -> Outcome {
    let house = House::open(Profile::Eu).await?;
    let (_, client) = house.agent("li.wei").await?;
    let path = "/v1/me/reports";
    assert_eq!(
        client.post(path, &json!({"report": "check_in", "energy": 11})).await?.json()["field"],
        "energy"
    );
    let before = client.get("/v1/me/day").await?.json()["check_in"].clone();
    assert_eq!((&before["left"], &before["question"]), (&json!(3), &json!("Energy left, 0–10?")));
    for energy in [7, 5, 4] {
        let kept = client.post(path, &json!({"report": "check_in", "energy": energy})).await?;
        assert_eq!(kept.status, 201, "{}", kept.text);
    }
    let fourth = client.post(path, &json!({"report": "check_in", "energy": 4})).await?;
    assert_eq!((fourth.status, fourth.json()["code"].as_str()), (409, Some("enough")));
    let moment = json!({"report": "good_moment", "text": " She laughed at the end. "});
    assert_eq!(client.post(path, &moment).await?.status, 201);
    assert_eq!(
        client.post(path, &json!({"report": "good_moment", "text": " "})).await?.json()["field"],
        "text"
    );
    let day = client.get("/v1/me/day").await?.json();
    assert_eq!(day["reports"][0]["text"], "She laughed at the end.");
    assert_eq!((&day["reports"][1]["energy"], &day["check_in"]["left"]), (&json!(4), &json!(0)));
    let written =
        house.log().await?.iter().map(|event| serde_json::to_string(event).unwrap()).collect::<String>();
    assert!(
        written.contains("self.reported") && !written.contains("laughed"),
        "words are sealed, not logged"
    );
    for role in Role::ALL {
        let eye = house.role(role).await?;
        for path in ["/v1/me/reports", "/v1/floor", "/v1/people", "/v1/wellbeing", "/v1/policy/trail"] {
            let text = eye.get(path).await?.text;
            assert!(!text.contains("laughed") && !text.contains("check_in"), "{path} as {role:?}: {text}");
        }
    }
    let erased =
        client.post("/v1/me/erase", &json!({"password": PASSWORD, "kinds": ["self_report"]})).await?;
    assert_eq!(erased.json()["texts"], 4, "{}", erased.text);
    let left = client.get(path).await?.json();
    assert!(left[0]["text"].is_null() && left[1]["energy"].is_null(), "{left}");
    house.close().await
}

#[tokio::test]
async fn a_good_moment_is_about_an_own_call_alone() -> Outcome {
    let house = House::open(Profile::Cn).await?;
    let (me, client) = house.agent("li.wei").await?;
    let (_, other) = house.agent("wang.fang").await?;
    talk(&house, &me, "c-1").await?;
    let moment = json!({"report": "good_moment", "text": "solved", "call": "c-1"});
    assert_eq!(client.post("/v1/me/reports", &moment).await?.status, 201);
    assert_eq!(other.post("/v1/me/reports", &moment).await?.status, 404);
    assert_eq!(client.get("/v1/me/reports").await?.json()[0]["call"], "c-1");
    house.close().await
}

#[tokio::test]
async fn why_leads_down_to_the_words_and_only_whom_it_may() -> Outcome {
    let house = House::open(Profile::Cn).await?;
    let (me, client) = house.agent("li.wei").await?;
    let (_, other) = house.agent("wang.fang").await?;
    talk(&house, &me, "c-1").await?;
    let events = house.log().await?;
    let causes: Vec<_> = events
        .iter()
        .filter(|event| matches!(event.body.kind(), "utterance" | "signal"))
        .map(|event| event.id)
        .collect();
    let load = Body::LoadChanged {
        agent: me.clone(),
        load: Band::High,
        exposure: Band::High,
        strain: Band::Usual,
        reasons: vec![Reason::new("load.agitation")],
    };
    let draft = calmline_core::Draft::derived(house.site.clone(), Timestamp::now(), causes.clone(), load);
    let path = format!("/v1/why/{}", draft.id);
    house.append_draft(draft).await?;
    let why = client.get(&path).await?.json();
    assert_eq!(why["event"]["reasons"][0], "agitated callers");
    let because = why["because"].as_array().unwrap();
    assert_eq!(because.len(), causes.len(), "{why}");
    assert_eq!(because[0]["words"], "I have waited an hour");
    assert_eq!(because[2]["text"], "agitation in the voice");
    assert_eq!(other.get(&path).await?.status, 404);
    let supervisor = house.role(Role::Supervisor).await?;
    for eye in [&supervisor, &house.role(Role::Coach).await?] {
        assert_eq!(eye.get(&path).await?.status, 404);
    }
    let said = format!("/v1/why/{}", causes[0]);
    assert_eq!(supervisor.get(&said).await?.json()["event"]["words"], "I have waited an hour");
    assert_eq!(house.role(Role::Analyst).await?.get(&said).await?.status, 404);
    house.close().await
}

#[tokio::test]
async fn the_parts_of_a_standing_name_the_event_behind_them() -> Outcome {
    let house = House::open(Profile::Strict).await?;
    let (me, client) = house.agent("li.wei").await?;
    house.append(Body::AgentState { agent: me.clone(), state: WorkState::Available, reason: None }).await?;
    let call = CallId::new("c-1")?;
    house.append(Body::CallAnswered { call: call.clone(), agent: me.clone(), queue: None }).await?;
    house.append(Body::CallHeld { call }).await?;
    let holds = async || -> anyhow::Result<Value> {
        let day = client.get("/v1/me/day").await?.json();
        let parts = day["standing"]["parts"].as_array().cloned().unwrap_or_default();
        Ok(parts.into_iter().find(|part| part["part"] == "holds").unwrap_or_default())
    };
    let start = std::time::Instant::now();
    while holds().await?["share"].as_f64().unwrap_or_default() == 0.0 {
        assert!(start.elapsed().as_secs() < 10, "the decider did not hear of it");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let holds = holds().await?;
    assert_eq!(holds["cause"]["type"], "call.held");
    assert_eq!(holds["cause"]["text"], "the caller was put on hold");
    house.close().await
}

#[tokio::test]
async fn words_come_with_the_stream_to_the_agent_whose_call_it_is_and_kinds_can_be_chosen() -> Outcome {
    let house = House::open(Profile::Cn).await?;
    let (me, client) = house.agent("li.wei").await?;
    let mut words = client.stream("?kinds=utterance,break.").await?;
    let mut floor = house.role(Role::Supervisor).await?.stream("?kinds=call.").await?;
    let call = talk(&house, &me, "c-1").await?;
    offer(&house, &me, "o-1").await?;
    house.append(Body::CallEnded { call, reason: None }).await?;
    let (said, answered) = (words.next().await?, words.next().await?);
    assert_eq!((said.kind.as_str(), &said.data["words"]), ("utterance", &json!("I have waited an hour")));
    assert_eq!(answered.data["words"], "I am sorry to hear that");
    assert_eq!(words.next().await?.kind, "break.offered");
    assert_eq!(floor.next().await?.kind, "call.answered");
    assert_eq!(floor.next().await?.kind, "call.ended");
    house.close().await
}

#[tokio::test]
async fn talk_balance_is_shown_where_the_policy_lets_talk_be_measured_and_to_its_agent() -> Outcome {
    for (profile, shown) in [(Profile::Cn, true), (Profile::Eu, false)] {
        let house = House::open(profile).await?;
        let (me, client) = house.agent("li.wei").await?;
        let call = talk(&house, &me, "c-1").await?;
        say(&house, &call, Party::Customer, SubjectId::of_caller(&call), "And again").await?;
        let before = client.get("/v1/calls/c-1").await?.json();
        assert!(before["balance"].is_null() && before["balance_text"].is_string(), "{before}");
        for notice in Notice::ALL {
            let by = calmline_core::AccountId::new("x")?;
            house.append(Body::NoticeConfirmed { notice, text_sha256: String::new(), by }).await?;
        }
        let (agent, purpose) = (me.clone(), Purpose::TalkDynamics);
        house.append(Body::ConsentGiven { agent, purpose, policy_version: 1 }).await?;
        let consented = || house.live.with_policy(&house.site, |policy| policy.has_consent(&me, purpose));
        let start = std::time::Instant::now();
        while consented() != Some(true) {
            assert!(start.elapsed().as_secs() < 10, "the policy did not hear of it");
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        let after = client.get("/v1/calls/c-1").await?.json();
        if shown {
            assert_eq!(after["balance"], json!({"agent": 0.33, "customer": 0.67}));
        } else {
            assert!(after["balance"].is_null(), "{after}");
        }
        let supervisor = house.role(Role::Supervisor).await?.get("/v1/calls/c-1").await?.json();
        assert!(supervisor["balance"].is_null() && supervisor["balance_text"].is_null());
        house.close().await?;
    }
    Ok(())
}

#[tokio::test]
async fn the_bands_of_the_day_can_be_said_to_be_wrong() -> Outcome {
    let house = House::open(Profile::Eu).await?;
    let (me, client) = house.agent("li.wei").await?;
    let (state, reason) = (WorkState::Available, None);
    house.append(Body::AgentState { agent: me.clone(), state, reason }).await?;
    let (load, exposure, strain) = (Band::High, Band::Usual, Band::Light);
    house.append(Body::LoadChanged { agent: me, load, exposure, strain, reasons: Vec::new() }).await?;
    let start = std::time::Instant::now();
    let standing = loop {
        let day = client.get("/v1/me/day").await?.json();
        assert_eq!(day["disputed"], json!([]));
        if !day["standing"].is_null() {
            break day["standing"].clone();
        }
        assert!(start.elapsed().as_secs() < 10, "the decider did not hear of it");
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    };
    let told: Vec<_> =
        house.log().await?.into_iter().filter(|event| event.body.kind() == "load.changed").collect();
    assert!(told.iter().any(|event| json!(event.id) == standing["event"]), "{standing}");
    let dispute = json!({"event": standing["event"]});
    assert_eq!(client.post("/v1/me/disputes", &dispute).await?.status, 204);
    assert_eq!(client.get("/v1/me/day").await?.json()["disputed"], json!([standing["event"]]));
    house.close().await
}
