//! The sentence encoder that intents are read with: found, fetched, or done without.

use std::{fs, path::PathBuf};

use anyhow::Context;
use calmline_engines::{cache::Cache, fetch};
use calmline_language::embed::Encoder;

use super::recogniser::fetching;
use crate::{failure::Failure, said::Said};

/// The encoder that the flag names; without a flag the one that was fetched or can be. Where it cannot be had, words alone
/// are read, which is said.
pub fn load(flag: Option<&str>, said: &Said) -> Result<Option<Encoder>, Failure> {
    let path = match flag {
        Some("none") => return Ok(None),
        Some(path) => PathBuf::from(path),
        None => {
            let fetched = Cache::of_user().map_err(Into::into).and_then(|cache| {
                fetch::encoder(&cache, &mut |progress| {
                    said.note(fetching("sentence-encoder", progress, said));
                })
            });
            match fetched {
                Ok(path) => path,
                Err(error) => {
                    let without = said.both(
                        "no sentence encoder: intents are read by words alone",
                        "没有句子编码器：仅凭字词识别意图",
                    );
                    said.note(format!("{without} ({error})"));
                    return Ok(None);
                }
            }
        }
    };
    let bytes = fs::read(&path)
        .map_err(|error| Failure::Input(format!("--encoder: cannot read {}: {error}", path.display())))?;
    let encoder = Encoder::from_bytes(&bytes)
        .with_context(|| format!("loading the sentence encoder {}", path.display()))
        .map_err(|error| Failure::Input(format!("{error:#}")))?;
    Ok(Some(encoder))
}
