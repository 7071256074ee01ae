//! `simulate`: what would happen if.

use std::path::{Path, PathBuf};

use calmline_sim::centre::{Estimate, MEASURES, Outcome, Runs, Scenario};
use serde_json::{Map, Value, json};

use crate::{failure::Failure, measured::cpu_seconds, said::Said};

/// `simulate`.
#[derive(Debug, clap::Args)]
pub struct Simulate {
    /// The scenario; where it has variants, each is compared with it (docs/simulation.md has every field)
    #[arg(long, value_name = "TOML")]
    scenario: PathBuf,
    /// Scenarios to compare with it, replication by replication, by common random numbers
    #[arg(long, value_name = "TOML", num_args = 1..)]
    compare: Vec<PathBuf>,
    /// Another number of replications than the scenario's
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    replications: Option<u32>,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

/// A scenario that was simulated.
struct Simulated {
    name: String,
    outcome: Outcome,
    cpu_s: f64,
}

/// Runs the command.
pub fn run(options: &Simulate, said: &Said) -> Result<(), Failure> {
    let base = read(&options.scenario, options.replications)?;
    let mut scenarios = named(&options.scenario, &base);
    for file in &options.compare {
        let other = read(file, options.replications)?;
        if !other.is_comparable(&base) {
            return Err(Failure::Input(format!(
                "{}: `seed` or `replications` is not that of {}; write the same ones in both",
                file.display(),
                options.scenario.display()
            )));
        }
        scenarios.extend(named(file, &other));
    }
    let all: Vec<Simulated> =
        scenarios.into_iter().map(|(name, scenario)| simulate(name, &scenario, said)).collect();
    let Some((first, others)) = all.split_first() else { return Ok(()) };
    if options.json {
        return said.json(&document(first, others));
    }
    table(&all, said);
    Ok(())
}

fn read(file: &Path, replications: Option<u32>) -> Result<Scenario, Failure> {
    let wrong = |error: &dyn std::fmt::Display| Failure::Input(format!("{}: {error}", file.display()));
    let text = std::fs::read_to_string(file).map_err(|error| wrong(&error))?;
    let mut scenario = Scenario::parse(&text).map_err(|error| wrong(&error))?;
    scenario.replications = replications.unwrap_or(scenario.replications);
    Ok(scenario)
}

/// A scenario and its variants, each with what people call it.
fn named(file: &Path, scenario: &Scenario) -> Vec<(String, Scenario)> {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let all = std::iter::once(scenario.clone()).chain(scenario.variants());
    all.map(|one| (one.name.clone().unwrap_or_else(|| stem.clone()), one)).collect()
}

fn simulate(name: String, scenario: &Scenario, said: &Said) -> Simulated {
    let began = cpu_seconds();
    let of = scenario.replications;
    let outcome = Runs::new(scenario).run(|done| {
        // Short ones are over before anybody could read it.
        if cpu_seconds() - began > 2.0 {
            said.note(format!("{name}: {done}/{of}"));
        }
    });
    Simulated { name, outcome, cpu_s: cpu_seconds() - began }
}

impl Simulated {
    fn json(&self) -> Map<String, Value> {
        let mut told = self.outcome.json();
        told.insert("scenario".into(), json!(self.name));
        told.insert("replications".into(), json!(self.outcome.replications));
        told.insert("calls".into(), json!(self.outcome.calls));
        // The kernel counts in milliseconds at worst.
        let rate = self.outcome.simulated as f64 / self.cpu_s.max(1e-3);
        told.insert("calls_per_cpu_s".into(), json!(rate.round()));
        told
    }
}

fn document(first: &Simulated, others: &[Simulated]) -> Value {
    let mut told = first.json();
    let compared = others.iter().map(|other| {
        let mut told = other.json();
        told.insert("difference".into(), Value::Object(other.outcome.differences(&first.outcome)));
        Value::Object(told)
    });
    if !others.is_empty() {
        told.insert("compared".into(), compared.collect());
    }
    Value::Object(told)
}

/// A table that is also Markdown: a line for each figure, a column for each scenario.
fn table(all: &[Simulated], said: &Said) {
    let calls: Vec<String> = all.iter().map(|one| one.outcome.calls.to_string()).collect();
    let names: Vec<&str> = all.iter().map(|one| one.name.as_str()).collect();
    said.line(format!("| | {} |", names.join(" | ")));
    said.line(format!("|---|{}", "---:|".repeat(all.len())));
    said.line(format!("| {} | {} |", said.both("calls counted", "计入的来电"), calls.join(" | ")));
    for measure in MEASURES {
        let found: Vec<Option<Estimate>> = all.iter().map(|one| one.outcome.get(measure.name)).collect();
        if found.iter().all(Option::is_none) {
            continue;
        }
        let cells: Vec<String> = found.into_iter().map(|found| cell(measure.name, found)).collect();
        said.line(format!("| {} | {} |", label(measure.name, said), cells.join(" | ")));
    }
}

/// Whether a figure is told in percent.
fn is_share(name: &str) -> bool {
    !matches!(name, "mean_wait" | "strain" | "strain_end_of_shift" | "abuse_gini" | "abuse_highest")
        && !matches!(name, "pauses_per_shift" | "agents_on_duty")
}

/// The mean, and by how much it may be off at 95 %.
fn cell(name: &str, found: Option<Estimate>) -> String {
    let Some(found) = found else { return "–".into() };
    let (scale, places, unit) = if is_share(name) { (100.0, 2, " %") } else { (1.0, 3, "") };
    let half = found.ci95.map(|(low, high)| format!(" ± {:.places$}", (high - low) / 2.0 * scale));
    format!("{:.places$}{}{unit}", found.mean * scale, half.unwrap_or_default())
}

fn label(name: &str, said: &Said) -> String {
    let (en, zh) = match name {
        "p_wait" => ("calls that wait", "需等待的来电"),
        "p_abandon" => ("calls given up", "放弃率"),
        "mean_wait" => ("mean wait, units of time", "平均等待（时间单位）"),
        "service_level" => ("service level", "服务水平"),
        "occupancy" => ("occupancy", "占用率"),
        "call_backs" => ("called back", "回拨"),
        "retrials" => ("called again", "重拨"),
        "self_served" => ("answered by self-service", "自助服务解答"),
        "strain" => ("strain at work, mean (model)", "在岗时的疲劳，平均（模型值）"),
        "strain_high" => ("time at work with high strain (model)", "疲劳偏高的在岗时间（模型值）"),
        "strain_end_of_shift" => ("strain at the end of a shift (model)", "下班时的疲劳（模型值）"),
        "abuse_gini" => ("hard calls of a day, Gini", "当日难缠来电的基尼系数"),
        "abuse_highest" => {
            ("hard calls of a day, highest share ÷ fair share", "当日难缠来电：最高份额 ÷ 公平份额")
        }
        "pauses_per_shift" => ("pauses per shift, meal included", "每班休息次数（含用餐）"),
        "pause_share" => ("paid time that is pause", "休息占在班时间"),
        "agents_on_duty" => ("agents on duty, mean", "平均在岗坐席"),
        other => (other, other),
    };
    said.both(en, zh).to_owned()
}
