//! The peak envelope of a call: who sees whose, what the policy says about the rest, and its end.

use calmline_core::{
    AgentId, Body, CallId, Draft, EventId, Party, PayloadId, Role, SubjectId, Timestamp,
    event::{Clear, Levels, PayloadKind},
    policy::Profile,
};
use calmline_store::Payloads as _;
use serde_json::{Value, json};

use crate::{
    house::{Client, House, Outcome},
    own::talk,
};

async fn loud(house: &House, call: &CallId, party: Party, subject: SubjectId, peak: u16) -> Outcome {
    let id = PayloadId::new(EventId::derive(&[call.as_str(), subject.as_str()]).to_string())?;
    let mut levels = Levels::default();
    levels.push(Some(peak));
    levels.push(None);
    let body = Body::LegEnvelope {
        call: call.clone(),
        party,
        subject: subject.clone(),
        start_s: 0.0,
        step_s: 0.1,
        steps: 2,
        levels: id.clone(),
    };
    let clear = Clear { id, subject, kind: PayloadKind::Envelope, bytes: levels.to_text().into_bytes() };
    let draft = Draft::derived(house.site.clone(), Timestamp::now(), Vec::new(), body).with(clear);
    house.append_draft(draft).await
}

/// A call of `li.wei` that then goes to `wang.fang`, before the first stretch of either leg is in the log.
async fn handed_over(profile: Profile) -> anyhow::Result<(House, [(AgentId, Client); 2])> {
    let house = House::open(profile).await?;
    let agents = [house.agent("li.wei").await?, house.agent("wang.fang").await?];
    let call = talk(&house, &agents[0].0, "c-1").await?;
    let (to, queue) = (Some(agents[1].0.clone()), None);
    house.append(Body::CallTransferred { call: call.clone(), to, queue }).await?;
    loud(&house, &call, Party::Customer, SubjectId::of_caller(&call), 16_384).await?;
    loud(&house, &call, Party::Agent, SubjectId::of_agent(&agents[0].0), 1_036).await?;
    Ok((house, agents))
}

async fn shown(client: &Client) -> anyhow::Result<(Vec<(String, Value)>, Value)> {
    let answer = client.get("/v1/calls/c-1/envelope?lang=en").await?;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let body = answer.json();
    let of = |stretch: &Value| {
        (stretch["party"].as_str().unwrap_or_default().to_owned(), stretch["levels"].clone())
    };
    let stretches = body["stretches"].as_array().map(|found| found.iter().map(of).collect());
    Ok((stretches.unwrap_or_default(), body["text"].clone()))
}

#[tokio::test]
async fn a_callers_peaks_are_read_like_words_and_an_agents_are_theirs_alone() -> Outcome {
    let (house, [(_, li), (_, wang)]) = handed_over(Profile::Cn).await?;
    let caller = ("customer".to_owned(), json!([-6, null]));
    let supervisor = house.role(Role::Supervisor).await?;
    let (seen, text) = shown(&supervisor).await?;
    assert_eq!(seen, std::slice::from_ref(&caller));
    assert!(text.as_str().unwrap().contains("for that agent alone"), "{text}");
    assert_eq!(shown(&wang).await?.0, [caller], "the call is hers now, the other agent's voice is not");
    assert_eq!(shown(&li).await?.0, [("agent".to_owned(), json!([-30, null]))]);
    assert_eq!(shown(&house.role(Role::Analyst).await?).await?.0, []);
    let (_, nobody) = house.agent("zhao.min").await?;
    assert_eq!(nobody.get("/v1/calls/c-1/envelope").await?.status, 404);
    house.close().await
}

#[tokio::test]
async fn the_policy_says_why_an_agents_side_has_none_and_an_erasure_leaves_none() -> Outcome {
    let (house, _) = handed_over(Profile::Eu).await?;
    let supervisor = house.role(Role::Supervisor).await?;
    let (seen, text) = shown(&supervisor).await?;
    assert_eq!(seen.len(), 1);
    assert!(text.as_str().unwrap().contains("does not allow"), "{text}");
    let caller = SubjectId::of_caller(&CallId::new("c-1")?);
    house.store.erase(&house.site, &caller, &[PayloadKind::Envelope], Timestamp::now()).await?;
    assert_eq!(shown(&supervisor).await?.0, []);
    house.close().await
}
