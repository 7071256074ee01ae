//! Sealed personal payloads, and their end.

use async_trait::async_trait;
use calmline_core::{PayloadId, Position, SiteId, SubjectId, Timestamp, event::PayloadKind};

use crate::StoreError;

/// What an erasure destroyed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erasure {
    /// Where the log records it.
    pub position: Position,
    /// Keys destroyed: one per kind of which there was anything.
    pub keys: u64,
    /// Payloads destroyed, a baseline among them.
    pub payloads: u64,
    /// Sign-in accounts removed along with an identity.
    pub accounts: u64,
}

/// The personal payloads that events refer to. They are sealed by [`Log::append`](crate::Log::append).
#[async_trait]
pub trait Payloads: Send + Sync {
    /// Opens a payload; none once it is erased, or if there never was one.
    ///
    /// # Errors
    /// When the database fails, or the row does not fit its site, subject, kind and id.
    async fn open_payload(&self, site: &SiteId, id: &PayloadId) -> Result<Option<Vec<u8>>, StoreError>;

    /// Opens many payloads, in the order of `ids`.
    ///
    /// # Errors
    /// As for [`Self::open_payload`].
    async fn open_payloads(
        &self,
        site: &SiteId,
        ids: &[PayloadId],
    ) -> Result<Vec<Option<Vec<u8>>>, StoreError>;

    /// Everything sealed about a subject, oldest first: what a person gets who asks for their data.
    ///
    /// # Errors
    /// As for [`Self::open_payload`].
    async fn payloads_about(
        &self,
        site: &SiteId,
        subject: &SubjectId,
    ) -> Result<Vec<(PayloadId, PayloadKind, Vec<u8>)>, StoreError>;

    /// Makes everything of these kinds about a subject unreadable for ever, and records that in the log
    /// ([`Body::Erased`](calmline_core::Body::Erased)) and in the ledger.
    ///
    /// Erasing [`PayloadKind::Identity`] of an agent also removes the way from the outside name to the pseudonym, so
    /// that the next event gets a fresh one, and the accounts linked to the agent with their sessions.
    ///
    /// The order makes it safe to interrupt: the ledger is synced first, and opening a directory completes every
    /// erasure of its ledger. When this answers, the file of the database and its write-ahead log hold neither keys
    /// nor ciphertexts; what the disk's own firmware keeps is beyond any program.
    ///
    /// # Errors
    /// When the disk fails. [`StoreError::Busy`] when only the write-ahead log could not be cleared.
    async fn erase(
        &self,
        site: &SiteId,
        subject: &SubjectId,
        kinds: &[PayloadKind],
        at: Timestamp,
    ) -> Result<Erasure, StoreError>;

    /// How many payloads of a kind stem from events before a time; a baseline counts if nothing was learned since.
    ///
    /// # Errors
    /// As for [`Self::open_payload`].
    async fn count_before(
        &self,
        site: &SiteId,
        kind: PayloadKind,
        before: Timestamp,
    ) -> Result<u64, StoreError>;

    /// Makes the payloads of a kind that stem from events before a time unreadable for ever, whomever they are about, and
    /// says how many there were. The ledger lists it, so that a restored backup loses them again; nothing is logged here.
    /// A key that has nothing left to open goes with them. Appends go on in between.
    ///
    /// As with [`Self::erase`] the ledger is synced first, opening a directory completes what was interrupted, and the
    /// files hold no ciphertext when this answers. [`PayloadKind::Identity`] has no such end: 0.
    ///
    /// # Errors
    /// When the disk fails. [`StoreError::Busy`] when only the write-ahead log could not be cleared.
    async fn expire(
        &self,
        site: &SiteId,
        kind: PayloadKind,
        before: Timestamp,
        at: Timestamp,
    ) -> Result<u64, StoreError>;
}
