//! Descriptors of sounds whose properties are known, the same however the sound was cut.

mod common;

use std::f64::consts::TAU;

use calmline_sense::gemaps::{Descriptors, Extractor, Functionals, NAMES, Rate, Voice};
use common::{CALM, noise, over_a_line, tones};
use proptest::prelude::*;

/// Pulses through three resonances, as a vowel has them. Periods and strengths alternate by a share about their mean.
struct Vowel {
    period_s: f64,
    jitter: f64,
    shimmer: f64,
    formants: [(f64, f64); 3],
}

const VOWEL: Vowel = Vowel {
    period_s: 0.008,
    jitter: 0.0,
    shimmer: 0.0,
    formants: [(600.0, 80.0), (1_400.0, 100.0), (2_600.0, 150.0)],
};

impl Vowel {
    fn say(&self, rate: Rate, seconds: f64) -> Vec<f32> {
        let hz = rate.hz() as f64;
        let mut sound = vec![0.0; (seconds * hz) as usize];
        let (mut at, mut sign) = (0.01 * hz, 1.0);
        while at + 2.0 < sound.len() as f64 {
            // A pulse between two samples is shared by them.
            let strength = 1.0 + sign * self.shimmer / 2.0;
            sound[at as usize] += (1.0 - at.fract()) * strength;
            sound[at as usize + 1] += at.fract() * strength;
            at += self.period_s * hz * (1.0 + sign * self.jitter / 2.0);
            sign = -sign;
        }
        for (centre, width) in self.formants {
            let radius = (-std::f64::consts::PI * width / hz).exp();
            let (near, far) = (2.0 * radius * (TAU * centre / hz).cos(), -radius * radius);
            for i in 2..sound.len() {
                sound[i] += near * sound[i - 1] + far * sound[i - 2];
            }
        }
        let peak = sound.iter().fold(1e-9_f64, |peak, x| peak.max(x.abs()));
        sound.iter().map(|x| (0.5 * x / peak) as f32).collect()
    }
}

fn describe(rate: Rate, samples: &[f32], piece: usize) -> Vec<Descriptors> {
    let mut frames = Vec::new();
    let mut extractor = Extractor::new(rate);
    samples.chunks(piece).for_each(|piece| extractor.push(piece, |frame| frames.push(*frame)));
    extractor.finish(|frame| frames.push(*frame));
    frames
}

/// The mean over the middle frames, which must all be voiced.
fn steady(frames: &[Descriptors], of: impl Fn(&Voice) -> f32) -> f64 {
    let middle = &frames[20..frames.len() - 20];
    let values = middle.iter().map(|frame| of(&frame.voice.expect("a vowel is voiced")));
    f64::from(values.sum::<f32>()) / middle.len() as f64
}

fn narrow(sound: &[i16]) -> Vec<f32> {
    sound.iter().map(|&x| f32::from(x) / 32_768.0).collect()
}

#[test]
fn a_vowel_has_its_pitch_and_formants_at_both_rates() {
    for rate in [Rate::Narrow, Rate::Wide] {
        let frames = describe(rate, &VOWEL.say(rate, 1.0), 160);
        let pitch = 27.5 * 2.0_f64.powf(steady(&frames, |it| it.semitones) / 12.0);
        assert!((pitch - 125.0).abs() < 1.0, "{rate:?} {pitch}");
        for (k, (hz, _)) in VOWEL.formants.into_iter().enumerate() {
            let formant = steady(&frames, |it| it.formants[k].expect("a vowel has three").hz);
            assert!((formant / hz - 1.0).abs() < 0.1, "{rate:?} {hz}: {formant}");
        }
    }
}

#[test]
fn jitter_and_shimmer_are_those_of_the_pulses() {
    let measured = |jitter, shimmer| {
        let vowel = Vowel { jitter, shimmer, ..VOWEL };
        let frames = describe(Rate::Wide, &vowel.say(Rate::Wide, 1.0), 160);
        (steady(&frames, |it| it.jitter), steady(&frames, |it| it.shimmer_db))
    };
    let (jitter, shimmer) = measured(0.0, 0.0);
    assert!(jitter < 0.002 && shimmer < 0.1, "{jitter} {shimmer}");
    let (jitter, _) = measured(0.03, 0.0);
    assert!((jitter / 0.03 - 1.0).abs() < 0.25, "{jitter}");
    let (_, shimmer) = measured(0.0, 0.2);
    let expected = 20.0 * (1.1_f64 / 0.9).log10();
    assert!((shimmer / expected - 1.0).abs() < 0.25, "{shimmer} of {expected}");
}

#[test]
fn the_first_harmonic_is_compared_with_the_second() {
    let strengths = [1.0, 0.25, 0.5, 0.5, 0.5, 0.5, 0.5];
    let sound: Vec<f32> = (0..8_000)
        .map(|i| {
            let phase = TAU * 150.0 * f64::from(i) / 16_000.0;
            let harmonics =
                strengths.iter().zip(1..).map(|(strength, k)| strength * (f64::from(k) * phase).sin());
            (0.1 * harmonics.sum::<f64>()) as f32
        })
        .collect();
    let h1_h2 = steady(&describe(Rate::Wide, &sound, 160), |it| it.h1_h2);
    // The skirts of stronger neighbours reach a little into the weak one.
    assert!((h1_h2 - 20.0 * 4.0_f64.log10()).abs() < 1.0, "{h1_h2}");
}

#[test]
fn noise_and_silence_have_no_voice_and_nothing_is_infinite() {
    for sound in [vec![0; 8_000], noise(1.0, -30.0, 3), noise(1.0, -75.0, 4), vec![i16::MIN; 8_000]] {
        let frames = describe(Rate::Narrow, &narrow(&sound), 80);
        let mut functionals = Functionals::new();
        for frame in &frames {
            assert!(frame.values().iter().all(|value| value.is_finite()));
            functionals.push(frame);
        }
        let voiced = frames.iter().filter(|frame| frame.voice.is_some()).count();
        assert!(voiced * 20 < frames.len(), "{voiced} of {}", frames.len());
        assert!(functionals.values().iter().all(|value| value.is_finite()));
    }
}

#[test]
fn each_window_of_sixty_milliseconds_makes_a_frame() {
    for (samples, frames) in [(0, 0), (479, 0), (480, 1), (559, 1), (560, 2), (8_000, 95)] {
        assert_eq!(describe(Rate::Narrow, &vec![0.1; samples], 80).len(), frames, "{samples}");
    }
}

#[test]
fn an_extractor_is_as_new_after_its_end() {
    let sound = narrow(&CALM.say(0.7));
    let mut extractor = Extractor::new(Rate::Narrow);
    let rounds = [(); 2].map(|()| {
        let mut frames = Vec::new();
        extractor.push(&sound, |frame| frames.push(*frame));
        extractor.finish(|frame| frames.push(*frame));
        frames
    });
    assert_eq!(rounds[0].len(), 65);
    assert_eq!(rounds[0], rounds[1]);
}

#[test]
fn functionals_know_level_pitch_and_stretches() {
    let vowel = VOWEL.say(Rate::Narrow, 0.5);
    let pause = vec![0.0; 4_000];
    let sound = [vowel.clone(), pause.clone(), vowel, pause].concat();
    let mut functionals = Functionals::new();
    describe(Rate::Narrow, &sound, 80).iter().for_each(|frame| functionals.push(frame));
    let values = functionals.values();
    let of = |name: &str| f64::from(values[NAMES.iter().position(|it| *it == name).unwrap()]);
    let semitones = 12.0 * (125.0_f64 / 27.5).log2();
    assert!((of("F0semitoneFrom27.5Hz_sma3nz_percentile50.0") - semitones).abs() < 0.1);
    assert!((of("VoicedSegmentsPerSec") - 1.0).abs() < 0.1);
    assert!((of("MeanVoicedSegmentLengthSec") - 0.5).abs() < 0.06);
    assert!((of("MeanUnvoicedSegmentLength") - 0.48).abs() < 0.06);
    let power = sound.iter().map(|x| f64::from(x * x)).sum::<f64>() / sound.len() as f64;
    assert!((of("equivalentSoundLevel_dBp") - 10.0 * power.log10()).abs() < 0.3);
    functionals.clear();
    assert_eq!(functionals.frames(), 0);
    assert!(functionals.values()[..87].iter().all(|value| *value == 0.0));
}

#[test]
fn a_dial_tone_of_two_frequencies_keeps_its_balance() {
    let frames = describe(Rate::Narrow, &narrow(&tones(&[350.0, 440.0], 0.5)), 80);
    assert!(frames.iter().all(|frame| frame.alpha_ratio < -20.0 && frame.hammarberg > 20.0));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn how_the_sound_is_cut_changes_nothing(cuts in prop::collection::vec(1_usize..1_500, 1..40)) {
        let sound = over_a_line(&[CALM.say(0.8), noise(0.3, -40.0, 2)]);
        let whole = describe(Rate::Narrow, &narrow(&sound), sound.len());
        let mut frames = Vec::new();
        let mut extractor = Extractor::new(Rate::Narrow);
        let (mut rest, mut cuts) = (sound.as_slice(), cuts.iter().cycle());
        while let (false, Some(&cut)) = (rest.is_empty(), cuts.next()) {
            let (piece, later) = rest.split_at(cut.min(rest.len()));
            extractor.push_pcm(piece, |frame| frames.push(*frame));
            rest = later;
        }
        extractor.finish(|frame| frames.push(*frame));
        prop_assert_eq!(whole, frames);
    }
}
