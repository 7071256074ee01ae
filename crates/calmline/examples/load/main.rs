//! How many live calls a server takes without losing a frame: `cargo run --release -p calmline --example load [CALLS]
//! [SECONDS]`, after `cargo build --release -p calmline --bins`.
//!
//! The server is the real program in a process of its own, with an empty log and no speech model. Each call is one
//! AudioHook connection with both sides in µ-law, a fifth of a second a message, in real time; its agent has agreed to
//! what the `cn` profile asks of them. Where a number of calls loses frames or comes late by more than a second, a
//! smaller one is tried. Prints one JSON line: shares of CPU are cores, the generator's apart from the server's;
//! `late_p99_ms` says how late the generator itself was, so that an overloaded machine is not taken for a slow server.

mod attempt;
mod caller;
mod metrics;
mod server;
mod site;

use std::io::Write as _;

use anyhow::{Context, Result, bail};
use tokio::signal::unix::{SignalKind, signal};

use self::attempt::Attempt;

/// Which shares of the calls asked for are tried, the largest first.
const SHARES: [f64; 4] = [1.0, 0.7, 0.5, 0.3];

#[tokio::main]
async fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let mut number = |name: &str, default: usize| match arguments.next() {
        Some(text) => text
            .parse()
            .ok()
            .filter(|&n| n > 0)
            .with_context(|| format!("{name}: {text:?} is not a number above 0")),
        None => Ok(default),
    };
    let (calls, seconds) = (number("CALLS", 500)?, number("SECONDS", 60)?);
    let mut terminated = signal(SignalKind::terminate())?;
    // Whatever ends this program, the server is killed and the data directory is deleted as `measure` is dropped.
    tokio::select! {
        done = measure(calls, seconds as u64) => done,
        _ = tokio::signal::ctrl_c() => bail!("interrupted"),
        _ = terminated.recv() => bail!("terminated"),
    }
}

async fn measure(calls: usize, seconds: u64) -> Result<()> {
    let mut attempts = SHARES.iter().map(|share| (calls as f64 * share).round() as usize).filter(|&n| n > 0);
    let mut last: Option<Attempt> = None;
    while !last.as_ref().is_some_and(Attempt::is_good) {
        let Some(calls) = attempts.next() else { break };
        let attempt = Attempt::make(calls, seconds).await.with_context(|| format!("trying {calls} calls"))?;
        writeln!(std::io::stderr(), "{}", attempt.line())?;
        last = Some(attempt);
    }
    if let Some(attempt) = last {
        writeln!(std::io::stdout(), "{}", attempt.line())?;
        if !attempt.is_good() {
            bail!("even {} calls lost frames or came late", attempt.calls);
        }
    }
    Ok(())
}
