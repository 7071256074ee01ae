//! What every [`PresencePort`] must do, whichever platform is behind it.
//!
//! An adapter's test hands over ports to a platform and what else it can do to the platform; each function checks one promise
//! and panics with the reason, as a test does.

use calmline_core::event::Presence;
use calmline_media::presence::{PresenceError, PresencePort, Shown};

/// A platform with one agent, who is ready.
pub struct Stage<'a> {
    /// The way to it.
    pub port: &'a dyn PresencePort,
    /// The agent's name there.
    pub agent: &'a str,
    /// The name of nobody.
    pub nobody: &'a str,
    /// The agent pauses for a reason of their own, on their phone.
    pub own_pause: &'a dyn Fn(),
    /// From now on the platform declines changes of the agent, or no longer.
    pub decline: &'a dyn Fn(bool),
    /// The same platform with a wrong secret.
    pub stranger: &'a dyn PresencePort,
    /// A platform that accepts connections and says nothing.
    pub silent: &'a dyn PresencePort,
    /// A place where nobody listens.
    pub empty: &'a dyn PresencePort,
    /// The secret.
    pub secret: &'a str,
}

/// Checks everything.
///
/// # Panics
/// When the port breaks a promise.
pub fn check(stage: &Stage<'_>) {
    assert!(!stage.port.name().is_empty() && !stage.port.name().contains(stage.secret));
    sets_reads_and_restores(stage);
    tells_the_agents_own_pause_apart(stage);
    says_what_is_wrong(stage);
    fails_within_its_patience(stage);
}

/// A break is shown once it is set, setting it again changes nothing, and it can be ended.
///
/// # Panics
/// When it is not.
pub fn sets_reads_and_restores(stage: &Stage<'_>) {
    let (port, agent) = (stage.port, stage.agent);
    assert_eq!(port.read(agent), Ok(Shown::Asked(Presence::Available)));
    for presence in [Presence::OnBreak, Presence::OnBreak, Presence::Available, Presence::Available] {
        assert_eq!(port.set(agent, presence), Ok(()), "{presence:?}");
        assert_eq!(port.read(agent), Ok(Shown::Asked(presence)));
    }
}

/// What an agent set themselves is neither a break of Calmline nor readiness.
///
/// # Panics
/// When it is taken for one.
pub fn tells_the_agents_own_pause_apart(stage: &Stage<'_>) {
    (stage.own_pause)();
    let shown = stage.port.read(stage.agent);
    assert!(matches!(shown, Ok(Shown::Other(_))), "{shown:?}");
    assert_eq!(stage.port.set(stage.agent, Presence::Available), Ok(()));
}

/// Errors tell what is the matter, and none holds the secret.
///
/// # Panics
/// When one does, or another comes.
pub fn says_what_is_wrong(stage: &Stage<'_>) {
    let set = |port: &dyn PresencePort, agent| port.set(agent, Presence::OnBreak);
    assert_eq!(set(stage.port, stage.nobody), Err(PresenceError::NotFound));
    assert_eq!(stage.port.read(stage.nobody), Err(PresenceError::NotFound));
    for error in [set(stage.stranger, stage.agent).err(), stage.stranger.read(stage.agent).err()] {
        assert!(matches!(error, Some(PresenceError::Unauthorised(_))), "{error:?}");
    }
    (stage.decline)(true);
    let refused = set(stage.port, stage.agent).err();
    (stage.decline)(false);
    assert!(matches!(refused, Some(PresenceError::Refused(_))), "{refused:?}");
    let said = format!("{refused:?}");
    assert!(!said.contains(stage.secret) && !said.contains(stage.agent), "{said}");
    assert_eq!(stage.port.read(stage.agent), Ok(Shown::Asked(Presence::Available)), "it was declined");
}

/// Silence is an error, and so is nobody.
///
/// # Panics
/// When it is not.
pub fn fails_within_its_patience(stage: &Stage<'_>) {
    assert_eq!(stage.silent.set(stage.agent, Presence::OnBreak), Err(PresenceError::TimedOut));
    assert_eq!(stage.silent.read(stage.agent), Err(PresenceError::TimedOut));
    let nobody = stage.empty.read(stage.agent);
    assert!(matches!(nobody, Err(PresenceError::Unreachable(_))), "{nobody:?}");
}
