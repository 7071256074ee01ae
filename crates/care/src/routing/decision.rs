//! What is asked and what is answered.

use calmline_core::{
    AgentId, Timestamp,
    event::{Reason, RouteFacts, Waiting},
};

/// Why an agent is spared for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spared {
    /// They asked for easier calls: spared all but easy ones.
    EasierAsked,
    /// They have met much abuse and agitation of callers: spared hard calls.
    Exposed,
    /// Their last call was abusive: spared all calls.
    CoolOff,
}

/// Why a call waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waits {
    /// All who can take it are busy.
    NobodyFree,
    /// Nobody who is signed in can take it.
    NoSkill,
    /// Others come first.
    Turn,
    /// Those who are free are spared.
    Spared,
}

/// What is to be done with a call.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// It goes to somebody.
    To {
        /// To whom.
        agent: AgentId,
        /// Who would have been next.
        runner_up: Option<AgentId>,
    },
    /// It waits.
    Waits {
        /// Why.
        why: Waits,
        /// When it should be looked at again at the latest, where time alone changes something.
        until: Option<Timestamp>,
        /// Since when it waits because those who are free are spared.
        withheld: Option<Timestamp>,
    },
}

/// A decision about one call.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// What.
    pub outcome: Outcome,
    /// Why: codes of the catalogue.
    pub reasons: Vec<Reason>,
    /// What was known.
    pub facts: RouteFacts,
}

/// A call that waits.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    /// What was told of it.
    pub waiting: &'a Waiting,
    /// How likely it is a hard one ([`super::Norms::predict`]).
    pub hard: f64,
    /// How many minutes it will probably take; 0 where nobody knows.
    pub minutes: f64,
    /// What [`Outcome::Waits`] said last time.
    pub withheld: Option<Timestamp>,
}
