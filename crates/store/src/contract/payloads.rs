//! The contract of sealed payloads, of erasure and of the directory.

use std::sync::Arc;

use calmline_core::{
    AgentId, Body, CallId, Draft, PayloadId, Position, SiteId, SubjectId,
    event::{Clear, PayloadKind},
};

use super::{Outcome, at, said, site, told};
use crate::{Store, StoreError};

pub(super) async fn sealed_and_opened(store: Arc<dyn Store>) -> Outcome {
    let (s, t) = (SiteId::new("s")?, SiteId::new("t")?);
    let (first, one) = said("s", "1", "c", "我要投诉")?;
    let (second, two) = said("s", "2", "c", "")?;
    store.append(vec![first, second]).await?;
    let none = PayloadId::new("none")?;
    let opened = store.open_payloads(&s, &[two.clone(), none, one.clone()]).await?;
    assert_eq!(opened, [Some(Vec::new()), None, Some("我要投诉".as_bytes().to_vec())]);
    assert_eq!(store.open_payload(&t, &one).await?, None, "another site's payload was opened");
    let subject = SubjectId::of_caller(&CallId::new("c")?);
    let about = store.payloads_about(&s, &subject).await?;
    assert_eq!(about.iter().map(|(id, _, _)| id).collect::<Vec<_>>(), [&one, &two]);
    assert_eq!(about[0].1, PayloadKind::Transcript);
    assert_eq!(store.verify_chain().await?.payloads, 2);
    Ok(())
}

pub(super) async fn erased_for_good_and_only_that(store: Arc<dyn Store>) -> Outcome {
    let s = SiteId::new("s")?;
    let subject = SubjectId::of_caller(&CallId::new("c")?);
    let (mut first, words) = said("s", "1", "c", "secret")?;
    let original = Clear {
        id: PayloadId::new("o-1")?,
        subject: subject.clone(),
        kind: PayloadKind::Original,
        bytes: b"13800000000".to_vec(),
    };
    first.clear.push(original.clone());
    let (other, others_words) = said("s", "2", "d", "stays")?;
    let (same_name, elsewhere) = said("t", "3", "c", "stays too")?;
    store.append(vec![first.clone(), other, same_name]).await?;

    let erasure = store.erase(&s, &subject, &[PayloadKind::Transcript], at(10)).await?;
    assert_eq!((erasure.position, erasure.keys, erasure.payloads), (Position(4), 1, 1));
    assert_eq!(store.open_payload(&s, &words).await?, None);
    assert!(store.open_payload(&s, &original.id).await?.is_some(), "another kind was erased");
    assert!(store.open_payload(&s, &others_words).await?.is_some(), "somebody else was erased");
    assert!(store.open_payload(&SiteId::new("t")?, &elsewhere).await?.is_some(), "another site was erased");
    let recorded = store.read(Some(&s), Position(3), 1).await?;
    let body = Body::Erased { subject: subject.clone(), kinds: vec![PayloadKind::Transcript] };
    assert_eq!(recorded[0].body, body);

    // The chain holds over the gap, and the same event told again does not bring its words back.
    assert_eq!(store.verify_chain().await?.head, Position(4));
    assert!(store.append(vec![first]).await?[0].duplicate);
    assert_eq!(store.open_payload(&s, &words).await?, None);

    // What is said later is sealed under a new key, and can be erased in turn.
    let (later, later_words) = said("s", "5", "c", "later")?;
    store.append(vec![later]).await?;
    assert_eq!(store.open_payload(&s, &later_words).await?.as_deref(), Some(&b"later"[..]));
    let all = store.erase(&s, &subject, &PayloadKind::ALL, at(20)).await?;
    assert_eq!((all.keys, all.payloads), (2, 2));
    assert!(store.payloads_about(&s, &subject).await?.is_empty());
    Ok(())
}

pub(super) async fn outside_names_have_pseudonyms(store: Arc<dyn Store>) -> Outcome {
    store.create_site(site("s")?).await?;
    store.create_site(site("t")?).await?;
    let (s, t) = (SiteId::new("s")?, SiteId::new("t")?);
    let agents = store.pseudonyms(&s, &["王芳", "bob@example.com", "王芳"]).await?;
    assert_eq!(agents[0], agents[2]);
    assert_ne!(agents[0], agents[1]);
    assert!(!agents[1].as_str().contains("bob"));
    assert_eq!(store.pseudonym(&s, "王芳").await?, agents[0]);
    assert_ne!(store.pseudonym(&t, "王芳").await?, agents[0], "two sites share a pseudonym");
    assert_eq!(store.outside_name(&s, &agents[0]).await?.as_deref(), Some("王芳"));
    assert_eq!(store.outside_name(&t, &agents[0]).await?, None);
    let mut all = vec![(agents[0].clone(), "王芳".into()), (agents[1].clone(), "bob@example.com".into())];
    all.sort();
    assert_eq!(store.outside_names(&s).await?, all);
    let nowhere = store.pseudonym(&SiteId::new("u")?, "x").await;
    assert!(matches!(nowhere, Err(StoreError::Missing { .. })), "{nowhere:?}");

    // Asked for at the same time, a name still gets one pseudonym.
    let tasks = (0..8).map(|_| {
        let (store, s) = (Arc::clone(&store), s.clone());
        tokio::spawn(async move { store.pseudonym(&s, "new").await })
    });
    let mut found = Vec::new();
    for task in tasks.collect::<Vec<_>>() {
        found.push(task.await??);
    }
    assert!(found.windows(2).all(|pair| pair[0] == pair[1]), "{found:?}");

    let subject = SubjectId::of_agent(&agents[0]);
    let erasure = store.erase(&s, &subject, &PayloadKind::ALL, at(5)).await?;
    assert_eq!(erasure.keys, 1);
    assert_eq!(store.outside_name(&s, &agents[0]).await?, None);
    let fresh = store.pseudonym(&s, "王芳").await?;
    assert_ne!(fresh, agents[0], "the pseudonym came back");
    assert_eq!(store.outside_name(&s, &fresh).await?.as_deref(), Some("王芳"));
    check_of_agent(&fresh)?;
    let draft = Draft::told(s, "x", "1", at(0), Body::TimerFired {});
    assert_eq!(store.append(vec![draft, told("s", "2", Body::TimerFired {})?]).await?.len(), 2);
    Ok(())
}

/// A pseudonym is fit to be a subject.
fn check_of_agent(agent: &AgentId) -> Outcome {
    assert_eq!(SubjectId::new(agent.as_str())?, SubjectId::of_agent(agent));
    Ok(())
}
