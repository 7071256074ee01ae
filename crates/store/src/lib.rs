//! What Calmline remembers: the event log, and everything that is derived from it or sealed beside it.
//!
//! [`Store`] is one family of traits with one contract suite (`contract`, a cargo feature); [`sqlite`] is the backend
//! for one machine. All methods take `&self`; share a store as `Arc<dyn Store>`.
//!
//! # The log is the only truth
//! [`Log::append`] answers when the events are on disk. Calls that come at the same time are committed together, so
//! that one `fsync` serves many; the drafts of one call stay together, all or none. Positions follow commit order and
//! have no gaps. An event id is unique for ever: a repeat is answered with the first position and changes nothing.
//! Every row carries a SHA-256 over the row before it and over its own content, ciphertexts by their hashes, so that
//! [`Log::verify_chain`] finds a changed, removed or reordered row, before and after an erasure.
//!
//! To publish what is committed, follow the log with a [`Feed`]: it waits for the head to move and reads on. Append,
//! sync, acknowledge, publish: in this order, and from one place.
//!
//! # Views
//! [`Views`] are folded from events ([`views`]) in the same transaction that appends them. A reader never sees an event
//! without its effect, there is no lag to wait for, and there is no second position to keep. [`Views::rebuild_views`]
//! folds the whole log again and gives the same rows; payloads play no part in views, so erasures leave no gap in them.
//!
//! # Sealed payloads and erasure
//! [`Draft::clear`](calmline_core::Draft) is sealed in the commit of its event with ChaCha20-Poly1305 (RFC 8439) under
//! a random 96-bit nonce. Each (site, subject, kind) has a key of its own; the master key of the data directory wraps
//! these keys. [`Payloads::erase`] destroys keys and rows; each destroyed key is listed by its number in
//! `erasures.jsonl`, which lies outside the database and outside backups, so that a restored backup loses those
//! keys again before anything can be read.
//!
//! # A data directory
//! | file | what it is |
//! |---|---|
//! | `calmline.db`, `-wal`, `-shm` | the database; write-ahead log, `synchronous=FULL`, `secure_delete` |
//! | `master.key` | wraps every key of the database; mode 0600; without it the payloads are noise |
//! | `erasures.jsonl` | the ledger of erasures: hashes and key numbers only, appended and synced, never shortened |
//! | `lock` | held by the process that has the directory open |
//! | `notices/`, `attestations/`, `attestation.key` | kept by the server; the store carries them into backups and back |

mod account;
mod baseline;
#[cfg(feature = "contract")]
pub mod contract;
mod directory;
mod entry;
mod error;
mod feed;
mod key;
mod ledger;
mod log;
mod payload;
mod seal;
mod site;
pub mod sqlite;
mod upkeep;
pub mod views;
mod webhook;

pub use account::{Account, Accounts, NewAccount, TokenHash};
pub use baseline::Baselines;
pub use directory::Directory;
pub use error::StoreError;
pub use feed::Feed;
pub use key::{IntegrationKey, KeyKind, Keys, NewKey};
pub use log::{Appended, Log};
pub use payload::{Erasure, Payloads};
pub use site::{NewSite, Site, Sites};
pub use sqlite::Sqlite;
pub use upkeep::{Chain, Upkeep};
pub use views::{AgentRow, AlertRow, CallFilter, CallRow, LegRow, OfferRow, OfferState, Views};
pub use webhook::{Delivery, NewWebhook, Webhook, WebhookState, Webhooks};

/// All that a backend keeps.
pub trait Store:
    Log + Payloads + Baselines + Directory + Sites + Accounts + Keys + Webhooks + Views + Upkeep
{
}

impl<T: Log + Payloads + Baselines + Directory + Sites + Accounts + Keys + Webhooks + Views + Upkeep> Store
    for T
{
}
