//! How many live calls a server takes without losing a frame: `cargo run --release -p calmline --example load [CALLS]
//! [SECONDS]`, after `cargo build --release -p calmline --bins`.
//!
//! The server is the real program in a process of its own, with an empty log and no speech model. Each call is one
//! AudioHook connection with both sides in µ-law, a fifth of a second a message, in real time; its agent has agreed to
//! what the `cn` profile asks of them. Where a number of calls loses frames or comes late by more than a second, a
//! smaller one is tried; where none is lost, ever larger ones are, for half a minute each, until one loses some: `most_calls` is the largest
//! that lost nothing. Prints one JSON line: shares of CPU are cores, the generator's apart from the server's;
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
/// What is tried beyond that while nothing is lost, and for how many seconds.
const BEYOND: [f64; 6] = [1.4, 2.0, 2.8, 4.0, 5.6, 8.0];
const BEYOND_S: u64 = 30;

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
    let (calls, seconds) = (number("CALLS", 500)?, number("SECONDS", 120)?);
    let mut terminated = signal(SignalKind::terminate())?;
    // Whatever ends this program, the server is killed and the data directory is deleted as `measure` is dropped.
    tokio::select! {
        done = measure(calls, seconds as u64) => done,
        _ = tokio::signal::ctrl_c() => bail!("interrupted"),
        _ = terminated.recv() => bail!("terminated"),
    }
}

async fn measure(calls: usize, seconds: u64) -> Result<()> {
    let times = |share: f64| (calls as f64 * share).round() as usize;
    let mut attempts = SHARES.map(times).into_iter().filter(|&n| n > 0);
    let first = loop {
        let Some(calls) = attempts.next() else { bail!("even the fewest calls lost frames or came late") };
        let attempt = attempt(calls, seconds).await?;
        if attempt.is_good() {
            break attempt;
        }
    };
    let mut most = first.calls;
    if most == calls {
        for calls in BEYOND.map(times) {
            let beyond = attempt(calls, seconds.min(BEYOND_S)).await;
            // A machine that has no room for so many calls fails in other ways, too.
            if !beyond.is_ok_and(|attempt| attempt.is_good()) {
                break;
            }
            most = calls;
        }
    }
    let mut line = first.line();
    line["most_calls"] = most.into();
    writeln!(std::io::stdout(), "{line}")?;
    Ok(())
}

async fn attempt(calls: usize, seconds: u64) -> Result<Attempt> {
    let attempt = Attempt::make(calls, seconds).await.with_context(|| format!("trying {calls} calls"))?;
    writeln!(std::io::stderr(), "{}", attempt.line())?;
    Ok(attempt)
}
