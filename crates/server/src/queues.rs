//! How the queues of a site stand, folded from the latest snapshots of the log.

use std::collections::{BTreeMap, HashMap};

use calmline_core::{Body, Event, Position, QueueId, SiteId, Timestamp};
use calmline_store::{Store, StoreError};
use tokio::sync::Mutex;

/// How far back a first look goes, in positions. Platforms send a snapshot every few seconds; one that lies farther back
/// says nothing about now.
const LOOK_BACK: u64 = 50_000;
const AT_ONCE: u32 = 1_000;

/// How a queue stands.
#[derive(Debug, Clone, PartialEq)]
pub struct QueueRow {
    /// Which queue.
    pub queue: QueueId,
    /// Callers waiting.
    pub waiting: u32,
    /// Agents free.
    pub available: u32,
    /// The longest present wait in seconds.
    pub longest_wait_s: f64,
    /// When the platform said so.
    pub at: Timestamp,
}

#[derive(Debug, Default)]
struct Site {
    read: Option<Position>,
    rows: BTreeMap<QueueId, QueueRow>,
}

/// The queues of all sites. Each look reads on from the last one.
#[derive(Debug, Default)]
pub struct Queues(Mutex<HashMap<SiteId, Site>>);

impl Queues {
    /// How a site's queues stand.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn rows(&self, store: &dyn Store, site: &SiteId) -> Result<Vec<QueueRow>, StoreError> {
        let mut sites = self.0.lock().await;
        let known = sites.entry(site.clone()).or_default();
        let head = store.head();
        let mut after = known.read.unwrap_or(Position(head.0.saturating_sub(LOOK_BACK)));
        loop {
            let events = store.read_kind(site, "queue.snapshot", after, AT_ONCE).await?;
            for event in &events {
                known.take(event);
            }
            let Some(last) = events.last().filter(|_| events.len() == AT_ONCE as usize) else { break };
            after = last.position;
        }
        known.read = Some(head);
        Ok(known.rows.values().cloned().collect())
    }
}

impl Site {
    fn take(&mut self, event: &Event) {
        let Body::QueueSnapshot { queue, waiting, available, longest_wait_s } = &event.body else { return };
        let row = QueueRow {
            queue: queue.clone(),
            waiting: *waiting,
            available: *available,
            longest_wait_s: *longest_wait_s,
            at: event.at,
        };
        // Snapshots may arrive out of order; the one that was taken last counts.
        let newer = self.rows.get(queue).is_none_or(|known| known.at <= row.at);
        if newer {
            self.rows.insert(queue.clone(), row);
        }
    }
}
