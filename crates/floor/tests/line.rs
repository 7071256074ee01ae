//! Sounds of the line in a call: told as signals, never as somebody's words or silence, and what a policy forbids stays so.

use calmline_core::{
    AccountId, AgentId, Body, CallId, Party, SiteId, Timestamp,
    catalog::Lang,
    event::SignalKind,
    policy::{Notice, Profile, Purpose, SitePolicy},
};
use calmline_floor::{Ear, Hears};
use calmline_sense::{AffectModel, Effort};

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// A call at a site that gave every notice, whose agent agreed to talk dynamics where that is possible.
fn open(profile: Profile, out: &mut Vec<Hears>) -> Result<Ear, Box<dyn std::error::Error>> {
    let mut policy = SitePolicy::new(SiteId::new("site")?, profile);
    let (agent, by) = (AgentId::new("li")?, AccountId::new("admin")?);
    for notice in Notice::ALL {
        policy.apply(&Body::NoticeConfirmed { notice, text_sha256: String::new(), by: by.clone() });
    }
    let purpose = Purpose::TalkDynamics;
    policy.apply(&Body::ConsentGiven { agent: agent.clone(), purpose, policy_version: 1 });
    let parties = [Party::Customer, Party::Agent];
    let (call, model) = (CallId::new("call")?, AffectModel::shipped());
    let mut ear = Ear::open(&policy, call, &parties, ("test", false), model, Timestamp::UNIX_EPOCH, out);
    ear.bind(&policy, Some(&agent), Timestamp::UNIX_EPOCH, out);
    Ok(ear)
}

/// Plays on one channel while the other is silent.
fn play(ear: &mut Ear, channel: usize, pcm: &[i16], out: &mut Vec<Hears>) {
    for piece in pcm.chunks(1_600) {
        ear.audio(channel, piece, Timestamp::UNIX_EPOCH, out);
        ear.audio(1 - channel, &vec![0; piece.len()], Timestamp::UNIX_EPOCH, out);
    }
}

fn silence(seconds: usize) -> Vec<i16> {
    vec![0; seconds * 8_000]
}

fn tone(hz: f64, seconds: usize) -> Vec<i16> {
    let wave = |i: usize| (std::f64::consts::TAU * hz * i as f64 / 8_000.0).sin();
    (0..seconds * 8_000).map(|i| (6_000.0 * wave(i)) as i16).collect()
}

fn speech(text: &str) -> Vec<i16> {
    calmline_sim::voice::speak(text, Lang::En, 3, 0.6)
}

fn signals(out: &[Hears]) -> Vec<(Party, SignalKind, f64)> {
    let signal = |heard: &Hears| match heard {
        Hears::Fact(draft) => match &draft.body {
            Body::Signal { party, kind, value, .. } => Some((*party, *kind, *value)),
            _ => None,
        },
        _ => None,
    };
    out.iter().filter_map(signal).collect()
}

fn kinds(out: &[Hears], party: Party) -> Vec<SignalKind> {
    signals(out).into_iter().filter(|signal| signal.0 == party).map(|signal| signal.1).collect()
}

const SENTENCE: &str = "I have been waiting for a week and nobody has called me back.";

#[test]
fn a_tone_is_a_signal_and_no_utterance() -> Outcome {
    let mut out = Vec::new();
    let mut ear = open(Profile::Eu, &mut out)?;
    play(&mut ear, 0, &[silence(2), tone(450.0, 4), silence(8)].concat(), &mut out);
    ear.close(Timestamp::UNIX_EPOCH, &mut out);
    let told = signals(&out);
    assert!(
        matches!(told[..], [(Party::Customer, SignalKind::DialTone, seconds)] if (seconds - 4.0).abs() < 0.1),
        "{told:?}"
    );
    assert!(!out.iter().any(|heard| matches!(heard, Hears::Words(_))));
    Ok(())
}

#[test]
fn a_silence_on_hold_is_none_and_one_without_is() -> Outcome {
    for hold in [false, true] {
        let mut out = Vec::new();
        let mut ear = open(Profile::Cn, &mut out)?;
        play(&mut ear, 0, &[silence(1), speech(SENTENCE), silence(2)].concat(), &mut out);
        if hold {
            ear.hold(true);
        }
        play(&mut ear, 0, &silence(15), &mut out);
        if hold {
            ear.hold(false);
        }
        play(&mut ear, 1, &[silence(1), speech(SENTENCE), silence(2)].concat(), &mut out);
        ear.close(Timestamp::UNIX_EPOCH, &mut out);
        let silences =
            kinds(&out, Party::Customer).iter().filter(|kind| **kind == SignalKind::Silence).count();
        assert_eq!(silences, usize::from(!hold), "hold: {hold}");
    }
    Ok(())
}

#[test]
fn under_eu_an_agents_leg_tells_of_the_line_alone() -> Outcome {
    let mut out = Vec::new();
    let mut ear = open(Profile::Eu, &mut out)?;
    let shriek: Vec<i16> = tone(2_400.0, 1).into_iter().map(|x| x.saturating_mul(5)).collect();
    let line = [silence(1), speech(SENTENCE), silence(2), tone(450.0, 4), silence(8), shriek, silence(8)];
    for channel in [0, 1] {
        play(&mut ear, channel, &line.concat(), &mut out);
    }
    ear.close(Timestamp::UNIX_EPOCH, &mut out);
    let agent = kinds(&out, Party::Agent);
    assert!(agent.contains(&SignalKind::DialTone), "{agent:?}");
    let of_the_line = |kind: &SignalKind| kind.purpose() == Purpose::Segmentation;
    assert!(agent.iter().all(|kind| of_the_line(kind) && *kind != SignalKind::SuddenLoudness), "{agent:?}");
    let customer = kinds(&out, Party::Customer);
    for kind in [SignalKind::SuddenLoudness, SignalKind::SpeechRate, SignalKind::ArticulationRate] {
        assert!(customer.contains(&kind), "{kind:?} is not in {customer:?}");
    }
    Ok(())
}

#[test]
fn with_less_effort_every_second_utterance_is_judged_and_the_others_are_counted() -> Outcome {
    let mut out = Vec::new();
    let mut ear = open(Profile::Cn, &mut out)?;
    let turn = [speech(SENTENCE), silence(2)].concat();
    let judged = |out: &[Hears]| {
        kinds(out, Party::Customer).iter().filter(|kind| **kind == SignalKind::Arousal).count()
    };
    for _ in 0..4 {
        play(&mut ear, 0, &turn, &mut out);
    }
    assert_eq!((judged(&out), ear.take_reduced()), (4, 0));
    ear.degrade(Effort::Reduced);
    for _ in 0..4 {
        play(&mut ear, 0, &turn, &mut out);
    }
    assert_eq!((judged(&out), ear.take_reduced()), (6, 2));
    ear.degrade(Effort::Full);
    for _ in 0..2 {
        play(&mut ear, 0, &turn, &mut out);
    }
    assert_eq!((judged(&out), ear.take_reduced()), (8, 0));
    Ok(())
}
