//! The demo as a newcomer meets it: a process that is watched, interrupted and killed.

mod killed;
mod scenes;
mod story;

use std::{
    ffi::OsStr,
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
    process::{Child, ExitStatus, Stdio},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use calmline_core::{Event, Position};
use calmline_store::{Log, Sqlite, Upkeep};
use serde_json::Value;

use crate::program;

/// How long a busy machine may take over what takes seconds.
const PATIENCE: Duration = Duration::from_secs(120);

/// A running `calmline demo`; ended with the value.
struct Show {
    child: Child,
    out: Lines,
    err: Lines,
}

/// What a process has said so far, line by line.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<String>>>);

impl Lines {
    fn of(stream: impl Read + Send + 'static) -> Self {
        let lines = Self::default();
        let said = lines.clone();
        std::thread::spawn(move || {
            for line in BufReader::new(stream).lines().map_while(Result::ok) {
                said.0.lock().unwrap_or_else(PoisonError::into_inner).push(line);
            }
        });
        lines
    }

    fn now(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Show {
    /// Starts one without a speech model and with the built-in voices, which every machine has.
    fn start<A: AsRef<OsStr>>(
        arguments: impl IntoIterator<Item = A>,
        set: &[(&str, &OsStr)],
    ) -> anyhow::Result<Self> {
        let mut child = program::program()
            .args(["demo", "--asr-model", "none"])
            .args(arguments)
            .env("CALMLINE_ESPEAK", "/nowhere/espeak-ng")
            .envs(set.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let out = Lines::of(child.stdout.take().context("no standard output")?);
        let err = Lines::of(child.stderr.take().context("no standard error")?);
        Ok(Self { child, out, err })
    }

    /// What was decided so far, as `--json` tells it. Half a line is what a killed process may end with.
    fn decisions(&self) -> anyhow::Result<Vec<Value>> {
        let mut lines = self.out.now();
        if lines.last().is_some_and(|last| !last.ends_with('}')) {
            lines.pop();
        }
        lines.iter().map(|line| Ok(serde_json::from_str(line)?)).collect()
    }

    /// Waits until something holds; fails if the demo is over before.
    fn until(
        &mut self,
        patience: Duration,
        holds: impl Fn(&Self) -> anyhow::Result<bool>,
    ) -> anyhow::Result<()> {
        let begun = Instant::now();
        while !holds(self)? {
            if let Some(status) = self.child.try_wait()? {
                anyhow::bail!("it ended with {status}: {:#?}", self.err.now());
            }
            ensure!(begun.elapsed() < patience, "it did not come to pass: {:#?}", self.err.now());
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    fn signal(&self, signal: &str) -> anyhow::Result<()> {
        let sent =
            std::process::Command::new("kill").args([signal, &self.child.id().to_string()]).status()?;
        ensure!(sent.success(), "no signal could be sent");
        Ok(())
    }

    /// How it ended, and all that it said on standard error.
    fn ended(self) -> anyhow::Result<(ExitStatus, String)> {
        self.ended_within(PATIENCE)
    }

    /// The same, of one that goes on by itself for a while.
    fn ended_within(mut self, patience: Duration) -> anyhow::Result<(ExitStatus, String)> {
        let asked = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok((status, self.err.now().join("\n")));
            }
            ensure!(asked.elapsed() < patience, "it did not end: {:#?}", self.err.now());
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Show {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            drop(self.child.kill());
            drop(self.child.wait());
        }
    }
}

/// The whole log of all sites of a directory that nobody serves; its hash chain is whole.
async fn log(data: &Path) -> anyhow::Result<Vec<Event>> {
    let store = Sqlite::open(data).await?;
    store.verify_chain().await?;
    let (mut log, mut after) = (Vec::new(), Position::default());
    loop {
        let events = store.read(None, after, 2_000).await?;
        let Some(last) = events.last() else { break };
        after = last.position;
        log.extend(events);
    }
    store.close().await?;
    Ok(log)
}

/// Folders in a folder.
fn folders(of: &Path) -> anyhow::Result<Vec<PathBuf>> {
    std::fs::read_dir(of)?.map(|entry| Ok(entry?.path())).collect()
}
