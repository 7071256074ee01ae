//! Consent that is withdrawn in the middle of a call.

use std::time::Duration;

use anyhow::Context;
use calmline_core::{Body, Event, Party, Timestamp, event::SignalKind, policy::Purpose};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::{
    edges::tones,
    faults::Refusing,
    phone::{FRAME, REAL_TIME, uuid},
    program::{Outcome, PASSWORD, run, words},
    recordings::{Sides, calls},
    serving::{House, Person, Serving, work},
};

/// The consent is withdrawn after so many seconds, in the middle of something that the agent says.
const BEFORE: usize = 37;
/// The call goes on until here; the agent speaks on from 44 to 51 s.
const AFTER: usize = 55;

fn agent_arousal(event: &Event) -> bool {
    matches!(event.body, Body::Signal { party: Party::Agent, kind: SignalKind::Arousal, .. })
}

/// Where the agent gives and withdraws it.
const CONSENT: &str = "/v1/me/consents/voice_affect";

/// An agent who agrees that their voice is read.
fn agreeing(serving: &Serving) -> anyhow::Result<Person> {
    let admin = serving.admin()?;
    let account =
        json!({"login": "li.wei", "password": PASSWORD, "roles": ["agent"], "agent_id": "li.wei@acd"});
    let (status, body) = admin.send("POST", "/v1/accounts", &account)?;
    assert_eq!(status, 201, "{body}");
    let me = serving.sign_in("li.wei")?;
    assert_eq!(me.send("PUT", CONSENT, &json!({}))?.0, 204);
    Ok(me)
}

/// The phone platform says that the agent took a call.
fn answered(call: &str) -> Value {
    work(call, "call.answered", &json!({"call_id": call, "agent_id": "li.wei@acd"}))
}

/// The withdrawal in a log, and the one moment at which the agent's voice was no longer read in a call.
fn stopped(log: &[Event], call: &str) -> anyhow::Result<(Event, Event)> {
    let withdrawal = log.iter().find(|event| matches!(event.body, Body::ConsentWithdrawn { .. }));
    let of_voice = |event: &&Event| {
        event.body.call().is_some_and(|id| id.as_str() == call)
            && matches!(
                event.body,
                Body::SensingStopped { party: Party::Agent, purpose: Purpose::VoiceAffect, .. }
            )
    };
    let stopped: Vec<_> = log.iter().filter(of_voice).collect();
    let [stopped] = stopped.as_slice() else { panic!("not stopped once: {stopped:?}") };
    Ok((withdrawal.context("no withdrawal in the log")?.clone(), (*stopped).clone()))
}

/// How many times the agent's page shows that their own voice was read in a call.
fn read(agent: &Person, call: &str) -> anyhow::Result<usize> {
    let story = agent.get(&format!("/v1/calls/{call}"))?;
    let moments = story["timeline"].as_array().context("no timeline")?;
    let own = |moment: &&Value| {
        moment["type"] == "signal"
            && moment["data"]["party"] == "agent"
            && moment["data"]["kind"] == "arousal"
    };
    Ok(moments.iter().filter(own).count())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_withdrawn_consent_stops_the_sensor_within_a_second_in_the_middle_of_a_call() -> Outcome {
    let names = ["Auto_Repairs_49_UTC_caller.wav", "Auto_Repairs_49_UTC_agent.wav"];
    let Some([customer, agent]) = calls(names) else { return Ok(()) };
    let whole = Sides::pair(&customer, &agent)?;
    let house = House::set_up("cn")?;
    let serving = house.serve()?;
    let me = agreeing(&serving)?;
    let (kept, withdrawn) = (uuid(), uuid());
    serving.work(&house.events_key, &[answered(&withdrawn)])?;
    let platform = house.platform(&serving)?;
    let mut line = platform.call(&withdrawn).await?;
    line.play(&whole.part(0, BEFORE), REAL_TIME).await?;
    assert!(read(&me, &withdrawn)? > 0, "the agent is sensed while the consent stands");
    assert_eq!(me.send("DELETE", CONSENT, &json!({}))?.0, 200);
    line.play(&whole.part(BEFORE, AFTER), REAL_TIME).await?;
    line.hang_up("end").await?;

    // The same minute again with the consent standing: its second half would have been sensed.
    assert_eq!(me.send("PUT", CONSENT, &json!({}))?.0, 204);
    serving.work(&house.events_key, &[answered(&kept)])?;
    let mut line = platform.call(&kept).await?;
    line.play(&whole.part(0, AFTER), Duration::from_millis(20)).await?;
    line.hang_up("end").await?;
    serving.stop()?;

    let log = house.log().await?;
    let of = |call: &str, holds: &dyn Fn(&Event) -> bool| -> Vec<Event> {
        let of_call = |event: &&Event| event.body.call().is_some_and(|id| id.as_str() == call);
        log.iter().filter(of_call).filter(|event| holds(event)).cloned().collect()
    };
    let (withdrawal, stopped) = stopped(&log, &withdrawn)?;
    let late = stopped.at.duration_since(withdrawal.at);
    assert!(stopped.position > withdrawal.position && late.as_secs_f64() < 1.0, "stopped {late} later");
    let heard = of(&withdrawn, &agent_arousal);
    assert!(heard.iter().all(|event| event.position < stopped.position), "sensed after the stop: {heard:?}");
    let ends = |event: &Event| match event.body {
        Body::Signal { end_s, .. } => end_s,
        _ => 0.0,
    };
    let would_have = of(&kept, &agent_arousal);
    assert!(would_have.iter().any(|event| ends(event) > BEFORE as f64 + 1.0), "{would_have:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_withdrawn_consent_stops_the_sensor_while_decisions_cannot_be_stored() -> Outcome {
    let house = House::set_up("cn")?;
    let serving = house.serve()?;
    let me = agreeing(&serving)?;
    let call = uuid();
    serving.work(&house.events_key, &[answered(&call)])?;
    let mut line = house.platform(&serving)?.call(&call).await?;
    line.play(&tones(5 * FRAME), REAL_TIME).await?;

    // Another agent's long day is told, so that there is something to decide; it cannot be stored.
    let decisions = "NEW.body ->> '$.type' IN ('load.changed', 'break.offered', 'break.lapsed')";
    let refusing = Refusing::events(&house.data(), decisions).await?;
    let hours_ago = |hours: i64| {
        let at = Timestamp::now() - SignedDuration::from_hours(hours);
        let data = json!({"agent_id": "wang.fang@acd", "state": "busy", "occurred_at": at});
        work(&format!("day {hours}"), "agent.state", &data)
    };
    if let Err(e) = serving.work(&house.events_key, &[hours_ago(3), hours_ago(2), hours_ago(1)]) {
        panic!("{e:#}");
    }
    let failed = serving.until_ready(503)?;
    assert_eq!(failed["faults"][0]["code"], "log_unavailable", "{failed}");
    assert_eq!(me.send("DELETE", CONSENT, &json!({}))?.0, 200);
    line.play(&tones(10 * FRAME), REAL_TIME).await?;
    line.hang_up("end").await?;
    assert_eq!(serving.until_ready(503)?["status"], "failed", "decisions still wait");
    refusing.over().await?;
    serving.until_ready(200)?;
    serving.stop()?;

    let log = house.log().await?;
    let (withdrawal, stopped) = stopped(&log, &call)?;
    let late = stopped.at.duration_since(withdrawal.at);
    assert!(stopped.position > withdrawal.position && late.as_secs_f64() < 1.0, "stopped {late} later");
    let first = log.iter().find(|event| event.body.is_decision()).context("nothing was decided")?;
    assert!(first.position > stopped.position, "decisions were held up: {first:?}");
    let again = run(words([&"replay", &"--log", &house.data(), &"--json"]))?.json()?;
    assert_eq!(again["same"], true, "{again}");
    Ok(())
}
