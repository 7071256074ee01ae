//! The contract of endpoints that are told of events.

use std::sync::Arc;

use calmline_core::{Position, SiteId};

use super::{Outcome, at, site};
use crate::{Delivery, NewWebhook, Store, StoreError, WebhookState};

fn new_webhook() -> Result<NewWebhook, calmline_core::IdError> {
    Ok(NewWebhook {
        site: SiteId::new("s")?,
        url: "https://crm.example/calmline".into(),
        kinds: vec!["call.ended".into(), "alert.raised".into()],
        secret: vec![1; 24],
        position: Position(3),
        created: at(0),
    })
}

fn attempt(number: i64) -> Delivery {
    Delivery {
        at: at(number),
        event: format!("e-{number}"),
        kind: "call.ended".into(),
        status: (number % 2 == 0).then_some(204),
        failure: (number % 2 == 1).then(|| "timeout".into()),
        millis: 12,
    }
}

pub(super) async fn endpoints_keep_their_place(store: Arc<dyn Store>) -> Outcome {
    let missing = store.add_webhook(new_webhook()?).await;
    assert!(matches!(missing, Err(StoreError::Missing { .. })), "{missing:?}");
    store.create_site(site("s")?).await?;
    let id = store.add_webhook(new_webhook()?).await?;
    let mut webhook = store.webhook(&id).await?.ok_or("no webhook")?;
    assert_eq!((webhook.state, webhook.position, webhook.failing), (WebhookState::On, Position(3), None));
    assert_eq!(webhook.kinds, ["call.ended", "alert.raised"]);
    assert_eq!(store.webhooks().await?, std::slice::from_ref(&webhook));

    // An attempt that changes nothing, then one that does.
    store.delivered(&id, &attempt(0), None).await?;
    assert_eq!(store.webhook(&id).await?.as_ref(), Some(&webhook));
    (webhook.position, webhook.failing) = (Position(9), Some(at(5)));
    store.delivered(&id, &attempt(1), Some(&webhook)).await?;
    assert_eq!(store.webhook(&id).await?.as_ref(), Some(&webhook));
    assert_eq!(store.deliveries(&id).await?, [attempt(1), attempt(0)]);
    for number in 2..120 {
        store.delivered(&id, &attempt(number), None).await?;
    }
    let kept = store.deliveries(&id).await?;
    assert_eq!((kept.len(), &kept[0], &kept[99]), (100, &attempt(119), &attempt(20)));

    webhook.state = WebhookState::Paused;
    webhook.kinds.pop();
    assert!(store.change_webhook(&webhook).await?);
    assert_eq!(store.webhook(&id).await?.as_ref(), Some(&webhook));
    let other = SiteId::new("other")?;
    assert!(!store.remove_webhook(&other, &id).await?, "a site removed another's");
    assert!(store.remove_webhook(&webhook.site, &id).await?);
    assert!(!store.change_webhook(&webhook).await?);
    store.delivered(&id, &attempt(0), Some(&webhook)).await?;
    assert_eq!((store.webhook(&id).await?, store.deliveries(&id).await?.len()), (None, 0));
    Ok(())
}

pub(super) async fn two_secrets_sign_while_one_is_taken_up(store: Arc<dyn Store>) -> Outcome {
    store.create_site(site("s")?).await?;
    let id = store.add_webhook(new_webhook()?).await?;
    assert_eq!(store.webhook_secrets(&id, at(1)).await?, [vec![1; 24]]);
    store.renew_webhook_secret(&id, &[2; 24], at(10), at(20)).await?;
    assert_eq!(store.webhook_secrets(&id, at(19)).await?, [vec![2; 24], vec![1; 24]]);
    assert_eq!(store.webhook_secrets(&id, at(20)).await?, [vec![2; 24]]);
    // Once more within the time: the oldest is destroyed.
    store.renew_webhook_secret(&id, &[3; 24], at(15), at(25)).await?;
    assert_eq!(store.webhook_secrets(&id, at(16)).await?, [vec![3; 24], vec![2; 24]]);
    Ok(())
}
