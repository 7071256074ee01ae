//! Rules of work in `centre`: every roster of one person, and a site with all rules at once.

use std::collections::BTreeSet;

use calmline_plan::schedule::{Effort, Verdict, centre};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::outsider::{of_person, recount};

fn solved(instance: &Value, effort: Effort) -> centre::Solution {
    let read = centre::read(&instance.to_string()).expect("an instance");
    let solution = centre::solve(&read, &effort, &mut |_| true);
    let roster = serde_json::to_value(&solution.roster).expect("JSON");
    assert_eq!(recount(instance, &roster), (solution.objective, Vec::new()));
    let verdict = Verdict { objective: solution.objective, violations: 0 };
    assert_eq!(centre::judge(&read, &solution.roster), verdict);
    assert!(solution.bound <= solution.objective);
    solution
}

/// One person who chooses among days, in five days from a Thursday on.
fn instances() -> impl Strategy<Value = Value> {
    let rule = |name: &'static str, values: &'static [i64]| {
        prop::option::of(prop::sample::select(values)).prop_map(move |value| (name, value.map(Value::from)))
    };
    let rules = (
        rule("min_rest_minutes", &[600, 900]),
        rule("weekly_rest_minutes", &[1800, 2400]),
        rule("max_run_days", &[1, 2, 3]),
        rule("max_days_per_week", &[1, 2, 3]),
        rule("max_weekends", &[0, 1]),
        rule("weekend_weight", &[2]),
        prop::sample::select(vec![
            ("x", 0),
            ("average_minutes_per_week", 1200),
            ("standard_minutes_per_week", 500),
        ]),
        prop::option::of(Just(("forward_rotation", Value::from(true)))),
    );
    let demand = prop::collection::vec(prop::collection::vec(0_i64..2, 8), 5);
    let skill = prop::collection::vec(prop::collection::vec(0_i64..2, 8), 5);
    let wishes = prop::collection::vec((0_i64..5, 0..3, 1_i64..6), 0..3);
    let person = (0_i64..3, 0_i64..3, prop::option::of(0_i64..5), 1_i64..8, any::<bool>());
    (rules, demand, skill, wishes, person, 0_i64..3).prop_map(|(rules, demand, skill, wishes, person, weight)| {
        let (rest, weekly, run, week, weekends, costs, hours, forward) = rules;
        let mut all: serde_json::Map<String, Value> = [rest, weekly, run, week, weekends, costs]
            .into_iter()
            .chain(forward.map(|(name, value)| (name, Some(value))))
            .filter_map(|(name, value)| Some((name.to_owned(), value?)))
            .collect();
        if hours.0 != "x" {
            all.insert(hours.0.into(), hours.1.into());
            all.insert("overtime_minutes_per_month".into(), 600.into());
        }
        let (least, more, lock, exposure, skilled) = person;
        let wishes: Vec<Value> = wishes
            .iter()
            .map(|(day, kind, weight)| match kind {
                0 => json!({"day": day, "off": true, "weight": weight}),
                1 => json!({"day": day, "weight": weight}),
                _ => json!({"day": day, "start_hi": 3, "weight": weight}),
            })
            .collect();
        let locked: Vec<Value> = lock.iter().map(|day| json!({"day": day, "start": 3})).collect();
        json!({
            "slots_per_day": 8, "slot_minutes": 180, "days": 5, "first_weekday": 3, "demand": demand,
            "skills": [{"name": "es", "demand": skill, "under_weight": 2}],
            "exposure": {"slots": demand, "most": exposure, "weight": weight}, "rules": all,
            "agents": [{
                "id": "a", "type": "T", "start_lo": 2, "start_hi": 4, "preferences": wishes, "locked": locked,
                "skills": if skilled { vec!["es"] } else { vec![] },
                "contract": {"min_days_per_week": least, "max_days_per_week": least + more},
                "availability": [{"day": 4, "from": 3, "to": 8}]
            }],
            "shift_types": {"T": {"length": 3, "breaks": [{"name": "b", "len": 1, "lo": 0, "hi": 1, "paid": false}]}},
            "start_step_slots": 1, "max_start_change_slots": 1, "under_weight": 3, "over_weight": 1
        })
    })
}

/// The cheapest of all rosters of the one person that the outsider's count finds no fault with.
fn cheapest(instance: &Value) -> Option<i64> {
    let mut choices = vec![None];
    choices.extend((2..5).flat_map(|start| [start, start + 1].map(|pause| Some((start, pause)))));
    let all = (0..choices.len().pow(5)).filter_map(|mut code| {
        let mut days = Vec::new();
        for day in 0..5 {
            if let Some((start, pause)) = choices[code % choices.len()] {
                days.push(json!({"day": day, "start": start, "breaks": [{"name": "b", "start": pause}]}));
            }
            code /= choices.len();
        }
        // Cheap first, for most are at fault: the person alone.
        let fine = of_person(instance, &instance["agents"][0], &days).1.is_empty();
        fine.then(|| recount(instance, &json!({"agents": [{"id": "a", "days": days}]})).0)
    });
    all.min()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn one_persons_best_roster_is_found_under_any_rules(instance in instances()) {
        match (cheapest(&instance), centre::read(&instance.to_string())) {
            (None, Err(error)) => prop_assert!(error.to_string().contains("agents[0]"), "{}", error),
            (Some(best), Ok(_)) => {
                let solution = solved(&instance, Effort { seed: 1, lanes: 1, rounds: Some(4) });
                prop_assert_eq!(solution.objective, best);
            }
            (best, read) => prop_assert!(false, "{best:?} and {:?}", read.map(|_| ())),
        }
    }
}

/// Two weeks of half hours, 18 people with skills, contracts, leave, wishes and locked pieces.
pub fn site() -> Value {
    let day =
        |scale: i64, least: i64| -> Vec<i64> {
            (0..48)
                .map(|slot: i64| {
                    if (16..40).contains(&slot) { least + scale * (4 - (slot - 27).abs() / 4) / 4 } else { 0 }
                })
                .collect()
        };
    let agents: Vec<Value> = (0..18)
        .map(|id| {
            json!({
                "id": id, "type": if id % 3 == 0 { "PT" } else { "FT" }, "start_lo": 14, "start_hi": 28,
                "skills": if id % 4 == 0 { vec!["es"] } else { vec![] },
                "contract": {"min_days_per_week": if id % 3 == 0 { 2 } else { 4 }, "max_days_per_week": 5},
                "days_off": [id % 14], "availability": [{"day": (id + 5) % 14, "from": 16, "to": 40}],
                "preferences": [
                    {"day": (id + 3) % 14, "off": true, "weight": 6},
                    {"day": (id + 8) % 14, "start_lo": 20, "weight": 4}
                ],
                "locked": if id == 1 { vec![json!({"day": 2, "start": 18}), json!({"day": 9, "off": true})] } else { vec![] },
                "exposure_most": 30 + id
            })
        })
        .collect();
    json!({
        "slots_per_day": 48, "slot_minutes": 30, "days": 14, "demand": vec![day(4, 3); 14],
        "skills": [{"name": "es", "demand": vec![day(0, 1); 14], "under_weight": 5}],
        "exposure": {"slots": vec![day(2, 1); 14], "most": 30, "weight": 1},
        "rules": {
            "pack": "eu_working_time", "max_run_days": 5, "forward_rotation": true, "max_weekends": 1, "weekend_weight": 8,
            "max_work_without_break_minutes": 150
        },
        "agents": agents,
        "shift_types": {
            "FT": {"length": 16, "breaks": [
                {"name": "tea", "len": 1, "lo": 3, "hi": 5}, {"name": "lunch", "len": 1, "lo": 7, "hi": 9, "paid": false},
                {"name": "coffee", "len": 1, "lo": 11, "hi": 13}
            ]},
            "PT": {"length": 10, "breaks": [{"name": "tea", "len": 1, "lo": 4, "hi": 6}]}
        },
        "start_step_slots": 1, "max_start_change_slots": 4, "under_weight": 3, "over_weight": 1
    })
}

/// The same with the pack's numbers written out, for the outsider's count.
pub fn spelled(mut instance: Value) -> Value {
    let rules = instance["rules"].as_object_mut().expect("rules");
    let numbers = [
        ("min_rest_minutes", 660),
        ("weekly_rest_minutes", 2100),
        ("max_run_days", 6),
        ("max_days_per_week", 6),
        ("average_minutes_per_week", 2880),
    ];
    rules.remove("pack");
    for (name, value) in numbers {
        rules.entry(name).or_insert(value.into());
    }
    instance
}

#[test]
fn a_site_with_all_rules_has_a_roster_that_keeps_them() {
    let one = solved(&spelled(site()), Effort { seed: 3, lanes: 2, rounds: Some(6) });
    let read = centre::read(&site().to_string()).expect("an instance");
    let other = centre::solve(&read, &Effort { seed: 3, lanes: 2, rounds: Some(6) }, &mut |_| true);
    assert_eq!(one.roster, other.roster, "the pack is its numbers");
    assert!(one.bound > 0, "{} above {}", one.objective, one.bound);
}

#[test]
fn without_skills_wishes_and_rules_an_instance_means_what_it_meant() {
    let plain = crate::centre::dozen();
    let mut spelled = plain.clone();
    spelled["rules"] = json!({});
    spelled["skills"] = json!([]);
    let effort = Effort { seed: 1, lanes: 1, rounds: Some(3) };
    let roster = |instance: &Value| {
        centre::solve(&centre::read(&instance.to_string()).expect("an instance"), &effort, &mut |_| true)
            .roster
    };
    assert_eq!(roster(&plain), roster(&spelled));
}

/// One person, four weeks, wanted all the time: how many days the rules let them work.
fn days_worked(rules: &Value, length: i64) -> usize {
    let instance = json!({
        "slots_per_day": 24, "days": 28, "demand": vec![vec![1; 24]; 28], "rules": rules,
        "agents": [{"id": "a", "type": "T", "start_lo": 8, "start_hi": 8}],
        "shift_types": {"T": {"length": length, "breaks": [{"name": "lunch", "len": 1, "lo": 3, "hi": 3, "paid": false}]}},
        "start_step_slots": 1, "max_start_change_slots": 0, "under_weight": 3, "over_weight": 1
    });
    let read = centre::read(&instance.to_string()).expect("an instance");
    let solution = centre::solve(&read, &Effort { seed: 1, lanes: 1, rounds: Some(1) }, &mut |_| true);
    solution.roster.agents[0].days.len()
}

#[test]
fn packs_limit_hours_as_their_laws_do() {
    assert_eq!(days_worked(&json!({}), 9), 28);
    // 160 hours and 33 of overtime (28 days of a month's 36) in eight-hour days, six in a row: 24 days.
    assert_eq!(days_worked(&json!({"pack": "china_comprehensive"}), 9), 24);
    // Ten-hour days: 193 hours are 19 days. By the standard each has two hours above eight, and overtime is 33 hours in all.
    assert_eq!(days_worked(&json!({"pack": "china_comprehensive"}), 11), 19);
    assert_eq!(days_worked(&json!({"pack": "china_standard"}), 11), 16);
    // 48 hours a week on average: 192 hours.
    assert_eq!(days_worked(&json!({"pack": "eu_working_time"}), 11), 19);
    assert_eq!(days_worked(&json!({"pack": "eu_working_time", "average_minutes_per_week": 2400}), 11), 16);
}

#[test]
fn a_wrong_rule_is_refused_by_its_name() {
    let cases = [
        ("/rules", json!({"max_run": 3}), "unknown field `max_run`"),
        ("/rules", json!({"pack": "mars"}), "unknown variant `mars`"),
        ("/rules", json!({"min_rest_minutes": 3000}), "rules.min_rest_minutes: 3000 is not from 0 to 1440"),
        (
            "/rules",
            json!({"average_minutes_per_week": 1, "standard_minutes_per_day": 1}),
            "rules.average_minutes_per_week",
        ),
        ("/rules", json!({"max_work_without_break_minutes": 60}), "agents[0]: the rules leave them no weeks"),
        (
            "/rules",
            json!({"max_shift_minutes": 240}),
            "agents[0].type, its minutes: 300 is not from 0 to 240",
        ),
        ("/agents/4/skills", json!(["fr"]), "agents[4].skills[0]: there is no skill \"fr\""),
        (
            "/agents/4/contract",
            json!({"min_days_per_week": 6, "max_days_per_week": 2}),
            "agents[4].contract: 6 days",
        ),
        ("/agents/4/days_off", json!([14]), "agents[4].days_off[0]"),
        ("/agents/4/locked", json!([{"day": 4, "start": 18}]), "agents[4].locked[0].day: 4 is a day off"),
        (
            "/agents/4/locked",
            json!([{"day": 2, "start": 3}]),
            "agents[4].locked, day 2: 3 is none of their starts",
        ),
        ("/agents/4/preferences", json!([{"day": 2, "weight": -1}]), "agents[4].preferences[0].weight"),
        ("/exposure/slots", json!([[1]]), "exposure.slots"),
        ("/skills/0/demand/0", json!([1]), "skills[0].demand[0]"),
    ];
    for (pointer, value, said) in cases {
        let mut instance = site();
        *instance.pointer_mut(pointer).expect("a field") = value;
        let error = centre::read(&instance.to_string()).expect_err(pointer).to_string();
        assert!(error.contains(said), "{pointer}: {error}");
    }
}

#[test]
fn the_price_list_names_the_rules_that_the_instance_has() {
    let instance = centre::read(&site().to_string()).expect("an instance");
    let solution = centre::solve(&instance, &Effort { seed: 1, lanes: 1, rounds: Some(2) }, &mut |_| true);
    let prices = centre::prices(&instance, &solution.roster);
    let names: BTreeSet<&str> = prices.iter().map(|price| price.rule).collect();
    for rule in ["locked", "contract", "min_rest_minutes", "forward_rotation", "preferences, exposure"] {
        assert!(names.contains(rule), "{rule} in {names:?}");
    }
    assert!(prices.iter().all(|price| price.saves >= 0) && prices[0].saves > 0, "{prices:?}");
    let worth = centre::worth(&instance, &solution.roster, "1").expect("somebody");
    assert_eq!(worth.len(), solution.roster.agents[1].days.len());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// What can be read has a roster that breaks no rule.
    #[test]
    fn no_number_makes_parser_or_search_panic(place in 0_usize..4000, value in prop::sample::select(vec![-1_i64, 0, 1, 7, 50, 1_000_000_007])) {
        let mut instance = site();
        let mut numbers = 0;
        replace(&mut instance, place % 2100, value, &mut numbers);
        if let Ok(read) = centre::read(&instance.to_string()) {
            let solution = centre::solve(&read, &Effort { seed: 1, lanes: 1, rounds: Some(0) }, &mut |_| true);
            prop_assert_eq!(centre::broken(&read, &solution.roster), vec![]);
        }
    }
}

/// Replaces the so-manieth number of a document.
fn replace(document: &mut Value, place: usize, value: i64, seen: &mut usize) {
    match document {
        Value::Number(number) => {
            if *seen == place {
                *number = value.into();
            }
            *seen += 1;
        }
        Value::Array(list) => list.iter_mut().for_each(|part| replace(part, place, value, seen)),
        Value::Object(map) => map.values_mut().for_each(|part| replace(part, place, value, seen)),
        _ => {}
    }
}
