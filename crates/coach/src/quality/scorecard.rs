//! A scorecard as a file: YAML, described in `docs/quality.md`.

use std::sync::LazyLock;

use calmline_core::catalog::Lang;
use serde::{Deserialize, Serialize};
use serde_saphyr::Spanned;

use crate::{file::FileError, practice::Skill};

/// A text in both languages of the product.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// English.
    pub en: String,
    /// 简体中文.
    pub zh: String,
}

impl Words {
    /// In a language.
    #[must_use]
    pub fn in_language(&self, lang: Lang) -> &str {
        match lang {
            Lang::En => &self.en,
            Lang::Zh => &self.zh,
        }
    }
}

/// What a question is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// Whether the caller could understand.
    Clarity,
    /// Whether the matter was settled.
    Resolution,
    /// How it was worded.
    Politeness,
    /// Whether the caller felt understood.
    Empathy,
    /// Steps that every call has.
    Process,
}

/// How a question is answered. *Not applicable* is always an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Yes or no.
    YesNo,
    /// 1 to 5 points.
    Scale,
    /// Yes or no; no fails the whole call, once a person has confirmed it.
    AutoFail,
}

/// What the software looks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// Nothing: a person answers.
    Person,
    /// A greeting at the beginning.
    Greeting,
    /// Asking who calls.
    IdentityCheck,
    /// One of the question's own phrases.
    Phrases,
    /// Saying back what was agreed.
    Recap,
    /// An answer to the caller's feeling where there was one.
    Empathy,
    /// Polite wording, without blame or brushing aside.
    Politeness,
    /// A reason where the caller asked for one.
    Explanation,
    /// An offer to do something.
    Offer,
    /// No insults.
    Respect,
}

/// A question.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// Its name in the file.
    pub key: Spanned<String>,
    /// What it is about.
    pub about: Topic,
    /// How it is answered.
    pub kind: Kind,
    /// The question.
    pub text: Words,
    /// What the software looks for.
    pub rule: Rule,
    /// How much it counts, 1 to 10.
    #[serde(default = "one")]
    pub weight: u8,
    /// Which skill it says something of.
    #[serde(default)]
    pub skill: Option<Skill>,
    /// For `phrases`: one of these must be said, by language.
    #[serde(default)]
    pub phrases: Option<Phrases>,
}

/// Phrases by language.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Phrases {
    /// English.
    pub en: Vec<String>,
    /// Chinese.
    pub zh: Vec<String>,
}

fn one() -> u8 {
    1
}

/// A scorecard.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scorecard {
    /// Its name.
    pub id: String,
    /// Grows with every change; a score names it.
    pub version: u32,
    /// What it is called.
    pub title: Words,
    /// Below so much confidence a person is asked, 0.5 to 1.
    pub confidence: Spanned<f64>,
    /// The questions.
    pub questions: Spanned<Vec<Question>>,
}

impl Scorecard {
    /// Reads a scorecard.
    ///
    /// # Errors
    /// The line and the field that do not make sense, and what they must be.
    pub fn parse(text: &str) -> Result<Self, FileError> {
        let card: Self = serde_saphyr::from_str(text).map_err(|error| {
            let line = error.location().map_or(1, |at| at.line());
            let words = text.lines().nth(place(line) - 1).unwrap_or_default().trim();
            let why = error.without_snippet().to_string();
            FileError::new(place(line), format!("`{words}`"), why.lines().next().unwrap_or_default())
        })?;
        card.check()?;
        Ok(card)
    }

    /// A question by its key.
    #[must_use]
    pub fn question(&self, key: &str) -> Option<&Question> {
        self.questions.value.iter().find(|one| one.key.value == key)
    }

    fn check(&self) -> Result<(), FileError> {
        if !(0.5..=1.0).contains(&self.confidence.value) {
            let problem = format!("it is {}, allowed are 0.5 to 1", self.confidence.value);
            return Err(FileError::new(place(self.confidence.defined.line()), "confidence", problem));
        }
        if self.questions.value.is_empty() {
            let problem = "there are none; add at least one";
            return Err(FileError::new(place(self.questions.defined.line()), "questions", problem));
        }
        for (n, question) in self.questions.value.iter().enumerate() {
            let twice = self.questions.value[..n].iter().any(|other| other.key.value == question.key.value);
            let problem = if twice {
                Some(("key", "it is there twice; give each question a name of its own"))
            } else if !(1..=10).contains(&question.weight) {
                Some(("weight", "allowed are 1 to 10"))
            } else if question.text.en.trim().is_empty() || question.text.zh.trim().is_empty() {
                Some(("text", "write the question in both languages, en and zh"))
            } else {
                question.misfit()
            };
            if let Some((field, problem)) = problem {
                let field = format!("questions[{}].{field}", n + 1);
                return Err(FileError::new(place(question.key.defined.line()), field, problem));
            }
        }
        Ok(())
    }
}

impl Question {
    fn misfit(&self) -> Option<(&'static str, &'static str)> {
        let has_phrases =
            self.phrases.as_ref().is_some_and(|phrases| !phrases.en.is_empty() && !phrases.zh.is_empty());
        if (self.rule == Rule::Phrases) != has_phrases {
            return Some(("phrases", "rule: phrases, and no other, needs phrases in en and in zh"));
        }
        let scaled = matches!(self.rule, Rule::Politeness);
        if self.rule != Rule::Person && scaled != (self.kind == Kind::Scale) {
            return Some(("kind", "rule: politeness gives a scale, and every other rule yes or no"));
        }
        None
    }
}

fn place(line: u64) -> usize {
    usize::try_from(line).unwrap_or(1).max(1)
}

/// The scorecard that Calmline brings: a service call of any trade.
#[must_use]
pub fn shipped() -> Option<&'static Scorecard> {
    static CARD: LazyLock<Option<Scorecard>> =
        LazyLock::new(|| Scorecard::parse(include_str!("../../data/scorecards/service-call.yaml")).ok());
    CARD.as_ref()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = include_str!("../../data/scorecards/service-call.yaml");

    #[test]
    fn the_shipped_card_reads_and_a_broken_one_says_where() {
        if let Err(error) = Scorecard::parse(FILE) {
            panic!("{error}");
        }
        assert!(shipped().is_some_and(|card| card.questions.value.len() >= 8));
        for (from, to, field) in [
            ("confidence: 0.7", "confidence: 3", "confidence"),
            ("key: recap", "key: greeting", "key"),
            ("weight: 2", "weight: 70", "weight"),
            ("rule: greeting", "rule: greetings", "greetings"),
            ("version: 1", "versio: 1", "versio"),
            ("kind: scale", "kind: yes_no", "kind"),
        ] {
            assert!(FILE.contains(from), "{from}");
            let error = Scorecard::parse(&FILE.replacen(from, to, 1)).expect_err(to);
            let line = FILE.lines().position(|line| line.contains(from)).expect("there") + 1;
            assert!(error.to_string().contains(field), "{error}");
            assert!(error.line.abs_diff(line) <= 4, "{error}, but it is in line {line}");
        }
    }
}
