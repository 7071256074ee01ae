//! The user's cache folder: what is fetched or made once is kept there, and may be deleted at any time.

use std::{
    env,
    fs::{self, File},
    io::{self, BufWriter, Read, Write},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

use ring::digest;

/// Why the cache could not be used.
#[derive(Debug, thiserror::Error)]
pub enum CacheError {
    /// Neither `CALMLINE_CACHE` nor `XDG_CACHE_HOME` nor `HOME` is set.
    #[error("there is no cache folder: set CALMLINE_CACHE to a folder that may be written")]
    NoFolder,
    /// A file or folder could not be read or written.
    #[error(
        "the cache cannot use {path}; check its permissions and free space, or set CALMLINE_CACHE to another folder"
    )]
    Io {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

impl CacheError {
    pub(crate) fn at(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        |source| Self::Io { path, source }
    }
}

/// A cache folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cache {
    root: PathBuf,
}

impl Cache {
    /// The user's own: `$CALMLINE_CACHE`, else `$XDG_CACHE_HOME/calmline`, else `~/.cache/calmline`
    /// (XDG Base Directory Specification 0.8). Made when something is first kept in it.
    ///
    /// # Errors
    /// When none of the variables is set.
    pub fn of_user() -> Result<Self, CacheError> {
        let set = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        set("CALMLINE_CACHE")
            .or_else(|| set("XDG_CACHE_HOME").map(|folder| folder.join("calmline")))
            .or_else(|| set("HOME").map(|home| home.join(".cache/calmline")))
            .map(Self::at)
            .ok_or(CacheError::NoFolder)
    }

    /// The cache in this folder.
    #[must_use]
    pub fn at(root: PathBuf) -> Self {
        Self { root }
    }

    /// The folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A folder within it, made if absent.
    pub(crate) fn folder(&self, name: &str) -> Result<PathBuf, CacheError> {
        let folder = self.root.join(name);
        fs::create_dir_all(&folder).map_err(CacheError::at(&folder))?;
        Ok(folder)
    }
}

/// Writes a file so that others see it whole or not at all: under another name first, then renamed.
pub(crate) fn write_whole<E: From<CacheError>>(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> Result<(), E>,
) -> Result<(), E> {
    // Neither another process nor another thread writes to the same part.
    static PARTS: AtomicU64 = AtomicU64::new(0);
    let number = PARTS.fetch_add(1, Ordering::Relaxed);
    let unfinished = path.with_extension(format!("{}-{number}.part", std::process::id()));
    let file = File::create(&unfinished).map_err(CacheError::at(&unfinished))?;
    let mut writer = BufWriter::new(file);
    let written = write(&mut writer).and_then(|()| {
        writer.flush().and_then(|()| writer.get_ref().sync_all()).map_err(CacheError::at(&unfinished))?;
        fs::rename(&unfinished, path).map_err(CacheError::at(path))?;
        Ok(())
    });
    if written.is_err() {
        // The error that matters is the first one; a left-over part is overwritten or ignored later.
        let _ = fs::remove_file(&unfinished);
    }
    written
}

/// The SHA-256 of a file in lower-case hexadecimal.
pub(crate) fn sha256_of_file(path: &Path) -> Result<String, CacheError> {
    let mut file = File::open(path).map_err(CacheError::at(path))?;
    let mut context = digest::Context::new(&digest::SHA256);
    let mut chunk = vec![0; 1 << 20];
    loop {
        let read = file.read(&mut chunk).map_err(CacheError::at(path))?;
        if read == 0 {
            return Ok(hex(context.finish().as_ref()));
        }
        context.update(&chunk[..read]);
    }
}

/// The SHA-256 of bytes in lower-case hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex(digest::digest(&digest::SHA256, bytes).as_ref())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_appears_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model.bin");
        let failed = write_whole::<CacheError>(&path, |writer| {
            writer.write_all(b"half").map_err(CacheError::at(&path))?;
            Err(CacheError::NoFolder)
        });
        assert!(failed.is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "a part was left behind");
        write_whole::<CacheError>(&path, |w| w.write_all(b"abc").map_err(CacheError::at(&path))).unwrap();
        // FIPS 180-2, appendix B.1.
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sha256_of_file(&path).unwrap(), abc);
        assert_eq!(sha256(b"abc"), abc);
    }
}
