//! Views: rows folded from events.
//!
//! A fold is a pure function from a row and an event to a row, so that every backend, and a rebuild, makes the same rows.

mod fold;
mod row;

use async_trait::async_trait;
use calmline_core::{AgentId, AlertId, CallId, OfferId, SiteId, Timestamp};

pub(crate) use fold::{Changes, FoundBy, Key, Row, View};
pub use row::{AgentRow, AlertRow, CallRow, LegRow, OfferRow, OfferState};

use crate::StoreError;

/// Which calls are wanted.
#[derive(Debug, Clone, Default)]
pub struct CallFilter {
    /// Only those of this agent.
    pub agent: Option<AgentId>,
    /// Only those that began at this time or later.
    pub from: Option<Timestamp>,
    /// Only those that began before this time.
    pub to: Option<Timestamp>,
    /// Only those that have not ended.
    pub open: bool,
    /// At most so many; 0 means 100.
    pub limit: u32,
}

/// The views.
#[async_trait]
pub trait Views: Send + Sync {
    /// One call.
    ///
    /// # Errors
    /// When the database fails or a row is damaged. So too for the other reads.
    async fn call(&self, site: &SiteId, call: &CallId) -> Result<Option<CallRow>, StoreError>;

    /// Calls, the latest first.
    ///
    /// # Errors
    /// As for [`Self::call`].
    async fn calls(&self, site: &SiteId, filter: &CallFilter) -> Result<Vec<CallRow>, StoreError>;

    /// One alert.
    ///
    /// # Errors
    /// As for [`Self::call`].
    async fn alert(&self, site: &SiteId, alert: &AlertId) -> Result<Option<AlertRow>, StoreError>;

    /// Alerts raised at `from` or later, the latest first.
    ///
    /// # Errors
    /// As for [`Self::call`].
    async fn alerts(&self, site: &SiteId, from: Timestamp, limit: u32) -> Result<Vec<AlertRow>, StoreError>;

    /// One offer of a break.
    ///
    /// # Errors
    /// As for [`Self::call`].
    async fn offer(&self, site: &SiteId, offer: &OfferId) -> Result<Option<OfferRow>, StoreError>;

    /// The offers made to one agent at `from` or later, the latest first.
    ///
    /// # Errors
    /// As for [`Self::call`].
    async fn offers(
        &self,
        site: &SiteId,
        agent: &AgentId,
        from: Timestamp,
    ) -> Result<Vec<OfferRow>, StoreError>;

    /// One agent as the phone platform last told it.
    ///
    /// # Errors
    /// As for [`Self::call`].
    async fn agent(&self, site: &SiteId, agent: &AgentId) -> Result<Option<AgentRow>, StoreError>;

    /// All agents of a site, by pseudonym.
    ///
    /// # Errors
    /// As for [`Self::call`].
    async fn agents(&self, site: &SiteId) -> Result<Vec<AgentRow>, StoreError>;

    /// Folds the whole log again, makes what its events are found by anew, and says how many events that were. Appends
    /// wait meanwhile.
    ///
    /// # Errors
    /// When the database fails or a row of the log is damaged; then the views are as before.
    async fn rebuild_views(&self) -> Result<u64, StoreError>;
}
