//! The files of a data directory.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{Read as _, Write as _},
    path::{Path, PathBuf},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::{
    StoreError,
    seal::{SealKey, random},
};

/// A data directory, held by this process until it is dropped.
pub(crate) struct DataDir {
    path: PathBuf,
    _lock: File,
}

impl DataDir {
    /// Makes the directory if it is not there, readable by its owner alone, and takes hold of it.
    pub(crate) fn hold(path: &Path) -> Result<Self, StoreError> {
        private_folder(path)?;
        let file = path.join("lock");
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&file)
            .map_err(StoreError::file("open", &file))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(StoreError::Locked { dir: path.to_owned() }),
            Err(TryLockError::Error(e)) => Err(StoreError::file("lock", &file)(e)),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.path.join("calmline.db")
    }

    pub(crate) fn ledger(&self) -> PathBuf {
        self.path.join("erasures.jsonl")
    }

    pub(crate) fn master(&self) -> PathBuf {
        self.path.join("master.key")
    }

    /// Makes the directory's entries durable.
    pub(crate) fn sync(&self) -> Result<(), StoreError> {
        sync_dir(&self.path)
    }

    /// The master key; drawn at random where there is no database yet.
    pub(crate) fn master_key(&self) -> Result<[u8; 32], StoreError> {
        let path = self.master();
        if !path.exists() {
            if self.database().exists() {
                let wrong = "it is missing; put it back, or restore a backup into an empty directory".into();
                return Err(StoreError::MasterKey { path, wrong });
            }
            let key = random::<32>()?;
            self.write_master_key(&key)?;
            return Ok(key);
        }
        let wrong = |wrong: &str| StoreError::MasterKey { path: path.clone(), wrong: wrong.into() };
        check_private(&path)
            .map_err(|mode| wrong(&format!("its mode is {mode:o}; others can read it: chmod 600")))?;
        let text = std::fs::read_to_string(&path).map_err(StoreError::file("read", &path))?;
        let bytes =
            STANDARD.decode(text.trim()).map_err(|_| wrong("it is not base64; put it back as it was"))?;
        bytes.try_into().map_err(|_| wrong("it is not 32 bytes long; put it back as it was"))
    }

    /// Writes a master key in the place of the one that is there.
    pub(crate) fn write_master_key(&self, key: &[u8; 32]) -> Result<(), StoreError> {
        // Checks that the key can be used before anything rests on it.
        SealKey::new(key)?;
        let (path, new) = (self.master(), self.path.join("master.key.new"));
        let _ = std::fs::remove_file(&new);
        let mut file = create_private(&new)?;
        let text = format!("{}\n", STANDARD.encode(key));
        file.write_all(text.as_bytes()).map_err(StoreError::file("write", &new))?;
        file.sync_all().map_err(StoreError::file("sync", &new))?;
        std::fs::rename(&new, &path).map_err(StoreError::file("rename", &new))?;
        self.sync()
    }
}

/// Makes a folder that only its owner can read, if it is not there.
pub(crate) fn private_folder(path: &Path) -> Result<(), StoreError> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(StoreError::file("make", path))
}

/// Makes a file that only its owner can read. Fails if it exists.
pub(crate) fn create_private(path: &Path) -> Result<File, StoreError> {
    let mut options = OpenOptions::new();
    options.create_new(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(StoreError::file("make", path))
}

/// Makes the entries of a directory durable.
pub(crate) fn sync_dir(path: &Path) -> Result<(), StoreError> {
    #[cfg(unix)]
    File::open(path).and_then(|dir| dir.sync_all()).map_err(StoreError::file("sync", path))?;
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

/// Makes a file's content durable.
pub(crate) fn sync_file(path: &Path) -> Result<(), StoreError> {
    OpenOptions::new()
        .write(true)
        .open(path)
        .and_then(|file| file.sync_all())
        .map_err(StoreError::file("sync", path))
}

/// Copies a file to a new one that only its owner can read, durably.
pub(crate) fn copy_private(from: &Path, to: &Path) -> Result<(), StoreError> {
    let mut source = File::open(from).map_err(StoreError::file("open", from))?;
    let mut target = create_private(to)?;
    let mut buffer = vec![0; 1 << 20];
    loop {
        let read = source.read(&mut buffer).map_err(StoreError::file("read", from))?;
        if read == 0 {
            return target.sync_all().map_err(StoreError::file("sync", to));
        }
        target.write_all(&buffer[..read]).map_err(StoreError::file("write", to))?;
    }
}

#[cfg(unix)]
fn check_private(path: &Path) -> Result<(), u32> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = std::fs::metadata(path).map_or(0, |meta| meta.permissions().mode() & 0o777);
    if mode & 0o077 == 0 { Ok(()) } else { Err(mode) }
}

#[cfg(not(unix))]
fn check_private(_: &Path) -> Result<(), u32> {
    Ok(())
}
