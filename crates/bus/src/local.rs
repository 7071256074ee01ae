//! The bus within one process.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use calmline_core::{Event, Position};
use tokio::sync::broadcast::{self, error::RecvError};

use crate::{Bus, BusError, Delivery, Subscription, Topic};

/// A bus within one process. Cheap to clone; clones are the same bus.
#[derive(Debug, Clone)]
pub struct Local {
    sender: broadcast::Sender<Arc<Event>>,
    /// The last published position. Held while publishing and subscribing, so that a subscriber sees everything after
    /// the position that it was compared with.
    last: Arc<Mutex<Position>>,
}

impl Local {
    /// A bus that keeps so many events for those who are slow, and that has published everything up to a position:
    /// the head of the log when the process starts.
    #[must_use]
    pub fn new(capacity: usize, published: Position) -> Self {
        let (sender, _) = broadcast::channel(capacity.max(1));
        Self { sender, last: Arc::new(Mutex::new(published)) }
    }
}

#[async_trait]
impl Bus for Local {
    async fn publish(&self, events: Vec<Event>) -> Result<(), BusError> {
        for pair in events.windows(2) {
            let (before, found) = (pair[0].position, pair[1].position);
            if found <= before {
                return Err(BusError::Order { before, found });
            }
        }
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        for event in events {
            if event.position <= *last {
                continue;
            }
            *last = event.position;
            // Fails only when nobody listens.
            let _ = self.sender.send(Arc::new(event));
        }
        Ok(())
    }

    async fn subscribe(&self, topic: Topic, after: Position) -> Box<dyn Subscription> {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let receiver = self.sender.subscribe();
        Box::new(Receiver { receiver, topic, after, missed: after < *last, next: None })
    }
}

struct Receiver {
    receiver: broadcast::Receiver<Arc<Event>>,
    topic: Topic,
    /// Everything up to here was delivered, was caught up with, or is not of the topic.
    after: Position,
    /// Whether events between `after` and the next one may have been missed.
    missed: bool,
    /// The event that showed that some were missed.
    next: Option<Arc<Event>>,
}

#[async_trait]
impl Subscription for Receiver {
    async fn next(&mut self) -> Delivery {
        loop {
            let event = match self.next.take() {
                Some(event) => event,
                None if self.missed && self.receiver.is_empty() => {
                    self.missed = false;
                    return Delivery::Missed { after: self.after };
                }
                None => match self.receiver.recv().await {
                    Ok(event) => event,
                    Err(RecvError::Lagged(_)) => {
                        self.missed = true;
                        continue;
                    }
                    Err(RecvError::Closed) => return Delivery::Closed,
                },
            };
            if event.position <= self.after {
                // What was missed came before this, so it was caught up with as well.
                self.missed = false;
                continue;
            }
            if std::mem::take(&mut self.missed) {
                self.next = Some(event);
                return Delivery::Missed { after: self.after };
            }
            self.after = event.position;
            if self.topic.takes(&event) {
                return Delivery::Event(event);
            }
        }
    }

    fn caught_up(&mut self, position: Position) {
        self.after = self.after.max(position);
    }
}
