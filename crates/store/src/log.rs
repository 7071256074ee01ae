//! The event log.

use async_trait::async_trait;
use calmline_core::{AgentId, CallId, Draft, Event, EventId, Position, SiteId, Timestamp};
use tokio::sync::watch;

use crate::{Chain, StoreError};

/// What became of a draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appended {
    /// Where the event stands; for a duplicate, where it first stood.
    pub position: Position,
    /// The event.
    pub id: EventId,
    /// It was there before, or earlier in the same call; nothing was changed and no payload of it was sealed.
    pub duplicate: bool,
    /// It was there before with another content: somebody uses an id twice.
    pub conflict: bool,
}

/// The append-only log of events of all sites.
#[async_trait]
pub trait Log: Send + Sync {
    /// Appends drafts, all or none, and answers in their order once they are synced to disk.
    ///
    /// # Errors
    /// When a time cannot be stored, a payload id is taken, or the disk fails; then nothing of the call was stored.
    async fn append(&self, drafts: Vec<Draft>) -> Result<Vec<Appended>, StoreError>;

    /// At most `limit` events after a position, of one site or of all, in position order.
    ///
    /// # Errors
    /// When the database fails or a row is damaged. So too for the other reads.
    async fn read(
        &self,
        site: Option<&SiteId>,
        after: Position,
        limit: u32,
    ) -> Result<Vec<Event>, StoreError>;

    /// All events of a call, in position order.
    ///
    /// # Errors
    /// As for [`Self::read`].
    async fn read_call(&self, site: &SiteId, call: &CallId) -> Result<Vec<Event>, StoreError>;

    /// The events that name an agent ([`Body::agent`](calmline_core::Body::agent)) and happened from `from` until
    /// just before `to`, in position order.
    ///
    /// # Errors
    /// As for [`Self::read`].
    async fn read_agent(
        &self,
        site: &SiteId,
        agent: &AgentId,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Event>, StoreError>;

    /// At most `limit` events of one type ([`Body::kind`](calmline_core::Body::kind)) after a position.
    ///
    /// # Errors
    /// As for [`Self::read`].
    async fn read_kind(
        &self,
        site: &SiteId,
        kind: &str,
        after: Position,
        limit: u32,
    ) -> Result<Vec<Event>, StoreError>;

    /// One event.
    ///
    /// # Errors
    /// As for [`Self::read`].
    async fn event(&self, site: &SiteId, id: &EventId) -> Result<Option<Event>, StoreError>;

    /// The position of the last committed event; 0 when the log is empty.
    fn head(&self) -> Position;

    /// The head as it moves. It moves only after the commit is on disk and can be read.
    fn watch_head(&self) -> watch::Receiver<Position>;

    /// Reads the whole log and checks its hash chain, what its events are found by, and the hashes of the payloads that
    /// are left.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] names the first row that does not fit, or the index.
    async fn verify_chain(&self) -> Result<Chain, StoreError>;
}
