//! Asterisk, over a connection for each conversation.

use std::{
    io::{ErrorKind, Read, Write},
    net::{TcpStream, ToSocketAddrs},
    time::{Duration, Instant},
};

use calmline_core::event::Presence;
use calmline_media::presence::{
    PresenceError, PresencePort, Shown,
    ami::{Manager, Outcome, Output, Session, Task},
};

/// A manager.
pub struct Asterisk {
    address: String,
    manager: Manager,
    patience: Duration,
}

impl Asterisk {
    pub fn new(address: String, manager: Manager, patience: Duration) -> Self {
        Self { address, manager, patience }
    }

    fn converse(&self, agent: &str, task: Task) -> Outcome {
        let until = Instant::now() + self.patience;
        let mut session = Session::new(self.manager.clone(), agent, task);
        let mut stream: Option<TcpStream> = None;
        loop {
            while let Some(output) = session.poll() {
                match (output, &mut stream) {
                    (Output::Done(outcome), _) => return outcome,
                    (Output::Send(text), Some(stream)) => {
                        stream.write_all(text.as_bytes()).map_err(|error| failed(&error))?;
                    }
                    // Nothing is said before the manager has greeted.
                    (Output::Send(_), None) => {}
                }
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(PresenceError::TimedOut);
            }
            let stream = match &mut stream {
                Some(stream) => stream,
                none => none.insert(connect(&self.address, left)?),
            };
            stream.set_read_timeout(Some(left)).map_err(|error| failed(&error))?;
            let mut bytes = [0; 4_096];
            match stream.read(&mut bytes).map_err(|error| failed(&error))? {
                0 => session.lost(),
                read => session.bytes(&bytes[..read]),
            }
        }
    }
}

/// Connects to the first address that listens.
fn connect(address: &str, patience: Duration) -> Result<TcpStream, PresenceError> {
    let mut failure = PresenceError::Unreachable(format!("{address} has no address"));
    for place in address.to_socket_addrs().map_err(|error| failed(&error))? {
        match TcpStream::connect_timeout(&place, patience) {
            Ok(stream) => {
                stream.set_write_timeout(Some(patience)).map_err(|error| failed(&error))?;
                return Ok(stream);
            }
            Err(error) => failure = failed(&error),
        }
    }
    Err(failure)
}

fn failed(error: &std::io::Error) -> PresenceError {
    match error.kind() {
        ErrorKind::WouldBlock | ErrorKind::TimedOut => PresenceError::TimedOut,
        _ => PresenceError::Unreachable(error.to_string()),
    }
}

impl PresencePort for Asterisk {
    fn name(&self) -> &str {
        &self.address
    }

    fn set(&self, agent: &str, presence: Presence) -> Result<(), PresenceError> {
        self.converse(agent, Task::Set(presence)).map(|_| ())
    }

    fn read(&self, agent: &str) -> Result<Shown, PresenceError> {
        let shown = self.converse(agent, Task::Read)?;
        shown.ok_or_else(|| PresenceError::Unreachable("it does not say".into()))
    }
}
