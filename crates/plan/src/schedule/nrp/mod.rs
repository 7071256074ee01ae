//! Nurse rostering: people get shifts of given kinds, day by day, under the rules of work. Format and rules are those of the
//! instances of schedulingbenchmarks.org (Curtois & Qu 2014).

mod check;
mod dive;
mod explain;
mod floor;
mod graph;
mod master;
mod read;
mod search;

pub use check::judge;
pub use explain::{prices, worth};
pub use graph::GraphError;
pub use read::{InstanceError, read};
pub use search::{Solution, solve};

/// What is to be solved. [`read()`] makes it from a file, and it is checked then.
#[derive(Debug, Clone)]
pub struct Instance {
    /// Days; the first is a Monday.
    pub(crate) days: usize,
    pub(crate) shifts: Vec<Shift>,
    pub(crate) people: Vec<Person>,
    /// By day and then shift.
    pub(crate) wanted: Vec<Wanted>,
}

/// A kind of shift.
#[derive(Debug, Clone)]
pub(crate) struct Shift {
    pub(crate) id: String,
    pub(crate) minutes: u32,
    /// Shifts that must not be worked on the day after this one.
    pub(crate) not_before: Vec<usize>,
}

/// Somebody who gets shifts.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) id: String,
    /// By shift: how often at most.
    pub(crate) most: Vec<u32>,
    pub(crate) minutes_most: u32,
    pub(crate) minutes_least: u32,
    pub(crate) run_most: u32,
    pub(crate) run_least: u32,
    pub(crate) off_least: u32,
    pub(crate) weekends_most: u32,
    /// By day: leave.
    pub(crate) leave: Vec<bool>,
    /// By day and then shift: what it costs to give them this shift, below 0 where they wish it.
    pub(crate) wish: Vec<i32>,
    /// What all wishes for shifts cost where none is granted.
    pub(crate) ungranted: i64,
}

/// How many people a shift wants on a day, and what each missing or surplus one costs.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Wanted {
    pub(crate) people: i32,
    pub(crate) under: i32,
    pub(crate) over: i32,
}

/// Who works what: by person and day, the number of the shift, or none for a day off.
pub(crate) type Plan = Vec<Option<u8>>;

/// The roster as it is written to a file.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Roster {
    /// For each person by id: the shift of each day, or nothing.
    pub roster: std::collections::BTreeMap<String, Vec<String>>,
}

impl Roster {
    fn of(instance: &Instance, plan: &Plan) -> Self {
        let name = |shift: &Option<u8>| shift.map(|shift| instance.shifts[usize::from(shift)].id.clone());
        let month = |days: &[Option<u8>]| days.iter().map(|shift| name(shift).unwrap_or_default()).collect();
        let people = instance.people.iter().zip(plan.chunks(instance.days));
        Self { roster: people.map(|(person, days)| (person.id.clone(), month(days))).collect() }
    }
}
