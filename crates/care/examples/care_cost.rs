//! What a day costs: a generated day of 500 agents, some 50,000 calls with voice and words, timers as they are asked for.
//! Prints one JSON line. `cargo run --release -p calmline-care --example care_cost`
#![expect(clippy::print_stdout, reason = "its purpose")]

use calmline_care::{Care, Settings};
use calmline_core::{
    AgentId, Body, CallId, Draft, Event, IdError, Party, Position, QueueId, Share, SiteId, Timestamp,
    event::{SignalKind, WordSigns, WorkState},
};
use calmline_testing::cpu_seconds;
use jiff::SignedDuration;

const AGENTS: usize = 500;
const HOURS: i64 = 8;

/// A small generator of its own, so that every run is of the same day (Steele, Lea & Flood 2014: SplitMix).
struct Dice(u64);

impl Dice {
    #[expect(clippy::cast_precision_loss, reason = "53 bits are kept")]
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn seconds(&mut self, mean: f64) -> f64 {
        -mean * (1.0 - self.next()).ln()
    }
}

fn call(
    dice: &mut Dice,
    agent: &AgentId,
    call: &CallId,
    begin: f64,
    length: f64,
    day: &mut Vec<(f64, Body)>,
) {
    let queue = QueueId::new("main").ok();
    day.push((begin, Body::CallAnswered { call: call.clone(), agent: agent.clone(), queue }));
    let angry = dice.next() < 0.08;
    let mut at = 2.0;
    while at + 6.0 < length {
        let spoken = 2.0 + dice.seconds(4.0).min(10.0);
        let end = begin + at + spoken;
        day.push((
            end + 0.3,
            Body::Signal {
                call: call.clone(),
                party: Party::Customer,
                kind: SignalKind::Arousal,
                start_s: at,
                end_s: at + spoken,
                value: if angry { 0.7 } else { 0.4 } + 0.25 * dice.next(),
                confidence: Share::new(0.4 + 0.5 * dice.next()),
                drivers: Vec::new(),
            },
        ));
        let sentiment = if angry { -dice.next() } else { dice.next() - 0.4 };
        let abuse = if angry && dice.next() < 0.05 { 0.9 } else { 0.0 };
        let signs = WordSigns { sentiment, abuse: Share::new(abuse), ..WordSigns::default() };
        day.push((
            end + 2.0,
            Body::Utterance {
                call: call.clone(),
                party: Party::Customer,
                start_s: at,
                end_s: at + spoken,
                language: None,
                confidence: Some(Share::new(0.85)),
                text: None,
                signs: Some(signs),
                intent: None,
            },
        ));
        at += spoken + 4.0 + dice.seconds(6.0);
    }
    day.push((begin + length, Body::CallEnded { call: call.clone(), reason: None }));
}

fn generate() -> Result<Vec<(f64, Body)>, IdError> {
    let mut dice = Dice(7);
    let mut day = Vec::new();
    let end = HOURS as f64 * 3600.0;
    for n in 0..AGENTS {
        let agent = AgentId::new(format!("agent-{n}"))?;
        let state = |state| Body::AgentState { agent: agent.clone(), state, reason: None };
        let mut at = dice.next() * 1800.0;
        day.push((at, state(WorkState::Available)));
        for calls in 1.. {
            at += dice.seconds(45.0);
            if at > end {
                break;
            }
            let length = 60.0 + dice.seconds(150.0);
            day.push((at, state(WorkState::Busy)));
            call(&mut dice, &agent, &CallId::new(format!("call-{n}-{calls}"))?, at, length, &mut day);
            at += length;
            day.push((at, state(WorkState::WrapUp)));
            at += dice.seconds(20.0);
            if calls % 12 == 0 {
                day.push((at, state(WorkState::OnBreak)));
                at += 480.0;
            }
            day.push((at, state(WorkState::Available)));
        }
        day.push((at.max(end), state(WorkState::Offline)));
    }
    day.sort_by(|a, b| a.0.total_cmp(&b.0));
    Ok(day)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let site = SiteId::new("site")?;
    let start: Timestamp = "2026-11-23T00:00:00Z".parse()?;
    let events: Vec<Event> = (1..)
        .zip(generate()?)
        .map(|(n, (at, body))| {
            let at = start + SignedDuration::try_from_secs_f64(at).unwrap_or_default();
            Draft::told(site.clone(), "generated", &n.to_string(), at, body).at_position(Position(n))
        })
        .collect();
    let mut care = Care::new(site.clone(), Settings::default());
    let (mut timers, mut decisions, mut most) = (0_u64, 0_usize, (0, 0));
    let began = cpu_seconds();
    for event in &events {
        while let Some(wake) = care.next_wake().filter(|wake| *wake < event.at) {
            timers += 1;
            let timer = Draft::told(site.clone(), "timer", &timers.to_string(), wake, Body::TimerFired {});
            decisions += care.apply(&timer.at_position(Position(0))).len();
        }
        decisions += care.apply(event).len();
        let kept = care.kept();
        most = (most.0.max(kept.0), most.1.max(kept.1));
    }
    let seconds = cpu_seconds() - began;
    let all = events.len() as f64 + timers as f64;
    println!(
        "{{\"events_per_cpu_s\":{:.0},\"events\":{},\"timers\":{timers},\"agents\":{},\"calls\":{},\"decisions\":{decisions},\
         \"most_calls_kept\":{},\"seconds\":{seconds:.3}}}",
        all / seconds,
        events.len(),
        most.0,
        events.iter().filter(|event| matches!(event.body, Body::CallEnded { .. })).count(),
        most.1,
    );
    Ok(())
}
