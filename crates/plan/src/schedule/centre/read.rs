//! Reads a centre's instance from JSON, or says which field is wrong, where, and what to write.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{
    Agent, Break, Group, Instance, Kind, Row, Terms,
    file::{File, FileKind, InstanceError, weight, within, wrong},
    pattern::{Pattern, PatternError},
    terms,
};

/// Sizes above which a file is taken for a mistake.
const MOST_SLOTS: usize = 24 * 60;
const MOST_DAYS: usize = 366;
const MOST_PEOPLE: i32 = 1_000_000;
const MOST_BREAKS: usize = 32;
const MOST_SKILLS: usize = 1000;

/// Reads an instance.
///
/// # Errors
/// When the text is no JSON of the format, a field makes no sense, or the rules leave somebody no weeks.
pub fn read(text: &str) -> Result<Instance, InstanceError> {
    let file: File = serde_json::from_str(text)?;
    within("slots_per_day", file.slots_per_day, 1, MOST_SLOTS)?;
    within("days", file.days, 1, MOST_DAYS)?;
    within("start_step_slots", file.start_step_slots, 1, file.slots_per_day)?;
    within("first_weekday", file.first_weekday, 0, 6)?;
    let minutes = file.slot_minutes.unwrap_or(MOST_SLOTS / file.slots_per_day);
    within("slot_minutes", minutes, 1, MOST_SLOTS)?;
    let kinds =
        file.shift_types.iter().map(|(name, kind)| read_kind(name, kind, &file)).collect::<Result<_, _>>()?;
    let mut instance = Instance {
        slots: file.slots_per_day,
        days: file.days,
        minutes,
        first_weekday: file.first_weekday,
        rows: rows(&file)?,
        change: file.max_start_change_slots,
        rules: file.rules.clone().resolve(file.slots_per_day, file.days, minutes)?,
        kinds,
        agents: Vec::with_capacity(file.agents.len()),
    };
    if let Some(exposure) = &file.exposure {
        grid("exposure.slots", &exposure.slots, &file)?;
        weight("exposure.weight", exposure.weight)?;
        within("exposure.most", exposure.most.unsigned_abs() as usize, 0, MOST_PEOPLE as usize)?;
    }
    instance.agents = read_agents(&file, &instance)?;
    Ok(instance)
}

/// The demand of all people, and that of each skill.
fn rows(file: &File) -> Result<Vec<Row>, InstanceError> {
    let under = weight("under_weight", file.under_weight)?;
    let over = weight("over_weight", file.over_weight)?;
    let mut rows = vec![Row { demand: grid("demand", &file.demand, file)?, under, over }];
    within("skills, their number", file.skills.len(), 0, MOST_SKILLS)?;
    let mut names = BTreeSet::new();
    for (at, skill) in file.skills.iter().enumerate() {
        let field = format!("skills[{at}]");
        if !names.insert(&skill.name) {
            let says = format!("{:?} occurs twice", skill.name);
            return Err(wrong(field + ".name", says, "give each skill a name of its own"));
        }
        let own = skill.under_weight.map(|own| weight(&format!("{field}.under_weight"), own)).transpose()?;
        let demand = grid(&format!("{field}.demand"), &skill.demand, file)?;
        rows.push(Row { demand, under: own.unwrap_or(under), over: 0 });
    }
    Ok(rows)
}

/// A number for each slot of each day.
fn grid(name: &str, days: &[Vec<i32>], file: &File) -> Result<Vec<i32>, InstanceError> {
    if days.len() != file.days {
        let says = format!("{} days of demand for {} days", days.len(), file.days);
        return Err(wrong(name, says, "give one list for each day"));
    }
    for (day, slots) in days.iter().enumerate() {
        let field = format!("{name}[{day}]");
        if slots.len() != file.slots_per_day {
            let says = format!("{} slots for a day of {}", slots.len(), file.slots_per_day);
            return Err(wrong(field, says, "give one number for each slot"));
        }
        if let Some(slot) = slots.iter().position(|people| !(0..=MOST_PEOPLE).contains(people)) {
            let says = format!("{} is out of range", slots[slot]);
            return Err(wrong(format!("{field}[{slot}]"), says, "give a number from 0 to 1000000"));
        }
    }
    Ok(days.concat())
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
    let breaks = kind.breaks.iter().map(|pause| Break {
        name: pause.name.clone(),
        length: pause.len,
        lo: pause.lo,
        hi: pause.hi,
        paid: pause.paid,
    });
    Ok(Kind { length: kind.length, breaks: breaks.collect() })
}

fn read_agents(file: &File, instance: &Instance) -> Result<Vec<Agent>, InstanceError> {
    let reader = terms::Reader::new(file, instance);
    let mut agents = Vec::with_capacity(file.agents.len());
    let mut seen = BTreeSet::new();
    let mut groups: BTreeMap<Terms, Arc<Group>> = BTreeMap::new();
    for (row, agent) in file.agents.iter().enumerate() {
        let field = format!("agents[{row}]");
        if !seen.insert(&agent.id) {
            return Err(wrong(
                field + ".id",
                format!("{} occurs twice", agent.id),
                "give each person an id of their own",
            ));
        }
        let terms = reader.terms(&field, agent)?;
        let group = if let Some(group) = groups.get(&terms) {
            Arc::clone(group)
        } else {
            let group =
                Arc::new(Group::new(instance, terms.clone()).map_err(|error| refused(&field, error))?);
            groups.insert(terms, Arc::clone(&group));
            group
        };
        agents.push(Agent { id: agent.id.clone(), group });
    }
    Ok(agents)
}

fn refused(field: &str, error: PatternError) -> InstanceError {
    match error {
        PatternError::Nothing => wrong(
            field,
            "the rules leave them no weeks to work",
            "loosen one of their days, contract, availability, locked or of rules",
        ),
        PatternError::TooMany => wrong(
            field,
            "the rules leave too many ways to work",
            "plan fewer days at once, or leave max_weekends or the hours of the period out",
        ),
    }
}

impl Group {
    /// Terms with all that they allow.
    pub(super) fn new(instance: &Instance, terms: Terms) -> Result<Self, PatternError> {
        let pattern = Pattern::new(instance, &terms)?;
        let group = Self { terms, pattern };
        let mut week = vec![0; instance.places(&group.terms)];
        let free = vec![0; instance.reach()];
        let cost = super::week::Weeks::default().best(instance, &group, &free, None, &mut week);
        if cost < super::pause::NEVER { Ok(group) } else { Err(PatternError::Nothing) }
    }
}
