//! A decider that is started anew.

use calmline_core::{
    AgentId, CallId, Party, Timestamp,
    event::WorkState,
    policy::{Ask, Purpose, VoiceAffect},
};
use jiff::SignedDuration;

use super::*;
use crate::live::{
    Options,
    stage::{Outcome, Stage},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn started_anew_it_decides_nothing_twice_and_permits_given_before_still_end() -> Outcome {
    let stage = Stage::open(Options::default()).await?;
    let (desk, agent) = (stage.desk()?, AgentId::new("li")?);
    let purpose = Purpose::VoiceAffect;
    stage.tell(Body::ConsentGiven { agent: agent.clone(), purpose, policy_version: 1 }).await?;
    let state = |hours| {
        let at = Timestamp::now() - SignedDuration::from_hours(hours);
        let body = Body::AgentState { agent: agent.clone(), state: WorkState::Busy, reason: None };
        Draft::derived(stage.site.clone(), at, Vec::new(), body)
    };
    stage.live.append(vec![state(3), state(2), state(1)]).await?;
    stage.until(|_| desk.with_policy(|policy| policy.has_consent(&agent, purpose))).await?;
    let call = CallId::new("c")?;
    let ask = Ask { call: &call, party: Party::Agent, agent: Some(&agent), now: Timestamp::now() };
    let permit = desk.with_policy(|policy| policy.ask::<VoiceAffect>(&ask)).unwrap();
    let decided = async || -> anyhow::Result<usize> {
        Ok(stage.log().await?.iter().filter(|event| event.body.is_decision()).count())
    };
    while decided().await? == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }

    // As after a panic: whatever state the decider was left in is of no account.
    let before = decided().await?;
    let standing = |stage: &Stage| stage.live.standing(&stage.site, &agent, Timestamp::now());
    desk.change(|decider| *decider = Decider::new(stage.site.clone()));
    assert!(standing(&stage).is_none());
    let after = desk.catch_up(&stage.live, |_| {}).await?;
    assert_eq!((after, decided().await?), (stage.live.store.head(), before));
    assert!(standing(&stage).is_some());

    stage.tell(Body::ConsentWithdrawn { agent: agent.clone(), purpose }).await?;
    stage.until(|_| permit.check(Timestamp::now()).is_err()).await?;
    stage.live.stop().await;
    Ok(())
}
