//! Rosters: shifts and breaks placed for people.
//!
//! * [`centre`] places days of work, starts and breaks against demand in slots, under the rules of work;
//! * [`nrp`] gives people their shifts of given kinds, day by day, under the rules of work (nurse rostering).
//!
//! Both search alike: everybody else's roster fixed, one person's best roster is found exactly (dynamic programming); noise on
//! the costs, which is cooled, keeps the search from ending early. [`Effort`] fixes the result; whoever asks for it may
//! stop the search between two rounds and gets the best so far.

pub mod centre;
mod draw;
pub mod nrp;
mod rounds;

pub use centre::{Proposal, Swap, SwapError, swap};
pub use rounds::{Effort, Progress};

/// A roster and how good it is.
#[derive(Debug, Clone)]
pub struct Solution<R> {
    /// Who works when.
    pub roster: R,
    /// What it costs.
    pub objective: i64,
    /// No roster costs less.
    pub bound: i64,
    /// Rounds of search that were done.
    pub rounds: u64,
}

/// What a roster costs and how often it breaks a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// What it costs.
    pub objective: i64,
    /// How often a rule is broken.
    pub violations: usize,
}

/// What a rule costs.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct RulePrice {
    /// The rule, by the name of its field.
    pub rule: &'static str,
    /// What lifting it for one person alone would save at most.
    pub saves: i64,
    /// That person.
    pub person: Option<String>,
    /// How many people there are for whom lifting it would save something.
    pub people: usize,
}

impl RulePrice {
    fn nothing(rule: &'static str) -> Self {
        Self { rule, saves: 0, person: None, people: 0 }
    }

    /// Counts what lifting the rule for a person saves.
    fn count(&mut self, person: &str, saves: i64) {
        self.people += usize::from(saves > 0);
        if saves > self.saves {
            (self.saves, self.person) = (saves, Some(person.to_owned()));
        }
    }

    /// The dearest first.
    fn sort(mut prices: Vec<Self>) -> Vec<Self> {
        prices.sort_by_key(|price| std::cmp::Reverse((price.saves, price.people)));
        prices
    }
}

/// What a person's day of work is worth.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Worth {
    /// The day, from 0.
    pub day: usize,
    /// Its shift, where shifts have names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shift: Option<String>,
    /// How much more the roster would cost without it; none where the rules leave no roster without it.
    pub more: Option<i64>,
}
