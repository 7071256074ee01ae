//! A week's roster as it is kept and shown.

use calmline_core::AgentId;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{DAY, SLOT};

/// The most people of a roster.
pub const MOST_PEOPLE: usize = 2_000;
/// The most breaks of a shift.
const MOST_BREAKS: usize = 8;

/// A break of every shift.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BreakRule {
    /// Its name, 1 to 40 characters.
    #[schema(example = "Lunch")]
    pub name: String,
    /// Its length in minutes, a multiple of 15.
    #[schema(example = 30)]
    pub minutes: u32,
    /// It begins so many minutes after the shift at the earliest, a multiple of 15.
    #[schema(example = 210)]
    pub from: u32,
    /// And so many at the latest, a multiple of 15.
    #[schema(example = 285)]
    pub to: u32,
}

/// The rules of a week.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// Length of a shift in minutes, breaks included: a multiple of 15 from 120 to 720.
    #[schema(example = 510)]
    pub shift_minutes: u32,
    /// Shifts start no earlier than so many minutes after midnight, a multiple of 15.
    #[schema(example = 480)]
    pub earliest: u32,
    /// And no later, a multiple of 15.
    #[schema(example = 660)]
    pub latest: u32,
    /// Starts are every so many minutes from the earliest: 15, 30 or 60.
    #[schema(example = 30)]
    pub step: u32,
    /// How far a start may move from one working day to the next, in minutes.
    #[schema(example = 60)]
    pub most_start_change: u32,
    /// Working days of each person who has none given: 1 to 6.
    #[schema(example = 5)]
    pub days_each: u32,
    /// Hours of rest between two shifts: 0 to 16. Eleven are the least of Directive 2003/88/EC, Article 3.
    #[schema(example = 11)]
    pub rest_hours: u32,
    /// Breaks in their order; their windows do not overlap.
    pub breaks: Vec<BreakRule>,
}

impl Rules {
    /// The first member that makes no sense, what is wrong and what to do.
    ///
    /// # Errors
    /// When there is such a member.
    pub fn check(&self) -> Result<(), (String, String)> {
        let slotted = |name: &str, value: u32, least: u32, most: u32| {
            if (least..=most).contains(&value) && value.is_multiple_of(SLOT) {
                return Ok(());
            }
            Err((
                name.to_owned(),
                format!("{value} is no multiple of {SLOT} from {least} to {most}; give one"),
            ))
        };
        let within = |name: &str, value: u32, least: u32, most: u32| {
            if (least..=most).contains(&value) {
                return Ok(());
            }
            Err((
                name.to_owned(),
                format!("{value} is not from {least} to {most}; give a number in that range"),
            ))
        };
        slotted("shift_minutes", self.shift_minutes, 120, 720)?;
        slotted("earliest", self.earliest, 0, DAY - SLOT)?;
        slotted("latest", self.latest, self.earliest, DAY - SLOT)?;
        if ![15, 30, 60].contains(&self.step) {
            return Err(("step".into(), format!("{} is not 15, 30 or 60; give one of them", self.step)));
        }
        within("days_each", self.days_each, 1, 6)?;
        within("rest_hours", self.rest_hours, 0, 16)?;
        slotted("most_start_change", self.most_start_change, 0, DAY - self.shift_minutes)?;
        within(
            "breaks, their number",
            u32::try_from(self.breaks.len()).unwrap_or(u32::MAX),
            0,
            MOST_BREAKS as u32,
        )?;
        let mut free = 0;
        for (row, rule) in self.breaks.iter().enumerate() {
            let field = |name: &str| format!("breaks[{row}].{name}");
            if rule.name.trim().is_empty()
                || rule.name.chars().count() > 40
                || rule.name.chars().any(char::is_control)
            {
                return Err((field("name"), "the name of a break has 1 to 40 characters; shorten it".into()));
            }
            slotted(&field("minutes"), rule.minutes, SLOT, 120)?;
            let most = self.shift_minutes.saturating_sub(rule.minutes);
            slotted(&field("to"), rule.to, 0, most)?;
            slotted(&field("from"), rule.from, 0, rule.to)?;
            if rule.from < free {
                let says = format!("{} lies before the end of the break in front of it, {free}", rule.from);
                return Err((field("from"), says + "; give windows that do not overlap"));
            }
            free = rule.to + rule.minutes;
        }
        Ok(())
    }
}

/// A break that has its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Break {
    /// The name of its rule.
    pub name: String,
    /// Minutes from the day's midnight.
    pub start: u32,
    /// Its length.
    pub minutes: u32,
}

/// A shift.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Shift {
    /// The day of the week, 0 for Monday.
    pub day: u32,
    /// Minutes from the day's midnight.
    pub start: u32,
    /// Minutes from the day's midnight; above 1440 where the shift ends on the next day.
    pub end: u32,
    /// Its breaks in their order.
    pub breaks: Vec<Break>,
    /// Whether it stays where it is when the week is planned again.
    #[serde(default)]
    pub locked: bool,
}

impl Shift {
    /// Whether somebody in it is there for calls in a slot of the week, counted from Monday's midnight.
    #[must_use]
    pub fn covers(&self, slot: u32) -> bool {
        let minute = (slot * SLOT).checked_sub(self.day * DAY);
        minute.is_some_and(|minute| {
            let pause = |pause: &Break| (pause.start..pause.start + pause.minutes).contains(&minute);
            (self.start..self.end).contains(&minute) && !self.breaks.iter().any(pause)
        })
    }
}

/// One person's week.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// By pseudonym.
    #[schema(value_type = String)]
    pub agent: AgentId,
    /// Their shifts in the order of days.
    pub shifts: Vec<Shift>,
}

/// What a rule costs, for all people together: nobody is named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// `max_start_change_slots`, or `start_lo, start_hi`.
    pub rule: String,
    /// By how much the roster would cost less if the rule were lifted for the one person for whom that saves most.
    pub saves: i64,
    /// For how many people lifting it would save something.
    pub people: u32,
}

/// The roster of a week.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Week {
    /// Its Monday.
    #[schema(value_type = String, format = Date)]
    pub week: Date,
    /// The history that it was planned from.
    pub history: String,
    /// The rules that it keeps.
    pub rules: Rules,
    /// People wanted in each quarter of an hour, Monday first, 96 a day.
    pub wanted: Vec<Vec<u32>>,
    /// Who works when.
    pub people: Vec<Person>,
    /// What it cost when it was planned: three for each person missing in a slot, one for each too many.
    pub objective: i64,
    /// No roster with these days of work costs less.
    pub bound: i64,
    /// What rules cost, the dearest first.
    pub prices: Vec<Price>,
}

impl Week {
    /// The first member that makes no sense, what is wrong and what to do.
    ///
    /// # Errors
    /// When there is such a member.
    pub fn check(&self) -> Result<(), (String, String)> {
        self.rules.check().map_err(|(field, why)| (format!("rules.{field}"), why))?;
        if self.wanted.len() != 7 || self.wanted.iter().any(|day| day.len() != super::SLOTS) {
            return Err(("wanted".into(), "the week has seven days of 96 slots; give all of them".into()));
        }
        check_people(&self.people)
    }
}

/// Whether shifts are shifts at all; what rules say of them is another matter.
///
/// # Errors
/// Names the first member that makes no sense.
pub fn check_people(people: &[Person]) -> Result<(), (String, String)> {
    if people.len() > MOST_PEOPLE {
        return Err(("people".into(), format!("there are more than {MOST_PEOPLE}; plan them in parts")));
    }
    let mut seen = std::collections::BTreeSet::new();
    for (row, person) in people.iter().enumerate() {
        if !seen.insert(&person.agent) {
            return Err((format!("people[{row}].agent"), "somebody is there twice; leave one out".into()));
        }
        let mut days = 0..7;
        for (at, shift) in person.shifts.iter().enumerate() {
            let field = |name: &str| format!("people[{row}].shifts[{at}].{name}");
            if !days.any(|day| day == shift.day) {
                return Err((
                    field("day"),
                    "days go from 0 to 6, each once and rising; put them in order".into(),
                ));
            }
            let whole = [shift.start, shift.end].iter().all(|minute| minute.is_multiple_of(SLOT));
            if !whole || shift.start >= DAY || shift.end <= shift.start || shift.end > shift.start + DAY {
                let why =
                    "a shift starts within its day and ends after that, in quarters of an hour; correct it";
                return Err((field("start"), why.into()));
            }
            let inside = |pause: &Break| {
                pause.start >= shift.start
                    && pause.minutes > 0
                    && pause.start.checked_add(pause.minutes).is_some_and(|end| end <= shift.end)
                    && pause.name.chars().count() <= 40
            };
            if shift.breaks.len() > MOST_BREAKS || !shift.breaks.iter().all(inside) {
                return Err((field("breaks"), "a break lies outside of the shift; move it inside".into()));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn rules() -> Rules {
        let rest = |name: &str, minutes, from, to| BreakRule { name: name.into(), minutes, from, to };
        Rules {
            shift_minutes: 510,
            earliest: 480,
            latest: 660,
            step: 30,
            most_start_change: 60,
            days_each: 5,
            rest_hours: 11,
            breaks: vec![
                rest("Break", 15, 90, 150),
                rest("Lunch", 30, 210, 285),
                rest("Pause", 15, 360, 435),
            ],
        }
    }

    #[test]
    fn rules_that_make_no_sense_are_named() {
        assert_eq!(rules().check(), Ok(()));
        let field = |change: fn(&mut Rules)| {
            let mut rules = rules();
            change(&mut rules);
            rules.check().unwrap_err().0
        };
        assert_eq!(field(|rules| rules.shift_minutes = 500), "shift_minutes");
        assert_eq!(field(|rules| rules.latest = 300), "latest");
        assert_eq!(field(|rules| rules.step = 20), "step");
        assert_eq!(field(|rules| rules.breaks[1].from = 120), "breaks[1].from");
        assert_eq!(field(|rules| rules.breaks[0].name = " ".into()), "breaks[0].name");
        assert_eq!(field(|rules| rules.breaks[2].to = 510), "breaks[2].to");
    }

    #[test]
    fn a_shift_covers_its_slots_but_not_its_breaks_also_past_midnight() {
        let pause = Break { name: "x".into(), start: 1_440, minutes: 30 };
        let shift = Shift { day: 1, start: 1_380, end: 1_500, breaks: vec![pause], locked: false };
        let covered: Vec<u32> = (0..7 * 96).filter(|slot| shift.covers(*slot)).collect();
        let first = (DAY + 1_380) / SLOT;
        assert_eq!(covered, [first, first + 1, first + 2, first + 3, first + 6, first + 7]);
    }

    #[test]
    fn people_are_there_once_and_breaks_lie_inside() {
        let agent: AgentId = "a".parse().unwrap();
        let shift = |day| Shift { day, start: 480, end: 990, breaks: Vec::new(), locked: false };
        let person = |days: &[u32]| Person {
            agent: agent.clone(),
            shifts: days.iter().map(|&day| shift(day)).collect(),
        };
        let field = |people: &[Person]| check_people(people).unwrap_err().0;
        assert_eq!(check_people(&[person(&[0, 3, 6])]), Ok(()));
        assert_eq!(field(&[person(&[0]), person(&[1])]), "people[1].agent");
        assert_eq!(field(&[person(&[3, 3])]), "people[0].shifts[1].day");
        let mut outside = person(&[0]);
        outside.shifts[0].breaks = vec![Break { name: "x".into(), start: 975, minutes: 30 }];
        assert_eq!(field(&[outside]), "people[0].shifts[0].breaks");
    }
}
