//! The story holds what it promises, judged by what can be seen from outside: events and what is said.

use std::collections::{BTreeMap, BTreeSet};

use calmline_core::{Body, Party, event::WorkState};

use super::*;
use crate::world::Call;

fn plot(chinese: f64, seed: u64) -> Plot {
    let start = "2026-11-23T09:15:00Z".parse().unwrap();
    Plot { site: SiteId::new("s").unwrap(), start, agents: 40, chinese, seed }
}

fn first_minutes(story: &mut Story, minutes: f64, start: Timestamp) -> Vec<(Timestamp, WorldEvent)> {
    let end = later(start, 60.0 * minutes);
    std::iter::from_fn(|| story.world.next_until(end)).collect()
}

fn calls(events: &[(Timestamp, WorldEvent)]) -> Vec<&Call> {
    events
        .iter()
        .filter_map(|(_, event)| match event {
            WorldEvent::Call(call) => Some(call),
            WorldEvent::Work(_) => None,
        })
        .collect()
}

fn peak(call: &Call) -> f64 {
    let turns = call.script.turns.iter().filter(|t| t.by == Party::Customer);
    turns.map(|t| t.arousal).fold(0.0, f64::max)
}

#[test]
fn within_three_minutes_all_that_was_promised_is_heard_in_both_languages() {
    for seed in 0..8 {
        let plot = plot(0.4, seed);
        let start = plot.start;
        let events = first_minutes(&mut Story::new(plot).unwrap(), 3.0, start);
        let begun = |call: &Call| {
            events.iter().find_map(|(at, event)| match event {
                WorldEvent::Work(WorkEvent { body: Body::CallAnswered { call: id, .. }, .. })
                    if *id == call.call =>
                {
                    Some(at.duration_since(start).as_secs_f64())
                }
                _ => None,
            })
        };
        let ended = |call: &Call| {
            events.iter().any(|(_, event)| {
                matches!(event, WorldEvent::Work(WorkEvent { body: Body::CallEnded { call: id, .. }, .. }) if *id == call.call)
            })
        };
        let calls = calls(&events);
        for lang in [Lang::En, Lang::Zh] {
            let some = |wanted: &dyn Fn(&Call) -> bool| {
                calls.iter().any(|call| call.script.lang == lang && wanted(call))
            };
            assert!(some(&|c| peak(c) < 0.35 && ended(c)), "seed {seed}: no calm call in {lang:?}");
            assert!(
                some(&|c| (0.9..0.99).contains(&peak(c)) && begun(c).is_some_and(|s| s < 45.0)),
                "seed {seed}: no angry caller in {lang:?}"
            );
            let insults = if lang == Lang::En { "idiot" } else { "白痴" };
            assert!(
                some(&|c| {
                    begun(c).is_some_and(|s| s < 60.0)
                        && c.script.turns.iter().any(|t| t.text.contains(insults))
                }),
                "seed {seed}: no abusive caller in {lang:?}"
            );
        }
    }
}

#[test]
fn some_agents_complete_fifty_minutes_of_work_in_the_story_and_nobody_does_before() {
    for seed in 0..8 {
        let plot = plot(0.4, seed);
        let start = plot.start;
        let story = Story::new(plot).unwrap();
        let mut working_since = BTreeMap::new();
        let mut resting = BTreeSet::new();
        for event in &story.history {
            let Body::AgentState { agent, state, .. } = &event.body else { continue };
            match state {
                WorkState::OnBreak => {
                    let since: Timestamp = working_since.remove(agent).unwrap();
                    let minutes = event.at.duration_since(since).as_secs_f64() / 60.0;
                    assert!(minutes < 50.0, "seed {seed}: {agent} worked {minutes} min");
                    resting.insert(agent.clone());
                }
                WorkState::Available if resting.remove(agent) || !working_since.contains_key(agent) => {
                    working_since.insert(agent.clone(), event.at);
                }
                _ => {}
            }
        }
        let due: Vec<f64> = working_since
            .values()
            .map(|since| STRETCH_S - start.duration_since(*since).as_secs_f64())
            .collect();
        assert!(due.iter().all(|s| *s > 0.0), "seed {seed}: a break was due before the story: {due:?}");
        let in_time = due.iter().filter(|s| **s < 120.0).count();
        assert!((4..=9).contains(&in_time), "seed {seed}: {in_time} breaks fall due in the story");
    }
}

#[test]
fn history_is_over_when_the_story_begins_and_is_never_heard() {
    let plot = plot(0.4, 1);
    let start = plot.start;
    let mut story = Story::new(plot).unwrap();
    assert!(story.history.windows(2).all(|w| w[0].at <= w[1].at));
    assert!(story.history.last().unwrap().at < start);
    assert!((1_500..12_000).contains(&story.history.len()), "{} events", story.history.len());
    let events = first_minutes(&mut story, 1.0, start);
    assert!(events.iter().all(|(at, _)| *at >= start));
    assert!(calls(&events).len() > 10);
}

#[test]
fn a_story_that_goes_on_tells_how_everybody_stands_and_no_event_twice() {
    let plot = plot(0.4, 1);
    let start = plot.start;
    let mut told: BTreeSet<String> =
        Story::new(plot.clone()).unwrap().history.into_iter().map(|event| event.id).collect();
    let mut story = Story::new(plot).unwrap().going_on(start);
    assert_eq!(story.history.len(), 40);
    let agents: BTreeSet<_> = story.history.iter().filter_map(|event| event.body.agent().cloned()).collect();
    assert_eq!(agents.len(), 40);
    let first = first_minutes(&mut story, 1.0, start);
    let later = first.iter().filter_map(|(_, event)| match event {
        WorldEvent::Work(work) => Some(work),
        WorldEvent::Call(_) => None,
    });
    for event in story.history.iter().chain(later) {
        assert!(event.at >= start && told.insert(event.id.clone()), "{event:?}");
    }
}

#[test]
fn a_floor_of_one_language_has_its_story_too() {
    for (chinese, lang) in [(0.0, Lang::En), (1.0, Lang::Zh)] {
        let plot = plot(chinese, 5);
        let start = plot.start;
        let events = first_minutes(&mut Story::new(plot).unwrap(), 2.0, start);
        assert!(calls(&events).iter().all(|call| call.script.lang == lang));
        assert!(calls(&events).iter().any(|call| peak(call) >= 1.0));
    }
}

#[test]
fn the_smallest_floors_have_a_story_as_far_as_they_can() {
    for agents in 0..6 {
        for chinese in [0.0, 0.5, 1.0, f64::NAN] {
            let plot = Plot { agents, ..plot(chinese, 9) };
            let start = plot.start;
            let events = first_minutes(&mut Story::new(plot).unwrap(), 3.0, start);
            assert!(calls(&events).len() >= agents, "{agents} agents, {chinese}");
        }
    }
}

#[test]
fn the_first_minute_of_a_story() {
    let plot = Plot { agents: 12, ..plot(0.5, 42) };
    let start = plot.start;
    let events = first_minutes(&mut Story::new(plot).unwrap(), 1.0, start);
    let lines: Vec<String> = events
        .iter()
        .map(|(at, event)| {
            let after = at.duration_since(start).as_secs_f64();
            match event {
                WorldEvent::Work(work) => {
                    let data = serde_json::to_value(&work.body).unwrap();
                    format!("{after:7.3} {} {}", work.body.kind(), data["data"])
                }
                WorldEvent::Call(call) => {
                    let opening = &call.script.turns[1].text;
                    format!("{after:7.3} rings at {}: {opening}", call.agent)
                }
            }
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn a_day_is_busy_but_not_too_busy_and_ends_with_everybody_gone() {
    let mut world = day(plot(0.3, 3)).unwrap();
    let (mut heard, mut abandoned, mut offline) = (0, 0, 0);
    while let Some((_, event)) = world.next() {
        match event {
            WorldEvent::Call(_) => heard += 1,
            WorldEvent::Work(WorkEvent { body: Body::CallEnded { reason, .. }, .. }) => {
                abandoned += usize::from(reason.as_deref() == Some("abandoned"));
            }
            WorldEvent::Work(WorkEvent {
                body: Body::AgentState { state: WorkState::Offline, .. }, ..
            }) => {
                offline += 1;
            }
            WorldEvent::Work(_) => {}
        }
    }
    assert_eq!(offline, 40);
    assert!((5_000..14_000).contains(&heard), "{heard} calls");
    assert!(abandoned * 20 < heard, "{abandoned} of {heard} callers gave up");
}
