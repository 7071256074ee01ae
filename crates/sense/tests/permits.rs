//! A withdrawn permit ends its sensor with the next push, and what was not permitted is not measured.

mod common;

use calmline_core::{
    AccountId, AgentId, CallId, Party, Timestamp,
    event::Body,
    policy::{Ask, Lapse, Notice, Purpose, TalkDynamics},
};
use calmline_sense::{Dialogue, Expected, Heard, Leg, Listener, Recogniser, RecogniserError, Transcript};
use common::*;

fn measured(heard: &[Heard]) -> Vec<(bool, bool)> {
    let what = |heard: &Heard| match heard {
        Heard::Utterance { arousal, pace, .. } => Some((arousal.is_some(), pace.is_some())),
        _ => None,
    };
    heard.iter().filter_map(what).collect()
}

fn call() -> Vec<i16> {
    let turn = || [CALM.say(2.0), vec![0; 8_000]];
    over_a_line(&[&[vec![0; 8_000]][..], &turn(), &turn(), &turn(), &turn()].concat())
}

#[test]
fn each_measure_needs_its_own_permit() {
    let policy = policy();
    let plain = measured(&hear(Leg::new(permit(&policy)), &call()));
    assert_eq!(plain, [(false, false); 4]);
    let dynamics = measured(&hear(Leg::new(permit(&policy)).with_dynamics(permit(&policy)), &call()));
    assert_eq!(dynamics, [(false, true); 4]);
    assert_eq!(measured(&hear(full_leg(&policy), &call())), [(true, true); 4]);
}

#[test]
fn a_withdrawn_notice_stops_affect_within_a_second_and_leaves_the_rest() {
    let mut policy = policy();
    let mut leg = full_leg(&policy);
    let pcm = call();
    let mut heard = Vec::new();
    // In the middle of the third turn.
    let middle = 8 * 8_000;
    for (at, chunk) in pcm.chunks(160).enumerate() {
        if at == middle / 160 {
            policy.apply(&Body::NoticeWithdrawn {
                notice: Notice::CallerEmotion,
                by: AccountId::new("admin").unwrap(),
            });
        }
        leg.push(chunk, NOW, &mut heard);
        let stopped = heard.iter().any(|h| matches!(h, Heard::Stopped { .. }));
        // One push of 20 ms later it is gone.
        assert_eq!(stopped, at >= middle / 160, "push {at}");
    }
    leg.finish(&mut heard);
    let stop = Heard::Stopped { purpose: Purpose::VoiceAffect, lapse: Lapse::Withdrawn };
    assert_eq!(heard.iter().filter(|h| matches!(h, Heard::Stopped { .. })).collect::<Vec<_>>(), [&stop]);
    assert_eq!(measured(&heard), [(true, true), (true, true), (false, true), (false, true)]);
}

#[test]
fn without_the_permit_to_segment_nothing_is_heard_any_more() {
    let mut policy = policy();
    let mut leg = full_leg(&policy);
    let pcm = call();
    let mut heard = Vec::new();
    leg.push(&pcm[..16_000], NOW, &mut heard);
    assert!(matches!(heard[..], [Heard::Began { .. }]));
    policy.apply(&Body::NoticeWithdrawn { notice: Notice::Recording, by: AccountId::new("admin").unwrap() });
    heard.clear();
    leg.push(&pcm[16_000..], NOW, &mut heard);
    leg.finish(&mut heard);
    let purposes: Vec<_> = heard
        .iter()
        .map(|h| match h {
            Heard::Stopped { purpose, lapse: Lapse::Withdrawn } => *purpose,
            other => panic!("heard {other:?} without a permit"),
        })
        .collect();
    assert_eq!(purposes, [Purpose::TalkDynamics, Purpose::VoiceAffect, Purpose::Segmentation]);
    assert_eq!(leg.frames(), pcm.len() as u64);
    assert!(leg.pauses().is_none());
}

#[test]
fn permits_expire_too() {
    let mut leg = Leg::new(permit(&policy()));
    let mut heard = Vec::new();
    let later = Timestamp::from_second(5 * 3_600).unwrap();
    leg.push(&[0; 160], later, &mut heard);
    assert_eq!(heard, [Heard::Stopped { purpose: Purpose::Segmentation, lapse: Lapse::Expired }]);
}

#[test]
fn a_dialogue_ends_with_either_permit() {
    let mut policy = policy();
    let agent = AgentId::new("a").unwrap();
    policy.apply(&Body::ConsentGiven {
        agent: agent.clone(),
        purpose: Purpose::TalkDynamics,
        policy_version: 1,
    });
    let call = CallId::new("call").unwrap();
    let ask = Ask { call: &call, party: Party::Agent, agent: Some(&agent), now: NOW };
    let mut dialogue = Dialogue::new(policy.ask::<TalkDynamics>(&ask).unwrap(), permit(&policy));
    assert_eq!(dialogue.utterance(Party::Agent, 0.0, 2.0, NOW), Ok(vec![]));
    policy.apply(&Body::ConsentWithdrawn { agent, purpose: Purpose::TalkDynamics });
    assert_eq!(dialogue.utterance(Party::Customer, 1.0, 3.0, NOW), Err(Lapse::Withdrawn));
}

struct Echo(usize);

impl Recogniser for Echo {
    fn name(&self) -> &str {
        "echo"
    }

    fn transcribe(&mut self, audio: &[i16], expected: Expected<'_>) -> Result<Transcript, RecogniserError> {
        self.0 += audio.len();
        let text = format!("{} samples", audio.len());
        let language = expected.only().map(Into::into);
        Ok(Transcript { text, language, confidence: calmline_core::Share::new(1.0), ..Transcript::default() })
    }
}

#[test]
fn after_a_withdrawal_no_audio_reaches_a_speech_engine() {
    let mut policy = policy();
    let listener = Listener::new(permit(&policy));
    let mut engine = Echo(0);
    let transcript = listener.transcribe(&mut engine, &[0; 80], Expected::Only("zh"), NOW).unwrap();
    assert_eq!(transcript.language.as_deref(), Some("zh"));
    assert!(!format!("{transcript:?}").contains("samples"), "words in debug output");
    policy.apply(&Body::NoticeWithdrawn { notice: Notice::Recording, by: AccountId::new("admin").unwrap() });
    let error = listener.transcribe(&mut engine, &[0; 80], Expected::Any, NOW);
    assert!(matches!(error, Err(RecogniserError::Lapsed(Lapse::Withdrawn))));
    assert_eq!(engine.0, 80);
}
