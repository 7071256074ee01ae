//! A call's voice on its way to what is said of it, and a withdrawal.

use calmline_core::{AgentId, Body, CallId, Party, Timestamp, event::CallCue, policy::Purpose};
use calmline_floor::{Ear, Hears};
use calmline_sense::AffectModel;

use super::*;
use crate::live::{
    Options,
    stage::{Outcome, Stage, speech},
};

const PURPOSE: Purpose = Purpose::VoiceAffect;

/// A short call of an agent, up to its voice.
fn call(desk: &Desk, agent: &AgentId, name: &str) -> anyhow::Result<Option<VoiceJob>> {
    let (now, mut out) = (Timestamp::now(), Vec::new());
    let (call, model) = (CallId::new(name)?, AffectModel::shipped());
    desk.with_policy(|policy| {
        let mut ear = Ear::open(policy, call, &[Party::Agent], ("test", false), model, now, &mut out);
        ear.bind(policy, Some(agent), now, &mut out);
        ear.audio(0, &speech(), now, &mut out);
        ear.close(now, &mut out);
    });
    Ok(out.into_iter().find_map(|heard| match heard {
        Hears::Voice(job) => Some(job),
        Hears::Fact(_) | Hears::Words(_) | Hears::Speaking(_) => None,
    }))
}

async fn told(stage: &Stage) -> anyhow::Result<Vec<Option<CallCue>>> {
    let mut told = Vec::new();
    for event in stage.log().await? {
        if let Body::AgentCue { cue, .. } = &event.body {
            let opened = stage.live.store.open_payload(&stage.site, cue).await?;
            told.push(opened.map(|bytes| serde_json::from_slice(&bytes)).transpose()?);
        }
    }
    Ok(told)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_is_told_sealed_and_a_withdrawal_erases_it_and_the_usual() -> Outcome {
    let stage = Stage::open(Options::default()).await?;
    let (desk, agent) = (stage.desk()?, AgentId::new("li")?);
    let subject = SubjectId::of_agent(&agent);
    assert!(call(&desk, &agent, "before")?.is_none(), "nobody has agreed");
    stage.tell(Body::ConsentGiven { agent: agent.clone(), purpose: PURPOSE, policy_version: 1 }).await?;
    stage.until(|_| desk.with_policy(|policy| policy.has_consent(&agent, PURPOSE))).await?;

    let [first, second] = ["first", "second"].map(|name| call(&desk, &agent, name));
    compare(Arc::clone(&stage.live), first?.ok_or_else(|| anyhow::anyhow!("no voice"))?).await;
    let said = told(&stage).await?;
    assert!(
        matches!(&said[..], [Some(CallCue::Withheld(why))] if why.code == "cue_withheld.little_speech"),
        "{said:?}"
    );
    stage.live.store.keep_baseline(&stage.site, &subject, b"{}", Timestamp::now()).await?;

    // Another call has ended; its voice is still on its way as the agent withdraws.
    stage.tell(Body::ConsentWithdrawn { agent: agent.clone(), purpose: PURPOSE }).await?;
    stage.until(|_| desk.with_policy(|policy| !policy.has_consent(&agent, PURPOSE))).await?;
    compare(Arc::clone(&stage.live), second?.ok_or_else(|| anyhow::anyhow!("no voice"))?).await;
    for _ in 0..2_000 {
        if stage.live.store.with_baselines(&stage.site).await?.is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(stage.live.store.baseline(&stage.site, &subject).await?, None);
    assert_eq!(told(&stage).await?, [None], "a withdrawn call was told, or an earlier one is still readable");
    assert!(stage.log().await?.iter().any(|event| matches!(event.body, Body::Erased { .. })));
    stage.live.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_crash_kept_from_being_erased_is_erased_at_the_next_start() -> Outcome {
    let stage = Stage::open(Options::default()).await?;
    let [agrees, withdrew] = ["li", "wang"].map(AgentId::new);
    let (agrees, withdrew) = (agrees?, withdrew?);
    let desk = stage.desk()?;
    stage.tell(Body::ConsentGiven { agent: agrees.clone(), purpose: PURPOSE, policy_version: 1 }).await?;
    stage.until(|_| desk.with_policy(|policy| policy.has_consent(&agrees, PURPOSE))).await?;
    for agent in [&agrees, &withdrew] {
        let subject = SubjectId::of_agent(agent);
        stage.live.store.keep_baseline(&stage.site, &subject, b"{}", Timestamp::now()).await?;
    }
    forget_withdrawn(&stage.live, &desk).await?;
    assert_eq!(stage.live.store.with_baselines(&stage.site).await?, [SubjectId::of_agent(&agrees)]);
    stage.live.stop().await;
    Ok(())
}
