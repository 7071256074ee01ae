//! What the policy could permit at all: the very code that answers sensors, asked with every condition met.

use calmline_core::{
    AccountId, AgentId, Body, CallId, Party, SiteId, Timestamp,
    policy::{
        Ask, Envelope, Notice, Permit, Profile, Purpose, Refusal, Segmentation, Sense, SitePolicy,
        TABLE_VERSION, TalkDynamics, Transcription, VoiceAffect, WordReading, rule,
    },
};

use super::Verdict;

/// Whether affect, pace or wording of an agent, or of a voice that may be an agent's, could be read under some condition.
pub(super) fn affect_possible(self_test: &[Verdict]) -> bool {
    self_test.iter().any(|verdict| {
        let reads =
            matches!(verdict.purpose, Purpose::VoiceAffect | Purpose::TalkDynamics | Purpose::WordReading);
        reads && verdict.party != Party::Customer && verdict.possible
    })
}

/// Asks the policy for every purpose on every leg, with every notice confirmed and every consent given: the very code that
/// answers sensors.
#[must_use]
pub fn possibilities(profile: Profile) -> Vec<Verdict> {
    let names = SiteId::new("self-test").and_then(|site| {
        Ok((site, AgentId::new("self-test")?, CallId::new("self-test")?, AccountId::new("self-test")?))
    });
    let Ok((site, agent, call, by)) = names else { return Vec::new() };
    let mut policy = SitePolicy::new(site, profile);
    for notice in Notice::ALL {
        policy.apply(&Body::NoticeConfirmed { notice, text_sha256: String::new(), by: by.clone() });
    }
    for purpose in Purpose::ALL {
        policy.apply(&Body::ConsentGiven { agent: agent.clone(), purpose, policy_version: TABLE_VERSION });
    }
    let mut verdicts = Vec::new();
    for party in Party::ALL {
        let ask = Ask { call: &call, party, agent: Some(&agent), now: Timestamp::UNIX_EPOCH };
        verdicts.extend([
            verdict::<Segmentation>(party, &policy.ask(&ask), profile),
            verdict::<Envelope>(party, &policy.ask(&ask), profile),
            verdict::<Transcription>(party, &policy.ask(&ask), profile),
            verdict::<WordReading>(party, &policy.ask(&ask), profile),
            verdict::<TalkDynamics>(party, &policy.ask(&ask), profile),
            verdict::<VoiceAffect>(party, &policy.ask(&ask), profile),
        ]);
    }
    verdicts
}

fn verdict<S: Sense>(party: Party, answer: &Result<Permit<S>, Refusal>, profile: Profile) -> Verdict {
    let rules = match answer {
        Ok(_) => rule(profile, S::PURPOSE, party).laws.into_iter().collect(),
        Err(refusal) => refusal.codes(),
    };
    Verdict { purpose: S::PURPOSE, party, possible: answer.is_ok(), rules }
}
