//! A site's policy as its events make it, and the only place where permits are made.

use std::{
    collections::BTreeMap,
    marker::PhantomData,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use jiff::{SignedDuration, Timestamp};

use super::{Condition, Notice, Permit, Profile, Purpose, Rule, Sense, TABLE_VERSION, Verdict, rule};
use crate::{
    event::{Body, Draft},
    id::{AgentId, CallId, SiteId, SubjectId},
    units::Party,
};

/// A permit lasts no longer than any call reasonably does; a longer call asks again.
const PERMIT_LIFE: SignedDuration = SignedDuration::from_hours(4);

/// What is asked before something is sensed.
#[derive(Debug, Clone)]
pub struct Ask<'a> {
    /// In which call.
    pub call: &'a CallId,
    /// Which leg.
    pub party: Party,
    /// The agent on this leg, once work events have said who it is.
    pub agent: Option<&'a AgentId>,
    /// Now.
    pub now: Timestamp,
}

impl Ask<'_> {
    fn subject(&self) -> Option<SubjectId> {
        match self.party {
            Party::Agent => self.agent.map(SubjectId::of_agent),
            Party::Customer | Party::Unknown => Some(SubjectId::of_caller(self.call)),
        }
    }
}

/// Why there is no permit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The profile forbids it; nothing the site or the agent does changes that.
    #[error("the policy profile forbids it")]
    Forbidden {
        /// The rule that says so.
        rule: Rule,
    },
    /// Conditions are missing.
    #[error("conditions of the policy are not met")]
    Missing {
        /// The rule that says so.
        rule: Rule,
        /// Which conditions.
        conditions: Vec<Condition>,
    },
    /// The leg is an agent's, and nobody has said whose.
    #[error("the agent of this leg is not known yet")]
    AgentUnknown,
}

impl Refusal {
    /// The rules and missing conditions as catalogue codes.
    #[must_use]
    pub fn codes(&self) -> Vec<String> {
        match self {
            Self::Forbidden { rule } => rule.laws.iter().cloned().collect(),
            Self::Missing { rule, conditions } => {
                conditions.iter().map(|c| c.code()).chain(rule.laws.iter().cloned()).collect()
            }
            Self::AgentUnknown => vec!["condition.agent_known".into()],
        }
    }
}

/// A site's policy: its profile, the notices that it confirmed, and its agents' consents. Built from events alone.
#[derive(Debug)]
pub struct SitePolicy {
    site: SiteId,
    profile: Profile,
    notices: BTreeMap<Notice, Arc<AtomicBool>>,
    consents: BTreeMap<(AgentId, Purpose), Arc<AtomicBool>>,
}

impl SitePolicy {
    /// The policy of a site that has confirmed nothing yet.
    #[must_use]
    pub fn new(site: SiteId, profile: Profile) -> Self {
        Self { site, profile, notices: BTreeMap::new(), consents: BTreeMap::new() }
    }

    /// The site.
    #[must_use]
    pub fn site(&self) -> &SiteId {
        &self.site
    }

    /// The profile.
    #[must_use]
    pub fn profile(&self) -> Profile {
        self.profile
    }

    /// Takes note of a policy event. Withdrawals end the permits that rest on them at once; a consent that is given
    /// again does not revive them.
    pub fn apply(&mut self, body: &Body) {
        match body {
            Body::NoticeConfirmed { notice, .. } => {
                self.notices.entry(*notice).or_insert_with(ground);
            }
            Body::NoticeWithdrawn { notice, .. } => end(self.notices.remove(notice)),
            Body::ConsentGiven { agent, purpose, .. } => {
                self.consents.entry((agent.clone(), *purpose)).or_insert_with(ground);
            }
            Body::ConsentWithdrawn { agent, purpose } => {
                end(self.consents.remove(&(agent.clone(), *purpose)));
            }
            _ => {}
        }
    }

    /// Asks for a permit.
    ///
    /// # Errors
    /// Says which rule forbids it or which conditions are missing.
    pub fn ask<S: Sense>(&self, ask: &Ask<'_>) -> Result<Permit<S>, Refusal> {
        let rule = rule(self.profile, S::PURPOSE, ask.party);
        if rule.verdict == Verdict::Forbidden {
            return Err(Refusal::Forbidden { rule });
        }
        let subject = ask.subject().ok_or(Refusal::AgentUnknown)?;
        let mut grounds = Vec::with_capacity(rule.conditions.len());
        let mut missing = Vec::new();
        for &condition in &rule.conditions {
            match self.ground_of(condition, S::PURPOSE, ask.agent) {
                Some(ground) => grounds.push(Arc::clone(ground)),
                None => missing.push(condition),
            }
        }
        if !missing.is_empty() {
            return Err(Refusal::Missing { rule, conditions: missing });
        }
        Ok(Permit {
            site: self.site.clone(),
            call: ask.call.clone(),
            party: ask.party,
            subject,
            policy_version: TABLE_VERSION,
            expires: ask.now.saturating_add(PERMIT_LIFE).unwrap_or(Timestamp::MAX),
            grounds,
            sense: PhantomData,
        })
    }

    /// The event that records an answer of [`Self::ask`].
    #[must_use]
    pub fn record<S: Sense>(&self, ask: &Ask<'_>, answer: Result<&Permit<S>, &Refusal>) -> Draft {
        let rules = match answer {
            Ok(_) => rule(self.profile, S::PURPOSE, ask.party).laws.into_iter().collect(),
            Err(refusal) => refusal.codes(),
        };
        let body = Body::PermitDecided {
            call: ask.call.clone(),
            party: ask.party,
            subject: ask.subject(),
            purpose: S::PURPOSE,
            granted: answer.is_ok(),
            rules,
            policy_version: TABLE_VERSION,
        };
        Draft::derived(self.site.clone(), ask.now, Vec::new(), body)
    }

    /// Whether a notice stands confirmed.
    #[must_use]
    pub fn has_notice(&self, notice: Notice) -> bool {
        self.notices.contains_key(&notice)
    }

    /// Whether an agent's consent to a purpose stands.
    #[must_use]
    pub fn has_consent(&self, agent: &AgentId, purpose: Purpose) -> bool {
        self.consents.contains_key(&(agent.clone(), purpose))
    }

    fn ground_of(
        &self,
        condition: Condition,
        purpose: Purpose,
        agent: Option<&AgentId>,
    ) -> Option<&Arc<AtomicBool>> {
        match condition {
            Condition::Notice(notice) => self.notices.get(&notice),
            Condition::AgentConsent => self.consents.get(&(agent?.clone(), purpose)),
        }
    }
}

/// The purposes for which a profile asks an agent's consent.
#[must_use]
pub fn consents_wanted(profile: Profile) -> Vec<Purpose> {
    Purpose::ALL
        .into_iter()
        .filter(|&purpose| {
            let rule = rule(profile, purpose, Party::Agent);
            rule.verdict == Verdict::Allowed && rule.conditions.contains(&Condition::AgentConsent)
        })
        .collect()
}

fn ground() -> Arc<AtomicBool> {
    Arc::new(AtomicBool::new(true))
}

fn end(ground: Option<Arc<AtomicBool>>) {
    if let Some(ground) = ground {
        ground.store(false, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        id::AccountId,
        policy::{Lapse, Transcription, VoiceAffect},
    };

    type Outcome = Result<(), Box<dyn std::error::Error>>;

    fn notice(notice: Notice) -> Result<Body, crate::IdError> {
        Ok(Body::NoticeConfirmed { notice, text_sha256: String::new(), by: AccountId::new("admin")? })
    }

    #[test]
    fn withdrawal_ends_a_permit_and_consent_given_again_does_not_revive_it() -> Outcome {
        let mut policy = SitePolicy::new(SiteId::new("s")?, Profile::Cn);
        let (call, agent) = (CallId::new("c")?, AgentId::new("a")?);
        let now = Timestamp::UNIX_EPOCH;
        let ask = Ask { call: &call, party: Party::Agent, agent: Some(&agent), now };
        assert!(
            matches!(policy.ask::<VoiceAffect>(&ask), Err(Refusal::Missing { conditions, .. }) if conditions.len() == 3)
        );
        policy.apply(&notice(Notice::Recording)?);
        policy.apply(&notice(Notice::Workers)?);
        let given =
            Body::ConsentGiven { agent: agent.clone(), purpose: Purpose::VoiceAffect, policy_version: 1 };
        policy.apply(&given);
        let permit = policy.ask::<VoiceAffect>(&ask).map_err(|e| e.to_string())?;
        assert_eq!(permit.check(now), Ok(()));
        assert_eq!(permit.check(now + SignedDuration::from_hours(4)), Err(Lapse::Expired));
        policy.apply(&Body::ConsentWithdrawn { agent: agent.clone(), purpose: Purpose::VoiceAffect });
        assert_eq!(permit.check(now), Err(Lapse::Withdrawn));
        policy.apply(&given);
        assert_eq!(permit.check(now), Err(Lapse::Withdrawn));
        assert!(policy.ask::<VoiceAffect>(&ask).is_ok());
        Ok(())
    }

    #[test]
    fn until_the_agent_is_known_nothing_of_an_agent_is_sensed() -> Outcome {
        let mut policy = SitePolicy::new(SiteId::new("s")?, Profile::Cn);
        policy.apply(&notice(Notice::Recording)?);
        policy.apply(&notice(Notice::Workers)?);
        let call = CallId::new("c")?;
        let ask = Ask { call: &call, party: Party::Agent, agent: None, now: Timestamp::UNIX_EPOCH };
        assert_eq!(policy.ask::<Transcription>(&ask).err(), Some(Refusal::AgentUnknown));
        Ok(())
    }

    #[test]
    fn in_the_eu_no_condition_opens_an_agents_voice() -> Outcome {
        let mut policy = SitePolicy::new(SiteId::new("s")?, Profile::Eu);
        let (call, agent) = (CallId::new("c")?, AgentId::new("a")?);
        for n in Notice::ALL {
            policy.apply(&notice(n)?);
        }
        for purpose in Purpose::ALL {
            policy.apply(&Body::ConsentGiven { agent: agent.clone(), purpose, policy_version: 1 });
        }
        let ask = Ask { call: &call, party: Party::Agent, agent: Some(&agent), now: Timestamp::UNIX_EPOCH };
        assert!(matches!(policy.ask::<VoiceAffect>(&ask), Err(Refusal::Forbidden { .. })));
        let unknown = Ask { party: Party::Unknown, agent: None, ..ask };
        assert!(matches!(policy.ask::<VoiceAffect>(&unknown), Err(Refusal::Forbidden { .. })));
        Ok(())
    }
}
