//! Opening a data directory and choosing a site.

use std::{path::Path, sync::Arc};

use calmline_core::SiteId;
use calmline_store::{Site, Store, sqlite::Sqlite};

use crate::failure::Failure;

/// Opens a data directory that was set up.
pub async fn open(data: &Path) -> Result<Arc<dyn Store>, Failure> {
    if !data.join("calmline.db").exists() {
        return Err(Failure::Input(format!(
            "{} is not a data directory; set one up with: calmline setup --data {0} --site NAME --admin NAME --password-stdin",
            data.display()
        )));
    }
    Ok(Arc::new(Sqlite::open(data).await?))
}

/// The site that was named, or the only one.
pub async fn site(store: &dyn Store, named: Option<&SiteId>) -> Result<Site, Failure> {
    let mut sites = store.sites().await?;
    let names = sites.iter().map(|site| site.id.as_str()).collect::<Vec<_>>().join(", ");
    match named {
        Some(id) => sites
            .into_iter()
            .find(|site| site.id == *id)
            .ok_or_else(|| Failure::Input(format!("--site: there is no site {id}; there are {names}"))),
        None if sites.len() == 1 => Ok(sites.swap_remove(0)),
        None => Err(Failure::Usage(format!("--site: name one of {names}"))),
    }
}
