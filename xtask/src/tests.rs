//! Every check and test, and the fuzz targets.

use std::process::{ExitCode, Stdio};

use anyhow::{Context, Result, bail};

use crate::{
    FEATURES, cargo,
    packages::{self, Need},
    root,
    steps::{self, Steps},
    totals::Totals,
    web::{self, Wanted},
};

/// Runs format check, lints, licence check and all tests; ends with the totals.
pub fn run(filter: &[String]) -> Result<ExitCode> {
    let mut steps = Steps::new();
    let mut totals = Totals::default();
    let outcome = checks(&mut steps, filter, &mut totals);
    steps.print();
    if let Err(error) = &outcome {
        eprintln!("xtask: {error:#}");
        totals.failed = totals.failed.max(1);
    }
    totals.print();
    Ok(if totals.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn checks(steps: &mut Steps, filter: &[String], totals: &mut Totals) -> Result<()> {
    steps.step("packages", || packages::install(&Need::ALL))?;
    if filter.is_empty() {
        steps.step("format", || steps::check(cargo().args(["fmt", "--all", "--check"])))?;
    }
    steps.step("web app", || web::build(Wanted::IfPossible))?;
    steps.step("build tests", || {
        steps::check(cargo().args(["test", "--workspace", "--no-run", "--quiet"]).args(FEATURES))
    })?;
    steps.step("tests", || {
        let mut command = cargo();
        command.args(["test", "--workspace", "--no-fail-fast"]).args(FEATURES).args(filter);
        totals.count(&mut command)
    })?;
    if filter.is_empty() {
        steps.step("program for the web tests", || {
            steps::check(cargo().args(["build", "--package", "calmline", "--quiet"]).args(FEATURES))
        })?;
        steps.step("tests of the web app", || web::test(totals))?;
        steps.step("lints", || {
            let lints = ["--", "--deny", "warnings"];
            steps::check(
                cargo()
                    .args(["clippy", "--workspace", "--all-targets", "--quiet"])
                    .args(FEATURES)
                    .args(lints),
            )
        })?;
        steps.step("licences, bans, sources", deny)?;
    }
    Ok(())
}

/// `cargo deny`, installed if it is not there. Its advisory database cannot be reached everywhere, so it is not asked.
fn deny() -> Result<()> {
    let there = cargo().args(["deny", "--version"]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    if !there.is_ok_and(|status| status.success()) {
        steps::check(cargo().args(["install", "--locked", "--quiet", "cargo-deny"]))?;
    }
    steps::check(cargo().args(["deny", "--log-level", "error", "check", "licenses", "bans", "sources"]))
}

/// Runs every fuzz target. libFuzzer's instrumentation is a nightly option of the compiler; `RUSTC_BOOTSTRAP` opens it on
/// the stable one, for this build alone.
pub fn fuzz(arguments: &[String]) -> Result<ExitCode> {
    let seconds = match arguments {
        [] => 60,
        [flag, value] if flag == "--seconds" => value.parse().context("--seconds wants a number")?,
        _ => bail!("usage: cargo xtask fuzz [--seconds 60]"),
    };
    let mut steps = Steps::new();
    steps.step("packages", || packages::install(&[Need::Build]))?;
    let there = cargo().args(["fuzz", "--version"]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    if !there.is_ok_and(|status| status.success()) {
        steps.step("install cargo-fuzz", || {
            steps::check(cargo().args(["install", "--locked", "--quiet", "cargo-fuzz"]))
        })?;
    }
    for target in targets()? {
        steps.step(&format!("fuzz {target}"), || fuzz_one(&target, seconds))?;
    }
    steps.print();
    Ok(ExitCode::SUCCESS)
}

fn fuzz_one(target: &str, seconds: u32) -> Result<()> {
    let (corpus, seeds) = (format!("fuzz/corpus/{target}"), format!("fuzz/seeds/{target}"));
    std::fs::create_dir_all(root().join(&corpus))?;
    let mut command = cargo();
    command.env("RUSTC_BOOTSTRAP", "1").args(["fuzz", "run", target, &corpus]);
    if root().join(&seeds).is_dir() {
        command.arg(&seeds);
    }
    steps::check(command.args(["--", &format!("-max_total_time={seconds}"), "-rss_limit_mb=2048"]))
}

/// The names of the targets, from their files.
fn targets() -> Result<Vec<String>> {
    let mut names: Vec<String> = std::fs::read_dir(root().join("fuzz/fuzz_targets"))?
        .filter_map(|entry| entry.ok()?.path().file_stem()?.to_str().map(str::to_owned))
        .collect();
    names.sort_unstable();
    Ok(names)
}
