//! WAVE files of every coding that is read, and of every way to be broken.

mod common;

use calmline_media::{
    g711::Law,
    wav::{Encoding, Truncated, WavError, read, write},
};
use proptest::prelude::*;

/// A file put together by hand, chunk by chunk.
fn file(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let mut bytes = b"RIFF\0\0\0\0WAVE".to_vec();
    for (name, body) in chunks {
        bytes.extend_from_slice(*name);
        bytes.extend_from_slice(&(body.len() as u32).to_le_bytes());
        bytes.extend_from_slice(body);
        if body.len() % 2 == 1 {
            bytes.push(0);
        }
    }
    let length = (bytes.len() - 8) as u32;
    bytes[4..8].copy_from_slice(&length.to_le_bytes());
    bytes
}

fn format(tag: u16, channels: u16, bits: u16) -> Vec<u8> {
    let frame = channels * bits / 8;
    let mut body = Vec::new();
    for field in [tag, channels] {
        body.extend_from_slice(&field.to_le_bytes());
    }
    for field in [8_000u32, 8_000 * u32::from(frame)] {
        body.extend_from_slice(&field.to_le_bytes());
    }
    for field in [frame, bits] {
        body.extend_from_slice(&field.to_le_bytes());
    }
    body
}

fn extensible(tag: u16, channels: u16, bits: u16) -> Vec<u8> {
    let mut body = format(0xfffe, channels, bits);
    body.extend_from_slice(&22u16.to_le_bytes());
    body.extend_from_slice(&bits.to_le_bytes());
    body.extend_from_slice(&0u32.to_le_bytes());
    body.extend_from_slice(&tag.to_le_bytes());
    body.extend_from_slice(b"\0\0\0\0\x10\0\x80\0\0\xaa\0\x38\x9b\x71");
    body
}

#[test]
fn every_coding_gives_the_same_steps() {
    // Minus full, minus half, nothing, plus half: in each coding.
    let steps = [i16::MIN, -16_384, 0, 16_384];
    let float: Vec<u8> = [-1.0f32, -0.5, 0.0, 0.5].iter().flat_map(|v| v.to_le_bytes()).collect();
    let long: Vec<u8> = steps.iter().flat_map(|&v| (i32::from(v) << 16).to_le_bytes()).collect();
    let three: Vec<u8> = steps.iter().flat_map(|&v| [0, v as u8, (v >> 8) as u8]).collect();
    let two: Vec<u8> = steps.iter().flat_map(|v| v.to_le_bytes()).collect();
    for (tag, bits, sound) in
        [(1, 8, vec![0, 64, 128, 192]), (1, 16, two), (1, 24, three), (1, 32, long), (3, 32, float)]
    {
        for header in [format(tag, 1, bits), extensible(tag, 1, bits)] {
            let recording = read(&file(&[(b"fmt ", &header), (b"data", &sound)])).expect("a good file");
            assert_eq!(recording.channels, [steps.to_vec()], "tag {tag}, {bits} bits");
            assert_eq!((recording.rate, recording.truncated), (8_000, None));
        }
    }
}

#[test]
fn the_finest_bits_are_rounded_and_never_wrap() {
    let sound = [0xff, 0xff, 0x7f, 0x80, 0x00, 0x00, 0x7f, 0x00, 0x00];
    let recording = read(&file(&[(b"fmt ", &format(1, 1, 24)), (b"data", &sound)])).expect("a good file");
    assert_eq!(recording.channels, [vec![i16::MAX, 1, 0]]);
    let loud: Vec<u8> = [9.0f32, -9.0, f32::NAN].iter().flat_map(|v| v.to_le_bytes()).collect();
    let recording = read(&file(&[(b"fmt ", &format(3, 1, 32)), (b"data", &loud)])).expect("a good file");
    assert_eq!(recording.channels, [vec![i16::MAX, i16::MIN, 0]]);
}

#[test]
fn other_chunks_and_odd_lengths_are_stepped_over() {
    let sound = [0x80, 0xff, 0x80];
    let bytes =
        file(&[(b"LIST", b"odd"), (b"data", &sound), (b"fact", &[4, 0, 0, 0]), (b"fmt ", &format(7, 1, 8))]);
    assert_eq!(read(&bytes).expect("a good file").channels, [vec![32_124, 0, 32_124]]);
}

#[test]
fn a_file_that_breaks_off_is_read_as_far_as_it_goes() {
    let whole = write(8_000, &[&[1, 2, 3, 4], &[5, 6, 7, 8]], Encoding::Linear16).expect("two channels");
    let recording = read(&whole[..whole.len() - 5]).expect("what is there");
    assert_eq!(recording.channels, [vec![1, 2], vec![5, 6]]);
    let truncated = recording.truncated.expect("it says so");
    assert_eq!(truncated, Truncated { declared: 16, found: 11 });
    assert_eq!(truncated.to_string(), "the file breaks off: 11 of 16 bytes of sound are there");
}

#[test]
fn a_file_from_a_pipe_has_no_length_and_is_read_to_its_end() {
    for length in [0, u32::MAX] {
        let mut bytes = write(8_000, &[&[1, -2, 3]], Encoding::Linear16).expect("one channel");
        bytes[40..44].copy_from_slice(&length.to_le_bytes());
        let recording = read(&bytes).expect("a good file");
        assert_eq!((recording.channels, recording.truncated), (vec![vec![1, -2, 3]], None), "{length}");
    }
}

#[test]
fn errors_say_what_is_wrong() {
    let sound = (b"data", &[0u8; 4][..]);
    let with = |header: &[u8]| read(&file(&[(b"fmt ", header), sound])).expect_err("a bad header");
    assert_eq!(read(b"OggS, not a wave"), Err(WavError::NotWave));
    assert_eq!(read(b"RIFF"), Err(WavError::NotWave));
    assert_eq!(read(&file(&[sound])), Err(WavError::Missing { chunk: "fmt " }));
    assert_eq!(read(&file(&[(b"fmt ", &format(1, 1, 16))])), Err(WavError::Missing { chunk: "data" }));
    assert_eq!(with(&format(1, 1, 16)[..12]), WavError::Short { at: 12, length: 12, least: 16 });
    assert_eq!(with(&extensible(1, 1, 16)[..30]), WavError::Short { at: 12, length: 30, least: 40 });
    assert_eq!(with(&format(0x55, 1, 16)), WavError::Coding { tag: 0x55, bits: 16 });
    assert_eq!(with(&format(1, 1, 12)), WavError::Coding { tag: 1, bits: 12 });
    assert_eq!(with(&format(1, 9, 16)), WavError::Channels { channels: 9 });
    assert_eq!(with(&format(1, 0, 16)), WavError::Channels { channels: 0 });
    let mut header = format(1, 2, 16);
    header[12] = 3;
    assert_eq!(with(&header), WavError::Frame { found: 3, needed: 4, channels: 2, bits: 16 });
    header[4..8].fill(0);
    assert_eq!(with(&header), WavError::Rate { rate: 0 });
    let mut header = extensible(1, 1, 16);
    header[39] = 0;
    assert_eq!(with(&header), WavError::Subformat);
}

proptest! {
    #[test]
    fn what_is_written_is_read(
        channels in (1usize..=8, 0usize..300).prop_flat_map(|(count, frames)| {
            prop::collection::vec(prop::collection::vec(any::<i16>(), frames), count)
        }),
        rate in 1u32..=768_000,
    ) {
        let slices: Vec<&[i16]> = channels.iter().map(Vec::as_slice).collect();
        let back = read(&write(rate, &slices, Encoding::Linear16).expect("a good recording")).expect("a good file");
        prop_assert_eq!((&back.channels, back.rate, back.truncated), (&channels, rate, None));
        for law in [Law::Mu, Law::A] {
            let back = read(&write(rate, &slices, Encoding::G711(law)).expect("a good recording")).expect("a good file");
            let coded: Vec<Vec<i16>> =
                channels.iter().map(|c| c.iter().map(|&s| law.decode(law.encode(s))).collect()).collect();
            prop_assert_eq!(back.channels, coded);
        }
    }

    #[test]
    fn broken_files_give_errors_and_little_memory(
        flips in prop::collection::vec((0usize..64, any::<u8>()), 0..12),
        cut in 0usize..80,
    ) {
        let mut bytes = write(8_000, &[&[1; 9]], Encoding::Linear16).expect("one channel");
        for (at, value) in flips {
            let at = at % bytes.len();
            bytes[at] = value;
        }
        bytes.truncate(cut);
        if let Ok(recording) = read(&bytes) {
            prop_assert!(recording.channels.len() * recording.frames() <= bytes.len());
        }
    }
}
