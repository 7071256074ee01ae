//! What always holds on a floor, whatever the seed.

use std::collections::{BTreeMap, BTreeSet};

use calmline_core::SiteId;

use super::*;

fn config(seed: u64) -> Config {
    let opens: Timestamp = "2026-11-23T08:00:00Z".parse().unwrap();
    Config {
        site: SiteId::new("s").unwrap(),
        seed,
        agents: 14,
        chinese: 0.4,
        opens,
        closes: later(opens, 2.0 * 3600.0),
        heard_from: later(opens, 1800.0),
        occupancy: 0.9,
        profile: Profile::TwoHumps,
        bursts: vec![Burst { from: later(opens, 3600.0), until: later(opens, 4500.0), factor: 1.8 }],
        breaks: PlannedBreaks::Short { after_minutes: 20.0 },
        snapshot_s: 60.0,
        repertoire: 40,
    }
}

fn run(mut world: World) -> Vec<(Timestamp, WorldEvent)> {
    std::iter::from_fn(|| world.next()).collect()
}

fn bodies(events: &[(Timestamp, WorldEvent)]) -> impl Iterator<Item = (Timestamp, &Body)> {
    events.iter().filter_map(|(at, event)| match event {
        WorldEvent::Work(work) => Some((*at, &work.body)),
        WorldEvent::Call(_) => None,
    })
}

#[test]
fn one_seed_is_one_world_and_another_is_another() {
    assert_eq!(run(World::new(config(1)).unwrap()), run(World::new(config(1)).unwrap()));
    assert_ne!(run(World::new(config(1)).unwrap()), run(World::new(config(2)).unwrap()));
}

#[test]
fn events_come_in_order_with_ids_of_their_own() {
    let events = run(World::new(config(1)).unwrap());
    assert!(events.windows(2).all(|pair| pair[0].0 <= pair[1].0));
    let mut ids = BTreeSet::new();
    for (at, event) in &events {
        if let WorldEvent::Work(work) = event {
            assert_eq!(work.at, *at);
            assert!(ids.insert((work.source.clone(), work.id.clone())));
        }
    }
    assert!(ids.len() > 1_000);
}

#[test]
fn agents_states_alternate_legally_and_nobody_is_in_two_calls() {
    for seed in 0..6 {
        let events = run(World::new(config(seed)).unwrap());
        let mut states: BTreeMap<&AgentId, WorkState> = BTreeMap::new();
        let mut in_call: BTreeMap<&AgentId, &CallId> = BTreeMap::new();
        for (at, body) in bodies(&events) {
            match body {
                Body::AgentState { agent, state, .. } => {
                    let from = states.insert(agent, *state).unwrap_or(WorkState::Offline);
                    assert!(
                        agent::is_legal(from, *state),
                        "seed {seed}, {at}: {agent} {from:?} to {state:?}"
                    );
                    // A call is never in the hands of somebody who is not busy with it.
                    assert_eq!(
                        in_call.contains_key(agent),
                        *state == WorkState::Busy,
                        "{at} {agent} {state:?}"
                    );
                }
                Body::CallAnswered { call, agent, .. } => {
                    assert_eq!(in_call.insert(agent, call), None, "{agent} is in two calls");
                }
                Body::CallTransferred { call, to: Some(to), .. } => {
                    in_call.retain(|_, other| *other != call);
                    assert_eq!(in_call.insert(to, call), None, "{to} is in two calls");
                }
                Body::CallEnded { call, .. } => in_call.retain(|_, other| *other != call),
                _ => {}
            }
        }
        assert!(states.values().all(|state| *state == WorkState::Offline), "somebody never went home");
    }
}

#[test]
fn every_call_is_offered_answered_held_and_ended_in_that_order() {
    let events = run(World::new(config(3)).unwrap());
    let mut stages: BTreeMap<&CallId, Vec<&str>> = BTreeMap::new();
    for (_, body) in bodies(&events) {
        if let Some(call) = body.call() {
            stages.entry(call).or_default().push(body.kind());
        }
    }
    let seen: BTreeSet<Vec<&str>> = stages.into_values().collect();
    let (offered, answered, ended) = ("call.offered", "call.answered", "call.ended");
    let ways = BTreeSet::from([
        vec![offered, ended],
        vec![offered, answered, ended],
        vec![offered, answered, "call.held", "call.resumed", ended],
        vec![offered, answered, "call.transferred", ended],
    ]);
    assert!(seen.is_subset(&ways), "{seen:?}");
    assert!(seen.len() >= 3, "{seen:?}");
}

#[test]
fn a_heard_call_is_answered_by_the_agent_at_whom_it_rang_and_ends_when_its_script_does() {
    let events = run(World::new(config(4)).unwrap());
    let mut heard = 0;
    for (rang, event) in &events {
        let WorldEvent::Call(call) = event else { continue };
        heard += 1;
        let time_of =
            |kind: &str| bodies(&events).find(|(_, b)| b.kind() == kind && b.call() == Some(&call.call));
        let (answered, body) = time_of("call.answered").unwrap();
        assert_eq!(body.agent(), Some(&call.agent));
        let (ended, _) = time_of("call.ended").unwrap();
        assert!((1.9..5.1).contains(&seconds_between(*rang, answered)));
        assert!((seconds_between(answered, ended) - mix::estimate(&call.script).total_s).abs() < 0.01);
    }
    assert!(heard > 50, "{heard}");
}

#[test]
fn the_length_that_the_real_clips_have_is_obeyed() {
    let mut world = World::new(config(4)).unwrap();
    let mut timed = None;
    let mut answered = None;
    while let Some((at, event)) = world.next() {
        match event {
            WorldEvent::Call(call) if timed.is_none() => {
                let lengths = vec![2.0; call.script.turns.len()];
                let layout = mix::lay_out(&call.script, &lengths);
                timed = Some((call.call.clone(), layout.total_s));
                world.timed(&call.call, layout);
            }
            WorldEvent::Work(work) => {
                let Some((call, total)) = timed.as_ref().filter(|(call, _)| work.body.call() == Some(call))
                else {
                    continue;
                };
                match work.body {
                    Body::CallAnswered { .. } => answered = Some(at),
                    Body::CallEnded { .. } => {
                        assert!((seconds_between(answered.unwrap(), at) - total).abs() < 0.01, "{call}");
                        return;
                    }
                    _ => {}
                }
            }
            WorldEvent::Call(_) => {}
        }
    }
    panic!("no call was heard");
}

/// Runs until somebody is busy, lets them answer an offer, and returns what then happened to them.
fn after_answer(
    answer: impl Fn(Timestamp) -> OfferAnswer,
) -> (Timestamp, Vec<(Timestamp, WorkState, Option<String>)>) {
    let mut world = World::new(config(5)).unwrap();
    let warm = later(world.config.opens, 2_000.0);
    while world.next_until(warm).is_some() {}
    let busy = world.agents.iter().find(|a| a.state == WorkState::Busy && !a.leaving).unwrap();
    let id = busy.card.id.clone();
    world.answer(warm, &id, answer(warm), 7);
    let mut seen = Vec::new();
    while let Some((at, event)) = world.next_until(later(warm, 1_500.0)) {
        if let WorldEvent::Work(WorkEvent { body: Body::AgentState { agent, state, reason }, .. }) = event
            && agent == id
        {
            seen.push((at, state, reason));
        }
    }
    (warm, seen)
}

#[test]
fn an_accepted_break_begins_after_the_call_and_lasts_as_long_as_offered() {
    let (_, seen) = after_answer(|_| OfferAnswer::Accepted);
    let states: Vec<WorkState> = seen.iter().map(|s| s.1).collect();
    assert_eq!(states[..3], [WorkState::WrapUp, WorkState::OnBreak, WorkState::Available]);
    assert_eq!(seen[1].2.as_deref(), Some("relief"));
    assert!((seconds_between(seen[1].0, seen[2].0) - 420.0).abs() < 0.01);
}

#[test]
fn a_moved_break_comes_at_its_time_and_a_refused_one_never() {
    let (now, seen) = after_answer(|now| OfferAnswer::Moved { to: later(now, 600.0) });
    let (began, _, _) = seen.iter().find(|s| s.2.as_deref() == Some("relief")).unwrap();
    assert!(seconds_between(now, *began) >= 600.0);
    let (_, seen) = after_answer(|_| OfferAnswer::Refused);
    assert!(seen.iter().all(|s| s.2.as_deref() != Some("relief")));
}

#[test]
fn reactions_are_mostly_yes_and_answers_of_strangers_change_nothing() {
    let mut world = World::new(config(1)).unwrap();
    let now = world.config.opens;
    let reactions: Vec<Reaction> = (0..400).map(|_| world.reaction(now)).collect();
    let accepted = reactions.iter().filter(|r| r.answer == OfferAnswer::Accepted).count();
    assert!((260..340).contains(&accepted), "{accepted} of 400");
    assert!(reactions.iter().any(|r| r.answer == OfferAnswer::Refused));
    let wake = world.next_wake();
    world.answer(now, &AgentId::new("nobody").unwrap(), OfferAnswer::Accepted, 7);
    assert_eq!(world.next_wake(), wake);
}

#[test]
fn bursts_bring_more_calls_and_an_empty_floor_brings_none() {
    let steady =
        Config { bursts: Vec::new(), profile: Profile::Flat, heard_from: config(1).opens, ..config(1) };
    let from = later(steady.opens, 3600.0);
    let burst =
        Config { bursts: vec![Burst { from, until: later(from, 1800.0), factor: 2.0 }], ..steady.clone() };
    let offered = |config: Config| {
        let events = run(World::new(config).unwrap());
        let until = later(from, 1800.0);
        bodies(&events).filter(|(at, b)| b.kind() == "call.offered" && *at >= from && *at < until).count()
    };
    let (calm, busy) = (offered(steady.clone()), offered(burst));
    assert!(busy as f64 > 1.6 * calm as f64, "{busy} against {calm}");
    assert_eq!(run(World::new(Config { agents: 0, ..steady }).unwrap()), Vec::new());
}

#[test]
fn a_shift_that_is_over_before_it_began_leaves_nobody_behind() {
    for minutes in [-10.0, 0.0, 1.0, 3.0] {
        let opens = config(1).opens;
        let events = run(World::new(Config { closes: later(opens, 60.0 * minutes), ..config(1) }).unwrap());
        let mut last: BTreeMap<&AgentId, WorkState> = BTreeMap::new();
        for (_, body) in bodies(&events) {
            if let Body::AgentState { agent, state, .. } = body {
                last.insert(agent, *state);
            }
        }
        assert!(last.values().all(|state| *state == WorkState::Offline), "{minutes} min: {last:?}");
    }
}

#[test]
fn lent_agents_hang_up_are_ready_and_are_told_of_no_more() {
    let mut world = World::new(config(3)).unwrap();
    let start = later(world.config.opens, 1_500.0);
    let mut events: Vec<_> = std::iter::from_fn(|| world.next_until(start)).collect();
    let topic = Topic::Deliveries;
    let lent = world.lend(topic, 3);
    assert!(lent.len() == 3 && lent.iter().all(|card| card.topics.contains(&topic)));
    // What is told of them at once is their last.
    events.extend(std::iter::from_fn(|| world.next_until(start)));
    let later_on = run(world);
    for card in &lent {
        let state = bodies(&events).filter_map(|(_, body)| match body {
            Body::AgentState { agent, state, .. } if *agent == card.id => Some(*state),
            _ => None,
        });
        assert_eq!(state.last(), Some(WorkState::Available), "{card:?}");
        assert!(bodies(&later_on).all(|(_, body)| body.agent() != Some(&card.id)), "{card:?}");
    }
    assert!(
        bodies(&later_on).any(|(_, body)| matches!(body, Body::CallAnswered { .. })),
        "the floor goes on"
    );
}
