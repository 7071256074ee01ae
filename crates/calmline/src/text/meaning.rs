//! Labels and what they mean.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, ensure};

/// Classes, and which label means which of them.
pub struct Meaning {
    /// By their numbers.
    pub classes: Vec<String>,
    of: BTreeMap<String, usize>,
}

impl Meaning {
    /// Labels mean themselves, or what the option says.
    pub fn as_they_are(option: Option<&str>, rows: &[(String, String)]) -> Result<Self> {
        let given = option.map(pairs).transpose()?;
        let words: BTreeMap<String, String> = match given {
            Some(given) => given,
            None => rows.iter().map(|(_, label)| (label.clone(), label.clone())).collect(),
        };
        let classes: Vec<String> = words.values().cloned().collect::<BTreeSet<_>>().into_iter().collect();
        let of =
            words.into_iter().filter_map(|(label, word)| Some((label, classes.binary_search(&word).ok()?)));
        Ok(Self { of: of.collect(), classes })
    }

    /// Negative, neutral and positive, as far as the labels name them, by name or by number.
    pub fn of_sentiment(option: Option<&str>, rows: &[(String, String)]) -> Result<Self> {
        let labels: BTreeSet<&str> = rows.iter().map(|(_, label)| label.as_str()).collect();
        let simple: BTreeSet<&str> = labels.iter().copied().filter(|label| !label.contains(',')).collect();
        let numbers: Vec<&str> = simple.iter().copied().collect();
        let word = |label: &str| -> Option<&'static str> {
            match (numbers.as_slice(), label) {
                (["0", "1"] | ["-1", "1"], "1") | (["-1", "0", "1"], "1") => Some("positive"),
                (["0", "1"], "0") | (["-1", ..], "-1") => Some("negative"),
                (["-1", "0", "1"], "0") => Some("neutral"),
                (["0", "1", "2"], digit) => {
                    ["negative", "neutral", "positive"].get(digit.parse::<usize>().ok()?).copied()
                }
                // GoEmotions' groups: ambiguous, negative, neutral, positive.
                (["0", "1", "2", "3"], digit) => [None, Some("negative"), Some("neutral"), Some("positive")]
                    .get(digit.parse::<usize>().ok()?)
                    .copied()?,
                _ => match label.to_lowercase().as_str() {
                    "positive" | "pos" | "happy" | "joy" | "like" | "love" | "正面" | "积极" => {
                        Some("positive")
                    }
                    "negative" | "neg" | "angry" | "anger" | "sad" | "sadness" | "fear" | "disgust"
                    | "负面" | "消极" => Some("negative"),
                    "neutral" | "中性" => Some("neutral"),
                    _ => None,
                },
            }
        };
        Self::named(option, &labels, &["negative", "neutral", "positive"], word)
    }

    /// Not abusive and abusive.
    pub fn of_abuse(option: Option<&str>, rows: &[(String, String)]) -> Result<Self> {
        let labels: BTreeSet<&str> = rows.iter().map(|(_, label)| label.as_str()).collect();
        let degrees = labels.iter().any(|label| label.parse::<i32>().is_ok_and(|degree| degree < 0));
        let word = |label: &str| match label.to_lowercase().as_str() {
            // ConvAbuse: 1 is not abusive, 0 ambivalent, below 0 abusive.
            degree if degrees => {
                degree.parse::<i32>().ok().map(|degree| if degree < 0 { "abusive" } else { "not abusive" })
            }
            "1" | "true" | "yes" | "abuse" | "abusive" | "offensive" | "toxic" => Some("abusive"),
            "0" | "false" | "no" | "none" | "normal" | "clean" | "non-abusive" | "not abusive"
            | "non-offensive" => Some("not abusive"),
            _ => None,
        };
        Self::named(option, &labels, &["not abusive", "abusive"], word)
    }

    /// Joy, anger, sadness, fear, surprise and neutral, as far as the labels name them.
    pub fn of_emotion(option: Option<&str>, rows: &[(String, String)]) -> Result<Self> {
        let labels: BTreeSet<&str> = rows.iter().map(|(_, label)| label.as_str()).collect();
        let word = |label: &str| {
            Some(match label.to_lowercase().as_str() {
                "joy" | "happy" | "happiness" | "grateful" | "relaxed" | "positive-other" | "高兴"
                | "开心" => "joy",
                "anger" | "angry" | "annoyance" | "disgust" | "愤怒" | "生气" => "anger",
                "sad" | "sadness" | "depress" | "grief" | "disappointment" | "悲伤" | "难过" => "sadness",
                "fear" | "worried" | "nervousness" | "恐惧" | "害怕" => "fear",
                "surprise" | "surprised" | "astonished" | "惊奇" | "惊讶" => "surprise",
                "neutral" | "none" | "no emotion" | "中性" | "无情绪" => "neutral",
                _ => return None,
            })
        };
        Self::named(option, &labels, &["anger", "fear", "joy", "neutral", "sadness", "surprise"], word)
    }

    /// Impolite, neutral and polite, by name or by number.
    pub fn of_politeness(option: Option<&str>, rows: &[(String, String)]) -> Result<Self> {
        let labels: BTreeSet<&str> = rows.iter().map(|(_, label)| label.as_str()).collect();
        let below_zero = labels.contains("-1");
        let word = |label: &str| {
            Some(match label.to_lowercase().as_str() {
                "polite" | "礼貌" => "polite",
                "impolite" | "rude" | "not polite" | "不礼貌" | "失礼" => "impolite",
                "neutral" | "中性" => "neutral",
                "1" => "polite",
                "-1" => "impolite",
                "0" => {
                    if below_zero {
                        "neutral"
                    } else {
                        "impolite"
                    }
                }
                _ => return None,
            })
        };
        Self::named(option, &labels, &["impolite", "neutral", "polite"], word)
    }

    fn named(
        option: Option<&str>,
        labels: &BTreeSet<&str>,
        names: &[&str],
        word: impl Fn(&str) -> Option<&'static str>,
    ) -> Result<Self> {
        let given = option.map(pairs).transpose()?;
        let mut words = BTreeMap::new();
        for label in labels {
            let meant = match &given {
                Some(given) => given.get(*label).map(String::as_str),
                None => word(label),
            };
            let Some(meant) = meant else { continue };
            ensure!(names.contains(&meant), "--labels: {meant:?} is not one of {}", names.join(", "));
            words.insert((*label).to_owned(), meant.to_owned());
        }
        let classes: Vec<String> = names
            .iter()
            .filter(|name| words.values().any(|word| word == *name))
            .map(|name| (*name).to_owned())
            .collect();
        ensure!(
            classes.len() > 1,
            "the labels {labels:?} do not name two of {}; give --labels",
            names.join(", ")
        );
        let of = words
            .into_iter()
            .filter_map(|(label, word)| Some((label, classes.iter().position(|class| *class == word)?)))
            .collect();
        Ok(Self { classes, of })
    }

    /// Texts with the numbers of their classes; those whose label means none are left out.
    pub fn classed(&self, rows: Vec<(String, String)>) -> Vec<(String, usize)> {
        rows.into_iter().filter_map(|(text, label)| Some((text, *self.of.get(&label)?))).collect()
    }
}

fn pairs(option: &str) -> Result<BTreeMap<String, String>> {
    option
        .split(',')
        .map(|pair| {
            let (label, word) =
                pair.split_once('=').with_context(|| format!("--labels: {pair:?} is not LABEL=MEANING"))?;
            Ok((label.trim().to_owned(), word.trim().to_owned()))
        })
        .collect()
}
