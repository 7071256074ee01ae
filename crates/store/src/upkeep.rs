//! Backups and the end of a store's life.

use std::path::Path;

use async_trait::async_trait;
use calmline_core::Position;

use crate::StoreError;

/// What [`Log::verify_chain`](crate::Log::verify_chain) found in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chain {
    /// The last position.
    pub head: Position,
    /// The hash of the last row, over all rows before it; zeros for an empty log.
    pub hash: [u8; 32],
    /// Payloads whose ciphertext was checked; erased ones have none.
    pub payloads: u64,
}

/// What an operator does to a store.
#[async_trait]
pub trait Upkeep: Send + Sync {
    /// Writes one consistent file from which a new machine can be set up, while the store stays open.
    ///
    /// The file carries the master key, the texts of notices, the attestations and the key that signs them: sealed under
    /// `passphrase` if there is one, else as they are, and then whoever has the file can read it like the data directory
    /// itself. The file is made with mode 0600 and is synced.
    ///
    /// # Errors
    /// When the file exists or cannot be written.
    async fn backup(&self, to: &Path, passphrase: Option<&str>) -> Result<(), StoreError>;

    /// Finishes what was begun, empties the write-ahead log and closes the files. Later calls fail with
    /// [`StoreError::Closed`].
    ///
    /// # Errors
    /// When the disk fails.
    async fn close(&self) -> Result<(), StoreError>;
}
