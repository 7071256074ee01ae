//! What forecasting misses and costs on real series, for `cargo xtask bench plan`: one JSON line.
//!
//! The series' paths go into the file named by the first argument, for others' programs to forecast the same.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program that prints what it measures")]

use std::{env, fs, path::Path, process::ExitCode};

use calmline_plan::{
    forecast::measure::{Measured, Rolling, roll},
    history::{Columns, Grid, Named, Tally},
};
use calmline_testing::data;
use jiff::tz::TimeZone;
use serde_json::{Map, json};

fn main() -> ExitCode {
    let series = [("bank", "operations/bank_calls.csv", 5), ("low", "operations/anonymous_bank.csv", 6)];
    let mut told = Map::new();
    let mut paths = Map::new();
    for (name, file, interval) in series {
        let Some(path) = data(file) else { return ExitCode::FAILURE };
        let Some(mut grid) = grid(&path, interval) else {
            eprintln!("{} cannot be read", path.display());
            return ExitCode::FAILURE;
        };
        // Development looks at the early part alone: `forecast_cost FILE EARLY_DAYS_LEFT_OUT`.
        if let Some(out) = env::args().nth(2).and_then(|out| out.parse::<usize>().ok()) {
            grid = grid.first(grid.days.len() - out);
        }
        let rolling = Rolling { origins: 8, step: 5, horizons: vec![1, 5, 10] };
        match roll(&grid, &rolling, cpu_seconds) {
            Ok(measured) => tell(&mut told, name, &measured),
            Err(error) => eprintln!("{name}: {error}"),
        }
        paths.insert(name.into(), json!({ "path": path, "interval": interval }));
    }
    if let Some(work) = env::args().nth(1) {
        fs::write(work, json!(paths).to_string()).unwrap_or_default();
    }
    println!("{}", json!(told));
    ExitCode::SUCCESS
}

fn grid(path: &Path, interval: u32) -> Option<Grid> {
    let text = fs::read_to_string(path).ok()?;
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next()?.split(',').collect();
    let columns = Columns::find(&header, &Named::default()).ok()?;
    let mut tally = Tally::new(columns, interval, TimeZone::UTC).ok()?;
    for (line, row) in (2..).zip(lines) {
        tally.push(line, |column| row.split(',').nth(column));
    }
    tally.finish().ok()
}

fn tell(told: &mut Map<String, serde_json::Value>, name: &str, measured: &Measured) {
    told.insert(format!("{name}_cpu_s"), measured.seconds_per_fit.into());
    for (horizon, figures) in &measured.horizons {
        let Some(figures) = figures else { continue };
        for (key, value) in [
            ("mae", figures.mae),
            ("cover80", figures.cover80),
            ("cover95", figures.cover95),
            ("rmse", figures.rmse),
        ] {
            told.insert(format!("{name}_{horizon}_{key}"), value.into());
        }
    }
}

/// CPU seconds of this thread.
fn cpu_seconds() -> f64 {
    let told = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    told.split(' ').next().and_then(|nanos| nanos.parse::<f64>().ok()).unwrap_or(0.0) * 1e-9
}
