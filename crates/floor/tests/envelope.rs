//! The peak envelope on its way to the log: sealed, under its own permit, and of nobody else.

use calmline_core::{
    AccountId, AgentId, Body, CallId, Draft, Party, SiteId, SubjectId, Timestamp,
    event::{Levels, PayloadKind},
    policy::{Notice, Profile, Purpose, SitePolicy},
};
use calmline_floor::{Ear, Hears};
use calmline_sense::AffectModel;

type Outcome = Result<(), Box<dyn std::error::Error>>;

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

/// A site that confirmed every notice, and whose agent agreed to everything.
fn site(profile: Profile, agent: &AgentId) -> Result<SitePolicy, Box<dyn std::error::Error>> {
    let mut policy = SitePolicy::new(SiteId::new("site")?, profile);
    for notice in Notice::ALL {
        let by = AccountId::new("admin")?;
        policy.apply(&Body::NoticeConfirmed { notice, text_sha256: String::new(), by });
    }
    for purpose in Purpose::ALL {
        policy.apply(&Body::ConsentGiven { agent: agent.clone(), purpose, policy_version: 1 });
    }
    Ok(policy)
}

/// A call of so many seconds, both legs at −6 and −30 dB, whose agent is bound to the call.
fn call(policy: &SitePolicy, agent: &AgentId, seconds: usize) -> Result<Vec<Hears>, calmline_core::IdError> {
    let (mut out, parties) = (Vec::new(), [Party::Customer, Party::Agent]);
    let (id, model) = (CallId::new("call")?, AffectModel::shipped());
    let mut ear = Ear::open(policy, id, &parties, ("test", false), model, NOW, &mut out);
    ear.bind(policy, Some(agent), NOW, &mut out);
    for _ in 0..seconds {
        ear.audio(0, &[16_384; 8_000], NOW, &mut out);
        ear.audio(1, &[1_036; 8_000], NOW, &mut out);
    }
    ear.close(NOW, &mut out);
    Ok(out)
}

fn envelopes(heard: &[Hears], wanted: Party) -> Vec<&Draft> {
    let of = |heard| match heard {
        &Hears::Fact(ref draft @ Draft { body: Body::LegEnvelope { party, .. }, .. }) if party == wanted => {
            Some(draft)
        }
        _ => None,
    };
    heard.iter().filter_map(of).collect()
}

#[test]
fn each_leg_has_its_peaks_sealed_for_whom_it_is_of() -> Outcome {
    let agent = AgentId::new("li")?;
    let heard = call(&site(Profile::Cn, &agent)?, &agent, 61)?;
    let caller = SubjectId::of_caller(&CallId::new("call")?);
    for (party, whose, level) in
        [(Party::Customer, caller, -6), (Party::Agent, SubjectId::of_agent(&agent), -30)]
    {
        let found = envelopes(&heard, party);
        let lengths = [600, 10];
        assert_eq!(found.len(), lengths.len());
        for (draft, (length, from)) in found.iter().zip(lengths.into_iter().zip([0.0, 60.0])) {
            let Body::LegEnvelope { subject, start_s, step_s, steps, levels, .. } = &draft.body else {
                unreachable!()
            };
            assert_eq!((subject, *start_s, *step_s, *steps), (&whose, from, 0.1, length));
            let [clear] = &draft.clear[..] else { return Err("one payload".into()) };
            assert_eq!((&clear.id, &clear.subject, clear.kind), (levels, &whose, PayloadKind::Envelope));
            let kept = Levels::of_text(std::str::from_utf8(&clear.bytes)?).ok_or("no levels")?;
            assert_eq!(kept.get(), vec![Some(level); length as usize]);
        }
    }
    Ok(())
}

#[test]
fn in_the_eu_an_agents_loudness_is_not_measured_whatever_they_agree_to() -> Outcome {
    let agent = AgentId::new("li")?;
    for profile in [Profile::Eu, Profile::Strict] {
        let heard = call(&site(profile, &agent)?, &agent, 2)?;
        assert_eq!((envelopes(&heard, Party::Customer).len(), envelopes(&heard, Party::Agent).len()), (1, 0));
    }
    Ok(())
}

#[test]
fn a_withdrawn_consent_drops_what_was_not_in_the_log_yet() -> Outcome {
    let agent = AgentId::new("li")?;
    let mut policy = site(Profile::Cn, &agent)?;
    let (mut out, model) = (Vec::new(), AffectModel::shipped());
    let mut ear =
        Ear::open(&policy, CallId::new("call")?, &[Party::Agent], ("test", false), model, NOW, &mut out);
    ear.bind(&policy, Some(&agent), NOW, &mut out);
    ear.audio(0, &[1_036; 8_000], NOW, &mut out);
    policy.apply(&Body::ConsentWithdrawn { agent, purpose: Purpose::Envelope });
    ear.close(NOW, &mut out);
    assert_eq!(envelopes(&out, Party::Agent), Vec::<&Draft>::new());
    let stopped = |heard: &Hears| {
        matches!(
            heard,
            Hears::Fact(Draft { body: Body::SensingStopped { purpose: Purpose::Envelope, .. }, .. })
        )
    };
    assert!(out.iter().any(stopped));
    Ok(())
}
