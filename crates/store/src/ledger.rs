//! The ledger of erasures: a file beside the database that no backup restores.
//!
//! Each line is one erasure as JSON. It names no one: the subject is a hash, the keys are random numbers. A key's
//! number is never used again, so destroying every listed key in a restored database is always right, and data that
//! came after the erasure has other keys. A line of the second form is the end of all payloads of one kind that stem from
//! before a time; what is as old in a restored database has reached its end as well.

use std::{
    collections::HashSet,
    fs::{File, OpenOptions},
    io::{Read as _, Seek as _, Write as _},
    path::{Path, PathBuf},
};

use calmline_core::{SiteId, SubjectId, Timestamp, event::PayloadKind};
use serde::{Deserialize, Serialize};

use crate::{
    StoreError,
    entry::sha256,
    seal::{bound, hex},
};

/// One erasure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Erased {
    /// The version of this line's form.
    v: u32,
    pub(crate) at: Timestamp,
    pub(crate) site: SiteId,
    /// SHA-256 of site and subject.
    pub(crate) subject_sha256: String,
    pub(crate) kinds: Vec<PayloadKind>,
    /// The destroyed keys' numbers in hexadecimal.
    pub(crate) keys: Vec<String>,
}

impl Erased {
    pub(crate) fn new(
        site: &SiteId,
        subject: &SubjectId,
        kinds: &[PayloadKind],
        keys: Vec<String>,
        at: Timestamp,
    ) -> Self {
        let subject_sha256 = subject_hash(site, subject.as_str());
        Self { v: 1, at, site: site.clone(), subject_sha256, kinds: kinds.to_vec(), keys }
    }

    pub(crate) fn line(&self) -> Result<String, StoreError> {
        serde_json::to_string(self).map_err(|e| StoreError::damaged("the ledger", e))
    }
}

/// The end of what is older than a time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Expired {
    /// The version of this line's form.
    v: u32,
    pub(crate) at: Timestamp,
    pub(crate) site: SiteId,
    pub(crate) kind: PayloadKind,
    /// Everything of this kind from before this is destroyed.
    pub(crate) before: Timestamp,
}

impl Expired {
    pub(crate) fn new(site: &SiteId, kind: PayloadKind, before: Timestamp, at: Timestamp) -> Self {
        Self { v: 2, at, site: site.clone(), kind, before }
    }

    pub(crate) fn line(&self) -> Result<String, StoreError> {
        serde_json::to_string(self).map_err(|e| StoreError::damaged("the ledger", e))
    }
}

pub(crate) fn subject_hash(site: &SiteId, subject: &str) -> String {
    hex(&sha256(&bound(&[site.as_str(), subject])))
}

/// The open ledger.
pub(crate) struct Ledger {
    path: PathBuf,
    file: File,
    lines: HashSet<String>,
    pub(crate) entries: Entries,
}

/// What the lines of a ledger say.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Entries {
    pub(crate) erased: Vec<Erased>,
    pub(crate) expired: Vec<Expired>,
}

impl Ledger {
    /// Opens the ledger of a data directory; makes it if there is none. A last line without its end was never
    /// acknowledged and is cut off.
    pub(crate) fn open(path: &Path) -> Result<Self, StoreError> {
        let mut file = OpenOptions::new()
            .create(true)
            .append(true)
            .read(true)
            .open(path)
            .map_err(StoreError::file("open", path))?;
        let mut text = String::new();
        file.read_to_string(&mut text).map_err(StoreError::file("read", path))?;
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        if whole < text.len() {
            file.set_len(whole as u64).map_err(StoreError::file("shorten", path))?;
            file.seek(std::io::SeekFrom::End(0)).map_err(StoreError::file("read", path))?;
            text.truncate(whole);
        }
        file.sync_all().map_err(StoreError::file("sync", path))?;
        let entries = parse(path, &text)?;
        let lines = text.lines().map(str::to_owned).collect();
        Ok(Self { path: path.to_owned(), file, lines, entries })
    }

    /// Reads a ledger that lies elsewhere.
    pub(crate) fn read(path: &Path) -> Result<Vec<String>, StoreError> {
        let text = std::fs::read_to_string(path).map_err(StoreError::file("read", path))?;
        parse(path, &text)?;
        Ok(text.lines().map(str::to_owned).collect())
    }

    /// Adds lines that are not there yet; they are on disk when this returns.
    pub(crate) fn add(&mut self, lines: impl IntoIterator<Item = String>) -> Result<(), StoreError> {
        let new = lines.into_iter().filter(|line| !self.lines.contains(line)).collect::<Vec<_>>();
        if new.is_empty() {
            return Ok(());
        }
        let mut text = String::new();
        for line in &new {
            text.push_str(line);
            text.push('\n');
        }
        let entries = parse(&self.path, &text)?;
        self.file.write_all(text.as_bytes()).map_err(StoreError::file("write", &self.path))?;
        self.file.sync_all().map_err(StoreError::file("sync", &self.path))?;
        self.lines.extend(new);
        self.entries.erased.extend(entries.erased);
        self.entries.expired.extend(entries.expired);
        Ok(())
    }
}

fn parse(path: &Path, text: &str) -> Result<Entries, StoreError> {
    #[derive(Deserialize)]
    struct Form {
        v: u32,
    }
    let mut entries = Entries::default();
    for (index, line) in text.lines().enumerate() {
        let wrong = |wrong| StoreError::Ledger { path: path.to_owned(), line: index + 1, wrong };
        let damaged = |e: serde_json::Error| wrong(e.to_string());
        match serde_json::from_str::<Form>(line).map_err(damaged)?.v {
            1 => entries.erased.push(serde_json::from_str(line).map_err(damaged)?),
            2 => entries.expired.push(serde_json::from_str(line).map_err(damaged)?),
            form => return Err(wrong(format!("its form is {form}, this program knows 1 and 2"))),
        }
    }
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_torn_line_is_cut_off_a_damaged_one_is_named() -> Result<(), Box<dyn std::error::Error>> {
        let dir = tempfile::tempdir()?;
        let path = dir.path().join("erasures.jsonl");
        let (site, subject) = (SiteId::new("s")?, SubjectId::new("a")?);
        let entry = Erased::new(&site, &subject, &PayloadKind::ALL, vec!["00".into()], Timestamp::UNIX_EPOCH);
        let mut ledger = Ledger::open(&path)?;
        ledger.add([entry.line()?])?;
        ledger.add([entry.line()?])?;
        drop(ledger);
        let whole = std::fs::read_to_string(&path)?;
        assert_eq!(whole.lines().count(), 1, "the same erasure was written twice");
        assert!(!whole.contains("\"a\""), "the subject is in the ledger: {whole}");

        std::fs::write(&path, format!("{whole}{{\"v\":1,\"at"))?;
        let mut ledger = Ledger::open(&path)?;
        assert_eq!(ledger.entries.erased, std::slice::from_ref(&entry));
        let other = Erased { keys: vec!["01".into()], ..entry };
        ledger.add([other.line()?])?;
        let expired = Expired::new(&site, PayloadKind::Transcript, Timestamp::UNIX_EPOCH, Timestamp::MAX);
        ledger.add([expired.line()?])?;
        drop(ledger);
        let entries = Ledger::open(&path)?.entries;
        assert_eq!((entries.erased.len(), entries.expired), (2, vec![expired]));

        std::fs::write(&path, format!("{whole}nonsense\n"))?;
        assert!(matches!(Ledger::open(&path), Err(StoreError::Ledger { line: 2, .. })));
        std::fs::write(&path, format!("{whole}{{\"v\":3}}\n"))?;
        assert!(matches!(Ledger::open(&path), Err(StoreError::Ledger { line: 2, .. })));
        Ok(())
    }
}
