//! What the test programs say in all.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Read},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};

/// The totals so far.
#[derive(Debug, Default)]
pub struct Totals {
    /// Tests that say *ok*, the skipped ones among them.
    ok: u64,
    /// Tests that failed; at least one when anything else did.
    pub failed: u64,
    skips: Skips,
}

/// Tests that did not run, or not in whole, each with the reason.
#[derive(Debug, Default)]
struct Skips {
    /// By `calmline_testing::skipped`; for the harness they are *ok*.
    said: BTreeMap<String, String>,
    /// By `#[ignore]`.
    ignored: Vec<String>,
}

impl Totals {
    /// Runs `cargo test`, shows what it says, and adds up its closing lines and the tests that say on standard error that
    /// they were skipped.
    pub fn count(&mut self, command: &mut Command) -> Result<()> {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("running {command:?}"))?;
        let output = child.stdout.take().context("the tests' output")?;
        let errors = child.stderr.take().context("the tests' errors")?;
        let reading = std::thread::spawn(move || {
            let (mut said, mut program) = (BTreeMap::new(), String::new());
            for_each_line(errors, |line| {
                eprintln!("{line}");
                note(line, &mut program, &mut said);
            })
            .map(|()| said)
        });
        for_each_line(output, |line| {
            println!("{line}");
            self.add(line);
        })?;
        let said = reading.join().map_err(|_| anyhow::anyhow!("reading the tests' errors failed"))??;
        self.skips.said.extend(said);
        let status = child.wait()?;
        if !status.success() {
            self.failed = self.failed.max(1);
            bail!("the tests ended with {status}");
        }
        Ok(())
    }

    fn add(&mut self, line: &str) {
        if let Some((name, _)) = line.strip_prefix("test ").and_then(|line| line.split_once(" ... ignored")) {
            self.skips.ignored.push(name.into());
        }
        let Some(rest) = line.strip_prefix("test result: ") else { return };
        for part in rest.split(['.', ';']) {
            let mut words = part.split_whitespace();
            let (Some(number), Some(what)) = (words.next().and_then(|n| n.parse::<u64>().ok()), words.next())
            else {
                continue;
            };
            match what {
                "passed" => self.ok += number,
                "failed" => self.failed += number,
                _ => {}
            }
        }
    }

    /// Prints which tests were skipped and why, and the totals. A test that was skipped has not passed.
    pub fn print(&self) {
        for (name, why) in &self.skips.said {
            println!("skipped: {name}: {why}");
        }
        for name in &self.skips.ignored {
            println!("skipped: {name}: ignored");
        }
        let said = self.skips.said.len() as u64;
        println!(
            "{} passed, {} failed, {} skipped",
            self.ok.saturating_sub(said),
            self.failed,
            said + self.skips.ignored.len() as u64
        );
    }
}

fn for_each_line(from: impl Read, mut each: impl FnMut(&str)) -> Result<()> {
    for line in BufReader::new(from).split(b'\n') {
        each(String::from_utf8_lossy(&line?).trim_end_matches('\r'));
    }
    Ok(())
}

/// Notes which test program runs now (`Running tests/ear.rs (target/debug/deps/ear-0123456789abcdef)`, from cargo), and which
/// of its tests are skipped (`skipped: TEST: WHY`).
fn note(line: &str, program: &mut String, said: &mut BTreeMap<String, String>) {
    if let Some((_, path)) = line.trim_start().strip_prefix("Running ").and_then(|line| line.split_once(" ("))
    {
        let file = path.trim_end_matches(')').rsplit('/').next().unwrap_or(path);
        *program = file.rsplit_once('-').map_or(file, |(name, _)| name).to_owned();
    } else if let Some((test, why)) = line.strip_prefix("skipped: ").and_then(|line| line.split_once(": ")) {
        said.entry(format!("{program}::{test}")).or_insert_with(|| why.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_that_say_they_were_skipped_are_named_once_and_have_not_passed() {
        let (mut said, mut program) = (BTreeMap::new(), String::new());
        for line in [
            "     Running unittests src/lib.rs (target/debug/deps/calmline_sense-0123456789abcdef)",
            "     Running tests/calls.rs (target/debug/deps/calls-0123456789abcdef)",
            "skipped: a::test: /data: here is not there",
            "skipped: a::test: another file is not there",
            "     Running tests/other.rs (target/debug/deps/other-0123456789abcdef)",
            "skipped: a::test: no model",
            "warning: skipped: nothing",
        ] {
            note(line, &mut program, &mut said);
        }
        let told: Vec<_> = said.iter().map(|(name, why)| (name.as_str(), why.as_str())).collect();
        assert_eq!(told, [("calls::a::test", "/data: here is not there"), ("other::a::test", "no model")]);
    }

    #[test]
    fn closing_lines_add_up() {
        let mut totals = Totals::default();
        for line in [
            "test slow ... ignored, takes an hour",
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s",
            "test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 4 filtered out; finished in 0.01s",
            "running 3 tests",
        ] {
            totals.add(line);
        }
        assert_eq!((totals.ok, totals.failed), (5, 1));
        assert_eq!(totals.skips.ignored, ["slow"]);
    }
}
