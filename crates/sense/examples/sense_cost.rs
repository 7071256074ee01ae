//! What hearing costs: CPU-seconds of the full chain (voice activity, prosody, rate, arousal) per hour of a leg and per
//! hour of speech. Prints one JSON line; with a path, leaves the speech there (16-bit PCM, 8 kHz) for peers to be measured on.
//!
//! Takes the real calls of the development data where they are (`CALMLINE_DATA`), and a synthetic call otherwise.
#![expect(clippy::print_stdout, reason = "the result of a program")]

#[path = "../tests/common/mod.rs"]
mod common;

use calmline_core::{
    AccountId, AgentId, CallId, Party, SiteId,
    event::Body,
    policy::{Ask, Notice, Profile, Purpose, SitePolicy, TABLE_VERSION},
};
use calmline_sense::{AffectModel, Leg};
use calmline_testing::cpu_seconds;
use common::{CALLS, CALM, NOW, full_leg, hear, over_a_line, permit, policy, spans, wav};

/// Enough audio for a steady figure: half an hour.
const SAMPLES: usize = 30 * 60 * 8_000;

fn main() {
    let real: Vec<Vec<i16>> = CALLS.iter().filter_map(|call| wav(call)).collect();
    let calls = if real.is_empty() { vec![synthetic()] } else { real };
    let (site, eu) = (policy(), eu());
    let mut speech = Vec::new();
    for call in &calls {
        for (start, end) in spans(&hear(full_leg(&site), call)) {
            speech.extend_from_slice(&call[(start * 8_000.0) as usize..(end * 8_000.0) as usize]);
        }
    }
    if let Some(path) = std::env::args_os().nth(1) {
        let bytes: Vec<u8> = speech.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        std::fs::write(path, bytes).expect("the speech can be left for peers");
    }
    let share = speech.len() as f64 / calls.iter().map(Vec::len).sum::<usize>() as f64;
    let full = || full_leg(&site);
    let segmented = || Leg::new(permit(&site));
    let (whole, of_speech) = (per_hour(&calls, full), per_hour(&[speech], full));
    let (alone, under_eu) = (per_hour(&calls, segmented), per_hour(&calls, || agent_leg(&eu)));
    println!(
        "{{\"cpu_s_per_leg_hour\":{whole:.3},\"cpu_s_per_speech_hour\":{of_speech:.3},\"segmentation_cpu_s_per_leg_hour\":{alone:.3},\
         \"eu_agent_cpu_s_per_leg_hour\":{under_eu:.3},\"speech_share\":{share:.3},\"legs\":{}}}",
        calls.len()
    );
}

/// A site under `eu` that gave every notice and whose agent agreed to everything.
fn eu() -> SitePolicy {
    let site = SiteId::new("site").expect("a valid id");
    let mut policy = SitePolicy::new(site, Profile::Eu);
    for notice in Notice::ALL {
        let by = AccountId::new("admin").expect("a valid id");
        policy.apply(&Body::NoticeConfirmed { notice, text_sha256: String::new(), by });
    }
    for purpose in Purpose::ALL {
        let agent = AgentId::new("a-1").expect("a valid id");
        policy.apply(&Body::ConsentGiven { agent, purpose, policy_version: TABLE_VERSION });
    }
    policy
}

/// An agent's leg with every sensor that the site's policy permits on it.
fn agent_leg(policy: &SitePolicy) -> Leg {
    let (call, agent) = (CallId::new("call").expect("a valid id"), AgentId::new("a-1").expect("a valid id"));
    let ask = Ask { call: &call, party: Party::Agent, agent: Some(&agent), now: NOW };
    let mut leg = Leg::new(policy.ask(&ask).expect("eu permits cutting into utterances"));
    if let Ok(permit) = policy.ask(&ask) {
        leg = leg.with_dynamics(permit);
    }
    if let Ok(permit) = policy.ask(&ask) {
        leg = leg.with_affect(permit, AffectModel::shipped());
    }
    leg
}

/// Words and silences in turn, as one party of a call has them.
fn synthetic() -> Vec<i16> {
    let silence = vec![0; 5 * 8_000];
    let turns = (0..12).flat_map(|turn| [CALM.say(2.0 + f64::from(turn) * 0.3), silence.clone()]);
    over_a_line(&turns.collect::<Vec<_>>())
}

fn per_hour(calls: &[Vec<i16>], leg: impl Fn() -> Leg) -> f64 {
    let (mut samples, mut heard) = (0, Vec::new());
    let began = cpu_seconds();
    while samples < SAMPLES {
        for call in calls {
            let mut leg = leg();
            call.chunks(160).for_each(|chunk| leg.push(chunk, NOW, &mut heard));
            leg.finish(&mut heard);
            samples += call.len();
            heard.clear();
        }
    }
    (cpu_seconds() - began) * 3_600.0 * 8_000.0 / samples as f64
}
