//! Nurse rostering: an independent checker, the real instances, determinism, refusals.

use std::collections::BTreeMap;

use calmline_plan::schedule::{Effort, Verdict, nrp};

/// An instance as an outsider reads it: the lines of each section, cut at commas.
struct Sections<'a>(BTreeMap<&'a str, Vec<Vec<&'a str>>>);

impl<'a> Sections<'a> {
    fn of(text: &'a str) -> Self {
        let mut sections: BTreeMap<&str, Vec<Vec<&str>>> = BTreeMap::new();
        let mut current = "";
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            match line.strip_prefix("SECTION_") {
                Some(name) => current = name,
                None => sections.entry(current).or_default().push(line.split(',').collect()),
            }
        }
        Self(sections)
    }

    fn rows(&self, name: &str) -> &[Vec<&'a str>] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }
}

fn number(text: &str) -> i64 {
    text.parse().expect("a number")
}

/// Recounts a roster from the text of the instance alone: what it costs and what is wrong.
pub fn recount(text: &str, roster: &BTreeMap<String, Vec<String>>) -> (i64, Vec<String>) {
    let sections = Sections::of(text);
    let horizon = number(sections.rows("HORIZON")[0][0]) as usize;
    let shifts: BTreeMap<&str, (i64, Vec<&str>)> = sections
        .rows("SHIFTS")
        .iter()
        .map(|row| (row[0], (number(row[1]), row[2].split('|').filter(|name| !name.is_empty()).collect())))
        .collect();
    let mut wrong = Vec::new();
    let mut cost = 0;
    for row in sections.rows("STAFF") {
        let month = &roster[row[0]];
        let mut fault = |what: String| wrong.push(format!("{}: {what}", row[0]));
        if month.len() != horizon {
            fault(format!("{} days", month.len()));
        }
        let worked: Vec<&String> = month.iter().filter(|shift| !shift.is_empty()).collect();
        for part in row[1].split('|') {
            let (name, most) = part.split_once('=').expect("E=14");
            if worked.iter().filter(|shift| shift.as_str() == name).count() as i64 > number(most) {
                fault(format!("too many {name}"));
            }
        }
        let minutes: i64 = worked.iter().map(|shift| shifts[shift.as_str()].0).sum();
        if minutes > number(row[2]) || minutes < number(row[3]) {
            fault(format!("{minutes} minutes"));
        }
        // Runs as one text: x is a day of work, a point a day off.
        let days: String = month.iter().map(|shift| if shift.is_empty() { '.' } else { 'x' }).collect();
        for run in days.split('.').filter(|run| run.len() as i64 > number(row[4])) {
            fault(format!("{} days in a row", run.len()));
        }
        let inner = days.trim_matches('x');
        let short = |run: &&str| !run.is_empty() && (run.len() as i64) < number(row[5]);
        inner.split('.').filter(short).for_each(|_| fault("too short a run of work".into()));
        let short = |run: &&str| !run.is_empty() && (run.len() as i64) < number(row[6]);
        days.trim_matches('.').split('x').filter(short).for_each(|_| fault("too few days off".into()));
        let weekends = (0..horizon).filter(|day| day % 7 == 5);
        let at_work = |day: usize| days[day..].starts_with('x') || days[day + 1..].starts_with('x');
        if weekends.filter(|&day| at_work(day)).count() as i64 > number(row[7]) {
            fault("too many weekends".into());
        }
        for pair in month.windows(2) {
            if shifts.get(pair[0].as_str()).is_some_and(|(_, not)| not.contains(&pair[1].as_str())) {
                fault(format!("{} and then {}", pair[0], pair[1]));
            }
        }
    }
    for row in sections.rows("DAYS_OFF") {
        for day in &row[1..] {
            if !roster[row[0]][number(day) as usize].is_empty() {
                wrong.push(format!("{}: works on leave", row[0]));
            }
        }
    }
    for (section, granted) in [("SHIFT_ON_REQUESTS", true), ("SHIFT_OFF_REQUESTS", false)] {
        for row in sections.rows(section) {
            if (roster[row[0]][number(row[1]) as usize] == row[2]) != granted {
                cost += number(row[3]);
            }
        }
    }
    for row in sections.rows("COVER") {
        let there = roster.values().filter(|month| month[number(row[0]) as usize] == row[1]).count() as i64;
        let short = number(row[2]) - there;
        cost += short.abs() * number(if short > 0 { row[3] } else { row[4] });
    }
    (cost, wrong)
}

fn solved(text: &str, effort: Effort) -> nrp::Solution {
    let instance = nrp::read(text).expect("an instance");
    let solution = nrp::solve(&instance, &effort, &mut |_| true).expect("rosters");
    let (objective, wrong) = recount(text, &solution.roster.roster);
    assert_eq!((objective, &wrong), (solution.objective, &Vec::new()));
    assert_eq!(nrp::judge(&instance, &solution.roster), Verdict { objective, violations: 0 });
    assert!(solution.bound <= objective, "the bound {} is above {objective}", solution.bound);
    solution
}

fn real(number: u32) -> Option<String> {
    let path = calmline_testing::data(&format!("scheduling/nrp/Instance{number}.txt"))?;
    Some(std::fs::read_to_string(path).expect("the instance"))
}

#[test]
fn two_and_four_are_solved_and_proved() {
    for (number, best) in [(2, 828), (4, 1716)] {
        let Some(text) = real(number) else { return };
        let solution = solved(&text, Effort { seed: 1, lanes: 2, rounds: Some(200) });
        assert_eq!((solution.objective, solution.bound), (best, best), "instance {number}");
    }
}

#[test]
fn others_come_near_to_the_best_that_is_known() {
    for (number, best) in [(1, 607), (3, 1001), (5, 1143), (7, 1056)] {
        let Some(text) = real(number) else { return };
        let solution = solved(&text, Effort { seed: 1, lanes: 2, rounds: Some(60) });
        assert!(solution.objective <= best * 105 / 100, "instance {number}: {}", solution.objective);
        assert!(solution.bound <= best, "instance {number}: the bound is {}", solution.bound);
    }
}

/// Three people, a week, two kinds of shift.
pub const WEEK: &str = "\
SECTION_HORIZON
7
SECTION_SHIFTS
E,480,
L,600,E
SECTION_STAFF
A,E=7|L=2,2640,1440,4,2,2,1
B,E=7|L=7,2640,1440,5,1,1,0
C,E=2|L=7,2640,960,4,2,1,1
SECTION_DAYS_OFF
A,3
SECTION_SHIFT_ON_REQUESTS
A,0,E,2
SECTION_SHIFT_OFF_REQUESTS
B,1,E,3
SECTION_COVER
0,E,1,20,1
1,E,1,20,1
2,L,1,20,1
3,E,2,20,1
4,E,1,20,1
5,L,1,20,1
6,L,1,20,1
";

#[test]
fn seed_lanes_and_rounds_fix_the_roster() {
    let text = real(3).unwrap_or_else(|| WEEK.into());
    for lanes in [1, 3] {
        let effort = Effort { seed: 7, lanes, rounds: Some(12) };
        let (one, other) = (solved(&text, effort), solved(&text, effort));
        assert_eq!((one.roster, one.bound), (other.roster, other.bound), "{lanes} lanes");
    }
}

#[test]
fn a_search_that_is_stopped_at_once_has_a_roster() {
    let instance = nrp::read(WEEK).expect("an instance");
    let effort = Effort { seed: 1, lanes: 2, rounds: None };
    let solution = nrp::solve(&instance, &effort, &mut |_| false).expect("rosters");
    assert_eq!(nrp::judge(&instance, &solution.roster).violations, 0);
}

#[test]
fn rules_that_contradict_each_other_are_told_by_name() {
    let never = WEEK.replace("A,E=7|L=2,2640,1440", "A,E=1|L=1,2640,1440");
    let instance = nrp::read(&never).expect("an instance");
    let effort = Effort { seed: 1, lanes: 1, rounds: Some(1) };
    let error =
        nrp::solve(&instance, &effort, &mut |_| true).expect_err("nobody works 1440 minutes in two shifts");
    assert!(error.to_string().contains("employee A: no roster keeps all rules"), "{error}");
}

#[test]
fn the_check_sees_each_kind_of_fault() {
    let instance = nrp::read(WEEK).expect("an instance");
    let faults = [
        ("A", ["E", "E", "", "E", "", "", ""], "leave"),
        ("A", ["L", "E", "E", "", "", "", ""], "early after late"),
        ("A", ["E", "E", "", "", "L", "L", "L"], "three of two late shifts"),
        ("A", ["E", "E", "", "", "", "", ""], "too few minutes"),
        ("B", ["E", "E", "E", "E", "L", "", "L"], "too many minutes, and a weekend"),
        ("C", ["E", "L", "L", "L", "L", "", ""], "five in a row"),
        ("C", ["", "E", "", "E", "L", "", ""], "one by itself"),
        ("A", ["E", "E", "", "", "E", "", "E"], "one day off where two are the least"),
        ("C", ["E", "E", "X", "", "", "", ""], "a shift that there is not"),
    ];
    let plain = nrp::solve(&instance, &Effort { seed: 1, lanes: 1, rounds: Some(2) }, &mut |_| true)
        .expect("rosters");
    for (who, month, what) in faults {
        let mut roster = plain.roster.clone();
        roster.roster.insert(who.into(), month.map(str::to_owned).to_vec());
        assert!(nrp::judge(&instance, &roster).violations > 0, "{what}");
    }
}

/// One person, three days, one kind of shift of which there may be two days in a row at most.
const ALONE: &str = "\
SECTION_HORIZON
3
SECTION_SHIFTS
E,480,
SECTION_STAFF
A,E=3,1440,480,2,1,1,1
SECTION_COVER
0,E,1,10,1
1,E,1,6,1
2,E,1,10,1
";

#[test]
fn a_rule_has_the_price_of_lifting_it_and_a_day_what_it_is_worth() {
    let instance = nrp::read(ALONE).expect("an instance");
    let roster = nrp::solve(&instance, &Effort { seed: 1, lanes: 1, rounds: Some(4) }, &mut |_| true);
    let roster = roster.expect("rosters").roster;
    assert_eq!(roster.roster["A"], ["E", "", "E"]);
    let prices = nrp::prices(&instance, &roster);
    assert_eq!((prices[0].rule, prices[0].saves, prices[0].people), ("most_consecutive_shifts", 6, 1));
    assert!(prices[1..].iter().all(|price| price.saves == 0), "{prices:?}");
    let worth = nrp::worth(&instance, &roster, "A").expect("A");
    // Without the first day, the second is worked with the third.
    let more: Vec<_> = worth.iter().map(|worth| (worth.day, worth.more)).collect();
    assert_eq!(more, [(0, Some(4)), (2, Some(4))]);
    assert_eq!(nrp::worth(&instance, &roster, "B"), None);
}
