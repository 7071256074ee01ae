//! What describing costs: CPU-seconds of all descriptors and functionals per hour of audio at 8 and 16 kHz, one JSON line.
//!
//! Takes the real calls of the development data where they are (`CALMLINE_DATA`), and a synthetic voice otherwise.
#![expect(clippy::print_stdout, reason = "the result of a program")]

#[path = "../tests/common/mod.rs"]
mod common;

use calmline_sense::gemaps::{Extractor, Functionals, Rate};
use calmline_testing::cpu_seconds;
use common::{CALLS, CALM, over_a_line, wav};

/// Enough audio for a steady figure: half an hour at 8 kHz.
const SAMPLES: usize = 30 * 60 * 8_000;
/// Functionals are asked for every ten seconds.
const WINDOW: usize = 1_000;

fn main() {
    let real: Vec<Vec<i16>> = CALLS.iter().filter_map(|call| wav(call)).collect();
    let calls = if real.is_empty() { vec![over_a_line(&[CALM.say(30.0)])] } else { real };
    // The same samples taken as 16 kHz: half as long, and a voice an octave higher.
    println!(
        "{{\"cpu_s_per_hour_8k\":{:.3},\"cpu_s_per_hour_16k\":{:.3}}}",
        per_hour(Rate::Narrow, &calls),
        per_hour(Rate::Wide, &calls)
    );
}

fn per_hour(rate: Rate, calls: &[Vec<i16>]) -> f64 {
    let (mut samples, mut level) = (0, 0.0);
    let mut functionals = Functionals::new();
    let began = cpu_seconds();
    while samples < SAMPLES {
        for call in calls {
            let mut extractor = Extractor::new(rate);
            for piece in call.chunks(rate.hz() / 50) {
                extractor.push_pcm(piece, |frame| functionals.push(frame));
                if functionals.frames() >= WINDOW {
                    level += f64::from(functionals.values()[87]);
                    functionals.clear();
                }
            }
            samples += call.len();
        }
    }
    assert!(level.is_finite());
    (cpu_seconds() - began) * 3_600.0 * rate.hz() as f64 / samples as f64
}
