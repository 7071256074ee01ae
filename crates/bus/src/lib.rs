//! Committed events on their way to those who wait for them.
//!
//! A [`Bus`] fans events out; it keeps nothing. The log is the truth and the bus only a short cut to its end: whoever
//! falls behind is told so and reads on from the store. Events are published from one place, in position order, after
//! their commit is on disk; publishing an event again changes nothing, so that a publisher may begin anew where it is
//! not sure how far it came.
//!
//! ```
//! # use calmline_bus::{Bus, Delivery, Local, Topic};
//! # use calmline_core::Position;
//! # async fn follow(bus: &dyn Bus, seen: Position) {
//! let mut events = bus.subscribe(Topic::All, seen).await;
//! loop {
//!     match events.next().await {
//!         Delivery::Event(event) => { /* show it */ }
//!         Delivery::Missed { after } => {
//!             // Read the store after `after` until it has no more, then say how far that was.
//!             let last = after;
//!             events.caught_up(last);
//!         }
//!         Delivery::Closed => break,
//!     }
//! }
//! # }
//! ```

#[cfg(feature = "contract")]
pub mod contract;
mod local;

use std::sync::Arc;

use async_trait::async_trait;
use calmline_core::{Event, Position, SiteId};

pub use local::Local;

/// How many events a bus keeps for those who are slow, where nothing else is said: some seconds of a busy floor.
pub const EVENTS: usize = 4_096;

/// What a subscriber wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Topic {
    /// The events of all sites.
    All,
    /// The events of one site.
    Site(SiteId),
}

impl Topic {
    /// Whether an event belongs here.
    #[must_use]
    pub fn takes(&self, event: &Event) -> bool {
        match self {
            Self::All => true,
            Self::Site(site) => event.site == *site,
        }
    }
}

/// What a subscriber gets.
#[derive(Debug, Clone, PartialEq)]
pub enum Delivery {
    /// The next event; its position is above that of the one before.
    Event(Arc<Event>),
    /// Events after this position were missed. Read the store after it until there is no more, then call
    /// [`Subscription::caught_up`]; until then, and if that is never called, events go on after the missed ones.
    Missed {
        /// The last position that was delivered or caught up with.
        after: Position,
    },
    /// The bus is gone.
    Closed,
}

/// The way of committed events to those who wait for them.
#[async_trait]
pub trait Bus: Send + Sync {
    /// Publishes committed events in position order. Events at or below the last published position are dropped.
    ///
    /// # Errors
    /// When the broker does not take them; publish them again.
    async fn publish(&self, events: Vec<Event>) -> Result<(), BusError>;

    /// Subscribes to events after a position. If the bus has already passed that position, the first delivery says that
    /// some were missed.
    async fn subscribe(&self, topic: Topic, after: Position) -> Box<dyn Subscription>;
}

/// One subscriber's end of a bus.
#[async_trait]
pub trait Subscription: Send {
    /// The next delivery. Safe to cancel.
    async fn next(&mut self) -> Delivery;

    /// Says that the subscriber has read the store up to a position: nothing at or below it is delivered any more.
    fn caught_up(&mut self, position: Position);
}

/// Why a bus did not take events.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BusError {
    /// Events of one call were not in position order.
    #[error("position {} comes after {}; publish in position order", found.0, before.0)]
    Order {
        /// The position before.
        before: Position,
        /// The position that is out of order.
        found: Position,
    },
    /// The broker cannot be reached.
    #[error("the broker cannot be reached: {0}")]
    Unreachable(String),
}
