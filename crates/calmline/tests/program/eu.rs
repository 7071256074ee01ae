//! The main promise, end to end: under `eu`, real calls live over real sockets, every frame counted, and nothing about an
//! agent's voice or mood in the log or in what is attested.

use std::collections::HashMap;

use calmline_core::{Body, CallId, Event, Party};
use serde_json::{Value, json};

use crate::{
    phone::{Platform, REAL_TIME, uuid},
    program::{Outcome, run, words},
    recordings::{Sides, calls},
    serving::{House, Serving, work},
};

/// A call that is played.
#[derive(Clone)]
struct Played {
    conversation: String,
    agent: String,
    sides: Sides,
}

fn real_calls() -> anyhow::Result<Option<Vec<Played>>> {
    let names = [
        "Auto_Repairs_40_UTC_caller.wav",
        "Auto_Repairs_40_UTC_agent.wav",
        "Auto_Repairs_49_UTC_caller.wav",
        "Auto_Repairs_49_UTC_agent.wav",
        "genesys_stereo_ulaw.wav",
    ];
    let Some([a, b, c, d, e]) = calls(names) else { return Ok(None) };
    let sides = [Sides::pair(&a, &b)?, Sides::pair(&c, &d)?, Sides::stereo(&e)?];
    let played = sides.into_iter().enumerate().map(|(number, sides)| Played {
        conversation: uuid(),
        agent: format!("agent-{number}"),
        sides,
    });
    Ok(Some(played.collect()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_eu_every_frame_of_real_calls_is_counted_and_no_agent_is_judged() -> Outcome {
    let Some(calls) = real_calls()? else { return Ok(()) };
    let house = House::set_up("eu")?;
    let serving = house.serve()?;
    serving.admin()?;
    let platform = house.platform(&serving)?;
    answer(&house, &serving, &calls)?;
    let playing: Vec<_> =
        calls.iter().map(|call| tokio::spawn(play(platform.clone(), call.clone()))).collect();
    for call in playing {
        call.await??;
    }
    let frames: usize = calls.iter().map(|call| call.sides.frames()).sum();
    for party in ["agent", "customer"] {
        let counted = serving.counter("calmline_audio_frames_total", &format!("party=\"{party}\""))?;
        assert_eq!(counted, frames as f64, "{party}");
    }
    assert_eq!(serving.counter("calmline_audio_frames_lost_total", "party")?, 0.0);
    let ended: Vec<Value> = calls
        .iter()
        .map(|call| {
            work(&format!("end {}", call.agent), "call.ended", &json!({"call_id": call.conversation}))
        })
        .collect();
    serving.work(&house.events_key, &ended)?;
    serving.stop()?;

    let log = house.log().await?;
    every_frame_is_in_the_log(&log, &calls)?;
    no_agent_is_judged(&log);
    statement(&house, &log)?;
    let again = run(words([&"replay", &"--log", &house.data(), &"--json"]))?.json()?;
    assert_eq!((&again["same"], &again["sites"][0]["only_in_log"]), (&json!(true), &json!([])));
    assert!(again["sites"][0]["same"].as_u64() > Some(0), "some decisions were made: {again}");
    Ok(())
}

fn answer(house: &House, serving: &Serving, calls: &[Played]) -> Outcome {
    let mut events = Vec::new();
    for call in calls {
        let (id, agent) = (&call.conversation, &call.agent);
        let mut tell = |kind: &str, data: Value| events.push(work(&format!("{kind} {agent}"), kind, &data));
        tell("agent.state", json!({"agent_id": agent, "state": "busy"}));
        tell("call.offered", json!({"call_id": id, "agent_id": agent, "queue": "repairs"}));
        tell("call.answered", json!({"call_id": id, "agent_id": agent, "queue": "repairs"}));
    }
    let taken = serving.work(&house.events_key, &events)?;
    assert_eq!(taken["accepted"], events.len());
    Ok(())
}

async fn play(platform: Platform, call: Played) -> Outcome {
    let mut line = platform.call(&call.conversation).await?;
    line.play(&call.sides, REAL_TIME).await?;
    line.hang_up("end").await?;
    Ok(())
}

fn every_frame_is_in_the_log(log: &[Event], calls: &[Played]) -> Outcome {
    let mut closed: HashMap<(CallId, Party), (u64, u64)> = HashMap::new();
    for event in log {
        if let Body::LegClosed { call, party, frames, lost, speech_s } = &event.body {
            assert!(speech_s.is_some_and(|seconds| seconds > 1.0), "{event:?}");
            let twice = closed.insert((call.clone(), *party), (*frames, *lost));
            assert!(twice.is_none(), "a leg is closed once: {event:?}");
        }
    }
    for call in calls {
        for party in [Party::Customer, Party::Agent] {
            let leg = closed.remove(&(CallId::new(call.conversation.as_str())?, party));
            assert_eq!(leg, Some((call.sides.frames() as u64, 0)), "{} {party:?}", call.agent);
        }
    }
    assert!(closed.is_empty(), "{closed:?}");
    Ok(())
}

fn no_agent_is_judged(log: &[Event]) {
    let mut customers = 0;
    for event in log {
        match &event.body {
            Body::Signal { party, .. } => {
                assert_eq!(*party, Party::Customer, "{event:?}");
                customers += 1;
            }
            Body::Utterance { party, signs, .. } => {
                assert!(signs.is_none() || *party == Party::Customer, "{event:?}");
            }
            Body::LegEnvelope { party, .. } => assert_eq!(*party, Party::Customer, "{event:?}"),
            _ => {}
        }
    }
    assert!(customers > 0, "callers are sensed, so that agents are not says something");
}

/// The attestation says what the log says, and nobody can change it unseen.
fn statement(house: &House, log: &[Event]) -> Outcome {
    let made = run(words([&"attest", &"--data", &house.data(), &"--json"]))?;
    let document = made.json()?;
    let statement = &document["statement"];
    assert_eq!((&statement["profile"], &statement["agent_affect_possible"]), (&json!("eu"), &json!(false)));
    assert_eq!(statement["contradictions"], json!([]));
    assert_eq!(statement["log"]["events"], log.len());
    let rows = |name: &str| statement[name].as_array().cloned().unwrap_or_default();
    let signals = rows("signals");
    assert!(signals.iter().all(|row| row["party"] == "customer"), "{signals:?}");
    let counted: u64 = signals.iter().filter_map(|row| row["count"].as_u64()).sum();
    let logged = log.iter().filter(|event| matches!(event.body, Body::Signal { .. })).count();
    assert_eq!(counted, logged as u64);
    for party in ["agent", "unknown"] {
        for purpose in ["voice_affect", "talk_dynamics", "word_reading"] {
            let verdicts = rows("self_test");
            let verdict = verdicts.iter().find(|row| row["party"] == party && row["purpose"] == purpose);
            assert_eq!(verdict.map(|row| &row["possible"]), Some(&json!(false)), "{party} {purpose}");
        }
    }
    let refused = rows("permits");
    let refused = refused.iter().find(|row| row["party"] == "agent" && row["purpose"] == "voice_affect");
    let refused = refused.ok_or_else(|| anyhow::anyhow!("nobody asked for an agent's voice"))?;
    assert_eq!(refused["granted"], 0);
    assert_eq!(refused["refused_by"]["law.eu.ai_act_5_1_f"], refused["refused"]);

    let (true_one, forged) = (house.folder().join("statement.json"), house.folder().join("forged.json"));
    std::fs::write(&true_one, &made.out)?;
    std::fs::write(&forged, made.out.replacen("\"granted\": 0", "\"granted\": 7", 1))?;
    let verified = run(words([&"attest", &"--verify", &true_one, &"--json"]))?.json()?;
    assert_eq!((&verified["valid"], &verified["statement"]), (&json!(true), statement));
    let refused = run(words([&"attest", &"--verify", &forged, &"--json"]))?;
    assert_eq!(refused.status, 1, "{refused:?}");
    assert_eq!(serde_json::from_str::<Value>(&refused.out)?["valid"], false);
    Ok(())
}
