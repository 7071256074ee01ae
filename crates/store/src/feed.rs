//! Following the log.

use std::sync::Arc;

use calmline_core::{Event, Position, SiteId};
use tokio::sync::watch;

use crate::{Store, StoreError};

/// Reads the log on and on: what there is, then what is committed. The one place from which events are published.
pub struct Feed {
    store: Arc<dyn Store>,
    site: Option<SiteId>,
    head: watch::Receiver<Position>,
    after: Position,
}

impl Feed {
    /// How many events one read takes at most.
    const LIMIT: u32 = 1_000;

    /// Follows one site, or all, after a position.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, site: Option<SiteId>, after: Position) -> Self {
        let head = store.watch_head();
        Self { store, site, head, after }
    }

    /// The next events, in position order; waits until there are some. Safe to cancel: nothing is skipped.
    ///
    /// # Errors
    /// When the database fails, or with [`StoreError::Closed`] when the store was closed.
    pub async fn next(&mut self) -> Result<Vec<Event>, StoreError> {
        loop {
            let head = *self.head.borrow_and_update();
            if head > self.after {
                let events = self.store.read(self.site.as_ref(), self.after, Self::LIMIT).await?;
                match events.last() {
                    Some(last) => {
                        self.after = last.position;
                        return Ok(events);
                    }
                    None => self.after = head,
                }
            }
            if head <= self.after {
                self.head.changed().await.map_err(|_| StoreError::Closed)?;
            }
        }
    }
}
