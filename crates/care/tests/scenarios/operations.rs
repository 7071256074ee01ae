//! Alerts that rest on the phone platform's facts, on requests, and on how often a rule was right.

use crate::floor::{Floor, tell};
use calmline_care::Settings;
use calmline_core::{
    AccountId, AlertId, Body, CallId, Party, QueueId, Share, Timestamp,
    event::{AlertOutcome, SignalKind},
};

fn at(text: &str) -> Timestamp {
    format!("2026-11-23T{text}Z").parse().expect("a time")
}

/// The alerts among what was decided.
fn alerts(floor: &Floor) -> Vec<String> {
    floor.decided.iter().map(tell).filter(|line| line.contains("alert.")).collect()
}

fn last_alert(floor: &Floor) -> AlertId {
    let alert =
        |body: &Body| if let Body::AlertRaised { alert, .. } = body { Some(alert.clone()) } else { None };
    floor.decided.iter().rev().find_map(|draft| alert(&draft.body)).expect("an alert")
}

fn queue(waiting: u32, longest_wait_s: f64) -> Body {
    let queue = QueueId::new("orders").expect("an id");
    Body::QueueSnapshot { queue, waiting, available: 0, longest_wait_s }
}

#[test]
fn a_queue_that_builds_up_is_told_once_until_it_has_eased() {
    let mut floor = Floor::new(Settings::default());
    for (time, waiting, longest) in [
        ("08:00:00", 9, 200.0),
        ("08:00:30", 2, 150.0),
        ("08:01:00", 9, 200.0),
        ("08:01:30", 10, 230.0),
        ("08:02:00", 12, 260.0),
        ("08:05:00", 1, 20.0),
        ("08:06:00", 9, 190.0),
        ("08:06:30", 9, 220.0),
    ] {
        floor.apply(at(time), queue(waiting, longest));
    }
    let raised: Vec<_> = alerts(&floor).into_iter().filter(|line| line.contains("raised")).collect();
    assert_eq!(
        raised,
        [
            "08:01:30 alert.raised - in -: 10 callers wait, the longest for about 4 minutes [evidence.queue] -> \
             action.more_hands",
            "08:06:30 alert.raised - in -: 9 callers wait, the longest for about 4 minutes [evidence.queue] -> \
             action.more_hands",
        ]
    );
}

#[test]
fn sudden_loudness_on_the_callers_line_is_told_once() {
    let mut floor = Floor::new(Settings::default());
    floor.play("08:00 li available\n08:01 li takes c1");
    let loud = |party, value| Body::Signal {
        call: CallId::new("c1").expect("an id"),
        party,
        kind: SignalKind::SuddenLoudness,
        start_s: 1.0,
        end_s: 1.5,
        value,
        confidence: Share::new(0.9),
        drivers: Vec::new(),
    };
    floor.apply(at("08:01:10"), loud(Party::Agent, 40.0));
    floor.apply(at("08:01:11"), loud(Party::Customer, 12.0));
    floor.apply(at("08:01:12"), loud(Party::Customer, 31.0));
    floor.apply(at("08:01:13"), loud(Party::Customer, 33.0));
    assert_eq!(
        alerts(&floor),
        [
            "08:01:12 alert.raised li in c1: The line became much louder at once (31 dB) [evidence.loudness] -> \
             action.ears"
        ]
    );
}

#[test]
fn an_hour_without_a_moment_to_breathe_is_told_once() {
    let mut floor = Floor::new(Settings::default());
    let mut script = String::from("08:00 li available\n");
    for n in 0..11 {
        let (from, to) = (n * 5, n * 5 + 4);
        script += &format!("08:{from:02} li takes c{n}\n08:{to:02}:55 c{n} ended\n");
    }
    floor.play(&script);
    let raised: Vec<_> = alerts(&floor).into_iter().filter(|line| line.contains("busy")).collect();
    assert_eq!(raised.len(), 1, "{raised:?}");
    assert!(raised[0].ends_with("action.lighter"), "{raised:?}");
}

#[test]
fn who_asks_for_a_supervisor_gets_what_they_asked_for() {
    let mut floor = Floor::new(Settings::default());
    floor.play("08:00 li available\n08:01 li asks action.check_in");
    assert_eq!(
        alerts(&floor),
        ["08:01:00 alert.raised li in -: An agent asks for you [evidence.asked] -> action.check_in"]
    );
}

#[test]
fn a_second_person_is_told_of_what_nobody_answers_and_of_nothing_else() {
    let by = || AccountId::new("x").expect("an id");
    for answered in [false, true] {
        let mut floor = Floor::new(Settings::default());
        floor.play("08:00 li available\n08:01 li asks action.check_in");
        if answered {
            let alert = last_alert(&floor);
            floor.apply(at("08:02:00"), Body::AlertAcknowledged { alert, by: by() });
        }
        let later = floor.play_quietly("08:30 wait");
        let escalated: Vec<_> = later.iter().filter(|line| line.contains("escalated")).collect();
        let wanted: &[&str] = if answered { &[] } else { &["08:04:00 alert.escalated "] };
        assert_eq!(escalated, wanted);
    }
}

#[test]
fn a_rule_that_supervisors_and_agents_call_wrong_rests_and_says_so() {
    let mut settings = Settings::default();
    settings.alerts.earns_answers = 10;
    let mut floor = Floor::new(settings);
    let by = AccountId::new("x").expect("an id");
    let mut rests = None;
    for n in 0..8_u32 {
        // Two answers to each alert: the supervisor's, and the agent's in private.
        let hour = n + 1;
        floor.apply(at(&format!("{hour:02}:00:00")), queue(9, 200.0));
        floor.apply(at(&format!("{hour:02}:00:30")), queue(9, 200.0));
        if rests.is_none() {
            let alert = last_alert(&floor);
            let closed =
                Body::AlertClosed { alert, outcome: AlertOutcome::Wrong, by: by.clone(), action: None };
            floor.apply(at(&format!("{hour:02}:01:00")), closed);
        }
        floor.apply(at(&format!("{hour:02}:10:00")), queue(0, 0.0));
        let said = |line: &String| line.contains("alert.rule_muted");
        rests = rests.or(alerts(&floor).iter().position(said).map(|_| n));
    }
    assert_eq!(rests, None, "eight answers are too few");
    for n in 8..14_u32 {
        let hour = n + 1;
        floor.apply(at(&format!("{hour:02}:00:00")), queue(9, 200.0));
        floor.apply(at(&format!("{hour:02}:00:30")), queue(9, 200.0));
        let alert = last_alert(&floor);
        let closed = Body::AlertClosed { alert, outcome: AlertOutcome::Wrong, by: by.clone(), action: None };
        floor.apply(at(&format!("{hour:02}:01:00")), closed);
        floor.apply(at(&format!("{hour:02}:10:00")), queue(0, 0.0));
    }
    let told = alerts(&floor);
    let muted = told.iter().position(|line| line.contains("alert.rule_muted")).expect("it rests");
    assert!(told[muted].ends_with("alert.queue_building 0 of 10"), "{told:?}");
    assert!(!told[muted..].iter().any(|line| line.contains("raised") || line.contains("held")), "{told:?}");
}
