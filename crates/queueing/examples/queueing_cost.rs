//! What sizing costs: mixed half hours of 5 to 200 erlangs, with and without patience. Prints one JSON line.
//! `cargo run --release -p calmline-queueing --example queueing_cost`
#![expect(clippy::print_stdout, reason = "its purpose")]

use std::hint::black_box;

use calmline_queueing::{Load, LoadError, Target};
use calmline_testing::cpu_seconds;

const ROUNDS: u32 = 200_000;

/// Sizings per CPU-second, over loads spread evenly.
fn rate(patience: Option<f64>, rounds: u32) -> Result<f64, LoadError> {
    let target = Target { service_level: 0.8, within: 20.0, max_occupancy: 1.0 };
    let begun = cpu_seconds();
    for round in 0..rounds {
        let work = 5.0 + f64::from(round % 196);
        let mut load = Load::new(black_box(work) / 180.0, 1.0 / 180.0)?;
        if let Some(patience) = patience {
            load = load.with_patience(patience)?;
        }
        black_box(load.staff(&target)?);
    }
    Ok(f64::from(rounds) / (cpu_seconds() - begun))
}

fn main() -> Result<(), LoadError> {
    let figures = serde_json::json!({
        "erlang_c_per_cpu_s": rate(None, ROUNDS)?.round(),
        "erlang_a_per_cpu_s": rate(Some(1.0 / 120.0), ROUNDS / 10)?.round(),
    });
    println!("{figures}");
    Ok(())
}
