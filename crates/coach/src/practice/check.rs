//! Whether a scenario can be played: what a reader of TOML cannot see.

use toml::Spanned;

use super::scenario::{Goal, GoalKind, Scenario};
use crate::{
    acts::{Act, read},
    file::{FileError, any_in, line_of},
};

/// The fewest ways of saying the same, so that a caller does not repeat themselves at once.
const FEWEST: usize = 2;

/// Refuses what cannot be played.
pub(super) fn check(scenario: &Scenario, text: &str) -> Result<(), FileError> {
    let at = |place: usize| line_of(text, place);
    name(&scenario.id, "id", text)?;
    within(&scenario.difficulty, "difficulty", (1, 3), text)?;
    within(&scenario.caller.heat, "caller.heat", (0, 100), text)?;
    if scenario.caller.patience.span() != (0..0) {
        within(&scenario.caller.patience, "caller.patience", (6, 40), text)?;
    }
    if !(0.5..=2.0).contains(&scenario.caller.pace) {
        let problem = format!("it is {}, allowed are 0.5 to 2", scenario.caller.pace);
        return Err(FileError::new(line_with(text, "pace"), "caller.pace", problem));
    }
    enough(&scenario.opening.get_ref()[..], "opening", at(scenario.opening.span().start))?;
    if scenario.goals.is_empty() {
        return Err(FileError::new(
            1,
            "goal",
            "there is none; add a table [[goal]] that says what the caller needs",
        ));
    }
    facts(scenario, text)?;
    goals(scenario, text)?;
    let lines = [
        (&scenario.lines.calm, "lines.calm"),
        (&scenario.lines.upset, "lines.upset"),
        (&scenario.lines.boiling, "lines.boiling"),
        (&scenario.ending.resolved, "ending.resolved"),
        (&scenario.ending.lost, "ending.lost"),
    ];
    for (lines, field) in lines {
        let key = field.rsplit('.').next().unwrap_or(field);
        enough(lines, field, line_with(text, key))?;
    }
    Ok(())
}

fn facts(scenario: &Scenario, text: &str) -> Result<(), FileError> {
    for (n, fact) in scenario.facts.iter().enumerate() {
        let field = |name: &str| format!("fact[{}].{name}", n + 1);
        let line = line_of(text, fact.key.span().start);
        name(&fact.key, &field("key"), text)?;
        if scenario.facts[..n].iter().any(|other| other.key.get_ref() == fact.key.get_ref()) {
            return Err(FileError::new(
                line,
                field("key"),
                format!("{:?} is there twice", fact.key.get_ref()),
            ));
        }
        enough(&fact.lines, &field("lines"), line)?;
        asks(&fact.ask, &fact.asked_by, &field("ask"), text)?;
    }
    Ok(())
}

/// The good question of a fact must be read as one, or nobody could learn from it.
fn asks(ask: &Spanned<String>, asked_by: &[String], field: &str, text: &str) -> Result<(), FileError> {
    let line = line_of(text, ask.span().start);
    if !read(ask.get_ref()).iter().any(|found| found.act == Act::Ask) {
        return Err(FileError::new(line, field, "it is not read as a question; end it with a question mark"));
    }
    if any_in(ask.get_ref(), asked_by) {
        Ok(())
    } else {
        Err(FileError::new(line, field, "none of asked_by stands in it; take one of them into the question"))
    }
}

fn goals(scenario: &Scenario, text: &str) -> Result<(), FileError> {
    for (n, goal) in scenario.goals.iter().enumerate() {
        let field = |name: &str| format!("goal[{}].{name}", n + 1);
        let line = line_of(text, goal.key.span().start);
        name(&goal.key, &field("key"), text)?;
        if scenario.goals[..n].iter().any(|other| other.key.get_ref() == goal.key.get_ref()) {
            return Err(FileError::new(
                line,
                field("key"),
                format!("{:?} is there twice", goal.key.get_ref()),
            ));
        }
        for need in &goal.needs {
            if !scenario.facts.iter().any(|fact| fact.key.get_ref() == need.get_ref()) {
                let problem = format!("there is no fact {:?}; add it, or leave it out here", need.get_ref());
                return Err(FileError::new(line_of(text, need.span().start), field("needs"), problem));
            }
        }
        enough(&goal.lines, &field("lines"), line)?;
        meets(goal, &field("better"), text)?;
    }
    Ok(())
}

fn meets(goal: &Goal, field: &str, text: &str) -> Result<(), FileError> {
    let line = line_of(text, goal.better.span().start);
    let problem = if !any_in(goal.better.get_ref(), &goal.met_by) {
        "none of met_by stands in it; take one of them into the line"
    } else if !goal.kind.is_met_by(&read(goal.better.get_ref()).iter().map(|one| one.act).collect::<Vec<_>>())
    {
        match goal.kind {
            GoalKind::Offer | GoalKind::HandOver => {
                "it is not read as an offer; say who does what, as in \"I'll …\""
            }
            GoalKind::Explain => "it is not read as an explanation; say why, as in \"because …\"",
        }
    } else {
        return Ok(());
    };
    Err(FileError::new(line, field, problem))
}

fn name(name: &Spanned<String>, field: &str, text: &str) -> Result<(), FileError> {
    let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    if !name.get_ref().is_empty() && name.get_ref().len() <= 64 && name.get_ref().chars().all(good) {
        return Ok(());
    }
    let problem =
        format!("it is {:?}; write lower-case letters, digits, - and _, 64 at most", name.get_ref());
    Err(FileError::new(line_of(text, name.span().start), field, problem))
}

fn within(value: &Spanned<u8>, field: &str, (least, most): (u8, u8), text: &str) -> Result<(), FileError> {
    if (least..=most).contains(value.get_ref()) {
        return Ok(());
    }
    let problem = format!("it is {}, allowed are {least} to {most}", value.get_ref());
    Err(FileError::new(line_of(text, value.span().start), field, problem))
}

fn enough(lines: &[String], field: &str, line: usize) -> Result<(), FileError> {
    let written = lines.iter().filter(|line| !line.trim().is_empty()).count();
    if written >= FEWEST && written == lines.len() {
        return Ok(());
    }
    let problem = format!("it has {written} lines; write at least {FEWEST}, and none that is empty");
    Err(FileError::new(line, field, problem))
}

/// The line that sets a key, from 1; the first line where none does.
fn line_with(text: &str, key: &str) -> usize {
    text.lines().position(|line| line.trim_start().starts_with(key)).map_or(1, |at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = include_str!("../../data/scenarios/en-delivery-birthday.toml");

    #[test]
    fn what_cannot_be_played_is_refused_with_its_place() {
        assert!(Scenario::parse(GOOD).is_ok());
        let told = |from: &str, to: &str| {
            assert!(GOOD.contains(from), "{from}");
            Scenario::parse(&GOOD.replacen(from, to, 1)).expect_err(to).to_string()
        };
        for (from, to, field) in [
            ("difficulty = 1", "difficulty = 7", "difficulty"),
            ("heat = ", "heat = 1", "caller.heat"),
            ("id = \"en-", "id = \"EN-", "id"),
            ("version = 1", "version = \"one\"", "version"),
            ("version = 1", "versoin = 1", "versoin"),
            ("key = \"order\"", "key = \"ordre\"", "goal[1].needs"),
        ] {
            let error = told(from, to);
            assert!(error.starts_with("line ") && error.contains(field), "{error}");
        }
    }
}
