//! Reads a centre's instance from JSON, or says which field is wrong, where, and what to write.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Agent, AgentId, Break, Instance, Kind};

/// What is wrong with an instance.
#[derive(Debug, thiserror::Error)]
pub enum InstanceError {
    /// It is no JSON of this shape; the message has line and column.
    #[error("{0}; docs/schedule.md has the format")]
    Shape(#[from] serde_json::Error),
    /// A field has a value that makes no sense.
    #[error("{field}: {wrong}; {remedy}")]
    Field {
        /// Which field, such as `agents[3].start_lo`.
        field: String,
        /// What is wrong.
        wrong: String,
        /// What to write.
        remedy: &'static str,
    },
}

/// Sizes above which a file is taken for a mistake.
const MOST_SLOTS: usize = 24 * 60;
const MOST_DAYS: usize = 366;
const MOST_PEOPLE: i32 = 1_000_000;
const MOST_WEIGHT: i32 = 1000;
const MOST_BREAKS: usize = 32;

#[derive(Deserialize)]
struct File {
    slots_per_day: usize,
    days: usize,
    demand: Vec<Vec<i32>>,
    agents: Vec<FileAgent>,
    shift_types: BTreeMap<String, FileKind>,
    start_step_slots: usize,
    max_start_change_slots: usize,
    under_weight: i32,
    over_weight: i32,
}

#[derive(Deserialize)]
struct FileAgent {
    id: AgentId,
    #[serde(rename = "type")]
    kind: String,
    start_lo: usize,
    start_hi: usize,
    days: Vec<usize>,
}

#[derive(Deserialize)]
struct FileKind {
    length: usize,
    breaks: Vec<FileBreak>,
}

#[derive(Deserialize)]
struct FileBreak {
    name: String,
    len: usize,
    lo: usize,
    hi: usize,
}

fn wrong(field: impl Into<String>, wrong: impl Into<String>, remedy: &'static str) -> InstanceError {
    InstanceError::Field { field: field.into(), wrong: wrong.into(), remedy }
}

fn within(field: &str, value: usize, least: usize, most: usize) -> Result<(), InstanceError> {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    let says = format!("{value} is not from {least} to {most}");
    Err(wrong(field, says, "give a whole number in that range"))
}

/// Reads an instance.
///
/// # Errors
/// When the text is no JSON of the format, or a field makes no sense.
pub fn read(text: &str) -> Result<Instance, InstanceError> {
    let file: File = serde_json::from_str(text)?;
    within("slots_per_day", file.slots_per_day, 1, MOST_SLOTS)?;
    within("days", file.days, 1, MOST_DAYS)?;
    within("start_step_slots", file.start_step_slots, 1, file.slots_per_day)?;
    for (field, weight) in [("under_weight", file.under_weight), ("over_weight", file.over_weight)] {
        if !(0..=MOST_WEIGHT).contains(&weight) {
            return Err(wrong(field, format!("{weight} is no weight"), "give a number from 0 to 1000"));
        }
    }
    let demand = demand(&file)?;
    let names: Vec<&String> = file.shift_types.keys().collect();
    let kinds =
        file.shift_types.iter().map(|(name, kind)| read_kind(name, kind, &file)).collect::<Result<_, _>>()?;
    let mut agents = Vec::with_capacity(file.agents.len());
    let mut seen = std::collections::BTreeSet::new();
    for (row, agent) in file.agents.iter().enumerate() {
        let field = format!("agents[{row}]");
        if !seen.insert(&agent.id) {
            return Err(wrong(
                field + ".id",
                format!("{} occurs twice", agent.id),
                "give each person an id of their own",
            ));
        }
        agents.push(read_agent(&field, agent, &names, &file)?);
    }
    Ok(Instance {
        slots: file.slots_per_day,
        days: file.days,
        demand,
        under: file.under_weight,
        over: file.over_weight,
        change: file.max_start_change_slots,
        kinds,
        agents,
    })
}

fn demand(file: &File) -> Result<Vec<i32>, InstanceError> {
    if file.demand.len() != file.days {
        let says = format!("{} days of demand for {} days", file.demand.len(), file.days);
        return Err(wrong("demand", says, "give one list for each day"));
    }
    for (day, slots) in file.demand.iter().enumerate() {
        let field = format!("demand[{day}]");
        if slots.len() != file.slots_per_day {
            let says = format!("{} slots for a day of {}", slots.len(), file.slots_per_day);
            return Err(wrong(field, says, "give one number of people for each slot"));
        }
        if let Some(slot) = slots.iter().position(|people| !(0..=MOST_PEOPLE).contains(people)) {
            let says = format!("{} people", slots[slot]);
            return Err(wrong(format!("{field}[{slot}]"), says, "give a number from 0 to 1000000"));
        }
    }
    Ok(file.demand.concat())
}

fn read_kind(name: &str, kind: &FileKind, file: &File) -> Result<Kind, InstanceError> {
    let field = format!("shift_types.{name}");
    // So that nobody's shift meets their next one, however its start has moved.
    let most = file.slots_per_day.saturating_sub(file.max_start_change_slots);
    within(&format!("{field}.length"), kind.length, 1, most.max(1))?;
    within(&format!("{field}.breaks, their number"), kind.breaks.len(), 0, MOST_BREAKS)?;
    let mut free = 0;
    for (row, pause) in kind.breaks.iter().enumerate() {
        let field = format!("{field}.breaks[{row}]");
        within(&format!("{field}.len"), pause.len, 1, kind.length)?;
        within(&format!("{field}.hi"), pause.hi, 0, kind.length - pause.len)?;
        within(&format!("{field}.lo"), pause.lo, 0, pause.hi)?;
        if pause.lo < free {
            let says = format!("{} is before the end of the break in front of it, {free}", pause.lo);
            return Err(wrong(
                field + ".lo",
                says,
                "give breaks in their order, with windows that do not overlap",
            ));
        }
        free = pause.hi + pause.len;
    }
    let breaks = kind
        .breaks
        .iter()
        .map(|pause| Break { name: pause.name.clone(), length: pause.len, lo: pause.lo, hi: pause.hi })
        .collect();
    Ok(Kind { length: kind.length, breaks })
}

fn read_agent(
    field: &str,
    agent: &FileAgent,
    names: &[&String],
    file: &File,
) -> Result<Agent, InstanceError> {
    let Some(kind) = names.iter().position(|name| **name == agent.kind) else {
        let says = format!("there is no shift type {:?}", agent.kind);
        return Err(wrong(format!("{field}.type"), says, "name one of shift_types"));
    };
    within(&format!("{field}.start_hi"), agent.start_hi, 0, file.slots_per_day - 1)?;
    within(&format!("{field}.start_lo"), agent.start_lo, 0, agent.start_hi)?;
    for (row, &day) in agent.days.iter().enumerate() {
        within(&format!("{field}.days[{row}]"), day, 0, file.days - 1)?;
        if row > 0 && day <= agent.days[row - 1] {
            let says = format!("{day} is not after {}", agent.days[row - 1]);
            return Err(wrong(
                format!("{field}.days[{row}]"),
                says,
                "give the working days in their order, each once",
            ));
        }
    }
    let starts = (agent.start_lo..=agent.start_hi).step_by(file.start_step_slots).collect();
    Ok(Agent { id: agent.id.clone(), kind, starts, days: agent.days.clone() })
}
