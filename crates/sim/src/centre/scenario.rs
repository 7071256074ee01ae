//! What is simulated, as a TOML file says it. `docs/simulation.md` has every field.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::{
    law::Law,
    numbers::{Clock, Part, Positive, Time},
};

/// A scenario that makes no sense: the field, the line and the remedy.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ScenarioError {
    /// The text is no such TOML.
    #[error("{0}")]
    Form(String),
    /// A field that does not fit the others.
    #[error("line {line}, {field}: {why}")]
    Field {
        /// Line of the file, from 1.
        line: usize,
        /// Which field.
        field: &'static str,
        /// What is wrong, and the remedy.
        why: String,
    },
}

/// A scenario.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// What people call it.
    pub name: Option<String>,
    /// How often the whole is simulated, each time with other chance.
    #[serde(default = "ten")]
    pub replications: u32,
    /// Time before anything is counted.
    #[serde(default)]
    pub(super) warm_up: Time,
    /// Time that is counted, after the warm-up.
    pub(super) duration: Positive,
    /// The seed of all chance.
    #[serde(default = "one")]
    pub(super) seed: u64,
    /// What one unit of time is.
    #[serde(default)]
    pub(super) unit: Unit,
    pub(super) queue: Vec<Queue>,
    pub(super) group: Vec<Group>,
    pub(super) care: Option<CareOf>,
    /// Self-service answers what it can; without it, nothing.
    pub(super) self_service: Option<SelfService>,
    /// Times the people of each shift.
    #[serde(default = "unit_factor")]
    pub(super) staff: Positive,
    #[serde(default)]
    variant: Vec<Variant>,
}

/// The same centre with something else: what is given here takes the place of what the scenario says.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Variant {
    name: String,
    care: Option<CareOf>,
    self_service: Option<SelfService>,
    staff: Option<Positive>,
}

/// A machine that answers calls before they reach a queue.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SelfService {
    /// The share of what it could answer that is kept for people, to recover with.
    #[serde(default)]
    pub(super) reserved: Part,
}

fn ten() -> u32 {
    10
}

fn one() -> u64 {
    1
}

/// A unit of time.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Unit {
    Second,
    #[default]
    Minute,
    Hour,
}

impl Unit {
    pub(super) fn seconds(self) -> f64 {
        match self {
            Self::Second => 1.0,
            Self::Minute => 60.0,
            Self::Hour => 3_600.0,
        }
    }
}

/// A distribution as it is written.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Written {
    /// A rate: one over the mean.
    Exponential(Positive),
    Deterministic(Positive),
    #[serde(rename = "lognormal")]
    LogNormal {
        mean: Positive,
        sd: Positive,
    },
    Gamma {
        mean: Positive,
        sd: Positive,
    },
    Empirical(Vec<Time>),
}

impl Written {
    pub(super) fn law(&self) -> Law {
        match self {
            Self::Exponential(rate) => Law::Exponential(rate.0.recip()),
            Self::Deterministic(time) => Law::Deterministic(time.0),
            Self::LogNormal { mean, sd } => Law::log_normal(mean.0, sd.0),
            Self::Gamma { mean, sd } => Law::gamma(mean.0, sd.0),
            Self::Empirical(times) => Law::Empirical(times.iter().map(|time| time.0).collect()),
        }
    }
}

/// When calls come: the distributions of the times between them, or rates. Not untagged with [`Written`], so that what is
/// wrong inside is told.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Arrivals {
    /// By rates that hold from a time of the day on, at random (Poisson).
    Daily(Vec<Rate>),
    Exponential(Positive),
    Deterministic(Positive),
    #[serde(rename = "lognormal")]
    LogNormal {
        mean: Positive,
        sd: Positive,
    },
    Gamma {
        mean: Positive,
        sd: Positive,
    },
    Empirical(Vec<Time>),
}

impl Arrivals {
    /// The times between calls, else the rates by the time of the day.
    pub(super) fn between(&self) -> Result<Written, &[Rate]> {
        Ok(match self {
            Self::Daily(rates) => return Err(rates),
            Self::Exponential(rate) => Written::Exponential(*rate),
            Self::Deterministic(time) => Written::Deterministic(*time),
            Self::LogNormal { mean, sd } => Written::LogNormal { mean: *mean, sd: *sd },
            Self::Gamma { mean, sd } => Written::Gamma { mean: *mean, sd: *sd },
            Self::Empirical(times) => Written::Empirical(times.clone()),
        })
    }
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rate {
    pub(super) from: Clock,
    /// Calls per unit of time.
    pub(super) rate: Time,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Queue {
    pub(super) name: Spanned<String>,
    pub(super) arrivals: Spanned<Arrivals>,
    pub(super) patience: Option<Spanned<Written>>,
    /// 1 is first, 5 last.
    #[serde(default = "middle")]
    pub(super) priority: Spanned<u8>,
    /// The time in which calls should be answered; 20 seconds if it is not given.
    pub(super) within: Option<Time>,
    pub(super) retry: Option<Retry>,
    pub(super) call_back: Option<CallBack>,
    #[serde(default)]
    pub(super) kind: Vec<Kind>,
}

fn middle() -> Spanned<u8> {
    Spanned::new(0..0, 3)
}

/// Callers who hung up and try again.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Retry {
    pub(super) share: Part,
    pub(super) after: Spanned<Written>,
    #[serde(default = "one_byte")]
    pub(super) at_most: u8,
}

fn one_byte() -> u8 {
    1
}

/// Callers who keep their place and are called back.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CallBack {
    /// The wait after which it is offered.
    pub(super) after: Time,
    /// The share who take it.
    pub(super) share: Part,
}

/// A kind of call within a queue.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Kind {
    pub(super) name: Spanned<String>,
    pub(super) share: Part,
    /// Times the usual handling.
    #[serde(default = "unit_factor")]
    pub(super) handling: Positive,
    /// The share whose callers are agitated.
    #[serde(default)]
    pub(super) agitated: Part,
    /// The share whose callers are abusive.
    #[serde(default)]
    pub(super) abusive: Part,
    /// The share that self-service could answer.
    #[serde(default)]
    pub(super) self_service: Part,
}

fn unit_factor() -> Positive {
    Positive(1.0)
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Group {
    pub(super) name: Spanned<String>,
    pub(super) count: Option<u32>,
    pub(super) serves: Vec<Spanned<String>>,
    pub(super) service: Spanned<Written>,
    /// Other handling times for some of the queues.
    #[serde(default)]
    pub(super) services: BTreeMap<Spanned<String>, Spanned<Written>>,
    pub(super) wrap_up: Option<Spanned<Written>>,
    #[serde(default)]
    pub(super) shift: Vec<Shift>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Shift {
    pub(super) count: u32,
    pub(super) start: Spanned<Clock>,
    pub(super) end: Clock,
    /// Days of work in seven; days off move on from agent to agent.
    #[serde(default = "seven")]
    pub(super) days: u32,
    /// The meal break, which is held whatever becomes of the others.
    pub(super) meal: Option<Pause>,
    #[serde(default)]
    pub(super) breaks: Vec<Pause>,
}

fn seven() -> u32 {
    7
}

/// A pause: from when, and how long.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pause {
    pub(super) at: Clock,
    pub(super) minutes: Positive,
}

/// What is done for the agents; without it nothing about them is followed, and all planned breaks are held.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CareOf {
    #[serde(default)]
    pub(super) breaks: Breaks,
    #[serde(default)]
    pub(super) routing: Routing,
    /// The share of offered breaks that agents take.
    #[serde(default = "all")]
    pub(super) accepts: Part,
}

fn all() -> Part {
    Part(1.0)
}

/// Which short breaks there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Breaks {
    None,
    #[default]
    Planned,
    Calmline,
}

/// Who takes which call.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Routing {
    #[default]
    Plain,
    Exposure,
}

impl Scenario {
    /// Reads a scenario.
    ///
    /// # Errors
    /// What does not make sense names its field, its line and the remedy.
    pub fn parse(text: &str) -> Result<Self, ScenarioError> {
        let scenario: Self = toml::from_str(text).map_err(|error| ScenarioError::Form(told(text, &error)))?;
        super::check::check(&scenario, text)?;
        Ok(scenario)
    }

    /// Its variants, in the order of the file.
    #[must_use]
    pub fn variants(&self) -> Vec<Self> {
        let varied = |variant: &Variant| Self {
            name: Some(variant.name.clone()),
            care: variant.care.clone().or_else(|| self.care.clone()),
            self_service: variant.self_service.or(self.self_service),
            staff: variant.staff.unwrap_or(self.staff),
            variant: Vec::new(),
            ..self.clone()
        };
        self.variant.iter().map(varied).collect()
    }

    /// Whether chance is common to both, so that they can be compared replication by replication.
    #[must_use]
    pub fn is_comparable(&self, other: &Self) -> bool {
        (self.seed, self.replications) == (other.seed, other.replications)
    }
}

/// The line, the line's own words, and what is wrong with them.
fn told(text: &str, error: &toml::de::Error) -> String {
    let why = error.message();
    match error.span() {
        Some(span) => {
            let line = line_of(text, span.start);
            let words = text.lines().nth(line - 1).unwrap_or_default().trim();
            format!("line {line}, `{words}`: {why}")
        }
        None => why.to_owned(),
    }
}

/// The line of a place in a text, from 1.
pub(super) fn line_of(text: &str, place: usize) -> usize {
    text.as_bytes().iter().take(place).filter(|byte| **byte == b'\n').count() + 1
}
