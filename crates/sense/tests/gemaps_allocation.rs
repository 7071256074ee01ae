//! Describing allocates nothing in the steady state: neither a frame nor a window's functionals do.

mod common;
mod counting;

use calmline_sense::gemaps::{Extractor, Functionals, Rate};
use common::{CALM, over_a_line};
use counting::allocations;

/// The only test here, for others would be counted with it.
#[test]
fn after_the_first_window_nothing_allocates() {
    let pcm = over_a_line(&[CALM.say(2.0), vec![0; 8_000]]);
    for rate in [Rate::Narrow, Rate::Wide] {
        let (mut extractor, mut functionals) = (Extractor::new(rate), Functionals::new());
        let mut values = [[0.0; 88]; 2];
        let mut counts = [0; 2];
        for (values, count) in values.iter_mut().zip(&mut counts) {
            let before = allocations();
            pcm.chunks(160).for_each(|piece| extractor.push_pcm(piece, |frame| functionals.push(frame)));
            extractor.finish(|frame| functionals.push(frame));
            assert!(functionals.voiced_frames() > 20);
            *values = functionals.values();
            functionals.clear();
            *count = allocations() - before;
        }
        assert_eq!(values[0], values[1]);
        assert!(counts[0] > 0, "the first window makes room");
        assert_eq!(counts[1], 0);
    }
}
