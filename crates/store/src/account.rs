//! Accounts and their sessions.

use async_trait::async_trait;
use calmline_core::{AccountId, AgentId, Role, SiteId, Timestamp, catalog::Lang};

use crate::StoreError;

/// SHA-256 of a session token. The token itself is never stored.
pub type TokenHash = [u8; 32];

/// Someone who signs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Who.
    pub id: AccountId,
    /// Where.
    pub site: SiteId,
    /// The name to sign in with; unique within the site.
    pub login: String,
    /// What they may do.
    pub roles: Vec<Role>,
    /// The agent that they are, if they are one.
    pub agent: Option<AgentId>,
    /// The language that they read.
    pub language: Lang,
    /// The Argon2 hash of the password in PHC format; opaque here.
    pub password_hash: String,
    /// Whether they may no longer sign in.
    pub disabled: bool,
    /// Since when.
    pub created: Timestamp,
}

/// An account to be made; its id is drawn at random.
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// Where.
    pub site: SiteId,
    /// The name to sign in with.
    pub login: String,
    /// What they may do.
    pub roles: Vec<Role>,
    /// The agent that they are, if they are one.
    pub agent: Option<AgentId>,
    /// The language that they read.
    pub language: Lang,
    /// The Argon2 hash of the password.
    pub password_hash: String,
    /// Now.
    pub created: Timestamp,
}

/// Accounts and sessions.
#[async_trait]
pub trait Accounts: Send + Sync {
    /// Makes an account.
    ///
    /// # Errors
    /// [`StoreError::Exists`] when the login is taken, [`StoreError::Missing`] when the site is not there.
    async fn add_account(&self, new: NewAccount) -> Result<AccountId, StoreError>;

    /// The account with a login name.
    ///
    /// # Errors
    /// When the database fails or a row is damaged. So too for the other reads.
    async fn account_by_login(&self, site: &SiteId, login: &str) -> Result<Option<Account>, StoreError>;

    /// One account.
    ///
    /// # Errors
    /// As for [`Self::account_by_login`].
    async fn account(&self, id: &AccountId) -> Result<Option<Account>, StoreError>;

    /// All accounts of a site by login name.
    ///
    /// # Errors
    /// As for [`Self::account_by_login`].
    async fn accounts(&self, site: &SiteId) -> Result<Vec<Account>, StoreError>;

    /// Stores an account anew: all but id, site and creation. Disabling it or changing its password or roles ends its
    /// sessions in the same commit.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when it is not there, [`StoreError::Exists`] when the new login is taken.
    async fn change_account(&self, account: &Account) -> Result<(), StoreError>;

    /// Makes accounts and stores others anew as [`Self::change_account`] does, all in one commit: all or none.
    ///
    /// # Errors
    /// As for [`Self::add_account`] and [`Self::change_account`]; then nothing was changed.
    async fn import_accounts(
        &self,
        new: &[NewAccount],
        changed: &[Account],
    ) -> Result<Vec<AccountId>, StoreError>;

    /// Removes an account and its sessions; whether there was one.
    ///
    /// # Errors
    /// When the disk fails. So too for the other changes.
    async fn remove_account(&self, id: &AccountId) -> Result<bool, StoreError>;

    /// Begins a session.
    ///
    /// # Errors
    /// As for [`Self::remove_account`].
    async fn begin_session(
        &self,
        token: &TokenHash,
        account: &AccountId,
        expires: Timestamp,
    ) -> Result<(), StoreError>;

    /// The account that a session belongs to; none when it is unknown, ended or expired, or the account is disabled.
    ///
    /// # Errors
    /// As for [`Self::account_by_login`].
    async fn session(&self, token: &TokenHash, now: Timestamp) -> Result<Option<Account>, StoreError>;

    /// Ends a session.
    ///
    /// # Errors
    /// As for [`Self::remove_account`].
    async fn end_session(&self, token: &TokenHash) -> Result<(), StoreError>;

    /// Removes expired sessions and says how many there were.
    ///
    /// # Errors
    /// As for [`Self::remove_account`].
    async fn sweep_sessions(&self, now: Timestamp) -> Result<u64, StoreError>;
}
