//! The contract of the views.

use std::sync::Arc;

use calmline_core::{
    AgentId, AlertId, Body, CallId, Draft, OfferId, Party, Position, QueueId, Share, SiteId, SubjectId,
    Timestamp,
    event::{AlertOutcome, OfferAnswer, PayloadKind, Reason, WorkState},
};

use super::{Outcome, at, said, state};
use crate::{CallFilter, OfferState, Store};

/// A call with an utterance, a prompt and an alert, an offer that is taken, and states that are told out of order.
async fn a_day(store: &dyn Store) -> Outcome {
    let (call, agent, queue) = (CallId::new("c")?, AgentId::new("x")?, QueueId::new("q")?);
    let (alert, offer) = (AlertId::new("alert")?, OfferId::new("offer")?);
    let (utterance, _) = said("s", "words", "c", "personal words")?;
    let leg =
        |party| Body::LegOpened { call: call.clone(), party, protocol: "audiohook".into(), rate: 8_000 };
    let closed = |frames, speech_s| Body::LegClosed {
        call: call.clone(),
        party: Party::Agent,
        frames,
        lost: 160,
        speech_s,
    };
    let bodies = [
        (0, state("x", WorkState::Available)?),
        (1, Body::CallOffered { call: call.clone(), agent: None, queue: Some(queue) }),
        (3, Body::CallAnswered { call: call.clone(), agent: agent.clone(), queue: None }),
        (3, state("x", WorkState::Busy)?),
        (3, leg(Party::Agent)),
        (3, leg(Party::Customer)),
        (8, closed(40_000, Some(0.1 + 0.2))),
        (9, leg(Party::Agent)),
        (
            10,
            Body::PromptShown {
                agent: agent.clone(),
                call: call.clone(),
                reason: Reason::new("prompt.calm"),
                confidence: Share::new(0.8),
                expires: at(40),
            },
        ),
        (
            11,
            Body::AlertRaised {
                alert: alert.clone(),
                agent: Some(agent.clone()),
                queue: None,
                call: Some(call.clone()),
                reason: Reason::new("alert.abuse").with("times", 2.0),
                confidence: Share::new(0.9),
                evidence: Vec::new(),
                action: "action.join".into(),
                expires: at(600),
            },
        ),
        (12, Body::CallHeld { call: call.clone() }),
        (20, Body::CallEnded { call: call.clone(), reason: None }),
        (20, state("x", WorkState::WrapUp)?),
        // Told late: happened before.
        (5, state("x", WorkState::Away)?),
        (
            21,
            Body::BreakOffered {
                offer: offer.clone(),
                agent: agent.clone(),
                minutes: 8,
                reasons: vec![Reason::new("break.long_work")],
                expires: at(900),
            },
        ),
        (
            22,
            Body::BreakAnswered { offer: offer.clone(), agent: agent.clone(), answer: OfferAnswer::Accepted },
        ),
        (30, Body::BreakBegan { offer: offer.clone(), agent: agent.clone() }),
        (
            60,
            Body::AlertClosed {
                alert,
                outcome: AlertOutcome::Helped,
                by: "u".parse()?,
                action: Some("action.join_call".into()),
            },
        ),
        // A second answer comes too late.
        (
            61,
            Body::AlertClosed {
                alert: AlertId::new("alert")?,
                outcome: AlertOutcome::Wrong,
                by: "v".parse()?,
                action: None,
            },
        ),
    ];
    let mut drafts = vec![utterance];
    for (seconds, body) in bodies {
        drafts.push(Draft::derived(SiteId::new("s")?, at(seconds), Vec::new(), body));
    }
    // In several commits, so that rows are loaded and changed again.
    for part in drafts.chunks(3) {
        store.append(part.to_vec()).await?;
    }
    Ok(())
}

pub(super) async fn views_follow_the_log(store: Arc<dyn Store>) -> Outcome {
    a_day(&*store).await?;
    let (s, agent) = (SiteId::new("s")?, AgentId::new("x")?);
    let call = store.call(&s, &CallId::new("c")?).await?.ok_or("no call")?;
    assert_eq!((call.began, call.offered, call.answered), (at(0), Some(at(1)), Some(at(3))));
    assert_eq!((call.ended, call.held), (Some(at(20)), false));
    assert_eq!((call.utterances, call.cues, call.alerts, call.abuse_reported), (1, 1, 1, false));
    assert_eq!(call.agent.as_ref(), Some(&agent));
    assert_eq!(call.queue.as_ref().map(QueueId::as_str), Some("q"));
    let legs = call.legs.iter().map(|leg| (leg.party, leg.closed, leg.frames)).collect::<Vec<_>>();
    assert_eq!(legs, [(Party::Agent, true, 40_000), (Party::Customer, false, 0), (Party::Agent, false, 0)]);
    assert_eq!(call.legs[0].speech_s, Some(0.1 + 0.2));

    let alert = store.alert(&s, &AlertId::new("alert")?).await?.ok_or("no alert")?;
    assert_eq!((alert.outcome, alert.closed), (Some(AlertOutcome::Helped), Some(at(60))));
    assert_eq!(alert.done.as_deref(), Some("action.join_call"));
    assert_eq!(store.alerts(&s, at(11), 10).await?, [alert]);
    assert!(store.alerts(&s, at(12), 10).await?.is_empty());

    let offer = store.offer(&s, &OfferId::new("offer")?).await?.ok_or("no offer")?;
    assert_eq!((offer.state, offer.changed), (OfferState::Began, at(30)));
    assert_eq!(store.offers(&s, &agent, at(0)).await?, [offer]);

    let row = store.agent(&s, &agent).await?.ok_or("no agent")?;
    assert_eq!((row.state, row.since), (WorkState::WrapUp, at(20)), "a late state undid a newer one");
    assert_eq!(store.agents(&s).await?, [row]);

    let count = async |filter: CallFilter| store.calls(&s, &filter).await.map(|calls| calls.len());
    assert_eq!(count(CallFilter::default()).await?, 1);
    assert_eq!(count(CallFilter { agent: Some(agent), ..CallFilter::default() }).await?, 1);
    assert_eq!(count(CallFilter { agent: Some("y".parse()?), ..CallFilter::default() }).await?, 0);
    assert_eq!(count(CallFilter { open: true, ..CallFilter::default() }).await?, 0);
    assert_eq!(count(CallFilter { from: Some(at(1)), ..CallFilter::default() }).await?, 0);
    assert_eq!(count(CallFilter { to: Some(at(1)), ..CallFilter::default() }).await?, 1);
    let elsewhere = SiteId::new("t")?;
    assert!(store.calls(&elsewhere, &CallFilter::default()).await?.is_empty());
    Ok(())
}

pub(super) async fn a_rebuild_gives_the_same_rows(store: Arc<dyn Store>) -> Outcome {
    a_day(&*store).await?;
    let s = SiteId::new("s")?;
    store.erase(&s, &SubjectId::of_caller(&CallId::new("c")?), &PayloadKind::ALL, at(100)).await?;
    let rows = async || -> Result<_, crate::StoreError> {
        Ok((
            store.calls(&s, &CallFilter::default()).await?,
            store.alerts(&s, Timestamp::MIN, 100).await?,
            store
                .offers(&s, &AgentId::new("x").map_err(|e| crate::StoreError::damaged("x", e))?, at(0))
                .await?,
            store.agents(&s).await?,
        ))
    };
    let before = rows().await?;
    assert_eq!(before.0.len() + before.1.len() + before.2.len() + before.3.len(), 4);
    let Position(head) = store.head();
    assert_eq!(store.rebuild_views().await?, head);
    assert_eq!(rows().await?, before);
    Ok(())
}
