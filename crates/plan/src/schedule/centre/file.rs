//! The JSON document of an instance, and what may be wrong with it.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{AgentId, rules::FileRules};

/// What is wrong with an instance.
#[derive(Debug, thiserror::Error)]
pub enum InstanceError {
    /// It is no JSON of this shape; the message has line and column.
    #[error("{0}; docs/schedule.md has the format")]
    Shape(#[from] serde_json::Error),
    /// A field has a value that makes no sense.
    #[error("{field}: {wrong}; {remedy}")]
    Field {
        /// Which field, such as `agents[3].start_lo`.
        field: String,
        /// What is wrong.
        wrong: String,
        /// What to write.
        remedy: &'static str,
    },
}

#[derive(Deserialize)]
pub(super) struct File {
    pub(super) slots_per_day: usize,
    pub(super) days: usize,
    pub(super) slot_minutes: Option<usize>,
    #[serde(default)]
    pub(super) first_weekday: usize,
    pub(super) demand: Vec<Vec<i32>>,
    #[serde(default)]
    pub(super) skills: Vec<FileSkill>,
    #[serde(default)]
    pub(super) rules: FileRules,
    pub(super) exposure: Option<FileExposure>,
    pub(super) agents: Vec<FileAgent>,
    pub(super) shift_types: BTreeMap<String, FileKind>,
    pub(super) start_step_slots: usize,
    pub(super) max_start_change_slots: usize,
    pub(super) under_weight: i32,
    pub(super) over_weight: i32,
}

#[derive(Deserialize)]
pub(super) struct FileSkill {
    pub(super) name: String,
    pub(super) demand: Vec<Vec<i32>>,
    pub(super) under_weight: Option<i32>,
}

#[derive(Deserialize)]
pub(super) struct FileExposure {
    pub(super) slots: Vec<Vec<i32>>,
    pub(super) most: i32,
    pub(super) weight: i32,
}

#[derive(Deserialize)]
pub(super) struct FileAgent {
    pub(super) id: AgentId,
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) start_lo: usize,
    pub(super) start_hi: usize,
    pub(super) days: Option<Vec<usize>>,
    #[serde(default)]
    pub(super) days_off: Vec<usize>,
    #[serde(default)]
    pub(super) skills: Vec<String>,
    #[serde(default)]
    pub(super) contract: FileContract,
    #[serde(default)]
    pub(super) availability: Vec<FileAvailability>,
    #[serde(default)]
    pub(super) preferences: Vec<FilePreference>,
    #[serde(default)]
    pub(super) locked: Vec<FileLock>,
    pub(super) exposure_most: Option<i32>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileContract {
    pub(super) min_days_per_week: Option<usize>,
    pub(super) max_days_per_week: Option<usize>,
    pub(super) min_minutes_per_week: Option<usize>,
    pub(super) max_minutes_per_week: Option<usize>,
}

/// The whole shift lies from slot `from` to before slot `to` of the day.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileAvailability {
    pub(super) day: usize,
    pub(super) from: usize,
    pub(super) to: usize,
}

/// A wish for a day: off, or work, and then perhaps with a start from `start_lo` to `start_hi`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FilePreference {
    pub(super) day: usize,
    #[serde(default)]
    pub(super) off: bool,
    pub(super) start_lo: Option<usize>,
    pub(super) start_hi: Option<usize>,
    pub(super) weight: i32,
}

/// What is settled for a day: off, or a start, and then perhaps the starts of the breaks.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileLock {
    pub(super) day: usize,
    #[serde(default)]
    pub(super) off: bool,
    pub(super) start: Option<usize>,
    pub(super) breaks: Option<Vec<usize>>,
}

#[derive(Deserialize)]
pub(super) struct FileKind {
    pub(super) length: usize,
    pub(super) breaks: Vec<FileBreak>,
}

#[derive(Deserialize)]
pub(super) struct FileBreak {
    pub(super) name: String,
    pub(super) len: usize,
    pub(super) lo: usize,
    pub(super) hi: usize,
    #[serde(default = "paid")]
    pub(super) paid: bool,
}

fn paid() -> bool {
    true
}

pub(super) fn wrong(
    field: impl Into<String>,
    wrong: impl Into<String>,
    remedy: &'static str,
) -> InstanceError {
    InstanceError::Field { field: field.into(), wrong: wrong.into(), remedy }
}

pub(super) fn within(field: &str, value: usize, least: usize, most: usize) -> Result<(), InstanceError> {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    let says = format!("{value} is not from {least} to {most}");
    Err(wrong(field, says, "give a whole number in that range"))
}

/// Sizes above which a file is taken for a mistake.
const MOST_WEIGHT: i32 = 1000;

pub(super) fn weight(field: &str, weight: i32) -> Result<i32, InstanceError> {
    if (0..=MOST_WEIGHT).contains(&weight) {
        return Ok(weight);
    }
    Err(wrong(field, format!("{weight} is no weight"), "give a number from 0 to 1000"))
}
