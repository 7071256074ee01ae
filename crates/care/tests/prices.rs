//! What a break costs its queue: said to those who plan, and no reason to wait for long.

use std::collections::{HashMap, HashSet};

use calmline_care::{Care, Settings};
use calmline_core::{
    AgentId, Body, CallId, Draft, Event, Position, QueueId, SiteId, Timestamp,
    event::{Param, WorkState},
};
use jiff::SignedDuration;
use proptest::prelude::*;

fn site() -> SiteId {
    SiteId::new("site").expect("an id")
}

fn agent(n: usize) -> AgentId {
    AgentId::new(format!("a{n}")).expect("an id")
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).expect("in range")
}

/// Three hours of one queue: so many agents in turn take a call every `every` seconds, each of `length` seconds, after
/// having begun one minute apart. What is accepted is taken.
fn day(agents: usize, every: i64, length: i64, settings: &Settings) -> (Vec<Event>, Vec<Draft>) {
    let queue = QueueId::new("billing").ok();
    let mut events = Vec::new();
    for n in 0..agents {
        let state = Body::AgentState { agent: agent(n), state: WorkState::Available, reason: None };
        events.push((60 * i64::try_from(n).expect("few"), state));
    }
    let (mut free, mut second) = (vec![0_i64; agents], 600);
    for n in 0.. {
        second += every;
        if second > 3 * 3_600 {
            break;
        }
        let Some(who) = (0..agents).filter(|who| free[*who] <= second).min_by_key(|who| free[*who]) else {
            continue;
        };
        free[who] = second + length;
        let call = CallId::new(format!("c{n}")).expect("an id");
        events
            .push((second - 3, Body::CallOffered { call: call.clone(), agent: None, queue: queue.clone() }));
        events.push((
            second,
            Body::CallAnswered { call: call.clone(), agent: agent(who), queue: queue.clone() },
        ));
        events.push((second + length, Body::CallEnded { call, reason: None }));
    }
    events.sort_by_key(|(second, _)| *second);
    let mut care = Care::new(site(), settings.clone());
    let (mut log, mut decided) = (Vec::new(), Vec::new());
    let mut tell = |at, body, care: &mut Care| {
        let told = Draft::told(site(), "test", &log.len().to_string(), at, body);
        let event = told.at_position(Position(1));
        decided.extend(care.apply(&event));
        log.push(event);
    };
    for (second, body) in events {
        while let Some(wake) = care.next_wake().filter(|wake| *wake < at(second)) {
            tell(wake, Body::TimerFired {}, &mut care);
        }
        tell(at(second), body, &mut care);
    }
    (log, decided)
}

/// When each agent was first offered a break.
fn first_offers(decided: &[Draft]) -> HashMap<AgentId, Timestamp> {
    let mut first = HashMap::new();
    for draft in decided {
        if let Body::BreakOffered { agent, .. } = &draft.body {
            first.entry(agent.clone()).or_insert(draft.at);
        }
    }
    first
}

fn prices(decided: &[Draft]) -> Vec<(f64, f64, u32)> {
    let price = |draft: &Draft| match draft.body {
        Body::BreakPriced { service_level, without, moved_minutes, .. } => {
            Some((service_level.get(), without.get(), moved_minutes))
        }
        _ => None,
    };
    decided.iter().filter_map(price).collect()
}

fn never_put_off() -> Settings {
    let mut settings = Settings::default();
    settings.breaks.put_off_minutes = 0;
    settings
}

#[test]
fn a_dear_break_comes_some_minutes_later_and_a_cheap_one_when_it_is_due() {
    let (dear, cheap) = (day(5, 60, 200, &Settings::default()).1, day(12, 60, 200, &Settings::default()).1);
    let moved = |decided: &[Draft]| prices(decided).iter().map(|(.., moved)| *moved).max();
    assert!(moved(&dear).is_some_and(|minutes| (5..=10).contains(&minutes)), "{:?}", prices(&dear));
    assert_eq!(moved(&cheap), Some(0), "{:?}", prices(&cheap));
    assert!(prices(&cheap).iter().all(|(level, without, _)| level >= without));
}

#[test]
fn the_price_is_a_decision_of_its_own_that_names_neither_agent_nor_offer() {
    let (_, decided) = day(5, 60, 200, &Settings::default());
    let priced =
        decided.iter().position(|draft| matches!(draft.body, Body::BreakPriced { .. })).expect("a price");
    assert!(matches!(decided[priced - 1].body, Body::BreakOffered { .. }));
    assert!(decided[priced].because.contains(&decided[priced - 1].id));
    assert_eq!((decided[priced].body.agent(), decided[priced].body.call()), (None, None));
    let told = serde_json::to_string(&decided[priced].body).expect("JSON");
    assert!(!told.contains("\"a0\"") && !told.contains("offer"), "{told}");
}

#[test]
fn a_cool_off_has_its_price_too_and_is_put_off_by_none() {
    let settings = Settings::default();
    let (mut log, _) = day(5, 60, 200, &settings);
    // The last call that is answered gets abusive.
    let last = log.iter().rposition(|event| matches!(event.body, Body::CallAnswered { .. })).expect("a call");
    let (answered, Body::CallAnswered { call, agent, .. }) = (log[last].at, log[last].body.clone()) else {
        unreachable!("it is one");
    };
    let pressed = Body::AbuseReported { agent, call };
    let pressed = Draft::derived(site(), answered, Vec::new(), pressed).at_position(Position(1));
    log.insert(last + 1, pressed);
    let mut care = Care::new(site(), settings);
    let decided: Vec<Draft> = log.iter().flat_map(|event| care.apply(event)).collect();
    let cool_off = |draft: &Draft| matches!(&draft.body, Body::BreakOffered { reasons, .. } if reasons[0].code == "break.cool_off");
    let offered = decided.iter().position(cool_off).expect("a cool-off");
    let Body::BreakPriced { minutes, service_level, without, moved_minutes, .. } = decided[offered + 1].body
    else {
        panic!("no price follows: {:?}", decided[offered + 1]);
    };
    assert_eq!((minutes, moved_minutes), (10, 0));
    assert!(service_level > without, "{service_level:?} {without:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_price_moves_an_offer_by_ten_minutes_at_most_and_never_past_the_hour(
        agents in 2..9_usize, every in 20..240_i64, length in 30..420_i64,
    ) {
        let (log, decided) = day(agents, every, length, &Settings::default());
        let (_, at_once) = day(agents, every, length, &never_put_off());
        let (moved, unmoved) = (first_offers(&decided), first_offers(&at_once));
        for (agent, then) in &unmoved {
            // The minutes after which it may come can fall into a call, which is never interrupted.
            let latest = *then + SignedDuration::from_secs(600 + length + 60);
            let now = moved.get(agent);
            let still_open = log.last().is_some_and(|last| last.at < latest);
            prop_assert!(now.is_some_and(|now| *now <= latest) || still_open, "{agent:?}: {then} became {now:?}");
        }
        prop_assert!(prices(&decided).iter().all(|(.., moved)| *moved <= 10));
        let mut seen = HashSet::new();
        for draft in &decided {
            // The first offer: nobody answers here, so that the next one comes after it has lapsed.
            let Body::BreakOffered { agent, reasons, .. } = &draft.body else { continue };
            let work = reasons.iter().find(|reason| reason.code == "load.since_break");
            let Some(Param::Number(minutes)) = work.and_then(|reason| reason.params.get("minutes")) else { continue };
            // At an hour of work, or as soon as the call is over that goes on then.
            let latest = 61.0 + length as f64 / 60.0;
            prop_assert!(!seen.insert(agent) || *minutes <= latest, "{minutes} {draft:?}");
        }
        let mut again = Care::new(site(), Settings::default());
        let replayed: Vec<Draft> = log.iter().flat_map(|event| again.apply(event)).collect();
        prop_assert_eq!(replayed, decided);
    }
}
