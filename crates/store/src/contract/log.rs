//! The contract of the log.

use std::{sync::Arc, time::Duration};

use calmline_core::{
    AgentId, Body, CallId, Draft, EventId, Position, SiteId, Timestamp,
    event::{PayloadKind, WorkState},
};

use super::{Outcome, at, said, state, told};
use crate::{Feed, Store, StoreError};

pub(super) async fn positions_follow_commits_without_gaps(store: Arc<dyn Store>) -> Outcome {
    assert_eq!(store.head(), Position(0));
    let first = store.append(vec![told("a", "1", Body::TimerFired {})?]).await?;
    let second = store
        .append(vec![told("b", "2", Body::TimerFired {})?, told("a", "3", Body::TimerFired {})?])
        .await?;
    let positions = first.iter().chain(&second).map(|a| a.position.0).collect::<Vec<_>>();
    assert_eq!(positions, [1, 2, 3]);
    assert_eq!(store.head(), Position(3));
    let all = store.read(None, Position(0), 10).await?;
    assert_eq!(all.iter().map(|e| e.position.0).collect::<Vec<_>>(), [1, 2, 3]);
    let of_a = store.read(Some(&SiteId::new("a")?), Position(1), 10).await?;
    assert_eq!(of_a.iter().map(|e| e.position.0).collect::<Vec<_>>(), [3]);
    assert!(store.append(Vec::new()).await?.is_empty());
    Ok(())
}

pub(super) async fn a_repeat_changes_nothing(store: Arc<dyn Store>) -> Outcome {
    let (draft, payload) = said("s", "1", "c", "hello")?;
    store.append(vec![draft.clone()]).await?;
    let before = store.verify_chain().await?;
    let again = store.append(vec![draft.clone()]).await?;
    assert_eq!((again[0].position, again[0].duplicate, again[0].conflict), (Position(1), true, false));
    let other = Draft { body: state("x", WorkState::Busy)?, clear: Vec::new(), ..draft };
    let conflict = store.append(vec![other]).await?;
    assert_eq!(
        (conflict[0].position, conflict[0].duplicate, conflict[0].conflict),
        (Position(1), true, true)
    );
    assert_eq!(store.verify_chain().await?, before);
    assert_eq!(store.open_payload(&SiteId::new("s")?, &payload).await?.as_deref(), Some(&b"hello"[..]));

    // Twice in one call, beside something new.
    let twice = told("s", "2", Body::TimerFired {})?;
    let answer = store.append(vec![twice.clone(), twice, told("s", "3", Body::TimerFired {})?]).await?;
    let seen = answer.iter().map(|a| (a.position.0, a.duplicate)).collect::<Vec<_>>();
    assert_eq!(seen, [(2, false), (2, true), (3, false)]);
    Ok(())
}

pub(super) async fn a_call_is_stored_whole_or_not_at_all(store: Arc<dyn Store>) -> Outcome {
    let (first, _) = said("s", "1", "c", "one")?;
    store.append(vec![first.clone()]).await?;
    // The same payload id under another event.
    let second = Draft { id: EventId::derive(&["other"]), ..first };
    let answer = store.append(vec![told("s", "2", Body::TimerFired {})?, second]).await;
    assert!(matches!(answer, Err(StoreError::PayloadTaken { .. })), "{answer:?}");
    assert_eq!(store.head(), Position(1));

    let far = Draft { at: Timestamp::MAX, ..told("s", "3", Body::TimerFired {})? };
    let answer = store.append(vec![told("s", "2", Body::TimerFired {})?, far]).await;
    assert!(matches!(answer, Err(StoreError::Time { .. })), "{answer:?}");
    assert_eq!(store.read(None, Position(0), 10).await?.len(), 1);
    Ok(())
}

pub(super) async fn many_at_once_keep_their_order(store: Arc<dyn Store>) -> Outcome {
    let mut tasks = Vec::new();
    for writer in 0..16 {
        let store = Arc::clone(&store);
        tasks.push(tokio::spawn(async move {
            let mut positions = Vec::new();
            for batch in 0..10 {
                let drafts = (0..5)
                    .map(|n| told("s", &format!("{writer}-{batch}-{n}"), Body::TimerFired {}))
                    .collect::<Result<Vec<_>, _>>()
                    .map_err(|e| e.to_string())?;
                let answer = store.append(drafts).await.map_err(|e| e.to_string())?;
                // One call's events stand side by side.
                assert!(answer.windows(2).all(|pair| pair[1].position.0 == pair[0].position.0 + 1));
                assert!(store.head() >= answer[4].position, "answered before the head moved");
                positions.extend(answer.into_iter().map(|a| a.position.0));
            }
            assert!(positions.is_sorted(), "a writer's later call stands before an earlier one");
            Ok::<_, String>(positions)
        }));
    }
    let mut all = Vec::new();
    for task in tasks {
        all.extend(task.await??);
    }
    all.sort_unstable();
    assert_eq!(all, (1..=800).collect::<Vec<_>>());
    assert_eq!(store.verify_chain().await?.head, Position(800));
    Ok(())
}

pub(super) async fn events_come_back_as_they_went_in(store: Arc<dyn Store>) -> Outcome {
    let (utterance, _) = said("s", "1", "通话-1", "x")?;
    let mut because = told("s", "2", Body::TimerFired {})?;
    because.because = vec![utterance.id, EventId::derive(&["x"])];
    because.at = Timestamp::from_nanosecond(1_790_000_000_123_456_789)?;
    let erased = Body::Erased { subject: "a".parse()?, kinds: PayloadKind::ALL.to_vec() };
    let drafts = vec![utterance, because, told("s", "3", erased)?];
    store.append(drafts.clone()).await?;
    let read = store.read(None, Position(0), 10).await?;
    let want = drafts.into_iter().zip(1..).map(|(d, n)| d.at_position(Position(n))).collect::<Vec<_>>();
    assert_eq!(read, want);
    assert_eq!(store.event(&SiteId::new("s")?, &want[1].id).await?.as_ref(), Some(&want[1]));
    assert_eq!(store.event(&SiteId::new("t")?, &want[1].id).await?, None, "another site's event was read");
    Ok(())
}

pub(super) async fn reads_find_what_they_name(store: Arc<dyn Store>) -> Outcome {
    let (site, call, agent) = (SiteId::new("s")?, CallId::new("c")?, AgentId::new("x")?);
    let answered = |site| {
        let body = Body::CallAnswered { call: call.clone(), agent: agent.clone(), queue: None };
        told(site, &format!("answered-{site}"), body)
    };
    let ended = Body::CallEnded { call: call.clone(), reason: None };
    let mut late = told("s", "late", state("x", WorkState::OnBreak)?)?;
    late.at = at(60);
    let noise = told("s", "noise", state("y", WorkState::Busy)?)?;
    store.append(vec![answered("s")?, answered("t")?, told("s", "ended", ended)?, late, noise]).await?;

    let places = |events: Vec<calmline_core::Event>| events.iter().map(|e| e.position.0).collect::<Vec<_>>();
    assert_eq!(places(store.read_call(&site, &call).await?), [1, 3]);
    assert_eq!(places(store.read_agent(&site, &agent, at(0), at(60)).await?), [1]);
    assert_eq!(places(store.read_agent(&site, &agent, at(0), at(61)).await?), [1, 4]);
    assert_eq!(places(store.read_agent(&site, &agent, Timestamp::MIN, Timestamp::MAX).await?), [1, 4]);
    assert_eq!(places(store.read_kind(&site, "agent.state", Position(0), 10).await?), [4, 5]);
    assert_eq!(places(store.read_kind(&site, "agent.state", Position(4), 10).await?), [5]);
    assert_eq!(places(store.read(None, Position(0), 2).await?), [1, 2]);
    Ok(())
}

pub(super) async fn a_feed_follows(store: Arc<dyn Store>) -> Outcome {
    store.append(vec![told("s", "1", Body::TimerFired {})?]).await?;
    let mut feed = Feed::new(Arc::clone(&store), Some(SiteId::new("s")?), Position(0));
    assert_eq!(feed.next().await?.len(), 1);
    let writer = {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(20)).await;
            let other = told("t", "2", Body::TimerFired {}).map_err(|e| e.to_string())?;
            let own = told("s", "3", Body::TimerFired {}).map_err(|e| e.to_string())?;
            store.append(vec![other]).await.map_err(|e| e.to_string())?;
            store.append(vec![own]).await.map_err(|e| e.to_string())
        })
    };
    let next = tokio::time::timeout(Duration::from_secs(10), feed.next()).await??;
    assert_eq!(next.iter().map(|e| e.position.0).collect::<Vec<_>>(), [3]);
    writer.await??;
    store.close().await?;
    let end = tokio::time::timeout(Duration::from_secs(10), feed.next()).await?;
    assert!(matches!(end, Err(StoreError::Closed)), "{end:?}");
    Ok(())
}
