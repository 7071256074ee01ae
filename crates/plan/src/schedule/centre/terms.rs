//! What a file agrees with a person: shift, starts, days, skills, contract, wishes, and what is settled.

use std::collections::BTreeMap;

use super::{
    DayTerms, Instance, Kind, Terms,
    file::{File, FileAgent, FileLock, FilePreference, InstanceError, weight, within, wrong},
};

/// Skills of one person at most, so that sums of prices stay within their numbers.
const MOST_SKILLS: usize = 16;
/// Costs of one day at most, wishes and exposure in all.
const MOST_COST: i32 = 1_000_000;

/// Reads people's terms.
pub(super) struct Reader<'a> {
    file: &'a File,
    instance: &'a Instance,
    kinds: Vec<&'a str>,
    skills: BTreeMap<&'a str, usize>,
    /// Sums of exposure from the first slot on, with zeros behind the last day.
    exposure: Vec<i64>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(file: &'a File, instance: &'a Instance) -> Self {
        let mut exposure = vec![0];
        let slots = file.exposure.iter().flat_map(|exposure| exposure.slots.iter().flatten());
        for (at, slot) in slots.enumerate() {
            exposure.push(exposure[at] + i64::from(*slot));
        }
        let skills = file.skills.iter().enumerate().map(|(at, skill)| (skill.name.as_str(), at + 1));
        Self {
            file,
            instance,
            kinds: file.shift_types.keys().map(String::as_str).collect(),
            skills: skills.collect(),
            exposure,
        }
    }

    pub(super) fn terms(&self, field: &str, agent: &FileAgent) -> Result<Terms, InstanceError> {
        let Some(kind) = self.kinds.iter().position(|name| *name == agent.kind) else {
            let says = format!("there is no shift type {:?}", agent.kind);
            return Err(wrong(format!("{field}.type"), says, "name one of shift_types"));
        };
        within(&format!("{field}.start_hi"), agent.start_hi, 0, self.instance.slots - 1)?;
        within(&format!("{field}.start_lo"), agent.start_lo, 0, agent.start_hi)?;
        let minutes = self.instance.worked_minutes(&self.instance.kinds[kind]);
        within(&format!("{field}.type, its minutes"), minutes, 0, self.instance.rules.shift_most)?;
        let step = self.file.start_step_slots;
        let mut terms = Terms {
            kind,
            starts: (agent.start_lo..=agent.start_hi).step_by(step).collect(),
            step,
            days: Vec::new(),
            others: Vec::new(),
            rows: self.rows(field, agent)?,
            week: self.week(field, agent, minutes)?,
        };
        self.check_rest(field, &terms)?;
        self.days(field, agent, &mut terms)?;
        Ok(terms)
    }

    /// Two days off are always rest enough; the search does not look further back.
    fn check_rest(&self, field: &str, terms: &Terms) -> Result<(), InstanceError> {
        let (first, last) = (terms.starts[0], terms.starts[terms.starts.len() - 1]);
        let rest = self.instance.rules.rest.max(self.instance.rules.weekly_rest);
        let end = last + self.instance.kinds[terms.kind].length + rest;
        if rest == 0 || end <= 3 * self.instance.slots + first {
            return Ok(());
        }
        let says = "with two days off, the rest would still be too short";
        Err(wrong(format!("{field}.start_hi"), says, "give closer starts, a shorter shift or less rest"))
    }

    fn rows(&self, field: &str, agent: &FileAgent) -> Result<Vec<usize>, InstanceError> {
        within(&format!("{field}.skills, their number"), agent.skills.len(), 0, MOST_SKILLS)?;
        let mut rows = vec![0];
        for (at, skill) in agent.skills.iter().enumerate() {
            let Some(row) = self.skills.get(skill.as_str()) else {
                let says = format!("there is no skill {skill:?}");
                return Err(wrong(format!("{field}.skills[{at}]"), says, "name one of skills"));
            };
            if rows.contains(row) {
                let says = format!("{skill:?} occurs twice");
                return Err(wrong(format!("{field}.skills[{at}]"), says, "give each skill once"));
            }
            rows.push(*row);
        }
        rows.sort_unstable();
        Ok(rows)
    }

    /// Days a week, least and most. As everybody has one kind of shift, minutes a week are days.
    fn week(&self, field: &str, agent: &FileAgent, minutes: usize) -> Result<(usize, usize), InstanceError> {
        let contract = &agent.contract;
        let numbers = [
            ("min_days_per_week", contract.min_days_per_week, 7),
            ("max_days_per_week", contract.max_days_per_week, 7),
            ("min_minutes_per_week", contract.min_minutes_per_week, 7 * 24 * 60),
            ("max_minutes_per_week", contract.max_minutes_per_week, 7 * 24 * 60),
        ];
        for (name, value, most) in numbers {
            within(&format!("{field}.contract.{name}"), value.unwrap_or(0), 0, most)?;
        }
        let minutes = minutes.max(1);
        let least = contract.min_minutes_per_week.map_or(0, |least| least.div_ceil(minutes));
        let most = contract.max_minutes_per_week.map_or(7, |most| most / minutes);
        let least = least.max(contract.min_days_per_week.unwrap_or(0));
        let most = most.min(contract.max_days_per_week.unwrap_or(7));
        if least > most {
            let says = format!("{least} days a week at least and {most} at most");
            return Err(wrong(format!("{field}.contract"), says, "give a least that is not above the most"));
        }
        Ok((least, most))
    }

    fn days(&self, field: &str, agent: &FileAgent, terms: &mut Terms) -> Result<(), InstanceError> {
        let listed = agent.days.as_deref();
        for (row, &day) in listed.unwrap_or_default().iter().enumerate() {
            self.day(&format!("{field}.days[{row}]"), day)?;
            let before = row.checked_sub(1).map(|before| listed.unwrap_or_default()[before]);
            if let Some(before) = before.filter(|before| day <= *before) {
                let says = format!("{day} is not after {before}");
                return Err(wrong(
                    format!("{field}.days[{row}]"),
                    says,
                    "give the working days in their order, each once",
                ));
            }
        }
        for (row, &day) in agent.days_off.iter().enumerate() {
            let field = format!("{field}.days_off[{row}]");
            self.day(&field, day)?;
            if listed.is_some_and(|days| days.contains(&day)) {
                return Err(wrong(field, format!("{day} is one of days too"), "take it out of one of them"));
            }
        }
        for day in 0..self.instance.days {
            let must = listed.map(|days| days.binary_search(&day).is_ok());
            if agent.days_off.contains(&day) || self.lock(agent, day).is_some_and(|lock| lock.off) {
                if must == Some(true) {
                    let says = format!("day {day} is locked as off and one of days");
                    return Err(wrong(format!("{field}.locked"), says, "take it out of one of them"));
                }
                continue;
            }
            let agreed = self.day_terms(field, agent, terms, day, must.is_none())?;
            if must == Some(false) { terms.others.push(agreed) } else { terms.days.push(agreed) }
        }
        self.check_days(field, agent, terms)
    }

    /// Whatever names a day names one of the instance that may be worked where it is about work.
    fn check_days(&self, field: &str, agent: &FileAgent, terms: &Terms) -> Result<(), InstanceError> {
        for (row, free) in agent.availability.iter().enumerate() {
            self.day(&format!("{field}.availability[{row}].day"), free.day)?;
        }
        for (row, lock) in agent.locked.iter().enumerate() {
            let field = format!("{field}.locked[{row}].day");
            self.day(&field, lock.day)?;
            if agent.locked[..row].iter().any(|other| other.day == lock.day) {
                return Err(wrong(field, format!("{} occurs twice", lock.day), "lock each day once"));
            }
            if !lock.off && terms.day(lock.day).is_none() {
                let says = format!("{} is a day off", lock.day);
                return Err(wrong(field, says, "lock days that may be worked, or lock it as off"));
            }
        }
        for (row, wish) in agent.preferences.iter().enumerate() {
            let field = format!("{field}.preferences[{row}]");
            self.day(&format!("{field}.day"), wish.day)?;
            weight(&format!("{field}.weight"), wish.weight)?;
            let work = !wish.off && wish.start_lo.is_none() && wish.start_hi.is_none();
            if work && terms.day(wish.day).is_none() {
                let says = format!("{} is a day off", wish.day);
                return Err(wrong(field + ".day", says, "wish for work on days that may be worked"));
            }
        }
        Ok(())
    }

    fn day(&self, field: &str, day: usize) -> Result<(), InstanceError> {
        within(field, day, 0, self.instance.days - 1)
    }

    fn lock<'b>(&self, agent: &'b FileAgent, day: usize) -> Option<&'b FileLock> {
        agent.locked.iter().find(|lock| lock.day == day)
    }

    fn day_terms(
        &self,
        field: &str,
        agent: &FileAgent,
        terms: &Terms,
        day: usize,
        choice: bool,
    ) -> Result<DayTerms, InstanceError> {
        let kind = &self.instance.kinds[terms.kind];
        let mut window = (terms.starts[0], terms.starts[terms.starts.len() - 1]);
        let mut free = agent.availability.iter().filter(|free| free.day == day);
        // None fits where the shift is longer than the time that they are there.
        let fits = free.by_ref().fold(true, |fits, free| {
            let last = (free.to).checked_sub(kind.length);
            window = (window.0.max(free.from), window.1.min(last.unwrap_or(0)));
            fits && last.is_some()
        });
        let mut own = DayTerms {
            day,
            may_be_off: choice,
            locked: false,
            window: if fits { window } else { (1, 0) },
            breaks: None,
            cost: self.costs(agent, terms, day),
            off_cost: off_cost(agent, day),
        };
        if let Some(lock) = self.lock(agent, day) {
            settle(&format!("{field}.locked, day {day}"), lock, kind, terms, &mut own)?;
        }
        Ok(own)
    }

    /// What each start of a day costs beside cover; empty where nothing does.
    fn costs(&self, agent: &FileAgent, terms: &Terms, day: usize) -> Vec<i32> {
        let wishes: Vec<&FilePreference> = agent.preferences.iter().filter(|wish| wish.day == day).collect();
        if wishes.is_empty() && self.file.exposure.is_none() {
            return Vec::new();
        }
        let length = self.instance.kinds[terms.kind].length;
        let cost = |start: &usize| {
            let against = wishes.iter().filter(|wish| {
                let early = wish.start_lo.is_some_and(|lo| *start < lo);
                let late = wish.start_hi.is_some_and(|hi| *start > hi);
                wish.off || early || late
            });
            let wishes: i64 = against.map(|wish| i64::from(wish.weight)).sum();
            let from = day * self.instance.slots + start;
            let cost = wishes + self.exposed(agent, from, from + length);
            cost.min(i64::from(MOST_COST)) as i32
        };
        terms.starts.iter().map(cost).collect()
    }

    /// What a shift's exposure above the most costs.
    fn exposed(&self, agent: &FileAgent, from: usize, to: usize) -> i64 {
        let Some(exposure) = &self.file.exposure else { return 0 };
        let until = |slot: usize| self.exposure[slot.min(self.exposure.len() - 1)];
        let most = agent.exposure_most.unwrap_or(exposure.most);
        (until(to) - until(from) - i64::from(most)).max(0) * i64::from(exposure.weight)
    }
}

/// What a day off costs: the wishes for work on it. A wish for a start is one for days that are worked.
fn off_cost(agent: &FileAgent, day: usize) -> i32 {
    let wishes = agent.preferences.iter().filter(|wish| wish.day == day && !wish.off);
    let work = wishes.filter(|wish| wish.start_lo.is_none() && wish.start_hi.is_none());
    let cost: i64 = work.map(|wish| i64::from(wish.weight)).sum();
    cost.min(i64::from(MOST_COST)) as i32
}

/// Narrows a day to what is settled.
fn settle(
    field: &str,
    lock: &FileLock,
    kind: &Kind,
    terms: &Terms,
    day: &mut DayTerms,
) -> Result<(), InstanceError> {
    (day.may_be_off, day.locked) = (false, true);
    let Some(start) = lock.start else {
        if lock.breaks.is_some() {
            return Err(wrong(field, "there are breaks and no start", "give the start too"));
        }
        return Ok(());
    };
    if !terms.starts.contains(&start) {
        let says = format!("{start} is none of their starts");
        return Err(wrong(field, says, "give one from start_lo to start_hi, by start_step_slots"));
    }
    day.window = (start, start);
    let Some(breaks) = &lock.breaks else { return Ok(()) };
    let fits = kind.breaks.len() == breaks.len()
        && kind
            .breaks
            .iter()
            .zip(breaks)
            .all(|(pause, at)| (start + pause.lo..=start + pause.hi).contains(at));
    if !fits {
        let says = "the breaks are not within the windows of the shift type";
        return Err(wrong(field, says, "give the first slot of each break, in the windows of shift_types"));
    }
    day.breaks = Some(breaks.clone());
    Ok(())
}
