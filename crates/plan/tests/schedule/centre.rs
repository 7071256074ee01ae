//! The centre's week: an independent checker, the real instance, determinism, stopping.

use std::collections::BTreeMap;

use calmline_plan::schedule::{Effort, Verdict, centre};
use serde_json::Value;

/// Recounts a roster from the two documents alone, as an outsider would.
pub fn recount(instance: &Value, roster: &Value) -> (i64, Vec<String>) {
    let number = |value: &Value| value.as_i64().expect("a whole number");
    let mut there: BTreeMap<(i64, i64), i64> = BTreeMap::new();
    let mut wrong = Vec::new();
    let people = instance["agents"].as_array().expect("agents");
    let placed = roster["agents"].as_array().expect("agents of the roster");
    assert_eq!(people.len(), placed.len(), "everybody has a week");
    for (person, own) in people.iter().zip(placed) {
        let mut fault = |what: &str| wrong.push(format!("{}: {what}", person["id"]));
        if person["id"] != own["id"] {
            fault("another id");
        }
        let kind = &instance["shift_types"][person["type"].as_str().expect("a type")];
        let days = own["days"].as_array().expect("days");
        let worked: Vec<&Value> = days.iter().map(|day| &day["day"]).collect();
        if worked != person["days"].as_array().expect("working days").iter().collect::<Vec<_>>() {
            fault("other days");
        }
        let mut before: Option<i64> = None;
        for day in days {
            let start = number(&day["start"]);
            let (lo, hi) = (number(&person["start_lo"]), number(&person["start_hi"]));
            if start < lo || start > hi || (start - lo) % number(&instance["start_step_slots"]) != 0 {
                fault("a start that is not allowed");
            }
            if before
                .is_some_and(|before| (before - start).abs() > number(&instance["max_start_change_slots"]))
            {
                fault("a start that moved too far");
            }
            before = Some(start);
            let mut working: Vec<i64> = (start..start + number(&kind["length"])).collect();
            let (wanted, given) =
                (kind["breaks"].as_array().expect("breaks"), day["breaks"].as_array().expect("breaks"));
            if wanted.len() != given.len() {
                fault("another number of breaks");
            }
            for (pause, given) in wanted.iter().zip(given) {
                let (at, length) = (number(&given["start"]), number(&pause["len"]));
                if pause["name"] != given["name"]
                    || at - start < number(&pause["lo"])
                    || at - start > number(&pause["hi"])
                {
                    fault("a break outside its window");
                }
                working.retain(|slot| !(at..at + length).contains(slot));
            }
            for slot in working {
                let minutes = number(&day["day"]) * number(&instance["slots_per_day"]) + slot;
                let day = minutes / number(&instance["slots_per_day"]);
                *there.entry((day, minutes % number(&instance["slots_per_day"]))).or_default() += 1;
            }
        }
    }
    let mut objective = 0;
    for (day, slots) in instance["demand"].as_array().expect("demand").iter().enumerate() {
        for (slot, people) in slots.as_array().expect("slots").iter().enumerate() {
            let short = number(people) - there.get(&(day as i64, slot as i64)).copied().unwrap_or(0);
            let weight = if short > 0 { &instance["under_weight"] } else { &instance["over_weight"] };
            objective += short.abs() * number(weight);
        }
    }
    (objective, wrong)
}

fn solved(text: &str, effort: Effort) -> centre::Solution {
    let instance = centre::read(text).expect("an instance");
    let solution = centre::solve(&instance, &effort, &mut |_| true);
    let roster = serde_json::to_value(&solution.roster).expect("JSON");
    let (objective, wrong) = recount(&serde_json::from_str(text).expect("JSON"), &roster);
    assert_eq!((objective, &wrong), (solution.objective, &Vec::new()));
    assert_eq!(centre::judge(&instance, &solution.roster), Verdict { objective, violations: 0 });
    assert!(solution.bound <= objective, "the bound {} is above {objective}", solution.bound);
    solution
}

#[test]
fn the_centre_of_200_within_two_hundredths_of_its_bound() {
    let Some(path) = calmline_testing::data("scheduling/centre-200.json") else { return };
    let text = std::fs::read_to_string(path).expect("the instance");
    let solution = solved(&text, Effort { seed: 1, lanes: 2, rounds: Some(100) });
    assert!(solution.objective <= 3480, "{}", solution.objective);
    assert!((3360..=3456).contains(&solution.bound), "{}", solution.bound);
}

/// 12 people, 3 days, hours: small enough for every test, large enough to leave something to search for.
pub fn dozen() -> Value {
    let slots: Vec<i64> =
        (0..24).map(|hour| if (8..20).contains(&hour) { 3 + hour % 5 } else { 0 }).collect();
    let agents: Vec<Value> = (0..12)
        .map(|id| {
            let days: Vec<i64> = (0..3).filter(|day| (id + day) % 4 != 0).collect();
            serde_json::json!({"id": id, "type": if id % 3 == 0 { "PT" } else { "FT" }, "start_lo": 6 + id % 2, "start_hi": 12, "days": days})
        })
        .collect();
    serde_json::json!({
        "slots_per_day": 24, "days": 3, "demand": [slots, slots, slots], "agents": agents,
        "shift_types": {
            "FT": {"length": 8, "breaks": [{"name": "lunch", "len": 1, "lo": 2, "hi": 4}, {"name": "tea", "len": 1, "lo": 5, "hi": 6}]},
            "PT": {"length": 5, "breaks": []}
        },
        "start_step_slots": 1, "max_start_change_slots": 2, "under_weight": 3, "over_weight": 1
    })
}

#[test]
fn seed_lanes_and_rounds_fix_the_roster() {
    let text = dozen().to_string();
    for lanes in [1, 3] {
        let effort = Effort { seed: 7, lanes, rounds: Some(5) };
        assert_eq!(solved(&text, effort).roster, solved(&text, effort).roster, "{lanes} lanes");
    }
}

#[test]
fn a_search_that_is_stopped_at_once_has_a_roster() {
    let instance = centre::read(&dozen().to_string()).expect("an instance");
    let mut asked = 0;
    let effort = Effort { seed: 1, lanes: 2, rounds: None };
    let solution = centre::solve(&instance, &effort, &mut |_| {
        asked += 1;
        false
    });
    assert_eq!((asked, solution.rounds), (1, 0));
    assert_eq!(centre::judge(&instance, &solution.roster).violations, 0);
}

#[test]
fn the_check_sees_each_kind_of_fault() {
    let instance = centre::read(&dozen().to_string()).expect("an instance");
    let roster = solved(&dozen().to_string(), Effort { seed: 1, lanes: 1, rounds: Some(2) }).roster;
    let faults: [fn(&mut centre::Roster); 6] = [
        |roster| roster.agents[1].id = centre::AgentId::Number(99),
        |roster| roster.agents[1].days[0].breaks[0].start = 23,
        |roster| drop(roster.agents[1].days[0].breaks.pop()),
        |roster| drop(roster.agents[1].days.pop()),
        |roster| drop(roster.agents.pop()),
        |roster| roster.agents[1].days[0].start = 20,
    ];
    for (number, fault) in faults.iter().enumerate() {
        let mut roster = roster.clone();
        fault(&mut roster);
        assert!(centre::judge(&instance, &roster).violations > 0, "fault {number}");
    }
}

#[test]
fn two_thousand_people_for_four_weeks_have_a_roster_from_the_start() {
    let mut instance = dozen();
    let base = instance["agents"].as_array().expect("agents").clone();
    let many = (0..2000).map(|id: usize| {
        let mut agent = base[id % 12].clone();
        agent["id"] = id.into();
        agent["days"] = (0..28_usize).filter(|day| (day + id) % 7 < 5).collect::<Vec<_>>().into();
        agent
    });
    instance["agents"] = many.collect::<Vec<_>>().into();
    instance["days"] = 28.into();
    let day: Vec<i64> =
        (0..24).map(|hour| if (8..20).contains(&hour) { 500 + 40 * (hour % 5) } else { 0 }).collect();
    instance["demand"] = vec![day; 28].into();
    let text = instance.to_string();
    let [none, some] = [0, 3].map(|rounds| solved(&text, Effort { seed: 1, lanes: 1, rounds: Some(rounds) }));
    assert!(
        some.objective <= none.objective && none.bound <= some.bound,
        "{} after {}",
        some.objective,
        none.objective
    );
}

#[test]
fn a_rule_has_the_price_of_lifting_it_and_a_day_what_it_is_worth() {
    let text = serde_json::json!({
        "slots_per_day": 4, "days": 2, "demand": [[1, 1, 0, 0], [0, 0, 1, 1]],
        "agents": [{"id": "A", "type": "T", "start_lo": 0, "start_hi": 2, "days": [0, 1]}],
        "shift_types": {"T": {"length": 2, "breaks": []}},
        "start_step_slots": 1, "max_start_change_slots": 1, "under_weight": 3, "over_weight": 1
    })
    .to_string();
    let solution = solved(&text, Effort { seed: 1, lanes: 1, rounds: Some(2) });
    assert_eq!(solution.objective, 4, "one slot missed, one too many");
    let instance = centre::read(&text).expect("an instance");
    let prices = centre::prices(&instance, &solution.roster);
    assert_eq!((prices[0].rule, prices[0].saves, prices[1].saves), ("max_start_change_slots", 4, 0));
    let worth = centre::worth(&instance, &solution.roster, "A").expect("A");
    // The whole shift is worth 6, the one that is a slot off 3 less 1.
    let mut more: Vec<_> = worth.iter().map(|worth| worth.more).collect();
    more.sort_unstable();
    assert_eq!(more, [Some(2), Some(6)]);
}
