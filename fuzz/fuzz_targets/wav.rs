//! WAVE files: read, bounded, and what was read can be written and read again.
#![no_main]

use calmline_media::wav::{Encoding, read, write};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(recording) = read(data) else { return };
    assert!((1..=8).contains(&recording.channels.len()));
    assert!(recording.channels.iter().all(|channel| channel.len() == recording.frames()));
    assert!(recording.frames() * recording.channels.len() <= data.len());
    let channels: Vec<&[i16]> = recording.channels.iter().map(Vec::as_slice).collect();
    let file = write(recording.rate, &channels, Encoding::Linear16).expect("what was read can be written");
    let again = read(&file).expect("what was written can be read");
    assert_eq!((again.rate, &again.channels), (recording.rate, &recording.channels));
    if data.len() < 4_096
        && let Ok(converted) = recording.at_rate(8_000)
    {
        assert!(converted.seconds() <= again.seconds() + 0.001);
    }
});
