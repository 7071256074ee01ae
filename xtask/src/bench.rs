//! Figures beside their peers and goals, all from one run.
//!
//! Each area is an example program of its crate that prints one JSON line; this turns the lines into one table.

use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};

use crate::{
    FEATURES, cargo,
    packages::{self, Need},
    peers::Peers,
    steps, target,
};

/// One measured figure of an area: its JSON key, its name, its goal, its unit, and whether less is better.
#[derive(Clone, Copy)]
struct Figure {
    key: &'static str,
    name: &'static str,
    goal: Option<f64>,
    unit: &'static str,
    less: bool,
    peer: Option<(&'static str, &'static str)>,
}

struct Area {
    name: &'static str,
    package: &'static str,
    example: &'static str,
    /// Measured on the file that the example leaves where its first argument says.
    peers: Option<Peers>,
    figures: &'static [Figure],
}

const fn less(key: &'static str, name: &'static str, goal: Option<f64>, unit: &'static str) -> Figure {
    Figure { key, name, goal, unit, less: true, peer: None }
}

const fn more(key: &'static str, name: &'static str, goal: Option<f64>, unit: &'static str) -> Figure {
    Figure { key, name, goal, unit, less: false, peer: None }
}

const fn beside(figure: Figure, key: &'static str, name: &'static str) -> Figure {
    Figure { peer: Some((key, name)), ..figure }
}

const AREAS: &[Area] = &[
    Area {
        name: "sense",
        package: "calmline-sense",
        example: "sense_cost",
        peers: Some(Peers {
            script: "sense.py",
            packages: &["numpy==2.4.6", "opensmile==2.6.0", "onnxruntime==1.32.0"],
            bare: &["silero-vad==6.2.3"],
        }),
        figures: &[
            beside(
                less("cpu_s_per_speech_hour", "acoustic chain, hour of speech", Some(6.0), "CPU-s"),
                "opensmile_cpu_s_per_hour",
                "openSMILE eGeMAPSv02, same audio",
            ),
            beside(
                less("cpu_s_per_speech_hour", "the same", Some(6.0), "CPU-s"),
                "silero_cpu_s_per_hour",
                "silero-vad alone, same audio",
            ),
            less("cpu_s_per_leg_hour", "acoustic chain, leg-hour of a real call", Some(3.0), "CPU-s"),
            beside(
                less("eu_agent_cpu_s_per_leg_hour", "all that `eu` permits of an agent's leg", None, "CPU-s"),
                "segmentation_cpu_s_per_leg_hour",
                "cutting into utterances alone",
            ),
        ],
    },
    Area {
        name: "language",
        package: "calmline-language",
        example: "language_cost",
        peers: None,
        figures: &[
            more("read_turns_per_cpu_s", "turns read", None, "1/CPU-s"),
            more("redact_turns_per_cpu_s", "turns redacted", None, "1/CPU-s"),
            more("both_turns_per_cpu_s", "turns read and redacted", None, "1/CPU-s"),
            less("warm_up_ms", "first turn of a process", None, "ms"),
        ],
    },
    Area {
        name: "care",
        package: "calmline-care",
        example: "care_cost",
        peers: None,
        figures: &[more("events_per_cpu_s", "events decided on", Some(1_000_000.0), "1/CPU-s")],
    },
    Area {
        name: "care",
        package: "calmline-care",
        example: "routing_cost",
        peers: None,
        figures: &[
            more("decisions_per_cpu_s", "calls routed, 500 agents", Some(200_000.0), "1/CPU-s"),
            less("p99_ms", "calls routed, p99 in process", Some(1.0), "ms"),
            more("batch_calls_per_cpu_s", "calls routed, 20 waiting at once", None, "1/CPU-s"),
        ],
    },
    Area {
        name: "plan",
        package: "calmline-queueing",
        example: "queueing_cost",
        peers: Some(Peers { script: "staffing.py", packages: &["pyworkforce==0.5.1"], bare: &[] }),
        figures: &[
            beside(
                more("erlang_c_per_cpu_s", "sizings, Erlang C", Some(300_000.0), "1/CPU-s"),
                "pyworkforce_c_per_cpu_s",
                "pyworkforce, same half hours",
            ),
            more("erlang_a_per_cpu_s", "sizings, Erlang A", Some(50_000.0), "1/CPU-s"),
        ],
    },
    Area {
        name: "plan",
        package: "calmline-plan",
        example: "schedule_cost",
        peers: Some(Peers { script: "schedule.py", packages: &["ortools==9.15.6755"], bare: &[] }),
        figures: &[
            beside(
                less("centre_200", "roster of centre-200 after 10 s", Some(3480.0), "cost"),
                "centre_200_cp_sat",
                "OR-Tools CP-SAT, same seconds and threads",
            ),
            beside(
                more("centre_200_bound", "the same, bound below every roster", None, "cost"),
                "centre_200_cp_sat_bound",
                "OR-Tools CP-SAT",
            ),
            less("nrp_5", "nurse rostering 5 after 60 s; best known 1143", Some(1154.0), "cost"),
            less("nrp_7", "nurse rostering 7 after 60 s; best known 1056", Some(1066.0), "cost"),
        ],
    },
    Area {
        name: "plan",
        package: "calmline-plan",
        example: "forecast_cost",
        peers: Some(Peers {
            script: "forecast.py",
            packages: &["numpy==2.4.6", "pandas==2.3.3", "lightgbm==4.7.0", "statsforecast==2.1.1"],
            bare: &[],
        }),
        figures: &[
            beside(
                less("bank_10_mae", "forecast, bank, 10 days: mean error", Some(15.0), "calls"),
                "bank_10_lightgbm",
                "LightGBM",
            ),
            beside(
                less("bank_1_mae", "forecast, bank, next day: mean error", Some(13.5), "calls"),
                "bank_1_lightgbm",
                "LightGBM",
            ),
            beside(
                less("bank_10_mae", "the same, 10 days", Some(15.0), "calls"),
                "bank_10_mstl",
                "statsforecast MSTL",
            ),
            beside(
                less("bank_cpu_s", "forecast, bank: one fit and forecast", Some(0.5), "CPU-s"),
                "bank_cpu_s_lightgbm",
                "LightGBM",
            ),
            more("bank_10_cover80", "forecast, bank: within 80 %", None, "share"),
            more("bank_10_cover95", "forecast, bank: within 95 %", None, "share"),
            beside(
                less("low_10_mae", "forecast, low volume, 10 days: mean error", None, "calls"),
                "low_10_weekdays",
                "mean of 8 same weekdays",
            ),
            beside(less("low_10_mae", "the same", None, "calls"), "low_10_lightgbm", "LightGBM"),
            less("low_cpu_s", "forecast, low volume: one fit and forecast", None, "CPU-s"),
            more("low_10_cover80", "forecast, low volume: within 80 %", None, "share"),
            more("low_10_cover95", "forecast, low volume: within 95 %", None, "share"),
        ],
    },
    Area {
        name: "plan",
        package: "calmline-sim",
        example: "simulate_cost",
        peers: Some(Peers { script: "plan.py", packages: &["simpy==4.1.2", "ciw==3.2.7"], bare: &[] }),
        figures: &[
            beside(
                more("calls_per_cpu_s", "simulator, M/M/50 with abandonment", Some(5_000_000.0), "1/CPU-s"),
                "simpy_calls_per_cpu_s",
                "SimPy, same queue",
            ),
            beside(
                more("calls_per_cpu_s", "the same", Some(5_000_000.0), "1/CPU-s"),
                "ciw_calls_per_cpu_s",
                "Ciw, same queue",
            ),
            more("all_on_calls_per_cpu_s", "skills, shifts, breaks, strain", Some(1_000_000.0), "1/CPU-s"),
        ],
    },
    Area {
        name: "store",
        package: "calmline-store",
        example: "ingest",
        peers: None,
        figures: &[
            beside(
                more("events_per_s", "durable ingest", Some(50_000.0), "1/s"),
                "peer_events_per_s",
                "SQLite, 1000 rows a transaction",
            ),
            less("p99_ms", "durable ingest, p99", Some(50.0), "ms"),
        ],
    },
    Area {
        name: "server",
        package: "calmline",
        example: "load",
        peers: None,
        figures: &[
            more("calls", "live calls without a lost frame", Some(500.0), "calls"),
            more("most_calls", "the most of several numbers tried", None, "calls"),
            less("lost", "audio samples lost in them", Some(0.0), "samples"),
            less("cpu_share", "CPU of the server during them", None, "cores"),
            less("generator_cpu_share", "CPU of the load generator, apart", None, "cores"),
            less("cue_p50_ms", "cue latency, p50", None, "ms"),
            less("cue_p99_ms", "cue latency, p99", Some(500.0), "ms"),
            less("ready_ms", "start-up to ready", Some(1000.0), "ms"),
            less("idle_mb", "memory, idle", Some(80.0), "MB"),
            less("load_mb", "memory, under these calls", Some(400.0), "MB"),
            less("late_p99_ms", "load generator's own lateness, p99", None, "ms"),
        ],
    },
];

/// Runs the areas named, or all.
pub fn run(arguments: &[String]) -> Result<ExitCode> {
    let as_json = arguments.iter().any(|argument| argument == "--json");
    let names: Vec<&str> = arguments.iter().map(String::as_str).filter(|name| *name != "--json").collect();
    if let Some(unknown) = names.iter().find(|name| !AREAS.iter().any(|area| area.name == **name)) {
        let known: Vec<_> = AREAS.iter().map(|area| area.name).collect();
        bail!("there is no area {unknown:?}; there are {}", known.join(", "));
    }
    packages::install(&[Need::Build])?;
    let mut rows = Vec::new();
    let mut failed = false;
    for area in AREAS.iter().filter(|area| names.is_empty() || names.contains(&area.name)) {
        // What the other areas measured in minutes is not thrown away with the one that failed.
        match measure(area) {
            Ok(measured) => rows.extend(measured),
            Err(error) => {
                failed = true;
                eprintln!("xtask: {} could not be measured: {error:#}", area.example);
            }
        }
    }
    if as_json {
        println!("{}", serde_json::to_string_pretty(&json!({ "rows": rows }))?);
    } else {
        print(&rows);
    }
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn measure(area: &Area) -> Result<Vec<Value>> {
    let mut build = cargo();
    build.args(["build", "--release", "--package", area.package, "--example", area.example]);
    if area.package == "calmline" {
        build.arg("--bins").args(FEATURES);
    }
    steps::check(&mut build)?;
    eprintln!("xtask: measuring {}", area.name);
    let program = target().join("release/examples").join(area.example);
    let work = target().join("peers").join(format!("{}.input", area.name));
    let mut command = Command::new(&program);
    if area.peers.is_some() {
        std::fs::create_dir_all(target().join("peers"))?;
        command.arg(&work);
    }
    let output = command.output().with_context(|| format!("running {}", program.display()))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().rev().find(|line| line.starts_with('{'));
    let Some(line) = line.filter(|_| output.status.success()) else {
        bail!(
            "{} ended with {}:\n{}",
            program.display(),
            output.status,
            String::from_utf8_lossy(&output.stderr)
        );
    };
    let mut said: Map<String, Value> = serde_json::from_str(line)?;
    if let Some(peers) = &area.peers {
        let theirs = peers.measure(&work);
        let keys = area.figures.iter().filter_map(|figure| figure.peer).map(|(key, _)| key.to_owned());
        // Some figures stand beside another of our own.
        for key in keys {
            said.entry(key.clone()).or_insert_with(|| theirs.get(&key).cloned().unwrap_or_default());
        }
        std::fs::remove_file(&work).unwrap_or_default();
    }
    area.figures.iter().map(|figure| row(figure, &said)).collect()
}

/// A figure that could not be measured in this run is null; one that the program does not know is a mistake in `AREAS`.
fn row(figure: &Figure, said: &Map<String, Value>) -> Result<Value> {
    let value = |key| said.get(key).map(Value::as_f64).with_context(|| format!("{key:?} is not in {said:?}"));
    let ours = value(figure.key)?;
    let (peer, peer_name) = match figure.peer {
        Some((key, name)) => (value(key)?, Some(name)),
        None => (figure.goal, figure.goal.map(|_| "goal")),
    };
    let ratio = ours.zip(peer).map(|(ours, peer)| if figure.less { peer / ours } else { ours / peer });
    Ok(json!({
        "name": figure.name, "ours": ours, "peer": peer, "peer_name": peer_name, "ratio": ratio,
        "goal": figure.goal, "unit": figure.unit,
    }))
}

fn print(rows: &[Value]) {
    println!(
        "{:36} {:>12} {:8} {:>10} {:>10} {:>7}  peer",
        "figure", "ours", "unit", "goal", "peer", "ratio"
    );
    for row in rows {
        let number = |key: &str| row[key].as_f64().map_or_else(|| "-".into(), |value| format!("{value:.2}"));
        println!(
            "{:36} {:>12} {:8} {:>10} {:>10} {:>7}  {}",
            row["name"].as_str().unwrap_or_default(),
            number("ours"),
            row["unit"].as_str().unwrap_or_default(),
            number("goal"),
            number("peer"),
            number("ratio"),
            row["peer_name"].as_str().unwrap_or_default(),
        );
    }
}
