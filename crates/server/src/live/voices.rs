//! What is kept of agents' voices: compared with a call, learned from it, and forgotten at a withdrawal.
//!
//! One at a time, so that two calls that end together are both learned, and nothing is written after it was forgotten: a
//! withdrawal ends the permit of a call's voice first, then waits for whoever is at it, and then erases.

use std::{sync::Arc, time::Duration};

use calmline_core::{
    AgentId, Body, Draft, Position, SiteId, SubjectId,
    event::{CallCue, CueSharing, PayloadKind},
    policy::{Purpose, SitePolicy},
};
use calmline_floor::VoiceJob;
use calmline_store::{Store, StoreError};

use super::{Live, desk::Desk};
use crate::clock;

/// Between two attempts to erase, while the store fails.
const AGAIN: Duration = Duration::from_secs(1);

/// Compares a call's voice with the agent's usual, records what is said of it, and keeps what was learned.
pub(super) async fn compare(live: Arc<Live>, job: VoiceJob) {
    let _alone = live.voices.lock().await;
    if let Err(error) = learn(&live, job).await {
        // One call fewer is known; nothing else rests on it.
        tracing::warn!(%error, "a call's voice could not be compared with its usual");
    }
}

async fn learn(live: &Live, job: VoiceJob) -> Result<(), StoreError> {
    let (site, agent, at) = (job.site().clone(), job.agent().clone(), job.at());
    let subject = SubjectId::of_agent(job.agent());
    let known = live.store.baseline(&site, &subject).await?;
    // A permit that was withdrawn since says that nothing is to be made of the call.
    let Ok(compared) = job.compare(known.as_deref(), clock::now()) else { return Ok(()) };
    if let Some(usual) = &compared.usual {
        live.store.keep_baseline(&site, &subject, usual, at).await?;
    }
    let moved = compared.facts.iter().find(|fact| is_moved(fact)).map(|fact| fact.id);
    live.append(compared.facts).await?;
    if let Some(cue) = moved
        && sharing_of(live.store.as_ref(), &site, &agent).await? == CueSharing::TellAtOnce
    {
        // What is asked for is told, not why. The request is about no call: it is over.
        let body = Body::HelpAsked { agent, call: None, action: "action.check_in".into() };
        let asked = Draft::told(site, "cue", &cue.to_string(), at, body);
        live.append(vec![asked]).await?;
    }
    Ok(())
}

/// Whether a fact says that a voice was unlike its usual; most say why nothing is said.
fn is_moved(fact: &Draft) -> bool {
    let cue = fact.clear.iter().find_map(|clear| serde_json::from_slice(&clear.bytes).ok());
    matches!(cue, Some(CallCue::Moved(_)))
}

/// What becomes of cues in an agent's voice, as they chose last.
pub(crate) async fn sharing_of(
    store: &dyn Store,
    site: &SiteId,
    agent: &AgentId,
) -> Result<CueSharing, StoreError> {
    let chosen = store.read_kind(site, "cue.sharing_chosen", Position(0), u32::MAX).await?;
    let last = chosen.into_iter().rev().find_map(|event| match event.body {
        Body::CueSharingChosen { agent: of, sharing } if of == *agent => Some(sharing),
        _ => None,
    });
    Ok(last.unwrap_or_default())
}

/// Erases an agent's usual and what was told of it, however often the store fails; the log says that it was erased. How many
/// sealed texts there were.
pub async fn forget(live: Arc<Live>, site: SiteId, agent: AgentId) -> u64 {
    let _alone = live.voices.lock().await;
    let subject = SubjectId::of_agent(&agent);
    loop {
        match erase(&live, &site, &subject).await {
            Ok(texts) => return texts,
            Err(StoreError::Closed) => return 0,
            Err(error) => tracing::error!(%error, "an agent's usual could not be erased; trying again"),
        }
        if live.halt.run_until_cancelled(tokio::time::sleep(AGAIN)).await.is_none() {
            // It is found at the next start.
            return 0;
        }
    }
}

async fn erase(live: &Live, site: &SiteId, subject: &SubjectId) -> Result<u64, StoreError> {
    if !live.store.has_baseline(site, subject).await? {
        return Ok(0);
    }
    let kinds = [PayloadKind::VoiceCue];
    Ok(live.store.erase(site, subject, &kinds, clock::now()).await?.payloads)
}

/// Erases what a crash kept from being erased: of everybody who does not agree any more.
pub(super) async fn forget_withdrawn(live: &Live, desk: &Desk) -> Result<(), StoreError> {
    let agrees = |policy: &SitePolicy, subject: &SubjectId| {
        AgentId::new(subject.as_str()).is_ok_and(|agent| policy.has_consent(&agent, Purpose::VoiceAffect))
    };
    for subject in live.store.with_baselines(desk.site()).await? {
        if !desk.with_policy(|policy| agrees(policy, &subject)) {
            erase(live, desk.site(), &subject).await?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
