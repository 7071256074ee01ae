//! The envelope of a leg: peaks, gaps, and the permit that it needs.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use calmline_core::{
    AccountId, Body,
    event::Level,
    policy::{Lapse, Notice},
};
use calmline_sense::{Envelope, STEP, Stretch};
use common::*;
use proptest::prelude::*;

/// A leg heard in pieces; `None` is a gap of so many samples.
fn measure(pieces: &[(Option<&[i16]>, u64)]) -> Vec<Stretch> {
    let (mut envelope, mut out) = (Envelope::new(permit(&policy()), 0), Vec::new());
    for (pcm, samples) in pieces {
        match pcm {
            Some(pcm) => envelope.push(pcm, NOW, &mut out).unwrap(),
            None => envelope.skip(*samples, &mut out),
        }
    }
    envelope.finish(&mut out);
    out
}

fn levels(stretch: &Stretch) -> &[Level] {
    stretch.levels.get()
}

#[test]
fn a_level_is_the_loudest_sample_of_a_tenth_of_a_second() {
    let mut pcm = vec![33; STEP as usize];
    pcm[17] = -16_384;
    pcm.extend(vec![0; STEP as usize]);
    pcm.extend([i16::MIN; 5]);
    let out = measure(&[(Some(&pcm), 0)]);
    assert_eq!(out.len(), 1);
    assert_eq!((out[0].start, levels(&out[0])), (0, &[Some(-6), Some(-60), Some(0)][..]));
}

#[test]
fn a_short_gap_is_part_of_the_curve_and_a_long_one_ends_the_stretch() {
    let second = vec![1_036; 8_000];
    let out = measure(&[(Some(&second), 0), (None, 2 * STEP + 10), (Some(&second), 0)]);
    assert_eq!(out.len(), 1);
    assert_eq!(levels(&out[0])[9..13], [Some(-30), None, None, Some(-30)]);
    let hour = 3_600 * 8_000;
    let out = measure(&[(Some(&second), 0), (None, hour), (Some(&second), 0)]);
    assert_eq!(out.iter().map(|stretch| stretch.start).collect::<Vec<_>>(), [0, 8_000 + hour]);
    assert!(out.iter().all(|stretch| levels(stretch) == [Some(-30); 10]));
}

#[test]
fn each_minute_a_stretch_comes_out_and_of_nothing_none() {
    let out = measure(&[(Some(&vec![1_036; 150 * 8_000]), 0)]);
    let parts: Vec<_> = out.iter().map(|stretch| (stretch.start, stretch.levels.len())).collect();
    assert_eq!(parts, [(0, 600), (480_000, 600), (960_000, 300)]);
    assert_eq!(measure(&[(None, 900 * 8_000)]), []);
}

#[test]
fn a_withdrawn_permit_ends_it_with_the_next_push() {
    let mut policy = policy();
    let (mut envelope, mut out) = (Envelope::new(permit(&policy), 0), Vec::new());
    assert_eq!(envelope.push(&[1; 800], NOW, &mut out), Ok(()));
    policy.apply(&Body::NoticeWithdrawn { notice: Notice::Recording, by: AccountId::new("admin").unwrap() });
    assert_eq!(envelope.push(&[1; 800], NOW, &mut out), Err(Lapse::Withdrawn));
    assert_eq!(out, []);
}

proptest! {
    #[test]
    fn cutting_the_audio_differently_changes_nothing(
        pcm in proptest::collection::vec(any::<i16>(), 1..4_000),
        cuts in proptest::collection::vec(1_usize..900, 1..40),
    ) {
        let mut rest = &pcm[..];
        let mut pieces = Vec::new();
        for cut in cuts {
            let (piece, after) = rest.split_at(cut.min(rest.len()));
            pieces.push((Some(piece), 0));
            rest = after;
        }
        pieces.push((Some(rest), 0));
        prop_assert_eq!(measure(&pieces), measure(&[(Some(&pcm), 0)]));
    }
}
