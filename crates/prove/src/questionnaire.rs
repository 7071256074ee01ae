//! Published questionnaires about well-being: their form, and what answers come to.
//!
//! The wording is not part of Calmline. The WHO's own edition of the WHO-5 stands under a licence that forbids commercial use
//! and other terms for copies, and copies of the Copenhagen Burnout Inventory differ in words and order; so a site
//! installs the published text as a file, in each language that it has. What the forms are, and how they are scored, is
//! here, so that a file with an item too few or in other numbers is refused:
//!
//! * **WHO-5** (World Health Organization 1998): five items, six answers scored 0 to 5; their sum times four, 0 to 100, high is good.
//! * **Copenhagen Burnout Inventory** (Kristensen et al. 2005, Work & Stress 19:192–207): six items of personal, seven of
//!   work-related and six of client-related burnout; five answers scored 0, 25, 50, 75, 100; the mean of each scale, high is bad.
//!   Items that ask for the opposite are scored the other way round.

use std::collections::BTreeMap;

use calmline_core::{catalog::Lang, event::BurnoutScale};
use serde::{Deserialize, Serialize};

/// Which questionnaire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Instrument {
    /// The WHO-5 well-being index.
    Who5,
    /// The Copenhagen Burnout Inventory.
    Burnout,
}

/// A text in the languages that it was published in.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// English.
    pub en: Option<String>,
    /// Chinese.
    pub zh: Option<String>,
}

impl Words {
    /// In this language, if it is there.
    #[must_use]
    pub fn in_language(&self, lang: Lang) -> Option<&str> {
        let text = match lang {
            Lang::En => &self.en,
            Lang::Zh => &self.zh,
        };
        text.as_deref().map(str::trim).filter(|text| !text.is_empty())
    }
}

/// One item.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// As it was published.
    pub text: Words,
    /// Of which scale, in the burnout inventory.
    pub scale: Option<BurnoutScale>,
    /// The name of its answers.
    pub answers: String,
    /// Whether it asks for the opposite.
    #[serde(default)]
    pub reversed: bool,
}

/// A questionnaire as a site has installed it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Questionnaire {
    /// Which.
    pub instrument: Instrument,
    /// Where the wording was published, and under which terms: shown below it.
    pub source: String,
    /// What is said before the items.
    pub about: Words,
    /// The answers by name, each list from the one scored lowest on.
    pub answers: BTreeMap<String, Vec<Words>>,
    /// The items in their order.
    pub items: Vec<Item>,
}

/// Why a file is no such questionnaire, or answers do not fit it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {problem}")]
pub struct Misfit {
    /// Where.
    pub field: String,
    /// What is wrong and what it must be.
    pub problem: String,
}

fn misfit(field: impl Into<String>, problem: impl Into<String>) -> Misfit {
    Misfit { field: field.into(), problem: problem.into() }
}

impl Questionnaire {
    /// Whether it has the form of its instrument.
    ///
    /// # Errors
    /// The first thing that differs.
    pub fn check(&self) -> Result<(), Misfit> {
        if self.source.trim().is_empty() {
            return Err(misfit(
                "source",
                "it is empty; say where the wording was published and under which terms",
            ));
        }
        let answers = self.instrument.answers();
        for (name, texts) in &self.answers {
            if texts.len() != usize::from(answers) {
                let problem = format!("it has {} answers, and must have {answers}", texts.len());
                return Err(misfit(format!("answers.{name}"), problem));
            }
        }
        for (n, item) in self.items.iter().enumerate() {
            let field = format!("items[{}]", n + 1);
            if !self.answers.contains_key(&item.answers) {
                return Err(misfit(field + ".answers", format!("there is no list answers.{}", item.answers)));
            }
            if item.scale.is_some() != (self.instrument == Instrument::Burnout) {
                return Err(misfit(
                    field + ".scale",
                    "every item of the burnout inventory has a scale, and no other",
                ));
            }
        }
        for (scale, wanted) in self.instrument.scales() {
            let count = self.items.iter().filter(|item| item.scale == scale).count();
            if count != usize::from(wanted) {
                let of = scale.map_or("all", BurnoutScale::as_str);
                return Err(misfit("items", format!("{of}: there are {count}, and must be {wanted}")));
            }
        }
        if [Lang::En, Lang::Zh].into_iter().any(|lang| self.is_in(lang)) {
            return Ok(());
        }
        Err(misfit("items", "no language has every text; complete en or zh"))
    }

    /// Whether every text is there in a language.
    #[must_use]
    pub fn is_in(&self, lang: Lang) -> bool {
        let texts = self.answers.values().flatten().chain(self.items.iter().map(|item| &item.text));
        [&self.about].into_iter().chain(texts).all(|text| text.in_language(lang).is_some())
    }

    /// The scores of answers, by name: `who5`, or the scales of burnout, 0 to 100. `given` has the place of each item's answer
    /// in its list, from 0.
    ///
    /// # Errors
    /// When an item has no answer, or one that is not in the list.
    pub fn score(&self, given: &[u8]) -> Result<BTreeMap<String, f64>, Misfit> {
        if given.len() != self.items.len() {
            let problem = format!("there are {}, and must be {}: one an item", given.len(), self.items.len());
            return Err(misfit("answers", problem));
        }
        let highest = self.instrument.answers() - 1;
        if let Some(n) = given.iter().position(|answer| *answer > highest) {
            return Err(misfit(
                format!("answers[{}]", n + 1),
                format!("it is {}, and at most {highest}", given[n]),
            ));
        }
        let points = |(item, answer): (&Item, &u8)| {
            let share = f64::from(*answer) / f64::from(highest);
            (item.scale, 100.0 * if item.reversed { 1.0 - share } else { share })
        };
        let points: Vec<_> = self.items.iter().zip(given).map(points).collect();
        let mean = |scale: Option<BurnoutScale>, count: u8| {
            points.iter().filter(|(of, _)| *of == scale).map(|(_, points)| points).sum::<f64>()
                / f64::from(count)
        };
        let scored = |(scale, count): (Option<BurnoutScale>, u8)| {
            (scale.map_or("who5", BurnoutScale::as_str).to_owned(), mean(scale, count))
        };
        Ok(self.instrument.scales().into_iter().map(scored).collect())
    }
}

impl Instrument {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Who5, Self::Burnout];

    /// How many answers an item has.
    fn answers(self) -> u8 {
        match self {
            Self::Who5 => 6,
            Self::Burnout => 5,
        }
    }

    /// Its scales, with the number of their items.
    fn scales(self) -> Vec<(Option<BurnoutScale>, u8)> {
        match self {
            Self::Who5 => vec![(None, 5)],
            Self::Burnout => vec![
                (Some(BurnoutScale::Personal), 6),
                (Some(BurnoutScale::Work), 7),
                (Some(BurnoutScale::Client), 6),
            ],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Words {
        Words { en: Some(text.into()), zh: None }
    }

    /// A questionnaire of the right form, whose items say only which they are.
    fn form(instrument: Instrument) -> Questionnaire {
        let answers = (0..instrument.answers()).map(|n| words(&n.to_string())).collect();
        let items = instrument.scales().into_iter().flat_map(|(scale, count)| {
            (0..count).map(move |n| Item {
                text: words(&n.to_string()),
                scale,
                answers: "all".into(),
                reversed: scale == Some(BurnoutScale::Work) && n == 6,
            })
        });
        Questionnaire {
            instrument,
            source: "a test".into(),
            about: words("about"),
            answers: BTreeMap::from([("all".into(), answers)]),
            items: items.collect(),
        }
    }

    #[test]
    fn the_who_five_is_the_sum_times_four() {
        let who5 = form(Instrument::Who5);
        assert_eq!(who5.check(), Ok(()));
        let score = |given: &[u8]| who5.score(given).map(|scores| scores["who5"].round());
        assert_eq!(score(&[5, 5, 5, 5, 5]), Ok(100.0));
        assert_eq!(score(&[3, 2, 3, 1, 4]), Ok(52.0), "13 × 4");
        assert_eq!(score(&[0; 4]).unwrap_err().field, "answers");
        assert_eq!(score(&[0, 6, 0, 0, 0]).unwrap_err().to_string(), "answers[2]: it is 6, and at most 5");
    }

    #[test]
    fn burnout_has_three_means_and_an_item_that_counts_the_other_way() {
        let burnout = form(Instrument::Burnout);
        assert_eq!(burnout.check(), Ok(()));
        let scores = burnout.score(&[4; 19]).unwrap();
        assert_eq!((scores["personal"], scores["client"]), (100.0, 100.0));
        assert!((scores["work"] - 600.0 / 7.0).abs() < 1e-9, "{scores:?}");
    }

    #[test]
    fn what_has_another_form_is_refused_with_the_place() {
        let refused = |change: &dyn Fn(&mut Questionnaire)| {
            let mut form = form(Instrument::Burnout);
            change(&mut form);
            form.check().unwrap_err().to_string()
        };
        assert!(refused(&|form| drop(form.items.pop())).contains("client: there are 5, and must be 6"));
        assert!(refused(&|form| form.items[2].answers = "often".into()).starts_with("items[3].answers"));
        assert!(refused(&|form| form.items[0].scale = None).starts_with("items[1].scale"));
        assert!(refused(&|form| form.items[0].text.en = None).contains("no language has every text"));
        assert!(refused(&|form| form.source = " ".into()).starts_with("source"));
        assert!(refused(&|form| drop(form.answers.get_mut("all").unwrap().pop())).starts_with("answers.all"));
    }
}
