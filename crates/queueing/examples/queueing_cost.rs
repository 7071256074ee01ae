//! What sizing costs: mixed half hours of 5 to 200 erlangs, with and without patience. Prints one JSON line, and leaves the sizings
//! in the file named by its argument, if there is one, for a peer to do the same.
//! `cargo run --release -p calmline-queueing --example queueing_cost`
#![expect(clippy::print_stdout, reason = "its purpose")]

use std::{error::Error, hint::black_box};

use calmline_queueing::{Load, LoadError, Target};
use calmline_testing::cpu_seconds;

const ROUNDS: u32 = 200_000;

/// Sizings per CPU-second, over loads spread evenly.
fn rate(patience: Option<f64>, rounds: u32) -> Result<f64, LoadError> {
    let begun = cpu_seconds();
    for round in 0..rounds {
        let work = 5.0 + f64::from(round % 196);
        let mut load = Load::new(black_box(work) / 180.0, 1.0 / 180.0)?;
        if let Some(patience) = patience {
            load = load.with_patience(patience)?;
        }
        black_box(load.staff(&TARGET)?);
    }
    Ok(f64::from(rounds) / (cpu_seconds() - begun))
}

const TARGET: Target = Target { service_level: 0.8, within: 20.0, max_occupancy: 1.0 };

/// The agents of each load without patience.
fn sizings() -> Result<Vec<(f64, u32)>, LoadError> {
    let sizing = |work: f64| Ok((work, Load::new(work / 180.0, 1.0 / 180.0)?.staff(&TARGET)?));
    (5..201).map(|work| sizing(f64::from(work))).collect()
}

fn main() -> Result<(), Box<dyn Error>> {
    if let Some(work) = std::env::args().nth(1) {
        let target = serde_json::json!({"service_level": TARGET.service_level, "within": TARGET.within});
        let told = serde_json::json!({"target": target, "erlang_c": sizings()?});
        std::fs::write(work, told.to_string())?;
    }
    let figures = serde_json::json!({
        "erlang_c_per_cpu_s": rate(None, ROUNDS)?.round(),
        "erlang_a_per_cpu_s": rate(Some(1.0 / 120.0), ROUNDS / 10)?.round(),
    });
    println!("{figures}");
    Ok(())
}
