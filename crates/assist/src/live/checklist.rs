//! Checklists that tick themselves from what the agent says.

use regex::Regex;
use serde::Deserialize;

use super::DeskError;
use crate::said::Both;

/// When a step that is not done is offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum At {
    /// When the call is about to end.
    Goodbye,
}

/// A step as it is written.
#[derive(Debug, Clone, Deserialize)]
struct Written {
    name: String,
    #[serde(flatten)]
    words: Both,
    said: Vec<String>,
    after: Option<usize>,
    at: Option<At>,
}

/// A step of a checklist.
#[derive(Debug, Clone)]
pub struct Step {
    /// Its name.
    pub name: String,
    /// What is to be done.
    pub words: Both,
    /// The agent's turns after which it is offered.
    pub(super) after: Option<usize>,
    pub(super) at: Option<At>,
    said: Vec<Regex>,
}

/// The steps that belong to a kind of call.
#[derive(Debug, Clone)]
pub struct Checklist {
    /// Its name.
    pub name: String,
    /// Its heading.
    pub words: Both,
    /// Its steps, in order.
    pub steps: Vec<Step>,
}

impl Checklist {
    /// The checklist that comes with Calmline.
    ///
    /// # Errors
    /// Never, as a test shows; the type says so since a site's own go the same way.
    pub fn shipped() -> Result<Vec<Self>, DeskError> {
        Self::read(include_str!("../../desk/checklists.toml"))
    }

    /// Reads checklists from TOML; `desk/checklists.toml` in the source says how they are written.
    ///
    /// # Errors
    /// When the text is no such TOML, or a pattern is none.
    pub fn read(text: &str) -> Result<Vec<Self>, DeskError> {
        #[derive(Deserialize)]
        struct File {
            checklist: Vec<List>,
        }
        #[derive(Deserialize)]
        struct List {
            name: String,
            #[serde(flatten)]
            words: Both,
            step: Vec<Written>,
        }
        let file: File = toml::from_str(text)?;
        file.checklist
            .into_iter()
            .map(|List { name, words, step }| {
                let steps = step.into_iter().map(Step::of).collect::<Result<_, _>>()?;
                Ok(Self { name, words, steps })
            })
            .collect()
    }
}

impl Step {
    fn of(written: Written) -> Result<Self, DeskError> {
        let Written { name, words, said, after, at } = written;
        let said = super::patterns(&name, &said)?;
        Ok(Self { name, words, after, at, said })
    }

    /// Whether an agent's words do it: where in them.
    pub(super) fn done_by(&self, text: &str) -> Option<std::ops::Range<usize>> {
        self.said.iter().find_map(|pattern| pattern.find(text)).map(|found| found.range())
    }
}
