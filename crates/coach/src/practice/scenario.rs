//! A scenario as a file: TOML, described in `docs/practice.md`.

use calmline_core::catalog::Lang;
use serde::{Deserialize, Serialize};
use toml::Spanned;

use super::{check, debrief::Skill, state::Temper};
use crate::file::{FileError, line_of};

/// What a call is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// Parcels and meals.
    Delivery,
    /// Bills and charges.
    Billing,
    /// A line or a device that does not work.
    Telecom,
    /// Cards and payments.
    BankCard,
    /// Claims.
    Insurance,
    /// Doctors, engineers, bookings.
    Appointment,
    /// Something else.
    Other,
}

/// How loudly a synthesiser lets the caller speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Loudness {
    /// Softly.
    Soft,
    /// As people do.
    #[default]
    Normal,
    /// Loudly.
    Loud,
}

/// Who calls.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Caller {
    /// What they are called.
    pub name: String,
    /// A sentence about them, for whoever chooses a scenario.
    pub about: String,
    /// How they take things.
    pub temper: Temper,
    /// How heated they are when they call, 0 to 100.
    pub heat: Spanned<u8>,
    /// How many turns of the agent they wait for a result, 6 to 40.
    #[serde(default = "usual_patience")]
    pub patience: Spanned<u8>,
    /// Pace of a synthesised voice; 1 is usual.
    #[serde(default = "usual_pace")]
    pub pace: f32,
    /// Loudness of a synthesised voice.
    #[serde(default)]
    pub loudness: Loudness,
}

fn usual_patience() -> Spanned<u8> {
    Spanned::new(0..0, 16)
}

fn usual_pace() -> f32 {
    1.0
}

/// Something that the caller knows and does not tell unless asked.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fact {
    /// Its name in the file.
    pub key: Spanned<String>,
    /// What it is, for the debrief.
    pub label: String,
    /// One of these in a question asks for it.
    pub asked_by: Vec<String>,
    /// A question that asks well.
    pub ask: Spanned<String>,
    /// What the caller answers.
    pub lines: Vec<String>,
}

/// Whether a goal is met by doing or by telling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GoalKind {
    /// The agent offers to do something.
    #[default]
    Offer,
    /// The agent explains something.
    Explain,
    /// The agent hands over to somebody who can act at once.
    HandOver,
}

/// Something that the caller needs from the call.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Goal {
    /// Its name in the file.
    pub key: Spanned<String>,
    /// What it is, for the debrief.
    pub label: String,
    /// How it is met.
    #[serde(default)]
    pub kind: GoalKind,
    /// One of these in what the agent says meets it.
    pub met_by: Vec<String>,
    /// Facts that have to be known first.
    #[serde(default)]
    pub needs: Vec<Spanned<String>>,
    /// A line that meets it well.
    pub better: Spanned<String>,
    /// What the caller says to it.
    pub lines: Vec<String>,
}

/// What the caller says by mood.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ByMood {
    pub calm: Vec<String>,
    pub upset: Vec<String>,
    pub boiling: Vec<String>,
}

/// How the caller takes leave.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ending {
    /// When all is settled.
    pub resolved: Vec<String>,
    /// When they hang up or give up.
    pub lost: Vec<String>,
}

/// A scenario.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Its name: lower-case letters, digits and hyphens.
    pub id: Spanned<String>,
    /// Grows with every change; a session names it.
    pub version: u32,
    /// In which language it is held.
    pub language: Lang,
    /// What it is about.
    pub topic: Topic,
    /// 1 (first steps) to 3 (hard).
    pub difficulty: Spanned<u8>,
    /// What it is called.
    pub title: String,
    /// What the agent knows and may do: read before the call.
    pub brief: String,
    /// Who calls.
    pub caller: Caller,
    /// What the caller may begin with.
    pub opening: Spanned<Vec<String>>,
    /// What there is to find out.
    #[serde(default, rename = "fact")]
    pub facts: Vec<Fact>,
    /// What there is to settle.
    #[serde(rename = "goal")]
    pub goals: Vec<Goal>,
    /// What the caller says where nothing else is to be said.
    pub(super) lines: ByMood,
    /// How the caller takes leave.
    pub ending: Ending,
}

impl Scenario {
    /// Reads a scenario and looks whether it can be played.
    ///
    /// # Errors
    /// The line and the field that do not make sense, and what they must be.
    pub fn parse(text: &str) -> Result<Self, FileError> {
        let scenario: Self = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(1, |span| line_of(text, span.start));
            let words = text.lines().nth(line - 1).unwrap_or_default().trim();
            FileError::new(line, format!("`{words}`"), error.message())
        })?;
        check::check(&scenario, text)?;
        Ok(scenario)
    }

    /// Its name.
    #[must_use]
    pub fn id(&self) -> &str {
        self.id.get_ref()
    }

    /// Whether it calls for a skill.
    #[must_use]
    pub fn calls_for(&self, skill: Skill) -> bool {
        let explains = |goal: &Goal| goal.kind == GoalKind::Explain;
        match skill {
            Skill::Acknowledge => *self.caller.heat.get_ref() >= 40 && !self.is_abusive(),
            Skill::Ask => !self.facts.is_empty(),
            Skill::Explain => self.goals.iter().any(explains),
            Skill::Resolve => !self.goals.iter().all(explains),
            Skill::Limits => self.is_abusive(),
            Skill::Composure | Skill::Recap => true,
        }
    }

    /// Whether the caller is abusive, so that setting limits belongs to it.
    #[must_use]
    pub fn is_abusive(&self) -> bool {
        self.caller.temper == Temper::Abusive
    }
}
