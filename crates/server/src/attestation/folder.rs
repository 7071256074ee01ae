//! Where attestations and the key that signs them lie: `attestation.key` and `attestations/` of the data directory.

use std::{
    fs,
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use calmline_core::SiteId;
use ring::{
    rand::SystemRandom,
    signature::{Ed25519KeyPair, KeyPair},
};

use super::{AttestError, Attestation, Signature, Statement, canonical};
use crate::token;

/// The folder of one data directory.
#[derive(Debug, Clone)]
pub struct Folder {
    data: PathBuf,
}

impl Folder {
    /// Opens the folder, and makes it and its key if they are not there.
    ///
    /// # Errors
    /// When a file cannot be read or written.
    pub fn open(data: &Path) -> Result<Self, AttestError> {
        let folder = Self { data: data.to_owned() };
        let path = folder.entries();
        fs::create_dir_all(&path).map_err(|source| AttestError::File { what: "make", path, source })?;
        Ok(folder)
    }

    fn entries(&self) -> PathBuf {
        self.data.join("attestations")
    }

    fn entry(&self, number: u64) -> PathBuf {
        self.entries().join(format!("{number:08}.json"))
    }

    /// The numbers that are there, the last one first.
    fn numbers(&self) -> Result<Vec<u64>, AttestError> {
        let path = self.entries();
        let read = fs::read_dir(&path).map_err(|source| AttestError::File { what: "list", path, source })?;
        let number = |entry: fs::DirEntry| entry.file_name().to_str()?.strip_suffix(".json")?.parse().ok();
        let mut numbers: Vec<u64> = read.filter_map(Result::ok).filter_map(number).collect();
        numbers.sort_unstable_by(|a, b| b.cmp(a));
        Ok(numbers)
    }

    fn read(&self, number: u64) -> Result<Attestation, AttestError> {
        let path = self.entry(number);
        let text = fs::read(&path).map_err(|source| AttestError::File {
            what: "read",
            path: path.clone(),
            source,
        })?;
        serde_json::from_slice(&text).map_err(|source| AttestError::Damaged { path, source })
    }

    /// The last attestation of a site.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn last_of(&self, site: &SiteId) -> Result<Option<Attestation>, AttestError> {
        for number in self.numbers()? {
            let found = self.read(number)?;
            if found.statement.site == *site {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// Numbers a statement, chains it to the one before, signs and keeps it.
    ///
    /// # Errors
    /// When a file cannot be read or written, or another process made one at the same moment.
    pub fn sign(&self, mut statement: Statement) -> Result<Attestation, AttestError> {
        let key = self.key()?;
        let last = self.numbers()?.first().copied();
        statement.previous = match last {
            Some(number) => {
                let before = serde_json::to_value(self.read(number)?)?;
                Some(token::hex(ring::digest::digest(&ring::digest::SHA256, &canonical(&before)).as_ref()))
            }
            None => None,
        };
        statement.number = last.unwrap_or(0) + 1;
        let signed = key.sign(&canonical(&serde_json::to_value(&statement)?));
        let signature = Signature {
            algorithm: "Ed25519".into(),
            public_key: STANDARD.encode(key.public_key().as_ref()),
            value: STANDARD.encode(signed.as_ref()),
        };
        let attestation = Attestation { statement, signature };
        let text = serde_json::to_vec_pretty(&attestation)?;
        create(&self.entry(attestation.statement.number), &text)?;
        Ok(attestation)
    }

    fn key(&self) -> Result<Ed25519KeyPair, AttestError> {
        let path = self.data.join("attestation.key");
        let wrong = |wrong| AttestError::Key { path: path.clone(), wrong };
        if !path.exists() {
            let made = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new())
                .map_err(|_| wrong("the system gave no randomness"))?;
            match create(&path, made.as_ref()) {
                // Another process was faster; its key is as good.
                Err(AttestError::File { source, .. }) if source.kind() == ErrorKind::AlreadyExists => {}
                made => made?,
            }
        }
        let bytes = fs::read(&path).map_err(|source| AttestError::File {
            what: "read",
            path: path.clone(),
            source,
        })?;
        Ed25519KeyPair::from_pkcs8(&bytes)
            .map_err(|_| wrong("it is not an Ed25519 key in PKCS #8; put it back from a backup"))
    }
}

/// Writes a file that must not be there yet, whole or not at all, readable by its owner alone.
fn create(path: &Path, bytes: &[u8]) -> Result<(), AttestError> {
    let failed = |what: &'static str| {
        let path = path.to_owned();
        move |source| AttestError::File { what, path, source }
    };
    let part = path.with_extension(format!("part-{}", std::process::id()));
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&part).map_err(failed("write"))?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(failed("write"))?;
    // A link fails where a rename would silently replace.
    let linked = fs::hard_link(&part, path).map_err(failed("make"));
    fs::remove_file(&part).map_err(failed("tidy up beside"))?;
    linked?;
    if let Some(folder) = path.parent() {
        fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed("sync the folder of"))?;
    }
    Ok(())
}
