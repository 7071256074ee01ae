//! Runbooks: what to try when something technical does not work, as a tree of questions that data files hold.

use std::collections::BTreeSet;

use regex::Regex;
use serde::Deserialize;

use crate::said::Both;

/// A network is poor from this round trip or this loss on. Choices: ITU-T G.114 wants at most 150 ms one way for speech, and
/// concealment of lost packets is heard from some hundredths on.
const POOR_ROUND_TRIP_MS: f64 = 300.0;
const POOR_LOSS: f64 = 0.02;

/// Why a runbook cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RunbookError {
    /// The text is not what it should be; says the line.
    #[error("{0}")]
    Toml(#[from] toml::de::Error),
    /// A pattern is none.
    #[error("runbook {runbook}: {source}; write it as a regular expression")]
    Pattern {
        /// Which runbook.
        runbook: String,
        /// What is wrong.
        source: regex::Error,
    },
    /// A node leads to none that is there.
    #[error("runbook {runbook}, node {node}: there is no node {to:?}; write it, or lead elsewhere")]
    Nowhere {
        /// Which runbook.
        runbook: String,
        /// Which node.
        node: String,
        /// Where it leads.
        to: String,
    },
    /// A node is neither a question, nor a measurement, nor an end.
    #[error("runbook {runbook}, node {node}: give answers, or measure with good and poor, or end")]
    Unclear {
        /// Which runbook.
        runbook: String,
        /// Which node.
        node: String,
    },
    /// Whoever follows it may come back to where they were.
    #[error("runbook {runbook}, node {node}: leads back to itself; lead to an end")]
    Endless {
        /// Which runbook.
        runbook: String,
        /// Which node.
        node: String,
    },
    /// Nothing leads to a node.
    #[error("runbook {runbook}, node {node}: nothing leads there; lead there, or take it out")]
    Unreached {
        /// Which runbook.
        runbook: String,
        /// Which node.
        node: String,
    },
}

/// How a walk ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// It works again.
    Solved,
    /// A person has to look at it.
    Person,
}

/// What a node asks for.
#[derive(Debug, Clone)]
pub(super) enum Asks {
    /// A person chooses an answer.
    Choice(Vec<Choice>),
    /// The network is measured.
    Network { good: usize, poor: usize },
    /// Nothing: it is over.
    Nothing(End),
}

/// An answer that leads on.
#[derive(Debug, Clone)]
pub(super) struct Choice {
    pub(super) words: Both,
    says: Vec<Regex>,
    to: usize,
}

/// A question, a step or an end.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) name: String,
    pub(super) words: Both,
    pub(super) asks: Asks,
}

/// A runbook. Every way through it ends.
#[derive(Debug, Clone)]
pub struct Runbook {
    /// Its name.
    pub name: String,
    /// What it is about.
    pub words: Both,
    asks: Vec<Regex>,
    pub(super) nodes: Vec<Node>,
}

/// What was measured of the network.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Network {
    /// The round trip in milliseconds, the median of several.
    pub round_trip_ms: f64,
    /// The share of packets lost, 0 to 1.
    pub loss: f64,
}

#[derive(Deserialize)]
struct File {
    runbook: Vec<Written>,
}

#[derive(Deserialize)]
struct Written {
    name: String,
    #[serde(flatten)]
    words: Both,
    asks: Vec<String>,
    node: Vec<WrittenNode>,
}

#[derive(Deserialize)]
struct WrittenNode {
    name: String,
    #[serde(flatten)]
    words: Both,
    #[serde(default)]
    answer: Vec<WrittenAnswer>,
    measure: Option<Measure>,
    good: Option<String>,
    poor: Option<String>,
    end: Option<End>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Measure {
    Network,
}

#[derive(Deserialize)]
struct WrittenAnswer {
    #[serde(flatten)]
    words: Both,
    says: Vec<String>,
    to: String,
}

impl Runbook {
    /// The runbooks that come with Calmline: softphone, headset, VPN and signing in.
    ///
    /// # Errors
    /// Never, as a test shows; the type says so since a site's own go the same way.
    pub fn shipped() -> Result<Vec<Self>, RunbookError> {
        Self::read(include_str!("../../desk/runbooks.toml"))
    }

    /// Reads runbooks from TOML; `desk/runbooks.toml` in the source says how they are written. The first node is where a walk
    /// begins.
    ///
    /// # Errors
    /// When the text is no such TOML, a pattern is none, or not every way through leads to an end.
    pub fn read(text: &str) -> Result<Vec<Self>, RunbookError> {
        let file: File = toml::from_str(text)?;
        file.runbook.into_iter().map(Self::of).collect()
    }

    fn of(written: Written) -> Result<Self, RunbookError> {
        let Written { name, words, asks, node } = written;
        let names: Vec<String> = node.iter().map(|node| node.name.clone()).collect();
        let asks = patterns(&name, &asks)?;
        let nodes = node.into_iter().map(|node| node.linked(&name, &names)).collect::<Result<Vec<_>, _>>()?;
        let runbook = Self { name, words, asks, nodes };
        runbook.check()?;
        Ok(runbook)
    }

    /// Every node is reached, and none comes back to itself.
    fn check(&self) -> Result<(), RunbookError> {
        let mut reached = BTreeSet::new();
        self.follow(0, &mut Vec::new(), &mut reached)?;
        match (0..self.nodes.len()).find(|node| !reached.contains(node)) {
            Some(node) => {
                let (runbook, node) = (self.name.clone(), self.nodes[node].name.clone());
                Err(RunbookError::Unreached { runbook, node })
            }
            None => Ok(()),
        }
    }

    fn follow(
        &self,
        at: usize,
        way: &mut Vec<usize>,
        reached: &mut BTreeSet<usize>,
    ) -> Result<(), RunbookError> {
        let Some(node) = self.nodes.get(at) else { return Ok(()) };
        if way.contains(&at) {
            return Err(RunbookError::Endless { runbook: self.name.clone(), node: node.name.clone() });
        }
        if !reached.insert(at) {
            return Ok(());
        }
        way.push(at);
        for next in node.leads_to() {
            if way.contains(&next) {
                let node = self.nodes[next].name.clone();
                return Err(RunbookError::Endless { runbook: self.name.clone(), node });
            }
            self.follow(next, way, reached)?;
        }
        way.pop();
        Ok(())
    }

    /// Whether words, in lower case, are about what this is for.
    pub(super) fn is_asked(&self, lower: &str) -> bool {
        self.asks.iter().any(|pattern| pattern.is_match(lower))
    }
}

impl Node {
    pub(super) fn leads_to(&self) -> Vec<usize> {
        match &self.asks {
            Asks::Choice(choices) => choices.iter().map(|choice| choice.to).collect(),
            Asks::Network { good, poor } => vec![*good, *poor],
            Asks::Nothing(_) => Vec::new(),
        }
    }

    /// Which answer these words are: its number from 1, its own words in either language, or one of its patterns.
    pub(super) fn chosen(&self, text: &str) -> Option<(usize, usize)> {
        let Asks::Choice(choices) = &self.asks else { return None };
        let lower = text.trim().to_lowercase();
        let number = lower.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
        let own = |choice: &Choice| {
            [&choice.words.en, &choice.words.zh].iter().any(|words| words.to_lowercase() == lower)
        };
        let at = number.filter(|at| *at < choices.len()).or_else(|| choices.iter().position(own)).or_else(
            || choices.iter().position(|choice| choice.says.iter().any(|says| says.is_match(&lower))),
        )?;
        Some((at, choices[at].to))
    }

    /// Where a measurement leads.
    pub(super) fn measured(&self, network: Network) -> Option<usize> {
        let Asks::Network { good, poor } = self.asks else { return None };
        let bad = network.round_trip_ms >= POOR_ROUND_TRIP_MS || network.loss >= POOR_LOSS;
        Some(if bad { poor } else { good })
    }
}

impl WrittenNode {
    fn linked(self, runbook: &str, names: &[String]) -> Result<Node, RunbookError> {
        let Self { name, words, answer, measure, good, poor, end } = self;
        let find = |to: &String| {
            names.iter().position(|known| known == to).ok_or_else(|| RunbookError::Nowhere {
                runbook: runbook.into(),
                node: name.clone(),
                to: to.clone(),
            })
        };
        let asks = match (answer.is_empty(), measure, good, poor, end) {
            (false, None, None, None, None) => {
                let choice = |WrittenAnswer { words, says, to }| {
                    Ok(Choice { words, says: patterns(runbook, &says)?, to: find(&to)? })
                };
                Asks::Choice(answer.into_iter().map(choice).collect::<Result<_, RunbookError>>()?)
            }
            (true, Some(Measure::Network), Some(good), Some(poor), None) => {
                Asks::Network { good: find(&good)?, poor: find(&poor)? }
            }
            (true, None, None, None, Some(end)) => Asks::Nothing(end),
            _ => return Err(RunbookError::Unclear { runbook: runbook.into(), node: name }),
        };
        Ok(Node { name, words, asks })
    }
}

pub(super) fn patterns(name: &str, texts: &[String]) -> Result<Vec<Regex>, RunbookError> {
    let read = |text: &String| {
        Regex::new(text).map_err(|source| RunbookError::Pattern { runbook: name.into(), source })
    };
    texts.iter().map(read).collect()
}
