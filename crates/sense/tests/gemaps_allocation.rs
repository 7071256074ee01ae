//! Describing allocates nothing in the steady state: neither a frame nor a window's functionals do.

mod common;

use std::{
    alloc::{GlobalAlloc, Layout, System},
    sync::atomic::{AtomicUsize, Ordering},
};

use calmline_sense::gemaps::{Extractor, Functionals, Rate};
use common::{CALM, over_a_line};

struct Counting;

static COUNT: AtomicUsize = AtomicUsize::new(0);

#[expect(unsafe_code, reason = "an allocator that counts can only be written so; it hands everything on")]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller's promise is handed on unchanged.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        // SAFETY: as above; `at` came from `System`.
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The only test here, for others would be counted with it.
#[test]
fn after_the_first_window_nothing_allocates() {
    let pcm = over_a_line(&[CALM.say(2.0), vec![0; 8_000]]);
    for rate in [Rate::Narrow, Rate::Wide] {
        let (mut extractor, mut functionals) = (Extractor::new(rate), Functionals::new());
        let mut values = [[0.0; 88]; 2];
        let mut counts = [0; 2];
        for (values, count) in values.iter_mut().zip(&mut counts) {
            let before = COUNT.load(Ordering::Relaxed);
            pcm.chunks(160).for_each(|piece| extractor.push_pcm(piece, |frame| functionals.push(frame)));
            extractor.finish(|frame| functionals.push(frame));
            assert!(functionals.voiced_frames() > 20);
            *values = functionals.values();
            functionals.clear();
            *count = COUNT.load(Ordering::Relaxed) - before;
        }
        assert_eq!(values[0], values[1]);
        assert!(counts[0] > 0, "the first window makes room");
        assert_eq!(counts[1], 0);
    }
}
