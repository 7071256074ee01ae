//! Presence: what the phone platform shows of an agent, set and read back.
//!
//! A break is real once the platform shows it. Each platform has its own way to be told and asked; here are the messages
//! of each, without input and output, and what their answers mean:
//!
//! | module | platform | after |
//! |---|---|---|
//! | [`genesys`] | Genesys Cloud | *Presence API*: `PATCH` and `GET /api/v2/users/{userId}/presences/PURECLOUD`; OAuth client credentials |
//! | [`taskrouter`] | Twilio TaskRouter | *Worker resource*: `ActivitySid` of `/v1/Workspaces/{…}/Workers/{…}`; basic authentication |
//! | [`ami`] | Asterisk | *Asterisk Manager Interface*: `QueuePause`, `QueueStatus` |
//! | [`webhook`] | any other, through a service of the site | a signed request (Standard Webhooks 1.0) |
//!
//! A break of Calmline has a code of its own on the platform, the same for every agent and cause, so that it is told apart
//! from a pause that the agent made themselves: that one is theirs, and is never ended for them.

pub mod ami;
pub mod genesys;
pub mod http;
pub mod taskrouter;
pub mod webhook;

use std::time::Duration;

use calmline_core::event::{Presence, PresenceFault};

/// A phone platform that can be told what to show of an agent. Calls block, for no longer than the implementation's
/// patience; agents go by their names on the platform.
pub trait PresencePort: Send + Sync {
    /// What it is, for people; never a secret.
    fn name(&self) -> &str;

    /// Tells the platform what to show. That it took it does not mean yet that it shows it.
    ///
    /// # Errors
    /// When it did not take it, or it is not known whether it did.
    fn set(&self, agent: &str, presence: Presence) -> Result<(), PresenceError>;

    /// Asks what the platform shows. Changes nothing.
    ///
    /// # Errors
    /// When it does not say.
    fn read(&self, agent: &str) -> Result<Shown, PresenceError>;
}

/// What a platform shows of an agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    /// What Calmline can ask for.
    Asked(Presence),
    /// Something else, in the platform's own words.
    Other(String),
    /// It cannot be asked; its work events tell.
    Untold,
}

/// Why a platform did not do or say what was asked. Texts that a platform sent are not repeated: they may hold names.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PresenceError {
    /// It knows no such agent.
    #[error("the platform knows no such agent; import people with the platform's own ids")]
    NotFound,
    /// It declined.
    #[error("the platform declined: {0}")]
    Refused(String),
    /// It does not accept our credentials.
    #[error("the platform does not accept the credentials, or they may not do this: {0}")]
    Unauthorised(String),
    /// It cannot be reached, or says what cannot be read.
    #[error("the platform cannot be spoken with: {0}")]
    Unreachable(String),
    /// It wants to be asked less often.
    #[error("the platform takes no more for now; it asks to wait {} s", .0.as_secs())]
    Busy(Duration),
    /// It gave no answer in time.
    #[error("the platform has not answered in time")]
    TimedOut,
}

impl PresenceError {
    /// What goes into the log.
    #[must_use]
    pub fn fault(&self) -> PresenceFault {
        match self {
            Self::NotFound => PresenceFault::NotFound,
            Self::Refused(_) => PresenceFault::Refused,
            Self::Unauthorised(_) => PresenceFault::Unauthorised,
            Self::Unreachable(_) => PresenceFault::Unreachable,
            Self::Busy(_) | Self::TimedOut => PresenceFault::TimedOut,
        }
    }

    /// Whether asking again may help.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        matches!(self, Self::Unreachable(_) | Self::Busy(_) | Self::TimedOut)
    }
}

/// The platform's codes for what Calmline asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Codes {
    /// The site's neutral code for breaks.
    pub on_break: String,
    /// The code of an agent who is ready again.
    pub available: String,
}

impl Codes {
    fn of(&self, presence: Presence) -> &str {
        match presence {
            Presence::OnBreak => &self.on_break,
            Presence::Available => &self.available,
        }
    }

    fn shown(&self, code: &str) -> Shown {
        if code == self.on_break {
            Shown::Asked(Presence::OnBreak)
        } else if code == self.available {
            Shown::Asked(Presence::Available)
        } else {
            Shown::Other(code.chars().take(MOST_CODE).collect())
        }
    }
}

/// The longest code of a platform that is kept.
const MOST_CODE: usize = 100;
