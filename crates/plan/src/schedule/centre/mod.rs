//! A centre's week: for each person and working day a start and the breaks, against demand in slots.

mod bound;
mod check;
mod cover;
mod explain;
mod read;
mod roster;
mod search;
mod week;

pub use check::judge;
pub use explain::{prices, worth};
pub use read::{InstanceError, read};
pub use roster::{AgentRoster, DayRoster, PlacedBreak, Roster};
pub use search::{Solution, solve};

/// What is to be solved. [`read()`] makes it from a file, and it is checked then.
#[derive(Debug, Clone)]
pub struct Instance {
    pub(crate) slots: usize,
    pub(crate) days: usize,
    /// Slot by slot, all days in one row.
    pub(crate) demand: Vec<i32>,
    pub(crate) under: i32,
    pub(crate) over: i32,
    /// Slots by which a start may move from one working day to the next.
    pub(crate) change: usize,
    pub(crate) kinds: Vec<Kind>,
    pub(crate) agents: Vec<Agent>,
}

/// A kind of shift.
#[derive(Debug, Clone)]
pub(crate) struct Kind {
    pub(crate) length: usize,
    pub(crate) breaks: Vec<Break>,
}

/// A break of a kind of shift: `lo` to `hi` slots after the start, both included.
#[derive(Debug, Clone)]
pub(crate) struct Break {
    pub(crate) name: String,
    pub(crate) length: usize,
    pub(crate) lo: usize,
    pub(crate) hi: usize,
}

/// A person.
#[derive(Debug, Clone)]
pub(crate) struct Agent {
    pub(crate) id: AgentId,
    pub(crate) kind: usize,
    /// Slots of the day at which a shift may start, rising.
    pub(crate) starts: Vec<usize>,
    /// Working days, rising.
    pub(crate) days: Vec<usize>,
}

/// A person's id, a number or a text, as the file has it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(untagged)]
pub enum AgentId {
    /// A number.
    Number(i64),
    /// A text.
    Text(String),
}

impl std::fmt::Display for AgentId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Text(text) => text.fmt(f),
        }
    }
}

impl Instance {
    /// Places of one person's week in a row of numbers: for each working day the start and then the start of each break.
    fn stride(&self, agent: &Agent) -> usize {
        1 + self.kinds[agent.kind].breaks.len()
    }

    /// Slots that count: those of all days. What a shift reaches beyond the last midnight counts nothing.
    fn horizon(&self) -> usize {
        self.days * self.slots
    }
}
