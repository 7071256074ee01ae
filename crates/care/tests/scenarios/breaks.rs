//! Breaks, minute by minute.

use crate::floor::Floor;
use calmline_care::{Settings, rhythm::minutes_of};
use calmline_core::{AccountId, Body, event::Rhythm};

fn play(script: &str) -> Vec<String> {
    Floor::new(Settings::default()).play_quietly(script)
}

#[test]
fn a_break_is_offered_after_fifty_minutes_taken_confirmed_and_ended() {
    let decided = play(
        "08:00 li available
         08:52 li accepts
         08:52:03 li on_break
         08:58 li available
         09:30 wait",
    );
    assert_eq!(
        decided,
        [
            "08:50:00 break.offered li 5 min: 50 minutes of work since the last break",
            "08:52:03 break.began li",
            "08:58:00 break.ended li 6 min",
        ]
    );
}

#[test]
fn never_inside_a_call_but_right_at_its_end() {
    let decided = play(
        "08:00 li available
         08:40 li takes c1
         09:02 c1 ended
         09:02:30 li wrap_up",
    );
    assert_eq!(decided, ["09:02:00 break.offered li 5 min: 62 minutes of work since the last break"]);
}

/// What is wanted of the phone platform, and what follows from what it shows.
fn play_with_platform(script: &str) -> Vec<String> {
    let decided = Floor::new(Settings::default()).play(script);
    decided
        .into_iter()
        .filter(|line| line.contains("presence.") || line.contains(" break."))
        .skip(1)
        .collect()
}

#[test]
fn the_phone_platform_is_wanted_to_show_the_break_and_its_end_and_is_believed_when_it_does() {
    let decided = play_with_platform(
        "08:00 li available
         08:51 li takes c1
         08:52 li accepts
         08:56 c1 ended
         08:56:01 li shown on_break
         09:01:02 li shown available
         09:10 wait",
    );
    assert_eq!(
        decided,
        [
            "08:56:00 presence.wanted li on_break",
            "08:56:01 break.began li",
            "09:01:01 presence.wanted li available",
            "09:01:02 break.ended li 5 min",
        ]
    );
}

#[test]
fn a_platform_that_declines_is_told_at_once_and_asked_again_after_the_next_call() {
    let decided = play_with_platform(
        "08:00 li available
         08:51 li accepts
         08:51:01 li declined on_break
         08:51:02 li takes c1
         08:51:03 li shown on_break
         08:54 c1 ended
         08:54:01 li shown on_break",
    );
    assert_eq!(
        decided,
        [
            "08:51:00 presence.wanted li on_break",
            "08:51:01 break.unconfirmed li",
            "08:54:00 presence.wanted li on_break",
            "08:54:01 break.began li",
        ]
    );
}

#[test]
fn an_accepted_break_begins_after_the_call_and_is_asked_for_once() {
    let decided = play(
        "08:00 li available
         08:51 li takes c1
         08:52 li accepts
         08:56 c1 ended
         08:58 li on_break
         09:10 li available",
    );
    assert_eq!(
        decided,
        [
            "08:50:00 break.offered li 5 min: 50 minutes of work since the last break",
            "08:56:05 break.unconfirmed li",
            "08:58:00 break.began li",
            "09:10:00 break.ended li 12 min",
        ]
    );
}

#[test]
fn a_moved_break_waits_for_its_time_even_beyond_the_latest_time() {
    let decided = play(
        "08:00 li available
         08:51 li moves to 09:10
         09:09 li takes c1
         09:12 c1 ended
         09:12:02 li on_break
         09:18 li available",
    );
    assert_eq!(
        decided,
        [
            "08:50:00 break.offered li 5 min: 50 minutes of work since the last break",
            "09:12:02 break.began li",
            "09:18:00 break.ended li 6 min",
        ]
    );
}

#[test]
fn a_refusal_is_followed_by_the_next_offer_after_a_decent_interval_and_by_nothing_else() {
    let decided = play(
        "08:00 li available
         08:51 li refuses
         09:11:30 li refuses
         09:40 wait",
    );
    assert_eq!(
        decided,
        [
            "08:50:00 break.offered li 5 min: 50 minutes of work since the last break",
            "09:11:00 break.offered li 5 min: 71 minutes of work since the last break",
            "09:31:30 break.offered li 5 min: 91 minutes of work since the last break",
        ]
    );
}

#[test]
fn an_unanswered_offer_lapses_and_an_answer_given_in_time_still_counts_when_it_comes_late() {
    let script = "08:00 li available
         09:00:02 wait";
    let lapsed = "09:00:00 break.lapsed li";
    assert_eq!(play(script)[1], lapsed);
    let late = format!("{script}\n08:59:59 li accepts\n09:00:04 li on_break");
    assert_eq!(play(&late)[1..], [lapsed, "09:00:04 break.began li"]);
}

#[test]
fn a_break_taken_unasked_is_rest_and_ends_an_open_offer() {
    let decided = play(
        "08:00 li available
         08:30 li on_break
         08:36 li available
         09:27 li on_break
         09:29 wait",
    );
    assert_eq!(
        decided,
        [
            "09:26:00 break.offered li 5 min: 50 minutes of work since the last break",
            "09:27:00 break.lapsed li",
        ]
    );
}

#[test]
fn two_minutes_away_are_no_break() {
    let decided = play(
        "08:00 li available
         08:30 li on_break
         08:32 li available
         08:53 wait",
    );
    assert_eq!(decided, ["08:52:00 break.offered li 5 min: 50 minutes of work since the last break"]);
}

#[test]
fn one_in_five_at_once_but_never_later_than_sixty_minutes() {
    let decided = play(
        "08:00 a1 available
         08:01 a2 available
         08:02 a3 available
         08:03 a4 available
         08:04 a5 available
         08:51 a1 accepts
         08:51:01 a1 on_break
         08:57 a1 available
         08:58 a2 accepts
         08:58:01 a2 on_break
         09:02 wait",
    );
    let offered: Vec<_> = decided.iter().filter(|line| line.contains("offered")).collect();
    assert_eq!(
        offered,
        [
            "08:50:00 break.offered a1 5 min: 50 minutes of work since the last break",
            // A place is free again: the one who has worked longest comes first.
            "08:57:00 break.offered a2 5 min: 56 minutes of work since the last break",
            // No place, but sixty minutes are sixty minutes.
            "09:02:00 break.offered a3 5 min: 60 minutes of work since the last break",
        ]
    );
}

#[test]
fn supervisors_hear_of_a_break_that_the_site_could_not_offer_but_never_of_a_refused_one() {
    let could_not = play(
        "08:00 li available
         08:45 li takes c1
         09:20 c1 ended",
    );
    assert_eq!(
        could_not,
        [
            "09:05:00 alert.raised li in -: No break could be offered for 65 minutes of work [evidence.work] -> \
             action.more_hands",
            "09:08:00 alert.escalated ",
            "09:20:00 break.offered li 6 min: 80 minutes of work since the last break",
        ]
    );
    let refused = play(
        "08:00 li available
         08:50:30 li refuses
         08:52 li takes c1
         11:00 wait",
    );
    assert_eq!(refused.len(), 1, "{refused:?}");
}

#[test]
fn signing_off_ends_an_offer_and_the_next_shift_starts_afresh() {
    let decided = play(
        "08:00 li available
         08:50:30 li accepts
         08:50:32 li offline
         14:00 li available
         14:49 wait",
    );
    assert_eq!(decided[1..], ["08:50:32 break.lapsed li"]);
}

#[test]
fn abuse_brings_the_break_earlier_and_longer() {
    let decided = play(
        "08:00 li available
         08:05 li takes c1
         08:06 c1 says abusive 4
         08:10 c1 ended
         08:11 li takes c2
         08:12 c2 says abusive 4
         08:20 c2 ended
         08:21 wait",
    );
    assert_eq!(
        decided.last().map(String::as_str),
        Some("08:20:00 break.offered li 15 min: an abusive call in the last hours")
    );
}

#[test]
fn what_the_platform_shows_late_is_taken_as_what_it_is() {
    let decided = play_with_platform(
        "08:00 li available
         08:51 li accepts
         08:51:40 li shown on_break
         08:56:41 li shown available
         09:10 wait",
    );
    assert_eq!(
        decided,
        [
            "08:51:00 presence.wanted li on_break",
            "08:51:05 break.unconfirmed li",
            "08:51:40 break.began li",
            "08:56:40 presence.wanted li available",
            "08:56:41 break.ended li 5 min",
        ]
    );
}

#[test]
fn a_rhythm_that_is_chosen_goes_before_the_settings_and_stays_when_they_change() {
    let mut floor = Floor::new(Settings::default());
    floor.play("08:00 li available\n08:10 wait");
    let minutes = minutes_of(Rhythm::TenInFifty).expect("a preset has minutes");
    let by = AccountId::new("x").expect("an id");
    let at = "2026-11-23T08:10:00Z".parse().expect("a time");
    floor.apply(at, Body::RhythmChosen { rhythm: Rhythm::TenInFifty, minutes, by });
    floor.care.adopt(Settings::default());
    assert_eq!(
        floor.play_quietly("08:41 wait"),
        ["08:40:00 break.offered li 10 min: 40 minutes of work since the last break"]
    );
}
