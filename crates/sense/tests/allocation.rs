//! Hearing allocates nothing in the steady state: thousands of legs must not wear the allocator.

mod common;

use std::{
    alloc::{GlobalAlloc, Layout, System},
    sync::atomic::{AtomicUsize, Ordering},
};

use calmline_sense::Leg;
use common::*;

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
fn after_the_first_utterances_only_a_judgement_allocates() {
    let turn = || [CALM.say(4.0), vec![0; 12_000]].concat();
    let pcm = over_a_line(&[vec![0; 8_000], turn(), turn()]);
    let policy = policy();
    for (leg, per_utterance) in [
        (Leg::new(permit(&policy)), 0),
        (Leg::new(permit(&policy)).with_dynamics(permit(&policy)), 0),
        // The functionals, what is usual, their deviations, and the drivers; nothing per step.
        (full_leg(&policy), 10),
    ] {
        let mut leg = leg;
        let mut heard = Vec::with_capacity(64);
        leg.push(&pcm, NOW, &mut heard);
        heard.clear();
        let before = COUNT.load(Ordering::Relaxed);
        pcm.chunks(160).for_each(|chunk| leg.push(chunk, NOW, &mut heard));
        let allocated = COUNT.load(Ordering::Relaxed) - before;
        let utterances = spans(&heard).len();
        assert_eq!(utterances, 2);
        assert!(allocated <= per_utterance * utterances, "{allocated} allocations");
    }
}
