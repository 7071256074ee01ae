//! What must not change what is heard: how the audio is cut into pieces, and how loud the line is.

mod common;

use calmline_sense::Heard;
use common::*;
use proptest::prelude::*;

fn pieces(pcm: &[i16], lengths: &[usize]) -> Vec<Heard> {
    let mut leg = full_leg(&policy());
    let (mut heard, mut rest) = (Vec::new(), pcm);
    for length in lengths.iter().cycle() {
        let (piece, after) = rest.split_at((*length).min(rest.len()));
        leg.push(piece, NOW, &mut heard);
        rest = after;
        if rest.is_empty() {
            break;
        }
    }
    leg.finish(&mut heard);
    heard
}

/// Four turns in different moods, with noise, tones and a stretch that has to be cut.
fn synthetic() -> Vec<i16> {
    let lively = Voice { hz: 210.0, swing: 0.25, rate: 5.0, level: 0.8 };
    let quiet = vec![0; 9_000];
    over_a_line(&[
        quiet.clone(),
        CALM.say(2.3),
        quiet.clone(),
        tones(&[440.0, 480.0], 1.0),
        lively.say(3.1),
        quiet.clone(),
        CALM.say(14.0),
        noise(1.0, -40.0, 2),
        lively.say(2.0),
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn any_cutting_of_the_same_audio_is_heard_the_same(
        lengths in prop::collection::vec(1_usize..5_000, 1..12)
    ) {
        let pcm = synthetic();
        let whole = pieces(&pcm, &[pcm.len()]);
        prop_assert!(whole.len() >= 8, "{whole:?}");
        prop_assert_eq!(pieces(&pcm, &lengths), whole);
    }
}

#[test]
fn a_real_call_is_heard_the_same_in_any_pieces() {
    let Some(pcm) = wav(CALLS[1]) else { return };
    let whole = pieces(&pcm, &[pcm.len()]);
    for lengths in [&[1][..], &[160], &[79, 81, 1_000], &[33_333]] {
        assert_eq!(pieces(&pcm, lengths), whole);
    }
}

fn louder(pcm: &[i16], gain_db: f64) -> Vec<i16> {
    let gain = 10_f64.powf(gain_db / 20.0);
    pcm.iter().map(|&x| (f64::from(x) * gain).round().clamp(-32_768.0, 32_767.0) as i16).collect()
}

/// (start, end, arousal) of each utterance.
fn judged(pcm: &[i16]) -> Vec<(f64, f64, Option<f64>)> {
    let one = |heard: &Heard| match heard {
        Heard::Utterance { start_s, end_s, arousal, .. } => {
            Some((*start_s, *end_s, arousal.as_ref().map(|arousal| arousal.value.get())))
        }
        _ => None,
    };
    hear(full_leg(&policy()), pcm).iter().filter_map(one).collect()
}

/// Of the utterances that were cut alike: the mean difference of the arousal, the share that differs by more than 0.1;
/// and the share of utterances that were cut alike.
fn differences(a: &[(f64, f64, Option<f64>)], b: &[(f64, f64, Option<f64>)]) -> (f64, f64, f64) {
    let mut all = Vec::new();
    for one in a {
        let near =
            |other: &&(f64, f64, Option<f64>)| (other.0 - one.0).abs() < 0.1 && (other.1 - one.1).abs() < 0.1;
        if let Some((_, _, Some(other))) = b.iter().find(near) {
            all.extend(one.2.map(|own| (own - other).abs()));
        }
    }
    let count = all.len() as f64;
    let judged = a.iter().filter(|one| one.2.is_some()).count() as f64;
    (all.iter().sum::<f64>() / count, all.iter().filter(|d| **d > 0.1).count() as f64 / count, count / judged)
}

#[test]
fn twelve_decibels_more_or_less_do_not_move_what_is_heard() {
    // Twelve decibels of head-room, so that no peak is clipped that was not: clipping is another sound, not a louder one.
    let mut lines = vec![louder(&synthetic(), -12.0)];
    lines.extend(CALLS.iter().filter_map(|call| wav(call)).map(|pcm| louder(&pcm, -12.0)));
    for pcm in lines {
        let usual = judged(&pcm);
        for gain_db in [-12.0, 12.0] {
            let (mean, moved, alike) = differences(&usual, &judged(&louder(&pcm, gain_db)));
            println!("{gain_db:+} dB: mean {mean:.3}, moved {moved:.3}, {:.0} % cut alike", alike * 100.0);
            // Where the line's own noise drops under the last bits of 16, a few utterances are cut elsewhere.
            assert!(mean < 0.03 && moved < 0.05 && alike > 0.8, "{gain_db}: {mean} {moved} {alike}");
        }
    }
}
