//! The contract of baselines.

use std::sync::Arc;

use calmline_core::{
    AgentId, Body, CallId, Draft, PayloadId, SiteId, SubjectId,
    event::{Clear, PayloadKind},
};

use super::{Outcome, at};
use crate::{Store, StoreError};

/// What was told of a call, so many seconds after the start.
fn cue(site: &SiteId, agent: &AgentId, seconds: i64) -> Result<(Draft, PayloadId), calmline_core::IdError> {
    let id = PayloadId::new(format!("p-{agent}-{seconds}"))?;
    let body = Body::AgentCue { agent: agent.clone(), call: CallId::new("c")?, cue: id.clone() };
    let subject = SubjectId::of_agent(agent);
    let clear = Clear { id: id.clone(), subject, kind: PayloadKind::VoiceCue, bytes: b"{}".to_vec() };
    Ok((Draft::derived(site.clone(), at(seconds), Vec::new(), body).with(clear), id))
}

pub(super) async fn written_over_and_one_for_each(store: Arc<dyn Store>) -> Outcome {
    let (s, t) = (SiteId::new("s")?, SiteId::new("t")?);
    let (me, other) = (SubjectId::new("me")?, SubjectId::new("other")?);
    assert_eq!(store.baseline(&s, &me).await?, None);
    assert!(store.with_baselines(&s).await?.is_empty());
    assert!(!store.has_baseline(&s, &me).await?);
    for known in ["one", "two"] {
        store.keep_baseline(&s, &me, known.as_bytes(), at(0)).await?;
    }
    store.keep_baseline(&t, &me, b"elsewhere", at(0)).await?;
    assert_eq!(store.baseline(&s, &me).await?.as_deref(), Some(&b"two"[..]));
    assert_eq!(store.baseline(&t, &me).await?.as_deref(), Some(&b"elsewhere"[..]));
    assert_eq!(store.baseline(&s, &other).await?, None);
    let has = [store.has_baseline(&s, &me).await?, store.has_baseline(&s, &other).await?];
    assert_eq!((store.with_baselines(&s).await?, has), (vec![me], [true, false]));
    Ok(())
}

pub(super) async fn erased_and_expired_with_what_was_told(store: Arc<dyn Store>) -> Outcome {
    let s = SiteId::new("s")?;
    let [me, other] = ["me", "other"].map(AgentId::new);
    let (me, other) = (me?, other?);
    let (mine, others) = (SubjectId::of_agent(&me), SubjectId::of_agent(&other));
    let (told, told_id) = cue(&s, &me, 1)?;
    store.append(vec![told]).await?;
    store.keep_baseline(&s, &mine, b"mine", at(1)).await?;
    store.keep_baseline(&s, &others, b"others", at(5)).await?;

    let untouched = store.erase(&s, &mine, &[PayloadKind::Transcript], at(10)).await?;
    assert_eq!((untouched.keys, untouched.payloads), (0, 0));
    assert!(store.baseline(&s, &mine).await?.is_some());
    let erasure = store.erase(&s, &mine, &[PayloadKind::VoiceCue], at(10)).await?;
    assert_eq!((erasure.keys, erasure.payloads), (1, 2), "the usual goes with what was told of it");
    assert_eq!(store.baseline(&s, &mine).await?, None);
    assert!(!store.has_baseline(&s, &mine).await?);
    assert_eq!(store.open_payload(&s, &told_id).await?, None);
    assert_eq!(store.baseline(&s, &others).await?.as_deref(), Some(&b"others"[..]), "somebody else's went");

    // What is learned later has a new key, and ends by age with nothing told of it.
    store.keep_baseline(&s, &mine, b"again", at(20)).await?;
    assert_eq!(store.baseline(&s, &mine).await?.as_deref(), Some(&b"again"[..]));
    assert_eq!(store.count_before(&s, PayloadKind::VoiceCue, at(6)).await?, 1);
    assert_eq!(store.expire(&s, PayloadKind::VoiceCue, at(6), at(30)).await?, 1);
    assert_eq!(store.baseline(&s, &others).await?, None);
    assert!(store.baseline(&s, &mine).await?.is_some(), "what is younger was destroyed");
    assert_eq!(store.with_baselines(&s).await?, [mine], "a key is left that opens nothing");
    store.verify_chain().await?;
    store.close().await?;
    let closed = store.keep_baseline(&s, &others, b"late", at(40)).await;
    assert!(matches!(closed, Err(StoreError::Closed)), "{closed:?}");
    Ok(())
}
