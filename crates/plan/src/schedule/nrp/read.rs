//! Reads an instance from its text format, or says which line and field is wrong, and what to write.

use std::collections::HashMap;

use super::{Instance, Person, Shift, Wanted};

/// What is wrong with an instance.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InstanceError {
    /// A line has a field that makes no sense.
    #[error("line {line}, {field}: {wrong}; {remedy}")]
    Line {
        /// The line, from 1.
        line: usize,
        /// Which field.
        field: &'static str,
        /// What is wrong.
        wrong: String,
        /// What to write.
        remedy: &'static str,
    },
    /// A section is missing or empty.
    #[error("{section}: there is no such section, or nothing in it; add it, docs/schedule.md has the format")]
    Missing {
        /// Which section.
        section: &'static str,
    },
}

/// Sizes above which a file is taken for a mistake.
const MOST_DAYS: u32 = 366;
const MOST_SHIFTS: usize = 60;
const MOST_WEIGHT: u32 = 1000;
const MOST_PEOPLE: u32 = 100_000;
const MOST_MINUTES: u32 = 366 * 24 * 60;

/// One line of a section, in fields.
struct Line<'a> {
    number: usize,
    fields: Vec<&'a str>,
}

impl<'a> Line<'a> {
    fn wrong(&self, field: &'static str, wrong: impl Into<String>, remedy: &'static str) -> InstanceError {
        InstanceError::Line { line: self.number, field, wrong: wrong.into(), remedy }
    }

    fn text(&self, at: usize, field: &'static str) -> Result<&'a str, InstanceError> {
        match self.fields.get(at) {
            Some(text) if !text.is_empty() => Ok(text),
            _ => Err(self.wrong(field, "it is missing", "give all fields, separated by commas")),
        }
    }

    fn number(&self, at: usize, field: &'static str, most: u32) -> Result<u32, InstanceError> {
        let text = self.text(at, field)?;
        match text.parse() {
            Ok(number) if number <= most => Ok(number),
            Ok(number) => {
                Err(self.wrong(field, format!("{number} is above {most}"), "give a smaller number"))
            }
            Err(_) => Err(self.wrong(field, format!("{text:?} is no number"), "give a whole number from 0")),
        }
    }
}

type Names<'a> = HashMap<&'a str, usize>;

fn named(line: &Line, at: usize, field: &'static str, names: &Names) -> Result<usize, InstanceError> {
    let name = line.text(at, field)?;
    let known = names.get(name).copied();
    known.ok_or_else(|| {
        line.wrong(field, format!("there is no {name:?}"), "name one of the section that lists them")
    })
}

const SECTIONS: [&str; 7] = [
    "SECTION_HORIZON",
    "SECTION_SHIFTS",
    "SECTION_STAFF",
    "SECTION_DAYS_OFF",
    "SECTION_SHIFT_ON_REQUESTS",
    "SECTION_SHIFT_OFF_REQUESTS",
    "SECTION_COVER",
];

/// Reads an instance.
///
/// # Errors
/// When a line makes no sense or a section is missing.
pub fn read(text: &str) -> Result<Instance, InstanceError> {
    let sections = sections(text)?;
    let [horizon, shifts, staff, leave, on, off, cover] = &sections;
    let Some(line) = horizon.first() else { return Err(InstanceError::Missing { section: SECTIONS[0] }) };
    let days = line.number(0, "horizon", MOST_DAYS)? as usize;
    if days == 0 {
        return Err(line.wrong("horizon", "it is 0", "give the number of days, from 1"));
    }
    let (shifts, shift_names) = read_shifts(shifts)?;
    let (mut people, names) = read_staff(staff, &shift_names, days)?;
    for line in leave {
        let who = named(line, 0, "employee", &names)?;
        for at in 1..line.fields.len() {
            let day = day(line, at, days)?;
            people[who].leave[day] = true;
        }
    }
    for (lines, granted) in [(on, true), (off, false)] {
        for line in lines {
            wish(line, granted, &names, &shift_names, days, &mut people)?;
        }
    }
    let wanted = read_cover(cover, &shift_names, days)?;
    Ok(Instance { days, shifts, people, wanted })
}

/// Cuts the text into the lines of its sections; comments and empty lines go.
fn sections(text: &str) -> Result<[Vec<Line<'_>>; 7], InstanceError> {
    let mut sections: [Vec<Line>; 7] = Default::default();
    let mut current = None;
    for (number, text) in text.lines().enumerate() {
        let text = text.trim().trim_start_matches('\u{feff}');
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        let line = Line { number: number + 1, fields: text.split(',').map(str::trim).collect() };
        if text.starts_with("SECTION_") {
            let Some(section) = SECTIONS.iter().position(|section| *section == text) else {
                return Err(line.wrong(
                    "section",
                    format!("there is no {text}"),
                    "docs/schedule.md names the sections",
                ));
            };
            current = Some(section);
            continue;
        }
        let Some(section) = current else {
            return Err(line.wrong("section", "the line is in none", "begin with SECTION_HORIZON"));
        };
        sections[section].push(line);
    }
    Ok(sections)
}

fn day(line: &Line, at: usize, days: usize) -> Result<usize, InstanceError> {
    let day = line.number(at, "day", MOST_DAYS)? as usize;
    if day < days {
        return Ok(day);
    }
    Err(line.wrong("day", format!("{day} is not before the horizon, {days}"), "days count from 0"))
}

fn unique<'a>(line: &Line<'a>, field: &'static str, names: &mut Names<'a>) -> Result<&'a str, InstanceError> {
    let name = line.text(0, field)?;
    let next = names.len();
    match names.insert(name, next) {
        None => Ok(name),
        Some(_) => Err(line.wrong(field, format!("{name:?} occurs twice"), "give each an id of its own")),
    }
}

fn read_shifts<'a>(lines: &[Line<'a>]) -> Result<(Vec<Shift>, Names<'a>), InstanceError> {
    let mut names = Names::new();
    for line in lines {
        unique(line, "shift", &mut names)?;
    }
    if names.is_empty() {
        return Err(InstanceError::Missing { section: SECTIONS[1] });
    }
    let mut shifts = Vec::with_capacity(lines.len());
    for line in lines {
        if shifts.len() == MOST_SHIFTS {
            return Err(line.wrong("shift", "there are more than 60", "merge shifts that are alike"));
        }
        let minutes = line.number(1, "length", 24 * 60)?;
        if minutes == 0 {
            return Err(line.wrong("length", "it is 0", "give the minutes of work"));
        }
        let mut not_before = Vec::new();
        for name in
            line.fields.get(2).unwrap_or(&"").split('|').map(str::trim).filter(|name| !name.is_empty())
        {
            let Some(&other) = names.get(name) else {
                let says = format!("there is no shift {name:?}");
                return Err(line.wrong(
                    "shifts that cannot follow",
                    says,
                    "name shifts of this section, separated by |",
                ));
            };
            not_before.push(other);
        }
        shifts.push(Shift { id: line.text(0, "shift")?.to_owned(), minutes, not_before });
    }
    Ok((shifts, names))
}

fn read_staff<'a>(
    lines: &[Line<'a>],
    shifts: &Names,
    days: usize,
) -> Result<(Vec<Person>, Names<'a>), InstanceError> {
    let mut names = Names::new();
    let mut people = Vec::with_capacity(lines.len());
    for line in lines {
        let id = unique(line, "employee", &mut names)?.to_owned();
        let run_most = line.number(4, "most consecutive shifts", MOST_DAYS)?;
        people.push(Person {
            id,
            most: read_most(line, shifts)?,
            minutes_most: line.number(2, "most minutes", MOST_MINUTES)?,
            minutes_least: line.number(3, "least minutes", MOST_MINUTES)?,
            run_most,
            run_least: line.number(5, "least consecutive shifts", run_most.max(1))?,
            off_least: line.number(6, "least consecutive days off", MOST_DAYS)?,
            weekends_most: line.number(7, "most weekends", MOST_DAYS)?,
            leave: vec![false; days],
            wish: vec![0; days * shifts.len()],
            ungranted: 0,
        });
    }
    if people.is_empty() {
        return Err(InstanceError::Missing { section: SECTIONS[2] });
    }
    Ok((people, names))
}

fn read_most(line: &Line, shifts: &Names) -> Result<Vec<u32>, InstanceError> {
    const FIELD: &str = "most shifts";
    let mut most = vec![0; shifts.len()];
    for part in line.text(1, FIELD)?.split('|') {
        let known = part.split_once('=').and_then(|(name, number)| {
            Some((*shifts.get(name.trim())?, number.trim().parse::<u32>().ok()?.min(MOST_DAYS)))
        });
        let Some((shift, number)) = known else {
            return Err(line.wrong(
                FIELD,
                format!("{part:?} is no shift and number"),
                "write them as E=14|L=0",
            ));
        };
        most[shift] = number;
    }
    Ok(most)
}

fn wish(
    line: &Line,
    granted: bool,
    names: &Names,
    shifts: &Names,
    days: usize,
    people: &mut [Person],
) -> Result<(), InstanceError> {
    let who = named(line, 0, "employee", names)?;
    let day = day(line, 1, days)?;
    let shift = named(line, 2, "shift", shifts)?;
    let weight = line.number(3, "weight", MOST_WEIGHT)?;
    let person = &mut people[who];
    let wish = &mut person.wish[day * shifts.len() + shift];
    *wish += if granted { -(weight as i32) } else { weight as i32 };
    if wish.unsigned_abs() > MOST_WEIGHT {
        return Err(line.wrong(
            "weight",
            "the wishes for this day and shift are above 1000 in all",
            "give less",
        ));
    }
    if granted {
        person.ungranted += i64::from(weight);
    }
    Ok(())
}

fn read_cover(lines: &[Line], shifts: &Names, days: usize) -> Result<Vec<Wanted>, InstanceError> {
    let mut wanted: Vec<Option<Wanted>> = vec![None; days * shifts.len()];
    for line in lines {
        let day = day(line, 0, days)?;
        let shift = named(line, 1, "shift", shifts)?;
        let place = &mut wanted[day * shifts.len() + shift];
        if place.is_some() {
            return Err(line.wrong("shift", "this day has it already", "give each day and shift one line"));
        }
        *place = Some(Wanted {
            people: line.number(2, "requirement", MOST_PEOPLE)? as i32,
            under: line.number(3, "weight for under", MOST_WEIGHT)? as i32,
            over: line.number(4, "weight for over", MOST_WEIGHT)? as i32,
        });
    }
    if lines.is_empty() {
        return Err(InstanceError::Missing { section: SECTIONS[6] });
    }
    Ok(wanted.into_iter().map(Option::unwrap_or_default).collect())
}
