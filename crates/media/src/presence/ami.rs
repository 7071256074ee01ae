//! Asterisk: the pause of a queue member, over the Asterisk Manager Interface (AMI).
//!
//! AMI is lines of `Key: value` in frames that end with an empty line, over TCP; the server begins with a banner. A
//! [`Session`] logs in (by the MD5 challenge where the server offers one, so that the secret does not cross the network; else
//! with the secret), does one thing and logs off:
//!
//! * `QueuePause` with `Interface`, `Paused` and `Reason`, in all queues of the member;
//! * `QueueStatus` for one member: it shows a break where every queue has it paused for the site's reason. An Asterisk that
//!   does not tell reasons is believed.
//!
//! The account needs the classes `agent` (write) and nothing else. AMI is not encrypted: keep it within the house.

use std::collections::VecDeque;

use calmline_core::event::Presence;
use md5::{Digest, Md5};

use super::{MOST_CODE, PresenceError, Shown};

/// The longest line that is read, in bytes. Asterisk's own are shorter than 4 KiB; a choice.
const MOST_LINE: usize = 16 * 1024;
/// The most lines of a frame. Asterisk's longest events have some forty; a choice.
const MOST_LINES: usize = 512;
/// The most queues that a member is believed to be in; a choice.
const MOST_QUEUES: usize = 10_000;

/// A frame: its keys and values, in order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frame(Vec<(String, String)>);

impl Frame {
    /// The value of a key, whatever its case.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, value)| value.as_str())
    }
}

/// Bytes that are no AMI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// The server did not begin as a manager does.
    #[error("it does not begin with \"Asterisk Call Manager/\"; is this the manager's port (usually 5038)?")]
    Banner,
    /// A line has no end.
    #[error("a line has more than {MOST_LINE} bytes")]
    Line,
    /// A frame has no end.
    #[error("a frame has more than {MOST_LINES} lines")]
    Frame,
}

/// Cuts bytes into frames. Lines without a colon are passed over.
#[derive(Debug, Clone, Default)]
pub struct Frames {
    line: Vec<u8>,
    banner: bool,
    lines: usize,
    frame: Frame,
}

impl Frames {
    /// Takes bytes; returns the frames that are thereby whole.
    ///
    /// # Errors
    /// When they are no AMI. Then no more may be pushed.
    pub fn push(&mut self, bytes: &[u8]) -> Result<Vec<Frame>, FrameError> {
        let mut whole = Vec::new();
        for &byte in bytes {
            if byte != b'\n' {
                if self.line.len() == MOST_LINE {
                    return Err(FrameError::Line);
                }
                self.line.push(byte);
                continue;
            }
            let line = std::mem::take(&mut self.line);
            whole.extend(self.line(&String::from_utf8_lossy(&line))?);
        }
        Ok(whole)
    }

    /// Whether the banner was there.
    #[must_use]
    pub fn greeted(&self) -> bool {
        self.banner
    }

    fn line(&mut self, line: &str) -> Result<Option<Frame>, FrameError> {
        let line = line.trim_end_matches('\r');
        if !self.banner {
            self.banner = line.starts_with("Asterisk Call Manager/");
            return if self.banner { Ok(None) } else { Err(FrameError::Banner) };
        }
        if line.is_empty() {
            self.lines = 0;
            let frame = std::mem::take(&mut self.frame);
            return Ok((!frame.0.is_empty()).then_some(frame));
        }
        self.lines += 1;
        if self.lines > MOST_LINES {
            return Err(FrameError::Frame);
        }
        if let Some((key, value)) = line.split_once(':') {
            self.frame.0.push((key.trim().to_owned(), value.trim().to_owned()));
        }
        Ok(None)
    }
}

/// An account of the manager, and how members are named.
#[derive(Clone)]
pub struct Manager {
    /// The account's name.
    pub user: String,
    /// Its secret.
    pub secret: String,
    /// The member's interface, with `{agent}` where the agent's name goes, such as `PJSIP/{agent}`.
    pub interface: String,
    /// The site's neutral reason for breaks.
    pub reason: String,
}

/// What a session is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Task {
    /// Pauses the member or ends their pause.
    Set(Presence),
    /// Asks for the member.
    Read,
}

/// What came of it; what is shown where that was asked.
pub type Outcome = Result<Option<Shown>, PresenceError>;

/// What a session wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// Send this.
    Send(String),
    /// This is over; close the connection once everything is sent.
    Done(Outcome),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Greeting,
    Challenge,
    Login,
    Task,
    Over,
}

/// A conversation with a manager about one member.
pub struct Session {
    manager: Manager,
    interface: String,
    task: Task,
    frames: Frames,
    stage: Stage,
    /// Whether each queue has the member paused, and why.
    queues: Vec<(bool, Option<String>)>,
    outputs: VecDeque<Output>,
}

impl Session {
    /// A conversation in which nothing was said yet.
    #[must_use]
    pub fn new(manager: Manager, agent: &str, task: Task) -> Self {
        let interface = manager.interface.replace("{agent}", agent);
        let mut session = Self {
            manager,
            interface,
            task,
            frames: Frames::default(),
            stage: Stage::Greeting,
            queues: Vec::new(),
            outputs: VecDeque::new(),
        };
        if session.interface.chars().any(char::is_control) {
            // A line of its own would be another command.
            session.end(Err(PresenceError::NotFound));
        }
        session
    }

    /// Bytes came.
    pub fn bytes(&mut self, bytes: &[u8]) {
        if self.stage == Stage::Over {
            return;
        }
        match self.frames.push(bytes) {
            Ok(frames) => {
                if self.stage == Stage::Greeting && self.frames.greeted() {
                    self.stage = Stage::Challenge;
                    self.say("Challenge", &[("AuthType", "MD5")]);
                }
                for frame in &frames {
                    self.frame(frame);
                }
            }
            Err(error) => self.end(Err(PresenceError::Unreachable(error.to_string()))),
        }
    }

    /// The connection is gone.
    pub fn lost(&mut self) {
        self.end(Err(PresenceError::Unreachable("it hung up before it had answered".into())));
    }

    /// What to do next.
    pub fn poll(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// The id of the action of a stage; frames that answer others are passed over.
    fn action(&self) -> &'static str {
        match self.stage {
            Stage::Greeting | Stage::Over => "",
            Stage::Challenge => "calmline-challenge",
            Stage::Login => "calmline-login",
            Stage::Task => "calmline-task",
        }
    }

    fn say(&mut self, action: &str, fields: &[(&str, &str)]) {
        let mut text = format!("Action: {action}\r\nActionID: {}\r\n", self.action());
        for (key, value) in fields {
            // The manager's own settings; what a peer or a person typed was looked at before.
            let value: String = value.chars().filter(|letter| !letter.is_control()).collect();
            text.push_str(&format!("{key}: {value}\r\n"));
        }
        text.push_str("\r\n");
        self.outputs.push_back(Output::Send(text));
    }

    fn frame(&mut self, frame: &Frame) {
        if self.stage == Stage::Over || frame.get("ActionID") != Some(self.action()) {
            return;
        }
        let taken = frame.get("Response").map(|response| response.eq_ignore_ascii_case("success"));
        match (self.stage, taken) {
            (Stage::Challenge, Some(true)) => self.log_in(frame.get("Challenge")),
            (Stage::Challenge, Some(false)) => self.log_in(None),
            (Stage::Login, Some(true)) => self.begin(),
            (Stage::Login, Some(false)) => {
                self.end(Err(PresenceError::Unauthorised("the manager did not log us in".into())));
            }
            (Stage::Task, Some(true)) if matches!(self.task, Task::Set(_)) => self.end(Ok(None)),
            (Stage::Task, Some(false)) => self.declined(frame.get("Message").unwrap_or_default()),
            (Stage::Task, None) => self.event(frame),
            _ => {}
        }
    }

    fn log_in(&mut self, challenge: Option<&str>) {
        self.stage = Stage::Login;
        let Manager { user, secret, .. } = self.manager.clone();
        let Some(challenge) = challenge else {
            return self.say("Login", &[("Username", &user), ("Secret", &secret), ("Events", "off")]);
        };
        let mut digest = Md5::new();
        digest.update(challenge);
        digest.update(&secret);
        let key: String = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        let fields = [("AuthType", "MD5"), ("Username", &user), ("Key", &key), ("Events", "off")];
        self.say("Login", &fields);
    }

    fn begin(&mut self) {
        self.stage = Stage::Task;
        let (interface, reason) = (self.interface.clone(), self.manager.reason.clone());
        match self.task {
            Task::Read => self.say("QueueStatus", &[("Member", &interface)]),
            Task::Set(presence) => {
                let paused = if presence == Presence::OnBreak { "true" } else { "false" };
                let fields = [("Interface", interface.as_str()), ("Paused", paused), ("Reason", &reason)];
                self.say("QueuePause", &fields);
            }
        }
    }

    /// What an error of the task means. Asterisk tells errors apart by English messages alone.
    fn declined(&mut self, message: &str) {
        let message = message.to_ascii_lowercase();
        self.end(Err(if message.contains("not found") {
            PresenceError::NotFound
        } else if message.contains("permission") {
            PresenceError::Unauthorised("the account lacks the class agent".into())
        } else {
            PresenceError::Refused("the manager answered Error".into())
        }));
    }

    fn event(&mut self, frame: &Frame) {
        let event = frame.get("Event").unwrap_or_default();
        if event.eq_ignore_ascii_case("QueueStatusComplete") {
            let shown = self.shown().ok_or(PresenceError::NotFound);
            return self.end(shown.map(Some));
        }
        let whose = frame.get("Location").or_else(|| frame.get("Interface"));
        if !event.eq_ignore_ascii_case("QueueMember") || whose != Some(self.interface.as_str()) {
            return;
        }
        if self.queues.len() == MOST_QUEUES {
            return self.end(Err(PresenceError::Unreachable("its list of queues does not end".into())));
        }
        let paused = frame.get("Paused").is_some_and(|paused| paused != "0");
        let why = frame.get("PausedReason").map(|why| why.chars().take(MOST_CODE).collect());
        self.queues.push((paused, why));
    }

    fn shown(&self) -> Option<Shown> {
        let (first, _) = self.queues.first()?;
        if self.queues.iter().any(|(paused, _)| paused != first) {
            return Some(Shown::Other("paused in some queues".into()));
        }
        if !first {
            return Some(Shown::Asked(Presence::Available));
        }
        let other =
            self.queues.iter().find_map(|(_, why)| why.as_ref().filter(|why| **why != self.manager.reason));
        Some(other.map_or(Shown::Asked(Presence::OnBreak), |why| Shown::Other(format!("paused: {why}"))))
    }

    fn end(&mut self, outcome: Outcome) {
        if self.stage == Stage::Over {
            return;
        }
        if matches!(self.stage, Stage::Task) {
            self.say("Logoff", &[]);
        }
        self.stage = Stage::Over;
        self.outputs.push_back(Output::Done(outcome));
    }
}

#[cfg(test)]
mod tests;
