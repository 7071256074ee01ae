//! A call's ear: nothing is sensed before it is permitted, and nothing comes out after that.

use calmline_core::{
    AccountId, AgentId, Body, CallId, Draft, Party, SiteId, Timestamp,
    catalog::Lang,
    policy::{Notice, Profile, Purpose, SitePolicy},
};
use calmline_floor::{Ear, Hears, Rehearsal};
use calmline_sense::AffectModel;
use jiff::SignedDuration;

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// A site under `cn` with every notice and one agent's consent to everything.
struct Stage {
    policy: SitePolicy,
    agent: AgentId,
    now: Timestamp,
}

impl Stage {
    fn new() -> Result<Self, Box<dyn std::error::Error>> {
        let site = SiteId::new("site")?;
        let policy = SitePolicy::new(site, Profile::Cn);
        let mut stage = Self { policy, agent: AgentId::new("li")?, now: Timestamp::UNIX_EPOCH };
        for notice in Notice::ALL {
            stage.policy.apply(&Body::NoticeConfirmed {
                notice,
                text_sha256: String::new(),
                by: AccountId::new("admin")?,
            });
        }
        for purpose in Purpose::ALL {
            let agent = stage.agent.clone();
            stage.policy.apply(&Body::ConsentGiven { agent, purpose, policy_version: 1 });
        }
        Ok(stage)
    }

    /// Opens the ear of a call whose agent is known or is not known yet.
    fn open(&self, agent: Option<&AgentId>, out: &mut Vec<Hears>) -> Result<Ear, Box<dyn std::error::Error>> {
        let parties = [Party::Customer, Party::Agent];
        let (call, model) = (CallId::new("call")?, AffectModel::shipped());
        let mut ear = Ear::open(&self.policy, call, &parties, ("test", false), model, self.now, out);
        ear.bind(&self.policy, agent, self.now, out);
        Ok(ear)
    }

    /// Plays seconds of speech on the agent's channel.
    fn speak(&mut self, ear: &mut Ear, speech: &[i16], out: &mut Vec<Hears>) {
        for piece in speech.chunks(1_600) {
            self.now += SignedDuration::from_millis(200);
            ear.audio(1, piece, self.now, out);
        }
    }
}

fn speech() -> Vec<i16> {
    let text = "I understand, and I am going to look at your order right away, one moment please, thank you for waiting";
    calmline_sim::voice::speak(text, Lang::En, 3, 0.6)
}

fn facts(out: &[Hears]) -> Vec<Body> {
    out.iter()
        .flat_map(|heard| match heard {
            Hears::Fact(draft) => vec![draft.body.clone()],
            Hears::Words(job) => vec![Body::CallHeld { call: job.call().clone() }],
            Hears::Speaking(_) | Hears::Voice(_) => Vec::new(),
        })
        .collect()
}

/// Measurements and utterances of an agent. A waiting utterance stands as `call.held`, see [`facts`].
fn sensed(out: &[Hears]) -> usize {
    facts(out)
        .iter()
        .filter(|body| matches!(body, Body::Signal { party: Party::Agent, .. } | Body::CallHeld { .. }))
        .count()
}

#[test]
fn nothing_of_an_agent_is_sensed_until_they_are_known_and_again_once_they_are_not() -> Outcome {
    let mut stage = Stage::new()?;
    let mut out = Vec::new();
    let mut ear = stage.open(None, &mut out)?;
    let speech = speech();
    stage.speak(&mut ear, &speech, &mut out);
    assert_eq!(sensed(&out), 0, "sensed before anybody said who the agent is");

    ear.bind(&stage.policy, Some(&stage.agent.clone()), stage.now, &mut out);
    stage.speak(&mut ear, &speech, &mut out);
    ear.bind(&stage.policy, None, stage.now, &mut out);
    let known = sensed(&out);
    assert!(known > 0, "heard nothing of an agent who is known and agrees");

    stage.speak(&mut ear, &speech, &mut out);
    ear.close(stage.now, &mut out);
    assert_eq!(sensed(&out), known, "sensed after the call went to nobody known");
    Ok(())
}

#[test]
fn a_withdrawal_keeps_back_what_a_sensor_still_held() -> Outcome {
    let mut stage = Stage::new()?;
    let mut out = Vec::new();
    let mut ear = stage.open(Some(&stage.agent), &mut out)?;
    // The utterance is still open when consent goes; the connection is cut at once.
    let speech = speech();
    stage.speak(&mut ear, &speech[..16_000.min(speech.len())], &mut out);
    let before = facts(&out).len();
    let agent = stage.agent.clone();
    stage.policy.apply(&Body::ConsentWithdrawn { agent, purpose: Purpose::VoiceAffect });
    ear.close(stage.now, &mut out);
    let after = &facts(&out)[before..];
    assert!(
        after.iter().any(|body| matches!(body, Body::SensingStopped { purpose: Purpose::VoiceAffect, .. })),
        "{after:?}"
    );
    let arousal = |body: &&Body| {
        matches!(
            body,
            Body::Signal { kind: calmline_core::event::SignalKind::Arousal, party: Party::Agent, .. }
        )
    };
    assert_eq!(after.iter().filter(arousal).count(), 0, "{after:?}");
    Ok(())
}

#[test]
fn the_policy_is_asked_once_for_each_purpose_of_a_leg() -> Outcome {
    let stage = Stage::new()?;
    let mut out = Vec::new();
    let mut ear = stage.open(Some(&stage.agent), &mut out)?;
    let asked = |out: &[Hears]| {
        let mut asked: Vec<_> = facts(out)
            .into_iter()
            .filter_map(|body| match body {
                Body::PermitDecided { party, purpose, granted, .. } => Some((party, purpose, granted)),
                _ => None,
            })
            .collect();
        asked.sort_unstable();
        asked
    };
    let first = asked(&out);
    let mut once = first.clone();
    once.dedup_by_key(|(party, purpose, _)| (*party, *purpose));
    assert_eq!(first, once, "an answer was recorded twice");
    assert!(first.contains(&(Party::Agent, Purpose::VoiceAffect, true)), "{first:?}");
    ear.bind(&stage.policy, Some(&stage.agent), stage.now, &mut out);
    assert_eq!(asked(&out), first, "the same answer was recorded again");
    Ok(())
}

#[test]
fn what_the_platform_left_out_is_not_lost() -> Outcome {
    let stage = Stage::new()?;
    let mut out = Vec::new();
    let mut ear = stage.open(None, &mut out)?;
    ear.audio(0, &[0; 8_000], stage.now, &mut out);
    ear.gap(0, (4_000, true), stage.now, &mut out);
    ear.gap(0, (2_000, false), stage.now, &mut out);
    ear.close(stage.now, &mut out);
    let gaps: Vec<_> = facts(&out)
        .into_iter()
        .filter_map(|body| match body {
            Body::LegGap { start_s, lost_s, announced, .. } => Some((start_s, lost_s, announced)),
            _ => None,
        })
        .collect();
    assert_eq!(gaps, [(1.0, 0.5, true), (1.5, 0.25, false)]);
    let closed = out.iter().find_map(|heard| match heard {
        Hears::Fact(draft @ Draft { body: Body::LegClosed { party: Party::Customer, .. }, .. }) => {
            Some(draft)
        }
        _ => None,
    });
    let closed = closed.ok_or("the leg was not closed")?;
    assert_eq!(closed.at, stage.now + SignedDuration::from_millis(1_750), "it counts in the call's time");
    assert!(matches!(closed.body, Body::LegClosed { frames: 8_000, lost: 2_000, .. }), "{:?}", closed.body);
    Ok(())
}

#[test]
fn a_rehearsal_fires_timers_and_passes_over_what_it_knows() -> Outcome {
    let site = SiteId::new("site")?;
    let mut rehearsal = Rehearsal::new(site.clone(), Profile::Cn);
    let start = Timestamp::UNIX_EPOCH;
    let agent = AgentId::new("li")?;
    let signs_in =
        Body::AgentState { agent, state: calmline_core::event::WorkState::Available, reason: None };
    for _ in 0..2 {
        rehearsal.tell(Draft::told(site.clone(), "acd", "1", start, signs_in.clone()));
    }
    rehearsal.wait_until(start + SignedDuration::from_mins(70));
    let kinds: Vec<_> = rehearsal.events().iter().map(|event| event.body.kind()).collect();
    assert_eq!(kinds.iter().filter(|kind| **kind == "agent.state").count(), 1);
    assert!(kinds.contains(&"timer.fired") && kinds.contains(&"break.offered"), "{kinds:?}");
    Ok(())
}
