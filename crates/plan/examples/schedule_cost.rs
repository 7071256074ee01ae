//! How good rosters are after ten seconds (a centre) and a minute (nurse rostering), for `cargo xtask bench plan`: one JSON line.
//! Leaves in the file named by its argument, if there is one, what a peer needs to do the same.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program that prints what it measures")]

use std::{
    error::Error,
    fs,
    process::ExitCode,
    time::{Duration, Instant},
};

use calmline_plan::schedule::{Effort, centre, nrp};
use calmline_testing::data;
use serde_json::{Map, Value, json};

const CENTRE: Duration = Duration::from_secs(10);
const NRP: Duration = Duration::from_secs(60);
const EFFORT: Effort = Effort { seed: 1, lanes: 2, rounds: None };

fn main() -> ExitCode {
    match measure() {
        Ok(told) => {
            println!("{}", Value::Object(told));
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn measure() -> Result<Map<String, Value>, Box<dyn Error>> {
    let read = |name: &str| {
        let path = data(&format!("scheduling/{name}")).ok_or("the instances are not there")?;
        fs::read_to_string(path).map_err(Box::<dyn Error>::from)
    };
    let text = read("centre-200.json")?;
    if let Some(work) = std::env::args().nth(1) {
        let same: Value = serde_json::from_str(&text)?;
        let work_of_peer = json!({"instance": same, "seconds": CENTRE.as_secs(), "threads": EFFORT.lanes});
        fs::write(work, work_of_peer.to_string())?;
    }
    let instance = centre::read(&text)?;
    let began = Instant::now();
    let found = centre::solve(&instance, &EFFORT, &mut |_| began.elapsed() < CENTRE);
    let mut told = Map::new();
    told.insert("centre_200".into(), json!(found.objective));
    told.insert("centre_200_bound".into(), json!(found.bound));
    for number in [5, 7] {
        let instance = nrp::read(&read(&format!("nrp/Instance{number}.txt"))?)?;
        let began = Instant::now();
        let found = nrp::solve(&instance, &EFFORT, &mut |_| began.elapsed() < NRP)?;
        told.insert(format!("nrp_{number}"), json!(found.objective));
    }
    Ok(told)
}
