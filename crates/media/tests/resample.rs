//! The converter keeps what belongs in the band, lets nothing fold back, and does not care how its input is cut.

mod common;

use calmline_media::resample::{RATES, Resampler, resample};
use common::{Seeded, level_db, tone};
use proptest::prelude::*;

/// Without the edges, where the filter sees the silence around the tone.
fn middle(samples: &[i16]) -> &[i16] {
    &samples[samples.len() / 4..samples.len() * 3 / 4]
}

#[test]
fn a_tone_sweep_stays_flat_in_the_band_and_vanishes_above_it() {
    for from in RATES.into_iter().filter(|&rate| rate != 8_000) {
        let mut worst_pass = 0.0f64;
        let mut worst_stop = f64::NEG_INFINITY;
        for hz in (100..from / 2).step_by(100) {
            let hz = f64::from(hz);
            let out = resample(&tone(hz, from, from as usize), from, 8_000).expect("a known rate");
            let level = level_db(middle(&out));
            if hz <= 3_500.0 {
                worst_pass = worst_pass.max(level.abs());
            } else if hz > 4_000.0 {
                worst_stop = worst_stop.max(level);
            }
        }
        assert!(worst_pass < 0.05, "{from} Hz: {worst_pass} dB off in the pass band");
        // Rounding to 16 bits alone leaves noise at about −94 dB.
        assert!(worst_stop < -76.0, "{from} Hz: {worst_stop} dB in the stop band");
    }
}

#[test]
fn doubling_the_rate_adds_no_image() {
    for hz in (100..=3_500).step_by(200).map(f64::from) {
        let out = resample(&tone(hz, 8_000, 8_000), 8_000, 16_000).expect("a known rate");
        assert_eq!(out.len(), 16_000);
        let expected = tone(hz, 16_000, 16_000);
        let error: Vec<i16> = out.iter().zip(&expected).map(|(a, b)| a.saturating_sub(*b)).collect();
        assert!(level_db(middle(&error)) < -60.0, "{hz} Hz: {} dB", level_db(middle(&error)));
    }
}

#[test]
fn sound_stays_at_its_time() {
    // A click in the middle of each second comes out in the middle of each second, for every rate.
    for from in RATES {
        let mut click = vec![0; from as usize];
        for sample in &mut click[from as usize / 2..][..from as usize / 2000] {
            *sample = 20_000;
        }
        let out = resample(&click, from, 8_000).expect("a known rate");
        let peak = out.iter().enumerate().max_by_key(|&(_, &sample)| sample).map_or(0, |(at, _)| at);
        assert_eq!(out.len(), 8_000, "{from}");
        assert!((4_000..4_005).contains(&peak), "{from} Hz: the click came out at {peak}");
    }
}

#[test]
fn unknown_rates_say_what_to_do() {
    let error = Resampler::new(12_345, 8_000).map(|_| ()).expect_err("no such rate");
    assert!(error.to_string().contains("12345 Hz") && error.to_string().contains("44100"), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn pieces_give_the_same_as_the_whole(
        rate in prop::sample::select(RATES.to_vec()),
        seed in any::<u64>(),
        length in 0usize..5_000,
        wide in any::<bool>(),
    ) {
        let (from, to) = if wide { (8_000, 16_000) } else { (rate, 8_000) };
        let mut random = Seeded(seed);
        let input = random.samples(length);
        let whole = resample(&input, from, to).expect("a known rate");
        prop_assert_eq!(whole.len(), (length as u64 * u64::from(to)).div_ceil(u64::from(from)) as usize);

        let mut resampler = Resampler::new(from, to).expect("a known rate");
        // Twice, because a converter that finished begins anew.
        for _ in 0..2 {
            let (mut out, mut rest) = (Vec::new(), &input[..]);
            while !rest.is_empty() {
                let (piece, after) = rest.split_at(rest.len().min(1 + random.below(700) as usize));
                resampler.push(piece, &mut out);
                rest = after;
            }
            resampler.finish(&mut out);
            prop_assert_eq!(&out, &whole);
        }
    }
}
