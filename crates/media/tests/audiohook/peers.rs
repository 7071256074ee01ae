//! Two peers over a line with delay, losses, pauses and drops: every frame is accounted for, and what comes is what was
//! sent, at its place.

use std::{collections::VecDeque, time::Duration};

use calmline_core::{Party, Timestamp};
use calmline_media::{
    Output, SessionEvent,
    audiohook::{Client, ClientConfig, ClientEvent, ClientOutput, Config, Session},
    g711::Law,
};

use crate::{CONVERSATION, SESSION, common::Seeded, start};

/// One direction of a TCP connection: late, but complete and in order.
struct Line<T> {
    carried: VecDeque<(Timestamp, T)>,
}

impl<T> Line<T> {
    fn send(&mut self, item: T, now: Timestamp, random: &mut Seeded) {
        let arrives = now + Duration::from_millis(random.below(120));
        let arrives = self.carried.back().map_or(arrives, |last| arrives.max(last.0));
        self.carried.push_back((arrives, item));
    }

    fn arrived(&mut self, now: Timestamp) -> Option<T> {
        (self.carried.front()?.0 <= now).then(|| self.carried.pop_front().map(|(_, item)| item))?
    }
}

enum Up {
    Text(String),
    Binary(Vec<u8>),
}

/// What came of one call.
#[derive(Default)]
struct Account {
    came: u64,
    missing: u64,
    left_out: u64,
    oddities: Vec<&'static str>,
    closed: usize,
    paused: usize,
}

/// The sound at a place, such that every place is different from its neighbours.
fn sound(side: i16, frame: u64) -> i16 {
    ((frame * 7_919 % 30_000) as i16 - 15_000).wrapping_mul(side)
}

fn call(seed: u64, unnoticed: bool) -> (Account, u64) {
    let mut random = Seeded(seed);
    let mut client = Client::new(ClientConfig::new(SESSION, CONVERSATION));
    let mut session = Session::new(Config::default(), start());
    let (mut up, mut down) = (Line { carried: VecDeque::new() }, Line { carried: VecDeque::new() });
    let mut account = Account::default();
    let mut now = start();
    client.open(now);
    let mut source = 0u64;
    for step in 0.. {
        now += Duration::from_millis(20);
        client.tick(now);
        session.tick(now);
        if client.is_open() && step < 3_000 {
            let frames = 160u64;
            let side = |side| (source..source + frames).map(|frame| sound(side, frame)).collect::<Vec<_>>();
            match random.below(200) {
                // Lost on the client's side, unnoticed or noticed; neither happens while paused.
                0 if unnoticed && !client.is_paused() => client.lose(frames),
                1 if !client.is_paused() => client.discard(frames),
                what => {
                    client.audio(&side(1), &side(-1));
                    match what {
                        2 => client.pause(),
                        3..=8 => client.resume(),
                        9 => session.pause(),
                        10..=15 => session.resume(),
                        _ => {}
                    }
                }
            }
            source += frames;
        }
        if step == 3_000 {
            // Whoever holds the session lets go, so that all that was left out is told.
            client.resume();
            session.resume();
        }
        if step == 3_100 {
            client.close("end", now);
        }
        while let Some(output) = client.poll() {
            match output {
                ClientOutput::Text(text) => up.send(Up::Text(text), now, &mut random),
                ClientOutput::Binary(bytes) => up.send(Up::Binary(bytes), now, &mut random),
                ClientOutput::Event(ClientEvent::Failed { what }) => panic!("seed {seed}: {what}"),
                ClientOutput::Event(_) | ClientOutput::Close => {}
            }
        }
        while let Some(item) = up.arrived(now) {
            match item {
                Up::Text(text) => session.text(&text, now),
                Up::Binary(bytes) => session.binary(&bytes, now),
            }
        }
        let mut over = false;
        while let Some(output) = session.poll() {
            match output {
                Output::Send(text) => down.send(text, now, &mut random),
                Output::Close { .. } => over = true,
                Output::Audio(audio) => {
                    assert_eq!(audio.at_frame, account.came + account.missing + account.left_out);
                    if !unnoticed {
                        for ((party, samples), side) in audio.channels.iter().zip([1, -1]) {
                            assert_eq!(*party, if side == 1 { Party::Customer } else { Party::Agent });
                            for (&sample, frame) in samples.iter().zip(audio.at_frame..) {
                                assert_eq!(
                                    sample,
                                    Law::Mu.decode(Law::Mu.encode(sound(side, frame))),
                                    "seed {seed}"
                                );
                            }
                        }
                    }
                    account.came += audio.frames() as u64;
                }
                Output::Event(event) => match event {
                    SessionEvent::Gap { frames, .. } => account.missing += frames,
                    SessionEvent::Discarded { frames, .. } => account.left_out += frames,
                    SessionEvent::Oddity { what } => account.oddities.push(what),
                    SessionEvent::Closed { .. } => account.closed += 1,
                    SessionEvent::Paused => account.paused += 1,
                    _ => {}
                },
            }
        }
        if over {
            return (account, source);
        }
        while let Some(text) = down.arrived(now) {
            client.text(&text, now);
        }
        assert!(step < 4_000, "seed {seed}: the call does not end");
    }
    unreachable!("the loop has no end of its own")
}

/// Sound that goes missing unnoticed is told with the next position; sound that comes before it is put too early, and
/// the protocol has no way to know better. So there only the sum is compared.
#[test]
fn every_frame_is_accounted_for() {
    let (mut missing, mut left_out, mut paused) = (0, 0, 0);
    for (seed, unnoticed) in (0..40).flat_map(|seed| [(seed, false), (seed, true)]) {
        let (account, source) = call(seed, unnoticed);
        assert_eq!(account.came + account.missing + account.left_out, source, "seed {seed}");
        assert!(account.oddities.is_empty(), "seed {seed}: {:?}", account.oddities);
        assert_eq!(account.closed, 1, "seed {seed}");
        assert!(unnoticed || account.missing == 0, "seed {seed}: nothing was lost");
        missing += account.missing;
        left_out += account.left_out;
        paused += account.paused;
    }
    // Otherwise the test would show nothing.
    assert!(missing > 0 && left_out > 0 && paused > 0);
}
