//! Utterances: where they begin and end, and what is none.

mod common;

use calmline_sense::{Heard, Leg};
use common::*;

fn segments(sounds: &[Vec<i16>]) -> Vec<(f64, f64)> {
    spans(&hear(Leg::new(permit(&policy())), &over_a_line(sounds)))
}

fn silence(seconds: f64) -> Vec<i16> {
    vec![0; (seconds * 8_000.0) as usize]
}

#[test]
fn speech_between_silences_is_found_where_it_is() {
    let found = segments(&[silence(2.0), CALM.say(3.0), silence(2.0), CALM.say(1.5), silence(1.0)]);
    assert_eq!(found.len(), 2, "{found:?}");
    for ((start, end), (from, to)) in found.into_iter().zip([(2.0, 5.0), (7.0, 8.5)]) {
        assert!((start - from).abs() < 0.25 && (end - to).abs() < 0.3, "{start} {end} for {from} {to}");
    }
}

#[test]
fn a_short_pause_joins_and_a_long_one_parts() {
    assert_eq!(segments(&[silence(1.0), CALM.say(1.0), silence(0.3), CALM.say(1.0), silence(1.0)]).len(), 1);
    assert_eq!(segments(&[silence(1.0), CALM.say(1.0), silence(0.9), CALM.say(1.0), silence(1.0)]).len(), 2);
}

#[test]
fn endless_speech_is_cut_into_at_most_twelve_seconds_without_loss() {
    let found = segments(&[silence(1.0), CALM.say(60.0), silence(1.0)]);
    assert!(found.len() >= 5, "{found:?}");
    assert!(found.iter().all(|(start, end)| end - start <= 12.0 && end - start > 0.5), "{found:?}");
    assert!(found.windows(2).all(|pair| pair[0].1 == pair[1].0), "{found:?}");
    assert!(found[0].0 < 1.1 && found[found.len() - 1].1 > 60.8, "{found:?}");
}

#[test]
fn line_noise_clicks_and_silence_are_no_speech() {
    assert_eq!(segments(&[silence(10.0)]), []);
    for level_db in [-60.0, -45.0, -30.0] {
        assert_eq!(segments(&[noise(20.0, level_db, 3)]), [], "noise at {level_db} dB");
    }
    let mut clicks = silence(5.0);
    clicks.iter_mut().step_by(3_001).for_each(|sample| *sample = 20_000);
    assert_eq!(segments(&[clicks]), []);
}

#[test]
fn machine_tones_are_no_speech() {
    let dial = [350.0, 440.0];
    let ring_back = [440.0, 480.0];
    for frequencies in [&dial[..], &ring_back, &[425.0], &[400.0, 450.0], &[480.0, 620.0], &[1_000.0]] {
        let cadence =
            [silence(1.0), tones(frequencies, 2.0), silence(2.0), tones(frequencies, 2.0), silence(1.0)];
        assert_eq!(segments(&cadence), [], "{frequencies:?}");
    }
    let keys = [[697.0, 1_209.0], [770.0, 1_336.0], [852.0, 1_477.0], [941.0, 1_336.0]];
    let dialled: Vec<_> = keys.iter().flat_map(|key| [tones(key, 0.1), silence(0.1)]).collect();
    assert_eq!(segments(&dialled), []);
}

#[test]
fn speech_is_found_in_a_noisy_line_too() {
    let mut line = [silence(3.0), CALM.say(3.0), silence(3.0)].concat();
    line.iter_mut()
        .zip(noise(9.0, -38.0, 9))
        .for_each(|(sample, hiss)| *sample = sample.saturating_add(hiss));
    let found = spans(&hear(Leg::new(permit(&policy())), &line));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!((found[0].0 - 3.0).abs() < 0.4 && (found[0].1 - 6.0).abs() < 0.4, "{found:?}");
}

#[test]
fn began_comes_soon_and_every_beginning_has_its_end() {
    let pcm = over_a_line(&[silence(1.0), CALM.say(2.0), silence(2.0)]);
    let mut leg = Leg::new(permit(&policy()));
    let mut heard = Vec::new();
    leg.push(&pcm[..8_000 + 3_600], NOW, &mut heard);
    assert!(matches!(heard[..], [Heard::Began { at_s }] if (0.75..1.1).contains(&at_s)), "{heard:?}");
    leg.push(&pcm[8_000 + 3_600..], NOW, &mut heard);
    leg.finish(&mut heard);
    assert!(
        matches!(heard[..], [Heard::Began { at_s }, Heard::Utterance { start_s, .. }] if at_s == start_s)
    );
    assert_eq!(leg.frames(), pcm.len() as u64);
    assert!((leg.speech_s() - 2.0).abs() < 0.3, "{}", leg.speech_s());
}

#[test]
fn a_gap_ends_the_utterance_and_time_goes_on() {
    let speech = over_a_line(&[silence(1.0), CALM.say(1.5)]);
    let mut leg = Leg::new(permit(&policy()));
    let mut heard = Vec::new();
    leg.push(&speech, NOW, &mut heard);
    leg.skip(80_037, &mut heard);
    assert_eq!(spans(&heard).len(), 1);
    assert!(spans(&heard)[0].1 <= 2.5);
    leg.push(&speech, NOW, &mut heard);
    leg.finish(&mut heard);
    let found = spans(&heard);
    assert_eq!(found.len(), 2);
    let offset = 2.5 + 80_037.0 / 8_000.0;
    assert!((found[1].0 - found[0].0 - offset).abs() < 0.05, "{found:?}");
    assert_eq!(leg.frames(), 2 * speech.len() as u64 + 80_037);
}

#[test]
fn nothing_and_extremes_do_no_harm() {
    let mut leg = full_leg(&policy());
    let mut heard = Vec::new();
    leg.push(&[], NOW, &mut heard);
    leg.skip(0, &mut heard);
    leg.push(&[i16::MIN; 40_000], NOW, &mut heard);
    let square: Vec<i16> = (0..40_000).map(|i| if i / 40 % 2 == 0 { i16::MAX } else { i16::MIN }).collect();
    leg.push(&square, NOW, &mut heard);
    leg.skip(u64::from(u32::MAX), &mut heard);
    leg.finish(&mut heard);
    assert!(spans(&heard).iter().all(|(start, end)| end > start && start.is_finite()));
}
