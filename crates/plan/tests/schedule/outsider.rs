//! An outsider's count of a `centre` roster under rules of work: from the two documents alone.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

fn number(value: &Value) -> i64 {
    value.as_i64().unwrap_or_else(|| panic!("{value} is no whole number"))
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// What a roster costs, and what is wrong with it, from the two documents alone, with the rules named in `rules`.
pub fn recount(instance: &Value, roster: &Value) -> (i64, Vec<String>) {
    let (mut cost, mut wrong) = (0, Vec::new());
    let slots = number(&instance["slots_per_day"]);
    let mut there: BTreeMap<(String, i64), i64> = BTreeMap::new();
    for (person, own) in list(&instance["agents"]).iter().zip(list(&roster["agents"])) {
        assert_eq!(person["id"], own["id"]);
        let (own_cost, faults) = of_person(instance, person, list(&own["days"]));
        cost += own_cost;
        wrong.extend(faults.iter().map(|fault| format!("{}: {fault}", person["id"])));
        for slot in list(&own["days"]).iter().flat_map(|day| worked(instance, person, day)) {
            *there.entry((String::new(), slot)).or_default() += 1;
            for skill in list(&person["skills"]) {
                *there.entry((skill.as_str().expect("a name").into(), slot)).or_default() += 1;
            }
        }
    }
    let own = [json!({"name": "", "demand": instance["demand"], "over": instance["over_weight"]})];
    for row in own.iter().chain(list(&instance["skills"])) {
        let wanted = list(&row["demand"]).iter().flat_map(list).map(number);
        for (slot, wanted) in (0..).zip(wanted) {
            let name = row["name"].as_str().expect("a name").to_owned();
            let short = wanted - there.get(&(name, slot)).copied().unwrap_or(0);
            assert!(slot < slots * number(&instance["days"]));
            let under = row["under_weight"].as_i64().unwrap_or(number(&instance["under_weight"]));
            cost += if short > 0 { short * under } else { -short * row["over"].as_i64().unwrap_or(0) };
        }
    }
    (cost, wrong)
}

fn kind<'a>(instance: &'a Value, person: &Value) -> &'a Value {
    &instance["shift_types"][person["type"].as_str().expect("a type")]
}

/// Slots of a day's work, from the first midnight of all.
fn worked(instance: &Value, person: &Value, day: &Value) -> Vec<i64> {
    let kind = kind(instance, person);
    let start = number(&day["start"]);
    let mut slots: Vec<i64> = (start..start + number(&kind["length"])).collect();
    for (pause, placed) in list(&kind["breaks"]).iter().zip(list(&day["breaks"])) {
        let at = number(&placed["start"]);
        slots.retain(|slot| !(at..at + number(&pause["len"])).contains(slot));
    }
    let midnight = number(&day["day"]) * number(&instance["slots_per_day"]);
    slots.iter().map(|slot| midnight + slot).collect()
}

pub fn of_person(instance: &Value, person: &Value, days: &[Value]) -> (i64, Vec<&'static str>) {
    let rules = &instance["rules"];
    let slots = number(&instance["slots_per_day"]);
    let minutes = instance["slot_minutes"].as_i64().expect("minutes of a slot");
    let (kind, first) = (kind(instance, person), instance["first_weekday"].as_i64().unwrap_or(0));
    let length = number(&kind["length"]);
    let mut wrong = Vec::new();
    let mut check = |fine: bool, rule| {
        if !fine {
            wrong.push(rule);
        }
    };
    let on: BTreeMap<i64, i64> =
        days.iter().map(|day| (number(&day["day"]), number(&day["start"]))).collect();
    check(days.len() == on.len(), "days");
    if let Some(listed) = person["days"].as_array() {
        check(on.keys().copied().eq(listed.iter().map(number)), "days");
    }
    for off in list(&person["days_off"]) {
        check(!on.contains_key(&number(off)), "days_off");
    }
    for lock in list(&person["locked"]) {
        let placed = days.iter().find(|day| day["day"] == lock["day"]);
        check(placed.is_some() != (lock["off"] == true), "locked");
        if let (Some(placed), Some(start)) = (placed, lock["start"].as_i64()) {
            check(number(&placed["start"]) == start, "locked");
        }
    }
    for free in list(&person["availability"]) {
        let inside = |start: &i64| *start >= number(&free["from"]) && start + length <= number(&free["to"]);
        check(on.get(&number(&free["day"])).is_none_or(inside), "availability");
    }
    for day in days {
        let start = number(&day["start"]);
        check((number(&person["start_lo"])..=number(&person["start_hi"])).contains(&start), "start");
        let mut since = start;
        let most = rules["max_work_without_break_minutes"].as_i64().unwrap_or(i64::MAX);
        for (pause, placed) in list(&kind["breaks"]).iter().zip(list(&day["breaks"])) {
            let at = number(&placed["start"]);
            let window = start + number(&pause["lo"])..=start + number(&pause["hi"]);
            check(window.contains(&at), "breaks");
            check((at - since) * minutes <= most, "stretch");
            since = at + number(&pause["len"]);
        }
        check((start + length - since) * minutes <= most, "stretch");
    }
    for ((day, start), (next, other)) in on.iter().zip(on.iter().skip(1)) {
        let rest = (next * slots + other - day * slots - start - length) * minutes;
        check((start - other).abs() <= number(&instance["max_start_change_slots"]), "change");
        check(rest >= rules["min_rest_minutes"].as_i64().unwrap_or(0), "rest");
        check(next - day < 2 || rest >= rules["weekly_rest_minutes"].as_i64().unwrap_or(0), "weekly rest");
        check(rules["forward_rotation"] != true || next - day > 1 || other >= start, "forward");
    }
    let horizon = number(&instance["days"]);
    if let Some(most) = rules["max_run_days"].as_i64() {
        check((0..horizon - most).all(|from| (from..=from + most).any(|day| !on.contains_key(&day))), "run");
    }
    let mut of_week: BTreeMap<i64, i64> = BTreeMap::new();
    on.keys().for_each(|day| *of_week.entry((day + first) / 7).or_default() += 1);
    let contract = &person["contract"];
    for week in 0..=(horizon + first) / 7 {
        let worked = of_week.get(&week).copied().unwrap_or(0);
        let most = contract["max_days_per_week"].as_i64().unwrap_or(7);
        check(worked <= most && worked <= rules["max_days_per_week"].as_i64().unwrap_or(7), "days a week");
        let whole = week * 7 >= first && (week + 1) * 7 <= horizon + first;
        check(!whole || worked >= contract["min_days_per_week"].as_i64().unwrap_or(0), "least days a week");
    }
    let unpaid: i64 = list(&kind["breaks"])
        .iter()
        .filter(|pause| pause["paid"] == false)
        .map(|pause| number(&pause["len"]))
        .sum();
    let shift = (length - unpaid) * minutes;
    let overtime = rules["overtime_minutes_per_month"].as_i64().unwrap_or(0) * horizon * 12 / 365;
    if let Some(average) = rules["average_minutes_per_week"].as_i64() {
        check(on.len() as i64 * shift <= average * horizon / 7 + overtime, "average");
    }
    if let Some(standard) = rules["standard_minutes_per_week"].as_i64() {
        let above: i64 = of_week.values().map(|days| (days * shift - standard).max(0)).sum();
        check(above <= overtime, "overtime");
    }
    let weekends: BTreeSet<i64> =
        on.keys().filter(|day| (*day + first) % 7 >= 5).map(|day| (day + first) / 7).collect();
    let above = weekends.len() as i64 - rules["max_weekends"].as_i64().unwrap_or(i64::MAX);
    let mut cost = 0;
    match rules["weekend_weight"].as_i64() {
        Some(weight) => cost += above.max(0) * weight,
        None => check(above <= 0, "weekends"),
    }
    for wish in list(&person["preferences"]) {
        let start = on.get(&number(&wish["day"]));
        let ranged = wish["start_lo"].is_i64() || wish["start_hi"].is_i64();
        let met = match start {
            None => wish["off"] == true || ranged,
            Some(start) => {
                let (lo, hi) = (wish["start_lo"].as_i64(), wish["start_hi"].as_i64());
                wish["off"] != true && lo.is_none_or(|lo| *start >= lo) && hi.is_none_or(|hi| *start <= hi)
            }
        };
        cost += if met { 0 } else { number(&wish["weight"]) };
    }
    if let Some(exposure) = instance["exposure"].as_object() {
        let all: Vec<i64> = list(&exposure["slots"]).iter().flat_map(list).map(number).collect();
        let most = person["exposure_most"].as_i64().unwrap_or(number(&exposure["most"]));
        for (day, start) in &on {
            let from = (day * slots + start) as usize;
            let sum: i64 = all[from.min(all.len())..(from + length as usize).min(all.len())].iter().sum();
            cost += (sum - most).max(0) * number(&exposure["weight"]);
        }
    }
    (cost, wrong)
}
