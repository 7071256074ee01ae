//! What simulating a centre costs: M/M/50 with callers who hang up, and a centre with skills, shifts, breaks and strain.
//! Prints one JSON line. `cargo run --release -p calmline-sim --example simulate_cost`; with a file name it leaves what the
//! first came to there, for others to be measured beside it.
#![expect(clippy::print_stdout, reason = "its purpose")]

use calmline_sim::centre::{Outcome, Runs, Scenario, ScenarioError};
use calmline_testing::cpu_seconds;

const ERLANG_A: &str = r#"
replications = 4
warm_up = 100.0
duration = 25000.0
[[queue]]
name = "main"
arrivals = { exponential = 48.0 }
patience = { exponential = 1.0 }
[[group]]
name = "agents"
count = 50
serves = ["main"]
service = { exponential = 1.0 }
"#;

/// Runs a scenario; what it came to, and calls per CPU-second.
fn timed(text: &str) -> Result<(Outcome, f64), ScenarioError> {
    let scenario = Scenario::parse(text)?;
    let began = cpu_seconds();
    let outcome = Runs::new(&scenario).run(|_| {});
    let rate = outcome.simulated as f64 / (cpu_seconds() - began).max(1e-9);
    Ok((outcome, rate))
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (plain, plain_rate) = timed(ERLANG_A)?;
    let (all, all_rate) = timed(include_str!("centre.toml"))?;
    let mean = |outcome: &Outcome, name| outcome.get(name).map_or(f64::NAN, |found| found.mean);
    let line = serde_json::json!({
        "calls_per_cpu_s": plain_rate.round(),
        "all_on_calls_per_cpu_s": all_rate.round(),
        "p_wait": mean(&plain, "p_wait"),
        "p_abandon": mean(&plain, "p_abandon"),
        "all_on_strain": mean(&all, "strain"),
        "all_on_occupancy": mean(&all, "occupancy"),
        "all_on_service_level": mean(&all, "service_level"),
    });
    if let Some(file) = std::env::args().nth(1) {
        std::fs::write(file, line.to_string())?;
    }
    println!("{line}");
    Ok(())
}
