//! A call's ear: nothing is sensed before it is permitted, and nothing comes out after that.

use calmline_care::Settings;
use calmline_core::{
    AccountId, AgentId, Body, CallId, Draft, Party, Position, SiteId, Timestamp,
    catalog::Lang,
    policy::{Notice, Profile, Purpose},
};
use calmline_floor::{Decider, Ear, Hears, Rehearsal};
use calmline_sense::AffectModel;
use jiff::SignedDuration;

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// A site under `cn` with every notice and one agent's consent to everything.
struct Stage {
    decider: Decider,
    agent: AgentId,
    now: Timestamp,
    position: u64,
}

impl Stage {
    fn new() -> Result<Self, Box<dyn std::error::Error>> {
        let site = SiteId::new("site")?;
        let decider = Decider::new(site, Profile::Cn, Settings::default());
        let mut stage = Self { decider, agent: AgentId::new("li")?, now: Timestamp::UNIX_EPOCH, position: 0 };
        for notice in Notice::ALL {
            stage.tell(Body::NoticeConfirmed {
                notice,
                text_sha256: String::new(),
                by: AccountId::new("admin")?,
            });
        }
        for purpose in Purpose::ALL {
            let agent = stage.agent.clone();
            stage.tell(Body::ConsentGiven { agent, purpose, policy_version: 1 });
        }
        Ok(stage)
    }

    fn tell(&mut self, body: Body) {
        self.position += 1;
        let draft = Draft::told(
            self.decider.policy().site().clone(),
            "test",
            &self.position.to_string(),
            self.now,
            body,
        );
        self.decider.apply(&draft.at_position(Position(self.position)));
    }

    fn open(&self, out: &mut Vec<Hears>) -> Result<Ear, Box<dyn std::error::Error>> {
        let parties = [Party::Customer, Party::Agent];
        let call = CallId::new("call")?;
        Ok(Ear::open(
            self.decider.policy(),
            call,
            &parties,
            ("test", false),
            AffectModel::shipped(),
            self.now,
            out,
        ))
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
    let mut ear = stage.open(&mut out)?;
    let speech = speech();
    stage.speak(&mut ear, &speech, &mut out);
    assert_eq!(sensed(&out), 0, "sensed before anybody said who the agent is");

    ear.bind(stage.decider.policy(), Some(&stage.agent.clone()), stage.now, &mut out);
    stage.speak(&mut ear, &speech, &mut out);
    ear.bind(stage.decider.policy(), None, stage.now, &mut out);
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
    let mut ear = stage.open(&mut out)?;
    ear.bind(stage.decider.policy(), Some(&stage.agent.clone()), stage.now, &mut out);
    // The utterance is still open when consent goes; the connection is cut at once.
    let speech = speech();
    stage.speak(&mut ear, &speech[..16_000.min(speech.len())], &mut out);
    let before = facts(&out).len();
    let agent = stage.agent.clone();
    stage.tell(Body::ConsentWithdrawn { agent, purpose: Purpose::VoiceAffect });
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
fn a_rehearsal_fires_timers_and_passes_over_what_it_knows() -> Outcome {
    let stage = Stage::new()?;
    let site = stage.decider.policy().site().clone();
    let mut rehearsal = Rehearsal::new(stage.decider);
    let start = Timestamp::UNIX_EPOCH;
    let agent = stage.agent;
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
