//! An agent's voice against that agent's usual: what moves a cue, what must not, and when nothing is said.
#![expect(clippy::unwrap_used, reason = "tests, and what only they call")]

mod common;

use std::sync::OnceLock;

use calmline_core::{
    AgentId, Body, CallId, Party,
    event::{CallCue, CueKind},
    policy::{Ask, Lapse, Permit, Profile, Purpose, Refusal, Sense, SitePolicy, VoiceAffect},
};
use calmline_sense::{
    AffectModel, Leg,
    affect::cues::{CALLS_MIN, CallVoice, Judged, calls_known},
    telephone::{Random, line, mu_law},
};
use common::{NOW, Voice, policy};

fn agent() -> AgentId {
    AgentId::new("a-1").unwrap()
}

/// A site whose agent has agreed to everything.
fn consenting() -> SitePolicy {
    let mut policy = policy();
    for purpose in Purpose::ALL {
        policy.apply(&Body::ConsentGiven { agent: agent(), purpose, policy_version: 1 });
    }
    policy
}

fn permit<S: Sense>(policy: &SitePolicy, party: Party) -> Permit<S> {
    let (call, agent) = (CallId::new("call").unwrap(), agent());
    policy.ask(&Ask { call: &call, party, agent: Some(&agent), now: NOW }).unwrap()
}

fn voice_of(policy: &SitePolicy, pcm: &[i16]) -> CallVoice {
    let mut leg = Leg::new(permit(policy, Party::Agent))
        .with_affect(permit(policy, Party::Agent), AffectModel::shipped());
    let mut heard = Vec::new();
    pcm.chunks(160)
        .for_each(|chunk| leg.push(&chunk.iter().map(|&s| mu_law(s)).collect::<Vec<_>>(), NOW, &mut heard));
    leg.finish(&mut heard);
    leg.into_voice().unwrap()
}

/// How somebody speaks in a call.
#[derive(Clone, Copy)]
struct Manner {
    hz: f64,
    rate: f64,
    /// How much the upper part of the spectrum is raised.
    hard: f64,
    /// Breath in the voice, as a share of it.
    breath: f64,
}

const USUAL: Manner = Manner { hz: 120.0, rate: 4.0, hard: 0.0, breath: 0.0 };
const TENSE: Manner = Manner { hz: 165.0, rate: 5.0, hard: 1.0, breath: 0.0 };

/// A call: utterances of three seconds with a second between, each a little unlike the last.
fn call(manner: Manner, utterances: usize, day: usize) -> Vec<i16> {
    let mut pcm = vec![0; 8_000];
    for number in 0..utterances {
        let sway = 1.0 + 0.01 * ((number * 7 + day * 3) % 5) as f64 - 0.02;
        let voice = Voice { hz: manner.hz * sway, swing: 0.08, rate: manner.rate * sway, level: 0.2 };
        let said = breathier(&voice.say(3.0), manner.breath, (number + 100 * day) as u64);
        pcm.extend(harder(&said, manner.hard));
        pcm.extend(std::iter::repeat_n(0, 8_000));
    }
    line(&pcm, 0.0, -70.0, day as u64)
}

/// More of what lies high in the spectrum.
fn harder(pcm: &[i16], share: f64) -> Vec<i16> {
    let mut last = 0.0;
    let sharpened = pcm.iter().map(|&sample| {
        let now = f64::from(sample);
        let sharp = now + 4.0 * share * (now - last);
        last = now;
        sharp as i16
    });
    sharpened.collect()
}

/// Breath that goes with the voice.
fn breathier(pcm: &[i16], share: f64, seed: u64) -> Vec<i16> {
    let mut random = Random::new(seed);
    pcm.iter()
        .map(|&sample| (f64::from(sample) * (1.0 + share * (2.0 * random.next() - 1.0))) as i16)
        .collect()
}

/// What is known of an agent after six usual calls.
fn known() -> &'static [u8] {
    static KNOWN: OnceLock<Vec<u8>> = OnceLock::new();
    KNOWN.get_or_init(|| {
        let mut usual: Option<Vec<u8>> = None;
        for day in 0..6 {
            let judged = voice_of(&consenting(), &call(USUAL, 24, day)).judge(usual.as_deref(), NOW).unwrap();
            usual = judged.usual.or(usual);
        }
        usual.unwrap()
    })
}

fn judged(usual: &[u8], pcm: &[i16]) -> Judged {
    voice_of(&consenting(), pcm).judge(Some(usual), NOW).unwrap()
}

fn reason(judged: &Judged) -> &str {
    match &judged.said[..] {
        [CallCue::Withheld(reason)] => &reason.code,
        said => panic!("{said:?}"),
    }
}

#[test]
fn a_tenser_call_is_told_with_what_moved_and_a_usual_one_is_not() {
    let usual = known();
    assert_eq!(reason(&judged(usual, &call(USUAL, 24, 9))), "cue_withheld.no_cue");
    let tense = judged(usual, &call(TENSE, 24, 9));
    let [CallCue::Moved(cue)] = &tense.said[..] else { panic!("{:?}", tense.said) };
    assert_eq!(cue.kind, CueKind::Tenser);
    assert!(cue.deviations >= 2.0 && cue.confidence.get() > 0.7, "{cue:?}");
    assert!(cue.drivers.contains(&"cue_feature.pitch.up".to_owned()) && cue.drivers.len() >= 2, "{cue:?}");
}

#[test]
fn twelve_decibels_more_or_less_move_nothing() {
    let usual = known();
    for manner in [USUAL, TENSE] {
        let pcm = call(manner, 24, 9);
        let said = judged(usual, &pcm).said;
        for gain_db in [-12.0, 12.0] {
            let other = judged(usual, &line(&pcm, gain_db, -90.0, 1)).said;
            match (&said[..], &other[..]) {
                ([CallCue::Moved(here)], [CallCue::Moved(there)]) => {
                    assert!(
                        (here.deviations - there.deviations).abs() < 0.5,
                        "{gain_db}: {here:?} {there:?}"
                    );
                    assert_eq!(here.kind, there.kind);
                }
                (here, there) => assert_eq!(here, there, "{gain_db}"),
            }
        }
    }
}

#[test]
fn before_five_calls_with_a_minute_each_nothing_is_said() {
    let policy = consenting();
    let short = voice_of(&policy, &call(USUAL, 8, 0)).judge(None, NOW).unwrap();
    assert_eq!(reason(&short), "cue_withheld.little_speech");
    assert_eq!(short.usual, None, "a short call was learned");
    let mut usual: Option<Vec<u8>> = None;
    for day in 0..CALLS_MIN as usize {
        let first = voice_of(&policy, &call(USUAL, 24, day)).judge(usual.as_deref(), NOW).unwrap();
        assert_eq!(reason(&first), "cue_withheld.few_calls");
        usual = first.usual;
        assert!((calls_known(usual.as_deref()) - (day + 1) as f64).abs() < 1e-9);
    }
    assert_eq!(reason(&judged(&usual.unwrap(), &call(USUAL, 24, 9))), "cue_withheld.no_cue");
}

#[test]
fn another_headset_and_a_noisy_line_are_said_and_not_taken_for_tension() {
    let usual = known();
    let headset = Manner { hard: 1.0, ..USUAL };
    assert_eq!(reason(&judged(usual, &call(headset, 24, 9))), "cue_withheld.line_changed");
    let noisy = line(&call(USUAL, 32, 9), 0.0, -35.0, 3);
    assert!(reason(&judged(usual, &noisy)).starts_with("cue_withheld."));
    // A headset that stays is the usual one after five calls.
    let mut usual = usual.to_vec();
    for day in 0..5 {
        let one = judged(&usual, &call(headset, 24, day));
        assert_eq!(reason(&one), "cue_withheld.line_changed");
        usual = one.usual.unwrap();
    }
    assert!((calls_known(Some(&usual)) - 1.0).abs() < 1e-9, "the usual was not begun anew");
}

#[test]
fn a_cold_is_no_low_mood() {
    let cold = Manner { hz: 98.0, breath: 1.5, ..USUAL };
    let hoarse = judged(known(), &call(cold, 24, 9));
    assert_eq!(reason(&hoarse), "cue_withheld.voice_changed");
    assert!((calls_known(hoarse.usual.as_deref()) - 6.0).abs() < 1e-9, "the cold was learned");
}

#[test]
fn what_was_kept_and_cannot_be_read_is_begun_anew() {
    for kept in [&b"no json"[..], b"{\"v\":2}", br#"{"v":1,"calls":1e999,"moved":0,"mean":[],"variance":[]}"#]
    {
        assert_eq!(reason(&judged(kept, &call(USUAL, 24, 9))), "cue_withheld.few_calls");
    }
}

#[test]
fn a_withdrawal_ends_it_in_the_call_and_after_it() {
    let mut policy = consenting();
    let withdrawn = Body::ConsentWithdrawn { agent: agent(), purpose: Purpose::VoiceAffect };
    let over = voice_of(&policy, &call(USUAL, 24, 0));
    let mut leg = Leg::new(permit(&policy, Party::Agent))
        .with_affect(permit(&policy, Party::Agent), AffectModel::shipped());
    policy.apply(&withdrawn);
    assert_eq!(over.judge(None, NOW), Err(Lapse::Withdrawn));
    leg.push(&[0; 160], NOW, &mut Vec::new());
    assert!(leg.into_voice().is_none(), "what was heard before the withdrawal outlived it");
}

#[test]
fn no_leg_but_a_permitted_agents_has_a_voice_to_compare() {
    let policy = consenting();
    let customers = Leg::new(permit(&policy, Party::Customer))
        .with_affect(permit(&policy, Party::Customer), AffectModel::shipped());
    assert!(customers.into_voice().is_none());
    assert!(Leg::new(permit(&policy, Party::Agent)).into_voice().is_none());
    for profile in [Profile::Eu, Profile::Strict] {
        let mut site = SitePolicy::new(calmline_core::SiteId::new("site").unwrap(), profile);
        for notice in calmline_core::policy::Notice::ALL {
            let by = calmline_core::AccountId::new("admin").unwrap();
            site.apply(&Body::NoticeConfirmed { notice, text_sha256: String::new(), by });
        }
        site.apply(&Body::ConsentGiven { agent: agent(), purpose: Purpose::VoiceAffect, policy_version: 1 });
        let (call, agent) = (CallId::new("call").unwrap(), agent());
        let ask = Ask { call: &call, party: Party::Agent, agent: Some(&agent), now: NOW };
        let refused = site.ask::<VoiceAffect>(&ask);
        assert!(
            matches!(refused, Err(Refusal::Forbidden { .. })),
            "{profile:?} permits an agent's voice affect"
        );
    }
}
