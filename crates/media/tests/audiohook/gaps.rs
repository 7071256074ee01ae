//! Positions tell what is missing.

use std::time::Duration;

use calmline_media::{
    SessionEvent,
    audiohook::{duration, frames_of},
};
use proptest::prelude::*;
use serde_json::json;

use crate::{Pair, assert_refused, drain, message, open_session, start};

#[test]
fn sound_that_never_came_is_a_gap_at_the_next_message() {
    let mut pair = Pair::open();
    pair.client.audio(&[1; 1_600], &[1; 1_600]);
    pair.client.lose(400);
    pair.pass(Duration::from_secs(5));
    pair.client.audio(&[2; 160], &[2; 160]);
    pair.settle();
    assert_eq!(pair.events[1..], [SessionEvent::Gap { at_frame: 1_600, frames: 400, channel: None }]);
    assert_eq!(pair.audio[1].at_frame, 2_000);
}

#[test]
fn a_gap_before_the_end_is_told_before_the_end() {
    let mut pair = Pair::open();
    pair.client.lose(80);
    pair.client.close("end", pair.now);
    pair.settle();
    assert_eq!(pair.events[1], SessionEvent::Gap { at_frame: 0, frames: 80, channel: None });
}

#[test]
fn sound_that_the_client_left_out_is_told_apart_from_a_gap() {
    let mut pair = Pair::open();
    pair.client.lose(80);
    pair.client.discard(800);
    pair.settle();
    assert_eq!(
        pair.events[1..],
        [
            SessionEvent::Gap { at_frame: 0, frames: 80, channel: None },
            SessionEvent::Discarded { at_frame: 80, frames: 800 },
        ]
    );
}

#[test]
fn rounding_is_no_gap_until_it_adds_up_to_a_millisecond() {
    let mut session = open_session();
    for (seq, position) in [(2, "PT0.0005S"), (3, "PT0.000875S"), (4, "PT0.001S")] {
        let mut ping = message("ping", seq, json!({}));
        ping["position"] = position.into();
        session.text(&ping.to_string(), start());
    }
    assert_eq!(drain(&mut session).events, [SessionEvent::Gap { at_frame: 0, frames: 8, channel: None }]);
}

#[test]
fn a_position_behind_the_sound_is_an_oddity() {
    let mut session = open_session();
    for _ in 0..10 {
        session.binary(&[0xff; 3_200], start());
    }
    session.text(&message("ping", 2, json!({})).to_string(), start());
    assert_eq!(
        drain(&mut session).events,
        [SessionEvent::Oddity { what: "position is behind the sound that came" }]
    );
}

#[test]
fn a_wrong_discard_is_refused() {
    for (parameters, info) in [
        (json!({"start": "PT0S"}), "discarded is not a duration"),
        (json!({"start": 0, "discarded": "PT1S"}), "start is not a duration"),
        (json!({"start": "PT1S", "discarded": "PT90000S"}), "discarded reaches more than a day ahead"),
        (json!({"start": "PT18446744073709551615S", "discarded": "PT1S"}), "start is not a duration"),
    ] {
        let mut session = open_session();
        session.text(&message("discarded", 2, parameters).to_string(), start());
        assert_refused(&mut session, info);
    }
}

#[test]
fn durations_have_one_form() {
    assert_eq!(frames_of("PT0S"), Some(0));
    assert_eq!(frames_of("PT1.5S"), Some(12_000));
    assert_eq!(frames_of("PT.25S"), Some(2_000));
    assert_eq!(frames_of("PT0.0000625S"), Some(1));
    assert_eq!(frames_of("PT0.00006249999S"), Some(0));
    for wrong in
        ["", "PT", "PTS", "P1S", "PT1", "PT-1S", "PT1.S", "PT1.2.3S", "PT1e3S", "PT1M", "pt1s", "PT１S"]
    {
        assert_eq!(frames_of(wrong), None, "{wrong}");
    }
}

proptest! {
    #[test]
    fn a_duration_written_is_read(frames in 0u64..8_000 * 86_400 * 365) {
        prop_assert_eq!(frames_of(&duration(frames)), Some(frames));
    }
}
