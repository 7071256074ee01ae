//! Somebody in danger: ask once, show numbers with their hours, and call a person on their tap or by the rule that was shown.

use calmline_language::score;
use serde::{Deserialize, Serialize};

use crate::said::Both;

/// A number that helps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HelpLine {
    /// What to dial.
    pub number: String,
    /// Who answers.
    pub who: Both,
    /// When they answer.
    pub hours: Both,
}

impl HelpLine {
    fn new(number: &str, who: (&str, &str), hours: (&str, &str)) -> Self {
        let both = |(en, zh): (&str, &str)| Both { en: en.into(), zh: zh.into() };
        Self { number: number.into(), who: both(who), hours: both(hours) }
    }

    /// The numbers of China: 12356 for psychological help, at least 18 hours a day (National Health Commission, 2025), police and
    /// ambulance.
    #[must_use]
    pub fn china() -> Vec<Self> {
        let always = ("day and night", "24 小时");
        vec![
            Self::new(
                "12356",
                ("psychological help", "心理援助热线"),
                ("at least 18 hours a day", "每天至少 18 小时"),
            ),
            Self::new("110", ("police", "报警"), always),
            Self::new("120", ("ambulance", "急救"), always),
        ]
    }
}

/// What a site has settled for danger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// The numbers that are shown.
    pub lines: Vec<HelpLine>,
    /// Whether there is a contact on a rota who can be rung.
    pub has_contact: bool,
    /// Whether the contact is rung without a tap when somebody says yes to the question. Only where this was shown at first use.
    pub rings_when_imminent: bool,
}

/// How far the procedure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Stage {
    /// Nothing was said.
    #[default]
    Calm,
    /// The question was asked and not answered yet.
    Asked,
    /// It was asked, whatever was answered. It is not asked again.
    Over,
}

/// What is to be done now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Ask, and show the numbers.
    Ask,
    /// Show the numbers; not asked again.
    Show,
    /// The danger is there: show the numbers, and ring the contact or offer to.
    Imminent,
    /// There is none: say thanks, leave the numbers.
    Denied,
}

impl Stage {
    /// Words came. None where they have nothing to do with danger.
    pub(super) fn said(&mut self, text: &str, yes: bool, no: bool) -> Option<Step> {
        let danger = score::crisis(text) >= score::CRISIS;
        match *self {
            Self::Calm if danger => {
                *self = Self::Asked;
                Some(Step::Ask)
            }
            Self::Calm => None,
            Self::Asked => {
                *self = Self::Over;
                // A plain no is taken at its word; anything that is neither is met with the numbers, not with a second question.
                Some(match (danger || yes, no) {
                    (true, false) => Step::Imminent,
                    (true, true) if danger => Step::Imminent,
                    (_, true) => Step::Denied,
                    (false, false) => Step::Show,
                })
            }
            Self::Over => danger.then_some(Step::Show),
        }
    }
}
