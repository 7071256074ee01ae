//! Small centres, beside every roster that there is.

use calmline_plan::schedule::{Effort, centre};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::centre::recount;

fn instances() -> impl Strategy<Value = Value> {
    let demand = prop::collection::vec(prop::collection::vec(0_i64..3, 7), 2);
    let person = (2_usize..4, 0_i64..2, 0_i64..3, prop::sample::subsequence(vec![0_i64, 1], 1..=2));
    (demand, prop::collection::vec(person, 1..=2), 1_i64..=2, 0_i64..=2, 1_i64..4, 0_i64..3).prop_map(
        |(demand, people, step, change, under, over)| {
            let agents: Vec<Value> = people
                .iter()
                .enumerate()
                .map(|(id, (kind, lo, more, days))| {
                    let kind = if *kind == 2 { "long" } else { "short" };
                    json!({"id": format!("p{id}"), "type": kind, "start_lo": lo, "start_hi": lo + more, "days": days})
                })
                .collect();
            json!({
                "slots_per_day": 7, "days": 2, "demand": demand, "agents": agents,
                "shift_types": {
                    "long": {"length": 4, "breaks": [{"name": "b", "len": 1, "lo": 1, "hi": 2}]},
                    "short": {"length": 2, "breaks": []}
                },
                "start_step_slots": step, "max_start_change_slots": change, "under_weight": under, "over_weight": over
            })
        },
    )
}

/// Every day of one person, allowed or not.
fn days(instance: &Value, agent: &Value, day: &Value) -> Vec<Value> {
    let breaks = instance["shift_types"][agent["type"].as_str().expect("a type")]["breaks"]
        .as_array()
        .expect("breaks");
    let starts = (agent["start_lo"].as_i64().expect("lo")..=agent["start_hi"].as_i64().expect("hi"))
        .collect::<Vec<_>>();
    let offsets = if breaks.is_empty() { vec![0] } else { vec![1, 2] };
    let each = starts.iter().flat_map(|start| offsets.iter().map(move |offset| (start, offset)));
    each.map(|(start, offset)| {
        let placed: Vec<Value> =
            breaks.iter().map(|pause| json!({"name": pause["name"], "start": start + offset})).collect();
        json!({"day": day, "start": start, "breaks": placed})
    })
    .collect()
}

/// The cheapest of all rosters that the outsider's count finds no fault with.
fn cheapest(instance: &Value) -> i64 {
    let mut rosters: Vec<Vec<Value>> = vec![vec![]];
    for agent in instance["agents"].as_array().expect("agents") {
        let mut weeks: Vec<Vec<Value>> = vec![vec![]];
        for day in agent["days"].as_array().expect("days") {
            let more = days(instance, agent, day);
            let longer = |week: &Vec<Value>| {
                more.iter().map(|day| [week.clone(), vec![day.clone()]].concat()).collect::<Vec<_>>()
            };
            weeks = weeks.iter().flat_map(longer).collect();
        }
        // A week by itself is at fault or not, whatever the others do.
        let alone = |week: &Vec<Value>| {
            let mut only = instance.clone();
            only["agents"] = json!([agent]);
            recount(&only, &json!({"agents": [{"id": agent["id"], "days": week}]})).1.is_empty()
        };
        weeks.retain(alone);
        let wider = |roster: &Vec<Value>| {
            let own = weeks.iter().map(|week| json!({"id": agent["id"], "days": week}));
            own.map(|own| [roster.clone(), vec![own]].concat()).collect::<Vec<_>>()
        };
        rosters = rosters.iter().flat_map(wider).collect();
    }
    rosters.iter().map(|agents| recount(instance, &json!({"agents": agents})).0).min().expect("a roster")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn no_roster_is_cheaper_and_the_bound_is_below_all(instance in instances()) {
        let read = centre::read(&instance.to_string()).expect("an instance");
        let solution = centre::solve(&read, &Effort { seed: 1, lanes: 1, rounds: Some(8) }, &mut |_| true);
        let best = cheapest(&instance);
        prop_assert!(solution.bound <= best, "bound {} above {}", solution.bound, best);
        prop_assert_eq!(solution.objective, best);
    }
}
