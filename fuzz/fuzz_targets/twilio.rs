//! Twilio Media Streams: one message a line.
#![no_main]

use calmline_core::{Party, Timestamp};
use calmline_media::{
    Output, SessionEvent,
    twilio::{Config, Session, signature},
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let now = Timestamp::UNIX_EPOCH;
    let config = Config { inbound: Party::Customer, outbound: Party::Agent, ..Config::default() };
    let mut session = Session::new(config, now);
    let (mut opened, mut closed, mut over) = (0, 0, false);
    let mut told = [0u64; 2];
    for line in data.split(|&byte| byte == b'\n') {
        let text = String::from_utf8_lossy(line);
        session.text(&text, now);
        let mut outputs = 0;
        while let Some(output) = session.poll() {
            assert!(!over, "{output:?} after the close");
            outputs += 1;
            match output {
                Output::Send(text) => panic!("nothing is ever sent to Twilio: {text}"),
                Output::Close { .. } => over = true,
                Output::Audio(audio) => {
                    assert_eq!(audio.at_frame, told[audio.channel]);
                    told[audio.channel] += audio.frames() as u64;
                }
                Output::Event(SessionEvent::Gap { at_frame, frames, channel }) => {
                    let channel = channel.expect("a track");
                    assert_eq!(at_frame, told[channel]);
                    told[channel] += frames;
                }
                Output::Event(SessionEvent::Opened { .. }) => opened += 1,
                Output::Event(SessionEvent::Closed { .. }) => closed += 1,
                Output::Event(_) => {}
            }
        }
        assert!(outputs <= 3);
        assert!(!signature::verify(b"token", &text, &[], &text));
    }
    session.lost();
    while let Some(output) = session.poll() {
        closed += usize::from(matches!(output, Output::Event(SessionEvent::Closed { .. })));
    }
    assert_eq!(opened, closed);
    assert!(opened <= 1);
});
