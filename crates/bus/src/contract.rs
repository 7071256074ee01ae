//! What every bus must do. A backend's tests call [`run`] with a function that makes an empty bus; the functions panic
//! where a bus breaks the contract.

use std::{future::Future, sync::Arc, time::Duration};

use calmline_core::{Body, Draft, Event, IdError, Position, SiteId, Timestamp};

use crate::{Bus, BusError, Delivery, Subscription, Topic};

/// How many events [`run`] publishes to a subscriber that does not listen: more than the bus may keep for it.
pub const FLOOD: u64 = 5_000;

/// Runs the whole contract. `fresh` makes a bus that has published nothing and keeps fewer than [`FLOOD`] events for
/// those who are slow.
///
/// # Errors
/// Never, unless the suite itself is wrong.
pub async fn run<F, B>(fresh: F) -> Result<(), IdError>
where
    F: Fn() -> B,
    B: Future<Output = Arc<dyn Bus>>,
{
    in_order_and_once(&*fresh().await).await?;
    only_the_topic(&*fresh().await).await?;
    order_is_checked(&*fresh().await).await?;
    late_subscribers_are_told(&*fresh().await).await?;
    slow_subscribers_are_told(&*fresh().await).await
}

async fn in_order_and_once(bus: &dyn Bus) -> Result<(), IdError> {
    let mut events = bus.subscribe(Topic::All, Position(0)).await;
    publish(bus, &[event("a", 1)?, event("a", 2)?]).await;
    publish(bus, &[event("a", 1)?, event("a", 2)?, event("b", 5)?]).await;
    assert_eq!(positions(&mut *events, 3).await, [1, 2, 5]);
    silent(&mut *events).await;
    Ok(())
}

async fn only_the_topic(bus: &dyn Bus) -> Result<(), IdError> {
    let mut events = bus.subscribe(Topic::Site(SiteId::new("b")?), Position(0)).await;
    publish(bus, &[event("a", 1)?, event("b", 2)?, event("a", 3)?, event("b", 4)?]).await;
    assert_eq!(positions(&mut *events, 2).await, [2, 4]);
    silent(&mut *events).await;
    Ok(())
}

async fn order_is_checked(bus: &dyn Bus) -> Result<(), IdError> {
    let answer = bus.publish(vec![event("a", 2)?, event("a", 1)?]).await;
    assert_eq!(answer, Err(BusError::Order { before: Position(2), found: Position(1) }));
    Ok(())
}

async fn late_subscribers_are_told(bus: &dyn Bus) -> Result<(), IdError> {
    publish(bus, &[event("a", 1)?, event("a", 2)?, event("a", 3)?]).await;
    let mut late = bus.subscribe(Topic::All, Position(1)).await;
    assert_eq!(next(&mut *late).await, Delivery::Missed { after: Position(1) });
    late.caught_up(Position(3));
    let mut in_time = bus.subscribe(Topic::All, Position(3)).await;
    publish(bus, &[event("a", 4)?]).await;
    assert_eq!(positions(&mut *late, 1).await, [4]);
    assert_eq!(positions(&mut *in_time, 1).await, [4]);
    Ok(())
}

async fn slow_subscribers_are_told(bus: &dyn Bus) -> Result<(), IdError> {
    let mut slow = bus.subscribe(Topic::All, Position(0)).await;
    for position in 1..=FLOOD {
        publish(bus, &[event("a", position)?]).await;
    }
    let Delivery::Missed { after } = next(&mut *slow).await else {
        panic!("a subscriber that fell behind was not told");
    };
    assert_eq!(after, Position(0));
    // The store would now be read up to its head.
    slow.caught_up(Position(FLOOD));
    publish(bus, &[event("a", FLOOD + 1)?]).await;
    assert_eq!(positions(&mut *slow, 1).await, [FLOOD + 1]);
    Ok(())
}

fn event(site: &str, position: u64) -> Result<Event, IdError> {
    let id = position.to_string();
    let body = Body::TimerFired {};
    let draft = Draft::told(SiteId::new(site)?, "contract", &id, Timestamp::UNIX_EPOCH, body);
    Ok(draft.at_position(Position(position)))
}

async fn publish(bus: &dyn Bus, events: &[Event]) {
    assert_eq!(bus.publish(events.to_vec()).await, Ok(()));
}

async fn next(events: &mut dyn Subscription) -> Delivery {
    match tokio::time::timeout(Duration::from_secs(10), events.next()).await {
        Ok(delivery) => delivery,
        Err(_) => panic!("nothing was delivered within ten seconds"),
    }
}

async fn positions(events: &mut dyn Subscription, count: usize) -> Vec<u64> {
    let mut positions = Vec::new();
    for _ in 0..count {
        match next(events).await {
            Delivery::Event(event) => positions.push(event.position.0),
            other => panic!("expected an event, got {other:?}"),
        }
    }
    positions
}

async fn silent(events: &mut dyn Subscription) {
    let more = tokio::time::timeout(Duration::from_millis(50), events.next()).await;
    assert!(more.is_err(), "something more was delivered: {more:?}");
}
