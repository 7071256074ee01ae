//! The planner's desk, and what an agent sees of it.

pub mod feed;
pub mod histories;
pub mod jobs;
pub mod rosters;
pub mod staffing;

use calmline_core::{
    SiteId,
    policy::Profile,
    role::{Action, Resource},
};
use calmline_store::Site;
use jiff::tz::TimeZone;

use crate::{
    access::{Access, Route},
    error::ApiError,
    state::App,
};

const READ: Access = Access::Any(&[(Action::Read, Resource::Plans)]);
const CHANGE: Access = Access::Any(&[(Action::Change, Resource::Plans)]);

pub(super) fn routes() -> Vec<Route> {
    [histories::routes(), jobs::routes(), staffing::routes(), rosters::routes(), feed::routes()]
        .into_iter()
        .flatten()
        .collect()
}

/// The site's clock and profile.
async fn clock_and_profile(app: &App, site: &SiteId) -> Result<(TimeZone, Profile), ApiError> {
    let sites = app.store().sites().await?;
    let found = sites.into_iter().find(|each| each.id == *site).ok_or_else(|| ApiError::not_found("site"))?;
    Ok((zone(&found), found.profile))
}

/// The clock of a site; UTC where this system does not know its name.
fn zone(site: &Site) -> TimeZone {
    TimeZone::get(&site.time_zone).unwrap_or(TimeZone::UTC)
}

/// A task that ran on another thread, or why it did not.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, ApiError> {
    tokio::task::spawn_blocking(work).await.map_err(|error| ApiError::internal(&error))
}
