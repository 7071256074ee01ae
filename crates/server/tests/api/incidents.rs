//! Incidents of abuse, from the key to the evidence, and who sees what of them.

use std::time::{Duration, Instant};

use calmline_core::{
    AgentId, AlertId, Body, CallId, Draft, Role, Timestamp, event::WorkState, policy::Profile,
};
use calmline_server::bundle::{BundleError, verify};
use calmline_store::KeyKind;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::{
    house::{Client, House, Outcome, PASSWORD},
    own::talk,
};

/// What a path answers once it is as wanted; decisions come at their own pace.
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

/// An agent in an abusive call who has pressed the key, and the incident.
async fn pressed(house: &House) -> anyhow::Result<(AgentId, Client, String)> {
    let (me, client) = house.agent("li.wei").await?;
    house.append(Body::AgentState { agent: me.clone(), state: WorkState::Available, reason: None }).await?;
    talk(house, &me, "c-1").await?;
    assert_eq!(client.post("/v1/me/abuse", &json!({"call": "c-1"})).await?.status, 202);
    let own = until(&client, "/v1/me/incidents?lang=en", |own| own[0].is_object()).await?;
    let id = own[0]["incident"].as_str().unwrap_or_default().to_owned();
    Ok((me, client, id))
}

async fn end_call(house: &House) -> anyhow::Result<()> {
    house.append(Body::CallEnded { call: CallId::new("c-1")?, reason: None }).await
}

#[tokio::test]
async fn the_ladder_the_relief_and_the_evidence_are_the_agents() -> Outcome {
    let house = House::open(Profile::Jp).await?;
    let (_, client, id) = pressed(&house).await?;
    let (_, other) = house.agent("wang.fang").await?;
    let path = format!("/v1/me/incidents/{id}");
    let steps = format!("{path}/steps");
    let own = client.get("/v1/me/incidents?lang=en").await?.json();
    assert_eq!((&own[0]["next"], &own[0]["evidence"]), (&json!("first_warning"), &json!("none")));
    assert!(own[0]["say"].as_str().unwrap().contains("stop the insults"), "{own}");
    let chinese = client.get("/v1/me/incidents?lang=zh").await?.json();
    assert!(chinese[0]["say"].as_str().unwrap().contains("侮辱"), "{chinese}");
    let skipped = client.post(&steps, &json!({"step": "ending"})).await?;
    assert_eq!((skipped.status, &skipped.json()["code"]), (409, &json!("wrong_step")), "{}", skipped.text);
    assert_eq!(other.post(&steps, &json!({"step": "first_warning"})).await?.status, 404);
    for (step, next) in [
        ("first_warning", json!("second_warning")),
        ("second_warning", json!("ending")),
        ("ending", Value::Null),
    ] {
        let taken = client.post(&steps, &json!({ "step": step })).await?;
        assert_eq!(taken.status, 202, "{}", taken.text);
        until(&client, "/v1/me/incidents", |own| own[0]["next"] == next).await?;
    }
    assert_eq!(client.get(&format!("{path}/bundle")).await?.status, 404, "it is open still");
    end_call(&house).await?;
    let own = until(&client, "/v1/me/incidents", |own| own[0]["cool_off_minutes"] == 10).await?;
    assert_eq!(own[0]["easier_minutes"], 30);
    let day = until(&client, "/v1/me/day?lang=en", |day| day["breaks"][0].is_object()).await?;
    assert!(day["breaks"][0]["reasons"][0].as_str().unwrap().contains("outside of your breaks"), "{day}");

    assert_eq!(client.post(&format!("{path}/close"), &json!({"outcome": "talked_over"})).await?.status, 204);
    until(&client, "/v1/me/incidents", |own| own[0]["evidence"] == "kept").await?;
    let bundle = client.get(&format!("{path}/bundle")).await?;
    assert!(bundle.header("content-disposition").unwrap().contains("attachment"));
    let read = verify(bundle.text.as_bytes())?;
    let kinds: Vec<&str> = read.entries.iter().map(|entry| entry.kind.as_str()).collect();
    for kind in
        ["call.answered", "words", "abuse.reported", "incident.advanced", "call.ended", "incident.closed"]
    {
        assert!(kinds.contains(&kind), "{kind} is missing in {kinds:?}");
    }
    assert!(
        !bundle.text.contains("signal") && !bundle.text.contains("arousal"),
        "nothing inferred is evidence"
    );
    assert!(bundle.text.contains("I have waited an hour"));
    let forged = bundle.text.replace("I have waited an hour", "I have waited a minute");
    assert!(matches!(verify(forged.as_bytes()), Err(BundleError::Changed(_))));
    assert_eq!(other.get(&format!("{path}/bundle")).await?.status, 404);
    assert_eq!(client.call("DELETE", &format!("{path}/bundle"), &Value::Null).await?.status, 204);
    assert_eq!(client.get(&format!("{path}/bundle")).await?.status, 404);
    until(&client, "/v1/me/incidents", |own| own[0]["evidence"] == "deleted").await?;
    house.close().await
}

#[tokio::test]
async fn a_supervisor_sees_an_incident_as_long_as_it_is_open_and_the_agent_sees_who_wants_to_listen()
-> Outcome {
    let house = House::open(Profile::Kr).await?;
    let (_, client, id) = pressed(&house).await?;
    let supervisor = house.role(Role::Supervisor).await?;
    let path = format!("/v1/incidents/{id}");
    let open = supervisor.get("/v1/incidents?lang=en").await?.json();
    assert_eq!((&open[0]["name"], &open[0]["in_call"]), (&json!("li.wei"), &json!(true)), "{open}");
    assert!(open[0]["duties"][0]["text"].as_str().unwrap().contains("Korea"), "{open}");
    assert_eq!(supervisor.post(&format!("{path}/join"), &json!({"join": "whisper"})).await?.status, 202);
    let own = until(&client, "/v1/me/incidents?lang=en", |own| own[0]["steps"][0].is_object()).await?;
    assert_eq!(own[0]["steps"][0]["step"], "whisper");
    let wrong = supervisor.post(&format!("{path}/duties"), &json!({"duty": "duty.jp.facts"})).await?;
    assert_eq!((wrong.status, &wrong.json()["field"]), (422, &json!("duty")));
    assert_eq!(
        supervisor.post(&format!("{path}/duties"), &json!({"duty": "duty.kr.rest"})).await?.status,
        204
    );
    until(&supervisor, "/v1/incidents", |open| open[0]["duties"][1]["done"] == true).await?;
    end_call(&house).await?;
    until(&supervisor, "/v1/incidents", |open| open[0]["in_call"] == false).await?;
    let late = supervisor.post(&format!("{path}/join"), &json!({"join": "listen"})).await?;
    assert_eq!((late.status, &late.json()["code"]), (409, &json!("call_over")));
    let not_theirs = supervisor.post(&format!("{path}/close"), &json!({"outcome": "withdrawn"})).await?;
    assert_eq!((not_theirs.status, &not_theirs.json()["field"]), (422, &json!("outcome")));
    assert_eq!(
        supervisor.post(&format!("{path}/close"), &json!({"outcome": "passed_on"})).await?.status,
        204
    );
    until(&supervisor, "/v1/incidents", |open| *open == json!([])).await?;
    until(&client, "/v1/me/incidents", |own| own[0]["evidence"] == "kept").await?;
    // Nothing of it is left for anybody else: not in a list, not in the call's story, not in the stream from the beginning.
    for role in Role::ALL.into_iter().filter(|&role| role != Role::Agent) {
        let eye = house.role(role).await?;
        for path in [
            "/v1/incidents",
            "/v1/alerts",
            "/v1/calls",
            "/v1/calls/c-1",
            &format!("/v1/me/incidents/{id}/bundle"),
        ] {
            let text = eye.get(path).await?.text;
            assert!(!text.contains(&id), "{path} as {role:?}: {text}");
        }
    }
    let erased = client.post("/v1/me/erase", &json!({"password": PASSWORD, "kinds": ["incident"]})).await?;
    assert_eq!(erased.json()["texts"], 1, "{}", erased.text);
    until(&client, "/v1/me/incidents", |own| own[0]["evidence"] == "deleted").await?;
    house.close().await
}

#[tokio::test]
async fn excluded_calls_are_told_without_reason_and_agent_to_those_who_cannot_see_whose_they_were() -> Outcome
{
    let house = House::open(Profile::Cn).await?;
    let (me, _, _) = pressed(&house).await?;
    let planner = house.role(Role::Planner).await?;
    let (from, to) =
        (Timestamp::now() - SignedDuration::from_hours(1), Timestamp::now() + SignedDuration::from_hours(1));
    let path = format!("/v1/calls/excluded?from={from}&to={to}");
    let excluded = until(&planner, &path, |told| told["calls"][0].is_string()).await?;
    assert_eq!(excluded, json!({"calls": ["c-1"]}));
    assert!(!excluded.to_string().contains(me.as_str()));
    assert_eq!(house.key(KeyKind::Workforce).await?.get(&path).await?.status, 200);
    let wrong = planner.get(&format!("/v1/calls/excluded?from={to}&to={from}")).await?;
    assert_eq!((wrong.status, &wrong.json()["field"]), (422, &json!("to")));
    for role in Role::ALL.into_iter().filter(|&role| role != Role::Planner) {
        assert_eq!(house.role(role).await?.get(&path).await?.status, 403, "{role:?}");
    }
    house.close().await
}

#[tokio::test]
async fn who_asks_for_help_gets_it_and_says_in_private_what_they_think_of_an_alert() -> Outcome {
    let house = House::open(Profile::Cn).await?;
    let (me, client) = house.agent("li.wei").await?;
    house.append(Body::AgentState { agent: me.clone(), state: WorkState::Available, reason: None }).await?;
    let made_up = client.post("/v1/me/help", &json!({"action": "action.dance"})).await?;
    assert_eq!((made_up.status, &made_up.json()["field"]), (422, &json!("action")));
    assert_eq!(client.post("/v1/me/help", &json!({"action": "action.check_in"})).await?.status, 202);
    let supervisor = house.role(Role::Supervisor).await?;
    let told = until(&supervisor, "/v1/alerts?lang=en", |told| told["alerts"][0].is_object()).await?;
    let alert = &told["alerts"][0];
    assert_eq!(
        (&alert["action"], &alert["acknowledged"]),
        (&json!("action.check_in"), &Value::Null),
        "{alert}"
    );
    let id = AlertId::new(alert["alert"].as_str().unwrap())?;
    assert_eq!(supervisor.post(&format!("/v1/alerts/{id}/acknowledge"), &Value::Null).await?.status, 204);
    until(&supervisor, "/v1/alerts", |told| told["alerts"][0]["acknowledged"].is_string()).await?;
    let own = client.get("/v1/me/alerts?lang=en").await?.json();
    assert_eq!((&own[0]["alert"], &own[0]["rated"]), (&json!(id.as_str()), &json!(false)));
    let rating = format!("/v1/me/alerts/{id}/rating");
    let (_, other) = house.agent("wang.fang").await?;
    let answer = json!({"right": true, "welcome": false});
    assert_eq!(other.post(&rating, &answer).await?.status, 404);
    assert_eq!(client.post(&rating, &answer).await?.status, 204);
    until(&client, "/v1/me/alerts", |own| own[0]["rated"] == true).await?;
    assert!(!supervisor.get("/v1/alerts").await?.text.contains("welcome"));
    house.close().await
}

#[tokio::test]
async fn an_alert_that_is_answered_or_a_day_old_is_found_by_nobody_but_its_agent() -> Outcome {
    let house = House::open(Profile::Cn).await?;
    let (me, client) = house.agent("li.wei").await?;
    talk(&house, &me, "c-1").await?;
    let raise = |name: &str, at: Timestamp| -> anyhow::Result<Draft> {
        let body = Body::AlertRaised {
            alert: AlertId::new(name)?,
            agent: Some(me.clone()),
            queue: None,
            call: Some(CallId::new("c-1")?),
            reason: calmline_core::event::Reason::new("alert.abuse"),
            confidence: calmline_core::Share::new(0.9),
            evidence: Vec::new(),
            action: "action.join_call".into(),
            expires: at + SignedDuration::from_mins(10),
        };
        Ok(Draft::told(house.site.clone(), "test", name, at, body))
    };
    let now = Timestamp::now();
    house.append_draft(raise("old", now - SignedDuration::from_hours(25))?).await?;
    house.append_draft(raise("answered", now)?).await?;
    house.append_draft(raise("open", now)?).await?;
    let supervisor = house.role(Role::Supervisor).await?;
    let wrong = json!({"outcome": "wrong"});
    assert_eq!(supervisor.post("/v1/alerts/answered/outcome", &wrong).await?.status, 204);
    let names = |value: &Value| -> Vec<String> {
        let text = value.to_string();
        let has = |name: &&str| text.contains(&format!("\"alert\":\"{name}\""));
        ["old", "answered", "open"].into_iter().filter(has).map(str::to_owned).collect()
    };
    assert_eq!(names(&supervisor.get("/v1/alerts").await?.json()), ["open"]);
    let mut story = supervisor.get("/v1/calls/c-1").await?.json();
    let timeline = story["timeline"].as_array_mut().unwrap();
    timeline.retain(|event| event["type"] == "alert.raised");
    assert_eq!(names(&json!(timeline)), ["open"]);
    let mut stream = supervisor.stream("?after=0&kinds=alert.raised").await?;
    assert_eq!(names(&stream.next_of("alert.raised").await?.data["data"]), ["open"]);
    assert_eq!(
        client.get("/v1/me/alerts").await?.json().as_array().map(Vec::len),
        Some(2),
        "those of the day"
    );
    house.close().await
}

#[tokio::test]
async fn what_becomes_of_cues_is_the_agents_choice_and_their_secret() -> Outcome {
    let house = House::open(Profile::Cn).await?;
    let (_, client) = house.agent("li.wei").await?;
    assert_eq!(client.get("/v1/me/cue-sharing").await?.json(), json!({"sharing": "ask_me"}));
    let chosen = client.call("PUT", "/v1/me/cue-sharing", &json!({"sharing": "tell_at_once"})).await?;
    assert_eq!(chosen.status, 204, "{}", chosen.text);
    assert_eq!(client.get("/v1/me/cue-sharing").await?.json(), json!({"sharing": "tell_at_once"}));
    for role in Role::ALL.into_iter().filter(|&role| role != Role::Agent) {
        assert_eq!(house.role(role).await?.get("/v1/me/cue-sharing").await?.status, 403, "{role:?}");
    }
    house.close().await
}
