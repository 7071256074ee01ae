//! Runs another program: input in, output out, a limit on time, and errors that say what to do.

use std::{
    io::{self, Read, Write},
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

/// Why a program gave no output.
#[derive(Debug, thiserror::Error)]
pub enum ProcessError {
    /// It is not installed.
    #[error("the program {program} is not installed; {remedy}")]
    Missing {
        /// Which.
        program: String,
        /// What to do.
        remedy: &'static str,
    },
    /// It could not be started or talked to.
    #[error("the program {program} could not be run")]
    Run {
        /// Which.
        program: String,
        /// What the system says.
        source: io::Error,
    },
    /// It took too long and was ended.
    #[error("the program {program} took longer than {limit_s} s and was ended")]
    TooSlow {
        /// Which.
        program: String,
        /// The limit in seconds.
        limit_s: u64,
    },
    /// It said that it failed.
    #[error("the program {program} failed: {said}")]
    Failed {
        /// Which.
        program: String,
        /// The last lines of its standard error.
        said: String,
    },
}

/// Runs a command with `input` on its standard input, and gives its standard output.
pub(crate) fn run(
    mut command: Command,
    input: Vec<u8>,
    limit: Duration,
    remedy: &'static str,
) -> Result<Vec<u8>, ProcessError> {
    let program = command.get_program().to_string_lossy().into_owned();
    let failed = |source| ProcessError::Run { program: program.clone(), source };
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().map_err(
            |source| match source.kind() {
                io::ErrorKind::NotFound => ProcessError::Missing { program: program.clone(), remedy },
                _ => failed(source),
            },
        )?;
    let deadline = Instant::now() + limit;
    if let Some(mut stdin) = child.stdin.take() {
        // A program that does not read its input closes the pipe: not an error of ours.
        thread::spawn(move || stdin.write_all(&input));
    }
    let output = child.stdout.take().map(collect);
    let errors = child.stderr.take().map(collect);
    let too_slow = || ProcessError::TooSlow { program: program.clone(), limit_s: limit.as_secs() };
    let Some(output) = receive(output, deadline) else {
        end(&mut child);
        return Err(too_slow());
    };
    let said = receive(errors, deadline).unwrap_or_default();
    let status = loop {
        if let Some(status) = child.try_wait().map_err(failed)? {
            break status;
        }
        if Instant::now() >= deadline {
            end(&mut child);
            return Err(too_slow());
        }
        thread::sleep(Duration::from_millis(1));
    };
    if !status.success() {
        return Err(ProcessError::Failed { program, said: last_lines(&said, 3) });
    }
    Ok(output)
}

fn collect(mut pipe: impl Read + Send + 'static) -> mpsc::Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut all = Vec::new();
        // What was read before an error is still what the program said.
        let _ = pipe.read_to_end(&mut all);
        let _ = sender.send(all);
    });
    receiver
}

fn receive(pipe: Option<mpsc::Receiver<Vec<u8>>>, deadline: Instant) -> Option<Vec<u8>> {
    pipe?.recv_timeout(deadline.saturating_duration_since(Instant::now())).ok()
}

fn end(child: &mut Child) {
    // It may have ended by itself in between; either way it is gone and reaped.
    let _ = child.kill();
    let _ = child.wait();
}

fn last_lines(said: &[u8], count: usize) -> String {
    let said = String::from_utf8_lossy(said);
    let lines: Vec<_> = said.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines[lines.len().saturating_sub(count)..].join("; ")
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn output_failure_absence_and_slowness_are_told_apart() {
        let limit = Duration::from_secs(20);
        assert_eq!(run(shell("cat"), b"words".to_vec(), limit, "").unwrap(), b"words");
        let failed = run(shell("echo why >&2; exit 3"), Vec::new(), limit, "").unwrap_err();
        assert_eq!(failed.to_string(), "the program sh failed: why");
        let missing = run(Command::new("no-such-program-here"), Vec::new(), limit, "install it").unwrap_err();
        assert!(missing.to_string().ends_with("is not installed; install it"));
        let began = Instant::now();
        let slow = run(shell("sleep 30"), Vec::new(), Duration::from_millis(200), "").unwrap_err();
        assert!(matches!(slow, ProcessError::TooSlow { .. }));
        assert!(began.elapsed() < Duration::from_secs(10));
    }
}
