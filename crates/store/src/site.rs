//! Sites.

use async_trait::async_trait;
use calmline_core::{AccountId, SiteId, Timestamp, policy::Profile};
use serde::{Deserialize, Serialize};

use crate::{NewAccount, StoreError};

/// A site. Its profile never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Site {
    /// Which.
    pub id: SiteId,
    /// Its name.
    pub name: String,
    /// Its policy profile.
    pub profile: Profile,
    /// Its IANA time zone.
    pub time_zone: String,
    /// Since when.
    pub opened: Timestamp,
}

/// A site to be set up.
#[derive(Debug, Clone)]
pub struct NewSite {
    /// The site.
    pub site: Site,
    /// Its first administrator, stored in the same commit: no site is left without anybody who can sign in. None for
    /// sites that nobody signs in to, as in tests.
    pub admin: Option<NewAccount>,
}

/// The sites of a store.
#[async_trait]
pub trait Sites: Send + Sync {
    /// Sets up a site: appends [`Body::SiteOpened`](calmline_core::Body::SiteOpened), makes its directory secret and
    /// its first account, in one commit.
    ///
    /// # Errors
    /// [`StoreError::Exists`] when the site is set up already.
    async fn create_site(&self, new: NewSite) -> Result<Option<AccountId>, StoreError>;

    /// All sites by id.
    ///
    /// # Errors
    /// When the database fails or a row is damaged.
    async fn sites(&self) -> Result<Vec<Site>, StoreError>;

    /// One site.
    ///
    /// # Errors
    /// As for [`Self::sites`].
    async fn site(&self, id: &SiteId) -> Result<Option<Site>, StoreError> {
        Ok(self.sites().await?.into_iter().find(|site| site.id == *id))
    }
}
