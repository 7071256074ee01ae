//! The signed statement over HTTP, from the log to the verifier.

use calmline_core::{
    Body, CallId, Party, Role, Share, Timestamp,
    event::SignalKind,
    policy::{Profile, Purpose},
};
use calmline_server::attestation::{self, Folder, NotValid};
use jiff::SignedDuration;
use serde_json::json;

use crate::house::{House, Outcome};

fn arousal(party: Party) -> anyhow::Result<Body> {
    let (call, kind, confidence) = (CallId::new("c-1")?, SignalKind::Arousal, Share::new(0.9));
    Ok(Body::Signal {
        call,
        party,
        kind,
        start_s: 0.0,
        end_s: 1.0,
        value: 0.8,
        confidence,
        drivers: Vec::new(),
    })
}

#[tokio::test]
async fn a_statement_can_be_verified_and_every_change_of_it_shows() -> Outcome {
    let house = House::open(Profile::Eu).await?;
    let council = house.role(Role::WorksCouncil).await?;
    let answer = council.get("/v1/attestation").await?;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let verified = attestation::verify(answer.text.as_bytes())?;
    let statement = &verified.attestation.statement;
    assert_eq!((statement.number, statement.profile, statement.previous.as_ref()), (1, Profile::Eu, None));
    assert!(!statement.agent_affect_possible);
    assert!(statement.contradictions.is_empty());
    assert!(statement.limits.en.contains("cannot prove") && statement.limits.zh.contains("无法证明"));
    let pretty = serde_json::to_vec_pretty(&answer.json())?;
    assert_eq!(attestation::verify(&pretty)?.hash, verified.hash, "white space does not matter");
    for (pointer, value) in [
        ("/statement/log/events", json!(7)),
        ("/statement/agent_affect_possible", json!(true)),
        ("/statement/contradictions", json!(["none"])),
        ("/statement/profile", json!("cn")),
    ] {
        let mut forged = answer.json();
        *forged.pointer_mut(pointer).unwrap() = value;
        let found = attestation::verify(forged.to_string().as_bytes());
        assert!(matches!(found, Err(NotValid::Signature)), "{pointer}: {found:?}");
    }
    let mut added = answer.json();
    added["statement"]["note"] = "all is well".into();
    assert!(matches!(attestation::verify(added.to_string().as_bytes()), Err(NotValid::Signature)));
    assert!(matches!(attestation::verify(b"{}"), Err(NotValid::Unreadable(_))));
    let same = council.get("/v1/attestation").await?.json();
    assert_eq!(same["statement"]["number"], 1, "made anew at most once a minute");
    house.close().await
}

#[tokio::test]
async fn statements_are_chained_and_count_what_the_log_holds() -> Outcome {
    let house = House::open(Profile::Eu).await?;
    let folder = Folder::open(&house.data())?;
    let now = Timestamp::now();
    let one = attestation::make(house.store.as_ref(), &folder, &house.site, now).await?;
    let permit = Body::PermitDecided {
        call: CallId::new("c-1")?,
        party: Party::Agent,
        subject: None,
        purpose: Purpose::VoiceAffect,
        granted: false,
        rules: vec!["law.eu.ai_act_5_1_f".into()],
        policy_version: 1,
    };
    house.append(permit).await?;
    let later = now + SignedDuration::from_mins(1);
    let two = attestation::make(house.store.as_ref(), &folder, &house.site, later).await?;
    let [one, two] =
        [&one, &two].map(|made| attestation::verify(&serde_json::to_vec(made).unwrap()).unwrap());
    attestation::follows(&one, &two)?;
    assert!(matches!(attestation::follows(&two, &one), Err(NotValid::Chain { .. })));
    let count = &two.attestation.statement.permits[0];
    assert_eq!((count.granted, count.refused), (0, 1));
    assert_eq!(count.refused_by["law.eu.ai_act_5_1_f"], 1);
    // Somebody writes what the profile forbids past the policy: the next statement says so.
    house.append(arousal(Party::Agent)?).await?;
    let three = attestation::make(house.store.as_ref(), &folder, &house.site, later).await?;
    assert_eq!(three.statement.contradictions, ["1 arousal of the agent leg, which the profile forbids"]);
    house.close().await
}
