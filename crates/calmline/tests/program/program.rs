//! Runs the program to its end.

use std::{
    ffi::OsStr,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::Context;
use serde_json::Value;

pub type Outcome = anyhow::Result<()>;
pub const PASSWORD: &str = "four unrelated words";

/// The program with a clean environment: nothing of this machine's settings reaches it.
pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_calmline"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("CALMLINE_")) {
        command.env_remove(name);
    }
    for name in ["LC_ALL", "LC_MESSAGES", "RUST_LOG"] {
        command.env_remove(name);
    }
    command.env("LANG", "C.UTF-8").env("COLUMNS", "100").stdin(Stdio::null());
    command
}

/// How a run ended.
#[derive(Debug)]
pub struct Ran {
    pub status: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    /// The one JSON document of a run that went well.
    pub fn json(&self) -> anyhow::Result<Value> {
        anyhow::ensure!(self.status == 0, "exit status {}: {}", self.status, self.err);
        serde_json::from_str(&self.out).with_context(|| format!("not one JSON document: {:?}", self.out))
    }

    /// Whether it ended with this status and said this on standard error.
    #[track_caller]
    pub fn failed(&self, status: i32, said: &str) {
        assert_eq!(self.status, status, "{self:?}");
        assert!(self.err.contains(said), "{said:?} is not in {:?}", self.err);
        assert!(self.out.is_empty(), "a failure prints no result: {:?}", self.out);
    }
}

/// Runs the program.
pub fn run<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> anyhow::Result<Ran> {
    run_with(arguments, "")
}

/// Runs the program with this on its standard input.
pub fn run_with<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>, input: &str) -> anyhow::Result<Ran> {
    let mut child = program()
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("starting calmline")?;
    let mut stdin = child.stdin.take().context("no standard input")?;
    // A command that needs no input may be over before it is written.
    drop(stdin.write_all(input.as_bytes()));
    drop(stdin);
    let output = child.wait_with_output()?;
    Ok(Ran {
        status: output.status.code().context("ended by a signal")?,
        out: String::from_utf8(output.stdout)?,
        err: String::from_utf8(output.stderr)?,
    })
}

/// Words of a command line, with paths among them.
pub fn words<const N: usize>(words: [&dyn AsRef<OsStr>; N]) -> [PathBuf; N] {
    words.map(|word| PathBuf::from(word.as_ref()))
}

/// Sets up a data directory.
pub fn set_up(data: &Path, profile: &str) -> anyhow::Result<Value> {
    let arguments = words([
        &"setup",
        &"--data",
        &data,
        &"--site",
        &"Lyon 2",
        &"--admin",
        &"admin",
        &"--password-stdin",
        &"--profile",
        &profile,
        &"--time-zone",
        &"Europe/Paris",
        &"--json",
    ]);
    run_with(arguments, &format!("{PASSWORD}\n"))?.json()
}

/// Makes a key.
pub fn add_key(data: &Path, kind: &str) -> anyhow::Result<Value> {
    run(words([&"keys", &"add", &"--data", &data, &"--kind", &kind, &"--json"]))?.json()
}
