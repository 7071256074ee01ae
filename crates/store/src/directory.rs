//! Outside names and their pseudonyms.

use async_trait::async_trait;
use calmline_core::{AgentId, CustomerId, SiteId};

use crate::StoreError;

/// The agents of the phone platform by pseudonym. A pseudonym is random; the way to it is an HMAC of the outside name
/// under a secret of the site, the way back is a sealed payload of kind
/// [`Identity`](calmline_core::event::PayloadKind::Identity).
#[async_trait]
pub trait Directory: Send + Sync {
    /// The pseudonyms of outside names, in their order. Unknown names get one, which is on disk when this answers;
    /// known ones are answered from memory.
    ///
    /// # Errors
    /// When there is no such site or the disk fails.
    async fn pseudonyms(&self, site: &SiteId, names: &[&str]) -> Result<Vec<AgentId>, StoreError>;

    /// The pseudonym of one outside name.
    ///
    /// # Errors
    /// As for [`Self::pseudonyms`].
    async fn pseudonym(&self, site: &SiteId, name: &str) -> Result<AgentId, StoreError> {
        let agents = self.pseudonyms(site, &[name]).await?;
        agents
            .into_iter()
            .next()
            .ok_or_else(|| StoreError::Missing { what: "pseudonym of", name: "the agent".into() })
    }

    /// What stands for a customer of a CRM: an HMAC of its id under a secret of the site. Nothing leads back.
    ///
    /// # Errors
    /// When there is no such site.
    fn customer(&self, site: &SiteId, id: &str) -> Result<CustomerId, StoreError>;

    /// The outside name behind a pseudonym; none once it is erased.
    ///
    /// # Errors
    /// When the database fails or the row is damaged.
    async fn outside_name(&self, site: &SiteId, agent: &AgentId) -> Result<Option<String>, StoreError>;

    /// All pseudonyms of a site with their outside names, by pseudonym.
    ///
    /// # Errors
    /// As for [`Self::outside_name`].
    async fn outside_names(&self, site: &SiteId) -> Result<Vec<(AgentId, String)>, StoreError>;
}
