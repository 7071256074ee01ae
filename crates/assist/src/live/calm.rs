//! Words for a caller who is upset, by what they are upset about.

use regex::Regex;
use serde::Deserialize;

use super::DeskError;
use crate::said::Both;

/// What a caller may be upset about, and what may be said then.
#[derive(Debug, Clone)]
pub struct Situation {
    /// Its name.
    pub name: String,
    /// What may be said.
    pub words: Both,
    heard: Vec<Regex>,
}

impl Situation {
    /// The situations that come with Calmline.
    ///
    /// # Errors
    /// Never, as a test shows; the type says so since a site's own go the same way.
    pub fn shipped() -> Result<Vec<Self>, DeskError> {
        Self::read(include_str!("../../desk/calm.toml"))
    }

    /// Reads situations from TOML; `desk/calm.toml` in the source says how they are written.
    ///
    /// # Errors
    /// When the text is no such TOML, or a pattern is none.
    pub fn read(text: &str) -> Result<Vec<Self>, DeskError> {
        #[derive(Deserialize)]
        struct File {
            situation: Vec<Written>,
        }
        #[derive(Deserialize)]
        struct Written {
            name: String,
            #[serde(flatten)]
            words: Both,
            heard: Vec<String>,
        }
        let file: File = toml::from_str(text)?;
        file.situation
            .into_iter()
            .map(|Written { name, words, heard }| {
                let heard = super::patterns(&name, &heard)?;
                Ok(Self { name, words, heard })
            })
            .collect()
    }

    /// Whether these words, in lower case, are of it.
    pub(super) fn fits(&self, text: &str) -> bool {
        self.heard.iter().any(|pattern| pattern.is_match(text))
    }
}
