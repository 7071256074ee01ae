//! A centre's weeks: for each person the days of work, and for each day a start and the breaks, against demand in slots, under
//! the rules of work.

mod bound;
mod check;
mod cover;
mod explain;
mod file;
mod pattern;
mod pause;
mod read;
mod roster;
mod rules;
mod search;
mod swap;
mod terms;
mod week;

use std::sync::Arc;

pub use check::{Broken, broken, judge};
pub use explain::{prices, worth};
pub use file::InstanceError;
pub use read::read;
pub use roster::{AgentRoster, DayRoster, PlacedBreak, Roster};
pub use search::{Solution, solve};
pub use swap::{Proposal, Swap, SwapError, swap};

use pattern::Pattern;
use rules::Rules;

/// What is to be solved. [`read()`] makes it from a file, and it is checked then.
#[derive(Debug, Clone)]
pub struct Instance {
    pub(crate) slots: usize,
    pub(crate) days: usize,
    /// Minutes of a slot.
    pub(crate) minutes: usize,
    /// The weekday of day 0; 0 is Monday.
    pub(crate) first_weekday: usize,
    /// The people wanted: first of all of them, then of each skill.
    pub(crate) rows: Vec<Row>,
    /// Slots by which a start may move from one working day to the next.
    pub(crate) change: usize,
    pub(crate) rules: Rules,
    pub(crate) kinds: Vec<Kind>,
    pub(crate) agents: Vec<Agent>,
}

/// The people wanted, slot by slot, all days in one row, and what each missing or surplus one costs.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) demand: Vec<i32>,
    pub(crate) under: i32,
    pub(crate) over: i32,
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
    /// Whether it counts as time worked.
    pub(crate) paid: bool,
}

/// A person.
#[derive(Debug, Clone)]
pub(crate) struct Agent {
    pub(crate) id: AgentId,
    /// Shared by all who may work the same weeks.
    pub(crate) group: Arc<Group>,
}

/// What may be worked by one person, or several alike.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    pub(crate) terms: Terms,
    pub(crate) pattern: Pattern,
}

/// What is agreed with a person.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Terms {
    pub(crate) kind: usize,
    /// Slots of the day at which a shift may start, rising.
    pub(crate) starts: Vec<usize>,
    /// Slots from one start to the next.
    pub(crate) step: usize,
    /// Days that may be worked, rising.
    pub(crate) days: Vec<DayTerms>,
    /// Days that are not worked, but might be if they were swapped for others, rising.
    pub(crate) others: Vec<DayTerms>,
    /// Rows of demand in which they count: 0, and that of each of their skills.
    pub(crate) rows: Vec<usize>,
    /// Days of work in a whole week, least and most.
    pub(crate) week: (usize, usize),
}

/// What is agreed for a day.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct DayTerms {
    pub(crate) day: usize,
    /// Whether it may be a day off.
    pub(crate) may_be_off: bool,
    /// Whether its start is settled.
    pub(crate) locked: bool,
    /// First and last slot at which the shift may start.
    pub(crate) window: (usize, usize),
    /// Starts of the breaks where they are settled.
    pub(crate) breaks: Option<Vec<usize>>,
    /// By start: what it costs beside cover. Empty where nothing does.
    pub(crate) cost: Vec<i32>,
    /// What a day off costs.
    pub(crate) off_cost: i32,
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

/// Stands for a start on a day off.
pub(crate) const OFF: u16 = u16::MAX;

impl Instance {
    /// Places of a day in a row of numbers: the start, and then the start of each break.
    fn stride(&self, terms: &Terms) -> usize {
        1 + self.kinds[terms.kind].breaks.len()
    }

    /// Places of a person's days in a row of numbers.
    fn places(&self, terms: &Terms) -> usize {
        self.stride(terms) * terms.days.len()
    }

    /// Slots that count: those of all days. What a shift reaches beyond the last midnight counts nothing.
    fn horizon(&self) -> usize {
        self.days * self.slots
    }

    /// Slots that a shift may reach.
    fn reach(&self) -> usize {
        let longest = self.kinds.iter().map(|kind| kind.length).max().unwrap_or(0);
        self.horizon() + self.slots + longest
    }

    /// The weekday of a day; 0 is Monday.
    fn weekday(&self, day: usize) -> usize {
        (day + self.first_weekday) % 7
    }

    /// Minutes of a shift that count as worked.
    fn worked_minutes(&self, kind: &Kind) -> usize {
        let unpaid: usize = kind.breaks.iter().filter(|pause| !pause.paid).map(|pause| pause.length).sum();
        (kind.length - unpaid) * self.minutes
    }
}

impl Terms {
    /// The day's terms, where it may be worked.
    fn day(&self, day: usize) -> Option<&DayTerms> {
        self.days.binary_search_by_key(&day, |terms| terms.day).ok().map(|row| &self.days[row])
    }
}

impl DayTerms {
    /// What a start costs beside cover.
    fn cost_of(&self, index: usize) -> i32 {
        self.cost.get(index).copied().unwrap_or(0)
    }
}
