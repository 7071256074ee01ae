//! The words for people: one catalogue per language, which the web app reads too.
//!
//! An entry is a sentence with gaps: `"Break of {minutes} over"`. Events carry the code and what fills the gaps. The gaps
//! `seconds`, `minutes` and `hours` hold durations, which are filled as a person would say them, unit included.

mod spoken;

use std::{collections::BTreeMap, sync::OnceLock};

use serde::{Deserialize, Serialize};

use crate::event::{Param, Reason};

/// A language of the product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// 简体中文.
    Zh,
}

impl std::str::FromStr for Lang {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "en" => Ok(Self::En),
            "zh" => Ok(Self::Zh),
            _ => Err(format!("language {text:?} is not one of en, zh")),
        }
    }
}

impl Lang {
    /// The language that a locale such as `zh_CN.UTF-8` names; English unless it is Chinese.
    #[must_use]
    pub fn of_locale(locale: &str) -> Self {
        if locale.starts_with("zh") { Self::Zh } else { Self::En }
    }

    /// The whole catalogue as JSON: an object of code to sentence.
    #[must_use]
    pub fn catalogue(self) -> &'static str {
        match self {
            Self::En => include_str!("../catalog/en.json"),
            Self::Zh => include_str!("../catalog/zh.json"),
        }
    }

    fn entries(self) -> &'static BTreeMap<String, String> {
        static EN: OnceLock<BTreeMap<String, String>> = OnceLock::new();
        static ZH: OnceLock<BTreeMap<String, String>> = OnceLock::new();
        let cell = match self {
            Self::En => &EN,
            Self::Zh => &ZH,
        };
        // A broken catalogue is caught by this module's tests; people then see codes, never a crash.
        cell.get_or_init(|| serde_json::from_str(self.catalogue()).unwrap_or_default())
    }

    /// The sentence for a code without gaps; the code itself if there is none.
    #[must_use]
    pub fn say<'a>(self, code: &'a str) -> &'a str
    where
        'static: 'a,
    {
        self.entries().get(code).map_or(code, String::as_str)
    }

    /// The sentence for a reason, its gaps filled.
    #[must_use]
    pub fn tell(self, reason: &Reason) -> String {
        let mut sentence = self.say(&reason.code).to_owned();
        for (name, value) in &reason.params {
            let value = match value {
                Param::Number(number) => match name.as_str() {
                    "seconds" => spoken::spoken(*number, self),
                    "minutes" => spoken::spoken(*number * 60.0, self),
                    "hours" => spoken::spoken(*number * 3_600.0, self),
                    _ => format_number(*number),
                },
                Param::Word(word) => self.say(word).to_owned(),
            };
            sentence = sentence.replace(&format!("{{{name}}}"), &value);
        }
        sentence.trim_start().to_owned()
    }
}

fn format_number(number: f64) -> String {
    let rounded = (number * 100.0).round() / 100.0;
    if rounded.fract() == 0.0 { format!("{rounded:.0}") } else { format!("{rounded}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        policy::{Condition, Notice, Profile, Purpose, rule},
        units::Party,
    };

    fn gaps(sentence: &str) -> Vec<&str> {
        let mut gaps: Vec<_> =
            sentence.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(gap, _)| gap)).collect();
        gaps.sort_unstable();
        gaps
    }

    #[test]
    fn both_languages_say_the_same_things_with_the_same_gaps() {
        let (en, zh) = (Lang::En.entries(), Lang::Zh.entries());
        assert!(en.len() > 40, "the catalogue was not read");
        assert_eq!(en.keys().collect::<Vec<_>>(), zh.keys().collect::<Vec<_>>());
        for (code, sentence) in en {
            assert_eq!(gaps(sentence), gaps(&zh[code]), "{code}");
        }
    }

    #[test]
    fn every_rule_and_condition_of_the_policy_has_words() {
        let mut codes: Vec<String> = vec!["condition.agent_known".into(), Condition::AgentConsent.code()];
        codes.extend(Notice::ALL.map(|n| Condition::Notice(n).code()));
        codes.extend(Purpose::ALL.map(|p| format!("purpose.{}", p.as_str())));
        codes.extend(Party::ALL.map(|p| format!("party.{}", p.as_str())));
        for profile in Profile::ALL {
            codes.push(format!("profile.{}", profile.as_str()));
            for purpose in Purpose::ALL {
                for party in Party::ALL {
                    codes.extend(rule(profile, purpose, party).laws);
                }
            }
        }
        for code in codes {
            assert!(Lang::Zh.entries().contains_key(&code), "{code} has no words");
        }
    }

    #[test]
    fn every_rule_of_alerts_has_words_in_monitoring() {
        for lang in [Lang::En, Lang::Zh] {
            let rules = lang.entries().keys().filter_map(|code| code.strip_prefix("rule.alert."));
            for rule in rules {
                assert!(lang.entries().contains_key(&format!("monitored.alert.{rule}")), "{rule}");
            }
        }
    }
    #[test]
    fn gaps_are_filled_and_words_in_gaps_are_translated() {
        let reason = Reason::new("break.offer").with("minutes", 8.0);
        assert!(Lang::En.tell(&reason).contains('8'));
        assert!(Lang::Zh.tell(&reason).contains('8'));
        assert_eq!(Lang::En.say("no.such.code"), "no.such.code");
    }

    #[test]
    fn durations_in_sentences_bring_their_unit() {
        let agitated = Reason::new("alert.agitated_caller").with("minutes", 1.6);
        assert_eq!(Lang::En.tell(&agitated), "A caller has stayed agitated for about 2 minutes");
        assert_eq!(Lang::Zh.tell(&agitated), "来电者已持续激动约 2 分钟");
        let over = Reason::new("break.ended").with("minutes", 8.0);
        assert_eq!(Lang::En.tell(&over), "Break of 8 minutes over");
        assert_eq!(Lang::Zh.tell(&over), "8 分钟小休结束");
        // A unit beside the gap would be said twice.
        for lang in [Lang::En, Lang::Zh] {
            for (code, sentence) in lang.entries() {
                let doubled = ["minutes", "hours", "seconds"].into_iter().any(|gap| {
                    let after = sentence.split(&format!("{{{gap}}}")).nth(1).unwrap_or_default().trim_start();
                    [gap, "分钟", "小时", "秒"].into_iter().any(|unit| after.starts_with(unit))
                });
                assert!(!doubled, "{code}: {sentence}");
            }
        }
    }
}
