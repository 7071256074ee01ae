//! Timestamps tell what is missing on a track.

use calmline_media::SessionEvent;

use crate::{drain, known_parties, media, start, started};

const PACKET: [u8; 160] = [0xff; 160];

#[test]
fn packets_one_after_the_other_have_no_gap() {
    let mut session = started(known_parties());
    for packet in 0..500 {
        session.text(&media("inbound", packet + 1, 64 + packet * 20, &PACKET), start());
    }
    let (audio, events, _) = drain(&mut session);
    assert!(events.is_empty(), "{events:?}");
    assert_eq!(audio.last().map(|audio| audio.at_frame), Some(499 * 160));
}

#[test]
fn a_packet_that_is_missing_is_a_gap_on_its_track() {
    let mut session = started(known_parties());
    session.text(&media("inbound", 1, 100, &PACKET), start());
    session.text(&media("outbound", 1, 100, &PACKET), start());
    session.text(&media("outbound", 4, 160, &PACKET), start());
    let (audio, events, _) = drain(&mut session);
    assert_eq!(events, [SessionEvent::Gap { at_frame: 160, frames: 320, channel: Some(1) }]);
    assert_eq!(audio[2].at_frame, 480);
}

#[test]
fn a_track_that_begins_later_lacks_its_beginning() {
    let mut session = started(known_parties());
    session.text(&media("inbound", 1, 40, &PACKET), start());
    session.text(&media("outbound", 1, 540, &PACKET), start());
    let (audio, events, _) = drain(&mut session);
    assert_eq!(events, [SessionEvent::Gap { at_frame: 0, frames: 4_000, channel: Some(1) }]);
    assert_eq!((audio[0].at_frame, audio[1].at_frame), (0, 4_000));
}

#[test]
fn jitter_is_no_gap() {
    let mut session = started(known_parties());
    for (chunk, timestamp) in [(1, 0), (2, 39), (3, 45), (4, 60)] {
        session.text(&media("inbound", chunk, timestamp, &PACKET), start());
    }
    assert!(drain(&mut session).1.is_empty());
}

#[test]
fn a_packet_that_comes_again_is_left_out() {
    let mut session = started(known_parties());
    session.text(&media("inbound", 2, 0, &PACKET), start());
    session.text(&media("inbound", 2, 0, &PACKET), start());
    session.text(&media("inbound", 1, 0, &PACKET), start());
    let (audio, events, _) = drain(&mut session);
    assert_eq!(audio.len(), 1);
    assert_eq!(events, vec![SessionEvent::Oddity { what: "a chunk came again or late" }; 2]);
}
