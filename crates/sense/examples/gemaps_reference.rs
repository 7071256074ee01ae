//! The tables of `docs/acoustics.md`: how well descriptors and functionals agree with an independent implementation's.
//! Takes the development data where it is (`CALMLINE_DATA`).
#![expect(clippy::print_stdout, reason = "the result of a program")]

#[path = "../tests/gemaps_reference/mod.rs"]
mod gemaps_reference;

use calmline_sense::gemaps::Rate;
use gemaps_reference::{descriptors, functionals, pairs, voicing};

fn main() {
    let Some(pairs) = pairs() else { return };
    println!(
        "| descriptor | 16 kHz | worst file | offset | 8 kHz µ-law | worst file | offset |\n|---|---|---|---|---|---|---|"
    );
    for (wide, narrow) in descriptors(&pairs, Rate::Wide).iter().zip(descriptors(&pairs, Rate::Narrow)) {
        println!(
            "| {} | {:.3} | {:.3} | {:.4} | {:.3} | {:.3} | {:.4} |",
            wide.name,
            wide.correlation,
            wide.worst,
            wide.offset,
            narrow.correlation,
            narrow.worst,
            narrow.offset
        );
    }
    for rate in [Rate::Wide, Rate::Narrow] {
        let (both, wrong) = voicing(&pairs, rate);
        println!(
            "\n{} Hz: voiced in both {both:.3} of voiced in either; pitch off by a semitone in {wrong:.4}",
            rate.hz()
        );
    }
    println!("\n| functional | correlation over files |\n|---|---|");
    for (name, correlation) in functionals(&pairs) {
        println!("| {name} | {correlation:.3} |");
    }
}
