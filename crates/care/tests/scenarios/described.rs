//! What others tell of calls: what they are about, what they take, and what is hard to hear.

use calmline_care::{Settings, Standing, model::Part};
use calmline_core::{AgentId, Body, CallId, Timestamp};

use crate::floor::Floor;

fn at(time: &str) -> Timestamp {
    format!("2026-11-23T{time}:00Z").parse().expect("a time")
}

fn described(call: &str, intent: Option<&str>, systems: Option<u32>, distressing: bool) -> Body {
    let call = CallId::new(call).expect("an id");
    Body::CallDescribed { call, intent: intent.map(str::to_owned), systems, distressing }
}

fn standing(floor: &Floor, agent: &str, time: &str) -> Standing {
    floor.care.standing(&AgentId::new(agent).expect("an id"), at(time)).expect("known")
}

fn share(standing: &Standing, part: Part) -> f64 {
    standing.parts.iter().find(|of| of.part == part).expect("every part is there").share.get()
}

#[test]
fn distressing_content_counts_once_also_when_it_is_told_after_the_call_and_can_be_taken_back() {
    let mut floor = Floor::new(Settings::default());
    floor.play(
        "08:00 li available
         08:01 li takes c1
         08:09 c1 ended",
    );
    for minute in ["08:10", "08:11"] {
        floor.apply(at(minute), described("c1", None, None, true));
    }
    let met = standing(&floor, "li", "08:11");
    assert!((0.28..=0.30).contains(&share(&met, Part::Distress)), "{met:?}");
    let why = floor.log.iter().find(|event| event.body.kind() == "call.described").expect("it was told").id;
    assert!(met.parts.iter().any(|part| part.part == Part::Distress && part.cause == Some(why)));
    let agent = AgentId::new("li").expect("an id");
    let objection = calmline_core::event::Objection::default();
    floor.apply(at("08:12"), Body::InferenceDisputed { agent, event: why, objection });
    assert!(share(&standing(&floor, "li", "08:12"), Part::Distress) < 1e-9);
}

#[test]
fn systems_beyond_the_usual_make_calls_complex() {
    let mut floor = Floor::new(Settings::default());
    for (call, systems) in [("c1", 2), ("c2", 6)] {
        floor.apply(at("08:00"), described(call, None, Some(systems), false));
    }
    let complexity = |script: &str, floor: &mut Floor, time| {
        floor.play(script);
        share(&standing(floor, "li", time), Part::Complexity)
    };
    let usual = complexity("08:00 li available\n08:01 li takes c1\n08:05 c1 ended", &mut floor, "08:05");
    let many = complexity("08:06 li takes c2\n08:10 c2 ended", &mut floor, "08:10");
    assert_eq!(usual, 0.0);
    // Four further systems are two of six complications, of a weight of 0.1.
    assert!((many - 0.1 * 2.0 / 6.0).abs() < 2e-3, "{many}");
}

#[test]
fn one_kind_of_request_in_a_row_is_monotonous_and_another_ends_it() {
    let mut floor = Floor::new(Settings::default());
    floor.play("08:00 li available");
    let mut call = |n: u32, intent: &str| {
        floor.play(&format!("08:{:02} li takes c{n}", n * 2));
        floor.apply(at(&format!("08:{:02}", n * 2)), described(&format!("c{n}"), Some(intent), None, false));
        floor.play(&format!("08:{:02} c{n} ended", n * 2 + 1));
        share(&standing(&floor, "li", &format!("08:{:02}", n * 2 + 1)), Part::Monotony)
    };
    let row: Vec<f64> = (1..=13).map(|n| call(n, "card lost")).collect();
    assert_eq!(row[0], 0.0);
    assert!(row.windows(2).all(|pair| pair[0] <= pair[1]) && (row[12] - 0.05).abs() < 1e-9, "{row:?}");
    assert_eq!(call(14, "limit"), 0.0);
}

#[test]
fn several_contacts_at_once_weigh_and_are_no_calls_in_a_row() {
    let mut floor = Floor::new(Settings::default());
    floor.play(
        "08:00 li available
         08:01 li takes c1
         08:01 li takes c2
         08:02 li takes c3",
    );
    let chats = standing(&floor, "li", "09:30");
    assert!(share(&chats, Part::Concurrency) > 0.10, "{chats:?}");
    assert_eq!(share(&chats, Part::BackToBack), 0.0);
    floor.play("09:31 c2 ended\n09:31 c3 ended\n09:31 c1 ended");
    assert!(share(&standing(&floor, "li", "12:30"), Part::Concurrency) < 1e-3);
}

#[test]
fn who_gets_more_hard_calls_than_is_usual_is_told_so() {
    let mut floor = Floor::new(Settings::default());
    floor.play("06:00 li available\n06:00 mei available");
    // Mei has a hundred calls of two systems, Li five of nine.
    for n in 0..100_u32 {
        let (hour, minute) = (6 + n / 60, n % 60);
        floor.play(&format!("{hour:02}:{minute:02} mei takes m{n}\n{hour:02}:{minute:02}:40 m{n} ended"));
    }
    for n in 0..5_u32 {
        floor.apply(at(&format!("08:{:02}", n * 4)), described(&format!("l{n}"), None, Some(9), false));
        floor.play(&format!("08:{:02} li takes l{n}\n08:{:02} l{n} ended", n * 4, n * 4 + 3));
    }
    let (li, mei) = (standing(&floor, "li", "08:20"), standing(&floor, "mei", "08:20"));
    assert!(share(&li, Part::Mix) > 0.09, "{li:?}");
    assert_eq!(share(&mei, Part::Mix), 0.0);
}
