//! Following one site's events and deciding.

use calmline_care::{Care, Settings, Standing};
use calmline_core::{AgentId, Body, Draft, Event, SiteId, Timestamp, policy::Profile, policy::SitePolicy};

/// One site's decisions: the policy as its events make it, and care for its agents. Fed with every event of the site in
/// log order, it derives the same decisions each time.
#[derive(Debug)]
pub struct Decider {
    policy: SitePolicy,
    care: Care,
}

impl Decider {
    /// The decider of a site that has just been opened.
    #[must_use]
    pub fn new(site: SiteId, profile: Profile, settings: Settings) -> Self {
        Self { policy: SitePolicy::new(site.clone(), profile), care: Care::new(site, settings) }
    }

    /// Takes an event of the log and gives the decisions that follow from it.
    pub fn apply(&mut self, event: &Event) -> Vec<Draft> {
        self.policy.apply(&event.body);
        self.care.apply(event)
    }

    /// When a [`Body::TimerFired`] must be appended at the latest.
    #[must_use]
    pub fn next_wake(&self) -> Option<Timestamp> {
        self.care.next_wake()
    }

    /// The draft of the timer event that [`Self::next_wake`] asks for.
    #[must_use]
    pub fn timer(&self, at: Timestamp) -> Draft {
        Draft::derived(self.policy.site().clone(), at, Vec::new(), Body::TimerFired {})
    }

    /// How an agent stands, for that agent alone.
    #[must_use]
    pub fn standing(&self, agent: &AgentId, now: Timestamp) -> Option<Standing> {
        self.care.standing(agent, now)
    }

    /// The site's policy.
    #[must_use]
    pub fn policy(&self) -> &SitePolicy {
        &self.policy
    }
}
