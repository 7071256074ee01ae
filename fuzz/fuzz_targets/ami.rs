//! The Asterisk Manager Interface: what a manager says, cut anywhere.
#![no_main]

use calmline_core::event::Presence;
use calmline_media::presence::ami::{Manager, Output, Session, Task};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((&first, data)) = data.split_first() else { return };
    let task = if first & 1 == 0 { Task::Read } else { Task::Set(Presence::OnBreak) };
    let manager = Manager {
        user: "calmline".into(),
        secret: "hush".into(),
        interface: "PJSIP/{agent}".into(),
        reason: "break".into(),
    };
    let mut session = Session::new(manager, "1001", task);
    let (mut sent, mut done) = (0, 0);
    let mut take = |session: &mut Session| {
        while let Some(output) = session.poll() {
            match output {
                Output::Send(text) => {
                    sent += 1;
                    assert!(text.ends_with("\r\n\r\n"));
                    assert_eq!(text.matches("\r\n\r\n").count(), 1, "one command at a time: {text:?}");
                }
                Output::Done(_) => done += 1,
            }
        }
        assert!(sent <= 4 && done <= 1);
    };
    for piece in data.chunks(usize::from(first >> 1) + 1) {
        session.bytes(piece);
        take(&mut session);
    }
    session.lost();
    take(&mut session);
    assert_eq!(done, 1, "every conversation ends, and once");
});
