//! Agents whose platform never says that they have gone home.

use calmline_care::{Settings, Standing};
use calmline_core::{AgentId, Body};
use jiff::SignedDuration;

use crate::floor::Floor;

fn standing(floor: &Floor) -> Standing {
    let at = floor.log.last().expect("something happened").at;
    floor.care.standing(&AgentId::new("li").expect("an id"), at).expect("li is known")
}

fn activity(floor: &Floor) -> String {
    serde_json::to_value(standing(floor).activity).expect("a word").as_str().expect("a word").to_owned()
}

#[test]
fn silence_longer_than_any_shift_is_signing_off_and_the_next_day_is_a_new_shift() {
    let mut floor = Floor::new(Settings::default());
    floor.play(
        "08:00 li available
         16:50 li takes c1
         17:00 c1 ended
         32:59 wait",
    );
    assert_eq!(activity(&floor), "waiting");
    let after = floor.play_quietly("33:00 wait");
    assert_eq!(activity(&floor), "off");
    assert!(after.iter().all(|line| line.contains("break.lapsed")), "{after:?}");
    assert_eq!(floor.play_quietly("34:30 wait"), [""; 0], "nothing is decided about one who has gone home");
    floor.play(
        "34:31 li available
         34:41 wait",
    );
    let today = standing(&floor);
    assert_eq!((today.shift_minutes, today.work_minutes), (10.0, 10.0));
}

#[test]
fn one_who_is_heard_now_and_then_stays_signed_in() {
    let mut floor = Floor::new(Settings::default());
    floor.play(
        "08:00 li away
         23:00 li training
         38:50 wait",
    );
    assert_eq!(activity(&floor), "aside");
}

#[test]
fn a_call_that_is_forgotten_is_no_sign_of_its_agent() {
    let mut settings = Settings::default();
    settings.memory.silent_agent_hours = 6;
    let mut floor = Floor::new(settings);
    // The call's end was lost; after four hours it is forgotten.
    floor.play(
        "08:00 li takes c1
         14:00 wait",
    );
    assert_eq!(activity(&floor), "off");
}

#[test]
fn timers_or_none_the_same_is_decided_at_the_same_time() {
    let script = "08:00 li available
                  08:51 li accepts
                  34:00 wei available
                  34:00 li available
                  36:00 wait";
    let mut floor = Floor::new(Settings::default());
    floor.play(script);
    let end = floor.log.last().expect("something happened").at;
    let mut bare = calmline_care::Care::new(floor.log[0].site.clone(), Settings::default());
    for event in floor.log.iter().filter(|event| !matches!(event.body, Body::TimerFired {})) {
        bare.apply(event);
    }
    let li = AgentId::new("li").expect("an id");
    let shift = |care: &calmline_care::Care| care.standing(&li, end).map(|standing| standing.shift_minutes);
    assert_eq!(shift(&floor.care), Some(SignedDuration::from_hours(2).as_secs_f64() / 60.0));
    assert_eq!(shift(&bare), shift(&floor.care));
}
