//! A signed statement of what this installation recorded as computed and not computed.
//!
//! It is built from the log alone: permits granted and refused with their rules, signals and utterances recorded, the log's
//! head and chain hash; with a self-test that asks the policy for everything with every condition met. Each statement names
//! the hash of the one before it, whatever its site, and is signed with Ed25519 (RFC 8032) by a key of the data directory.
//! What is signed is the statement in canonical form ([`canonical`]), so that white space and order do not matter.
//!
//! It says itself what it cannot prove: that no other program ran.

mod canonical;
mod folder;
mod self_test;
mod statement;
mod verify;

use calmline_core::{SiteId, Timestamp};
use calmline_store::{Store, StoreError};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use canonical::canonical;
pub use folder::Folder;
pub use self_test::possibilities;
pub use statement::{
    EnvelopeCount, FORMAT, Limits, LogHead, ModelSpan, PermitCount, Program, SignalCount, Statement,
    StoppedCount, TableVersion, Tally, UtteranceCount, Verdict,
};
pub use verify::{NotValid, Verified, follows, verify};

/// A signed statement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Attestation {
    /// What is stated.
    pub statement: Statement,
    /// Who says so.
    pub signature: Signature,
}

/// An Ed25519 signature over the statement in canonical form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Signature {
    /// `Ed25519`.
    pub algorithm: String,
    /// The 32 bytes of the public key, base64.
    pub public_key: String,
    /// The 64 bytes of the signature, base64.
    pub value: String,
}

/// Why no attestation was made.
#[derive(Debug, thiserror::Error)]
pub enum AttestError {
    /// The log cannot be read, or is damaged: nothing is attested then.
    #[error("the log cannot be attested")]
    Store(#[from] StoreError),
    /// There is no such site.
    #[error("there is no site {site:?}")]
    NoSite {
        /// Which.
        site: String,
    },
    /// A file cannot be read or written.
    #[error("cannot {what} {}", path.display())]
    File {
        /// What was tried: a verb.
        what: &'static str,
        /// On which file.
        path: std::path::PathBuf,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
    /// An earlier attestation is not one.
    #[error("{} is not an attestation; put it back as it was, the next one must name its hash", path.display())]
    Damaged {
        /// Which file.
        path: std::path::PathBuf,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
    /// The signing key cannot be made or read.
    #[error("signing key {}: {wrong}", path.display())]
    Key {
        /// Which file.
        path: std::path::PathBuf,
        /// What is wrong and what to do.
        wrong: &'static str,
    },
    /// The statement cannot be written as JSON.
    #[error("the statement cannot be written")]
    Json(#[from] serde_json::Error),
    /// The work was cut off because the process stops.
    #[error("the process is stopping")]
    Stopping,
}

/// Makes a site's attestation: reads and checks the whole log, signs, and keeps it in the folder.
///
/// # Errors
/// When the log is damaged or cannot be read, or the folder cannot be written.
pub async fn make(
    store: &dyn Store,
    folder: &Folder,
    site: &SiteId,
    now: Timestamp,
) -> Result<Attestation, AttestError> {
    let statement = Statement::of(store, site, now).await?;
    let folder = folder.clone();
    let signing = tokio::task::spawn_blocking(move || folder.sign(statement));
    signing.await.map_err(|_| AttestError::Stopping)?
}
