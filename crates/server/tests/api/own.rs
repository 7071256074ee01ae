//! An agent's own day and data, and what nobody else sees of it.

use std::time::{Duration, Instant};

use calmline_core::{
    AgentId, AlertId, Body, CallId, Draft, EventId, OfferId, Party, PayloadId, Role, Share, SubjectId,
    Timestamp,
    event::{Clear, Evidence, PayloadKind, Reason, SignalKind, Spoken, WordSigns, WorkState},
    policy::{Profile, Purpose},
};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::house::{Client, House, Outcome, PASSWORD};

pub async fn offer(house: &House, agent: &AgentId, name: &str) -> anyhow::Result<OfferId> {
    let offer = OfferId::new(name)?;
    let body = Body::BreakOffered {
        offer: offer.clone(),
        agent: agent.clone(),
        minutes: 8,
        reasons: vec![Reason::new("load.since_break").with("minutes", 52.0)],
        expires: Timestamp::now() + SignedDuration::from_mins(10),
    };
    house.append(body).await?;
    Ok(offer)
}

/// A call of an agent with one utterance of each side, and what was sensed of both.
pub async fn talk(house: &House, agent: &AgentId, name: &str) -> anyhow::Result<CallId> {
    let call = CallId::new(name)?;
    house.append(Body::CallAnswered { call: call.clone(), agent: agent.clone(), queue: None }).await?;
    let caller = SubjectId::of_caller(&call);
    say(house, &call, Party::Customer, caller, "I have waited an hour").await?;
    say(house, &call, Party::Agent, SubjectId::of_agent(agent), "I am sorry to hear that").await?;
    for party in [Party::Customer, Party::Agent] {
        let (kind, confidence) = (SignalKind::Arousal, Share::new(0.9));
        let (call, drivers) = (call.clone(), vec!["driver.faster".into()]);
        let signal =
            Body::Signal { call, party, kind, start_s: 0.0, end_s: 1.0, value: 0.8, confidence, drivers };
        house.append(signal).await?;
    }
    Ok(call)
}

pub async fn say(house: &House, call: &CallId, party: Party, subject: SubjectId, words: &str) -> Outcome {
    let id = PayloadId::new(EventId::derive(&[call.as_str(), words]).to_string())?;
    let body = Body::Utterance {
        call: call.clone(),
        party,
        start_s: 0.0,
        end_s: 1.0,
        language: Some("en".into()),
        confidence: Some(Share::new(0.9)),
        text: Some(id.clone()),
        signs: Some(WordSigns { sentiment: -0.7, ..WordSigns::default() }),
        intent: None,
    };
    let clear = Clear { id, subject, kind: PayloadKind::Transcript, bytes: Spoken::of(words).to_bytes() };
    let draft = Draft::derived(house.site.clone(), Timestamp::now(), Vec::new(), body).with(clear);
    house.append_draft(draft).await
}

#[tokio::test]
async fn the_day_tells_standing_breaks_calls_and_prompts_in_words() -> Outcome {
    let house = House::open(Profile::Cn).await?;
    let (me, client) = house.agent("li.wei").await?;
    let state = WorkState::Available;
    house.append(Body::AgentState { agent: me.clone(), state, reason: None }).await?;
    let call = talk(&house, &me, "c-1").await?;
    offer(&house, &me, "o-1").await?;
    let prompt = Body::PromptShown {
        agent: me.clone(),
        call,
        reason: Reason::new("prompt.abuse"),
        confidence: Share::new(0.8),
        expires: Timestamp::now(),
    };
    house.append(prompt).await?;
    let start = Instant::now();
    let day = loop {
        let day = client.get("/v1/me/day?lang=en").await?;
        assert_eq!(day.status, 200, "{}", day.text);
        // The decider follows the log at its own pace.
        if !day.json()["standing"].is_null() || start.elapsed() > Duration::from_secs(5) {
            break day.json();
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert!(day["standing"]["load"]["text"].is_string(), "{day}");
    assert_eq!(day["breaks"][0]["offer"], "o-1");
    assert!(day["breaks"][0]["text"].as_str().unwrap().contains('8'));
    assert_eq!(day["calls"][0]["call"], "c-1");
    assert!(day["prompts"][0]["text"].as_str().unwrap().contains("abuse key"));
    assert_eq!((&day["current"], &day["timeline"][0]["state"]), (&json!("c-1"), &json!("available")));
    assert!(day["timeline"][0]["to"].is_null(), "it lasts: {day}");
    let chinese = client.get("/v1/me/day?lang=zh").await?.json();
    assert_ne!(chinese["breaks"][0]["text"], day["breaks"][0]["text"]);
    assert_eq!(client.get("/v1/me/day?lang=fr").await?.json()["code"], "wrong_query");
    house.close().await
}

#[tokio::test]
async fn an_offer_is_answered_by_its_agent_and_the_refusal_is_seen_by_nobody_else() -> Outcome {
    let house = House::open(Profile::Cn).await?;
    let (me, client) = house.agent("li.wei").await?;
    let (_, other) = house.agent("wang.fang").await?;
    offer(&house, &me, "o-1").await?;
    let path = "/v1/me/offers/o-1/answer";
    assert_eq!(other.post(path, &json!({"answer": "refused"})).await?.status, 404);
    let late = json!({"answer": "moved", "to": "2020-01-01T00:00:00Z"});
    assert_eq!(client.post(path, &late).await?.json()["field"], "to");
    assert_eq!(client.post(path, &json!({"answer": "perhaps"})).await?.status, 422);
    let refused = client.post(path, &json!({"answer": "refused"})).await?;
    assert_eq!(refused.status, 204, "{}", refused.text);
    let again = client.post(path, &json!({"answer": "accepted"})).await?;
    assert_eq!(again.json()["code"], "offer_closed");
    let events = house.log().await?;
    let answer = events.iter().find(|event| matches!(event.body, Body::BreakAnswered { .. })).unwrap();
    assert_eq!(answer.because.len(), 1, "the answer names the offer");
    for role in Role::ALL.into_iter().filter(|&role| role != Role::Agent) {
        let eye = house.role(role).await?;
        for path in
            ["/v1/floor", "/v1/alerts", "/v1/calls", "/v1/system", "/v1/policy", "/v1/accounts", "/v1/queues"]
        {
            let text = eye.get(path).await?.text;
            assert!(!text.contains("o-1") && !text.contains("refused"), "{path} as {role:?}: {text}");
        }
    }
    house.close().await
}

#[tokio::test]
async fn a_call_shows_each_viewer_what_is_theirs_to_see() -> Outcome {
    let house = House::open(Profile::Cn).await?;
    let (me, client) = house.agent("li.wei").await?;
    let (_, other) = house.agent("wang.fang").await?;
    talk(&house, &me, "c-1").await?;
    let story = async |client: &Client| -> anyhow::Result<(u16, Value)> {
        let answer = client.get("/v1/calls/c-1").await?;
        Ok((answer.status, answer.json()))
    };
    let of_kind = |story: &Value, kind: &str| -> Vec<Value> {
        let timeline = story["timeline"].as_array().unwrap().clone();
        timeline.into_iter().filter(|moment| moment["type"] == kind).collect()
    };
    let (_, own) = story(&client).await?;
    assert_eq!(of_kind(&own, "signal").len(), 2);
    assert_eq!(of_kind(&own, "utterance")[0]["words"], "I have waited an hour");
    let (_, supervisor) = story(&house.role(Role::Supervisor).await?).await?;
    let said = of_kind(&supervisor, "utterance");
    assert_eq!(said[1]["words"], "I am sorry to hear that");
    assert!(said[0]["data"]["signs"].is_object() && said[1]["data"].get("signs").is_none(), "{said:?}");
    let [signal] = of_kind(&supervisor, "signal").try_into().unwrap();
    assert_eq!(signal["data"]["party"], "customer");
    let (_, analyst) = story(&house.role(Role::Analyst).await?).await?;
    assert!(of_kind(&analyst, "utterance").is_empty() && of_kind(&analyst, "signal").is_empty());
    assert_eq!(of_kind(&analyst, "call.answered").len(), 1);
    assert_eq!(story(&other).await?.0, 404);
    assert_eq!(other.get("/v1/calls").await?.json(), json!([]));
    assert_eq!(client.get("/v1/calls").await?.json()[0]["call"], "c-1");
    house.close().await
}

#[tokio::test]
async fn consent_is_given_and_withdrawn_and_takes_effect_within_a_second() -> Outcome {
    let house = House::open(Profile::Cn).await?;
    let (me, client) = house.agent("li.wei").await?;
    let path = "/v1/me/consents/voice_affect";
    let stands =
        || house.live.with_policy(&house.site, |policy| policy.has_consent(&me, Purpose::VoiceAffect));
    let becomes = async |wanted: bool| {
        let start = Instant::now();
        while stands() != Some(wanted) {
            assert!(start.elapsed() < Duration::from_secs(1), "the policy did not hear of it");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let before = client.get(path).await?.json();
    assert_eq!((&before["wanted"], &before["given"]), (&json!(true), &json!(false)));
    assert!(before["stored"].as_str().unwrap().contains("No sound"), "{before}");
    assert_eq!(client.call("PUT", path, &json!({})).await?.status, 204);
    becomes(true).await;
    assert_eq!(client.get(path).await?.json()["given"], true);
    assert_eq!(client.call("DELETE", path, &json!({})).await?.status, 200);
    becomes(false).await;
    assert_eq!(client.call("PUT", "/v1/me/consents/astrology", &json!({})).await?.status, 400);
    assert_eq!(client.get("/v1/me/consents").await?.json().as_array().unwrap().len(), Purpose::ALL.len());
    house.close().await
}

#[tokio::test]
async fn in_the_eu_consent_to_voice_affect_cannot_be_given() -> Outcome {
    let house = House::open(Profile::Eu).await?;
    let (_, client) = house.agent("li.wei").await?;
    let refused = client.call("PUT", "/v1/me/consents/voice_affect", &json!({})).await?;
    assert_eq!((refused.status, refused.json()["code"].as_str()), (409, Some("not_wanted")));
    let body = client.get("/v1/me/consents/voice_affect").await?.json();
    assert_eq!((&body["wanted"], &body["given"]), (&json!(false), &json!(false)));
    assert!(body["laws"][0].as_str().unwrap().contains("5(1)(f)"));
    house.close().await
}

#[tokio::test]
async fn the_abuse_key_names_the_call_in_progress() -> Outcome {
    let house = House::open(Profile::Cn).await?;
    let (me, client) = house.agent("li.wei").await?;
    assert_eq!(client.post("/v1/me/abuse", &json!({})).await?.json()["code"], "no_call");
    talk(&house, &me, "c-1").await?;
    assert_eq!(client.post("/v1/me/abuse", &json!({})).await?.status, 202);
    let (_, other) = house.agent("wang.fang").await?;
    assert_eq!(other.post("/v1/me/abuse", &json!({"call": "c-1"})).await?.status, 404);
    let pressed = house.log().await?.into_iter().find_map(|event| match event.body {
        Body::AbuseReported { agent, call } => Some((agent, call)),
        _ => None,
    });
    assert_eq!(pressed, Some((me, CallId::new("c-1")?)));
    house.close().await
}

#[tokio::test]
async fn an_inference_is_disputed_by_whom_it_is_about_and_a_fact_is_not() -> Outcome {
    let house = House::open(Profile::Cn).await?;
    let (me, client) = house.agent("li.wei").await?;
    let (_, other) = house.agent("wang.fang").await?;
    talk(&house, &me, "c-1").await?;
    let events = house.log().await?;
    let id_of =
        |kind: &str| events.iter().find(|event| event.body.kind() == kind).map(|event| event.id).unwrap();
    let dispute = |id: EventId| json!({"event": id});
    assert_eq!(client.post("/v1/me/disputes", &dispute(id_of("signal"))).await?.status, 204);
    assert_eq!(other.post("/v1/me/disputes", &dispute(id_of("signal"))).await?.status, 404);
    let fact = client.post("/v1/me/disputes", &dispute(id_of("call.answered"))).await?;
    assert_eq!((fact.status, fact.json()["field"].as_str()), (422, Some("event")));
    assert_eq!(client.post("/v1/me/disputes", &dispute(EventId::derive(&["none"]))).await?.status, 404);
    house.close().await
}

#[tokio::test]
async fn an_export_holds_everything_and_an_erasure_leaves_no_words() -> Outcome {
    let house = House::open(Profile::Cn).await?;
    let (me, client) = house.agent("li.wei").await?;
    talk(&house, &me, "c-1").await?;
    let export = client.get("/v1/me/export").await?;
    assert!(export.header("content-disposition").unwrap().starts_with("attachment"));
    let export = export.json();
    assert_eq!((&export["outside_name"], &export["login"]), (&json!("li.wei"), &json!("li.wei")));
    let texts = export["texts"].to_string();
    assert!(texts.contains("I am sorry") && !texts.contains("waited"), "only one's own words: {texts}");
    let wrong = json!({"password": "not the password"});
    assert_eq!(client.post("/v1/me/erase", &wrong).await?.json()["field"], "password");
    assert_eq!(client.get("/v1/me/erase").await?.json()["transcript"], 1);
    let erased = client.post("/v1/me/erase", &json!({"password": PASSWORD})).await?;
    assert_eq!((erased.status, &erased.json()["texts"]), (200, &json!(1)), "{}", erased.text);
    let story = client.get("/v1/calls/c-1").await?.text;
    assert!(!story.contains("I am sorry") && story.contains("waited"), "{story}");
    let last = json!({"password": PASSWORD, "kinds": ["identity"]});
    assert_eq!(client.post("/v1/me/erase", &last).await?.json()["accounts"], 1);
    assert_eq!(client.get("/v1/session").await?.status, 401);
    house.close().await
}

#[tokio::test]
async fn an_alert_shows_its_evidence_and_takes_one_outcome() -> Outcome {
    let house = House::open(Profile::Cn).await?;
    let (me, _) = house.agent("li.wei").await?;
    let call = talk(&house, &me, "c-1").await?;
    let events = house.log().await?;
    let said = events.iter().find(|event| event.body.kind() == "utterance").unwrap();
    let Body::Utterance { text: quote, .. } = said.body.clone() else { unreachable!() };
    let alert = AlertId::new("a-1")?;
    let raised = Body::AlertRaised {
        alert,
        agent: Some(me),
        queue: None,
        call: Some(call),
        reason: Reason::new("alert.agitated_caller").with("minutes", 3.0),
        confidence: Share::new(0.9),
        evidence: vec![Evidence { reason: Reason::new("evidence.words"), event: said.id, quote }],
        action: "action.join_call".into(),
        expires: Timestamp::now() + SignedDuration::from_mins(5),
    };
    house.append(raised).await?;
    let supervisor = house.role(Role::Supervisor).await?;
    let shown = supervisor.get("/v1/alerts?open=true").await?.json();
    let alert = shown["alerts"].as_array().unwrap().iter().find(|alert| alert["alert"] == "a-1").unwrap();
    assert_eq!(alert["evidence"][0]["quote"], "I have waited an hour");
    assert_eq!((&alert["name"], &alert["open"]), (&json!("li.wei"), &json!(true)));
    assert!(alert["text"].as_str().unwrap().contains("3 minutes"));
    assert!(alert["first_words"].as_str().unwrap().contains("I am with you"), "{alert}");
    assert_eq!(alert["relief"], json!(["nothing yet"]));
    let path = "/v1/alerts/a-1/outcome";
    let made_up = json!({"outcome": "helped", "action": "action.dance"});
    assert_eq!(supervisor.post(path, &made_up).await?.json()["field"], "action");
    let helped = json!({"outcome": "helped", "action": "action.join_call"});
    assert_eq!(supervisor.post(path, &helped).await?.status, 204);
    assert_eq!(supervisor.post(path, &helped).await?.status, 204);
    let left = supervisor.get("/v1/alerts").await?.json();
    assert!(
        !left["alerts"].as_array().unwrap().iter().any(|alert| alert["alert"] == "a-1"),
        "it vanishes: {left}"
    );
    assert_eq!(supervisor.post(path, &json!({"outcome": "wrong"})).await?.status, 409);
    assert_eq!(supervisor.post("/v1/alerts/none/outcome", &json!({"outcome": "wrong"})).await?.status, 404);
    let outcomes = supervisor.get("/v1/alerts").await?.json()["outcomes"].clone();
    assert_eq!(outcomes, json!({"helped": 1, "not_needed": 0, "wrong": 0, "precision": 1.0}));
    house.close().await
}
