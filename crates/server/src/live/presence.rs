//! The way to the phone platform: what is wanted of an agent's presence is set there, read back, and told to the log.
//!
//! It follows the log of every site. What is wanted is read first, and set only where the platform does not show it, so that an
//! order is not repeated blindly after a restart; then it is read until it is shown. An agent who has set something else
//! themselves is left alone. Where the platform's own work events have told the matter meanwhile, nothing more is said.

use std::{collections::HashMap, sync::Arc, time::Duration};

use calmline_core::{
    AgentId, Body, Draft, Event, EventId, OfferId, Position, SiteId, Timestamp,
    event::{Presence, PresenceFault},
};
use calmline_media::presence::{PresenceError, PresencePort, Shown};
use calmline_store::{Feed, StoreError};
use tokio::{
    task::{AbortHandle, spawn_blocking},
    time::{Instant, timeout_at},
};

use super::{Live, outbox::Outbox};
use crate::clock;

/// When a platform has not confirmed by then, agent and desk are told. It is looked on as often.
const PATIENCE: Duration = Duration::from_secs(5);
/// An order that is older was for a moment that is over: a break lapses after this long.
const STALE: Duration = Duration::from_secs(10 * 60);
/// The pauses between two looks at the platform, the first and the longest.
const PAUSE: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(1));
/// How long is waited when the log fails.
const TROUBLE: Duration = Duration::from_secs(5);

/// Starts to carry out what is wanted of a platform, until the live side stops.
pub fn start(live: &Arc<Live>, port: Arc<dyn PresencePort>) {
    start_within(live, port, PATIENCE);
}

fn start_within(live: &Arc<Live>, port: Arc<dyn PresencePort>, patience: Duration) {
    let courier = Courier { live: Arc::clone(live), port, patience };
    let halt = live.halt.clone();
    live.deciding.spawn(async move {
        halt.run_until_cancelled(courier.keep()).await;
    });
}

/// What is wanted of an agent's presence.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Order {
    site: SiteId,
    /// The event that wants it.
    wanted: EventId,
    at: Timestamp,
    offer: OfferId,
    agent: AgentId,
    presence: Presence,
    /// Whether it was said already that the platform had not confirmed in time.
    unconfirmed: bool,
}

impl Order {
    fn of(event: &Event) -> Option<Self> {
        let Body::PresenceWanted { offer, agent, presence } = &event.body else { return None };
        Some(Self {
            site: event.site.clone(),
            wanted: event.id,
            at: event.at,
            offer: offer.clone(),
            agent: agent.clone(),
            presence: *presence,
            unconfirmed: false,
        })
    }

    fn is_stale(&self, now: Timestamp) -> bool {
        Duration::try_from(now.duration_since(self.at)).is_ok_and(|age| age > STALE)
    }

    /// What goes into the log.
    fn says(&self, outcome: Outcome) -> Option<Body> {
        let (offer, agent, presence) = (self.offer.clone(), self.agent.clone(), self.presence);
        Some(match outcome {
            Outcome::Confirmed => Body::PresenceConfirmed { offer, agent, presence },
            Outcome::Refused(fault) => Body::PresenceRefused { offer, agent, presence, fault },
            Outcome::Unconfirmed(fault) => Body::PresenceUnconfirmed { offer, agent, presence, fault },
            Outcome::Moot => return None,
        })
    }
}

/// What came of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Confirmed,
    Refused(PresenceFault),
    Unconfirmed(PresenceFault),
    /// There is nothing to do: the agent has set something else.
    Moot,
}

/// The offers whose matter an event settles, whatever was wanted for them.
fn settled(body: &Body) -> Option<&OfferId> {
    match body {
        Body::PresenceConfirmed { offer, .. }
        | Body::PresenceRefused { offer, .. }
        | Body::BreakBegan { offer, .. }
        | Body::BreakEnded { offer, .. }
        | Body::BreakLapsed { offer, .. } => Some(offer),
        _ => None,
    }
}

struct Courier {
    live: Arc<Live>,
    port: Arc<dyn PresencePort>,
    patience: Duration,
}

impl Courier {
    async fn keep(self) {
        let courier = Arc::new(self);
        let mut place = Place::default();
        loop {
            match courier.follow(&mut place).await {
                Err(StoreError::Closed) => return,
                Err(error) => tracing::error!(%error, "the log cannot be followed for the phone platform"),
                Ok(()) => {}
            }
            tokio::time::sleep(TROUBLE).await;
        }
    }

    /// Follows the log; what was wanted before is carried out once it is known what has become of it.
    async fn follow(self: &Arc<Self>, place: &mut Place) -> Result<(), StoreError> {
        let past = self.live.store().head();
        let mut feed = Feed::new(Arc::clone(self.live.store()), None, place.position);
        loop {
            for event in feed.next().await? {
                place.take(&event);
            }
            if place.position < past {
                continue;
            }
            place.running.retain(|_, running| !running.is_finished());
            for (offer, order) in place.open.drain() {
                if !order.is_stale(clock::now()) {
                    let task = tokio::spawn(Arc::clone(self).carry_out(order));
                    place.running.insert(offer, task.abort_handle());
                }
            }
        }
    }

    async fn carry_out(self: Arc<Self>, order: Order) {
        let name = match self.live.store().outside_name(&order.site, &order.agent).await {
            Ok(Some(name)) => name,
            Ok(None) => return,
            Err(error) => {
                tracing::error!(%error, "an agent's name on the phone platform cannot be read");
                return self.say(&order, Outcome::Unconfirmed(PresenceFault::Unreachable));
            }
        };
        let outcome = self.ask(&name, order.presence).await;
        if !order.unconfirmed || !matches!(outcome, Outcome::Unconfirmed(_)) {
            self.say(&order, outcome);
        }
        if matches!(outcome, Outcome::Unconfirmed(_)) && self.shows_late(&name, &order).await {
            self.say(&order, Outcome::Confirmed);
        }
    }

    /// Tells the log what came of an order.
    fn say(&self, order: &Order, outcome: Outcome) {
        let Some(body) = order.says(outcome) else { return };
        metrics::counter!("calmline_presence_total", "outcome" => body.kind()).increment(1);
        let draft = Draft::derived(order.site.clone(), clock::now(), vec![order.wanted], body);
        // A task of its own: the fact must reach the log even if it settles, and so ends, this one.
        let live = Arc::clone(&self.live);
        self.live.deciding.spawn(async move { Outbox::of(vec![draft]).settle(&live).await });
    }

    /// Looks on, and sets nothing, after it was said that a platform had not confirmed: whether it shows it after all before the
    /// order is stale.
    async fn shows_late(&self, name: &str, order: &Order) -> bool {
        while !order.is_stale(clock::now()) {
            let pause = tokio::time::sleep(self.patience);
            if self.live.halt.run_until_cancelled(pause).await.is_none() {
                return false;
            }
            let (port, agent, presence) = (Arc::clone(&self.port), name.to_owned(), order.presence);
            let step = spawn_blocking(move || step(&*port, &agent, presence, false)).await;
            if matches!(step, Ok(Ok(Step::Shown))) {
                return true;
            }
        }
        false
    }

    /// Has a platform show something; answers within the patience.
    async fn ask(&self, name: &str, presence: Presence) -> Outcome {
        let until = Instant::now() + self.patience;
        let (mut pause, longest) = PAUSE;
        let (mut taken, mut fault) = (false, PresenceFault::TimedOut);
        loop {
            let (port, agent, set) = (Arc::clone(&self.port), name.to_owned(), !taken);
            let step = spawn_blocking(move || step(&*port, &agent, presence, set));
            let wait = match timeout_at(until, step).await {
                Err(_) => return Outcome::Unconfirmed(fault),
                Ok(Err(_)) => return Outcome::Unconfirmed(PresenceFault::Unreachable),
                Ok(Ok(Ok(Step::Shown))) => return Outcome::Confirmed,
                Ok(Ok(Ok(Step::Other))) => return Outcome::Moot,
                Ok(Ok(Ok(Step::Taken))) => {
                    (taken, fault) = (true, PresenceFault::NotShown);
                    continue;
                }
                Ok(Ok(Ok(Step::NotYet))) => pause,
                Ok(Ok(Err(error))) if !error.may_pass() => return Outcome::Refused(error.fault()),
                Ok(Ok(Err(error))) => {
                    fault = error.fault();
                    if let PresenceError::Busy(wanted) = error { wanted.max(pause) } else { pause }
                }
            };
            if Instant::now() + wait >= until {
                tokio::time::sleep_until(until).await;
                return Outcome::Unconfirmed(fault);
            }
            tokio::time::sleep(wait).await;
            pause = (pause * 2).min(longest);
        }
    }
}

/// How far the log is read, and what it wants.
#[derive(Default)]
struct Place {
    position: Position,
    /// What is wanted and not yet begun.
    open: HashMap<OfferId, Order>,
    running: HashMap<OfferId, AbortHandle>,
}

impl Place {
    fn take(&mut self, event: &Event) {
        self.position = event.position;
        if let Some(offer) = settled(&event.body) {
            self.open.remove(offer);
            if let Some(running) = self.running.remove(offer) {
                running.abort();
            }
        }
        if let Body::PresenceUnconfirmed { offer, .. } = &event.body
            && let Some(order) = self.open.get_mut(offer)
        {
            order.unconfirmed = true;
        }
        if let Some(order) = Order::of(event) {
            if let Some(running) = self.running.remove(&order.offer) {
                running.abort();
            }
            self.open.insert(order.offer.clone(), order);
        }
    }
}

/// What one look at a platform, and perhaps one order, came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// It shows what is wanted.
    Shown,
    /// It was told just now.
    Taken,
    /// It was told before, and does not show it yet.
    NotYet,
    /// The break to be ended is none of ours.
    Other,
}

/// Looks, and sets where it is not shown and `set` says so. Blocks.
fn step(port: &dyn PresencePort, agent: &str, presence: Presence, set: bool) -> Result<Step, PresenceError> {
    match port.read(agent)? {
        Shown::Asked(shown) if shown == presence => return Ok(Step::Shown),
        Shown::Other(_) if set && presence == Presence::Available => return Ok(Step::Other),
        _ => {}
    }
    if !set {
        return Ok(Step::NotYet);
    }
    port.set(agent, presence)?;
    Ok(Step::Taken)
}

#[cfg(test)]
mod tests;
