//! How near to its bound a roster of 2,000 people for four weeks is after five minutes: skills, contracts, leave, wishes, availability and
//! the rules of the European pack, made up from a seed. Prints one JSON line.
//! `cargo run --release -p calmline-plan --example schedule_month [SECONDS]`

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program that prints what it measures")]

use std::{error::Error, time::Instant};

use calmline_plan::schedule::{Effort, centre};
use serde_json::{Value, json};

const PEOPLE: usize = 2000;
const DAYS: usize = 28;
const SLOTS: usize = 96;

/// People wanted in a quarter of an hour: a morning's peak, a long afternoon, two thirds of it at the weekend.
fn wanted(day: usize, slot: usize, scale: f64) -> i64 {
    if !(28..88).contains(&slot) {
        return 0;
    }
    let hour = slot as f64 / 4.0;
    let shape = (-((hour - 10.5) / 2.5).powi(2)).exp() + 0.7 * (-((hour - 15.5) / 3.5).powi(2)).exp() + 0.15;
    let weekend = if day % 7 >= 5 { 0.65 } else { 1.0 };
    (scale * shape * weekend).round() as i64
}

fn person(id: usize) -> Value {
    // Steps that share nothing with the numbers of days, so that people differ in all that they differ in.
    let turn = |step: usize, of: usize| id * step % of;
    let part_time = turn(7, 10) < 3;
    let (lo, hi) = [(26, 44), (26, 60), (40, 60)][turn(11, 3)];
    let from = turn(13, DAYS);
    let leave: Vec<usize> =
        if turn(17, 4) == 0 { (from..(from + 5).min(DAYS)).collect() } else { vec![from] };
    let skills: Vec<&str> =
        [("es", 5), ("fr", 7)].iter().filter(|(_, of)| turn(19, *of) == 0).map(|(name, _)| *name).collect();
    json!({
        "id": id, "type": if part_time { "PT" } else { "FT" }, "start_lo": lo, "start_hi": hi, "skills": skills,
        "contract": {"min_days_per_week": 0, "max_days_per_week": if part_time { 4 } else { 5 }},
        "days_off": leave,
        "preferences": [
            {"day": turn(23, DAYS), "off": true, "weight": 8}, {"day": turn(29, DAYS), "start_lo": lo + 6, "weight": 4}
        ]
    })
}

fn instance() -> Value {
    let grid = |scale: f64| -> Vec<Vec<i64>> {
        (0..DAYS).map(|day| (0..SLOTS).map(|slot| wanted(day, slot, scale)).collect()).collect()
    };
    json!({
        "slots_per_day": SLOTS, "days": DAYS, "demand": grid(900.0),
        "skills": [{"name": "es", "demand": grid(150.0)}, {"name": "fr", "demand": grid(100.0)}],
        "rules": {"pack": "eu_working_time", "forward_rotation": true, "max_weekends": 3},
        "agents": (0..PEOPLE).map(person).collect::<Vec<_>>(),
        "shift_types": {
            "FT": {"length": 34, "breaks": [
                {"name": "b1", "len": 1, "lo": 6, "hi": 11}, {"name": "lunch", "len": 2, "lo": 14, "hi": 19, "paid": false},
                {"name": "b2", "len": 1, "lo": 24, "hi": 29}
            ]},
            "PT": {"length": 20, "breaks": [{"name": "b1", "len": 1, "lo": 8, "hi": 12}]}
        },
        "start_step_slots": 2, "max_start_change_slots": 4, "under_weight": 3, "over_weight": 1
    })
}

fn main() -> Result<(), Box<dyn Error>> {
    let seconds: f64 = std::env::args().nth(1).map_or(Ok(300.0), |text| text.parse())?;
    let read = Instant::now();
    let instance = centre::read(&instance().to_string())?;
    let read = read.elapsed().as_secs_f64();
    let began = Instant::now();
    let mut told = 0.0;
    let found = centre::solve(&instance, &Effort { seed: 1, lanes: 2, rounds: None }, &mut |progress| {
        let now = began.elapsed().as_secs_f64();
        if now >= told {
            eprintln!("{now:.0} s: {} above {}", progress.objective, progress.bound);
            told = now + 15.0;
        }
        now < seconds
    });
    let verdict = centre::judge(&instance, &found.roster);
    println!(
        "{}",
        json!({
            "read_s": read, "objective": found.objective, "bound": found.bound, "rounds": found.rounds,
            "gap": (found.objective - found.bound) as f64 / found.objective as f64, "violations": verdict.violations,
        })
    );
    Ok(())
}
