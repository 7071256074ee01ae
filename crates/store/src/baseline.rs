//! Somebody's usual, which is written over as more is learned.

use async_trait::async_trait;
use calmline_core::{SiteId, SubjectId, Timestamp};

use crate::StoreError;

/// What an agent's voice is usually like: a few means and variances, in one text per person that each call writes over.
///
/// It belongs to no event, so it stands apart from the payloads; in all else it is one of
/// [`PayloadKind::VoiceCue`](calmline_core::event::PayloadKind): sealed under the same key of the same person, destroyed by
/// [`Payloads::erase`](crate::Payloads::erase) with what was told of it, by [`Payloads::expire`](crate::Payloads::expire)
/// once nothing has been learned for as long, and again in a backup that is restored later.
#[async_trait]
pub trait Baselines: Send + Sync {
    /// What is known; none if nothing was ever learned, or all was destroyed.
    ///
    /// # Errors
    /// When the database fails, or the row does not fit its site and subject.
    async fn baseline(&self, site: &SiteId, subject: &SubjectId) -> Result<Option<Vec<u8>>, StoreError>;

    /// Puts what is known now in place of what was known; `at` is when it was learned.
    ///
    /// # Errors
    /// When the disk fails.
    async fn keep_baseline(
        &self,
        site: &SiteId,
        subject: &SubjectId,
        known: &[u8],
        at: Timestamp,
    ) -> Result<(), StoreError>;

    /// Whether there is something of somebody's voice: their usual, or what was told of a call.
    ///
    /// # Errors
    /// As for [`Self::baseline`].
    async fn has_baseline(&self, site: &SiteId, subject: &SubjectId) -> Result<bool, StoreError>;

    /// Everybody of whose voice there is something: their usual, or what was told of a call.
    ///
    /// # Errors
    /// As for [`Self::baseline`].
    async fn with_baselines(&self, site: &SiteId) -> Result<Vec<SubjectId>, StoreError>;
}
