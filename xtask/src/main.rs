//! `cargo xtask`: the one developer entry point.
//!
//! Each command installs what it needs first, so that it works on a machine where nothing was prepared by hand, and
//! ends by printing how many minutes each step took.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a developer tool talks to its terminal")]

mod accuracy;
mod bench;
mod packages;
mod peers;
mod steps;
mod tests;
mod totals;
mod web;

use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};

use crate::{packages::Need, steps::Steps, web::Wanted};

const HELP: &str = "\
cargo xtask COMMAND [ARGUMENTS]

  demo [ARGUMENTS]     install what is needed, build, and run the demo (`calmline demo --help` lists its arguments)
  test [FILTER]        install what is needed and run every check and test
  dev [ARGUMENTS]      build and run `calmline serve`
  build                build the web app and the release binary
  web                  build the web app (other commands do so too, where Node is there and something changed)
  shots [PAGE...]      photograph every page, in both languages, light and dark, into target/shots
  bench [AREA...]      measure (sense, care, language, store, server) beside peers and goals; --json for a document
  accuracy [AREA...]   measure what is told right (voice, speech, text, intents, rules) beside peers, into docs/accuracy.md
  fuzz [--seconds 60]  run every fuzz target for that long
  packages             install the system packages, or print the line that does";

/// The features of every build that `xtask` makes: one set for the demo, the tests and CI.
const FEATURES: [&str; 2] = ["--features", "calmline/whisper,calmline/onnx"];

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<ExitCode> {
    let mut arguments = std::env::args().skip(1);
    let command = arguments.next().unwrap_or_default();
    let rest: Vec<String> = arguments.collect();
    std::env::set_current_dir(root()).context("entering the workspace root")?;
    let asks = rest.iter().any(|argument| matches!(argument.as_str(), "-h" | "--help"));
    match command.as_str() {
        "test" | "build" | "bench" | "accuracy" | "fuzz" | "packages" if asks => help(),
        "demo" => calmline("demo", &rest),
        "dev" => calmline("serve", &rest),
        "test" => tests::run(&rest),
        "build" => build(),
        "web" => web::run(),
        "shots" => web::shots(&rest),
        "bench" => bench::run(&rest),
        "accuracy" => accuracy::run(&rest),
        "fuzz" => tests::fuzz(&rest),
        "packages" => packages::install(&Need::ALL).map(|()| ExitCode::SUCCESS),
        "" | "help" | "-h" | "--help" => help(),
        other => bail!("there is no command {other:?}\n\n{HELP}"),
    }
}

fn help() -> Result<ExitCode> {
    println!("{HELP}");
    Ok(ExitCode::SUCCESS)
}

/// The workspace root.
fn root() -> &'static std::path::Path {
    std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// Where cargo puts what it builds.
fn target() -> std::path::PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), Into::into)
}

fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Builds the program and runs one of its commands.
fn calmline(command: &str, rest: &[String]) -> Result<ExitCode> {
    let mut steps = Steps::new();
    steps.step("packages", || packages::install(&[Need::Build, Need::Speech]))?;
    steps.step("web app", || web::build(Wanted::IfPossible))?;
    steps.step("build", || steps::check(cargo().args(["build", "--package", "calmline"]).args(FEATURES)))?;
    steps.print();
    let status = Command::new(target().join("debug/calmline"))
        .arg(command)
        .args(rest)
        .status()
        .context("running calmline")?;
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from))
}

fn build() -> Result<ExitCode> {
    let mut steps = Steps::new();
    steps.step("packages", || packages::install(&[Need::Build]))?;
    steps.step("web app", || web::build(Wanted::Needed))?;
    steps.step("build", || {
        steps::check(cargo().args(["build", "--release", "--package", "calmline"]).args(FEATURES))
    })?;
    steps.print();
    println!("{}", target().join("release/calmline").display());
    Ok(ExitCode::SUCCESS)
}
