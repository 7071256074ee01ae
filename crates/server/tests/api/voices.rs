//! How an agent's voice was against their own usual: for that agent alone, to be contradicted, and gone with the consent.

use calmline_core::{
    AgentId, Body, CallId, Draft, EventId, PayloadId, Role, Share, SubjectId, Timestamp,
    event::{CallCue, Clear, Cue, CueKind, PayloadKind, Reason},
    policy::Profile,
};
use calmline_store::Baselines as _;
use serde_json::json;

use crate::{
    house::{House, Outcome},
    own::talk,
};

const CONSENT: &str = "/v1/me/consents/voice_affect";

async fn tell(house: &House, agent: &AgentId, call: &CallId, said: &CallCue) -> anyhow::Result<EventId> {
    let bytes = serde_json::to_vec(said)?;
    let text = String::from_utf8(bytes.clone())?;
    let id = PayloadId::new(EventId::derive(&[call.as_str(), &text]).to_string())?;
    let body = Body::AgentCue { agent: agent.clone(), call: call.clone(), cue: id.clone() };
    let clear = Clear { id, subject: SubjectId::of_agent(agent), kind: PayloadKind::VoiceCue, bytes };
    let draft = Draft::derived(house.site.clone(), Timestamp::now(), Vec::new(), body).with(clear);
    let event = draft.id;
    house.append_draft(draft).await?;
    Ok(event)
}

fn tenser() -> CallCue {
    CallCue::Moved(Cue {
        kind: CueKind::Tenser,
        deviations: 2.6,
        confidence: Share::new(0.84),
        false_alarms: Share::new(0.03),
        drivers: vec!["cue_feature.pitch.up".into(), "cue_feature.pace.up".into()],
    })
}

#[tokio::test]
async fn a_cue_is_read_in_words_and_contradicted_by_its_agent_and_by_nobody_else() -> Outcome {
    let house = House::open(Profile::Cn).await?;
    let [(me, mine), (_, other)] = [house.agent("li.wei").await?, house.agent("wang.fang").await?];
    assert_eq!(mine.call("PUT", CONSENT, &json!({})).await?.status, 204);
    let call = talk(&house, &me, "c-1").await?;
    let reason = Reason::new("cue_withheld.few_calls").with("calls", 2.0).with("needed", 5.0);
    tell(&house, &me, &call, &CallCue::Withheld(reason)).await?;
    let event = tell(&house, &me, &call, &tenser()).await?;

    let own = mine.get("/v1/me/cues?lang=en").await?.json();
    assert_eq!((&own["allowed"], &own["calls_known"]), (&json!(true), &json!(0)), "{own}");
    let cue = &own["calls"][0];
    assert_eq!(cue["event"], json!(event), "{own}");
    assert_eq!(cue["text"], "Your voice was tenser than usual in this call.");
    assert_eq!(cue["cue"]["why"], json!(["pitch: higher", "pace: faster"]));
    assert_eq!(own["calls"][1]["cue"], json!(null));
    let chinese = mine.get("/v1/me/cues?lang=zh").await?.json();
    assert_eq!(chinese["calls"][0]["text"], "这通电话里，您的声音比平时紧。");

    assert_eq!(mine.call("POST", "/v1/me/disputes", &json!({"event": event})).await?.status, 204);
    assert_eq!(mine.get("/v1/me/cues").await?.json()["calls"][0]["disputed"], true);

    assert_eq!(other.get("/v1/me/cues").await?.json()["calls"], json!([]));
    assert_eq!(other.call("POST", "/v1/me/disputes", &json!({"event": event})).await?.status, 404);
    for role in Role::ALL.into_iter().filter(|&role| role != Role::Agent) {
        let client = house.role(role).await?;
        assert_eq!(client.get("/v1/me/cues").await?.status, 403, "{role:?}");
        for path in ["/v1/calls/c-1".to_owned(), format!("/v1/why/{event}")] {
            let answer = client.get(&path).await?;
            assert!(!answer.text.contains("agent.cue"), "{role:?} {path}: {}", answer.text);
        }
    }
    house.close().await
}

#[tokio::test]
async fn a_withdrawal_says_how_much_it_erased_and_an_own_erasure_takes_the_usual_too() -> Outcome {
    let house = House::open(Profile::Cn).await?;
    let (me, mine) = house.agent("li.wei").await?;
    let subject = SubjectId::of_agent(&me);
    let call = talk(&house, &me, "c-1").await?;
    let learn = async || {
        tell(&house, &me, &call, &tenser()).await?;
        house.store.keep_baseline(&house.site, &subject, b"{}", Timestamp::now()).await?;
        anyhow::Ok(())
    };
    assert_eq!(mine.call("PUT", CONSENT, &json!({})).await?.status, 204);
    learn().await?;
    assert_eq!(mine.get("/v1/me/erase").await?.json()["voice_cue"], 2);
    let taken = mine.get("/v1/me/export").await?.json();
    let ids: Vec<_> = taken["texts"].as_array().unwrap().iter().map(|text| text["id"].clone()).collect();
    assert!(ids.contains(&json!("voice_usual")), "{taken}");

    let withdrawn = mine.call("DELETE", CONSENT, &json!({})).await?;
    let said = withdrawn.json();
    assert_eq!((withdrawn.status, &said["erased"]), (200, &json!(2)));
    assert!(said["deleted"].as_str().is_some_and(|deleted| deleted.contains("2 notes")), "{said}");
    assert_eq!(house.store.baseline(&house.site, &subject).await?, None);
    let own = mine.get("/v1/me/cues").await?.json();
    assert_eq!((&own["on"], &own["calls"]), (&json!(false), &json!([])));
    assert_eq!(mine.call("DELETE", CONSENT, &json!({})).await?.json()["erased"], 0);

    // What is learned after a new consent goes with the agent's own erasure as well.
    assert_eq!(mine.call("PUT", CONSENT, &json!({})).await?.status, 204);
    house.store.keep_baseline(&house.site, &subject, b"{}", Timestamp::now()).await?;
    let asked = json!({"kinds": ["voice_cue"], "password": crate::house::PASSWORD});
    assert_eq!(mine.call("POST", "/v1/me/erase", &asked).await?.json()["texts"], 1);
    assert_eq!(house.store.baseline(&house.site, &subject).await?, None);
    house.close().await
}

#[tokio::test]
async fn where_the_profile_forbids_it_there_is_nothing_to_switch_on() -> Outcome {
    for profile in [Profile::Eu, Profile::Strict] {
        let house = House::open(profile).await?;
        let (_, mine) = house.agent("li.wei").await?;
        let own = mine.get("/v1/me/cues").await?.json();
        assert_eq!((&own["allowed"], &own["on"]), (&json!(false), &json!(false)), "{profile:?}");
        assert_eq!(mine.call("PUT", CONSENT, &json!({})).await?.status, 409, "{profile:?}");
        house.close().await?;
    }
    Ok(())
}
