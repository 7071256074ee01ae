//! Steps of a command, with the minutes that each took.

use std::{
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

/// The steps so far.
pub struct Steps {
    done: Vec<(String, Duration)>,
}

impl Steps {
    /// None yet.
    pub fn new() -> Self {
        Self { done: Vec::new() }
    }

    /// Runs one step and notes its time, whether or not it succeeds.
    pub fn step<T>(&mut self, name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        eprintln!("xtask: {name}");
        let start = Instant::now();
        let result = work().with_context(|| format!("step {name:?}"));
        self.done.push((name.into(), start.elapsed()));
        result
    }

    /// Prints minutes per step.
    pub fn print(&self) {
        for (name, time) in &self.done {
            eprintln!("xtask: {:6.2} min  {name}", time.as_secs_f64() / 60.0);
        }
        let total: Duration = self.done.iter().map(|(_, time)| *time).sum();
        eprintln!("xtask: {:6.2} min  in all", total.as_secs_f64() / 60.0);
    }
}

/// Runs a command that must succeed.
pub fn check(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("running {command:?}"))?;
    if !status.success() {
        bail!("{command:?} ended with {status}");
    }
    Ok(())
}
