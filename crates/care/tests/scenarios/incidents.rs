//! Incidents of abuse, from the key to their end.

use crate::floor::Floor;
use calmline_care::Settings;

/// What is decided about incidents, breaks and figures.
fn play(settings: Settings, script: &str) -> Vec<String> {
    let mut decided = Floor::new(settings).play_quietly(script);
    decided.retain(|line| ["incident.", "break.", "call.excluded"].iter().any(|kind| line.contains(kind)));
    decided
}

const CALL: &str = "08:00 li available\n08:01 li takes c1\n08:02 li presses c1\n";

#[test]
fn the_ladder_is_climbed_rung_by_rung_and_the_way_out_is_relief() {
    let script = "08:02:10 li steps ending
        08:02:20 li steps first_warning
        08:02:25 li steps ending
        08:02:30 li steps first_warning
        08:02:40 li steps second_warning
        08:03 li steps ending
        08:03:20 c1 ended
        08:04 li accepts
        08:04:10 li on_break
        08:14:10 li available
        08:20 wait";
    assert_eq!(
        play(Settings::default(), &format!("{CALL}{script}")),
        [
            "08:02:00 call.excluded ",
            "08:02:00 incident.opened li first_warning",
            "08:02:20 incident.advanced li first_warning -> second_warning",
            "08:02:40 incident.advanced li second_warning -> ending",
            "08:03:00 incident.advanced li ending -> -",
            "08:03:20 incident.relieved li 10 min, easier for 30 min",
            "08:03:20 break.offered li 10 min: A cool-off after a hard call: it is outside of your breaks and \
             lowers no figure",
            "08:04:05 break.unconfirmed li",
            "08:04:10 break.began li",
            "08:14:10 break.ended li 10 min",
        ]
    );
}

#[test]
fn where_the_site_lets_nobody_end_a_call_the_ladder_ends_with_two_warnings() {
    let mut settings = Settings::default();
    settings.incident.may_end = false;
    let script = "08:02:20 li steps first_warning\n08:02:40 li steps second_warning\n08:03 li steps ending\n";
    let decided = play(settings, &format!("{CALL}{script}08:03:30 wait"));
    assert_eq!(decided.last().map(String::as_str), Some("08:02:40 incident.advanced li second_warning -> -"));
}

#[test]
fn presses_in_one_call_are_one_incident_and_one_after_the_call_brings_relief_at_once() {
    let decided = play(Settings::default(), &format!("{CALL}08:02:01 li presses c1\n08:03 c1 ended"));
    assert_eq!(decided.iter().filter(|line| line.contains("incident.opened")).count(), 1, "{decided:?}");
    let after = "08:00 li available\n08:01 li takes c1\n08:03 c1 ended\n08:03:30 li presses c1";
    let decided = play(Settings::default(), after);
    assert!(decided.contains(&"08:03:30 incident.opened li -".into()), "{decided:?}");
    assert!(
        decided.contains(&"08:03:30 incident.relieved li 10 min, easier for 30 min".into()),
        "{decided:?}"
    );
}

#[test]
fn a_day_later_somebody_asks_and_an_incident_that_nobody_closes_ends_by_itself() {
    let mut floor = Floor::new(Settings::default());
    floor.play(&format!("{CALL}08:03 c1 ended\n08:04 li refuses\n17:00 li offline"));
    assert_eq!(floor.care.incidents().count(), 1);
    let incident =
        |lines: Vec<String>| lines.into_iter().filter(|line| line.contains("incident.")).collect::<Vec<_>>();
    assert_eq!(incident(floor.play_quietly("32:01 wait")), [""; 0]);
    assert_eq!(incident(floor.play_quietly("32:02 wait")), ["08:02:00 incident.due li"]);
    assert_eq!(incident(floor.play_quietly("344:02 wait")), ["08:02:00 incident.lapsed li"]);
    assert_eq!(floor.care.incidents().count(), 0, "nothing of it is left");
}

#[test]
fn one_that_is_closed_is_over_and_asks_nobody_again() {
    let mut floor = Floor::new(Settings::default());
    floor.play(&format!("{CALL}08:03 c1 ended\n08:04 li refuses\n08:30 li closes\n17:00 li offline"));
    assert_eq!(floor.care.incidents().count(), 0);
    let later = floor.play_quietly("400:00 wait");
    assert!(!later.iter().any(|line| line.contains("incident.")), "{later:?}");
}

#[test]
fn a_cool_off_is_outside_of_the_quota_of_breaks() {
    let mut settings = Settings::default();
    settings.breaks.at_once = 0.0;
    // One place for the whole site, and it is taken.
    let script = "08:00 wu available\n08:00 wu on_break\n08:03 c1 ended\n08:03:30 wait";
    let decided = play(settings, &format!("{CALL}{script}"));
    assert!(decided.iter().any(|line| line.starts_with("08:03:00 break.offered li 10 min")), "{decided:?}");
}
