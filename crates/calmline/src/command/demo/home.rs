//! Where the demo's data lies: in a directory that was named, or in one of its own that goes with it.

use std::{
    fs::{self, File, Permissions},
    io::ErrorKind,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    time::Duration,
};

use calmline_store::{Site, Store};
use tempfile::TempDir;

use super::Place;
use crate::failure::Failure;

/// Lies in a directory whose sites a demo has made: nobody in them is real, so another demo may go on there.
const MARK: &str = "demo";

/// How long a directory is tried to be removed, and how often.
const LEAVING: Duration = Duration::from_secs(5);
const AGAIN: Duration = Duration::from_millis(50);

/// A demo's directory.
pub struct Home {
    path: PathBuf,
    /// Removed with all that is in it as this value goes, however the demo ends.
    own: Option<TempDir>,
}

impl Home {
    /// The directory that was named; else a new one under a name that nobody can guess and that nobody else can read.
    pub fn of(named: Option<&Path>) -> Result<Self, Failure> {
        if let Some(path) = named {
            return Ok(Self { path: path.to_owned(), own: None });
        }
        let own = tempfile::Builder::new()
            .prefix("calmline-demo-")
            .permissions(Permissions::from_mode(0o700))
            .tempdir()?;
        Ok(Self { path: own.path().to_owned(), own: Some(own) })
    }

    /// The directory.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether its data stays when the demo ends.
    pub fn stays(&self) -> bool {
        self.own.is_none()
    }

    /// Marks the directory as a demo's, if nothing is set up there yet; one that is must bear the mark and hold these
    /// places and no others.
    pub async fn claim(&self, store: &dyn Store, places: &[Place]) -> Result<(), Failure> {
        let (mark, sites) = (self.path.join(MARK), store.sites().await?);
        let refused = |what: &str, remedy: &str| {
            Err(Failure::Input(format!("--data: {} {what}; {remedy}", self.path.display())))
        };
        if !sites.is_empty() && !mark.exists() {
            return refused("is set up already, and not by a demo", "name a new directory");
        }
        // One that was killed while it was set up holds some of them.
        let same =
            |site: &Site| places.iter().any(|p| p.name == site.id.as_str() && p.profile == site.profile);
        if !sites.iter().all(same) {
            let held: Vec<_> =
                sites.iter().map(|site| format!("{} ({})", site.id, site.profile.as_str())).collect();
            return refused(
                &format!("holds another demo's sites: {}", held.join(", ")),
                "name a new directory, or give --profile as that demo did",
            );
        }
        File::create(&mark)?.sync_all()?;
        Ok(())
    }

    /// Leaves the directory; what is not to stay is removed, and if it cannot be, that is an error. A store that was let go
    /// in the middle of something may put one more file there, so removing is tried for a while.
    pub async fn leave(self) -> Result<(), Failure> {
        let Some(own) = self.own else { return Ok(()) };
        let path = own.keep();
        let mut left = LEAVING;
        loop {
            match fs::remove_dir_all(&path) {
                Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
                Err(error) if error.kind() == ErrorKind::DirectoryNotEmpty && !left.is_zero() => {
                    left = left.saturating_sub(AGAIN);
                    tokio::time::sleep(AGAIN).await;
                }
                done => return Ok(done?),
            }
        }
    }
}
